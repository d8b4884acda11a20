/** Inserting many rows at once, and finding the one that was there already. */
import type { ResourceKey } from '../store.ts';
import type { Dialect, ManyRows } from './dialect.ts';
import { keyValue } from './key-value.ts';
import type { Row, SqlValue, Transaction } from './transaction.ts';

interface SentRow {
  readonly values: Readonly<Record<string, SqlValue>>;
}

export interface InsertTarget extends Pick<ManyRows, 'table' | 'columns'> {
  /** By which its rows are told apart. */
  readonly key: readonly string[];
}

/** @returns the first row that was not inserted, because one with its key is there */
export function* insertAll<R extends SentRow>(
  dialect: Dialect,
  { table, columns, key }: InsertTarget,
  rows: readonly R[],
): Transaction<R | undefined> {
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

export interface KeyedResource {
  readonly type: string;
  readonly seq: number;
  readonly keys: readonly ResourceKey[];
}

const KEY_COLUMNS = { type: 'text', attribute: 'text', value: 'text', seq: 'bigint' } as const;
const UNIQUE_KEY = { table: 'unique_key', columns: KEY_COLUMNS, key: ['type', 'attribute', 'value'] } as const;

/** @returns the first resource with a unique value that another one has, and the attribute */
export function* insertKeys<R extends KeyedResource>(
  dialect: Dialect,
  resources: readonly R[],
): Transaction<{ readonly resource: R; readonly attribute: string } | undefined> {
  const rows = resources.flatMap((resource) => resource.keys.map((key) => toKeyRow(resource, key)));
  const rest = yield* insertAll(
    dialect,
    UNIQUE_KEY,
    rows.filter(({ unique }) => unique),
  );
  if (rest !== undefined) return rest;
  const searched = rows.filter(({ unique }) => !unique).map(({ values }) => values);
  yield* dialect.insertMany({
    table: 'search_key',
    columns: KEY_COLUMNS,
    rest: 'on conflict do nothing',
    rows: searched,
  });
  return undefined;
}

const toKeyRow = <R extends KeyedResource>(resource: R, { attribute, value, unique }: ResourceKey) => ({
  resource,
  attribute,
  unique,
  values: { type: resource.type, attribute, value: keyValue(value), seq: resource.seq },
});
