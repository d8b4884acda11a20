/** How bulk data is read and written (Bulk API 2.0: "Prepare CSV Files"). */
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';

export const DELIMITERS = {
  BACKQUOTE: '`',
  CARET: '^',
  COMMA: ',',
  PIPE: '|',
  SEMICOLON: ';',
  TAB: '\t',
} as const;

export const LINE_ENDINGS = { LF: '\n', CRLF: '\r\n' } as const;

export interface CsvFormat {
  readonly columnDelimiter: keyof typeof DELIMITERS;
  readonly lineEnding: keyof typeof LINE_ENDINGS;
}

/** Data that cannot be read at all: its job fails with this message. */
export class CsvError extends Error {
  override readonly name = 'CsvError';
}

/** The platform looks at the first line alone. */
function checkLineEnding(text: string, { lineEnding }: CsvFormat): void {
  const end = text.indexOf('\n');
  const isCrLf = end > 0 && text.charAt(end - 1) === '\r';
  if (end < 0 || isCrLf === (lineEnding === 'CRLF')) return;
  throw new CsvError(
    `ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is ${lineEnding}`,
  );
}

/**
 * Reads CSV: the first line is the header.
 *
 * @throws CsvError when the lines end otherwise than the job says, or a row is broken
 */
export function readCsv(text: string, format: CsvFormat): { header: string[]; rows: string[][] } {
  if (text.trim() === '') throw new CsvError('ClientInputError : Unable to find any data to create batch');
  checkLineEnding(text, format);
  try {
    const [header = [], ...rows] = parse(text, {
      bom: true,
      delimiter: DELIMITERS[format.columnDelimiter],
      record_delimiter: LINE_ENDINGS[format.lineEnding],
      skip_empty_lines: true,
    });
    return { header, rows };
  } catch (error) {
    throw new CsvError(`InvalidBatch : Failed to parse CSV: ${error instanceof Error ? error.message : ''}`, {
      cause: error,
    });
  }
}

/** Writes CSV with every value in quotes, as the platform does. */
export const writeCsv = (header: readonly string[], rows: readonly (readonly string[])[], format: CsvFormat): string =>
  stringify([header, ...rows] as string[][], {
    delimiter: DELIMITERS[format.columnDelimiter],
    record_delimiter: LINE_ENDINGS[format.lineEnding],
    quoted: true,
    quoted_empty: true,
  });
