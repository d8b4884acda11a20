/** A write that reaches Salesforce when others were told more: whatever it may have set is set right by the next one. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LeadTarget } from '../../src/provisioning/lead-target.ts';
import { ENGINES } from '../support/engines.ts';
import { CONNECTOR, openWorld, type World } from './support/connector-world.ts';

const PAST_LEASE_MS = 60_001;

describe.each(ENGINES)('a write that comes late, on $name', (engine) => {
  let world: World;
  let now: number;
  beforeEach(async () => {
    now = Date.UTC(2026, 0, 1);
    world = await openWorld(engine, () => now);
  });
  afterEach(() => world.close());

  const deliver = (target: LeadTarget = world.target): Promise<void> => world.deliver({ target });
  const create = (more: object = {}): Promise<string> =>
    world.create({ userName: 'robin', title: 'one', emails: [{ value: 'robin@example.com' }], ...more });
  /** As a process that is stopped between its look at the clock and the call, and goes on when others have done more. */
  const stopped = (meanwhile: () => Promise<unknown>): LeadTarget => {
    let isFirst = true;
    return {
      ...world.target,
      write: async (writes) => {
        if (isFirst) {
          isFirst = false;
          now += PAST_LEASE_MS;
          await meanwhile();
        }
        return world.target.write(writes, now + PAST_LEASE_MS);
      },
    };
  };

  it('closes no Lead of a user who is active again, whatever was delivered in between', async () => {
    const id = await create();
    await deliver();
    await world.patch(id, 'active', false);
    const meanwhile = async (): Promise<void> => {
      await world.patch(id, 'active', true);
      await deliver();
      await world.patch(id, 'title', 'two');
      await deliver();
    };
    await deliver(stopped(meanwhile));
    expect(await world.leads()).toMatchObject([{ Title: 'two', Status: 'Open - Not Contacted' }]);
    expect(await world.lane(id)).toMatchObject({ state: 'idle', doubts: 0 });
    expect(await world.lane(id)).not.toHaveProperty('doubted');
  });

  it('fills no field that is empty by now', async () => {
    const id = await create();
    await deliver();
    await world.patch(id, 'title', 'late');
    const meanwhile = async (): Promise<void> => {
      await world.patch(id, 'title', null);
      await deliver();
      await world.patch(id, 'name', { familyName: 'Hood' });
      await deliver();
    };
    await deliver(stopped(meanwhile));
    expect(await world.leads()).toMatchObject([{ Title: null, LastName: 'Hood' }]);
  });

  it('takes no Lead from the user who took it over: that one gets another', async () => {
    const old = await create();
    await deliver();
    await world.remove(old);
    let heir = '';
    const meanwhile = async (): Promise<void> => {
      heir = await create({ title: 'two' });
      await deliver();
    };
    await deliver(stopped(meanwhile));
    // Which of two lanes has a Lead is decided by their ids, and the other one looks anew.
    now += 5_000;
    await deliver();
    expect(await world.leads()).toMatchObject([{ Title: 'two', SCIM_Id__c: heir }]);
    expect(await world.lane(heir)).toMatchObject({ state: 'idle', doubts: 0 });
    expect(await world.lane(old)).toBeUndefined();
  });

  it('is told from a person who asks for all to be sent again: the Status that sales people chose stays', async () => {
    const id = await create();
    await deliver();
    const leadId = (await world.lane(id))?.leadId ?? '';
    const status = { kind: 'update', leadId, fields: { Status: 'Working - Contacted' } } as const;
    await world.target.write([status], now + PAST_LEASE_MS);
    await world.store.pushLane(CONNECTOR, id, true, now);
    await deliver();
    expect(await world.leads()).toMatchObject([{ Status: 'Working - Contacted', Title: 'one' }]);
  });
});
