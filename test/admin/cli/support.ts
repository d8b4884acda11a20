/** Commands of the built program, run to their end; and databases with users in them, made without a service. */
import { randomUUID } from 'node:crypto';
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
