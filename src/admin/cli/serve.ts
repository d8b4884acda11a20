/** `serve`: the service itself. */
import { Command } from 'commander';
import { findUnknownKeys, readConfiguration } from '../../config.ts';
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
      const { config, origins } = readConfiguration(shell.environment);
      const [{ startApp }, { createLogger }, { welcome }] = await loadService();
      const logger = createLogger(config.LOG_LEVEL);
      for (const key of findUnknownKeys(shell.environment)) logger.warn(key, 'unknown configuration key');
      const app = await startApp(config, logger, origins);
      shell.stdout.write(welcome(config, app));
      stopOnSignal(app, STOP_DEADLINE_MS + config.DRAIN_SECONDS * SECOND);
    });

/** Takes longer than most commands do, so none of these waits for it. */
const loadService = () => Promise.all([import('../../app.ts'), import('../../logger.ts'), import('../../welcome.ts')]);

function noCommand(name: string, { parent }: Command): string {
  const near = nearestName(name, parent?.commands.map((command) => command.name()) ?? []);
  const advice = near === undefined ? '--help lists them' : `did you mean ${near}?`;
  return `there is no command ${name}: ${advice}`;
}
