#!/usr/bin/env node
/** The process: commands, signals, exit codes. */
import { inspect } from 'node:util';
import { Command } from 'commander';
import { printTimeline } from './admin/cli/show.ts';
import { retryUsers, showUser, startApp, type App } from './app.ts';
import { systemClock } from './clock.ts';
import { ConfigurationError, readConfig, readSandboxConfig } from './config.ts';
import { createLogger } from './logger.ts';
import { startSandbox } from './sandbox/sandbox.ts';
import { StorageUnavailable } from './storage/errors.ts';
import { welcome } from './welcome.ts';

/** A stop that takes longer is cut off: whatever is in flight is leased and will be done again. */
const STOP_DEADLINE_MS = 25_000;

class UsageError extends Error {}

/** Errors whose message is all that helps; so is that of a system call. */
const MENDABLE = [ConfigurationError, StorageUnavailable, UsageError];

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
    const config = readSandboxConfig();
    const sandbox = await startSandbox({ host: config.SANDBOX_HOST, port: config.SANDBOX_PORT });
    process.stdout.write(`Salesforce stand-in: ${sandbox.url}\n`);
    stopOnSignal({ stop: () => sandbox.close() });
  });

program
  .command('show')
  .description('tell everything about one user: its Lead, what is due, every change and delivery attempt')
  .argument('<user>', 'userName or id')
  .option('--json', 'for scripts')
  .action(async (user: string, { json }: { json?: boolean }) => {
    const timeline = await showUser(readConfig(), user);
    if (!timeline) throw new UsageError(`nothing is known of a user ${user}: give a userName or an id`);
    process.stdout.write(`${json ? JSON.stringify(timeline, null, 2) : printTimeline(timeline)}\n`);
  });

program
  .command('retry')
  .description('try parked users again; a running service delivers them within seconds')
  .argument('[user]', 'userName or id')
  .option('--all', 'every parked user')
  .action(async (user: string | undefined, { all }: { all?: boolean }) => {
    if ((user === undefined) === (all !== true)) throw new UsageError('say which user, or --all');
    const released = await retryUsers(readConfig(), systemClock, user);
    process.stdout.write(`${released} ${released === 1 ? 'user is' : 'users are'} due again\n`);
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
  process.stderr.write(`scim-salesforce: ${isMendable(error) ? error.message : inspect(error)}\n`);
  process.exit(1);
}

function isMendable(error: unknown): error is Error {
  return error instanceof Error && (MENDABLE.some((kind) => error instanceof kind) || 'syscall' in error);
}

await program.parseAsync().catch(fail);
