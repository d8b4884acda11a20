/**
 * How shared SQL runs on a synchronous and on an asynchronous driver alike: a transaction is a generator that yields
 * statements and is given their rows. SQLite runs it without ever leaving the event-loop turn, PostgreSQL awaits each one.
 */

export type SqlValue = string | number | null;
export type Row = Readonly<Record<string, unknown>>;

/** One statement with `$1`, `$2` … placeholders. */
export interface Statement {
  readonly text: string;
  readonly values: readonly SqlValue[];
  /** At most one row comes back, and a driver may save the work of expecting more. */
  readonly one?: true;
  /** Nobody reads its rows: a driver may go on before they are there. */
  readonly unread?: true;
  /** Its best plan depends on its values, so each run is planned for them. */
  readonly varied?: true;
  /** May take longer than any request may wait. */
  readonly slow?: true;
}

export type Transaction<T> = Generator<Statement, T, readonly Row[]>;

/** One database. Errors other than those that `steps` throws arrive as StorageUnavailable. */
export interface Driver {
  read(statement: Statement): Promise<readonly Row[]>;
  /** Runs `steps` in one transaction: durable when the promise resolves, undone when it rejects. May run them again. */
  write<T>(steps: () => Transaction<T>): Promise<T>;
  /** How processes on this database wake each other; absent where there is only one. */
  readonly signals?: Signals;
  close(): Promise<void>;
}

/** Runs steps that only read, each by itself and outside a transaction. */
export async function readSteps<T>(reader: Pick<Driver, 'read'>, steps: Transaction<T>): Promise<T> {
  let step = steps.next([]);
  while (!step.done) step = steps.next(await reader.read(step.value));
  return step.value;
}

/** Hints that something is to be done. One may get lost: whoever listens looks for itself from time to time. */
export interface Signals {
  /** Tells the other processes, soon. */
  send(topic: string): void;
  /** @param listener is told the topic; undefined when signals may have been missed */
  listen(listener: (topic: string | undefined) => void): void;
}

/** Numbers placeholders while a statement is put together. */
export class Parameters {
  readonly values: SqlValue[] = [];

  /** @returns the placeholder for `value` */
  add(value: SqlValue): string {
    this.values.push(value);
    return `$${String(this.values.length)}`;
  }
}
