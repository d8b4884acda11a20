import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { DeliveryContext } from '../../src/provisioning/delivery.ts';
import type { LeadLoader, LeadTarget } from '../../src/provisioning/lead-target.ts';
import { recoverLoad } from '../../src/provisioning/loads/recover-load.ts';
import { runLoad, type LoadContext } from '../../src/provisioning/loads/run-load.ts';
import { Worker } from '../../src/provisioning/worker.ts';
import type { Load } from '../../src/storage/store.ts';
import { ENGINES } from '../support/engines.ts';
import { inTurns } from '../support/in-turns.ts';
import { CONNECTOR, openWorld, type World } from './support/connector-world.ts';

const FROM = 20;
const POLLS = { from: FROM, pollMs: 20, maxPollMs: 60 };
const MINUTE = 60_000;
const HOUR_AND_MORE = 61 * MINUTE;
/** Far longer than a batch of some users takes. */
const STEP_MS = 500;

/** The process dies here: what it did is done, and nothing comes after. */
class Killed extends Error {}

type Step = keyof LeadLoader;

describe.each(ENGINES)('bulk loads on $name', (engine) => {
  let now: () => number;
  let world: World;
  let skippedMs: number;

  beforeEach(async () => {
    skippedMs = 0;
    now = () => Date.now() + skippedMs;
    world = await openWorld(engine, () => now());
  });
  afterEach(() => world.close());

  const person = (name: string, more: object = {}): object => ({
    userName: name,
    name: { familyName: name },
    emails: [`${name}@example.com`],
    ...more,
  });
  const createMany = async (count: number, first = 0): Promise<readonly string[]> =>
    inTurns(count, (at) => world.create(person(`u${first + at}`)));
  const loadContext = (more: Partial<LoadContext> = {}): LoadContext => ({
    ...world.context(),
    load: POLLS,
    wait: async (ms) => {
      await new Promise((resolve) => setTimeout(resolve, ms));
      return true;
    },
    ...more,
  });
  const loadNow = async (): Promise<Load | undefined> => (await world.store.readConnector(CONNECTOR)).load;
  const bySalesforce = async (): Promise<ReadonlyMap<unknown, Readonly<Record<string, unknown>>>> =>
    new Map((await world.leads()).map((lead) => [lead['SCIM_Id__c'], lead]));
  /** Delivers all with a worker that starts anew. */
  const work = async (
    isDone: () => Promise<boolean>,
    more: Partial<DeliveryContext> = {},
    meanwhile: () => Promise<void> = async () => undefined,
  ): Promise<void> => {
    const worker = new Worker(world.context({ load: POLLS, ...more }), { quietMs: 1, maxLingerMs: 5, pollMs: 30 });
    await worker.start();
    try {
      await meanwhile();
      for (const end = Date.now() + 30_000; !(await isDone());) {
        if (Date.now() > end) throw new Error(`not delivered: ${JSON.stringify(world.events.slice(-5))}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    } finally {
      await worker.stop();
    }
  };
  const isIdle = async (): Promise<boolean> => {
    const { due } = await world.store.countLanes(CONNECTOR);
    return due === 0 && (await loadNow()) === undefined;
  };
  const claimAll = (): Promise<readonly object[]> =>
    world.store.claimLanes({ connector: CONNECTOR, limit: 100, lease: 'x', leaseMs: 1, now: now() });
  /** A minute passes now and then, so that a batch that is under way does not lose all its time at once. */
  const idleOrMinuteLater = (): (() => Promise<boolean>) => {
    let skippedAt = Date.now();
    return () => {
      if (Date.now() - skippedAt > STEP_MS) {
        skippedMs += MINUTE;
        skippedAt = Date.now();
      }
      return isIdle();
    };
  };
  /** A client whose process is killed before, or right after, one step of a job. */
  const dyingAt = (step: Step, when: 'before' | 'after'): LeadTarget => {
    const loader = world.target.loader as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
    const dying = async (...args: unknown[]): Promise<unknown> => {
      if (when === 'after') await loader[step]?.(...args);
      throw new Killed();
    };
    // One step of the real client, and then nothing more.
    const mortal = { ...loader, [step]: dying } as unknown as LeadLoader;
    return new Proxy(world.target, {
      get: (target, name, receiver) => (name === 'loader' ? mortal : (Reflect.get(target, name, receiver) as unknown)),
    });
  };

  it('makes the Leads of 1,000 new users by one job, exactly one each, with few calls', async () => {
    const ids = await createMany(1_000);
    await work(isIdle);
    const leads = await world.leads();
    expect(leads).toHaveLength(1_000);
    expect(new Set(leads.map((lead) => lead['SCIM_Id__c']))).toEqual(new Set(ids));
    expect(leads.every((lead) => lead['LastName'] === String(lead['Email']).split('@')[0])).toBe(true);
    const { api } = await world.calls();
    expect(api).toBeLessThanOrEqual(25);
    const told = world.events.filter(({ kind }) => kind === 'load');
    expect(told).toEqual([
      expect.objectContaining({ event: 'load started', users: 1_000 }),
      expect.objectContaining({ event: 'load ended', users: 1_000, reason: 'complete, 1000 of 1000 Leads written' }),
    ]);
    const story = (await world.story()).map(({ event }) => event);
    expect(story).toEqual(['load started', 'load ended']);
    const lane = await world.lane(ids[0] ?? '');
    expect(lane).toMatchObject({ state: 'idle', attempts: 0, origin: 'created' });
    expect(lane?.leadId).toBe(leads.find((lead) => lead['SCIM_Id__c'] === ids[0])?.Id);
  });

  it('leaves fewer users than it is for to the batches', async () => {
    await createMany(FROM - 1);
    await work(isIdle);
    expect(await world.leads()).toHaveLength(FROM - 1);
    expect(world.events.filter(({ kind }) => kind === 'load')).toEqual([]);
  });

  it.each<[Step, 'before' | 'after']>([
    ['open', 'before'],
    ['open', 'after'],
    ['upload', 'before'],
    ['upload', 'after'],
    ['start', 'before'],
    ['start', 'after'],
    ['look', 'after'],
    ['results', 'before'],
    ['results', 'after'],
  ])(
    'a process killed at %s, %s it, leaves no user without the one Lead of its latest state',
    async (step, when) => {
      const ids = await createMany(FROM);
      await expect(runLoad(loadContext({ target: dyingAt(step, when) }))).rejects.toThrow(Killed);
      const [changed = '', removed = '', ...others] = ids;
      await world.patch(changed, 'name.familyName', 'Changed');
      await world.remove(removed);
      // Nobody may have them while the job can still write.
      expect(
        await world.store.claimLanes({ connector: CONNECTOR, limit: 100, lease: 'x', leaseMs: 1, now: now() }),
      ).toEqual([]);
      skippedMs += 2 * MINUTE;
      // Lanes of a job that was broken off wait a minute more.
      await work(idleOrMinuteLater());
      const leads = await bySalesforce();
      expect((await world.leads()).length).toBe(FROM - 1);
      expect(leads.get(changed)?.['LastName']).toBe('Changed');
      expect(others.every((id) => leads.has(id))).toBe(true);
      expect(await world.store.countLanes(CONNECTOR)).toMatchObject({ due: 0, parked: 0 });
    },
    60_000,
  );

  it('a job that was left running writes nothing after it was ended for another process', async () => {
    await createMany(FROM);
    await expect(runLoad(loadContext({ target: dyingAt('start', 'before') }))).rejects.toThrow(Killed);
    const { jobId = '' } = (await loadNow()) as Load;
    skippedMs += 2 * MINUTE;
    expect(await recoverLoad(loadContext(), (await loadNow()) as Load)).toMatchObject({ kind: 'done' });
    // The first process wakes up, and goes on where it was.
    const late = await world.target.loader?.start(jobId, now() + MINUTE);
    expect(late).toMatchObject({ kind: 'failed', fault: { code: 'INVALIDJOBSTATE' } });
    expect(await world.leads()).toEqual([]);
  });

  it('of two processes one sees to a load that was left', async () => {
    await createMany(FROM);
    await expect(runLoad(loadContext({ target: dyingAt('start', 'after') }))).rejects.toThrow(Killed);
    const seen = (await loadNow()) as Load;
    skippedMs += 2 * MINUTE;
    const results = await Promise.all([recoverLoad(loadContext(), seen), recoverLoad(loadContext(), seen)]);
    expect(results.map(({ kind }) => kind).sort()).toEqual(['done', 'left']);
  });

  it('delivers what changed during the job after it', async () => {
    await world.control('PATCH', '/config', { bulkStepMs: 400 });
    const ids = await createMany(FROM);
    const first = ids[0] ?? '';
    const done = runLoad(loadContext());
    while ((await loadNow())?.jobId === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
    await world.patch(first, 'name.familyName', 'Later');
    await done;
    expect((await bySalesforce()).get(first)?.['LastName']).toBe('u0');
    expect(await world.lane(first)).toMatchObject({ state: 'due', leadId: expect.any(String) });
    await work(isIdle);
    expect((await bySalesforce()).get(first)?.['LastName']).toBe('Later');
    expect(await world.leads()).toHaveLength(FROM);
  });

  it("parks rows that Salesforce refuses with Salesforce's words, and delivers the others", async () => {
    await createMany(FROM);
    const wrong = await world.create(person('wrong', { emails: [{ value: 'no address' }] }));
    await runLoad(loadContext());
    expect(await world.leads()).toHaveLength(FROM);
    expect(await world.lane(wrong)).toMatchObject({
      state: 'parked',
      error: { class: 'data', code: 'INVALID_EMAIL_ADDRESS', message: expect.stringContaining('no address') },
    });
  });

  it('adopts Leads that are there, and loads the others', async () => {
    const known = await world.create(person('known'));
    await createMany(FROM);
    const fields = { LastName: 'Known', Company: 'C', Email: 'known@example.com' };
    await world.target.write([{ kind: 'create', fields }], now() + MINUTE);
    await work(isIdle);
    expect(await world.leads()).toHaveLength(FROM + 1);
    expect(await world.lane(known)).toMatchObject({ state: 'idle', origin: 'adopted' });
  });

  it('sends as batches what a job that somebody aborted in Salesforce did not get to', async () => {
    await world.control('PATCH', '/config', { bulkStepMs: 60_000 });
    await createMany(FROM);
    const running = runLoad(loadContext());
    while ((await loadNow())?.jobId === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
    const { jobId = '' } = (await loadNow()) as Load;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await world.target.loader?.abort(jobId, now() + MINUTE)).toEqual({ kind: 'done' });
    expect(await running).toMatchObject({ kind: 'broken' });
    expect(await loadNow()).toBeUndefined();
    expect((await world.story()).at(-1)).toMatchObject({ event: 'load ended', users: FROM });
    await work(idleOrMinuteLater());
    expect(await world.leads()).toHaveLength(FROM);
  });

  it('aborts its job when somebody pauses delivery', async () => {
    await world.control('PATCH', '/config', { bulkStepMs: 60_000 });
    await createMany(FROM);
    const running = runLoad(loadContext());
    while ((await loadNow())?.jobId === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
    await world.store.pauseConnector(CONNECTOR, { reason: 'wait', actor: 'me', at: now() });
    expect(await running).toMatchObject({ kind: 'broken' });
    expect(await world.leads()).toEqual([]);
    expect(await loadNow()).toBeUndefined();
  });

  it('leaves its job to the next start when it is stopped', async () => {
    await world.control('PATCH', '/config', { bulkStepMs: 500 });
    await createMany(FROM);
    await work(async () => (await loadNow())?.jobId !== undefined);
    expect(await loadNow()).toMatchObject({ users: FROM });
    await work(idleOrMinuteLater());
    expect(await world.leads()).toHaveLength(FROM);
  });

  it.each([
    ['FEATURENOTENABLED', 400],
    ['API_DISABLED_FOR_ORG', 403],
  ])('uses collections where the org answers %s, and says so', async (errorCode, status) => {
    await world.fault({ path: '/jobs/ingest' }, { status, errorCode }, 1_000);
    await createMany(FROM);
    await work(isIdle);
    expect(await world.leads()).toHaveLength(FROM);
    expect(world.events).toContainEqual(
      expect.objectContaining({ event: 'load refused', reason: expect.stringContaining(errorCode) }),
    );
    expect(world.events.filter(({ kind }) => kind === 'gate closed')).toEqual([]);
    expect((await world.story()).map(({ event }) => event)).toEqual(['load refused']);
  });

  it('sends batches when Salesforce takes the job, but not its data', async () => {
    await world.fault({ method: 'PUT', path: '/jobs/ingest' }, { status: 400, errorCode: 'CLIENTINPUTERROR' }, 1_000);
    await createMany(FROM);
    await work(async () => {
      skippedMs += 2_000;
      return isIdle();
    });
    expect(await world.leads()).toHaveLength(FROM);
    expect((await world.story()).map(({ event }) => event)).toEqual(['load started', 'load ended']);
  });

  it('waits with all lanes of a job that cannot be aborted, until it has ended', async () => {
    await createMany(FROM);
    await expect(runLoad(loadContext({ target: dyingAt('start', 'before') }))).rejects.toThrow(Killed);
    skippedMs += 2 * MINUTE;
    await world.fault({ method: 'PATCH', path: '/jobs/ingest' }, { status: 400, errorCode: 'CLIENTINPUTERROR' }, 1);
    expect(await recoverLoad(loadContext(), (await loadNow()) as Load)).toMatchObject({ kind: 'left' });
    expect(await loadNow()).toMatchObject({ users: FROM, heldUntil: expect.any(Number) });
    skippedMs += 2 * MINUTE;
    expect(await recoverLoad(loadContext(), (await loadNow()) as Load)).toMatchObject({ kind: 'done' });
    expect(await loadNow()).toBeUndefined();
  });

  it('closes the gate for an outage, and recovers the job behind it', async () => {
    await createMany(FROM);
    await world.fault({ method: 'PATCH', path: '/jobs/ingest' }, { status: 503, body: 'html' }, 1);
    await work(idleOrMinuteLater());
    expect(await world.leads()).toHaveLength(FROM);
    expect(world.events.map(({ kind }) => kind)).toContain('gate opened');
  });

  it.each([
    ['in a dry run', { dryRun: true }],
    ['when it is off', { load: undefined }],
  ])('makes no job %s', async (_, more) => {
    await createMany(FROM);
    await work(isIdle, more as Partial<DeliveryContext>);
    expect(world.events.filter(({ kind }) => kind === 'load')).toEqual([]);
  });

  it('is not held up by something in between that answers the start of a job in place of Salesforce', async () => {
    await createMany(FROM);
    await world.fault({ method: 'PATCH', path: '/jobs/ingest' }, { status: 200, body: 'html' }, 1);
    await work(idleOrMinuteLater());
    expect(await world.leads()).toHaveLength(FROM);
  });

  it('is not held up by something in between that answers the end of a job in place of Salesforce', async () => {
    await createMany(FROM);
    await expect(runLoad(loadContext({ target: dyingAt('start', 'before') }))).rejects.toThrow(Killed);
    skippedMs += 2 * MINUTE;
    await world.fault({ method: 'PATCH', path: '/jobs/ingest' }, { status: 200, body: 'html' }, 1);
    await work(idleOrMinuteLater());
    expect(await world.leads()).toHaveLength(FROM);
  });

  it('tells no change of a user while a batch of an aborted job may still write what was before it', async () => {
    await world.control('PATCH', '/config', { bulkStepMs: 60_000 });
    const [before = '', after = ''] = await createMany(FROM);
    const running = runLoad(loadContext());
    while ((await loadNow())?.jobId === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
    await world.patch(before, 'name.familyName', 'Changed');
    await world.store.pauseConnector(CONNECTOR, { reason: 'wait', actor: 'me', at: now() });
    expect(await running).toMatchObject({ kind: 'broken' });
    await world.store.resumeConnector(CONNECTOR, { reason: 'go', actor: 'me', at: now() });
    await world.patch(after, 'name.familyName', 'Changed');
    expect(await claimAll()).toEqual([]);
    skippedMs += MINUTE;
    expect(await claimAll()).toHaveLength(FROM);
  });

  it('tells no change of a user while a batch of a job of a process that died may still write what was before it', async () => {
    const [changed = ''] = await createMany(FROM);
    await expect(runLoad(loadContext({ target: dyingAt('start', 'before') }))).rejects.toThrow(Killed);
    skippedMs += 2 * MINUTE;
    expect(await recoverLoad(loadContext(), (await loadNow()) as Load)).toMatchObject({ kind: 'done' });
    await world.patch(changed, 'name.familyName', 'Changed');
    expect(await claimAll()).toEqual([]);
    skippedMs += MINUTE;
    expect(await claimAll()).toHaveLength(FROM);
  });

  it('opens the gate when Salesforce tells of a job that goes on, and delivers changes of other users meanwhile', async () => {
    const known = await world.create(person('known'));
    await work(isIdle);
    await world.control('PATCH', '/config', { bulkStepMs: 3_600_000 });
    await createMany(FROM);
    await work(async () => (await loadNow())?.jobId !== undefined);
    skippedMs += HOUR_AND_MORE;
    await world.store.closeGate(
      CONNECTOR,
      { class: 'outage', reason: 'x', failures: 1, until: now() },
      'gate closed',
      now(),
    );
    await world.patch(known, 'name.familyName', 'Changed');
    await work(async () => (await world.leads()).some((lead) => lead['LastName'] === 'Changed'));
    expect(await loadNow()).toMatchObject({ users: FROM });
    expect((await world.store.readConnector(CONNECTOR)).gate).toBeUndefined();
  });

  it('keeps values as they are: quotes, line ends, commas, letters of all scripts and a text that reads as null', async () => {
    await createMany(FROM);
    const names = ['a "quoted", name', 'two\nlines', '#N/A', '=1+1', 'ümläut €', 'true', '007'];
    const ids = await Promise.all(names.map((name, at) => world.create(person(`v${at}`, { title: name }))));
    await work(isIdle);
    const leads = await bySalesforce();
    expect(ids.map((id) => leads.get(id)?.['Title'])).toEqual(names);
  });
});
