/** Tables for people on a terminal: a heading, a row a line, columns as wide as what is in them. */

const GAP = '  ';
/** A longer text would push the columns behind it off the screen. */
const MAX_WIDTH = 60;

/** @returns lines with a line end each; nothing but the heading when there are no rows */
export function printTable(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [heading, ...rows].map((cells) => cells.map(oneLine));
  const widths = heading.map((_, column) =>
    Math.min(MAX_WIDTH, Math.max(...lines.map((cells) => cells[column]?.length ?? 0))),
  );
  return lines.map((cells) => `${printRow(cells, widths)}\n`).join('');
}

const printRow = (cells: readonly string[], widths: readonly number[]): string =>
  cells
    .map((cell, column) => cell.padEnd(widths[column] ?? 0))
    .join(GAP)
    .trimEnd();

/** Control characters of a value are no business of the terminal's. */
const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');

/** An instant as ISO 8601; nothing where there is none. */
export const instant = (ms: number | undefined): string => (ms === undefined ? '' : new Date(ms).toISOString());
