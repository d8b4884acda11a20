import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { UniquenessConflict, VersionConflict } from '../../src/storage/errors.ts';
import type { Change, LaneQuery, LateWrite, LeasedLane, Store, StoredResource } from '../../src/storage/store.ts';
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
      expect(await store.linkLanes(CONNECTOR, 'zombie', [{ userId: user.id, origin: 'created', told: '{}' }])).toEqual(
        new Set(),
      );
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

    it('keeps a failed lane due later, with its error, its attempts and the link that was remembered', async () => {
      const user = await create('bjensen');
      const [lane] = await claim(store, 1_000);
      await store.linkLanes(CONNECTOR, 'lease-1', [
        { userId: user.id, origin: 'adopted', leadId: '00Q1', told: '{"a":1}' },
      ]);
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

    it('wakes a parked lane when its user changes', async () => {
      const user = await create('bjensen');
      const [lane] = await claim(store, 1_000);
      await store.settleLanes(
        CONNECTOR,
        'lease-1',
        [settlement(lane as LeasedLane, { state: 'parked', delivered: false, attempts: 3 })],
        1_100,
      );
      expect(await store.countLanes(CONNECTOR)).toEqual({ idle: 0, due: 0, parked: 1 });
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
      expect(await store.countLanes(CONNECTOR)).toEqual({ idle: 0, due: 3, parked: 0 });
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
      await store.closeGate(CONNECTOR, { class: 'outage', reason: 'x', failures: 3, until: 900_000 });
      await store.hastenLanes(CONNECTOR, 100);
      expect(await store.readLane(CONNECTOR, waiting.id)).toMatchObject({ state: 'due', dueAt: 100 });
      expect(await store.readLane(CONNECTOR, leased.id)).toMatchObject({ dueAt: 15_000 });
      expect(await store.readGate(CONNECTOR)).toMatchObject({ until: 100, failures: 3 });
    });
  });

  describe('jobs', () => {
    it('are taken by one of all in each of their turns', async () => {
      const take = (now: number): Promise<boolean> => store.takeJob('prune', 1_000, now);
      expect(await Promise.all([take(10), take(10), take(10)])).toEqual([true, false, false]);
      expect([await take(1_009), await take(1_010), await take(1_010)]).toEqual([false, true, false]);
      expect(await store.takeJob('another', 1_000, 10)).toBe(true);
    });

    it('are taken although the clock went back', async () => {
      expect(await store.takeJob('prune', 1_000, 900_000)).toBe(true);
      expect(await store.takeJob('prune', 1_000, 10)).toBe(true);
    });
  });

  describe('the journal', () => {
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
      expect(await store.readGate(CONNECTOR)).toBeUndefined();
      await store.closeGate(CONNECTOR, throttled);
      expect(await store.readGate(CONNECTOR)).toEqual(throttled);
      await store.openGate(CONNECTOR, { ...throttled, until: 8_000 });
      expect(await store.readGate(CONNECTOR)).toEqual(throttled);
      await store.openGate(CONNECTOR, throttled);
      expect(await store.readGate(CONNECTOR)).toBeUndefined();
    });

    it('is closed for longer by whoever asks, and never for less', async () => {
      await store.closeGate(CONNECTOR, throttled);
      await store.closeGate(CONNECTOR, { ...throttled, until: 8_000 });
      expect(await store.readGate(CONNECTOR)).toEqual(throttled);
      await store.closeGate(CONNECTOR, refused);
      await store.closeGate(CONNECTOR, throttled);
      await store.openGate(CONNECTOR, throttled);
      expect(await store.readGate(CONNECTOR)).toEqual(refused);
    });

    it('is tried again when somebody lets it, and only one that waits for that', async () => {
      await store.closeGate(CONNECTOR, throttled);
      await store.probeGate(CONNECTOR, 500);
      expect(await store.readGate(CONNECTOR)).toEqual(throttled);
      await store.closeGate(CONNECTOR, refused);
      await store.probeGate(CONNECTOR, 500);
      expect(await store.readGate(CONNECTOR)).toEqual({ ...refused, failures: 0, until: 500 });
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
