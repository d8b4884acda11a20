/** Commands of the built program, run to their end; and databases with users in them, made without a service. */
import { randomUUID } from 'node:crypto';
import { Readable, Writable } from 'node:stream';
import { runCommandLine } from '../../../src/admin/cli/program.ts';
import type { Output, Shell } from '../../../src/admin/cli/shell.ts';
import { openStore } from '../../../src/database.ts';
import { resourceKeys } from '../../../src/operations/resource-keys.ts';
import { indexes, storeOptions } from '../../support/engines.ts';
import { runProgram } from '../../support/process.ts';

export interface CommandResult {
  readonly code: number | NodeJS.Signals;
  readonly stdout: string;
  readonly stderr: string;
}

export async function runCommand(
  environment: Record<string, string>,
  args: readonly string[],
  { cwd, stdin }: { readonly cwd?: string; readonly stdin?: string } = {},
): Promise<CommandResult> {
  const program = runProgram(environment, args, cwd);
  program.child.stdin?.end(stdin ?? '');
  const code = await program.exited;
  return { code, stdout: program.stdout(), stderr: program.stderr() };
}

/** The same without a process of its own, for commands that come to an end: an empty environment, and streams that are no terminal. */
export async function runHere(
  environment: Record<string, string>,
  args: readonly string[],
  { stdin = '', isTerminal = false }: { readonly stdin?: string; readonly isTerminal?: boolean } = {},
): Promise<CommandResult> {
  const output = { stdout: '', stderr: '' };
  const into = (name: keyof typeof output): Output =>
    Object.assign(
      new Writable({
        write(chunk, _encoding, done) {
          output[name] += String(chunk);
          done();
        },
      }),
      { isTTY: isTerminal },
    );
  const shell: Shell = {
    environment,
    stdin: Readable.from([Buffer.from(stdin)]) as AsyncIterable<Buffer>,
    stdout: into('stdout'),
    stderr: into('stderr'),
    exitCode: 0,
  };
  await runCommandLine(args, shell);
  return { code: shell.exitCode, ...output };
}

/** Users `user0` and so on, each with a due lane. @returns their ids */
export async function addUsers(url: string, users: number, from = 0): Promise<readonly string[]> {
  const store = await openStore({ DATABASE_URL: url }, storeOptions, () => undefined);
  const ids = await Promise.all(
    Array.from({ length: users }, async (_, index) => {
      const id = randomUUID();
      const userName = `user${from + index}`;
      const document = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], id, userName };
      await store.commit({
        type: 'User',
        id,
        after: {
          resource: {
            type: 'User',
            id,
            version: 1,
            createdAt: 1_000,
            lastModifiedAt: 1_000,
            document: JSON.stringify(document),
          },
          keys: resourceKeys(indexes, 'User', document),
        },
        entry: { operation: 'create', actor: 'basic:admin', requestId: 'r', changed: ['userName'] },
        at: 1_000,
      });
      return id;
    }),
  );
  await store.close();
  return ids;
}
