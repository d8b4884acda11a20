/** `serve`: the service itself. */
import { Command } from 'commander';
import { ConfigurationError, findUnknownKeys, readConfiguration } from '../../config.ts';
import type { Environment } from '../../dot-env.ts';
import { nearestName } from '../../provisioning/mapping/nearest.ts';
import { UsageError } from './errors.ts';
import type { Shell } from './shell.ts';
import { STOP_DEADLINE_MS, stopOnSignal } from './stop-on-signal.ts';

const SECOND = 1000;

export const serveCommand = (shell: Shell): Command =>
  new Command('serve')
    .description('serve SCIM and provision to Salesforce (default)')
    // A misspelt command arrives here, because this one is the default.
    .allowExcessArguments()
    .action(async (_options: unknown, command: Command) => {
      const [unknown] = command.args;
      if (unknown !== undefined) throw new UsageError(noCommand(unknown, command));
      const { config, origins } = await readWhole(shell.environment);
      const [{ startApp }, { createLogger }, { welcome }] = await loadService();
      const logger = createLogger(config.LOG_LEVEL);
      for (const key of findUnknownKeys(shell.environment)) logger.warn(key, 'unknown configuration key');
      const app = await startApp(config, logger, origins);
      shell.stdout.write(welcome(config, app));
      stopOnSignal(app, STOP_DEADLINE_MS + config.DRAIN_SECONDS * SECOND);
    });

/** What is wrong with schemas and mapping is told in the same breath as what is wrong with the keys. */
async function readWhole(environment: Environment): Promise<ReturnType<typeof readConfiguration>> {
  try {
    return readConfiguration(environment);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    const { checkData } = await import('./check-data.ts');
    const { schemas, mapping } = await checkData(environment);
    const faults = [...schemas, ...mapping].filter(({ status }) => status === 'failed');
    throw new ConfigurationError([...error.faults, ...faults.map(({ message }) => message)]);
  }
}

/** Takes longer than most commands do, so none of these waits for it. */
const loadService = () => Promise.all([import('../../app.ts'), import('../../logger.ts'), import('../../welcome.ts')]);

function noCommand(name: string, { parent }: Command): string {
  const near = nearestName(name, parent?.commands.map((command) => command.name()) ?? []);
  const advice = near === undefined ? '--help lists them' : `did you mean ${near}?`;
  return `there is no command ${name}: ${advice}`;
}
