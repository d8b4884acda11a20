/** `sandbox`: the Salesforce stand-in alone; its flags say what it is to be. */
import { inspect } from 'node:util';
import { Command } from 'commander';
import { readSandboxConfig, type Config } from '../../config.ts';
import type { Sandbox, SandboxOptions } from '../../sandbox/sandbox.ts';
import { UsageError } from './errors.ts';
import type { Shell } from './shell.ts';
import { stopOnSignal } from './stop-on-signal.ts';

type Switches = Readonly<Record<string, unknown>>;

interface SandboxFlags {
  readonly port?: string;
  readonly host?: string;
  readonly file?: string;
  readonly set: Switches;
}

export const sandboxCommand = (shell: Shell): Command =>
  new Command('sandbox')
    .description('run the Salesforce stand-in alone (docs/sandbox.md)')
    .option('--port <port>', 'TCP port, 0 for any free one (SANDBOX_PORT)')
    .option('--host <address>', 'address to listen on (SANDBOX_HOST)')
    .option('--file <path>', 'keep the records in this file (SANDBOX_FILE)')
    .option('--set <switch=value>', 'start with a switch set; may be repeated', collectSwitch, {})
    .action(async ({ port, host, file, set }: SandboxFlags) => {
      const flags = { SANDBOX_PORT: port, SANDBOX_HOST: host, SANDBOX_FILE: file };
      const config = readSandboxConfig(
        Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined)),
        shell.environment,
      );
      // Its parser of SOQL takes long to load.
      const { startSandbox } = await import('../../sandbox/sandbox.ts');
      const sandbox = await startSandbox(sandboxOptions(shell, config, set)).catch(refuseSwitches);
      shell.stdout.write(sandboxWelcome(sandbox));
      stopOnSignal({ stop: () => sandbox.close() });
    });

/** A value is JSON; what is none is a text, so that `duplicateRule=block` needs no quotes. */
function readValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Adds `switch=value` to those before it. */
function collectSwitch(text: string, before: Switches): Switches {
  const [, name, value] = /^(\w+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new UsageError(`--set ${text}: must be switch=value`);
  return { ...before, [name]: readValue(value) };
}

const sandboxOptions = (
  { stderr }: Shell,
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
  onFileError: (error) => stderr.write(`the records were not saved: ${inspect(error)}\n`),
});

/** A bad switch is a fault of whoever typed it. */
function refuseSwitches(error: unknown): never {
  throw error instanceof TypeError ? new UsageError(`--set ${error.message}`) : error;
}

const MEMORIES: Record<Sandbox['memory'], string> = {
  none: '',
  whole: '\nIt has the records of an earlier run.',
  partial: '\nIt has the records of an earlier run that was killed: what was saved last may be missing.',
};

const sandboxWelcome = ({ url, memory }: Sandbox): string => `Salesforce stand-in: ${url}
Log in there with any client and user; ${url}/sandbox/config has its switches.${MEMORIES[memory]}
`;
