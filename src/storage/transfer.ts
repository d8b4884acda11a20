/** What leaves a database with `export` and enters another with `import`, and the two ends that do it. */
import type { Json } from '../scim/json.ts';
import { StorageUnavailable } from './errors.ts';
import type { Derived } from './store.ts';

/** In the order in which they are exported and imported: a lane follows its user. */
export const RECORD_KINDS = ['resource', 'member', 'lane', 'journal', 'gate', 'pause'] as const;
export type RecordKind = (typeof RECORD_KINDS)[number];

/** One row of a table, its members named as in `store.ts`; what is null in the table is absent. */
export type TransferRecord = { readonly kind: RecordKind } & Readonly<Record<string, Json>>;

/** Tables whose rows are numbered: the latest number each has given, be it to a row that is gone. */
export type Sequences = Readonly<Record<'resource' | 'member' | 'journal', number>>;
export type RecordCounts = Readonly<Record<RecordKind, number>>;

/** One consistent look at a whole database, while others write. */
export interface Snapshot {
  /** Version of the schema. */
  readonly schema: number;
  readonly counts: RecordCounts;
  readonly sequences: Sequences;
  /** All records of a kind by key, a page at a time. @throws StorageUnavailable */
  pages(kind: RecordKind): AsyncIterable<readonly TransferRecord[]>;
  close(): Promise<void>;
}

/** What the first line of an export says of it. */
export interface TransferHeader {
  /** Of this export, whatever the database. */
  readonly id: string;
  readonly schema: number;
  readonly sequences: Sequences;
}

/** One record with the line of the file on which it stands. */
export interface NumberedRecord {
  readonly line: number;
  readonly record: TransferRecord;
  /** Of a resource: it is not exported but made anew. */
  readonly derived?: Derived;
}

/** Where an import stands: how many lines of its file are in the database, the header counted. */
export type ImportState =
  | { readonly kind: 'begun' | 'resumed'; readonly line: number }
  /** Epoch milliseconds. */
  | { readonly kind: 'finished'; readonly finishedAt: number };

export interface Importer {
  /**
   * Begins an import into an empty database, or finds where it was interrupted.
   *
   * @param derivation fingerprint of how `derived` of the records is made
   * @throws ImportRefused when the database holds something else
   */
  begin(header: TransferHeader, now: number, derivation: string): Promise<ImportState>;
  /**
   * Writes what stands on the lines above `from` up to `to`, all or nothing.
   *
   * @throws ImportRefused naming the line of a record that cannot be written
   */
  write(id: string, from: number, to: number, records: readonly NumberedRecord[]): Promise<void>;
  finish(id: string, now: number): Promise<void>;
  close(): Promise<void>;
}

/** The database does not take this import, or not this record of it; the message says why. */
export class ImportRefused extends StorageUnavailable {
  constructor(message: string) {
    super(message);
    this.name = 'ImportRefused';
  }
}

export interface SchemaChange {
  /** Schema version before; 0 when there were no tables. */
  readonly from: number;
  readonly to: number;
}

/** What was found of a database by looking alone. */
export interface Inspection {
  /** Engine and place, without credentials. */
  readonly place: string;
  /** 0 when there are no tables yet. */
  readonly schema: number;
  /** What this program's schema version is. */
  readonly newest: number;
  /** The export whose import was interrupted. */
  readonly unfinishedImport?: string;
  /** What keeps the service from using it, each with what to do. */
  readonly obstacles: readonly string[];
}
