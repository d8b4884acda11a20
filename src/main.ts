#!/usr/bin/env node
/** The process: arguments, exit code, and a pipe that may close early. */
import { runCommandLine } from './admin/cli/program.ts';
import { EXIT, processShell } from './admin/cli/shell.ts';

// `check | head` closes the pipe before we are done, and that is all right.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.done);
  process.stderr.write(`scim-salesforce: the output could not be written: ${error.message}\n`);
  process.exit(EXIT.failed);
});

const shell = processShell();
await runCommandLine(process.argv.slice(2), shell);
// One that serves goes on; of one that failed nothing is waited for.
if (shell.exitCode !== EXIT.done) process.exit(shell.exitCode);
