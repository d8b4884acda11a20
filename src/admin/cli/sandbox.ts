/** How the stand-in is told on the command line what to be, and what it says when it is. */
import { inspect } from 'node:util';
import type { Config } from '../../config.ts';
import type { Sandbox, SandboxOptions } from '../../sandbox/sandbox.ts';
import { UsageError } from './errors.ts';

type Switches = Readonly<Record<string, unknown>>;

export interface SandboxFlags {
  readonly port?: string;
  readonly host?: string;
  readonly file?: string;
  readonly set: Switches;
}

/** A value is JSON; what is none is a text, so that `duplicateRule=block` needs no quotes. */
function readValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Adds `switch=value` to those before it. */
export function collectSwitch(text: string, before: Switches): Switches {
  const [, name, value] = /^(\w+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new UsageError(`--set ${text}: must be switch=value`);
  return { ...before, [name]: readValue(value) };
}

export const sandboxOptions = (
  {
    SANDBOX_HOST: host,
    SANDBOX_PORT: port,
    SANDBOX_FILE: file,
  }: Pick<Config, 'SANDBOX_FILE' | 'SANDBOX_HOST' | 'SANDBOX_PORT'>,
  config: Switches,
): SandboxOptions => ({
  host,
  port,
  // Its start names every switch that is none.
  config,
  ...(file !== undefined && { file }),
  onFileError: (error) => process.stderr.write(`the records were not saved: ${inspect(error)}\n`),
});

/** A bad switch is a fault of whoever typed it. */
export function refuseSwitches(error: unknown): never {
  throw error instanceof TypeError ? new UsageError(`--set ${error.message}`) : error;
}

const MEMORIES: Record<Sandbox['memory'], string> = {
  none: '',
  whole: '\nIt has the records of an earlier run.',
  partial: '\nIt has the records of an earlier run that was killed: what was saved last may be missing.',
};

export const sandboxWelcome = ({ url, memory }: Sandbox): string => `Salesforce stand-in: ${url}
Log in there with any client and user; ${url}/sandbox/config has its switches.${MEMORIES[memory]}
`;
