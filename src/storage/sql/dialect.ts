/** Where the SQL of the two engines differs; everything else is written once. */

import type { SqlValue, Statement } from './transaction.ts';

/** Types of JSON members that are read as rows. */
export type ColumnType = 'text' | 'bigint';

export interface ManyRows {
  readonly table: string;
  /** `document`: JSON text. */
  readonly columns: Readonly<Record<string, ColumnType | 'document'>>;
  readonly rows: readonly Readonly<Record<string, SqlValue>>[];
  /** What follows the values, e.g. `on conflict do nothing`. */
  readonly rest: string;
}

export interface Dialect {
  /** Ends a `select` that claims rows, so that two instances never wait for each other. */
  readonly skipLocked: string;
  /** Ends the definition of a table that is nothing but its primary key, so that rows lie in key order and once. */
  readonly keyTable: string;
  /** Ends the definition of a table whose rows change all the time. */
  readonly busyTable: string;
  /** Column type of a text that is searched by what it begins with: ordered by its code points. */
  readonly keyText: string;
  /** Column type of a growing integer key. */
  readonly serialKey: string;
  /** The number that this transaction's latest insert into the journal was given. */
  readonly latestJournalSeq: string;
  /** Column type of a JSON document. */
  readonly document: string;
  /** Text of a JSON column as it is answered. */
  documentText(column: string): string;
  /** A `from` item that turns a parameter holding a JSON array of objects into rows. */
  rows(parameter: string, alias: string, columns: Readonly<Record<string, ColumnType>>): string;

  /** What lies at `path` below a JSON expression, as a JSON expression again. */
  member(json: string, path: readonly string[]): string;
  /** A text that compares and sorts by its code points, whatever the language of the database. */
  text(text: string): string;
  /** A value in the one case that the engine's `lower` gives its text. */
  fold(value: string): string;
  /** The scalar at `path` below a JSON expression, as a comparable SQL value. */
  scalar(json: string, path: readonly string[], type: ScalarType): string;
  /** A `from` item with one row per element of the JSON array at `path`; none when it is absent. */
  elements(json: string, path: readonly string[], alias: string): string;
  /** The JSON expression of one element that `elements` gave. */
  element(alias: string): string;
  /** `text` contains, starts or ends with the parameter `part`. */
  contains(text: string, part: string): string;
  startsWith(text: string, part: string): string;
  endsWith(text: string, part: string): string;
  /** An instant (RFC 3339 text) as something that compares in time order. */
  instant(text: string): string;

  /** The clock of the database as epoch milliseconds. */
  readonly now: string;
  /** A select whose `tables` is the number of tables named `$1`. */
  readonly countTables: string;
  /** Statements that together insert many rows, serial keys included, in the fastest way that the engine has. */
  insertMany(insert: ManyRows): readonly Statement[];
  /** A select whose `last` is the latest serial key that a table gave. */
  lastKey(table: string): string;
  /** Statements after which the serial key of a table goes on above `$1`, or above what it gave if that is more. */
  goOnAbove(table: string): readonly string[];
  /** Statements before a migration or an import: no other process does one at the same time, and it gets the time it takes. */
  readonly migrationPrelude: readonly string[];
}

export type ScalarType = 'text' | 'number' | 'boolean';
