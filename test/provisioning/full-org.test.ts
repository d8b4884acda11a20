/** An org without storage for new Leads, or that refuses every record for what holds for all: who asks, how often, and who goes on. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ConnectorGate } from '../../src/provisioning/gate/connector-gate.ts';
import { deliverBatch } from '../../src/provisioning/batch/deliver-batch.ts';
import type { DeliveryContext } from '../../src/provisioning/delivery.ts';
import type { LeadOutcome, LeadTarget, LeadWrite } from '../../src/provisioning/lead-target.ts';
import type { Gate } from '../../src/storage/store.ts';
import { ENGINES } from '../support/engines.ts';
import { CONNECTOR, openWorld, type World } from './support/connector-world.ts';

const MINUTE = 60_000;
const USERS = 100;

describe.each(ENGINES)('an org that refuses records for what holds for all, on $name', (engine) => {
  let world: World;
  let now: number;
  let calls: number;
  /** Whether a write is refused, and with which code. */
  let refusal: (write: LeadWrite) => string | undefined;

  beforeEach(async () => {
    now = Date.UTC(2026, 0, 1);
    calls = 0;
    refusal = ({ kind }) => (kind === 'create' || kind === 'upsert' ? 'STORAGE_LIMIT_EXCEEDED' : undefined);
    world = await openWorld(engine, () => now);
  });
  afterEach(() => world.close());

  const refused = (code: string): LeadOutcome => ({
    kind: 'failed',
    fault: { scope: 'record', status: 200, code, message: 'limit exceeded', fields: [], committed: 'no' },
  });
  /** The target, but for the records that the org refuses. */
  const limited = (target: LeadTarget): LeadTarget => {
    const write: LeadTarget['write'] = async (writes, deadline) => {
      calls += 1;
      const taken = writes.filter((one) => refusal(one) === undefined);
      const outcomes = taken.length === 0 ? [] : await target.write(taken, deadline);
      return writes.map((one) => {
        const code = refusal(one);
        return code === undefined ? (outcomes[taken.indexOf(one)] as LeadOutcome) : refused(code);
      });
    };
    return new Proxy(target, { get: (of, name) => (name === 'write' ? write : (Reflect.get(of, name) as unknown)) });
  };
  const create = (name: string): Promise<string> => world.create({ userName: name, emails: [`${name}@example.com`] });
  const crowd = (size: number): Promise<readonly string[]> =>
    Promise.all(Array.from({ length: size }, (_, at) => create(`u${at}`)));
  const gateNow = async (): Promise<Gate | undefined> => (await world.store.readConnector(CONNECTOR)).gate;

  /** As the worker does, without its sleeps, until nothing is to be done for now. @returns calls that wrote */
  const work = async (context: DeliveryContext): Promise<number> => {
    const gate = new ConnectorGate(context);
    const before = calls;
    for (let claimed = 1; claimed > 0;) {
      const entry = await gate.enter();
      if (entry.kind !== 'go') break;
      const result = await deliverBatch(context, entry.limit, entry.which);
      await gate.leave(entry, result);
      claimed = result.claimed;
    }
    return calls - before;
  };

  describe.each([
    { kind: 'an external-id field', externalIdField: 'SCIM_Id__c' },
    { kind: 'no external-id field', externalIdField: undefined },
  ])('with $kind', ({ externalIdField }) => {
    let context: DeliveryContext;
    beforeEach(() => {
      const target = world.connect(externalIdField === undefined ? {} : { externalIdField });
      context = world.context({ target: limited(target) });
    });

    it('is asked for one user a quarter of an hour, and the others are delivered when there is room', async () => {
      const ids = await crowd(USERS);
      const told: number[] = [];
      for (let round = 0; round < 6; round += 1) {
        told.push(await work(context));
        now += 15 * MINUTE;
      }
      expect(told).toEqual([1, 1, 1, 1, 1, 1]);
      expect(await gateNow()).toMatchObject({
        class: 'throttle',
        reason: 'STORAGE_LIMIT_EXCEEDED: limit exceeded',
      });
      expect(await world.store.countLanes(CONNECTOR)).toMatchObject({ due: USERS, parked: 0 });
      const journal = await world.store.readJournal(ids[7] as string, 100);
      expect(journal.filter(({ kind }) => kind === 'attempt').length).toBeLessThanOrEqual(2);
      refusal = () => undefined;
      await work(context);
      now += 15 * MINUTE;
      await work(context);
      expect(await world.store.countLanes(CONNECTOR)).toMatchObject({ idle: USERS, due: 0 });
      expect(await world.leads()).toHaveLength(USERS);
      expect(await gateNow()).toBeUndefined();
    });

    it('changes and deletes Leads that are there meanwhile', async () => {
      const full = refusal;
      refusal = () => undefined;
      const [changed, gone] = [await create('changed'), await create('gone')];
      await work(context);
      refusal = full;
      await crowd(USERS);
      await work(context);
      expect(await gateNow()).toMatchObject({ class: 'throttle' });
      await world.patch(changed, 'title', 'Boss');
      await world.remove(gone);
      await work(context);
      expect(await world.leads()).toMatchObject([{ Title: 'Boss' }]);
      expect(await world.lane(changed)).toMatchObject({ state: 'idle' });
      expect(await gateNow()).toMatchObject({ class: 'throttle' });
    });

    it('that takes some of the new Leads stays open, and each that it refuses waits for itself', async () => {
      const ids = await crowd(10);
      const full = refusal;
      refusal = (write) => ('fields' in write && write.fields['Email'] === 'u3@example.com' ? full(write) : undefined);
      await work(context);
      expect(await gateNow()).toBeUndefined();
      expect(await world.lane(ids[3] as string)).toMatchObject({ state: 'due', dueAt: now + 15 * MINUTE });
      expect(await world.store.countLanes(CONNECTOR)).toMatchObject({ idle: 9, due: 1 });
    });

    it('that is read-only is asked for one user at a time, as in an outage', async () => {
      await crowd(USERS);
      refusal = () => 'INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE';
      expect(await work(context)).toBe(1);
      expect(await gateNow()).toMatchObject({ class: 'outage' });
      now = (await gateNow())?.until ?? now;
      expect(await work(context)).toBe(1);
      expect(await world.store.countLanes(CONNECTOR)).toMatchObject({ due: USERS });
    });

    it('whose records are refused by name, for what nobody knows, costs a call each time', async () => {
      const ids = await crowd(USERS);
      refusal = () => 'A_CODE_OF_NEXT_YEAR';
      const told: number[] = [];
      for (let round = 0; round < 5; round += 1) {
        told.push(await work(context));
        now += 15 * MINUTE;
      }
      expect(told).toEqual([1, 1, 1, 1, 1]);
      expect(await world.lane(ids[0] as string)).toMatchObject({ state: 'parked', attempts: 5 });
    });
  });
});
