import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { UniquenessConflict, VersionConflict } from '../../src/storage/errors.ts';
import type {
  Change,
  ConnectorEntry,
  Gate,
  LaneQuery,
  LateWrite,
  LeasedLane,
  Settlement,
  Store,
  StoredResource,
} from '../../src/storage/store.ts';
import { settlement } from './support/settlement.ts';
import { ENGINES, openEngine, storedUser, userKeys } from '../support/engines.ts';

const CONNECTOR = 'salesforce';
const entry = { operation: 'create', actor: 'basic:admin', requestId: 'r1', changed: ['userName'] } as const;

const creation = (resource: StoredResource, userName: string, at = 1_000): Change => ({
  type: 'User',
  id: resource.id,
  after: { resource, keys: userKeys(userName) },
  entry,
  at,
});

const change = (before: StoredResource, oldName: string, newName: string, at = 2_000): Change => ({
  type: 'User',
  id: before.id,
  before: { version: before.version, keys: userKeys(oldName) },
  after: { resource: storedUser(newName, before.version + 1, before.id), keys: userKeys(newName) },
  entry: { ...entry, operation: 'replace' },
  at,
});

const removal = (before: StoredResource, userName: string, at = 3_000): Change => ({
  type: 'User',
  id: before.id,
  before: { version: before.version, keys: userKeys(userName) },
  entry: { ...entry, operation: 'delete', changed: [] },
  at,
});

/** Engines may keep members in an order of their own. */
const plain = (resource: StoredResource | undefined): unknown =>
  resource && { ...resource, document: JSON.parse(resource.document) as unknown };

const claim = (store: Store, now: number, lease = 'lease-1', limit = 200): Promise<readonly LeasedLane[]> =>
  store.claimLanes({ connector: CONNECTOR, limit, lease, leaseMs: 10_000, now });

const gateOf = async (store: Store): Promise<Gate | undefined> => (await store.readConnector(CONNECTOR)).gate;

/** What the journal tells of the connector, oldest first. */
const story = async (store: Store): Promise<readonly ConnectorEntry[]> =>
  (await store.readJournal(CONNECTOR, 100)).map(({ detail }) => detail as ConnectorEntry).reverse();

describe.each(ENGINES)('storage contract on $name', (engine) => {
  let store: Store;

  beforeEach(async () => {
    store = await openEngine(engine);
  });
  afterEach(() => store.close());

  const create = async (userName: string, at?: number): Promise<StoredResource> => {
    const resource = storedUser(userName);
    await store.commit(creation(resource, userName, at));
    return resource;
  };

  describe('commit', () => {
    it('keeps the resource, a journal entry and a due lane together', async () => {
      const user = await create('bjensen');
      expect(plain(await store.readResource('User', user.id))).toEqual(plain(user));
      expect(await store.readLane(CONNECTOR, user.id)).toMatchObject({
        state: 'due',
        dueAt: 1_000,
        attempts: 0,
        headSeq: 0,
      });
      expect(await store.readJournal(user.id, 10)).toEqual([
        { seq: 1, at: 1_000, kind: 'change', type: 'User', id: user.id, version: 1, detail: entry },
      ]);
    });

    it('keeps nothing of a change that a unique value forbids', async () => {
      await create('bjensen');
      const second = storedUser('BJENSEN');
      await expect(store.commit(creation(second, 'BJENSEN'))).rejects.toThrow(new UniquenessConflict('userName'));
      expect(await store.readResource('User', second.id)).toBeUndefined();
      expect(await store.readLane(CONNECTOR, second.id)).toBeUndefined();
      expect(await store.readJournal(second.id, 10)).toEqual([]);
    });

    it('keeps its neighbours when one of the changes that share a sync fails', async () => {
      await create('taken');
      const [good, bad, better] = [storedUser('good'), storedUser('taken'), storedUser('better')];
      const results = await Promise.allSettled([
        store.commit(creation(good, 'good')),
        store.commit(creation(bad, 'taken')),
        store.commit(creation(better, 'better')),
      ]);
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
      expect(plain(await store.readResource('User', good.id))).toEqual(plain(good));
      expect(await store.readResource('User', bad.id)).toBeUndefined();
      expect(plain(await store.readResource('User', better.id))).toEqual(plain(better));
    });

    it('lets one of two parallel changes of the same version win', async () => {
      const user = await create('bjensen');
      const results = await Promise.allSettled([
        store.commit(change(user, 'bjensen', 'first')),
        store.commit(change(user, 'bjensen', 'second')),
      ]);
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
      expect(results[1]).toMatchObject({ reason: new VersionConflict('User', user.id) });
      expect((await store.readResource('User', user.id))?.document).toContain('first');
    });

    it('frees a unique value when its holder is renamed or removed', async () => {
      const user = await create('bjensen');
      await store.commit(change(user, 'bjensen', 'renamed'));
      const next = await create('bjensen');
      await store.commit(removal(next, 'bjensen'));
      await expect(create('bjensen')).resolves.toBeDefined();
    });

    it('refuses to change or remove what is gone', async () => {
      const user = await create('bjensen');
      await store.commit(removal(user, 'bjensen'));
      await expect(store.commit(change(user, 'bjensen', 'x'))).rejects.toThrow(VersionConflict);
      await expect(store.commit(removal(user, 'bjensen'))).rejects.toThrow(VersionConflict);
    });

    it('tells its listeners which connector has work', async () => {
      const heard: string[] = [];
      const stop = store.onDue((connector) => heard.push(connector));
      await create('bjensen');
      stop();
      await create('other');
      expect(heard).toEqual([CONNECTOR]);
    });

    it('makes no lane for a type that nobody provisions', async () => {
      const group = { ...storedUser('x'), type: 'Group' };
      await store.commit({ type: 'Group', id: group.id, after: { resource: group, keys: [] }, entry, at: 1 });
      expect(await store.readLane(CONNECTOR, group.id)).toBeUndefined();
    });
  });

  describe('claim and settle', () => {
    it('leases each due lane once, the longest due first', async () => {
      const late = await create('late', 2_000);
      const early = await create('early', 1_000);
      const [first, second] = await Promise.all([claim(store, 5_000, 'a', 1), claim(store, 5_000, 'b')]);
      expect(first.map(({ userId }) => userId)).toEqual([early.id]);
      expect(second.map(({ userId }) => userId)).toEqual([late.id]);
      expect(await claim(store, 5_000, 'c')).toEqual([]);
    });

    it('tells with a lane which request made its latest change, until the journal has forgotten it', async () => {
      const user = await create('bjensen');
      await store.commit({ ...change(user, 'bjensen', 'renamed'), entry: { ...entry, requestId: 'r2' } });
      expect(await claim(store, 5_000)).toMatchObject([{ userId: user.id, change: { requestId: 'r2' } }]);
      await store.pruneJournal(9_000, 10);
      const [later] = await claim(store, 20_000);
      expect(later).toMatchObject({ userId: user.id });
      expect(later).not.toHaveProperty('change');
    });

    it('leaves a lane alone before it is due', async () => {
      await create('later', 9_000);
      expect(await claim(store, 8_999)).toEqual([]);
      expect(await store.nextDueAt(CONNECTOR)).toBe(9_000);
    });

    it('gives an abandoned lane to the next claim once its lease ran out, and settles nothing for the old lease', async () => {
      const user = await create('bjensen');
      const [abandoned] = await claim(store, 1_000, 'zombie');
      expect(await claim(store, 10_999, 'early')).toEqual([]);
      const [retaken] = await claim(store, 11_000, 'next');
      expect(retaken).toMatchObject({ userId: user.id, attempts: 2, lease: 'next' });
      expect(await store.settleLanes(CONNECTOR, 'zombie', [settlement(abandoned as LeasedLane)], 11_001)).toEqual(
        new Set(),
      );
      expect(
        await store.linkLanes(CONNECTOR, 'zombie', [{ userId: user.id, origin: 'created', told: '{}' }], 1_100),
      ).toEqual(new Set());
      expect(await store.readLane(CONNECTOR, user.id)).not.toHaveProperty('leadId');
    });

    it('records what Salesforce was told and frees the lane', async () => {
      const user = await create('bjensen');
      const [lane] = await claim(store, 1_000);
      expect(await store.settleLanes(CONNECTOR, 'lease-1', [settlement(lane as LeasedLane)], 1_500)).toEqual(
        new Set([user.id]),
      );
      expect(await store.readLane(CONNECTOR, user.id)).toEqual({
        connector: CONNECTOR,
        userId: user.id,
        state: 'idle',
        doubts: 0,
        dueAt: 0,
        attempts: 0,
        tailSeq: 1,
        headSeq: 1,
        leadId: '00Q000000000001AAA',
        origin: 'created',
        told: '{"LastName":"x"}',
        lastAttemptAt: 1_500,
        lastDeliveredAt: 1_500,
      });
      expect((await store.readJournal(user.id, 1))[0]).toMatchObject({
        kind: 'attempt',
        at: 1_500,
        version: 1,
        detail: { outcome: 'delivered' },
      });
    });

    it('remembers that a Lead is not kept up to date any more, until its Leads are forgotten', async () => {
      const user = await create('bjensen');
      const [lane] = await claim(store, 1_000);
      const ended = { kind: 'converted', contactId: '003000000000001AAA' } as const;
      const lead = { leadId: '00Q1', origin: 'adopted', ended } as const;
      await store.settleLanes(CONNECTOR, 'lease-1', [settlement(lane as LeasedLane, { lead })], 1_500);
      expect(await store.readLane(CONNECTOR, user.id)).toMatchObject({ leadId: '00Q1', ended });
      await store.commit(change(user, 'bjensen', 'renamed', 1_600));
      const [again] = await claim(store, 1_700, 'lease-2');
      expect(again).toMatchObject({ ended });
      await store.settleLanes(CONNECTOR, 'lease-2', [settlement(again as LeasedLane, { lead: 'keep' })], 1_800);
      expect(await store.readLane(CONNECTOR, user.id)).toMatchObject({ ended });
      await store.forgetLeads(CONNECTOR, 1_900);
      expect(await store.readLane(CONNECTOR, user.id)).not.toHaveProperty('ended');
    });

    it('makes a lane due again at once when its user changed during the delivery, and never gives it to two', async () => {
      const user = await create('bjensen');
      const [lane] = await claim(store, 1_000);
      await store.commit(change(user, 'bjensen', 'renamed', 1_200));
      expect(await claim(store, 1_300, 'other')).toEqual([]);
      await store.settleLanes(CONNECTOR, 'lease-1', [settlement(lane as LeasedLane)], 1_400);
      expect(await store.readLane(CONNECTOR, user.id)).toMatchObject({
        state: 'due',
        dueAt: 1_400,
        headSeq: 1,
        tailSeq: 2,
      });
      expect(await claim(store, 1_400, 'next')).toHaveLength(1);
    });

    it('tells which creates may have made a Lead that no lane is linked with, until that is known', async () => {
      const user = await create('bjensen');
      const [lane] = await claim(store, 1_000);
      const link = { userId: user.id, origin: 'created', told: '{}', sent: '{"at":1}' } as const;
      await store.linkLanes(CONNECTOR, 'lease-1', [link], 1_100);
      expect(await store.readLostCreates(CONNECTOR)).toMatchObject([{ userId: user.id, sent: '{"at":1}' }]);
      expect(await store.readLostCreates('other')).toEqual([]);
      const lead = { leadId: '00Q1', origin: 'created', told: '{}' } as const;
      await store.settleLanes(CONNECTOR, 'lease-1', [settlement(lane as LeasedLane, { lead })], 1_200);
      expect(await store.readLostCreates(CONNECTOR)).toEqual([]);
    });

    it('keeps a failed lane due later, with its error, its attempts and the link that was remembered', async () => {
      const user = await create('bjensen');
      const [lane] = await claim(store, 1_000);
      const link = { userId: user.id, origin: 'adopted', leadId: '00Q1', told: '{"a":1}' } as const;
      await store.linkLanes(CONNECTOR, 'lease-1', [link], 1_100);
      const error = { class: 'outage', code: 'ECONNRESET', message: 'socket hang up', hint: 'wait' };
      const failed = settlement(lane as LeasedLane, {
        state: 'due',
        dueAt: 7_000,
        attempts: 1,
        delivered: false,
        lead: 'keep',
        error,
      });
      await store.settleLanes(CONNECTOR, 'lease-1', [failed], 1_100);
      expect(await store.readLane(CONNECTOR, user.id)).toMatchObject({
        state: 'due',
        dueAt: 7_000,
        attempts: 1,
        headSeq: 0,
        leadId: '00Q1',
        origin: 'adopted',
        told: '{"a":1}',
        error,
        lastAttemptAt: 1_100,
      });
    });

    it('tells with a claim who made the latest change of the user, and when', async () => {
      const user = await create('bjensen');
      const latest = change(user, 'bjensen', 'renamed', 2_000);
      await store.commit({ ...latest, entry: { ...latest.entry, requestId: 'the-second' } });
      expect(await claim(store, 3_000)).toMatchObject([{ change: { requestId: 'the-second', at: 2_000 } }]);
    });

    it('claims a lane whose change the journal has forgotten', async () => {
      const user = await create('bjensen');
      await store.pruneJournal(2_000, 10);
      const [lane] = await claim(store, 3_000);
      expect([lane?.userId, lane?.change]).toEqual([user.id, undefined]);
    });

    it('wakes a parked lane when its user changes', async () => {
      const user = await create('bjensen');
      const [lane] = await claim(store, 1_000);
      await store.settleLanes(
        CONNECTOR,
        'lease-1',
        [settlement(lane as LeasedLane, { state: 'parked', delivered: false, attempts: 3 })],
        1_100,
      );
      expect(await store.countLanes(CONNECTOR)).toEqual({ idle: 0, due: 0, parked: 1, held: 0 });
      await store.commit(change(user, 'bjensen', 'renamed', 2_000));
      expect(await store.readLane(CONNECTOR, user.id)).toMatchObject({ state: 'due', dueAt: 2_000, attempts: 0 });
    });

    it('makes one or all parked lanes due again', async () => {
      const users = [await create('a'), await create('b'), await create('c')];
      const lanes = await claim(store, 1_000);
      const parked = lanes.map((lane) => settlement(lane, { state: 'parked', delivered: false, attempts: 3 }));
      await store.settleLanes(CONNECTOR, 'lease-1', parked, 1_100);
      expect(await store.releaseLanes(CONNECTOR, 2_000, { userId: String(users[0]?.id) })).toBe(1);
      expect(await store.readLane(CONNECTOR, users[0]?.id ?? '')).toMatchObject({
        state: 'due',
        dueAt: 2_000,
        attempts: 0,
      });
      expect(await store.releaseLanes(CONNECTOR, 2_000)).toBe(2);
      expect(await store.countLanes(CONNECTOR)).toEqual({ idle: 0, due: 3, parked: 0, held: 0 });
    });

    it('forgets the lane of a deleted user once Salesforce was told, unless it changed meanwhile', async () => {
      const user = await create('bjensen');
      const other = await create('other');
      await store.commit(removal(user, 'bjensen', 1_000));
      const lanes = await claim(store, 3_000);
      await store.commit(change(other, 'other', 'changed', 3_100));
      const settlements = lanes.map((lane) => settlement(lane, { state: 'gone' }));
      await store.settleLanes(CONNECTOR, 'lease-1', settlements, 3_200);
      expect(await store.readLane(CONNECTOR, user.id)).toBeUndefined();
      expect(await store.readLane(CONNECTOR, other.id)).toMatchObject({ state: 'due' });
    });

    it('lists lanes a page at a time by user, of one state, with one error, and those of users that are asked for', async () => {
      const users = await Promise.all(['a', 'b', 'c', 'd'].map((name) => create(name)));
      const ids = users.map(({ id }) => id).sort();
      const error = (code: string) => ({ class: 'data', code, message: 'refused' });
      const leased = await claim(store, 5_000);
      const settlements = leased.map((one) => {
        if (one.userId === ids[0]) return settlement(one);
        const code = one.userId === ids[3] ? 'STRING_TOO_LONG' : 'INVALID_EMAIL_ADDRESS';
        return settlement(one, { state: 'parked', delivered: false, error: error(code) });
      });
      await store.settleLanes(CONNECTOR, 'lease-1', settlements, 6_000);
      const list = async (more: Partial<LaneQuery> = {}): Promise<unknown> =>
        (await store.listLanes({ connector: CONNECTOR, limit: 10, ...more })).map(({ userId }) => userId);
      expect(await list()).toEqual(ids);
      expect(await list({ limit: 2 })).toEqual(ids.slice(0, 2));
      expect(await list({ limit: 2, after: ids[1] as string })).toEqual(ids.slice(2));
      expect(await list({ after: ids[3] as string })).toEqual([]);
      expect(await list({ state: 'idle' })).toEqual([ids[0]]);
      expect(await list({ state: 'parked', code: 'INVALID_EMAIL_ADDRESS' })).toEqual([ids[1], ids[2]]);
      expect(await list({ code: 'STRING_TOO_LONG' })).toEqual([ids[3]]);
      expect(await list({ connector: 'other' })).toEqual([]);
      const [listed] = await store.listLanes({ connector: CONNECTOR, code: 'STRING_TOO_LONG', limit: 1 });
      expect(listed).toEqual(await store.readLane(CONNECTOR, String(ids[3])));
      const some = await store.readLanes(CONNECTOR, [String(ids[3]), String(ids[0]), 'nobody']);
      expect(some.map(({ userId }) => userId).sort()).toEqual([ids[0], ids[3]]);
      expect(await store.readLanes(CONNECTOR, [])).toEqual([]);
    });

    it('tells which Leads belong to a user already', async () => {
      await create('bjensen');
      const [lane] = await claim(store, 1_000);
      await store.settleLanes(CONNECTOR, 'lease-1', [settlement(lane as LeasedLane)], 1_100);
      expect(await store.findLinkedLeads(CONNECTOR, ['00Q000000000001AAA', '00Q000000000002AAA'])).toEqual(
        new Set(['00Q000000000001AAA']),
      );
      expect(await store.findLinkedLeads(CONNECTOR, [])).toEqual(new Set());
    });
  });

  describe('late writes', () => {
    const late = (userId: string, leadId?: string): LateWrite => ({
      userId,
      origin: 'created',
      ...(leadId !== undefined && { leadId }),
      version: 1,
      attempt: { action: 'create', reason: 'new user', outcome: 'late', fields: ['LastName'], durationMs: 5 },
    });

    it('make an idle lane due, in doubt until a later attempt is delivered, and are in the journal', async () => {
      const user = await create('bjensen');
      const [lane] = await claim(store, 1_000);
      await store.settleLanes(CONNECTOR, 'lease-1', [settlement(lane as LeasedLane)], 1_100);
      await store.doubtLanes(CONNECTOR, [late(user.id)], 2_000);
      expect((await store.readJournal(user.id, 1))[0]).toMatchObject({ kind: 'attempt', detail: { outcome: 'late' } });
      const [again] = await claim(store, 2_000, 'lease-2');
      expect(again).toMatchObject({ userId: user.id, doubts: 1, told: '{"LastName":"x"}' });
      await store.settleLanes(CONNECTOR, 'lease-2', [settlement(again as LeasedLane)], 2_100);
      expect(await store.readLane(CONNECTOR, user.id)).toMatchObject({ state: 'idle', doubts: 0 });
    });

    it('wait for the lease that is held, and are not settled by an attempt that was claimed before them', async () => {
      const user = await create('bjensen');
      const [lane] = await claim(store, 1_000);
      await store.doubtLanes(CONNECTOR, [late(user.id)], 2_000);
      expect(await claim(store, 3_000, 'thief')).toEqual([]);
      await store.settleLanes(CONNECTOR, 'lease-1', [settlement(lane as LeasedLane)], 4_000);
      expect(await store.readLane(CONNECTOR, user.id)).toMatchObject({ state: 'due', dueAt: 4_000, doubts: 1 });
    });

    it('bring back the lane of a user that is gone, so that a Lead it made is found', async () => {
      await store.doubtLanes(CONNECTOR, [late('gone-user', '00Q000000000009AAA')], 2_000);
      expect(await claim(store, 2_000)).toMatchObject([
        { userId: 'gone-user', origin: 'created', leadId: '00Q000000000009AAA', doubts: 1 },
      ]);
    });

    it('are in doubt for whoever has the Lead by now as well', async () => {
      const [old, heir] = [await create('old'), await create('heir')];
      const lanes = await claim(store, 1_000);
      const link = (lane: LeasedLane, leadId: string) => settlement(lane, { lead: { leadId, origin: 'created' } });
      const settled = lanes.map((lane) => link(lane, lane.userId === heir.id ? '00Q000000000009AAA' : '00Q8'));
      await store.settleLanes(CONNECTOR, 'lease-1', settled, 1_000);
      await store.doubtLanes(CONNECTOR, [late('gone-user', '00Q000000000009AAA')], 2_000);
      expect(await store.readLane(CONNECTOR, heir.id)).toMatchObject({ state: 'due', dueAt: 2_000, doubts: 1 });
      expect(await store.readLane(CONNECTOR, old.id)).toMatchObject({ state: 'idle', doubts: 0 });
    });

    it('stay in doubt while attempts fail', async () => {
      const user = await create('bjensen');
      await store.doubtLanes(CONNECTOR, [late(user.id)], 2_000);
      const [lane] = await claim(store, 2_000);
      const failed = settlement(lane as LeasedLane, { state: 'due', dueAt: 9_000, delivered: false, lead: 'keep' });
      await store.settleLanes(CONNECTOR, 'lease-1', [failed], 2_100);
      expect(await store.readLane(CONNECTOR, user.id)).toMatchObject({ state: 'due', dueAt: 9_000, doubts: 1 });
    });
  });

  describe('a clock that went back', () => {
    it('ends the waits of lanes and gate, and leaves leases alone', async () => {
      const [waiting, leased] = [await create('a', 1_000), await create('b', 1_001)];
      const [lane] = await claim(store, 5_000, 'lease-1', 1);
      const failed = settlement(lane as LeasedLane, { state: 'due', dueAt: 900_000, delivered: false, lead: 'keep' });
      await store.settleLanes(CONNECTOR, 'lease-1', [failed], 5_000);
      await claim(store, 5_000, 'lease-2');
      await store.closeGate(
        CONNECTOR,
        { class: 'outage', reason: 'x', failures: 3, until: 900_000 },
        'gate closed',
        1_000,
      );
      await store.hastenLanes(CONNECTOR, 100);
      expect(await store.readLane(CONNECTOR, waiting.id)).toMatchObject({ state: 'due', dueAt: 100 });
      expect(await store.readLane(CONNECTOR, leased.id)).toMatchObject({ dueAt: 15_000 });
      expect(await gateOf(store)).toMatchObject({ until: 100, failures: 3 });
    });
  });

  describe('jobs', () => {
    it('are taken by one of all in each of their turns', async () => {
      const take = (now: number): Promise<boolean> => store.takeJob('prune', 1_000, now);
      expect(await Promise.all([take(10), take(10), take(10)])).toEqual([true, false, false]);
      expect([await take(1_009), await take(1_010), await take(1_010)]).toEqual([false, true, false]);
      expect(await store.takeJob('another', 1_000, 10)).toBe(true);
    });

    it('are held for longer and given back by who took them, and by nobody else', async () => {
      expect(await store.takeJob('reconcile', 1_000, 10)).toBe(true);
      expect(await store.holdJob('reconcile', 1_010, 1_500)).toBe(true);
      expect(await store.takeJob('reconcile', 1_000, 1_200)).toBe(false);
      expect(await store.holdJob('reconcile', 1_010, 9_000)).toBe(false);
      expect(await store.holdJob('reconcile', 1_500, 1_300)).toBe(true);
      expect(await store.takeJob('reconcile', 1_000, 1_300)).toBe(true);
      expect(await store.holdJob('reconcile', 1_300, 9_000)).toBe(false);
    });

    it('are taken although the clock went back', async () => {
      expect(await store.takeJob('prune', 1_000, 900_000)).toBe(true);
      expect(await store.takeJob('prune', 1_000, 10)).toBe(true);
    });
  });

  it('keeps settings by name', async () => {
    expect(await store.readSetting('reconciled salesforce')).toBeUndefined();
    await store.writeSetting('reconciled salesforce', '1');
    await store.writeSetting('reconciled salesforce', '2');
    await store.writeSetting('other', '3');
    expect(await store.readSetting('reconciled salesforce')).toBe('2');
  });

  describe('what people do to lanes', () => {
    const settleAll = async (more: Parameters<typeof settlement>[1] = {}): Promise<void> => {
      const leased = await claim(store, 5_000);
      await store.settleLanes(
        CONNECTOR,
        'lease-1',
        leased.map((one) => settlement(one, more)),
        6_000,
      );
    };

    it('repairs an idle lane that says what was seen, and no other', async () => {
      const [idle, changed, other] = [await create('a'), await create('b'), await create('c')] as const;
      await settleAll();
      await store.commit(change(changed, 'b', 'b2'));
      const seen = '{"LastName":"x"}';
      const told = '{"LastName":"\\u0000unsure"}';
      const repairs = [
        { userId: idle.id, seen, told },
        { userId: changed.id, seen, told },
        { userId: other.id, seen: '{}', told },
        { userId: 'nobody', told },
      ];
      expect(await store.repairLanes(CONNECTOR, repairs, 7_000)).toBe(1);
      expect(await store.readLane(CONNECTOR, idle.id)).toMatchObject({ state: 'due', dueAt: 7_000, told, attempts: 0 });
      expect(await store.readLane(CONNECTOR, changed.id)).toMatchObject({ told: seen });
      expect(await store.readLane(CONNECTOR, other.id)).toMatchObject({ state: 'idle', told: seen });
    });

    it('links a Lead to a lane that has none, is not being delivered, and to no second one', async () => {
      const [first, second, leased] = [
        await create('a', 1_000),
        await create('b', 1_000),
        await create('c', 10),
      ] as const;
      await claim(store, 500);
      const link = (userId: string, leadId: string) => ({ userId, leadId, origin: 'adopted' as const });
      expect(await store.linkFoundLeads(CONNECTOR, [link(first.id, '1'), link(leased.id, '3')])).toEqual(
        new Set([first.id]),
      );
      expect(await store.readLane(CONNECTOR, first.id)).toMatchObject({ leadId: '1', origin: 'adopted', state: 'due' });
      expect(await store.linkFoundLeads(CONNECTOR, [link(first.id, '2'), link(second.id, '1')])).toEqual(new Set());
      expect(await store.readLanesOfLeads(CONNECTOR, ['1', '2'])).toMatchObject([{ userId: first.id }]);
      expect(await store.readLanesOfLeads(CONNECTOR, [])).toEqual([]);
    });

    it('pushes one lane before those that wait, without making it one that waits for ages', async () => {
      const [first, second, third] = [
        await create('a', 1_000),
        await create('b', 2_000),
        await create('c', 2_000),
      ] as const;
      for (const { id } of [third, second]) await store.pushLane(CONNECTOR, id, false, 3_000);
      expect(await store.nextDueAt(CONNECTOR)).toBe(998);
      expect((await claim(store, 3_000, 'lease', 2)).map(({ userId }) => userId).sort()).toEqual(
        [second.id, third.id].sort(),
      );
      expect(await claim(store, 3_000, 'lease-2', 2)).toMatchObject([{ userId: first.id }]);
    });

    it('pushes one lane before all others, in doubt where it is to be sent again, and never takes it from who delivers it', async () => {
      const [first, second] = [await create('a', 1_000), await create('b', 2_000)] as const;
      const due: string[] = [];
      store.onDue((connector) => due.push(connector));
      expect(await store.pushLane(CONNECTOR, second.id, false, 3_000)).toBe(true);
      expect(due).toContain(CONNECTOR);
      const [claimed] = await claim(store, 3_000, 'lease-2', 1);
      expect(claimed).toMatchObject({ userId: second.id, doubts: 0 });
      expect(await store.pushLane(CONNECTOR, second.id, true, 3_000)).toBe(true);
      expect(await claim(store, 3_000, 'lease-3')).toMatchObject([{ userId: first.id }]);
      await store.settleLanes(CONNECTOR, 'lease-2', claimed ? [settlement(claimed)] : [], 3_100);
      expect(await store.readLane(CONNECTOR, second.id)).toMatchObject({ state: 'due', dueAt: 3_100, doubts: 1 });
      expect(await store.pushLane(CONNECTOR, 'nobody', false, 3_000)).toBe(false);
    });
  });

  describe('the journal', () => {
    it('gives entries of any resources by their numbers, without those it never had or has forgotten', async () => {
      const [first, second] = [await create('a', 1_000), await create('b', 2_000)];
      const entries = await store.readEntries([2, 1, 77]);
      expect(entries.map(({ seq, id }) => [seq, id])).toEqual([
        [1, first.id],
        [2, second.id],
      ]);
      await store.pruneJournal(2_000, 10);
      expect((await store.readEntries([1, 2])).map(({ seq }) => seq)).toEqual([2]);
      expect(await store.readEntries([])).toEqual([]);
    });

    it('forgets entries of before an instant, oldest first, no more than asked for', async () => {
      const user = await create('a', 1_000);
      for (const at of [2_000, 3_000]) {
        const name = `a${at}`;
        await store.commit(creation(storedUser(name), name, at));
      }
      expect(await store.pruneJournal(3_000, 1)).toBe(1);
      expect(await store.readJournal(user.id, 10)).toEqual([]);
      expect(await store.pruneJournal(3_000, 10)).toBe(1);
      expect(await store.pruneJournal(3_000, 10)).toBe(0);
    });
  });

  it('tells the time that all processes on the database share', async () => {
    expect(Math.abs((await store.now()) - Date.now())).toBeLessThan(60_000);
  });

  describe('gates', () => {
    const throttled = { class: 'throttle', reason: 'REQUEST_LIMIT_EXCEEDED', failures: 2, until: 9_000 };
    const refused = { class: 'authentication', reason: 'invalid_grant', failures: 1 };

    it('keeps the gate of a connector until it is opened by who saw it', async () => {
      expect(await gateOf(store)).toBeUndefined();
      await store.closeGate(CONNECTOR, throttled, 'gate closed', 1_000);
      expect(await gateOf(store)).toEqual(throttled);
      await store.openGate(CONNECTOR, { ...throttled, until: 8_000 }, 1_000);
      expect(await gateOf(store)).toEqual(throttled);
      await store.openGate(CONNECTOR, throttled, 1_000);
      expect(await gateOf(store)).toBeUndefined();
    });

    it('is closed for longer by whoever asks, and never for less', async () => {
      await store.closeGate(CONNECTOR, throttled, 'gate closed', 1_000);
      await store.closeGate(CONNECTOR, { ...throttled, until: 8_000 }, 'gate closed', 1_000);
      expect(await gateOf(store)).toEqual(throttled);
      await store.closeGate(CONNECTOR, refused, 'gate closed', 1_000);
      await store.closeGate(CONNECTOR, throttled, 'gate closed', 1_000);
      await store.openGate(CONNECTOR, throttled, 1_000);
      expect(await gateOf(store)).toEqual(refused);
    });

    it('is tried again when somebody lets it, and only one that waits for that', async () => {
      await store.closeGate(CONNECTOR, throttled, 'gate closed', 1_000);
      await store.probeGate(CONNECTOR, 500);
      expect(await gateOf(store)).toEqual(throttled);
      await store.closeGate(CONNECTOR, refused, 'gate closed', 1_000);
      await store.probeGate(CONNECTOR, 500);
      expect(await gateOf(store)).toEqual({ ...refused, failures: 0, until: 500 });
    });
  });

  describe('credentials that were refused', () => {
    const gate = { class: 'authentication', reason: 'invalid_grant', failures: 6 };
    const throttledGate = { class: 'throttle', reason: 'x', failures: 1, until: 9_000 };
    const refuse = (credentials: string, refusals: number, retryAt: number): Promise<void> =>
      store.closeGate(CONNECTOR, gate, 'gate closed', 1_000, { credentials, refusals, retryAt });
    const by = { reason: 'mended', actor: 'admin', at: 5_000 };

    it('are known until they are accepted, each for itself', async () => {
      expect(await store.readConnector(CONNECTOR)).toEqual({});
      await refuse('a', 1, 60_000);
      await refuse('b', 3, 90_000);
      expect(await store.readConnector(CONNECTOR)).toEqual({ gate, refused: { gate: 'b' } });
      expect(await store.readRefusal(CONNECTOR, 'a')).toEqual({ refusals: 1 });
      expect(await store.readRefusal(CONNECTOR, 'b')).toEqual({ refusals: 3 });
      await store.forgetRefusal(CONNECTOR, 'b');
      expect(await store.readRefusal(CONNECTOR, 'b')).toBeUndefined();
      expect(await store.readRefusal(CONNECTOR, 'a')).toEqual({ refusals: 1 });
    });

    it('are not tried by a start before their time, and at once by one with others', async () => {
      await refuse('a', 1, 60_000);
      await store.probeGate(CONNECTOR, 2_000, 'a');
      expect(await store.readRefusal(CONNECTOR, 'a')).toEqual({ refusals: 1, until: 60_000 });
      expect(await gateOf(store)).toMatchObject({ failures: 0, until: 60_000 });
      await store.probeGate(CONNECTOR, 70_000, 'a');
      expect(await store.readRefusal(CONNECTOR, 'a')).toEqual({ refusals: 1, until: 60_000 });
      await store.retryGate(CONNECTOR, 3_000);
      expect(await gateOf(store)).toMatchObject({ failures: 0, until: 3_000 });
      await refuse('a', 2, 90_000);
      await store.probeGate(CONNECTOR, 2_000, 'b');
      expect(await gateOf(store)).toMatchObject({ failures: 0, until: 2_000 });
      expect(await store.readRefusal(CONNECTOR, 'a')).toEqual({ refusals: 2 });
    });

    it('are all tried when somebody resumes, and wait for somebody again when they are refused once more', async () => {
      await refuse('a', 1, 60_000);
      await refuse('b', 1, 60_000);
      await store.resumeConnector(CONNECTOR, by);
      expect(await store.readRefusal(CONNECTOR, 'a')).toEqual({ refusals: 1, until: 5_000 });
      expect(await store.readRefusal(CONNECTOR, 'b')).toEqual({ refusals: 1, until: 5_000 });
      await refuse('a', 2, 120_000);
      expect(await store.readRefusal(CONNECTOR, 'a')).toEqual({ refusals: 2 });
    });

    it('do not make a gate that is closed for anything else be tried earlier', async () => {
      await store.closeGate(CONNECTOR, throttledGate, 'gate closed', 1_000);
      await store.retryGate(CONNECTOR, 2_000);
      expect(await gateOf(store)).toEqual(throttledGate);
    });
  });

  describe('a probe of a gate', () => {
    const gate = { class: 'outage', reason: 'HTTP_503', failures: 6, until: 9_000 };

    it('is given to one process, and to the next when that one never told', async () => {
      await store.closeGate(CONNECTOR, gate, 'gate closed', 1_000);
      const take = (now: number): Promise<boolean> => store.takeProbe(CONNECTOR, gate, now, now + 500);
      expect(await take(8_999)).toBe(false);
      expect(await Promise.all([take(9_000), take(9_000), take(9_000)])).toEqual([true, false, false]);
      expect([await take(9_499), await take(9_500)]).toEqual([false, true]);
    });

    it('is free again when nothing was asked, and not of a gate that was closed since', async () => {
      await store.closeGate(CONNECTOR, gate, 'gate closed', 1_000);
      expect(await store.takeProbe(CONNECTOR, gate, 9_000, 60_000)).toBe(true);
      await store.returnProbe(CONNECTOR);
      expect(await store.takeProbe(CONNECTOR, gate, 9_000, 60_000)).toBe(true);
      await store.closeGate(CONNECTOR, { ...gate, failures: 7, until: 20_000 }, 'probe failed', 9_100);
      expect(await store.takeProbe(CONNECTOR, gate, 30_000, 60_000)).toBe(false);
      expect(await store.takeProbe(CONNECTOR, { ...gate, failures: 7, until: 20_000 }, 20_000, 60_000)).toBe(true);
    });

    it('leaves its story in the journal of the connector', async () => {
      const again = { ...gate, failures: 7, until: 20_000 };
      await store.closeGate(CONNECTOR, gate, 'gate closed', 1_000);
      await store.closeGate(CONNECTOR, { ...gate, until: 5_000 }, 'gate closed', 1_001);
      await store.closeGate(CONNECTOR, again, 'probe failed', 9_000);
      await store.openGate(CONNECTOR, gate, 9_500);
      await store.openGate(CONNECTOR, again, 20_000);
      expect(await story(store)).toEqual([
        { event: 'gate closed', class: 'outage', reason: 'HTTP_503', until: 9_000 },
        { event: 'probe failed', class: 'outage', reason: 'HTTP_503', until: 20_000 },
        { event: 'gate opened', class: 'outage' },
      ]);
    });
  });

  describe('a pause', () => {
    const pause = { reason: 'moving orgs', actor: 'admin', at: 2_000 };

    it('stops all claims from the moment it is there, and ends with a resume that hastens the gate', async () => {
      await create('a');
      await store.closeGate(CONNECTOR, { class: 'outage', reason: 'x', failures: 7, until: 900_000 }, 'gate closed', 1);
      expect(await store.pauseConnector(CONNECTOR, pause)).toBe(true);
      expect(await claim(store, 5_000)).toEqual([]);
      expect(await store.pauseConnector(CONNECTOR, { ...pause, reason: 'another' })).toBe(false);
      expect(await store.readConnector(CONNECTOR)).toMatchObject({ pause, gate: { until: 900_000 } });
      expect(await store.resumeConnector(CONNECTOR, { ...pause, reason: 'moved', at: 6_000 })).toBe(true);
      expect(await store.readConnector(CONNECTOR)).toEqual({
        gate: { class: 'outage', reason: 'x', failures: 7, until: 6_000 },
      });
      expect(await claim(store, 6_000)).toHaveLength(1);
      expect((await story(store)).slice(1)).toEqual([
        { event: 'paused', reason: 'moving orgs', actor: 'admin' },
        { event: 'resumed', reason: 'moved', actor: 'admin' },
      ]);
    });

    it('that is not there ends what a gate waits for all the same', async () => {
      await store.closeGate(CONNECTOR, { class: 'authentication', reason: 'x', failures: 1 }, 'gate closed', 1_000);
      expect(await store.resumeConnector(CONNECTOR, pause)).toBe(false);
      expect(await gateOf(store)).toMatchObject({ until: 2_000, failures: 0 });
    });
  });

  it('remembers what the org has left, and journals a new level once', async () => {
    const budget = { used: 50, max: 100, level: 'ample', at: 1_000 } as const;
    expect(await store.noteBudget(CONNECTOR, budget)).toBe('ample');
    expect(await store.noteBudget(CONNECTOR, { ...budget, used: 85, level: 'slowed' })).toBe('ample');
    expect(await store.noteBudget(CONNECTOR, { ...budget, used: 86, level: 'slowed', at: 2_000 })).toBe('slowed');
    expect(await store.readConnector(CONNECTOR)).toEqual({
      budget: { used: 86, max: 100, level: 'slowed', at: 2_000 },
    });
    expect(await store.noteBudget(CONNECTOR, budget)).toBe('slowed');
    expect((await story(store)).map(({ event }) => event)).toEqual(['slowed', 'unslowed']);
  });

  describe('the guard over removals', () => {
    const HOUR = 3_600_000;
    const link = async (count: number): Promise<string[]> => {
      const users = [];
      for (let index = 0; index < count; index += 1) users.push((await create(`u${index}`)).id);
      const lanes = await claim(store, 1_000, 'link');
      const settled = lanes.map((lane) =>
        settlement(lane, { lead: { leadId: `00Q${lane.userId}`, origin: 'created' } }),
      );
      await store.settleLanes(CONNECTOR, 'link', settled, 1_000);
      return users;
    };
    const admit = async (userIds: readonly string[], now = 10_000, atLeast = 2, percent = 10): Promise<number> =>
      (await store.admitRemovals({ connector: CONNECTOR, userIds, now, windowMs: HOUR, atLeast, percent })).admitted
        .size;
    const hold = async (userId: string, name: string, now = 20_000): Promise<void> => {
      await store.commit(change(storedUser(name, 1, userId), name, `${name}x`, now));
      const [lane] = await claim(store, now, 'hold');
      await store.settleLanes(
        CONNECTOR,
        'hold',
        [settlement(lane as LeasedLane, { state: 'held', delivered: false })],
        now,
      );
    };

    it.each([
      ['a number', 8, 2],
      ['a share of the linked Leads', 40, 4],
    ])('admits %s, whichever is more', async (_what, linked, admitted) => {
      const users = await link(linked);
      expect(await admit(users)).toBe(admitted);
    });

    it('counts a user once, and for an hour', async () => {
      const users = await link(8);
      expect(await admit(users.slice(0, 2))).toBe(2);
      expect(await admit(users.slice(0, 2))).toBe(2);
      expect(await admit(users.slice(2, 4))).toBe(0);
      expect(await admit(users.slice(2, 4), 10_000 + HOUR)).toBe(2);
    });

    it('counts Leads that are gone already among those that were linked', async () => {
      const users = await link(30);
      expect(await admit(users.slice(0, 2))).toBe(2);
      for (const [index, id] of users.slice(0, 2).entries())
        await store.commit(removal(storedUser('x', 1, id), `u${index}`, 11_000));
      const lanes = await claim(store, 12_000, 'gone');
      await store.settleLanes(
        CONNECTOR,
        'gone',
        lanes.map((lane) => settlement(lane, { state: 'gone' })),
        12_000,
      );
      expect(await admit(users.slice(2, 5))).toBe(1);
    });

    it('admits nobody new while others are held, and tells the first time alone', async () => {
      const users = await link(4);
      const request = { connector: CONNECTOR, userIds: users, now: 10_000, windowMs: HOUR, atLeast: 2, percent: 10 };
      expect(await store.admitRemovals(request)).toEqual({ admitted: new Set(users.slice(0, 2)), tripped: true });
      await hold(users[2] as string, 'u2');
      expect(await store.countLanes(CONNECTOR)).toEqual({ idle: 3, due: 0, parked: 0, held: 1 });
      expect(await store.admitRemovals({ ...request, now: 10_000 + 2 * HOUR })).toEqual({
        admitted: new Set(),
        tripped: false,
      });
      expect(await story(store)).toMatchObject([{ event: 'removals held' }]);
    });

    it('is let past by a verdict on the latest change, which also starts the count anew when it approves all', async () => {
      const users = await link(4);
      expect(await admit(users)).toBe(2);
      await hold(users[2] as string, 'u2');
      await hold(users[3] as string, 'u3', 21_000);
      const by = { actor: 'admin', at: 30_000 };
      expect(await store.judgeHeld(CONNECTOR, 'rejected', by, users[2])).toBe(1);
      expect(await store.readLane(CONNECTOR, users[2] as string)).toMatchObject({ state: 'due', verdict: 'rejected' });
      expect(await admit(users.slice(0, 1).concat('other'), 31_000)).toBe(1);
      expect(await store.judgeHeld(CONNECTOR, 'approved', by)).toBe(1);
      expect(await store.judgeHeld(CONNECTOR, 'approved', by)).toBe(0);
      expect(await admit(['another'], 31_000)).toBe(1);
      await store.commit(change(storedUser('u3x', 2, users[3]), 'u3x', 'u3y', 40_000));
      expect(await store.readLane(CONNECTOR, users[3] as string)).not.toHaveProperty('verdict');
      expect((await story(store)).slice(1)).toEqual([
        { event: 'removals rejected', actor: 'admin', users: 1 },
        { event: 'removals approved', actor: 'admin', users: 1 },
      ]);
    });

    it('goes on counting a user as held in any state, until the removal is made, or wanted no more', async () => {
      const users = await link(4);
      const [heldOne, other] = [users[2] as string, [users[3] as string]];
      await hold(heldOne, 'u2');
      const since = { heldAt: 20_000 };
      await store.commit(change(storedUser('u2x', 2, heldOne), 'u2x', 'u2y', 30_000));
      expect(await store.readLane(CONNECTOR, heldOne)).toMatchObject({ state: 'due', ...since });
      expect(await admit(other, 30_000)).toBe(0);
      const settle = async (more: Partial<Settlement>, at: number): Promise<void> => {
        const [lane] = await claim(store, at, 'again');
        await store.settleLanes(
          CONNECTOR,
          'again',
          [settlement(lane as LeasedLane, { delivered: false, ...more })],
          at,
        );
      };
      await settle({ state: 'parked', stillHeld: true }, 30_000);
      expect(await store.readLane(CONNECTOR, heldOne)).toMatchObject({ state: 'parked', ...since });
      expect(await admit(other, 31_000)).toBe(0);
      await store.releaseLanes(CONNECTOR, 32_000);
      await settle({ state: 'held' }, 32_000);
      expect(await store.readLane(CONNECTOR, heldOne)).toMatchObject({ state: 'held', ...since });
      await store.judgeHeld(CONNECTOR, 'approved', { actor: 'admin', at: 33_000 });
      await settle({ state: 'idle', delivered: true }, 33_000);
      expect(await store.readLane(CONNECTOR, heldOne)).not.toHaveProperty('heldAt');
      expect(await admit(other, 34_000)).toBe(1);
    });

    it('leaves held users alone when parked ones are tried again, and lets go of one that changes', async () => {
      const users = await link(4);
      await hold(users[2] as string, 'u2');
      expect(await store.releaseLanes(CONNECTOR, 25_000)).toBe(0);
      await store.commit(change(storedUser('u2x', 2, users[2]), 'u2x', 'u2y', 30_000));
      expect(await store.readLane(CONNECTOR, users[2] as string)).toMatchObject({ state: 'due' });
    });
  });

  describe('pages', () => {
    it('lists one type in creation order and counts all of it', async () => {
      const users: StoredResource[] = [];
      for (const name of ['c', 'a', 'b']) users.push(await create(name));
      const page = async (offset: number, limit: number) => {
        const query = { types: [{ type: 'User' }], offset, limit, locations: new Map() };
        const { totalResults, resources } = await store.queryResources(query);
        return { totalResults, resources: resources.map(plain) };
      };
      expect(await page(0, 10)).toEqual({ totalResults: 3, resources: users.map(plain) });
      expect(await page(1, 1)).toEqual({ totalResults: 3, resources: [plain(users[1])] });
      expect(await page(0, 0)).toEqual({ totalResults: 3, resources: [] });
      expect(await page(9, 10)).toEqual({ totalResults: 3, resources: [] });
      expect(await store.readResources('User', users.map(({ id }) => id).concat('nobody'))).toHaveLength(3);
    });
  });
});
