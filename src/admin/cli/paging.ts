/** The options of commands that list: how many, and where to go on. */
import type { Command } from 'commander';
import { readNumber } from './option-values.ts';

export interface PageFlags {
  readonly limit: number;
  readonly cursor?: string;
}

const DEFAULT_LIMIT = 50;
/** The admin API gives no more at once. */
const MAX_LIMIT = 200;

/** @param noun what is listed, in the plural */
export const withPages = (command: Command, noun: string): Command =>
  command
    .option(
      `--limit <${noun}>`,
      `${noun} of a page, ${MAX_LIMIT} at most`,
      readNumber('--limit', 1, MAX_LIMIT),
      DEFAULT_LIMIT,
    )
    .option('--cursor <cursor>', 'the page after another one, which names it');

export const pageOf = ({ limit, cursor }: PageFlags): { limit: number; cursor: string | undefined } => ({
  limit,
  cursor,
});

/** @returns how to see the rest; nothing on the last page */
export const printMore = (nextCursor: string | undefined): string =>
  nextCursor === undefined ? '' : `more: --cursor ${nextCursor}\n`;
