/** A Lead belongs to one user, however many look for it at once, and whatever a database says. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openStore } from '../../src/database.ts';
import type { SalesforceLeads } from '../../src/salesforce/leads.ts';
import type { LaneLink, Settlement, Store } from '../../src/storage/store.ts';
import { ENGINES, storedUser, storeOptions, userKeys } from '../support/engines.ts';
import { settlement } from '../storage/support/settlement.ts';
import { CONNECTOR, openWorld, type World } from './support/connector-world.ts';

const LEAD = '00Q000000000001AAA';
const entry = { operation: 'create', actor: 'a', requestId: 'r', changed: [] } as const;

describe.each(ENGINES)('a Lead that two users want, on $name', (engine) => {
  const NOW = 1_000;
  const create = async (store: Store, userName: string): Promise<string> => {
    const resource = storedUser(userName);
    await store.commit({ type: 'User', id: resource.id, after: { resource, keys: userKeys(userName) }, entry, at: 1 });
    return resource.id;
  };
  const claim = (store: Store, lease: string, limit = 1) =>
    store.claimLanes({ connector: CONNECTOR, limit, lease, leaseMs: 60_000, now: NOW });
  const link = (userId: string): LaneLink => ({ userId, origin: 'adopted', leadId: LEAD, told: '{}' });

  it('is given to one of them, though their processes ask at the same time', async () => {
    const database = await engine.create();
    const open = () => openStore({ DATABASE_URL: database.url }, storeOptions, () => undefined);
    const first = await open();
    const second = engine.name === 'PostgreSQL' ? await open() : first;
    for (let round = 0; round < 25; round += 1) {
      await create(first, `a${round}`);
      await create(first, `b${round}`);
      const [one, other] = [await claim(first, `one${round}`), await claim(second, `other${round}`)];
      const links = [one, other].map(([lane]) => ({ ...link(lane?.userId ?? ''), leadId: `00Q${round}` }));
      const held = await Promise.all([
        first.linkLanes(CONNECTOR, `one${round}`, links.slice(0, 1), NOW),
        second.linkLanes(CONNECTOR, `other${round}`, links.slice(1), NOW),
      ]);
      expect(held.map(({ size }) => size).sort()).toEqual([0, 1]);
    }
    await Promise.all([...new Set([first, second])].map((store) => store.close()));
    await database.drop();
  });
});

describe.each(ENGINES)('two users whose lanes name one Lead, on $name', (engine) => {
  let world: World;
  let now: number;
  let target: SalesforceLeads;
  beforeEach(async () => {
    now = Date.UTC(2026, 0, 1);
    world = await openWorld(engine, () => now);
    target = world.target;
  });
  afterEach(() => world.close());

  const deliver = (): Promise<void> => world.deliver({ target });
  const person = (userName: string, email = `${userName}@example.com`): Promise<string> =>
    world.create({ userName, emails: [{ value: email }] });
  /** As an earlier version left it. */
  const share = async (userId: string, leadId: string): Promise<void> => {
    await world.store.pushLane(CONNECTOR, userId, false, now);
    const [lane] = await world.store.claimLanes({ connector: CONNECTOR, limit: 1, lease: 'l', leaseMs: 60_000, now });
    if (!lane) throw new Error('nothing is due');
    const lead: Settlement['lead'] = { leadId, origin: 'adopted', told: '{}' };
    await world.store.settleLanes(CONNECTOR, 'l', [settlement(lane, { lead })], now);
  };

  it('are parted: the one with the lower id keeps it, the other gets a Lead of its own, and the journal says so', async () => {
    const [robin, marian] = [await person('robin'), await person('marian')].sort() as [string, string];
    await deliver();
    const leadId = (await world.lane(robin))?.leadId ?? '';
    await share(marian, leadId);
    for (const id of [robin, marian]) await world.patch(id, 'title', 'x');
    await deliver();
    now += 5_000;
    await deliver();
    const [one, other] = [await world.lane(robin), await world.lane(marian)];
    expect([one?.state, other?.state, one?.leadId]).toEqual(['idle', 'idle', leadId]);
    expect(other?.leadId).not.toBe(leadId);
    const reasons = (await world.store.readJournal(marian, 10)).map(
      ({ detail }) => 'reason' in detail && detail.reason,
    );
    expect(reasons).toContain(`Lead ${leadId} is another user's by now; looks anew`);
    expect((await world.leads()).find(({ Id }) => Id === leadId)).toMatchObject({ SCIM_Id__c: robin });
  });

  it('do not lose it with one of them', async () => {
    const [robin, marian] = [await person('robin'), await person('marian')];
    await deliver();
    const leadId = (await world.lane(robin))?.leadId ?? '';
    await share(marian, leadId);
    await world.remove(robin);
    await deliver();
    expect(await world.lane(robin)).toBeUndefined();
    expect((await world.leads()).map(({ Id }) => Id)).toContain(leadId);
  });
});
