/** How delivery to Salesforce stands as a whole, as the command line and the admin API both tell it. */
import type { ConnectorEntry, ConnectorState, JournalEntry, LaneCounts, Store } from '../storage/store.ts';

export interface ConnectorStatus extends Omit<ConnectorState, 'refused'> {
  readonly connector: string;
  /** Epoch milliseconds of the database. */
  readonly now: number;
  /** `waiting`: the gate is closed, or is being tried. */
  readonly delivery: Delivery;
  readonly lanes: LaneCounts;
  /** When the first of those that are due was or will be. */
  readonly oldestDueAt?: number;
  /** Newest first. */
  readonly journal: readonly Happening[];
}

export type Delivery = 'running' | 'waiting' | 'paused';

/** What became of the connector, and when (epoch milliseconds). */
export type Happening = ConnectorEntry & Pick<JournalEntry, 'at'>;

const LATEST = 10;

/** @param now epoch milliseconds */
export async function readStatus(store: Store, connector: string, now: number): Promise<ConnectorStatus> {
  const [{ gate, pause, budget, load }, lanes, oldestDueAt, journal] = await Promise.all([
    store.readConnector(connector),
    store.countLanes(connector),
    store.nextDueAt(connector),
    store.readJournal(connector, LATEST),
  ]);
  return {
    connector,
    now,
    delivery: deliveryOf({ gate, pause }),
    lanes,
    ...(oldestDueAt !== undefined && { oldestDueAt }),
    ...(gate && { gate }),
    ...(pause && { pause }),
    ...(budget && { budget }),
    ...(load && { load }),
    journal: journal.map(happeningOf),
  };
}

/** @param entry of those under a connector's name, which are its own */
export const happeningOf = ({ at, detail }: JournalEntry): Happening => ({ at, ...(detail as ConnectorEntry) });

function deliveryOf({ gate, pause }: { readonly gate: unknown; readonly pause: unknown }): Delivery {
  if (pause) return 'paused';
  return gate ? 'waiting' : 'running';
}
