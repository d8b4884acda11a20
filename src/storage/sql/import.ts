/** Writes the records of an export into an empty database, in transactions that remember how far they came. */
import type { Json } from '../../scim/json.ts';
import type { ResourceKey } from '../store.ts';
import {
  ImportRefused,
  RECORD_KINDS,
  type Importer,
  type ImportState,
  type NumberedRecord,
  type Sequences,
  type TransferHeader,
  type TransferRecord,
} from '../transfer.ts';
import type { Dialect, ManyRows } from './dialect.ts';
import { unfinishedImport } from './inspect.ts';
import { keyValue } from './key-value.ts';
import { TABLES, type Column, type Table } from './tables.ts';
import type { Driver, Row, SqlValue, Transaction } from './transaction.ts';

/** @param driver of a database whose schema is up to date */
export function sqlImporter(driver: Driver, dialect: Dialect): Importer {
  return {
    begin: (header, now) => driver.write(() => begin(dialect, header, now)),
    write: (id, from, to, records) => driver.write(() => writeRecords(dialect, id, { from, to }, records)),
    finish: (id, now) => driver.write(() => finish(dialect, id, now)),
    close: () => driver.close(),
  };
}

const SEQUENCED = ['resource', 'journal'] as const satisfies readonly (keyof Sequences)[];

function* begin(dialect: Dialect, header: TransferHeader, now: number): Transaction<ImportState> {
  for (const text of dialect.migrationPrelude) yield { text, values: [], slow: true };
  const known = yield { text: 'select id, line, finished_at from import', values: [] };
  const unfinished = known.find((row) => row['finished_at'] === null);
  if (unfinished && unfinished['id'] !== header.id)
    throw new ImportRefused(`${unfinishedImport(String(unfinished['id']))} with the file of that export`);
  if (unfinished) return { kind: 'resumed', line: Number(unfinished['line']) };
  const finished = known.find((row) => row['id'] === header.id);
  if (finished) return { kind: 'finished', finishedAt: Number(finished['finished_at']) };
  yield* refuseUsed();
  // A service that never held a user may have left one.
  yield { text: 'delete from gate', values: [] };
  for (const table of SEQUENCED) yield* goOnAbove(dialect, table, header.sequences[table]);
  const text = 'insert into import (id, line, started_at) values ($1, 1, $2)';
  yield { text, values: [header.id, now] };
  return { kind: 'begun', line: 1 };
}

function* refuseUsed(): Transaction<void> {
  const used = ['resource', 'lane', 'journal'].map((table) => `exists (select 1 from ${table})`).join(' or ');
  const rows = yield { text: `select case when ${used} then 1 else 0 end as used`, values: [] };
  if (Number(rows[0]?.['used']) === 0) return;
  throw new ImportRefused('the database is not empty: import goes into an empty one, so name another in DATABASE_URL');
}

/** Set before the first record and after the last: who writes meanwhile is given numbers that no record has. */
function* goOnAbove(dialect: Dialect, table: keyof Sequences, last: number): Transaction<void> {
  for (const text of dialect.goOnAbove(table)) yield { text, values: [last] };
}

function* finish(dialect: Dialect, id: string, now: number): Transaction<void> {
  for (const table of SEQUENCED) {
    const latest = yield { text: dialect.lastKey(table), values: [] };
    const greatest = yield { text: GREATEST[table], values: [] };
    yield* goOnAbove(dialect, table, Math.max(lastOf(latest), lastOf(greatest)));
  }
  yield { text: 'update import set finished_at = $1 where id = $2', values: [now, id] };
}

/** Lanes name journal numbers, also of entries that were pruned or left out. */
const GREATEST: Readonly<Record<keyof Sequences, string>> = {
  resource: 'select coalesce(max(seq), 0) as last from resource',
  journal: `select max(last) as last from (
    select coalesce(max(seq), 0) as last from journal union all select coalesce(max(tail_seq), 0) from lane
  ) as both_of_them`,
};

const lastOf = (rows: readonly Row[]): number => Number(rows[0]?.['last'] ?? 0);

function* writeRecords(
  dialect: Dialect,
  id: string,
  { from, to }: { readonly from: number; readonly to: number },
  records: readonly NumberedRecord[],
): Transaction<void> {
  const text = 'update import set line = $1 where id = $2 and line = $3 and finished_at is null returning line';
  const moved = yield { text, values: [to, id, from] };
  if (moved.length === 0) throw new ImportRefused('another process runs this import: let one of them finish');
  for (const kind of RECORD_KINDS) {
    const some = records.filter(({ record }) => record.kind === kind);
    if (some.length > 0) yield* writeTable(dialect, TABLES[kind], some);
  }
  yield* writeKeys(dialect, records);
}

function* writeTable(dialect: Dialect, table: Table, records: readonly NumberedRecord[]): Transaction<void> {
  const rows = records.map(({ line, record }) => ({ line, values: toRow(table, record, line) }));
  const rest = yield* insertAll(dialect, { ...table, table: table.name, columns: typesOf(table) }, rows);
  if (rest !== undefined) throw new ImportRefused(`line ${rest.line}: this ${table.name} is in the database already`);
}

const typesOf = ({ columns }: Table): ManyRows['columns'] =>
  Object.fromEntries(
    columns.map(({ name, type }) => [name, type === 'json' ? (name === 'document' ? name : 'text') : type]),
  );

type Values = Readonly<Record<string, SqlValue>>;

function toRow(table: Table, record: TransferRecord, line: number): Values {
  const values: Record<string, SqlValue> = {};
  for (const column of table.columns) values[column.name] = toValue(table, column, record[column.member], line);
  return values;
}

function toValue(table: Table, column: Column, value: Json | undefined, line: number): SqlValue {
  if (value === undefined && column.nullable) return null;
  const taken = value === undefined ? undefined : TAKE[column.type](value);
  if (taken !== undefined) return taken;
  throw new ImportRefused(`line ${line}: ${column.member} of this ${table.name} is not ${NAMES[column.type]}`);
}

const TAKE: Readonly<Record<Column['type'], (value: Json) => SqlValue | undefined>> = {
  text: (value) => (typeof value === 'string' ? value : undefined),
  bigint: (value) => (Number.isSafeInteger(value) ? (value as number) : undefined),
  json: (value) => (typeof value === 'object' && value !== null ? JSON.stringify(value) : undefined),
};

const NAMES: Readonly<Record<Column['type'], string>> = {
  text: 'a text',
  bigint: 'a whole number',
  json: 'an object',
};

interface SentRow {
  readonly line: number;
  readonly values: Values;
}

type Target = Pick<ManyRows, 'table' | 'columns'> & Pick<Table, 'key'>;

/** @returns the first row that was not inserted, because one with its key is there */
function* insertAll(dialect: Dialect, target: Target, rows: readonly SentRow[]): Transaction<SentRow | undefined> {
  const { table, columns, key } = target;
  const rest = `on conflict do nothing returning ${key.join(', ')}`;
  const inserted: Row[] = [];
  for (const statement of dialect.insertMany({ table, columns, rest, rows: rows.map(({ values }) => values) }))
    inserted.push(...(yield statement));
  if (inserted.length === rows.length) return undefined;
  const nameOf = (row: Row): string => JSON.stringify(key.map((name) => String(row[name])));
  const missing = new Set(inserted.map(nameOf));
  // Of two rows with one key the first is in, and is taken off here so that the second is found.
  return rows.find(({ values }) => !missing.delete(nameOf(values)));
}

const KEY_COLUMNS = { type: 'text', attribute: 'text', value: 'text', seq: 'bigint' } as const;
const UNIQUE_KEY: Target = { table: 'unique_key', columns: KEY_COLUMNS, key: ['type', 'attribute', 'value'] };

function* writeKeys(dialect: Dialect, records: readonly NumberedRecord[]): Transaction<void> {
  const rows = records.flatMap(({ line, record, keys }) => keys.map((key) => toKeyRow(line, record, key)));
  const unique = rows.filter((row) => row.unique);
  const rest = yield* insertAll(dialect, UNIQUE_KEY, unique);
  if (rest !== undefined)
    throw new ImportRefused(
      `line ${rest.line}: another resource has this value of ${String(rest.values['attribute'])} already`,
    );
  const searched = rows.filter((row) => !row.unique).map(({ values }) => values);
  const search = { table: 'search_key', columns: KEY_COLUMNS, rest: 'on conflict do nothing', rows: searched };
  yield* dialect.insertMany(search);
}

const toKeyRow = (line: number, { type, seq }: TransferRecord, { attribute, value, unique }: ResourceKey) => ({
  line,
  unique,
  // Checked when the resource was written.
  values: { type: type as string, attribute, value: keyValue(value), seq: seq as number },
});
