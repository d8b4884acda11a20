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
  /** Ends a `select` whose rows of `table` nobody else may change until the transaction ends. */
  locked(table: string): string;
  /**
   * A select whose `wide` tells whether `isWide`. A transaction that is, is alone until it ends among those that came here; the
   * others are together.
   */
  keepApart(isWide: string): string;
  /** A select after which a transaction for which `condition` holds is alone, until it ends, among those that said `what`. */
  alone(what: string, condition: string): string;
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
  /** About how many bytes that text has, known without making it. */
  documentBytes(column: string): string;
  /** A `from` item that turns a parameter holding a JSON array of objects into rows. */
  rows(parameter: string, alias: string, columns: Readonly<Record<string, ColumnType>>): string;

  /** What lies at `path` below a JSON expression, as a JSON expression again. */
  member(json: string, path: readonly string[]): string;
  /** The text or the boolean at `path` below a JSON expression. */
  scalar(json: string, path: readonly string[]): string;
  /** A boolean as `scalar` gives it. */
  boolean(value: boolean): SqlValue;
  /** Whether anything below a JSON expression is neither null nor an empty string. */
  holdsValue(json: string): string;
  /** A JSON object of these members, which are SQL expressions. */
  object(members: Readonly<Record<string, string>>): string;
  /** A JSON object with the members of the JSON text `over` in place of its own. */
  overlay(json: string, over: string): string;
  /** A text that compares and sorts by its code points, whatever the language of the database. */
  text(text: string): string;
  /** A text that compares as ids do, so that their indexes serve; for one that `text` or a `keyText` made otherwise. */
  asId(text: string): string;
  /** A text with its ASCII letters in lower case and no others changed. */
  lower(text: string): string;
  /** A `from` item with the columns `value` and `position`: one row per element of the JSON array at `path`. */
  elements(json: string, path: readonly string[], alias: string): string;
  /** `text` contains, starts or ends with the parameter `part`. */
  contains(text: string, part: string): string;
  startsWith(text: string, part: string): string;
  endsWith(text: string, part: string): string;

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
