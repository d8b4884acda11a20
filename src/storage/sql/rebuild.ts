/**
 * What is made from documents, made anew: an attribute that has become unique or searched would else be looked for among keys
 * that were never written.
 */
import { isDeepStrictEqual } from 'node:util';
import { StorageUnavailable } from '../errors.ts';
import type { Json, JsonObject } from '../../scim/json.ts';
import type { Derived } from '../store.ts';
import type { Dialect } from './dialect.ts';
import { insertKeys } from './insert-rows.ts';
import type { Row, SqlValue, Transaction } from './transaction.ts';

/** How keys and the like follow from a document. */
export interface Derivation {
  /** Of all that decides what `derive` makes. */
  readonly fingerprint: string;
  readonly derive: (type: string, document: JsonObject) => Derived;
}

/** A page of documents of a megabyte each fits into memory. */
const PAGE = 200;

/**
 * Brings everything that was derived in another way up to date, all or nothing.
 *
 * @returns how many resources were read; 0 when nothing was to be done
 * @throws StorageUnavailable when values that must be unique now are not
 */
export function* rebuild(dialect: Dialect, derivation: Derivation): Transaction<number> {
  if (yield* isCurrent(derivation)) return 0;
  for (const text of dialect.migrationPrelude) yield { text, values: [], slow: true };
  // Another process may have been faster to the lock.
  if (yield* isCurrent(derivation)) return 0;
  const [any] = yield { text: 'select 1 as found from resource limit 1', values: [] };
  const count = any ? yield* rebuildAll(dialect, derivation) : 0;
  yield* markCurrent(derivation);
  return count;
}

export function* markCurrent({ fingerprint }: Pick<Derivation, 'fingerprint'>): Transaction<void> {
  const text = `insert into setting (name, value) values ('derivation', $1)
    on conflict (name) do update set value = excluded.value`;
  yield { text, values: [fingerprint] };
}

function* isCurrent({ fingerprint }: Derivation): Transaction<boolean> {
  const [row] = yield { text: `select value from setting where name = 'derivation'`, values: [], one: true };
  return row?.['value'] === fingerprint;
}

function* rebuildAll(dialect: Dialect, derivation: Derivation): Transaction<number> {
  for (const table of ['unique_key', 'search_key']) yield { text: `delete from ${table}`, values: [], slow: true };
  let count = 0;
  for (let after = 0; ;) {
    const rows = yield { text: pageText(dialect), values: [after, PAGE], slow: true };
    if (rows.length > 0) yield* rebuildPage(dialect, derivation, rows);
    count += rows.length;
    if (rows.length < PAGE) return count;
    after = Number(rows.at(-1)?.['seq']);
  }
}

const pageText = (dialect: Dialect): string =>
  `select seq, type, id, display, ${dialect.documentText('document')} as document, ${dialect.documentText('folded')} as folded
   from resource where seq > $1 order by seq limit $2`;

function* rebuildPage(dialect: Dialect, { derive }: Derivation, rows: readonly Row[]): Transaction<void> {
  const resources = rows.map((row) => {
    const type = String(row['type']);
    const derived = derive(type, parse(row['document']) as JsonObject);
    return { row, type, id: String(row['id']), seq: Number(row['seq']), keys: derived.keys, derived };
  });
  const conflict = yield* insertKeys(dialect, resources);
  if (conflict !== undefined) throw notUnique(conflict.resource, conflict.attribute);
  for (const { row, seq, derived } of resources) {
    if (isSame(row, derived)) continue;
    const values: SqlValue[] = [derived.display ?? null, derived.folded ?? null, seq];
    yield { text: 'update resource set display = $1, folded = $2 where seq = $3', values, unread: true };
  }
}

function notUnique(
  { type, id }: { readonly type: string; readonly id: string },
  attribute: string,
): StorageUnavailable {
  return new StorageUnavailable(
    `${attribute} of ${type} has to be unique, and ${type} ${id} has the value of another: change one of them with the schemas as they were`,
  );
}

// Documents are written by this program only.
const parse = (text: unknown): Json => (typeof text === 'string' ? (JSON.parse(text) as Json) : null);

const isSame = (row: Row, { display, folded }: Derived): boolean =>
  row['display'] === (display ?? null) && isDeepStrictEqual(parse(row['folded']), parse(folded));
