/**
 * Wake-ups between processes by LISTEN and NOTIFY. They are sent beside the transactions, at most one a topic and second:
 * a commit with a NOTIFY in it takes a lock that all such commits of the server queue for. One that is lost costs a poll.
 */
import { createHash } from 'node:crypto';
import pg from 'pg';
import type { Signals } from '../sql/transaction.ts';

type Listener = (topic: string | undefined) => void;

/** The process that made a change has a worker of its own; others are needed only if it is behind. */
const SEND_DELAY_MS = 1_000;
const RECONNECT_MS = 5_000;

export class PostgresSignals implements Signals {
  readonly #config: pg.ClientConfig;
  readonly #query: (text: string, values: string[]) => Promise<pg.QueryResult>;
  readonly #waiting = new Set<string>();
  #listener: Listener | undefined;
  #client: pg.Client | undefined;
  #timer: NodeJS.Timeout | undefined;
  #reconnect: NodeJS.Timeout | undefined;
  #channel: Promise<string> | undefined;
  #closed = false;

  /** @param query runs a statement on any connection of the process */
  constructor(config: pg.ClientConfig, query: (text: string, values: string[]) => Promise<pg.QueryResult>) {
    this.#config = config;
    this.#query = query;
  }

  send(topic: string): void {
    this.#waiting.add(topic);
    this.#timer ??= setTimeout(() => void this.#flush(), SEND_DELAY_MS).unref();
  }

  listen(listener: Listener): void {
    this.#listener = listener;
    void this.#connect();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#reconnect);
    await this.#flush();
    await this.#client?.end().catch(() => undefined);
  }

  async #flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const topics = [...this.#waiting];
    this.#waiting.clear();
    if (topics.length === 0) return;
    try {
      const channel = await this.#channelName();
      for (const topic of topics) await this.#query('select pg_notify($1, $2)', [channel, topic]);
    } catch {
      // The database is away; those who listen look again when it is back.
    }
  }

  async #connect(): Promise<void> {
    const client = new pg.Client(this.#config);
    // An error ends the connection, and the end brings the next one.
    client.on('error', () => undefined);
    client.once('end', () => this.#connectLater());
    client.on('notification', ({ payload }) => this.#listener?.(payload));
    this.#client = client;
    try {
      await client.connect();
      await client.query(`listen ${client.escapeIdentifier(await this.#channelName())}`);
      this.#listener?.(undefined);
    } catch {
      await client.end().catch(() => undefined);
      this.#connectLater();
    }
  }

  #connectLater(): void {
    if (this.#closed) return;
    clearTimeout(this.#reconnect);
    this.#reconnect = setTimeout(() => void this.#connect(), RECONNECT_MS).unref();
  }

  /** Channels belong to the whole database, and a database may hold this service in several schemas. */
  #channelName(): Promise<string> {
    this.#channel ??= this.#query('select current_schema() as schema', []).then(
      ({ rows }) => `scim_salesforce_${hash(String((rows[0] as { schema: unknown } | undefined)?.schema))}`,
    );
    this.#channel.catch(() => (this.#channel = undefined));
    return this.#channel;
  }
}

/** A channel's name has 63 bytes at most, as a schema's has. */
const hash = (schema: string): string => createHash('sha256').update(schema).digest('hex').slice(0, 32);
