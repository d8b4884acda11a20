/** How far a long command is, on stderr: one line that moves on a terminal, a line now and then in a log. */
import type { Clock } from '../../clock.ts';

export interface Progress {
  /** @param done of the total */
  at(done: number): void;
  /** Makes room for what is printed next. */
  end(): void;
}

export interface ProgressOptions {
  /** What is being done, e.g. `exported`. */
  readonly verb: string;
  /** Records, when they are known; an object where that grows while it goes on. */
  readonly total: number | { readonly total: number };
  readonly quiet: boolean;
  /** What is counted. Default `records`. */
  readonly noun?: string;
}

const SILENT: Progress = { at: () => undefined, end: () => undefined };

const TERMINAL_EVERY_MS = 200;
const LOG_EVERY_MS = 10_000;
const CLEAR_LINE = '\r\u001b[K';

export function startProgress(
  { verb, total, quiet, noun = 'records' }: ProgressOptions,
  clock: Clock,
  stream: Pick<NodeJS.WriteStream, 'isTTY' | 'write'> = process.stderr,
): Progress {
  if (quiet) return SILENT;
  const isTerminal = stream.isTTY;
  let saidAt = clock.now();
  return {
    at: (done) => {
      const now = clock.now();
      if (now - saidAt < (isTerminal ? TERMINAL_EVERY_MS : LOG_EVERY_MS)) return;
      saidAt = now;
      const text = `${verb} ${count(done)} of ${count(typeof total === 'number' ? total : total.total)} ${noun}`;
      stream.write(isTerminal ? `${CLEAR_LINE}${text}` : `${text}\n`);
    },
    end: () => {
      if (isTerminal) stream.write(CLEAR_LINE);
    },
  };
}

/** @returns the number as people read it, e.g. `1,234`; with a noun, `1 user` or `2 users` */
export function count(number: number, noun?: string): string {
  const digits = number.toLocaleString('en-US');
  return noun === undefined ? digits : `${digits} ${noun}${number === 1 ? '' : 's'}`;
}
