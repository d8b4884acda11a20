/** What would be done, told before it is, by the same decisions as a delivery. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { previewUser, type Preview } from '../../src/provisioning/look/preview.ts';
import { simulate, type Simulation } from '../../src/provisioning/look/simulate.ts';
import { ENGINES } from '../support/engines.ts';
import { compile, readSchema } from './support/mapping.ts';
import { CONNECTOR, EXTERNAL_ID, openWorld, person, type World } from './support/world.ts';

describe.each(ENGINES)('on $name', (engine) => {
  let world: World;
  beforeEach(async () => {
    world = await openWorld(engine);
  });
  afterEach(() => world.close());

  const preview = async (id: string, user?: object): Promise<Preview> =>
    (await previewUser(world.context(), id, user as never)) as Preview;
  const field = ({ fields }: Preview, name: string): unknown => fields.find((one) => one.name === name);
  const snapshot = async (): Promise<unknown> => [
    await world.leads(),
    await world.store.listLanes({ connector: CONNECTOR, limit: 100 }),
  ];

  describe('a preview of one user', () => {
    it('tells of a new user that a Lead would be created, and with what', async () => {
      const id = await world.create(person('ada', { title: 'Countess' }));
      const before = await snapshot();
      const found = await preview(id);
      expect(found.verdict).toMatchObject({ kind: 'create', reason: 'no Lead is known for this user' });
      expect(found.lead).toBeUndefined();
      expect(field(found, 'Title')).toEqual({ name: 'Title', mapped: 'Countess', sent: 'Countess' });
      expect(await snapshot()).toEqual(before);
    });

    it('tells what would be sent to the Lead beside what it holds, and touches neither Lead nor lane', async () => {
      const id = await world.create(person('ada', { title: 'Countess' }));
      await world.deliver();
      const [lead] = await world.leads();
      await world.salesforce('PATCH', `sobjects/Lead/${lead?.Id}`, { FirstName: 'Somebody', LastName: 'Else' });
      await world.patch(id, 'title', 'Lady');
      const before = await snapshot();
      const found = await preview(id);
      expect(found.verdict).toEqual({
        kind: 'update',
        reason: 'mapped fields changed',
        leadId: lead?.Id,
        fields: { Title: 'Lady' },
      });
      expect(field(found, 'Title')).toEqual({ name: 'Title', live: 'Countess', mapped: 'Lady', sent: 'Lady' });
      expect(field(found, 'FirstName')).toEqual({ name: 'FirstName', live: 'Somebody', mapped: 'Given' });
      expect(await snapshot()).toEqual(before);
    });

    it('asks Salesforce for no more than a look-up and one Lead', async () => {
      const id = await world.create(person('ada'));
      await world.deliver();
      const before = await world.calls();
      await preview(id);
      expect(await world.calls()).toBe(before + 1);
    });

    it.each([
      ['unchanged', 'no mapped change', async (): Promise<void> => undefined],
      ['update', 'user inactive', (id: string) => world.patch(id, 'active', false)],
      ['delete', 'user deleted; Lead was created here', (id: string) => world.remove(id)],
    ])('tells that the Lead would be: %s', async (kind, reason, change) => {
      const id = await world.create(person('ada'));
      await world.deliver();
      await change(id);
      expect((await preview(id)).verdict).toMatchObject({ kind, reason });
    });

    it('tells that a Lead with the same e-mail would be adopted', async () => {
      await world.salesforce('POST', 'sobjects/Lead', { LastName: 'Old', Company: 'Old', Email: 'ada@example.com' });
      const found = await preview(await world.create(person('ada')));
      expect(found.verdict).toMatchObject({ kind: 'update', reason: 'Lead with the same e-mail adopted' });
      expect(field(found, EXTERNAL_ID)).toMatchObject({ live: null, sent: found.userId });
      expect(field(found, 'LastName')).toMatchObject({ live: 'Old', sent: 'ada' });
    });

    it('tells why a user would be parked', async () => {
      for (const LastName of ['One', 'Two'])
        await world.salesforce('POST', 'sobjects/Lead', { LastName, Company: 'x', Email: 'ada@example.com' });
      const { verdict } = await preview(await world.create(person('ada')));
      expect(verdict).toMatchObject({ kind: 'park', error: { code: 'AMBIGUOUS_MATCH' } });
    });

    it('tells when Salesforce has the Lead no more, and when it could not be asked', async () => {
      const id = await world.create(person('ada'));
      await world.deliver();
      const { leadId } = await world.lane(id);
      await world.salesforce('DELETE', `sobjects/Lead/${leadId}`);
      expect((await preview(id)).lead).toBe('not found');
      await world.fault({ path: '/query' }, { status: 503, errorCode: 'SERVER_UNAVAILABLE' });
      expect((await preview(id)).lead).toMatchObject({ code: 'SERVER_UNAVAILABLE' });
      await world.fault({ path: '/query' }, { status: 503, errorCode: 'SERVER_UNAVAILABLE' });
      const other = await world.create(person('bob'));
      expect((await preview(other)).verdict).toMatchObject({ kind: 'error', error: { code: 'SERVER_UNAVAILABLE' } });
    });

    it('takes a state of the user that is not stored', async () => {
      const id = await world.create(person('ada'));
      await world.deliver();
      const found = await preview(id, { id, ...person('ada', { title: 'Lady' }) });
      expect(found.verdict).toMatchObject({ kind: 'update', fields: { Title: 'Lady' } });
      const stranger = await preview('00000000-0000-4000-8000-000000000000', person('bob'));
      expect(stranger.verdict.kind).toBe('create');
      expect(await previewUser(world.context(), 'nobody')).toBeUndefined();
    });

    it('is what the delivery then does', async () => {
      const ids = [await world.create(person('ada')), await world.create(person('bob', { active: false }))];
      await world.salesforce('POST', 'sobjects/Lead', { LastName: 'x', Company: 'x', Email: 'ada@example.com' });
      const told = [];
      for (const id of ids) told.push((await preview(id)).verdict);
      await world.deliver();
      for (const [index, id] of ids.entries()) {
        const [entry] = await world.store.readJournal(id, 1);
        expect(entry?.detail).toMatchObject({
          reason: told[index]?.reason,
          fields: Object.keys(told[index]?.fields ?? {}),
        });
      }
    });
  });

  describe('a simulation of the whole connector', () => {
    const run = async (more: object = {}): Promise<Simulation> =>
      simulate(world.context(), { samples: 2, onProgress: () => undefined, ...more });

    it('counts what would be done by kind and reason, names some users, and writes nothing', async () => {
      const kept = await world.create(person('kept'));
      const gone = await world.create(person('gone'));
      await world.deliver();
      await world.remove(gone);
      const created = await Promise.all(['a', 'b', 'c'].map((name) => world.create(person(name))));
      await world.create(person('bad', { active: false }));
      const before = await snapshot();
      const { counts, groups, fault } = await run();
      expect(counts).toEqual({ create: 3, update: 0, delete: 1, unchanged: 1, skip: 1, park: 0, error: 0 });
      expect(fault).toBeUndefined();
      expect(groups[0]).toMatchObject({ kind: 'create', users: 3 });
      expect(groups[0]?.samples).toHaveLength(2);
      expect(created).toEqual(expect.arrayContaining(groups[0]?.samples.map(({ userId }) => userId) ?? []));
      expect(groups.find(({ kind }) => kind === 'unchanged')?.samples).toMatchObject([{ userId: kept }]);
      expect((await run({ state: 'due' })).counts).toMatchObject({ create: 3, delete: 1, skip: 1, unchanged: 0 });
      expect(await snapshot()).toEqual(before);
    });

    it('tells what a changed mapping would send to everybody', async () => {
      await world.create(person('ada', { title: 'Countess' }));
      await world.deliver();
      const file = readSchema('lead-mapping') as { fields: Record<string, unknown> };
      const mapping = compile({ ...file, fields: { ...file.fields, Title: { constant: 'Member' } } });
      const { counts, groups } = await simulate(world.context({ mapping }), {
        samples: 1,
        onProgress: () => undefined,
      });
      expect(counts.update).toBe(1);
      expect(groups[0]?.samples[0]?.fields).toEqual(['Title']);
    });

    it('gives a Lead to one user only, be they in different batches', async () => {
      await world.salesforce('POST', 'sobjects/Lead', { LastName: 'x', Company: 'x', Email: 'same@example.com' });
      await Promise.all(
        Array.from({ length: 210 }, (_, index) =>
          world.create(person(`u${index}`, { emails: [{ value: 'same@example.com' }] })),
        ),
      );
      expect((await run()).counts).toMatchObject({ update: 1, create: 209 });
    });

    it('ends when Salesforce must not be asked any more, and when it is stopped', async () => {
      await Promise.all(Array.from({ length: 1001 }, (_, index) => world.create(person(`u${index}`))));
      await world.fault({ path: '/composite' }, { status: 403, errorCode: 'REQUEST_LIMIT_EXCEEDED' }, 9);
      expect(await run()).toMatchObject({ counts: { error: 1000 }, fault: { code: 'REQUEST_LIMIT_EXCEEDED' } });
      const controller = new AbortController();
      const stopped = await run({ stopping: controller.signal, onProgress: () => controller.abort() });
      expect(stopped.counts.create + stopped.counts.error).toBe(1000);
    });
  });
});
