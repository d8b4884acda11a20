/** Writes the records of an export into an empty database, in transactions that remember how far they came. */
import type { Json } from '../../scim/json.ts';
import type { Derived } from '../store.ts';
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
import { insertAll, insertKeys } from './insert-rows.ts';
import { markCurrent } from './rebuild.ts';
import { TABLES, type Column, type Table } from './tables.ts';
import type { Driver, Row, SqlValue, Transaction } from './transaction.ts';

/** @param driver of a database whose schema is up to date */
export function sqlImporter(driver: Driver, dialect: Dialect): Importer {
  return {
    begin: (header, now, derivation) => driver.write(() => begin(dialect, header, now, derivation)),
    write: (id, from, to, records) => driver.write(() => writeRecords(dialect, id, { from, to }, records)),
    finish: (id, now) => driver.write(() => finish(dialect, id, now)),
    close: () => driver.close(),
  };
}

const SEQUENCED = ['resource', 'member', 'journal'] as const satisfies readonly (keyof Sequences)[];

function* begin(dialect: Dialect, header: TransferHeader, now: number, fingerprint: string): Transaction<ImportState> {
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
  yield { text: 'delete from refusal', values: [] };
  for (const table of SEQUENCED) yield* goOnAbove(dialect, table, header.sequences[table]);
  yield* markCurrent({ fingerprint });
  const text = 'insert into import (id, line, started_at) values ($1, 1, $2)';
  yield { text, values: [header.id, now] };
  return { kind: 'begun', line: 1 };
}

function* refuseUsed(): Transaction<void> {
  const used = ['resource', 'member', 'lane', 'journal'].map((table) => `exists (select 1 from ${table})`).join(' or ');
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
  member: 'select coalesce(max(seq), 0) as last from member',
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
  const keyed = records.map(({ line, record, derived }) => ({ ...keyedBy(record), keys: derived?.keys ?? [], line }));
  const conflict = yield* insertKeys(dialect, keyed);
  if (conflict !== undefined)
    throw new ImportRefused(
      `line ${conflict.resource.line}: another resource has this value of ${conflict.attribute} already`,
    );
}

/** Checked when the record was written. */
const keyedBy = ({ type, seq }: TransferRecord) => ({ type: type as string, seq: seq as number });

function* writeTable(dialect: Dialect, table: Table, records: readonly NumberedRecord[]): Transaction<void> {
  const rows = records.map(({ line, record, derived }) => ({
    line,
    values: { ...toRow(table, record, line), ...(derived && toDerivedRow(derived)) },
  }));
  const columns = { ...typesOf(table), ...(table.name === 'resource' && DERIVED_COLUMNS) };
  const rest = yield* insertAll(dialect, { ...table, table: table.name, columns }, rows);
  if (rest !== undefined) throw new ImportRefused(`line ${rest.line}: this ${table.name} is in the database already`);
}

const DERIVED_COLUMNS = { display: 'text', folded: 'document' } as const;

const toDerivedRow = ({ display, folded }: Derived): Values => ({ display: display ?? null, folded: folded ?? null });

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
