/** The options that all commands of the person on call have: by the admin API of a running service, or by its database. */
import { Command } from 'commander';
import { readServiceAccess, type ServiceAccess } from '../../service-access.ts';
import { UsageError } from './errors.ts';
import type { OnCall } from './on-call.ts';
import { httpWay } from './on-call-http.ts';
import { painter, type Paint } from './paint.ts';
import { printJson, say, visible, type Shell } from './shell.ts';

export interface OnCallFlags {
  readonly url?: string;
  readonly json?: boolean;
}

/** A command with the options that all of them have. */
export const onCallCommand = (name: string, summary: string): Command =>
  new Command(name)
    .description(summary)
    .option('--url <url>', 'ask this running service (SCIM_SALESFORCE_URL); without one the database is opened')
    .option('--json', 'for scripts');

/** Opens one of the two ways, and closes it. */
export async function withOnCall<T>(
  shell: Shell,
  { url }: OnCallFlags,
  use: (onCall: OnCall) => Promise<T>,
): Promise<T> {
  const access = accessOf(shell, url);
  const onCall = access.url === undefined ? await databaseWay(shell) : httpWay(access.url, access);
  try {
    return await use(onCall);
  } finally {
    await onCall.close();
  }
}

/** Who asks a service does not wait until databases and the client of Salesforce are loaded. */
async function databaseWay({ environment }: Shell): Promise<OnCall> {
  const { openDatabaseWay } = await import('./on-call-database.ts');
  return openDatabaseWay(environment);
}

/** @throws UsageError when `--url`, or what the environment says, is not right */
export function accessOf({ environment }: Pick<Shell, 'environment'>, url?: string): ServiceAccess {
  try {
    const access = readServiceAccess(environment);
    return url === undefined ? access : { ...access, url };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** Asks, and prints the answer for people or, as it is, for scripts. */
export async function tell<T>(
  shell: Shell,
  flags: OnCallFlags,
  ask: (onCall: OnCall) => Promise<T>,
  print: (answer: T, paint: Paint) => string,
): Promise<T> {
  const answer = await withOnCall(shell, flags, ask);
  if (flags.json) printJson(shell, withoutLinks(answer));
  else say(shell.stdout, print(inLines(answer), painter(shell.stdout, shell.environment)));
  return answer;
}

/** No value of an answer ends a line or begins a colour; tables and texts do, and those are ours. */
const inLines = <T>(answer: T): T =>
  JSON.parse(JSON.stringify(answer), (_key, value: unknown) =>
    typeof value === 'string' ? visible(value) : value,
  ) as T;

/** Who has not logged in to Salesforce yet knows no addresses there: scripts get none, whoever answers. */
const withoutLinks = (answer: unknown): unknown =>
  JSON.parse(JSON.stringify(answer), (key: string, value: unknown) => (key === 'leadUrl' ? undefined : value));
