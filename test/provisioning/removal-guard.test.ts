import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { deliverBatch } from '../../src/provisioning/batch/deliver-batch.ts';
import type { DeliveryContext } from '../../src/provisioning/delivery.ts';
import { createMapping, type Mapping } from '../../src/provisioning/mapping/mapping.ts';
import { readSchemaFile } from '../../src/schema-files.ts';
import { ENGINES } from '../support/engines.ts';
import { userType } from '../scim/support/registries.ts';
import { mappingData } from './support/mapping.ts';
import { CONNECTOR, openWorld, type World } from './support/connector-world.ts';

const HOUR = 3_600_000;
const guard = { atLeast: 2, percent: 10 };
const by = { actor: 'admin' };

const mappingThat = (onDelete: 'close' | 'delete'): Mapping =>
  createMapping(
    { ...(readSchemaFile('lead-mapping.json') as object), deleted: { created: onDelete, adopted: 'close' } },
    userType,
    mappingData,
  );

describe.each(ENGINES)('the guard over removals on $name', (engine) => {
  let now: number;
  let world: World;

  beforeEach(async () => {
    now = Date.UTC(2026, 0, 1);
    world = await openWorld(engine, () => now);
  });
  afterEach(() => world.close());

  const deliver = (more: Partial<DeliveryContext> = {}) => deliverBatch(world.context({ guard, ...more }));
  const people = async (count: number): Promise<readonly string[]> => {
    const ids = [];
    for (let index = 0; index < count; index += 1)
      ids.push(await world.create({ userName: `u${index}`, emails: [`u${index}@example.com`] }));
    await deliver();
    return ids;
  };
  const states = async (ids: readonly string[]): Promise<readonly (string | undefined)[]> =>
    Promise.all(ids.map(async (id) => (await world.lane(id))?.state));
  const deactivate = (id: string): Promise<void> => world.patch(id, 'active', false);
  const openLeads = async (): Promise<number> =>
    (await world.leads()).filter((lead) => lead['Status'] !== 'Closed - Not Converted').length;

  it('holds what is above the threshold, visibly, and lets creates and updates go on', async () => {
    const ids = await people(6);
    for (const id of ids.slice(0, 4)) await world.remove(id);
    await world.patch(ids[4] as string, 'title', 'Sheriff');
    const newcomer = await world.create({ userName: 'new', emails: ['new@example.com'] });
    await deliver();
    expect(await states([...ids.slice(0, 5), newcomer])).toEqual([
      undefined,
      undefined,
      'held',
      'held',
      'idle',
      'idle',
    ]);
    expect(await world.leads()).toHaveLength(5);
    expect(await world.lane(ids[2] as string)).toMatchObject({
      leadId: expect.any(String) as unknown,
      error: { class: 'policy', code: 'REMOVAL_HELD', hint: expect.stringContaining('release') as unknown },
    });
    expect((await world.store.readJournal(ids[2] as string, 1))[0]?.detail).toMatchObject({ outcome: 'held' });
    expect(await world.story()).toMatchObject([{ event: 'removals held' }]);
    expect(world.events).toContainEqual({ kind: 'removals held', users: 2 });
    expect(await deliver()).toMatchObject({ claimed: 0 });
  });

  it('counts closed and deactivated Leads as well as deleted ones', async () => {
    const ids = await people(4);
    await deactivate(ids[0] as string);
    await deliver();
    await world.remove(ids[1] as string);
    await deliver({ mapping: mappingThat('close') });
    await world.remove(ids[2] as string);
    await deactivate(ids[3] as string);
    await deliver();
    expect(await states(ids)).toEqual(['idle', undefined, 'held', 'held']);
    expect(await openLeads()).toBe(2);
  });

  it('counts no change of a user who is inactive already, and none of one who was never provisioned', async () => {
    const ids = await people(3);
    await deactivate(ids[0] as string);
    await deactivate(ids[1] as string);
    await deliver();
    await world.patch(ids[0] as string, 'title', 'retired');
    const never = await world.create({ userName: 'never', active: false });
    await deliver();
    expect(await states([ids[0] as string, never])).toEqual(['idle', 'idle']);
  });

  it('takes the share of linked Leads where that is more', async () => {
    const ids = await people(40);
    for (const id of ids.slice(0, 6)) await world.remove(id);
    await deliver();
    expect((await states(ids.slice(0, 6))).filter((state) => state === 'held')).toHaveLength(2);
  });

  it('holds nothing at 100 percent', async () => {
    const ids = await people(6);
    for (const id of ids) await world.remove(id);
    await deliver({ guard: { atLeast: 0, percent: 100 } });
    expect(await world.leads()).toEqual([]);
  });

  it('goes on holding when the hour is over, until somebody has decided', async () => {
    const ids = await people(6);
    for (const id of ids.slice(0, 3)) await world.remove(id);
    await deliver();
    now += 2 * HOUR;
    await world.remove(ids[3] as string);
    await deliver();
    expect(await states(ids.slice(0, 4))).toEqual([undefined, undefined, 'held', 'held']);
    expect((await world.story()).map(({ event }) => event)).toEqual(['removals held']);
  });

  it('lets approved removals happen, and starts its count anew', async () => {
    const ids = await people(8);
    for (const id of ids.slice(0, 5)) await world.remove(id);
    await deliver();
    expect(await world.store.judgeHeld(CONNECTOR, 'approved', { ...by, at: now })).toBe(3);
    await deliver();
    expect(await world.leads()).toHaveLength(3);
    now += 1_000;
    await world.remove(ids[5] as string);
    await deliver();
    expect(await world.leads()).toHaveLength(2);
  });

  it('goes on counting when the clock was set back since somebody approved', async () => {
    const ids = await people(8);
    for (const id of ids.slice(0, 3)) await world.remove(id);
    await deliver();
    await world.store.judgeHeld(CONNECTOR, 'approved', { ...by, at: now + HOUR });
    now += HOUR;
    await deliver();
    expect(await world.leads()).toHaveLength(5);
    now -= HOUR;
    for (const id of ids.slice(3)) {
      await world.remove(id);
      await deliver();
    }
    expect(await world.leads()).toHaveLength(3);
  });

  it('leaves the Lead of a rejected deletion alone, and free for whoever has its e-mail next', async () => {
    const ids = await people(4);
    const leadId = (await world.lane(ids[2] as string))?.leadId;
    for (const id of ids.slice(0, 3)) await world.remove(id);
    await deliver();
    await world.store.judgeHeld(CONNECTOR, 'rejected', { ...by, at: now });
    await deliver();
    expect(await world.lane(ids[2] as string)).toBeUndefined();
    const open = { Id: leadId, Status: 'Open - Not Contacted' };
    expect(await world.leads()).toContainEqual(expect.objectContaining({ ...open, SCIM_Id__c: null }));
    const next = await world.create({ userName: 'u2', emails: ['u2@example.com'] });
    await deliver();
    expect(await world.leads()).toContainEqual(expect.objectContaining({ ...open, SCIM_Id__c: next }));
  });

  it('forgets a rejected deletion without a call where the org has no external id field', async () => {
    const target = world.connect({});
    const id = await world.create({ userName: 'a', emails: ['a@example.com'] });
    await deliver({ target });
    await world.remove(id);
    await deliver({ target, guard: { atLeast: 0, percent: 0 } });
    await world.store.judgeHeld(CONNECTOR, 'rejected', { ...by, at: now });
    await deliver({ target });
    expect([await world.lane(id), (await world.leads()).length]).toEqual([undefined, 1]);
  });

  it('leaves the Lead of a rejected deactivation open and says so, until the user changes again', async () => {
    const ids = await people(1);
    const [id] = ids as [string];
    const none = { guard: { atLeast: 0, percent: 0 } };
    await deactivate(id);
    await deliver(none);
    await world.store.judgeHeld(CONNECTOR, 'rejected', { ...by, at: now }, id);
    await deliver(none);
    expect(await world.lane(id)).toMatchObject({ state: 'idle', error: { code: 'REMOVAL_REJECTED' } });
    expect(await openLeads()).toBe(1);
    await world.patch(id, 'title', 'x');
    await deliver(none);
    expect(await states(ids)).toEqual(['held']);
  });

  it('lets go of a held user who is active again, and then of others', async () => {
    const ids = await people(4);
    for (const id of ids.slice(0, 3)) await deactivate(id);
    await deliver();
    await world.patch(ids[2] as string, 'active', true);
    await deliver();
    expect(await world.lane(ids[2] as string)).toMatchObject({ state: 'idle' });
    expect(await world.lane(ids[2] as string)).not.toHaveProperty('error');
    now += HOUR;
    await deactivate(ids[3] as string);
    await deliver();
    expect(await states(ids)).toEqual(['idle', 'idle', 'idle', 'idle']);
    expect(await openLeads()).toBe(1);
  });

  it('keeps holding a user who changes otherwise, also when the hour is over', async () => {
    const ids = await people(4);
    for (const id of ids.slice(0, 3)) await deactivate(id);
    await deliver();
    now += 2 * HOUR;
    await world.patch(ids[2] as string, 'title', 'x');
    await deliver();
    expect(await states(ids.slice(0, 3))).toEqual(['idle', 'idle', 'held']);
    await world.remove(ids[2] as string);
    await deliver();
    expect(await states(ids.slice(0, 3))).toEqual(['idle', 'idle', 'held']);
  });

  describe('of users who are held already', () => {
    const brokenMapping = createMapping(
      {
        ...(readSchemaFile('lead-mapping.json') as object),
        fields: {
          LastName: { from: 'userName' },
          Company: { constant: 'Guardio' },
          Title: { expression: '$error("no")' },
        },
        tests: [],
      },
      userType,
      mappingData,
    );
    /** Four users, two of whom are held. */
    const held = async (): Promise<{ ids: readonly string[]; waiting: readonly [string, string]; other: string }> => {
      const ids = await people(5);
      for (const id of ids.slice(0, 4)) await deactivate(id);
      await deliver();
      const [, , third, fourth, other] = ids as [string, string, string, string, string];
      expect(await states([third, fourth])).toEqual(['held', 'held']);
      return { ids, waiting: [third, fourth], other };
    };
    const expectHeld = async (waiting: readonly string[]): Promise<void> => {
      expect(await states(waiting)).toEqual(waiting.map(() => 'held'));
      for (const id of waiting) expect(await world.lane(id)).toMatchObject({ error: { code: 'REMOVAL_HELD' } });
      expect((await world.story()).map(({ event }) => event)).toEqual(['removals held']);
    };

    it('forgets none for an outage while they are looked up, and admits nobody new', async () => {
      const { waiting, other } = await held();
      for (const id of waiting) await world.remove(id);
      await world.fault({ path: '/query' }, { status: 503, body: '' });
      await deliver();
      expect(await states(waiting)).toEqual(['due', 'due']);
      now += 2 * HOUR;
      await world.remove(other);
      await deliver();
      await expectHeld([...waiting, other]);
      expect(await world.leads()).toHaveLength(5);
    });

    it('leaves those held whom Salesforce refuses to look up', async () => {
      const { waiting } = await held();
      for (const id of waiting) await world.remove(id);
      await world.fault({ path: '/query' }, { status: 400, errorCode: 'MALFORMED_QUERY' });
      await deliver();
      await expectHeld(waiting);
    });

    it('forgets none for a mapping that fails, and has them judged all the same', async () => {
      const { waiting } = await held();
      for (const id of waiting) await world.patch(id, 'title', 'x');
      await deliver({ mapping: brokenMapping });
      await expectHeld(waiting);
      now += 2 * HOUR;
      await world.store.releaseLanes(CONNECTOR, now);
      await deliver();
      await expectHeld(waiting);
      expect(await world.store.judgeHeld(CONNECTOR, 'approved', { ...by, at: now })).toBe(2);
      await deliver({ mapping: brokenMapping });
      expect(await states(waiting)).toEqual(['parked', 'parked']);
      await world.store.releaseLanes(CONNECTOR, now);
      await deliver();
      expect(await states(waiting)).toEqual(['idle', 'idle']);
      expect(await openLeads()).toBe(1);
    });

    it('forgets none for a dry run', async () => {
      const { waiting } = await held();
      for (const id of waiting) await world.patch(id, 'title', 'x');
      await deliver({ dryRun: true });
      expect(await states(waiting)).toEqual(['parked', 'parked']);
      now += 2 * HOUR;
      await world.store.releaseLanes(CONNECTOR, now);
      await deliver();
      await expectHeld(waiting);
    });

    it('admits nobody new in the batch in which they come again', async () => {
      const { waiting, other } = await held();
      now += 2 * HOUR;
      for (const id of waiting) await world.patch(id, 'title', 'x');
      await deactivate(other);
      await deliver();
      await expectHeld([...waiting, other]);
    });

    it('holds one again that changed after the verdict, before the removal was made', async () => {
      const { waiting } = await held();
      await world.store.judgeHeld(CONNECTOR, 'approved', { ...by, at: now }, waiting[0]);
      await world.fault({ method: 'PATCH' }, { status: 503, body: '' });
      await deliver();
      expect(await states(waiting)).toEqual(['due', 'held']);
      await world.patch(waiting[0], 'title', 'x');
      await deliver();
      expect(await states(waiting)).toEqual(['held', 'held']);
    });

    it('lets go of one who is active again, also where the mapping fails then', async () => {
      const { waiting, other } = await held();
      for (const id of waiting) await world.patch(id, 'active', true);
      await deliver({ mapping: brokenMapping });
      expect(await states(waiting)).toEqual(['parked', 'parked']);
      now += 2 * HOUR;
      await deactivate(other);
      await deliver();
      expect(await states([...waiting, other])).toEqual(['parked', 'parked', 'idle']);
    });
  });

  it('counts a removal once that had to be tried again', async () => {
    const ids = await people(4);
    await world.remove(ids[0] as string);
    await world.fault({ method: 'DELETE' }, { status: 503, body: '' });
    await deliver();
    await deliver();
    await world.remove(ids[1] as string);
    await deliver();
    expect(await states(ids.slice(0, 2))).toEqual([undefined, undefined]);
  });

  it('never admits more than the threshold to several processes at once', async () => {
    const ids = await people(20);
    for (const id of ids) await world.remove(id);
    await Promise.all(
      Array.from({ length: 5 }, () => deliverBatch(world.context({ guard: { atLeast: 6, percent: 0 } }), 4)),
    );
    expect(await world.leads()).toHaveLength(14);
    expect((await states(ids)).filter((state) => state === 'held')).toHaveLength(14);
  });
});
