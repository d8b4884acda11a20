#!/usr/bin/env node
/** The process: commands, signals, exit codes. */
import { inspect } from 'node:util';
import { Command, CommanderError } from 'commander';
import { backupCommand } from './admin/cli/backup.ts';
import { checkCommand } from './admin/cli/check.ts';
import { CommandFailed, UsageError } from './admin/cli/errors.ts';
import { exportCommand } from './admin/cli/export.ts';
import { importCommand } from './admin/cli/import.ts';
import { lanesCommand } from './admin/cli/lanes.ts';
import { linkCommand } from './admin/cli/link.ts';
import { migrateCommand } from './admin/cli/migrate.ts';
import { pauseCommand, resumeCommand } from './admin/cli/pause.ts';
import { previewCommand } from './admin/cli/preview.ts';
import { pushCommand } from './admin/cli/push.ts';
import { reconcileCommand } from './admin/cli/reconcile.ts';
import { releaseCommand } from './admin/cli/release.ts';
import { retryCommand } from './admin/cli/retry.ts';
import {
  collectSwitch,
  refuseSwitches,
  sandboxOptions,
  sandboxWelcome,
  type SandboxFlags,
} from './admin/cli/sandbox.ts';
import { showCommand } from './admin/cli/show.ts';
import { statusCommand } from './admin/cli/status.ts';
import { usersCommand } from './admin/cli/users.ts';
import { webhookCommand } from './admin/cli/webhook.ts';
import { startApp, type App } from './app.ts';
import { ConfigurationError, findUnknownKeys, readConfiguration, readSandboxConfig } from './config.ts';
import { createLogger } from './logger.ts';
import { startSandbox } from './sandbox/sandbox.ts';
import { SnapshotError } from './sandbox/snapshot-file.ts';
import { StorageUnavailable } from './storage/errors.ts';
import { welcome } from './welcome.ts';

/** A stop that takes longer is cut off: whatever is in flight is leased and will be done again. */
const STOP_DEADLINE_MS = 25_000;

/** Exit codes: 0 done, 1 failed, 2 called wrongly. */
const FAILED = 1;
const CALLED_WRONGLY = 2;

/** Errors whose message is all that helps; so is that of a system call. */
const MENDABLE = [ConfigurationError, StorageUnavailable, SnapshotError, CommandFailed, UsageError];

const program = new Command('scim-salesforce')
  .description('A SCIM 2.0 server that keeps every user true as a Salesforce Lead.')
  .addHelpText(
    'after',
    `
Configuration: environment, .env or CONFIG_FILE; schemas/config.json describes every key.
Exit codes: 0 done, 1 failed, 2 called wrongly.`,
  );

program
  .command('serve', { isDefault: true })
  .description('serve SCIM and provision to Salesforce (default)')
  // A misspelt command arrives here, because this one is the default.
  .allowExcessArguments()
  .action(async (_options: unknown, { args: [unknown] }: Command) => {
    if (unknown !== undefined) throw new UsageError(`there is no command ${unknown}: --help lists them`);
    const { config, origins } = readConfiguration();
    const logger = createLogger(config.LOG_LEVEL);
    for (const unknown of findUnknownKeys()) logger.warn(unknown, 'unknown configuration key');
    const app = await startApp(config, logger, origins);
    process.stdout.write(welcome(config, app));
    stopOnSignal(app, STOP_DEADLINE_MS + config.DRAIN_SECONDS * 1000);
  });

program
  .command('sandbox')
  .description('run the Salesforce stand-in alone (docs/sandbox.md)')
  .option('--port <port>', 'TCP port, 0 for any free one (SANDBOX_PORT)')
  .option('--host <address>', 'address to listen on (SANDBOX_HOST)')
  .option('--file <path>', 'keep the records in this file (SANDBOX_FILE)')
  .option('--set <switch=value>', 'start with a switch set; may be repeated', collectSwitch, {})
  .action(async ({ port, host, file, set }: SandboxFlags) => {
    const flags = { SANDBOX_PORT: port, SANDBOX_HOST: host, SANDBOX_FILE: file };
    const config = readSandboxConfig(
      Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined)),
    );
    const sandbox = await startSandbox(sandboxOptions(config, set)).catch(refuseSwitches);
    process.stdout.write(sandboxWelcome(sandbox));
    stopOnSignal({ stop: () => sandbox.close() });
  });

const COMMANDS = [
  statusCommand,
  usersCommand,
  lanesCommand,
  showCommand,
  previewCommand,
  pushCommand,
  retryCommand,
  releaseCommand,
  pauseCommand,
  resumeCommand,
  reconcileCommand,
  linkCommand,
  webhookCommand,
  checkCommand,
  exportCommand,
  importCommand,
  backupCommand,
  migrateCommand,
];
for (const command of COMMANDS) program.addCommand(command());
// Commander's own exits become errors, so that this file alone chooses exit codes.
for (const command of [program, ...program.commands]) command.exitOverride();

function stopOnSignal(running: Pick<App, 'stop'>, deadlineMs = STOP_DEADLINE_MS): void {
  let isStopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    // Somebody at the keyboard who asks twice means it; an orchestrator repeats itself.
    if (isStopping && signal === 'SIGINT') process.exit(FAILED);
    if (isStopping) return;
    isStopping = true;
    setTimeout(() => process.exit(FAILED), deadlineMs).unref();
    running.stop().then(() => process.exit(0), fail);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

/** What an operator can mend is one message; everything else keeps its stack. */
function fail(error: unknown): never {
  // Commander has said what is wrong, or printed the help that it was asked for.
  if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? 0 : CALLED_WRONGLY);
  process.stderr.write(`scim-salesforce: ${isMendable(error) ? error.message : inspect(error)}\n`);
  process.exit(error instanceof UsageError ? CALLED_WRONGLY : FAILED);
}

function isMendable(error: unknown): error is Error {
  return error instanceof Error && (MENDABLE.some((kind) => error instanceof kind) || 'syscall' in error);
}

// `check | head` closes the pipe before we are done, and that is all right.
process.stdout.on('error', (error: NodeJS.ErrnoException) => (error.code === 'EPIPE' ? process.exit(0) : fail(error)));

await program.parseAsync().catch(fail);
