/** A call that Salesforce refuses as a whole: whether one record spoils it, or Salesforce is at fault for everybody. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ConnectorGate } from '../../src/provisioning/gate/connector-gate.ts';
import { deliverBatch, type BatchResult } from '../../src/provisioning/batch/deliver-batch.ts';
import type { DeliveryContext } from '../../src/provisioning/delivery.ts';
import type { Gate, Lane } from '../../src/storage/store.ts';
import { ENGINES } from '../support/engines.ts';
import { CONNECTOR, openWorld, type World } from './support/connector-world.ts';

const MINUTE = 60_000;
const ALWAYS = 100_000;
const USERS = 200;
const WRITES = '/composite/sobjects';
const POISON = 'poison@example.com';
const POISONED = { path: WRITES, body: POISON };

/** Faults of whole calls that say nothing about whose they are. */
const FAULTS = [
  { title: '500 UNKNOWN_EXCEPTION', action: { errorCode: 'UNKNOWN_EXCEPTION' }, code: 'UNKNOWN_EXCEPTION' },
  { title: '400 without a body of Salesforce', action: { status: 400, body: '' }, code: 'HTTP_400' },
  { title: '400 with a page', action: { status: 400, body: '<html>Bad request</html>' }, code: 'HTTP_400' },
  { title: '403 of a proxy', action: { status: 403, body: '<html>Blocked</html>' }, code: 'HTTP_403' },
  { title: '415', action: { status: 415, errorCode: 'UNSUPPORTED_MEDIA_TYPE' }, code: 'UNSUPPORTED_MEDIA_TYPE' },
];

describe.each(ENGINES)('a call that is refused as a whole, on $name', (engine) => {
  let world: World;
  let now: number;
  let context: DeliveryContext;
  let gate: ConnectorGate;

  beforeEach(async () => {
    now = Date.UTC(2026, 0, 1);
    world = await openWorld(engine, () => now);
    use(world.context());
  });
  afterEach(() => world.close());

  const use = (one: DeliveryContext): void => {
    context = one;
    gate = new ConnectorGate(context);
  };
  const create = (email: string): Promise<string> => world.create({ userName: email, emails: [email] });
  const crowd = (size: number, from = 0): Promise<readonly string[]> =>
    Promise.all(Array.from({ length: size }, (_, at) => create(`u${from + at}@example.com`)));
  const laneOf = async (id: string): Promise<Lane> => (await world.lane(id)) as Lane;
  const gateNow = async (): Promise<Gate | undefined> => (await world.store.readConnector(CONNECTOR)).gate;
  const countCalls = async (act: () => Promise<unknown>): Promise<number> => {
    const before = (await world.calls()).api;
    await act();
    return (await world.calls()).api - before;
  };
  /** As the worker does, without its sleeps. */
  const step = async (): Promise<BatchResult | undefined> => {
    const entry = await gate.enter();
    if (entry.kind !== 'go') return undefined;
    const result = await deliverBatch(context, entry.limit);
    await gate.leave(entry, result);
    return result;
  };
  /** Time passes to when something is to be done. @returns how many steps it took */
  const settle = async (minutes = 60): Promise<void> => {
    for (const until = now + minutes * MINUTE; now < until;) {
      const result = await step();
      if (result !== undefined && result.claimed > 0) continue;
      const dueAt = await world.store.nextDueAt(CONNECTOR);
      if (dueAt === undefined) return;
      now = Math.max(now + 1, dueAt, (await gateNow())?.until ?? 0);
    }
  };
  const statesOf = async (ids: readonly string[]): Promise<Record<string, number>> => {
    const counts: Record<string, number> = {};
    for (const id of ids) {
      const { state } = await laneOf(id);
      counts[state] = (counts[state] ?? 0) + 1;
    }
    return counts;
  };

  describe.each(FAULTS)('with $title', ({ action, code }) => {
    it('parks the one record that spoils it, and delivers the others of its call at once', async () => {
      const ids = await crowd(20);
      const poison = await create(POISON);
      await world.fault(POISONED, action, ALWAYS);
      expect(await deliverBatch(context)).toMatchObject({ reached: true });
      expect(await statesOf(ids)).toEqual({ idle: 20 });
      const hint = expect.stringMatching(/refuses this user alone/) as unknown;
      expect(await laneOf(poison)).toMatchObject({ state: 'parked', error: { code, hint } });
      expect(await world.leads()).toHaveLength(20);
    });

    it('closes the gate where each record fails alone too, parks nobody, and delivers all when it is over', async () => {
      const ids = await crowd(20);
      await world.fault({ path: WRITES }, action, ALWAYS);
      await settle();
      expect(await statesOf(ids)).toEqual({ due: 20 });
      expect(await gateNow()).toMatchObject({ reason: expect.stringContaining(code) as unknown });
      expect((await laneOf(ids[0] as string)).attempts).toBe(0);
      const told = (await world.story()).map(({ event }) => event);
      expect(told[0]).toBe('gate closed');
      expect(new Set(told.slice(1))).toEqual(new Set(['probe failed']));
      await world.control('POST', '/faults', []);
      await settle();
      expect(await statesOf(ids)).toEqual({ idle: 20 });
      expect(await world.leads()).toHaveLength(20);
    });
  });

  it.each([0, 66, 127, 199])(
    'costs 2 log2(n) calls and three where one of 200 spoils it, after %i others',
    async (place) => {
      const bound = 2 * Math.ceil(Math.log2(USERS)) + 3;
      const before = await crowd(place);
      const poison = await create(POISON);
      const ids = [...before, poison, ...(await crowd(USERS - 1 - place, place))];
      await world.fault(POISONED, { errorCode: 'UNKNOWN_EXCEPTION' }, ALWAYS);
      const lookUp = 1;
      expect(await countCalls(() => deliverBatch(context))).toBeLessThanOrEqual(lookUp + bound);
      expect(await statesOf(ids)).toEqual({ idle: USERS - 1, parked: 1 });
    },
  );

  it('costs five calls where all 200 are refused, and four for each look whether it is over', async () => {
    await crowd(USERS);
    await world.fault({ path: WRITES, method: 'PATCH' }, { errorCode: 'UNKNOWN_EXCEPTION' }, ALWAYS);
    const lookUp = 1;
    expect(await countCalls(step)).toBe(lookUp + 5);
    now = (await gateNow())?.until ?? 0;
    expect(await countCalls(step)).toBeLessThanOrEqual(lookUp + 5);
    expect(await world.store.countLanes(CONNECTOR)).toMatchObject({ due: USERS, parked: 0 });
  });

  it('costs no more than 50 calls where many spoil it, and parks all of these in the end', async () => {
    const spoilt = await Promise.all(Array.from({ length: 20 }, (_, at) => create(`${at}.${POISON}`)));
    const ids = await crowd(180);
    await world.fault(POISONED, { errorCode: 'UNKNOWN_EXCEPTION' }, ALWAYS);
    const lookUp = 1;
    expect(await countCalls(() => deliverBatch(context))).toBeLessThanOrEqual(lookUp + 50);
    await settle();
    expect(await statesOf(ids)).toEqual({ idle: 180 });
    expect(await statesOf(spoilt)).toEqual({ parked: 20 });
  });

  it('parks every record of a fault in the data, for a bounded number of calls, where all have it', async () => {
    const ids = await crowd(USERS);
    const action = { status: 400, errorCode: 'INVALID_FIELD' };
    await world.fault({ path: WRITES, method: 'PATCH' }, action, ALWAYS);
    expect(await countCalls(settle)).toBeLessThanOrEqual(40);
    expect(await statesOf(ids)).toEqual({ parked: USERS });
    expect(await gateNow()).toBeUndefined();
  });

  it('delivers the sound half at once where the other half has a fault in the data', async () => {
    const spoilt = await Promise.all(Array.from({ length: 5 }, (_, at) => create(`${at}.${POISON}`)));
    const ids = await crowd(5);
    await world.fault(POISONED, { status: 400, errorCode: 'JSON_PARSER_ERROR' }, ALWAYS);
    await settle();
    expect(await statesOf(ids)).toEqual({ idle: 5 });
    expect(await statesOf(spoilt)).toEqual({ parked: 5 });
  });

  it('parks nobody for a fault that was over before the record was tried alone', async () => {
    const ids = await crowd(20);
    // The whole call, and the first that is tried alone.
    await world.fault({ path: WRITES, method: 'PATCH' }, { errorCode: 'UNKNOWN_EXCEPTION' }, 2);
    await deliverBatch(context);
    expect(await statesOf(ids)).toEqual({ idle: 20 });
  });

  it('parks a user who fails alone only when others are delivered meanwhile', async () => {
    const poison = await create(POISON);
    await world.fault(POISONED, { errorCode: 'UNKNOWN_EXCEPTION' }, ALWAYS);
    await settle(30);
    expect(await laneOf(poison)).toMatchObject({ state: 'due', error: { code: 'UNKNOWN_EXCEPTION' } });
    expect((await laneOf(poison)).attempts).toBeGreaterThan(5);
    expect(await gateNow()).toBeUndefined();
    const waits = (await laneOf(poison)).dueAt - now;
    expect(waits).toBeLessThanOrEqual(5 * MINUTE);
    const other = await create('other@example.com');
    await step();
    expect(await laneOf(other)).toMatchObject({ state: 'idle' });
    await settle(30);
    expect(await laneOf(poison)).toMatchObject({ state: 'parked', error: { class: 'unknown' } });
  });

  it('parks nobody in an outage that users run into one by one, and closes the gate when two of them do at once', async () => {
    await world.fault({ path: WRITES, method: 'PATCH' }, { errorCode: 'UNKNOWN_EXCEPTION' }, ALWAYS);
    const ids: string[] = [];
    for (let at = 0; at < 8; at += 1) {
      ids.push(await create(`u${at}@example.com`));
      await settle(10);
    }
    expect(await statesOf(ids)).toEqual({ due: 8 });
    expect(await gateNow()).toBeDefined();
    await world.control('POST', '/faults', []);
    await settle();
    expect(await statesOf(ids)).toEqual({ idle: 8 });
  });

  it('closes the gate for a look-up that is refused for all of a batch, and parks nobody', async () => {
    const ids = await crowd(20);
    await world.fault({ path: '/query' }, { errorCode: 'UNKNOWN_EXCEPTION' }, ALWAYS);
    await settle();
    expect(await statesOf(ids)).toEqual({ due: 20 });
    expect(await gateNow()).toBeDefined();
    await world.control('POST', '/faults', []);
    await settle();
    expect(await statesOf(ids)).toEqual({ idle: 20 });
  });

  it('parks nobody for a look-up that a proxy refuses for its length, and delivers all when it passes again', async () => {
    const ids = await crowd(20);
    await world.fault({ path: '/query|/composite$' }, { status: 414, body: '<html>too long</html>' }, ALWAYS);
    await step();
    expect(await statesOf(ids)).toEqual({ due: 20 });
    expect(await gateNow()).toMatchObject({
      class: 'outage',
      reason: expect.stringContaining('QUERY_TOO_LONG') as unknown,
    });
    await world.control('POST', '/faults', []);
    await settle();
    expect(await statesOf(ids)).toEqual({ idle: 20 });
  });

  it('delivers all where a proxy refuses long URIs, with one more call for their look-up', async () => {
    const ids = await crowd(20);
    await world.fault({ path: '/query' }, { status: 414, body: '<html>too long</html>' }, ALWAYS);
    expect(await countCalls(step)).toBe(3);
    expect(await statesOf(ids)).toEqual({ idle: 20 });
  });

  describe('in an org without an external-id field', () => {
    beforeEach(() => use(world.context({ target: world.connect({}) })));

    it('finds the record that spoils it with fewer in a call each time, and creates no Lead twice', async () => {
      const ids = await crowd(USERS - 1);
      const poison = await create(POISON);
      await world.fault(POISONED, { errorCode: 'UNKNOWN_EXCEPTION' }, ALWAYS);
      await settle();
      expect(await statesOf(ids)).toEqual({ idle: USERS - 1 });
      await create('other@example.com');
      await settle();
      expect(await laneOf(poison)).toMatchObject({ state: 'parked', error: { code: 'UNKNOWN_EXCEPTION' } });
      expect(await world.leads()).toHaveLength(USERS);
    });

    it('parks nobody and creates no Lead twice where all calls are carried out and answered with 500', async () => {
      const ids = await crowd(20);
      await world.fault({ path: `${WRITES}$` }, { errorCode: 'UNKNOWN_EXCEPTION' }, ALWAYS);
      await settle();
      expect(await statesOf(ids)).toEqual({ due: 20 });
      await world.control('POST', '/faults', []);
      await settle();
      expect(await statesOf(ids)).toEqual({ idle: 20 });
      expect(await world.leads()).toHaveLength(20);
    });
  });
});
