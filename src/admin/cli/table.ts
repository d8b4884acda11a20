/** Tables for people: a heading, a row a line, columns as wide as what is in them. */
import type { Paint, Style } from './paint.ts';

/** A text, or one with a colour. */
export type Cell = string | { readonly text: string; readonly style: Style | undefined };

const GAP = '  ';
/** A longer text would push the columns behind it off the screen. */
const MAX_WIDTH = 60;

/** @returns lines with a line end each; nothing but the heading when there are no rows */
export function printTable(heading: readonly string[], rows: readonly (readonly Cell[])[], paint: Paint): string {
  const bold = heading.map((text): Cell => ({ text, style: 'bold' }));
  const lines = [bold, ...rows].map((cells) => cells.map(toPlain));
  const widths = heading.map((_, column) =>
    Math.min(MAX_WIDTH, Math.max(...lines.map((cells) => cells[column]?.text.length ?? 0))),
  );
  return lines.map((cells) => `${printRow(cells, widths, paint)}\n`).join('');
}

interface PlainCell {
  readonly text: string;
  readonly style: Style | undefined;
}

function printRow(cells: readonly PlainCell[], widths: readonly number[], paint: Paint): string {
  const last = cells.findLastIndex(({ text }) => text !== '');
  return cells
    .slice(0, last + 1)
    .map(({ text, style }, column) => {
      // Colours take no room, so it is filled up behind them.
      const room = column === last ? 0 : Math.max(0, (widths[column] ?? 0) - text.length);
      return paint(style, text) + ' '.repeat(room);
    })
    .join(GAP);
}

const toPlain = (cell: Cell): PlainCell =>
  typeof cell === 'string' ? { text: oneLine(cell), style: undefined } : { ...cell, text: oneLine(cell.text) };

/** Control characters of a value are no business of the terminal's. */
export const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');

/** An instant as ISO 8601; nothing where there is none. */
export const instant = (ms: number | undefined): string => (ms === undefined ? '' : new Date(ms).toISOString());
