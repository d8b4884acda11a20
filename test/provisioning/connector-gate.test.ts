import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ConnectorGate, type Entry } from '../../src/provisioning/gate/connector-gate.ts';
import { deliverBatch, type BatchResult } from '../../src/provisioning/batch/deliver-batch.ts';
import type { DeliveryContext } from '../../src/provisioning/delivery.ts';
import type { Gate } from '../../src/storage/store.ts';
import { ENGINES } from '../support/engines.ts';
import { CONNECTOR, openWorld, type Calls, type World } from './support/connector-world.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DATA = { path: '/services/data' };
const EXPIRED = { status: 401, errorCode: 'INVALID_SESSION_ID' };
const ALWAYS = 100_000;

/** As the worker does, without its sleeps: time passes when the test says so. */
describe.each(ENGINES)('the gate of a connector on $name', (engine) => {
  let now: number;
  let world: World;

  beforeEach(async () => {
    now = Date.UTC(2026, 0, 1);
    world = await openWorld(engine, () => now);
  });
  afterEach(() => world.close());

  interface Process {
    readonly context: DeliveryContext;
    readonly gate: ConnectorGate;
  }
  type Step = { readonly entry: Entry; readonly result?: BatchResult; readonly paceMs: number };

  const start = (more: Partial<DeliveryContext> = {}): Process => {
    const context = world.context(more);
    return { context, gate: new ConnectorGate(context) };
  };
  const step = async ({ context, gate }: Process): Promise<Step> => {
    const entry = await gate.enter();
    if (entry.kind !== 'go') return { entry, paceMs: 0 };
    const result = await deliverBatch(context, entry.limit);
    return { entry, result, paceMs: await gate.leave(entry, result) };
  };
  const gateNow = async (): Promise<Gate | undefined> => (await world.store.readConnector(CONNECTOR)).gate;
  /** Goes on to when the gate may be tried; a minute where it waits for somebody. @returns milliseconds */
  const wait = async (): Promise<number> => {
    const gate = await gateNow();
    const waitMs = gate ? Math.max(1, (gate.until ?? now + MINUTE) - now) : SECOND;
    now += waitMs;
    return waitMs;
  };
  const create = (name: string): Promise<string> => world.create({ userName: name, emails: [`${name}@example.com`] });
  const outage = (on: boolean): Promise<unknown> =>
    world.control('PATCH', '/config', { outage: on ? { status: 503, body: 'html' } : null });
  const events = async (): Promise<readonly string[]> => (await world.story()).map(({ event }) => event);

  it('closes for an outage at once, probes with one record less and less often, and opens by itself', async () => {
    const process = start();
    for (let index = 0; index < 30; index += 1) await create(`u${index}`);
    await outage(true);
    const waits: number[] = [];
    const claimed: (number | undefined)[] = [];
    for (let turn = 0; turn < 12; turn += 1) {
      claimed.push((await step(process)).result?.claimed);
      waits.push(await wait());
    }
    expect(claimed).toEqual([30, ...Array.from({ length: 11 }, () => 1)]);
    expect(waits.map((ms) => ms / SECOND)).toEqual([0.5, 1, 2, 4, 8, 30, 60, 120, 240, 480, 900, 900]);
    await outage(false);
    expect(await step(process)).toMatchObject({ result: { claimed: 1, reached: true } });
    expect(await gateNow()).toBeUndefined();
    expect(await step(process)).toMatchObject({ result: { claimed: 29 } });
    expect(await world.leads()).toHaveLength(30);
    expect(await events()).toEqual(['gate closed', ...Array.from({ length: 11 }, () => 'probe failed'), 'gate opened']);
    const told = world.events.map(({ kind }) => kind).filter((kind) => kind !== 'attempt');
    expect(told).toEqual(await events());
  });

  it.each([
    [400, 'invalid_grant'],
    [400, 'INVALID_LOGIN'],
    [401, 'ORG_LOCKED'],
    [400, 'a code that nobody knows'],
  ])('tries a login that was refused with %s %s when somebody says resume, and not before', async (status, error) => {
    const process = start();
    const ids = [await create('robin'), await create('marian')];
    await world.fault({ path: '/services/oauth2/token' }, { status, body: { error } }, ALWAYS);
    for (let turn = 0; turn < 3; turn += 1) {
      await step(process);
      now += MINUTE;
    }
    expect((await world.calls()).token).toBe(1);
    await world.control('POST', '/faults', []);
    await world.store.resumeConnector(CONNECTOR, { reason: 'mended', actor: 'admin', at: now });
    for (let turn = 0; turn < 2; turn += 1) await step(process);
    expect(await gateNow()).toBeUndefined();
    for (const id of ids) expect(await world.lane(id)).toMatchObject({ state: 'idle' });
  });

  it('stays away for half a minute when every second call fails, instead of flapping', async () => {
    const process = start();
    const id = await create('robin');
    const failures: number[] = [];
    for (let turn = 0; turn < 22; turn += 1) {
      if (turn % 2 === 0) await world.fault(DATA, { status: 503, body: '' });
      await step(process);
      failures.push((await gateNow())?.failures ?? 0);
      await wait();
      await world.patch(id, 'title', `t${turn}`);
    }
    expect(failures).toContain(6);
    expect(failures.indexOf(6)).toBeGreaterThanOrEqual(18);
  });

  it('is tried by one process at a time, and by another when that one never told', async () => {
    await create('robin');
    const [first, second] = [start(), start({ target: world.connect() })];
    await outage(true);
    await step(first);
    await wait();
    const entries = await Promise.all([first.gate.enter(), second.gate.enter()]);
    expect(entries.map(({ kind }) => kind).sort()).toEqual(['go', 'stay']);
    expect((await second.gate.enter()).kind).toBe('stay');
    now += MINUTE;
    expect((await second.gate.enter()).kind).toBe('go');
  });

  it('is left for the next to try when there was nothing to ask, and when the database failed', async () => {
    const process = start();
    const id = await create('robin');
    await step(process);
    await world.patch(id, 'title', 'x');
    const closed = { class: 'outage', reason: 'x', failures: 3, until: now };
    await world.store.closeGate(CONNECTOR, closed, 'gate closed', now);
    await world.patch(id, 'title', null);
    // What is due is what Salesforce was told already, so that the record asks for no call.
    expect(await step(process)).toMatchObject({ entry: { limit: 1 }, result: { claimed: 1, reached: false } });
    expect(await gateNow()).toMatchObject({ failures: 3 });
    expect(await step(process)).toEqual({ entry: { kind: 'idle' }, paceMs: 0 });
    await create('marian');
    const passage = await process.gate.enter();
    if (passage.kind !== 'go') throw new Error('the probe was not free');
    await process.gate.abandon(passage);
    expect(await step(process)).toMatchObject({ result: { reached: true } });
    expect(await gateNow()).toBeUndefined();
  });

  it('lets nothing pass while paused, tells so once, and goes on where it stopped', async () => {
    const process = start();
    await create('robin');
    const by = { reason: 'moving', actor: 'admin', at: now };
    await world.store.pauseConnector(CONNECTOR, by);
    expect(await step(process)).toEqual({ entry: { kind: 'stay', waitMs: Infinity }, paceMs: 0 });
    expect(await step(process)).toEqual({ entry: { kind: 'stay', waitMs: Infinity }, paceMs: 0 });
    expect(await deliverBatch(process.context)).toMatchObject({ claimed: 0 });
    await world.store.resumeConnector(CONNECTOR, by);
    expect(await step(process)).toMatchObject({ result: { claimed: 1 } });
    expect(world.events.map(({ kind }) => kind)).toEqual(['paused', 'resumed', 'attempt']);
  });

  describe('with 500 of 1,000 API calls left, of which 400 are kept', () => {
    const budget = { reservePercent: 40, maxPaceMs: 10 * SECOND, checkMs: 15 * MINUTE };

    beforeEach(async () => {
      await world.control('PATCH', '/config', { maxDailyApiRequests: 1_000 });
      for (let call = 0; call < 500; call += 10)
        await Promise.all(Array.from({ length: 10 }, () => world.target.limits()));
    });

    const untilPaused = async (process: Process, id: string): Promise<readonly number[]> => {
      const paces: number[] = [];
      while ((await gateNow()) === undefined) {
        await world.patch(id, 'title', `t${paces.length}`);
        paces.push((await step(process)).paceMs);
        if (paces.length > 200) throw new Error('it never paused');
      }
      return paces;
    };

    it('slows down more and more, pauses by itself, says so, loses nothing, and goes on when there are calls again', async () => {
      const process = start({ budget });
      const id = await create('robin');
      const paces = await untilPaused(process, id);
      expect(paces.length).toBeGreaterThan(90);
      const slowed = paces.slice(0, -1);
      expect([...slowed].sort((a, b) => a - b)).toEqual(slowed);
      expect([slowed[0], slowed.at(-1)]).toEqual([expect.closeTo(7_500, -3), expect.closeTo(10_000, -3)]);
      // From the last one on the gate waits, which somebody may end.
      expect(paces.at(-1)).toBe(0);
      await world.patch(id, 'title', 'last');
      const before = await world.calls();
      expect(await step(process)).toMatchObject({ entry: { kind: 'stay' } });
      await wait();
      expect(await step(process)).toMatchObject({ entry: { kind: 'stay' } });
      expect((await world.calls()).api - before.api).toBe(1);
      expect(await gateNow()).toMatchObject({ class: 'quota', failures: 2, until: now + 15 * MINUTE });
      now += 24 * HOUR;
      expect(await step(process)).toMatchObject({ entry: { limit: 200 }, result: { claimed: 1, reached: true } });
      expect(await world.leads()).toMatchObject([{ Title: 'last' }]);
      expect(await events()).toEqual(['slowed', 'gate closed', 'probe failed', 'unslowed', 'gate opened']);
      const told = world.events.filter(({ kind }) => kind !== 'attempt');
      expect(told).toMatchObject([
        { kind: 'budget', level: 'slowed', max: 1_000 },
        { kind: 'gate closed', class: 'quota', hint: expect.any(String) as unknown },
        { kind: 'probe failed', class: 'quota' },
        { kind: 'budget', level: 'ample' },
        { kind: 'gate opened' },
      ]);
      expect(await world.store.readConnector(CONNECTOR)).toMatchObject({ budget: { level: 'ample', max: 1_000 } });
    });

    it('stops every process, also one that was told nothing yet', async () => {
      const [first, second] = [start({ budget }), start({ budget, target: world.connect() })];
      await untilPaused(first, await create('robin'));
      await create('marian');
      const before = await world.calls();
      expect(await step(second)).toMatchObject({ entry: { kind: 'stay' } });
      expect((await world.calls()).api).toBe(before.api);
    });
  });

  describe('a session that is refused for good', () => {
    const hourOf = async (process: Process): Promise<{ steps: number; calls: Calls; perStep: number }> => {
      const until = now + HOUR;
      let [steps, perStep] = [0, 0];
      let before = (await world.calls()).token;
      while (now < until) {
        await step(process);
        const { token } = await world.calls();
        if (steps > 0) perStep = Math.max(perStep, token - before);
        before = token;
        steps += 1;
        await wait();
      }
      return { steps, calls: await world.calls(), perStep };
    };

    it('costs at most one login a step, fewer than one in 30 s, and delivers when it is over', async () => {
      const process = start();
      await create('robin');
      await world.fault(DATA, EXPIRED, ALWAYS);
      const { steps, calls, perStep } = await hourOf(process);
      expect(steps).toBeLessThanOrEqual(12);
      expect(perStep).toBe(1);
      expect(calls.token).toBeLessThan(HOUR / (30 * SECOND));
      expect(calls.logins.refused).toBe(0);
      await world.control('POST', '/faults', []);
      expect(await step(process)).toMatchObject({ result: { reached: true } });
      expect(await world.leads()).toHaveLength(1);
    });

    it('costs no more with several processes', async () => {
      const processes = [start(), start({ target: world.connect() }), start({ target: world.connect() })];
      for (const name of ['a', 'b', 'c', 'd']) await create(name);
      await world.fault(DATA, EXPIRED, ALWAYS);
      const until = now + HOUR;
      while (now < until) {
        await Promise.all(processes.map(step));
        await wait();
      }
      expect((await world.calls()).token).toBeLessThan(HOUR / (30 * SECOND));
    });

    it('that came with refused credentials costs one login until somebody acts, and one more then', async () => {
      const process = start();
      await create('robin');
      await world.control('PATCH', '/config', { passwordFlow: false });
      const { calls } = await hourOf(process);
      expect(calls.logins).toMatchObject({ refused: 1 });
      expect(await gateNow()).not.toHaveProperty('until');
      await world.store.resumeConnector(CONNECTOR, { reason: 'mended', actor: 'admin', at: now });
      await step(process);
      expect((await world.calls()).logins).toMatchObject({ refused: 2 });
      await world.control('PATCH', '/config', { passwordFlow: true });
      await world.store.resumeConnector(CONNECTOR, { reason: 'mended', actor: 'admin', at: now });
      expect(await step(process)).toMatchObject({ result: { reached: true } });
    });
  });
});
