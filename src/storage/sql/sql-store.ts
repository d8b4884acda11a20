/** The storage contract over any SQL driver. */
import type { Gate, JournalEntry, Store } from '../store.ts';
import { commitChange } from './commit.ts';
import type { Dialect } from './dialect.ts';
import * as lanes from './lanes.ts';
import { migrate } from './migrations.ts';
import { queryResources, readResource, readResources, type KeyTables } from './resources.ts';
import type { Driver, Row } from './transaction.ts';

export interface SqlStoreOptions {
  /** Connectors whose lanes follow a resource type, by type name. */
  readonly connectors: ReadonlyMap<string, readonly string[]>;
  /** Attributes that are found through a key table, by type name. */
  readonly keyTables: KeyTables;
  /** Whether no other process can hold a lease: what a killed predecessor had claimed is then due at once. */
  readonly soleOwner: boolean;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** @throws StorageUnavailable when the schema cannot be brought up to date */
export async function createSqlStore(driver: Driver, dialect: Dialect, options: SqlStoreOptions): Promise<Store> {
  await driver.write(() => migrate(dialect, options.now));
  if (options.soleOwner) await driver.write(() => lanes.freeLeases(options.now));
  return sqlStore(driver, dialect, options);
}

/** The store over a database whose schema is up to date. */
export function sqlStore(
  driver: Driver,
  dialect: Dialect,
  options: Pick<SqlStoreOptions, 'connectors' | 'keyTables'>,
): Store {
  const listeners = new Set<(connector: string) => void>();
  const followers = (type: string): readonly string[] => options.connectors.get(type) ?? [];
  return {
    readResource: (type, id) => readResource(driver, dialect, type, id),
    readResources: (type, ids) => readResources(driver, dialect, type, ids),
    queryResources: (query) => queryResources(driver, dialect, options.keyTables, query),
    commit: async (change) => {
      const connectors = followers(change.type);
      await driver.write(() => commitChange(dialect, change, connectors));
      for (const connector of connectors) for (const listener of listeners) listener(connector);
    },
    claimLanes: (request) => driver.write(() => lanes.claimLanes(dialect, request)),
    linkLanes: (connector, lease, links) => driver.write(() => lanes.linkLanes(dialect, connector, lease, links)),
    settleLanes: (connector, lease, settlements, now) =>
      driver.write(() => lanes.settleLanes(dialect, connector, lease, settlements, now)),
    forgetLeads: (connector, now) => driver.write(() => lanes.forgetLeads(connector, now)),
    releaseLanes: (connector, now, userId) => driver.write(() => lanes.releaseLanes(connector, now, userId)),
    readLane: (connector, userId) => lanes.readLane(driver, connector, userId),
    findLinkedLeads: (connector, leadIds) => lanes.findLinkedLeads(driver, dialect, connector, leadIds),
    countLanes: (connector) => lanes.countLanes(driver, connector),
    nextDueAt: (connector) => lanes.nextDueAt(driver, connector),
    readJournal: (id, limit) => readJournal(driver, id, limit),
    readGate: (connector) => readGate(driver, connector),
    setGate: (connector, gate) => setGate(driver, connector, gate),
    onDue: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    ping: async () => {
      await driver.read({ text: 'select 1 as one', values: [] });
    },
    close: () => driver.close(),
  };
}

async function readJournal(driver: Driver, id: string, limit: number): Promise<readonly JournalEntry[]> {
  const text = 'select seq, at, kind, type, id, version, detail from journal where id = $1 order by seq desc limit $2';
  return (await driver.read({ text, values: [id, limit] })).map(toJournalEntry);
}

function toJournalEntry(row: Row): JournalEntry {
  return {
    seq: Number(row['seq']),
    at: Number(row['at']),
    // Kind and detail are written by this program only, from the same types.
    kind: String(row['kind']) as JournalEntry['kind'],
    type: String(row['type']),
    id: String(row['id']),
    version: Number(row['version']),
    detail: JSON.parse(String(row['detail'])) as JournalEntry['detail'],
  };
}

async function readGate(driver: Driver, connector: string): Promise<Gate | undefined> {
  const text = 'select class, reason, until from gate where connector = $1';
  const [row] = await driver.read({ text, values: [connector] });
  if (!row) return undefined;
  const gate = { class: String(row['class']), reason: String(row['reason']) };
  return row['until'] === null ? gate : { ...gate, until: Number(row['until']) };
}

function setGate(driver: Driver, connector: string, gate: Gate | undefined): Promise<void> {
  return driver.write(function* () {
    yield { text: 'delete from gate where connector = $1', values: [connector] };
    if (!gate) return;
    const text = 'insert into gate (connector, class, reason, until) values ($1, $2, $3, $4)';
    yield { text, values: [connector, gate.class, gate.reason, gate.until ?? null] };
  });
}
