/** The commands as one program: what each is called with, and which exit code it comes to. */
import { inspect } from 'node:util';
import { Command, CommanderError } from 'commander';
import { ConfigurationError } from '../../config.ts';
import { readPackageVersion } from '../../package-version.ts';
import { SnapshotError } from '../../sandbox/snapshot-file.ts';
import { StorageUnavailable } from '../../storage/errors.ts';
import { ImportRefused } from '../../storage/transfer.ts';
import { backupCommand } from './backup.ts';
import { checkCommand } from './check.ts';
import { completionCommand } from './completion.ts';
import { CommandFailed, UsageError } from './errors.ts';
import { eventsCommand } from './events.ts';
import { exportCommand } from './export.ts';
import { importCommand } from './import.ts';
import { errorsCommand, lanesCommand } from './lanes.ts';
import { linkCommand } from './link.ts';
import { migrateCommand } from './migrate.ts';
import { painter } from './paint.ts';
import { pauseCommand, resumeCommand } from './pause.ts';
import { previewCommand } from './preview.ts';
import { pushCommand } from './push.ts';
import { reconcileCommand } from './reconcile.ts';
import { releaseCommand, removalsCommand } from './release.ts';
import { retryCommand } from './retry.ts';
import { sandboxCommand } from './sandbox.ts';
import { serveCommand } from './serve.ts';
import { EXIT, say, type Shell } from './shell.ts';
import { showCommand } from './show.ts';
import { statusCommand } from './status.ts';
import { throughputCommand } from './throughput.ts';
import { usersCommand } from './users.ts';
import { webhookCommand } from './webhook.ts';

const NAME = 'scim-salesforce';

/** In the order of `--help`; commander makes these headings. */
const COMMANDS: Readonly<Record<string, readonly ((shell: Shell) => Command)[]>> = {
  'To run:': [sandboxCommand, checkCommand],
  'On call, by the admin API of a running service (--url) or its database:': [
    statusCommand,
    throughputCommand,
    usersCommand,
    lanesCommand,
    errorsCommand,
    showCommand,
    previewCommand,
    pushCommand,
    retryCommand,
    removalsCommand,
    releaseCommand,
    pauseCommand,
    resumeCommand,
    eventsCommand,
    reconcileCommand,
  ],
  'For who looks after the installation:': [
    linkCommand,
    webhookCommand,
    exportCommand,
    importCommand,
    backupCommand,
    migrateCommand,
    completionCommand,
  ],
};

export function createProgram(shell: Shell): Command {
  const program = new Command(NAME)
    .description('A SCIM 2.0 server that keeps every user true as a Salesforce Lead.')
    .version(readPackageVersion(), '--version', 'print the version')
    .addHelpText(
      'after',
      `
Configuration: environment, .env or CONFIG_FILE; schemas/config.json describes every key.
Exit codes: 0 done, 1 failed, 2 called wrongly. docs/commands.md has every command with examples.`,
    );
  program.commandsGroup('To run:');
  program.addCommand(serveCommand(shell), { isDefault: true });
  for (const [group, commands] of Object.entries(COMMANDS)) {
    program.commandsGroup(group);
    for (const command of commands) program.addCommand(command(shell));
  }
  for (const command of withSubcommands(program)) settle(command, shell);
  return program;
}

/** Runs one command to its end; one that serves goes on. @param args without the names of interpreter and program */
export async function runCommandLine(args: readonly string[], shell: Shell): Promise<void> {
  try {
    await createProgram(shell).parseAsync(args, { from: 'user' });
  } catch (error) {
    shell.exitCode = tellFailure(error, shell);
  }
}

/** This command and all below it. */
export const withSubcommands = (command: Command): readonly Command[] => [
  command,
  ...command.commands.flatMap(withSubcommands),
];

/** Commander's own exits become errors, and its words go where ours go. */
function settle(command: Command, shell: Shell): void {
  command.exitOverride().configureOutput({
    writeOut: (text) => void shell.stdout.write(text),
    writeErr: (text) => void shell.stderr.write(text),
    getOutHasColors: () => false,
    outputError: (text, write) => {
      const reason = text
        .replace(/^error: /, '')
        .trim()
        .replace(/\s*\n\s*/g, ' ')
        .replace(/\.$/, '');
      write(`${NAME}: ${reason}: ${pathOf(command)} --help tells how\n`);
    },
  });
}

const pathOf = (command: Command): string =>
  command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name();

/** Errors whose message is all that helps; so is that of a system call. */
const MENDABLE = [ConfigurationError, StorageUnavailable, SnapshotError, ImportRefused, CommandFailed, UsageError];

/** What an operator can mend is one message; everything else keeps its stack. @returns the exit code */
function tellFailure(error: unknown, { stderr, environment }: Shell): number {
  // Commander has said what is wrong, or printed the help that it was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.calledWrongly;
  const paint = painter(stderr, environment);
  say(stderr, `${paint('red', `${NAME}:`)} ${isMendable(error) ? error.message : inspect(error)}\n`);
  return error instanceof UsageError ? EXIT.calledWrongly : EXIT.failed;
}

function isMendable(error: unknown): error is Error {
  return error instanceof Error && (MENDABLE.some((kind) => error instanceof kind) || 'syscall' in error);
}
