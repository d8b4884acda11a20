/** Delivered per minute and how long changes waited, counted from the journal of each engine. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Throughput } from '../../src/operations/throughput.ts';
import type { AttemptEntry, Settlement, Store } from '../../src/storage/store.ts';
import { ENGINES, openEngine, storedUser, userKeys } from '../support/engines.ts';
import { settlement } from '../storage/support/settlement.ts';

const CONNECTOR = 'salesforce';
const MINUTE = 60_000;
const START = Date.UTC(2026, 0, 5, 8);

describe.each(ENGINES)('throughput on $name', (engine) => {
  let store: Store;
  let users = 0;
  beforeEach(async () => {
    store = await openEngine(engine);
  });
  afterEach(() => store.close());

  /** A user is created at one time, and its attempt settled at another. */
  async function attempted(outcome: AttemptEntry['outcome'], madeAt: number, settledAt: number): Promise<void> {
    const user = storedUser(`user${(users += 1)}`);
    const entry = { operation: 'create', actor: 'a', requestId: 'r', changed: [] } as const;
    const after = { resource: user, keys: userKeys(`user${users}`) };
    await store.commit({ type: 'User', id: user.id, after, entry, at: madeAt });
    await settleNext(outcome, settledAt);
  }

  async function settleNext(outcome: AttemptEntry['outcome'], settledAt: number): Promise<void> {
    const claim = { connector: CONNECTOR, limit: 1, lease: 'l', leaseMs: 10_000, now: settledAt };
    const settlements = (await store.claimLanes(claim)).map((lane): Settlement => {
      const made = settlement(lane, { delivered: outcome === 'delivered', state: STATES[outcome] });
      const covers = { after: lane.headSeq, upTo: lane.tailSeq };
      return { ...made, dueAt: NEVER_AGAIN, attempt: { ...made.attempt, outcome, covers } };
    });
    expect((await store.settleLanes(CONNECTOR, 'l', settlements, settledAt)).size).toBe(1);
  }

  it('counts attempts by minute and outcome, and tells half of the waits and 95 of 100', async () => {
    for (const wait of [100, 200, 300, 5_000]) await attempted('delivered', START + 10, START + 10 + wait);
    await attempted('parked', START, START + MINUTE - 1);
    await attempted('retried', START, START + MINUTE);
    await attempted('gated', START, START + MINUTE);
    await attempted('skipped', START, START + 2 * MINUTE);
    await attempted('held', START, START + 2 * MINUTE);
    expect(await new Throughput(store).read(4, START + 3 * MINUTE + 1)).toEqual([
      { at: START, delivered: 4, failed: 0, parked: 1, latencyMsP50: 200, latencyMsP95: 5_000 },
      { at: START + MINUTE, delivered: 0, failed: 2, parked: 0 },
      { at: START + 2 * MINUTE, delivered: 0, failed: 0, parked: 0 },
      { at: START + 3 * MINUTE, delivered: 0, failed: 0, parked: 0 },
    ]);
  });

  it('tells no wait of a Lead that is sent once more', async () => {
    await attempted('delivered', START, START + 50);
    const { userId } = (await store.listLanes({ connector: CONNECTOR, limit: 1 }))[0] ?? { userId: '' };
    await store.pushLane(CONNECTOR, userId, true, START + MINUTE);
    await settleNext('delivered', START + MINUTE + 1);
    expect(await new Throughput(store).read(2, START + MINUTE + 2)).toEqual([
      { at: START, delivered: 1, failed: 0, parked: 0, latencyMsP50: 50, latencyMsP95: 50 },
      { at: START + MINUTE, delivered: 1, failed: 0, parked: 0 },
    ]);
  });

  it('counts a minute anew until what was settled in it must be there', async () => {
    const throughput = new Throughput(store);
    const delivered = async (now: number) => (await throughput.read(60, now)).map((minute) => minute.delivered);
    await attempted('delivered', START, START + 1);
    expect((await delivered(START + MINUTE)).slice(-2)).toEqual([1, 0]);
    await attempted('delivered', START, START + 2);
    expect((await delivered(START + 3 * MINUTE)).slice(-4)).toEqual([2, 0, 0, 0]);
  });

  it('asks once for a minute that is long over', async () => {
    const asked: number[] = [];
    const throughput = new Throughput({
      countAttempts: (from, until) => {
        asked.push(from);
        return store.countAttempts(from, until);
      },
    });
    await throughput.read(60, START + 1);
    await throughput.read(60, START + MINUTE + 1);
    expect(asked.slice(60)).toEqual([START - 2 * MINUTE, START - MINUTE, START, START + MINUTE]);
  });
});

const NEVER_AGAIN = START + 1_000 * MINUTE;
const STATES: Readonly<Record<AttemptEntry['outcome'], Settlement['state']>> = {
  delivered: 'idle',
  skipped: 'idle',
  parked: 'parked',
  held: 'held',
  retried: 'due',
  gated: 'due',
  late: 'due',
};
