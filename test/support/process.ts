/** The built program as a process of its own, to be killed, signalled and misconfigured. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from './service.ts';

/** A suite that runs for long names a build of its own, which no other build changes meanwhile. */
const MAIN = process.env['TEST_PROGRAM'] ?? fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** What a process logs in with to a stand-in of its own, which lets everybody in. */
export const SALESFORCE_LOGIN = {
  SALESFORCE_CLIENT_ID: 'id',
  SALESFORCE_CLIENT_SECRET: 'secret',
  SALESFORCE_USERNAME: 'user@example.com',
  SALESFORCE_PASSWORD: 'password',
  SALESFORCE_EXTERNAL_ID_FIELD: 'SCIM_Id__c',
} as const;

export interface Program {
  readonly child: ChildProcess;
  readonly exited: Promise<number | NodeJS.Signals>;
  stdout(): string;
  stderr(): string;
}

export const newFolder = (): string => mkdtempSync(join(tmpdir(), 'scim-salesforce-'));

/** Runs the program in an empty environment and an empty folder, so that nothing but `environment` configures it. */
export function runProgram(
  environment: Record<string, string>,
  args: readonly string[] = [],
  cwd = newFolder(),
): Program {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', ...environment },
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (output.stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (output.stderr += String(chunk)));
  const exited = new Promise<number | NodeJS.Signals>((resolve) =>
    child.once('close', (code, signal) => resolve(code ?? signal ?? 1)),
  );
  return { child, exited, stdout: () => output.stdout, stderr: () => output.stderr };
}

/** @returns the SCIM root that the program printed, once it is ready */
export async function whenReady(program: Program): Promise<string> {
  const url = await eventually(async () => /SCIM 2\.0\s+(http\S+)/.exec(program.stdout())?.[1]);
  const ready = `${new URL(url).origin}/readyz`;
  await eventually(async () => ((await fetch(ready)).status === 200 ? true : undefined));
  return url;
}
