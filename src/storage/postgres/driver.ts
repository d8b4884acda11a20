/** Runs shared SQL on PostgreSQL (pg), one transaction on one pooled connection. */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Driver, Row, Statement, Transaction } from '../sql/transaction.ts';
import { connectionConfig } from './connection.ts';
import { PostgresSignals } from './signals.ts';
import { asUnavailable, codeOf } from './unavailable.ts';

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database`, with libpq's parameters (`sslmode`, `options` …). */
  readonly url: string;
  /** Connections, at most. Default 10. */
  readonly maxConnections?: number;
  /** Told of connections that broke while nobody used them; the next request makes a new one. */
  readonly onIdleError?: (error: Error) => void;
}

const SECOND = 1000;
const STATEMENT_TIMEOUT_MS = 15 * SECOND;
/** A server that does not answer at all, or a network that swallows everything, must not hold requests for ever. */
const ANSWER_TIMEOUT_MS = 20 * SECOND;
const LOCK_TIMEOUT_MS = 5 * SECOND;
/** An instance that was stopped in the middle of a transaction must not keep its locks from the others. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 15 * SECOND;

/** PostgreSQL asks for the transaction to be run again: serialization failure and deadlock (appendix A of its manual). */
const RETRYABLE: ReadonlySet<string> = new Set(['40001', '40P01']);
const MAX_ATTEMPTS = 5;
/** Lets the transaction that won a deadlock come to its end: begun again at once, long ones meet there again and again. */
const RETRY_PAUSE_MS = 100;

/** Statement shapes that each connection keeps prepared; filters make new ones without end. */
const MAX_PREPARED = 500;

const types: pg.CustomTypesConfig = {
  // Sequence numbers and epoch milliseconds stay far below 2^53.
  getTypeParser: (oid, format) =>
    (oid === pg.types.builtins.INT8 ? Number : (pg.types.getTypeParser(oid, format) as unknown)) as never,
};

export class PostgresDriver implements Driver {
  readonly #pool: pg.Pool;
  readonly #names = new Map<string, string>();
  readonly signals: PostgresSignals;

  constructor({ url, maxConnections = 10, onIdleError }: PostgresOptions) {
    const config = connectionConfig(url);
    this.#pool = new pg.Pool({
      ...config,
      max: maxConnections,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      lock_timeout: LOCK_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
      types,
      pipeline: true,
    });
    this.#pool.on('error', (error) => onIdleError?.(error));
    // One that breaks while it is used fails its statements; without a listener it would end the process as well.
    this.#pool.on('connect', (client) => client.on('error', () => undefined));
    this.signals = new PostgresSignals(config, (text, values) => this.#pool.query({ ...command(text), values }));
  }

  async read(statement: Statement): Promise<readonly Row[]> {
    try {
      return await this.#run(this.#pool, statement);
    } catch (error) {
      throw asUnavailable(error);
    }
  }

  async write<T>(steps: () => Transaction<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#transaction(steps);
      } catch (error) {
        if (attempt === MAX_ATTEMPTS || !RETRYABLE.has(codeOf(error))) throw asUnavailable(error);
        await sleep(attempt * RETRY_PAUSE_MS);
      }
    }
  }

  async close(): Promise<void> {
    await this.signals.close();
    await this.#pool.end();
  }

  async #transaction<T>(steps: () => Transaction<T>): Promise<T> {
    const client = await this.#pool.connect();
    const unread = new Unread();
    let broken: Error | undefined;
    try {
      unread.add(client.query(command('begin')));
      const value = await this.#drive(client, steps(), unread);
      unread.add(client.query(command('commit')));
      await unread.settled();
      return value;
    } catch (error) {
      const first = await unread.firstFailure();
      broken = await rollback(client);
      throw first ?? error;
    } finally {
      client.release(broken);
    }
  }

  async #drive<T>(client: pg.PoolClient, transaction: Transaction<T>, unread: Unread): Promise<T> {
    let step = transaction.next([]);
    while (!step.done) {
      const rows = this.#run(client, step.value);
      if (step.value.unread) unread.add(rows);
      step = transaction.next(step.value.unread ? [] : await rows);
    }
    return step.value;
  }

  async #run(queryable: Pick<pg.Pool, 'query'>, { text, values, slow, varied }: Statement): Promise<readonly Row[]> {
    const name = varied ? undefined : this.#nameOf(text);
    const query = {
      text,
      values: [...values],
      ...(name !== undefined && { name }),
      ...(!slow && { query_timeout: ANSWER_TIMEOUT_MS }),
    };
    const result = await queryable.query<Row>(query);
    return result.rows;
  }

  /** A named statement is parsed once a connection, and from its sixth run on its plan may be kept whatever its values. */
  #nameOf(text: string): string | undefined {
    const known = this.#names.get(text);
    if (known !== undefined || this.#names.size >= MAX_PREPARED) return known;
    const name = `s${this.#names.size}`;
    this.#names.set(text, name);
    return name;
  }
}

/**
 * Statements that were sent and whose answers nobody waits for yet: a create on PostgreSQL takes 3 round trips instead of 7.
 * When one fails, those behind it fail for its sake, so the first failure is the one to tell.
 */
class Unread {
  readonly #answers: Promise<unknown>[] = [];

  add(answer: Promise<unknown>): void {
    // Looked at later; until then a failure is nobody's.
    answer.catch(() => undefined);
    this.#answers.push(answer);
  }

  async settled(): Promise<void> {
    await Promise.all(this.#answers);
  }

  async firstFailure(): Promise<unknown> {
    const results = await Promise.allSettled(this.#answers);
    return results.find((result) => result.status === 'rejected')?.reason;
  }
}

const command = (text: string) => ({ text, query_timeout: ANSWER_TIMEOUT_MS });

/** @returns why the connection must not be used again; undefined when it is clean */
async function rollback(client: pg.PoolClient): Promise<Error | undefined> {
  try {
    await client.query(command('rollback'));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
