/** How a process that serves ends: in order, and in time. */
import { inspect } from 'node:util';
import { EXIT } from './shell.ts';

/** A stop that takes longer is cut off: whatever is in flight is leased and will be done again. */
export const STOP_DEADLINE_MS = 25_000;

export function stopOnSignal(running: { stop(): Promise<void> }, deadlineMs = STOP_DEADLINE_MS): void {
  let isStopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    // Somebody at the keyboard who asks twice means it; an orchestrator repeats itself.
    if (isStopping && signal === 'SIGINT') process.exit(EXIT.failed);
    if (isStopping) return;
    isStopping = true;
    setTimeout(() => process.exit(EXIT.failed), deadlineMs).unref();
    running.stop().then(
      () => process.exit(EXIT.done),
      (error: unknown) => {
        process.stderr.write(`scim-salesforce: ${inspect(error)}\n`);
        process.exit(EXIT.failed);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}
