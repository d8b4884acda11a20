/** Reads a whole database as the records of an export, inside one snapshot that the reader holds. */
import { isObject, type Json } from '../../scim/json.ts';
import { StorageUnavailable } from '../errors.ts';
import {
  RECORD_KINDS,
  type RecordCounts,
  type RecordKind,
  type Sequences,
  type Snapshot,
  type TransferRecord,
} from '../transfer.ts';
import type { Dialect } from './dialect.ts';
import { readSchemaVersion, readUnfinishedImport, unfinishedImport } from './inspect.ts';
import { schemaFault } from './migrations.ts';
import { TABLES, type Column, type Table } from './tables.ts';
import type { Driver, Row, SqlValue } from './transaction.ts';

/** A connection whose reads all see the database as it was at the first. */
export type SnapshotReader = Pick<Driver, 'read' | 'close'>;

const PAGE_ROWS = 1_000;
/** Pages get shorter where rows are large, such as groups with many members. */
const PAGE_CHARACTERS = 4_000_000;

/**
 * @param now epoch milliseconds: what is being delivered is due then, for a lease is worth nothing elsewhere
 * @throws StorageUnavailable when the database is not this program's, or half of it is missing
 */
export async function readSnapshot(reader: SnapshotReader, dialect: Dialect, now: number): Promise<Snapshot> {
  const schema = await readSchemaVersion(reader, dialect);
  refuseSchema(schema);
  const unfinished = await readUnfinishedImport(reader, dialect);
  if (unfinished !== undefined) throw new StorageUnavailable(unfinishedImport(unfinished));
  return {
    schema,
    counts: await countRecords(reader),
    sequences: await readSequences(reader, dialect),
    pages: (kind) => readPages(reader, dialect, TABLES[kind], now),
    close: () => reader.close(),
  };
}

function refuseSchema(schema: number): void {
  const fault = schemaFault(schema);
  if (fault !== undefined) throw new StorageUnavailable(fault);
}

async function countRecords(reader: SnapshotReader): Promise<RecordCounts> {
  const counts: [RecordKind, number][] = [];
  for (const kind of RECORD_KINDS) {
    const [row] = await reader.read({ text: `select count(*) as records from ${kind}`, values: [] });
    counts.push([kind, Number(row?.['records'])]);
  }
  // One entry for each kind.
  return Object.fromEntries(counts) as RecordCounts;
}

async function readSequences(reader: SnapshotReader, dialect: Dialect): Promise<Sequences> {
  const last = async (table: keyof Sequences): Promise<number> => {
    const [row] = await reader.read({ text: dialect.lastKey(table), values: [] });
    return Number(row?.['last'] ?? 0);
  };
  return { resource: await last('resource'), member: await last('member'), journal: await last('journal') };
}

async function* readPages(
  reader: SnapshotReader,
  dialect: Dialect,
  table: Table,
  now: number,
): AsyncGenerator<readonly TransferRecord[]> {
  let after: readonly SqlValue[] = [];
  let limit = PAGE_ROWS;
  for (;;) {
    const text = pageText(dialect, table, after.length > 0);
    const rows = await reader.read({ text, values: [limit, ...(table === TABLES.lane ? [now] : []), ...after] });
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows.map((row) => toRecord(table, row));
    if (rows.length < limit) return;
    // Keys are texts and numbers; PostgreSQL's bigint may come as text and compares all the same.
    after = table.key.map((name) => last[name] as SqlValue);
    limit = nextLimit(rows);
  }
}

function nextLimit(rows: readonly Row[]): number {
  const characters = rows.reduce((sum, { document }) => sum + (typeof document === 'string' ? document.length : 0), 0);
  return Math.max(1, Math.min(PAGE_ROWS, Math.floor((PAGE_CHARACTERS * rows.length) / (characters + 1))));
}

function pageText(dialect: Dialect, table: Table, isLater: boolean): string {
  const first = table === TABLES.lane ? 3 : 2;
  const places = table.key.map((_, index) => `$${first + index}`);
  const later = isLater ? `where (${table.key.join(', ')}) > (${places.join(', ')})` : '';
  const columns = table.columns.map((column) => selected(dialect, table, column));
  return `select ${columns.join(', ')} from ${table.name} ${later} order by ${table.key.join(', ')} limit $1`;
}

/** A lease is a promise of a process to settle a lane; whoever imports it has none, so the lane is due. */
const FREED = 'case when lease is not null and due_at > $2 then cast($2 as bigint) else due_at end as due_at';

function selected(dialect: Dialect, table: Table, { name }: Column): string {
  if (name === 'document') return `${dialect.documentText(name)} as ${name}`;
  if (name === 'due_at') return table === TABLES.lane ? FREED : name;
  return name;
}

function toRecord(table: Table, row: Row): TransferRecord {
  const record: Record<string, Json> & { kind: RecordKind } = { kind: table.name };
  for (const { name, member, type } of table.columns) {
    const value = row[name];
    if (value !== null && value !== undefined) record[member] = READ[name === 'document' ? 'document' : type](value);
  }
  return record;
}

// JSON is written by this program only.
const READ: Readonly<Record<Column['type'] | 'document', (value: unknown) => Json>> = {
  text: String,
  bigint: Number,
  json: (value) => JSON.parse(String(value)) as Json,
  document: (value) => ordered(JSON.parse(String(value)) as Json),
};

/** As a resource is written when it comes by SCIM. */
const FIRST = ['schemas', 'id'];
const rank = (name: string): number => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length);

/** PostgreSQL keeps members in an order of its own: with one order, exports of the same data are the same text. */
function ordered(value: Json): Json {
  if (Array.isArray(value)) return value.map(ordered);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1))
      .map(([name, member]) => [name, ordered(member)]),
  );
}
