/** What only the database knows: lanes by state, the oldest that is due, the gate. Read when the page is. */
import type { Store } from '../storage/store.ts';
import type { Instruments } from './instruments.ts';

export interface BacklogSource {
  readonly store: Pick<Store, 'countLanes' | 'nextDueAt' | 'readConnector'>;
  readonly connector: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Counting walks all lanes: 70 ms for 100,000 of them in SQLite, during which nobody else is served. */
const READ_EVERY_MS = 10_000;

/** Prometheus gives up after 10 s by default, and would then have nothing at all. */
const GIVE_UP_MS = 3_000;

/** @returns sets the gauges, from the database or from what it said a few seconds ago */
export function backlogReader(instruments: Instruments): (source: BacklogSource) => Promise<void> {
  let readAt = -Infinity;
  let reading: Promise<void> | undefined;
  return async (source) => {
    const age = source.now() - readAt;
    // A clock that went back must not keep old numbers.
    if (age >= 0 && age < READ_EVERY_MS) return;
    reading ??= read(instruments, source).finally(() => {
      reading = undefined;
      readAt = source.now();
    });
    await reading;
  };
}

async function read(instruments: Instruments, source: BacklogSource): Promise<void> {
  const { lanes, oldestDueSeconds, gateClosed, databaseUp } = instruments;
  const backlog = await withinTime(ask(source)).catch(() => undefined);
  databaseUp.set(backlog ? 1 : 0);
  // Whoever uses the database logs why it is away; old numbers would look like true ones.
  lanes.reset();
  if (!backlog) {
    for (const gauge of [oldestDueSeconds, gateClosed]) gauge.remove();
    return;
  }
  for (const [state, count] of Object.entries(backlog.counts)) lanes.set({ state }, Number(count));
  oldestDueSeconds.set(backlog.waitedMs / 1000);
  gateClosed.set(backlog.isGated ? 1 : 0);
}

async function ask({ store, connector, now }: BacklogSource) {
  const [counts, dueAt, { gate }] = await Promise.all([
    store.countLanes(connector),
    store.nextDueAt(connector),
    store.readConnector(connector),
  ]);
  return { counts, waitedMs: dueAt === undefined ? 0 : Math.max(0, now() - dueAt), isGated: gate !== undefined };
}

async function withinTime<T>(reading: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`the database said nothing for ${GIVE_UP_MS} ms`)), GIVE_UP_MS);
  });
  return await Promise.race([reading, late]).finally(() => clearTimeout(timer));
}
