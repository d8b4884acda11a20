/** A dry run writes nothing to Salesforce and loses nothing. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { deliverBatch } from '../../src/provisioning/batch/deliver-batch.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import type { AttemptEntry } from '../../src/storage/store.ts';
import { ENGINES, LASTING_ENGINES } from '../support/engines.ts';
import { eventually, startService } from '../support/service.ts';
import { CONNECTOR, EXTERNAL_ID, openWorld, person, type World } from './support/world.ts';

describe.each(ENGINES)('a dry run on $name', (engine) => {
  let world: World;
  beforeEach(async () => {
    world = await openWorld(engine);
  });
  afterEach(() => world.close());

  const dry = () => world.deliver({ dryRun: true });
  const end = async (): Promise<void> => {
    await world.store.releaseLanes(CONNECTOR, world.now());
    await world.deliver();
  };
  const journaled = async (id: string): Promise<AttemptEntry> =>
    (await world.store.readJournal(id, 1))[0]?.detail as AttemptEntry;

  it('says in lane and journal what would be written, by the names of the fields', async () => {
    const id = await world.create(person('ada', { title: 'Countess' }));
    await dry();
    expect(await world.leads()).toEqual([]);
    const { state, error, leadId, headSeq } = await world.lane(id);
    expect({ state, leadId, headSeq }).toEqual({ state: 'parked', leadId: undefined, headSeq: 0 });
    expect(error).toMatchObject({ code: 'DRY_RUN', hint: expect.stringContaining('DRY_RUN is set') as unknown });
    expect(error?.message).toMatch(
      /^dry run: would create a Lead with FirstName, LastName, .*Title.* \(no Lead is known/,
    );
    expect(error?.message).not.toContain('Countess');
    expect(await journaled(id)).toMatchObject({ action: 'skip', outcome: 'parked', error: { code: 'DRY_RUN' } });
  });

  it('leaves every lane so that its end does what no dry run would have done', async () => {
    const [changed, gone, closed] = [
      await world.create(person('changed')),
      await world.create(person('gone')),
      await world.create(person('closed')),
    ] as const;
    await world.deliver();
    const [before] = [await world.leads()];
    await world.salesforce('POST', 'sobjects/Lead', { LastName: 'x', Company: 'Own', Email: 'found@example.com' });
    await world.patch(changed, 'title', 'Lady');
    await world.remove(gone);
    await world.patch(closed, 'active', false);
    const found = await world.create(person('found'));
    const made = await world.create(person('made'));
    await world.create(person('never', { active: false }));
    const untouched = await world.leads();
    await dry();
    expect(await world.leads()).toEqual(untouched);
    expect((await world.lane(found)).leadId).toBeUndefined();
    expect((await world.store.countLanes(CONNECTOR)).parked).toBe(6);
    await end();
    const leads = await world.leads();
    const of = (id: string) => leads.find((lead) => lead[EXTERNAL_ID] === id);
    expect(of(changed)).toMatchObject({ Title: 'Lady', Id: before.find((lead) => lead[EXTERNAL_ID] === changed)?.Id });
    expect(of(gone)).toBeUndefined();
    expect(of(closed)).toMatchObject({ Status: 'Closed - Not Converted' });
    expect(of(found)).toMatchObject({ LastName: 'found', Company: 'Own' });
    expect(of(made)).toMatchObject({ LastName: 'made' });
    expect(leads).toHaveLength(4);
    expect(await world.store.countLanes(CONNECTOR)).toEqual({ idle: 5, due: 0, parked: 0, held: 0 });
  });

  it('goes by the mapping of its end: a Lead that would be adopted is not linked before', async () => {
    await world.salesforce('POST', 'sobjects/Lead', { LastName: 'x', Company: 'x', Email: 'ada@example.com' });
    const id = await world.create(person('ada'));
    await dry();
    await world.salesforce('PATCH', `sobjects/Lead/${(await world.leads())[0]?.Id}`, { Email: 'b@example.com' });
    await end();
    expect((await world.lane(id)).origin).toBe('created');
    expect(await world.leads()).toHaveLength(2);
  });

  it('looks at a user again when it changes, and settles one that needs nothing', async () => {
    const id = await world.create(person('ada', { title: 'Countess' }));
    await world.deliver();
    await world.patch(id, 'title', 'Lady');
    await dry();
    expect((await world.lane(id)).error?.message).toContain('would update Lead');
    await world.patch(id, 'title', 'Countess');
    await dry();
    expect(await world.lane(id)).toMatchObject({ state: 'idle', attempts: 0 });
  });

  it('keeps look-ups, and so takes a gate for open once Salesforce answered them', async () => {
    await world.create(person('ada'));
    await world.fault({ path: '/query' }, { status: 503, errorCode: 'SERVER_UNAVAILABLE' });
    const context = world.context({ dryRun: true });
    expect(await deliverBatch(context)).toMatchObject({ gate: { code: 'SERVER_UNAVAILABLE' }, reached: false });
    expect(await deliverBatch(context)).toMatchObject({ claimed: 1, reached: true });
  });
});

describe.each(LASTING_ENGINES)('DRY_RUN on $name', (engine) => {
  it('writes nothing until a start without it, which delivers what was held back', async () => {
    const database = await engine.create();
    const sandbox = await startSandbox({ port: 0 });
    const shared = { ...engine, create: () => Promise.resolve({ ...database, drop: () => Promise.resolve() }) };
    const leads = async (): Promise<unknown[]> =>
      (await (await fetch(`${sandbox.url}/sandbox/records/Lead`)).json()) as unknown[];
    const start = (more: Record<string, string>) =>
      startService(shared, { SALESFORCE_LOGIN_URL: sandbox.url, ...more });
    const schema = 'urn:scim-salesforce:params:scim:schemas:extension:provisioning:2.0:User';
    try {
      const shadow = await start({ DRY_RUN: 'true' });
      const { body } = await shadow.scim('POST', '/Users', person('ada'));
      const path = `/Users/${String(body['id'])}?attributes=${schema}`;
      const state = await eventually(async () => {
        const answer = (await shadow.scim('GET', path)).body[schema] as Record<string, unknown>;
        return answer['state'] === 'parked' ? answer : undefined;
      });
      expect(state['lastError']).toMatch(/^DRY_RUN: dry run: would create a Lead with /);
      expect(shadow.log()).toContain('"msg":"dry run: nothing is written to salesforce"');
      expect(shadow.log()).toContain('"msg":"lead left alone"');
      expect(await leads()).toEqual([]);
      await shadow.close();
      const real = await start({});
      await eventually(async () => ((await leads()).length === 1 ? true : undefined));
      await real.close();
    } finally {
      await sandbox.close();
      await database.drop();
    }
  });
});
