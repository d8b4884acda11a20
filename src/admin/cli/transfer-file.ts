/** How an export lies in a file: NDJSON with a header first and an end line last, so that a cut file is noticed. */
import { isObject, type JsonObject } from '../../scim/json.ts';
import { RECORD_KINDS, type RecordCounts, type TransferHeader, type TransferRecord } from '../../storage/transfer.ts';
import { CommandFailed } from './errors.ts';

const FORMAT = 'scim-salesforce';
const FORMAT_VERSION = 1;

/** The first line. */
export interface FileHeader extends TransferHeader {
  readonly format: typeof FORMAT;
  readonly version: number;
  /** RFC 3339. */
  readonly exportedAt: string;
  readonly counts: RecordCounts;
}

export const toHeader = (header: Omit<FileHeader, 'format' | 'version'>): FileHeader => ({
  format: FORMAT,
  version: FORMAT_VERSION,
  ...header,
});

export const printLine = (value: FileHeader | TransferRecord | EndLine): string => `${JSON.stringify(value)}\n`;

/** The last line. */
export interface EndLine {
  readonly kind: 'end';
  readonly records: number;
}

export const isEnd = (record: TransferRecord | EndLine): record is EndLine => record.kind === 'end';

export interface Line {
  /** 1 is the header. */
  readonly number: number;
  readonly text: string;
  /** Whether a line end follows: a cut file ends without. */
  readonly isWhole: boolean;
}

const NEW_LINE = 0x0a;
/** A group with a million members needs as much; a file without line ends is none of ours. */
const MAX_LINE_BYTES = 256 * 1024 * 1024;

/** Splits at line feeds alone: JSON leaves U+2028 as it is, which readline takes for a line end. */
export async function* readLines(source: AsyncIterable<Buffer>): AsyncGenerator<readonly Line[]> {
  let rest: Buffer[] = [];
  let restBytes = 0;
  let number = 0;
  for await (const chunk of source) {
    const lines: Line[] = [];
    let from = 0;
    for (let end = chunk.indexOf(NEW_LINE); end !== -1; end = chunk.indexOf(NEW_LINE, from)) {
      number += 1;
      lines.push({ number, text: textOf(rest, chunk.subarray(from, end)), isWhole: true });
      rest = [];
      restBytes = 0;
      from = end + 1;
    }
    rest.push(chunk.subarray(from));
    restBytes += chunk.length - from;
    if (restBytes > MAX_LINE_BYTES) throw new CommandFailed(`line ${number + 1} has no end: this is no export`);
    if (lines.length > 0) yield lines;
  }
  if (restBytes > 0) yield [{ number: number + 1, text: Buffer.concat(rest).toString('utf8'), isWhole: false }];
}

/** Most lines lie in one chunk. */
const textOf = (before: readonly Buffer[], last: Buffer): string =>
  (before.length === 0 ? last : Buffer.concat([...before, last])).toString('utf8');

/** @throws CommandFailed when the line is not the header of an export that this program knows */
export function readHeader(line: Line | undefined, newestSchema: number): FileHeader {
  const header = line?.isWhole ? parse(line.text) : undefined;
  if (header?.['format'] !== FORMAT)
    throw new CommandFailed('this is no export of scim-salesforce: its first line is not the header');
  const [version, schema] = [Number(header['version']), Number(header['schema'])];
  if (version > FORMAT_VERSION || schema > newestSchema)
    throw new CommandFailed(
      `the export is of a newer program (format ${version}, schema ${schema}): run that one, this one knows format ${FORMAT_VERSION} and schema ${newestSchema}`,
    );
  if (!isSound(header)) throw new CommandFailed('line 1: the header lacks id, counts or sequences: export again');
  return header;
}

function isSound(header: JsonObject): header is JsonObject & FileHeader {
  const { id, schema, sequences, counts } = header;
  const hold = (value: unknown, names: readonly string[]): boolean =>
    isObject(value) && names.every((name) => Number.isSafeInteger(value[name]) && Number(value[name]) >= 0);
  return (
    typeof id === 'string' &&
    id !== '' &&
    Number.isSafeInteger(schema) &&
    hold(sequences, ['resource', 'member', 'journal']) &&
    hold(counts, RECORD_KINDS)
  );
}

/** What a file is that ends too early; what was read of it is kept. */
const CUT =
  'the file is incomplete: it has no end line; what it holds is imported: run import again with the whole file';

export const cutFile = (): CommandFailed => new CommandFailed(CUT);

/** @throws CommandFailed naming the line that is no record, or cut off */
export function readRecord({ number, text, isWhole }: Line): TransferRecord | EndLine {
  const value = parse(text);
  if (value === undefined) throw isWhole ? new CommandFailed(`line ${number} is no JSON object`) : cutFile();
  const kind = value['kind'];
  // The members are checked when they are written.
  if (kind === 'end' || RECORD_KINDS.some((known) => known === kind)) return value as TransferRecord | EndLine;
  throw new CommandFailed(`line ${number} is of no known kind: kind must be one of ${RECORD_KINDS.join(', ')}, end`);
}

function parse(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
