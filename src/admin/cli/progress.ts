/** How far a long command is, on stderr: a bar that moves on a terminal, a line now and then in a log. */
import type { Clock } from '../../clock.ts';
import type { Output } from './shell.ts';

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

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const TERMINAL_EVERY_MS = SECOND / 5;
const LOG_EVERY_MS = 10 * SECOND;
const CLEAR_LINE = '\r\u001b[K';
const BAR_WIDTH = 24;
/** Earlier it would be a guess. */
const LEFT_AFTER_MS = 3 * SECOND;

export function startProgress(
  { verb, total, quiet, noun = 'records' }: ProgressOptions,
  clock: Clock,
  stream: Pick<Output, 'isTTY' | 'write'>,
): Progress {
  if (quiet) return SILENT;
  const isTerminal = stream.isTTY === true;
  const startedAt = clock.now();
  let saidAt = startedAt;
  return {
    at: (done) => {
      const now = clock.now();
      if (now - saidAt < (isTerminal ? TERMINAL_EVERY_MS : LOG_EVERY_MS)) return;
      saidAt = now;
      const all = typeof total === 'number' ? total : total.total;
      const text = `${verb} ${count(done)} of ${count(all)} ${noun}`;
      const share = all === 0 ? 0 : Math.min(1, done / all);
      stream.write(isTerminal ? `${CLEAR_LINE}${bar(share)} ${text}${left(share, now - startedAt)}` : `${text}\n`);
    },
    end: () => {
      if (isTerminal) stream.write(CLEAR_LINE);
    },
  };
}

function bar(share: number): string {
  const full = Math.round(share * BAR_WIDTH);
  const percent = `${Math.floor(share * 100)}`.padStart(3);
  return `${'█'.repeat(full)}${'░'.repeat(BAR_WIDTH - full)} ${percent} %`;
}

function left(share: number, tookMs: number): string {
  if (tookMs < LEFT_AFTER_MS || share === 0 || share === 1) return '';
  const leftMs = (tookMs / share) * (1 - share);
  return leftMs < MINUTE ? `, ${Math.ceil(leftMs / SECOND)} s left` : `, ${Math.ceil(leftMs / MINUTE)} min left`;
}

/** @returns the number as people read it, e.g. `1,234`; with a noun, `1 user` or `2 users` */
export function count(number: number, noun?: string): string {
  const digits = number.toLocaleString('en-US');
  return noun === undefined ? digits : `${digits} ${noun}${number === 1 ? '' : 's'}`;
}
