/** What the org remembers of each bulk job (Bulk API 2.0: "Ingest Jobs", "Query Jobs"). */
import type { CsvFormat } from './csv.ts';

export type JobState = 'Open' | 'UploadComplete' | 'InProgress' | 'JobComplete' | 'Aborted' | 'Failed';

export type IngestOperation = 'insert' | 'update' | 'upsert' | 'delete';

/** When a job that was handed over takes its two steps; epoch milliseconds. */
export interface Schedule {
  readonly inProgressAt: number;
  readonly completeAt: number;
}

interface BaseJob {
  readonly id: string;
  /** Canonical name of the object. */
  readonly object: string;
  readonly format: CsvFormat;
  readonly createdById: string;
  readonly createdDate: string;
  readonly version: number;
  /** `/services/data/vXX.X` */
  readonly base: string;
  state: JobState;
  systemModstamp: string;
  schedule: Schedule | null;
  errorMessage: string | null;
}

/** A row as it was uploaded, under the names of the header. */
export type CsvRow = readonly string[];

export interface RowOutcome {
  readonly row: CsvRow;
  /** Empty for a record that was not created. */
  readonly id: string;
  readonly created: boolean;
  /** `CODE:message:Field --`; null for a row that was saved. */
  readonly error: string | null;
}

export interface IngestJob extends BaseJob {
  readonly kind: 'ingest';
  readonly operation: IngestOperation;
  readonly externalIdFieldName: string | null;
  readonly assignmentRuleId: string | null;
  /** The CSV as it came; null until it did. */
  upload: string | null;
  header: readonly string[];
  outcomes: readonly RowOutcome[];
  unprocessed: readonly CsvRow[];
}

export interface QueryJob extends BaseJob {
  readonly kind: 'query';
  readonly operation: 'query' | 'queryAll';
  readonly query: string;
  header: readonly string[];
  rows: readonly CsvRow[];
}

export type Job = IngestJob | QueryJob;

export class JobStore {
  readonly #jobs = new Map<string, Job>();

  add(job: Job): void {
    this.#jobs.set(job.id, job);
  }

  get(id: string): Job | undefined {
    return this.#jobs.get(id);
  }

  remove(id: string): void {
    this.#jobs.delete(id);
  }

  /** Oldest first. */
  all(): Job[] {
    return [...this.#jobs.values()];
  }
}
