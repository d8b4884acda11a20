/** Whether every Lead holds what its user says; how what differs is put right; how Leads that exist are linked; one user at once. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LookContext } from '../../src/provisioning/look/preview.ts';
import { linkLeads, type LinkReport } from '../../src/provisioning/look/link.ts';
import { pushUser } from '../../src/provisioning/push.ts';
import { reconcile, type ReconcileOptions } from '../../src/provisioning/look/reconcile.ts';
import type { Finding, FindingKind, Reconciliation } from '../../src/provisioning/look/reconcile-report.ts';
import { Worker } from '../../src/provisioning/worker.ts';
import type { Notice } from '../../src/storage/notice-store.ts';
import { ENGINES } from '../support/engines.ts';
import { compile, readSchema } from './support/mapping.ts';
import { CONNECTOR, EXTERNAL_ID, openWorld, person, type Lead, type World } from './support/world.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe.each(ENGINES)('on $name', (engine) => {
  let world: World;
  beforeEach(async () => {
    world = await openWorld(engine);
  });
  afterEach(() => world.close());

  const run = (more: Partial<ReconcileOptions> = {}, context: Partial<LookContext> = {}): Promise<Reconciliation> =>
    reconcile(world.context(context), {
      delta: false,
      repair: false,
      samples: 10,
      onProgress: () => undefined,
      retryMs: 1,
      ...more,
    });
  /** Of each kind that was found. */
  const found = ({ counts }: Reconciliation): Partial<Record<FindingKind, number>> =>
    Object.fromEntries(Object.entries(counts).filter(([, users]) => users > 0));
  const of = ({ samples }: Reconciliation, kind: FindingKind): readonly Finding[] =>
    samples.filter((one) => one.kind === kind);
  const leadOf = async (id: string): Promise<Lead> =>
    (await world.leads()).find((lead) => lead[EXTERNAL_ID] === id) as Lead;
  const edit = async (id: string, fields: object): Promise<void> => {
    world.advance(1_000);
    await world.salesforce('PATCH', `sobjects/Lead/${(await world.lane(id)).leadId}`, fields);
  };
  const lose = async (id: string): Promise<void> => {
    world.advance(1_000);
    await world.salesforce('DELETE', `sobjects/Lead/${(await world.lane(id)).leadId}`);
  };
  const delivered = async (...names: readonly string[]): Promise<readonly string[]> => {
    const ids = [];
    for (const name of names) ids.push(await world.create(person(name, { title: 'Countess' })));
    await world.deliver();
    return ids;
  };

  describe('a full reconciliation', () => {
    it('finds nothing after a delivery of users of every kind, and asks Salesforce once', async () => {
      await world.salesforce('POST', 'sobjects/Lead', { LastName: 'x', Company: 'Own', Email: 'found@example.com' });
      const [back] = await delivered('ada', 'found', 'back');
      await world.create(person('never', { active: false }));
      const off = await world.create(person('off', { title: ' spaces ', locale: 'en' }));
      await world.deliver();
      for (const active of [false, true]) {
        await world.patch(String(back), 'active', active);
        await world.deliver();
      }
      await world.patch(off, 'active', false);
      await world.deliver();
      const before = await world.calls();
      expect(found(await run())).toEqual({ unchanged: 4, 'without Lead': 1 });
      expect((await world.calls()) - before).toBe(1);
    });

    it('tells of every Lead in which way it differs, by names of fields, and changes nothing', async () => {
      const [ada, bob, cy, dan] = (await delivered('ada', 'bob', 'cy', 'dan')) as [string, string, string, string];
      await edit(ada, { Title: 'Boss', LastName: 'Other' });
      await edit(bob, { Title: null });
      await lose(cy);
      await world.salesforce('POST', 'sobjects/Lead', { LastName: 'x', Company: 'x', [EXTERNAL_ID]: 'no-user' });
      await edit(dan, { [EXTERNAL_ID]: null });
      await world.create(person('due'));
      const before = [await world.leads(), await world.store.listLanes({ connector: CONNECTOR, limit: 99 })];
      const report = await run();
      expect(found(report)).toEqual({ drifted: 2, missing: 1, orphaned: 1, unmarked: 1, waiting: 1 });
      expect(report.fields).toEqual([
        { name: 'Title', leads: 2 },
        { name: 'LastName', leads: 1 },
      ]);
      expect(
        of(report, 'drifted')
          .find(({ userId }) => userId === ada)
          ?.fields?.toSorted(),
      ).toEqual(['LastName', 'Title']);
      expect(of(report, 'missing')).toMatchObject([{ userId: cy }]);
      expect(of(report, 'orphaned')).toMatchObject([{ userId: 'no-user' }]);
      expect(of(report, 'unmarked')).toMatchObject([{ userId: dan }]);
      expect([await world.leads(), await world.store.listLanes({ connector: CONNECTOR, limit: 99 })]).toEqual(before);
    });

    it('has nothing to alarm about a converted Lead whose user is gone', async () => {
      const [ada] = (await delivered('ada')) as [string];
      await world.convert(ada);
      await world.remove(ada);
      await world.deliver();
      const report = await run();
      expect(found(report)).toEqual({ converted: 1 });
    });

    it('leaves to people what is theirs: fields that are not mapped, defaults of an adopted Lead, the status of an active one', async () => {
      await world.salesforce('POST', 'sobjects/Lead', { LastName: 'x', Company: 'Own', Email: 'found@example.com' });
      const ids = await delivered('ada', 'found');
      for (const id of ids) await edit(id, { Description: 'called twice', Status: 'Closed - Not Converted' });
      expect(found(await run())).toEqual({ unchanged: 2 });
      await world.patch(String(ids[0]), 'active', false);
      await world.deliver();
      await edit(String(ids[0]), { Status: 'Working - Contacted' });
      expect(await run()).toMatchObject({ fields: [{ name: 'Status', leads: 1 }] });
    });

    it('tells of a second Lead with the id of a user', async () => {
      const [ada] = await delivered('ada');
      // A field that is not unique takes it; here one that differs by what only lanes know.
      const { leadId } = await world.lane(String(ada));
      await world.store.forgetLeads(CONNECTOR, world.now());
      await world.salesforce('PATCH', `sobjects/Lead/${leadId}`, { [EXTERNAL_ID]: null, Email: 'other@example.com' });
      await world.deliver();
      const second = await leadOf(String(ada));
      await world.salesforce('PATCH', `sobjects/Lead/${second.Id}`, { [EXTERNAL_ID]: null });
      await world.salesforce('PATCH', `sobjects/Lead/${leadId}`, { [EXTERNAL_ID]: ada });
      const report = await run();
      expect(of(report, 'duplicate')).toEqual([{ kind: 'duplicate', userId: ada, leadId, otherLeadId: second.Id }]);
    });

    it('tells of a Lead with the id of a user who knows of none', async () => {
      const ada = await world.create(person('ada', { active: false }));
      await world.deliver();
      await world.salesforce('POST', 'sobjects/Lead', {
        LastName: 'x',
        Company: 'x',
        [EXTERNAL_ID]: ada.toUpperCase(),
      });
      expect(found(await run())).toEqual({ unlinked: 1 });
    });

    it('leaves a notice of drift with counts alone, and none where there is no drift', async () => {
      const { store, now } = world.context();
      await store.keepNotices(true);
      const notices = async (): Promise<readonly Notice[]> => {
        const left: Notice[] = [];
        await store.gatherNotices({ now: now(), windowMs: MINUTE, limit: 9 }, (some) => {
          left.push(...some);
          return [];
        });
        return left;
      };
      const [ada] = await delivered('ada', 'bob');
      await run();
      expect(await notices()).toEqual([]);
      await edit(String(ada), { Title: 'Boss' });
      await run();
      const detail = { counts: { drifted: 1 }, repaired: 0 };
      expect(await notices()).toMatchObject([{ event: 'reconcile.drift', connector: CONNECTOR, detail }]);
    });

    it.each([
      ['changed after', (id: string) => world.patch(id, 'title', 'Baroness')],
      ['removed before', (id: string) => world.remove(id)],
    ] as const)('finds nothing of a user who is %s Salesforce looked, while it answers', async (what, change) => {
      const ada = await world.create(person('ada'));
      await world.deliver({ target: world.plain });
      const readLeads: LookContext['target']['readLeads'] = async (...asked) => {
        const page = what === 'changed after' ? await world.plain.readLeads(...asked) : undefined;
        world.advance(1_000);
        await change(ada);
        await world.deliver({ target: world.plain });
        return page ?? world.plain.readLeads(...asked);
      };
      const target = { ...world.plain, readLeads };
      const { drifted, missing } = (await run({}, { target })).counts;
      expect([drifted, missing]).toEqual([0, 0]);
    });

    it('reads the Leads that are remembered where the org has no external-id field', async () => {
      const ids = [];
      for (const name of ['ada', 'bob', 'cy']) ids.push(await world.create(person(name)));
      await world.deliver({ target: world.plain });
      await edit(String(ids[0]), { LastName: 'Other' });
      await lose(String(ids[1]));
      await world.salesforce('POST', 'sobjects/Lead', { LastName: 'x', Company: 'nobody' });
      const report = await run({}, { target: world.plain });
      expect(found(report)).toEqual({ drifted: 1, missing: 1, unchanged: 1 });
      expect(report.leads).toBe(2);
    });

    it('tells of a user whom the mapping fails for', async () => {
      await delivered('ada');
      const file = readSchema('lead-mapping') as { fields: Record<string, unknown> };
      const mapping = compile({ ...file, fields: { ...file.fields, Title: { expression: '$error("no")' } } });
      expect(found(await run({}, { mapping }))).toEqual({ unmappable: 1 });
    });
  });

  describe('a repair', () => {
    it('makes due what drifted and what is missing, and the delivery sends those fields alone', async () => {
      const [ada, bob, cy] = (await delivered('ada', 'bob', 'cy')) as [string, string, string];
      await edit(ada, { Title: null, Description: 'mine' });
      await lose(bob);
      const report = await run({ repair: true });
      expect(report).toMatchObject({ repaired: 2, counts: { drifted: 1, missing: 1, unchanged: 1 } });
      expect(await world.lane(cy)).toMatchObject({ state: 'idle' });
      await world.deliver();
      expect(await leadOf(ada)).toMatchObject({ Title: 'Countess', Description: 'mine' });
      const [entry] = await world.store.readJournal(ada, 1);
      expect(entry?.detail).toMatchObject({ action: 'update', fields: ['Title'], outcome: 'delivered' });
      expect((await world.store.readJournal(bob, 1))[0]?.kind).toBe('attempt');
      expect((await world.lane(bob)).state).not.toBe('due');
    });

    it('leaves nothing to find', async () => {
      const ids = await delivered('ada', 'bob');
      for (const id of ids) await edit(id, { FirstName: 'X', Company: 'Y' });
      await run({ repair: true });
      await world.deliver();
      expect(found(await run())).toEqual({ unchanged: 2 });
    });
  });

  describe('a delta', () => {
    it('reads only what changed since the last run that left nothing, deleted Leads included', async () => {
      const ids = (await delivered('ada', 'bob', 'cy')) as [string, string, string];
      world.advance(HOUR);
      expect(await run({ delta: true })).toMatchObject({ kind: 'full', complete: true });
      world.advance(HOUR);
      await edit(ids[0], { Title: 'Boss' });
      await lose(ids[1]);
      const delta = await run({ delta: true });
      expect(delta).toMatchObject({ kind: 'delta', leads: 2 });
      expect(found(delta)).toEqual({ drifted: 1, missing: 1 });
      // It left something, so the next one tells it again.
      world.advance(HOUR);
      expect(found(await run({ delta: true }))).toEqual({ drifted: 1, missing: 1 });
      expect((await run({ delta: true, repair: true })).repaired).toBe(2);
      await world.deliver();
      world.advance(HOUR);
      // The Lead that was mended, and the one that was made in place of the deleted one.
      expect((await run({ delta: true })).leads).toBe(2);
      world.advance(HOUR);
      expect(await run({ delta: true })).toMatchObject({ kind: 'delta', leads: 0 });
    });

    it('knows its Leads among all that changed where the org has no external-id field', async () => {
      const ada = await world.create(person('ada'));
      await world.deliver({ target: world.plain });
      world.advance(HOUR);
      await run({ delta: true }, { target: world.plain });
      world.advance(HOUR);
      await edit(ada, { LastName: 'Other' });
      await world.salesforce('POST', 'sobjects/Lead', { LastName: 'x', Company: 'nobody' });
      expect(found(await run({ delta: true }, { target: world.plain }))).toEqual({ drifted: 1 });
    });
  });

  describe('a run', () => {
    it('is alone on its database, and its end lets the next one begin', async () => {
      await delivered('ada');
      expect(await world.store.takeJob('reconcile', 5 * MINUTE, world.now())).toBe(true);
      await expect(run()).rejects.toThrow('another reconcile is running on this database: wait until it ends');
      expect(await world.store.holdJob('reconcile', world.now() + 5 * MINUTE, world.now())).toBe(true);
      expect(await run()).toMatchObject({ complete: true });
      expect(await run()).toMatchObject({ complete: true });
    });

    it('outlives an outage of a moment, and ends with what it found when Salesforce refuses', async () => {
      await delivered('ada');
      await world.fault({ path: '/query' }, { status: 503, errorCode: 'SERVER_UNAVAILABLE' }, 2);
      expect(await run()).toMatchObject({ complete: true });
      await world.fault({ path: '/query' }, { status: 403, errorCode: 'REQUEST_LIMIT_EXCEEDED' });
      expect(await run()).toMatchObject({ complete: false, fault: { code: 'REQUEST_LIMIT_EXCEEDED' } });
      expect(await run()).toMatchObject({ complete: true });
    });

    it('stops between pages when it is told to', async () => {
      await delivered('ada', 'bob');
      const controller = new AbortController();
      const report = await run({ stopping: controller.signal, onProgress: () => controller.abort() });
      expect(report).toMatchObject({ complete: false, leads: 2 });
      expect(report.fault).toBeUndefined();
    });

    it('takes pages of 2,000 Leads, and tells how far it is', async () => {
      const users = 2_050;
      for (let from = 0; from < users; from += 205)
        await Promise.all(Array.from({ length: 205 }, (_, index) => world.create(person(`u${from + index}`))));
      await world.deliver();
      const before = await world.calls();
      const progress: [number, number][] = [];
      const report = await run({ onProgress: (...at) => progress.push(at) });
      expect(found(report)).toEqual({ unchanged: users });
      expect((await world.calls()) - before).toBe(2);
      expect(progress.at(-1)).toEqual([2 * users, 2 * users]);
    });
  });

  describe('linking', () => {
    const link = (dryRun = false, context: Partial<LookContext> = {}): Promise<LinkReport> =>
      linkLeads(world.context(context), { dryRun, samples: 10, onProgress: () => undefined });
    const lead = (email: string, more: object = {}) =>
      world.salesforce('POST', 'sobjects/Lead', { LastName: 'Own', Company: 'Own', Email: email, ...more });

    it('gives users their Leads by the rules of a first contact, and writes nothing but the external id', async () => {
      for (const email of ['ada@example.com', 'twice@example.com', 'twice@example.com']) await lead(email);
      const [ada, twice, none] = [
        await world.create(person('ada')),
        await world.create(person('twice')),
        await world.create(person('none')),
      ] as const;
      const planned = await link(true);
      expect(planned).toMatchObject({ complete: true, counts: { linked: 1, ambiguous: 1, none: 1 } });
      expect((await world.lane(ada)).leadId).toBeUndefined();
      const report = await link();
      expect(report.counts).toEqual(planned.counts);
      expect(report.samples.find(({ userId }) => userId === twice)).toMatchObject({ code: 'AMBIGUOUS_MATCH' });
      expect(report.samples.find(({ userId }) => userId === none)).toMatchObject({ kind: 'none' });
      expect(await world.lane(ada)).toMatchObject({ origin: 'adopted', state: 'due', attempts: 0 });
      expect(await leadOf(ada)).toMatchObject({ LastName: 'Own', Company: 'Own', FirstName: null });
      expect((await link()).counts).toMatchObject({ linked: 0, ambiguous: 1, none: 1 });
    });

    it('leaves the rest to the delivery, which keeps what people wrote where the mapping has defaults', async () => {
      await lead('ada@example.com');
      const ada = await world.create(person('ada'));
      await link();
      await world.deliver();
      expect(await world.leads()).toHaveLength(1);
      expect(await leadOf(ada)).toMatchObject({ LastName: 'ada', FirstName: 'Given', Company: 'Own' });
    });

    it('only remembers the Lead where the org has no external-id field', async () => {
      await lead('ada@example.com');
      const ada = await world.create(person('ada'));
      const [before] = await world.leads();
      expect((await link(false, { target: world.plain })).counts.linked).toBe(1);
      expect(await world.lane(ada)).toMatchObject({ leadId: before?.Id, origin: 'adopted' });
      expect(await world.leads()).toEqual([before]);
    });

    it('tells which Lead Salesforce refused, and links it not', async () => {
      await lead('ada@example.com');
      const ada = await world.create(person('ada'));
      await world.fault({ method: 'PATCH' }, { status: 400, errorCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION' });
      expect((await link()).samples).toMatchObject([{ kind: 'refused', code: 'FIELD_CUSTOM_VALIDATION_EXCEPTION' }]);
      expect((await world.lane(ada)).leadId).toBeUndefined();
    });
  });

  describe('a push', () => {
    const push = (id: string, more: object = {}) =>
      pushUser(world.context(), id, { resend: false, waitMs: 5_000, pollMs: 20, ...more });
    const working = async (act: () => Promise<void>): Promise<void> => {
      const worker = new Worker(world.context());
      await worker.start();
      await act().finally(() => worker.stop());
    };

    it('tells what became of the user', async () => {
      const [ada] = (await delivered('ada')) as [string];
      const bad = await world.create(person('bad', { emails: [{ value: 'nonsense' }] }));
      await edit(ada, { Title: 'Boss' });
      await working(async () => {
        expect(await push(ada)).toMatchObject({ attempt: { outcome: 'skipped' }, lane: { state: 'idle' } });
        expect(await push(ada, { resend: true })).toMatchObject({
          attempt: { action: 'update', outcome: 'delivered' },
        });
        expect(await leadOf(ada)).toMatchObject({ Title: 'Countess' });
        expect(await push(bad)).toMatchObject({ attempt: { outcome: 'parked' }, lane: { state: 'parked' } });
        expect(await push('nobody')).toBeUndefined();
      });
    });

    it('tells that nothing was sent, and of the gate, when nothing may be', async () => {
      const ada = await world.create(person('ada'));
      const gate = { class: 'throttle', reason: 'too many', failures: 1, until: world.now() + HOUR };
      await world.store.closeGate(CONNECTOR, gate, 'gate closed', world.now());
      const pushed = await push(ada, { waitMs: 0 });
      expect(pushed).toMatchObject({ lane: { state: 'due', dueAt: world.now() }, gate: { reason: 'too many' } });
      expect(pushed?.attempt).toBeUndefined();
    });
  });
});
