#!/usr/bin/env node
/** The process: commands, signals, exit codes. */
import { Command } from 'commander';
import { startApp, type App } from './app.ts';
import { systemClock } from './clock.ts';
import { ConfigurationError, readConfig, type Config } from './config.ts';
import { createLogger } from './logger.ts';
import { startSandbox } from './sandbox/sandbox.ts';
import { StorageUnavailable } from './storage/errors.ts';
import { welcome } from './welcome.ts';

/** A stop that takes longer is cut off: whatever is in flight is leased and will be done again. */
const STOP_DEADLINE_MS = 25_000;

const program = new Command('scim-salesforce')
  .description('A SCIM 2.0 server that keeps every user true as a Salesforce Lead.')
  .addHelpText('after', '\nConfiguration: environment, .env or CONFIG_FILE; schemas/config.json describes every key.');

program
  .command('serve', { isDefault: true })
  .description('serve SCIM and provision to Salesforce (default)')
  .action(async () => {
    const config = readConfig();
    const app = await startApp(config, systemClock, createLogger(config.LOG_LEVEL));
    process.stdout.write(welcome(config, app));
    stopOnSignal(app);
  });

program
  .command('sandbox')
  .description('run the Salesforce stand-in alone, on SANDBOX_PORT')
  .action(async () => {
    const config: Config = readConfig();
    const sandbox = await startSandbox({ host: config.SANDBOX_HOST, port: config.SANDBOX_PORT });
    process.stdout.write(`Salesforce stand-in: ${sandbox.url}\n`);
    stopOnSignal({ stop: () => sandbox.close() });
  });

function stopOnSignal(running: Pick<App, 'stop'>): void {
  const stop = (): void => {
    setTimeout(() => process.exit(1), STOP_DEADLINE_MS).unref();
    running.stop().then(() => process.exit(0), fail);
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
}

/** What an operator can mend is one message; everything else keeps its stack. */
function fail(error: unknown): never {
  const known = error instanceof ConfigurationError || error instanceof StorageUnavailable || isSystemError(error);
  process.stderr.write(
    `scim-salesforce: ${known ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exit(1);
}

const isSystemError = (error: unknown): error is Error => error instanceof Error && 'syscall' in error;

await program.parseAsync().catch(fail);
