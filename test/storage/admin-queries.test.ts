/** What the people on call ask of a store: lanes by error and by Lead, retries, pages of the journal, clients seen. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LeasedLane, Settlement, Store } from '../../src/storage/store.ts';
import type { SeenClient } from '../../src/storage/service-store.ts';
import { ENGINES, openEngine, storedUser, userKeys } from '../support/engines.ts';
import { settlement } from './support/settlement.ts';

const CONNECTOR = 'salesforce';
const EMAIL = { class: 'data', code: 'INVALID_EMAIL_ADDRESS', message: 'x is no address', hint: 'mend the address' };
const LONG = { class: 'data', code: 'STRING_TOO_LONG', message: 'too long' };
const LOCK = { class: 'lock', code: 'UNABLE_TO_LOCK_ROW', message: 'busy' };

describe.each(ENGINES)('what people on call ask of a store on $name', (engine) => {
  let store: Store;
  beforeEach(async () => {
    store = await openEngine(engine);
  });
  afterEach(() => store.close());

  /** Creates users and settles their first attempts. @returns their ids, by name */
  async function settled(outcomes: Readonly<Record<string, Partial<Settlement>>>): Promise<Record<string, string>> {
    const ids: Record<string, string> = {};
    for (const name of Object.keys(outcomes)) {
      const user = storedUser(name);
      ids[name] = user.id;
      const entry = { operation: 'create', actor: 'a', requestId: 'r', changed: [] } as const;
      const after = { resource: user, keys: userKeys(name) };
      await store.commit({ type: 'User', id: user.id, after, entry, at: 1_000 });
    }
    const claim = { connector: CONNECTOR, limit: 200, lease: 'l', leaseMs: 10_000, now: 2_000 };
    const outcomeOf = ({ userId }: LeasedLane) => outcomes[Object.keys(ids).find((one) => ids[one] === userId) ?? ''];
    const settlements = (await store.claimLanes(claim)).map((lane) => settlement(lane, outcomeOf(lane)));
    await store.settleLanes(CONNECTOR, 'l', settlements, 2_100);
    return ids;
  }

  const parked = (error: typeof EMAIL | typeof LONG): Partial<Settlement> => ({
    state: 'parked',
    delivered: false,
    attempts: 3,
    error,
  });
  const waiting = { state: 'due', dueAt: 60_000, delivered: false, attempts: 1, error: LOCK } as const;
  const stateOf = async (userId: string | undefined) => {
    const lane = await store.readLane(CONNECTOR, userId ?? '');
    return lane && [lane.state, lane.dueAt, lane.attempts];
  };

  it('counts lanes by error, most first, those that wait apart from those that are parked, and no others', async () => {
    await settled({ a: parked(EMAIL), b: parked(EMAIL), c: parked(LONG), d: waiting, e: {} });
    expect(await store.countLaneErrors(CONNECTOR)).toEqual([
      { state: 'parked', class: 'data', code: EMAIL.code, lanes: 2, hint: EMAIL.hint, since: 2_100 },
      { state: 'parked', class: 'data', code: LONG.code, lanes: 1, since: 2_100 },
      { state: 'due', class: 'lock', code: LOCK.code, lanes: 1, since: 2_100 },
    ]);
    expect(await store.countLaneErrors('another')).toEqual([]);
  });

  it('lists lanes of one class of errors', async () => {
    const { a, d } = await settled({ a: parked(EMAIL), d: waiting, e: {} });
    const list = async (which: object) =>
      (await store.listLanes({ connector: CONNECTOR, limit: 10, ...which })).map(({ userId }) => userId);
    expect(await list({ class: 'data' })).toEqual([a]);
    expect(await list({ class: 'lock', state: 'due' })).toEqual([d]);
    expect(await list({ class: 'lock', state: 'parked' })).toEqual([]);
    expect(await list({ class: 'data', code: LOCK.code })).toEqual([]);
  });

  it('releases parked lanes with one error, a number at a time, and none of them twice', async () => {
    const { c } = await settled({ a: parked(EMAIL), b: parked(EMAIL), c: parked(LONG), d: waiting });
    const release = (limit: number) => store.releaseLanes(CONNECTOR, 3_000, { code: EMAIL.code, limit });
    expect([await release(1), await release(5), await release(5)]).toEqual([1, 1, 0]);
    expect(await stateOf(c)).toEqual(['parked', 0, 3]);
    expect(await store.releaseLanes(CONNECTOR, 3_000, { class: 'data' })).toBe(1);
    expect(await stateOf(c)).toEqual(['due', 3_000, 0]);
  });

  it('releases each lane once, however many ask at the same time', async () => {
    const names = Array.from({ length: 40 }, (_, index) => `user${index}`);
    await settled(Object.fromEntries(names.map((name) => [name, parked(EMAIL)])));
    const released = await Promise.all(
      [{}, { limit: 25 }, { code: EMAIL.code }, { class: 'data', limit: 100 }].map((which) =>
        store.releaseLanes(CONNECTOR, 3_000, which),
      ),
    );
    expect(released.reduce((sum, one) => sum + one, 0)).toBe(40);
    expect(await store.countLanes(CONNECTOR)).toEqual({ idle: 0, due: 40, parked: 0, held: 0 });
  });

  it('ends the wait of a lane that failed where that is asked for, and leaves alone what is due, idle or being tried', async () => {
    const { d, e } = await settled({ d: waiting, e: {} });
    const release = (userId: string | undefined, now = 3_000) =>
      store.releaseLanes(CONNECTOR, now, { userId: String(userId), waiting: true });
    expect(await store.releaseLanes(CONNECTOR, 3_000, { userId: String(d) })).toBe(0);
    expect([await release(d), await stateOf(d)]).toEqual([1, ['due', 3_000, 0]]);
    expect([await release(d), await release(e)]).toEqual([0, 0]);
    await store.claimLanes({ connector: CONNECTOR, limit: 1, lease: 'l2', leaseMs: 10_000, now: 3_000 });
    expect([await release(d), await stateOf(d)]).toEqual([0, ['due', 13_000, 1]]);
  });

  it('lists lanes by what the id of their Lead begins with, in the order of code points', async () => {
    const lead = (leadId: string): Partial<Settlement> => ({ lead: { leadId, origin: 'created', told: '{}' } });
    const leads = ['00QB0000000001AAAA', '00Qa0000000001AAAA', '00Qa0000000002AAAA', '00Qb0000000001AAAA'];
    const ids = await settled(Object.fromEntries(leads.map((id, index) => [`user${index}`, lead(id)])));
    const list = async (prefix: string, more: object = {}) => {
      const lanes = await store.listLanesByLead({ connector: CONNECTOR, prefix, limit: 10, ...more });
      return lanes.map(({ leadId }) => leadId);
    };
    expect(await list('00Q')).toEqual(leads);
    expect(await list('00Qa')).toEqual(leads.slice(1, 3));
    expect(await list('00Qa', { after: leads[1] })).toEqual([leads[2]]);
    expect(await list('00Q', { limit: 2 })).toEqual(leads.slice(0, 2));
    expect(await list('00Qa0000000002A')).toEqual([leads[2]]);
    expect(await list('00Qc')).toEqual([]);
    expect(await store.findLinkedLeads(CONNECTOR, [leads[3] ?? '', 'other'])).toEqual(new Set([leads[3]]));
    expect(Object.keys(ids)).toHaveLength(4);
  });

  it('reads the journal a page at a time', async () => {
    const { a = '' } = await settled({ a: {}, b: {} });
    const [attempt, ...none] = await store.readJournal(a, 1);
    const [change, ...others] = await store.readJournal(a, 5, attempt?.seq);
    expect([attempt?.kind, change?.kind, none, others]).toEqual(['attempt', 'change', [], []]);
    expect(await store.readJournal(a, 5, change?.seq)).toEqual([]);
  });

  describe('of clients', () => {
    const seen = (userAgent: string, at: number, more: Partial<SeenClient> = {}): SeenClient => ({
      credential: 'basic:admin',
      userAgent,
      profile: 'default',
      firstAt: at,
      lastAt: at,
      calls: 1,
      ...more,
    });

    it('adds calls up, keeps the first time and the last, and the latest profile', async () => {
      await store.recordClients([seen('okta', 1_000), seen('', 1_500)]);
      await store.recordClients([seen('okta', 2_000, { profile: 'okta', calls: 5 })]);
      // Of a process that was slower to write down what it saw.
      await store.recordClients([seen('okta', 1_800, { profile: 'okta' })]);
      await store.recordClients([]);
      expect(await store.readClients()).toEqual([
        { ...seen('okta', 1_000), profile: 'okta', lastAt: 2_000, calls: 7 },
        seen('', 1_500),
      ]);
    });

    it('tells credentials apart, and keeps the latest 200', async () => {
      await store.recordClients([seen('x', 1_000, { credential: 'a' }), seen('x', 1_000, { credential: 'b' })]);
      expect(await store.readClients()).toHaveLength(2);
      const many = Array.from({ length: 250 }, (_, index) => seen(`agent ${index}`, 2_000 + index));
      await store.recordClients(many);
      const clients = await store.readClients();
      expect([clients.length, clients[0]?.userAgent, clients.at(-1)?.userAgent]).toEqual([
        200,
        'agent 249',
        'agent 50',
      ]);
    });

    it('takes what two processes write down at the same time', async () => {
      const both = [seen('x', 1_000), seen('y', 1_000), seen('z', 1_000)];
      await Promise.all(Array.from({ length: 10 }, (_, at) => store.recordClients(at % 2 ? both : both.toReversed())));
      expect((await store.readClients()).map(({ calls }) => calls)).toEqual([10, 10, 10]);
    });
  });
});
