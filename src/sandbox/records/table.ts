/** Where the records of one object are kept, and how they are found without a scan. */
import type { FieldValue, Row } from '../schema/field.ts';
import type { SObjectType } from '../schema/sobjects.ts';
import { ChangeLog } from './change-log.ts';
import type { Transactions } from './transaction.ts';

type Index = Map<string, Set<string>>;

const keyOf = (value: FieldValue): string => String(value).toLowerCase();

export const idOf = (row: Row): string => String(row['Id']);

export const isDeleted = (row: Row): boolean => row['IsDeleted'] === true;

function addTo(index: Index, row: Row, field: string): void {
  const value = row[field] ?? null;
  if (value === null) return;
  const ids = index.get(keyOf(value));
  if (ids) ids.add(idOf(row));
  else index.set(keyOf(value), new Set([idOf(row)]));
}

function removeFrom(index: Index, row: Row, field: string): void {
  const key = keyOf(row[field] ?? null);
  const ids = index.get(key);
  ids?.delete(idOf(row));
  if (ids?.size === 0) index.delete(key);
}

/** Rows are replaced, never changed, so that a reader's row stays what it was. */
export class Table {
  readonly #transactions: Transactions;
  readonly #onChange: () => void;
  readonly #rows = new Map<string, Row>();
  readonly #changes = new ChangeLog();
  #indexes = new Map<string, Index>();

  /** @param onChange told of every write, also of one that is taken back */
  constructor(type: SObjectType, transactions: Transactions, onChange: () => void) {
    this.#transactions = transactions;
    this.#onChange = onChange;
    this.redefine(type);
  }

  /** Takes over the indexes of a changed type. */
  redefine(type: SObjectType): void {
    const indexed = type.fields.filter((field) => field.indexed);
    this.#indexes = new Map(indexed.map((field) => [field.name, new Map<string, Set<string>>()]));
    for (const row of this.#rows.values()) this.#addToIndexes(row);
  }

  get(id: string): Row | undefined {
    return this.#rows.get(id);
  }

  /** Every row, deleted ones too, oldest first. */
  all(): Iterable<Row> {
    return this.#rows.values();
  }

  get size(): number {
    return this.#rows.size;
  }

  isIndexed(field: string): boolean {
    return this.#indexes.has(field);
  }

  /** Ids of the rows, deleted ones too, whose indexed `field` is `value` in any case. */
  idsWith(field: string, value: FieldValue): Iterable<string> {
    return this.#indexes.get(field)?.get(keyOf(value)) ?? [];
  }

  /** Ids that include every row whose SystemModstamp is `stamp` or later, deleted ones too. */
  idsChangedSince(stamp: string): ReadonlySet<string> {
    return this.#changes.since(stamp);
  }

  /** The live rows whose indexed `field` is `value` in any case. */
  liveWith(field: string, value: FieldValue): Row[] {
    const rows: Row[] = [];
    for (const id of this.idsWith(field, value)) {
      const row = this.#rows.get(id);
      if (row && !isDeleted(row)) rows.push(row);
    }
    return rows;
  }

  insert(row: Row): void {
    this.#put(row);
    this.#transactions.remember(() => this.#drop(row));
  }

  replace(row: Row): void {
    const before = this.#rows.get(idOf(row));
    if (!before) throw new TypeError(`no row ${idOf(row)} to replace`);
    this.#swap(before, row);
    this.#transactions.remember(() => this.#swap(row, before));
  }

  /** Forgets a row for good; no transaction brings it back. */
  remove(row: Row): void {
    this.#drop(row);
  }

  #put(row: Row): void {
    this.#rows.set(idOf(row), row);
    this.#addToIndexes(row);
    this.#logChange(row);
  }

  #drop(row: Row): void {
    for (const [field, index] of this.#indexes) removeFrom(index, row, field);
    this.#rows.delete(idOf(row));
    this.#onChange();
  }

  #swap(before: Row, after: Row): void {
    this.#rows.set(idOf(after), after);
    this.#logChange(after);
    for (const [field, index] of this.#indexes) {
      if (before[field] === after[field]) continue;
      removeFrom(index, before, field);
      addTo(index, after, field);
    }
  }

  #logChange(row: Row): void {
    this.#onChange();
    this.#changes.add(idOf(row), String(row['SystemModstamp'] ?? ''));
    if (this.#changes.size > 2 * this.#rows.size + 1000) this.#changes.rebuild(this.#rows.values());
  }

  #addToIndexes(row: Row): void {
    for (const [field, index] of this.#indexes) addTo(index, row, field);
  }
}
