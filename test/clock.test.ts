import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { SharedClock } from '../src/clock.ts';
import { clockFollower, pruneJournal } from '../src/jobs.ts';
import { ENGINES, openEngine, storedUser, userKeys } from './support/engines.ts';

const HOUR = 3_600_000;

/** A database whose clock and a machine whose clock the test turns. */
function clocks() {
  const time = { shared: 1_000_000, elapsed: 500, readingMs: 0 };
  const read = (): Promise<number> => {
    time.elapsed += time.readingMs;
    return Promise.resolve(time.shared);
  };
  const pass = (ms: number): void => {
    time.shared += ms;
    time.elapsed += ms;
  };
  return { time, pass, clock: new SharedClock(read, () => time.elapsed, 999_000) };
}

describe('the clock that all processes share', () => {
  it("goes by the database's time, and by this machine only in between", async () => {
    const { clock, pass } = clocks();
    expect(clock.now()).toBe(999_000);
    expect(await clock.sync()).toBe(1_000);
    pass(250);
    expect(clock.now()).toBe(1_000_250);
    expect(await clock.sync()).toBe(0);
  });

  it('follows a database whose clock is set, forward and back', async () => {
    const { clock, time } = clocks();
    await clock.sync();
    time.shared += HOUR;
    expect(await clock.sync()).toBe(HOUR);
    time.shared -= 2 * HOUR;
    expect(await clock.sync()).toBe(-2 * HOUR);
    expect(clock.now()).toBe(time.shared);
  });

  it('takes the middle of a reading for its moment, and corrects nothing that the reading itself may explain', async () => {
    const { clock, time } = clocks();
    await clock.sync();
    time.readingMs = 100;
    time.shared += 80;
    expect(await clock.sync()).toBe(0);
    time.shared += 1_000;
    expect(await clock.sync()).toBeCloseTo(930, -2);
  });

  it('takes its first reading however long it took', async () => {
    const { clock, time } = clocks();
    time.readingMs = 5_000;
    time.shared += HOUR;
    await clock.sync();
    expect(Math.abs(clock.now() - time.shared)).toBeLessThan(5_000);
  });

  it('believes no later reading that took long', async () => {
    const { clock, time } = clocks();
    await clock.sync();
    time.readingMs = 5_000;
    time.shared += HOUR;
    expect(await clock.sync()).toBe(0);
  });
});

describe.each(ENGINES)('jobs on $name', (engine) => {
  const silent = pino({ level: 'silent' });
  const connector = 'salesforce';

  it('end every wait when the clock went back, and none when it went forward', async () => {
    const store = await openEngine(engine);
    const { clock, time } = clocks();
    await clock.sync();
    const follow = clockFollower({ store, clock, connector, logger: silent });
    const user = storedUser('a');
    const entry = { operation: 'create', actor: 'a', requestId: 'r', changed: [] } as const;
    const after = { resource: user, keys: userKeys('a') };
    await store.commit({ type: 'User', id: user.id, after, entry, at: clock.now() });
    time.shared += HOUR;
    await follow();
    expect(await store.readLane(connector, user.id)).toMatchObject({ dueAt: 1_000_000 });
    time.shared -= 2 * HOUR;
    await follow();
    expect(await store.readLane(connector, user.id)).toMatchObject({ dueAt: time.shared });
    await store.close();
  });

  it('prune the journal by its days, one process an hour, or never', async () => {
    const store = await openEngine(engine);
    const { clock, time, pass } = clocks();
    time.shared = 400 * 24 * HOUR;
    await clock.sync();
    const entry = { operation: 'create', actor: 'a', requestId: 'r', changed: [] } as const;
    const create = async (name: string): Promise<void> => {
      const user = storedUser(name);
      const after = { resource: user, keys: userKeys(name) };
      await store.commit({ type: 'User', id: user.id, after, entry, at: clock.now() });
    };
    const prune = (journalDays: number): Promise<number> =>
      pruneJournal({ store, clock, connector, journalDays, logger: silent });
    await create('old');
    pass(31 * 24 * HOUR);
    await create('new');
    expect(await prune(0)).toBe(0);
    expect(await prune(30)).toBe(1);
    expect(await prune(30)).toBe(0);
    pass(31 * 24 * HOUR);
    expect(await prune(30)).toBe(1);
    await store.close();
  });
});
