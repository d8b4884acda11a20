/** A Lead that Salesforce does not show is not therefore deleted: sharing may keep it from the integration user. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { DeliveryContext } from '../../src/provisioning/delivery.ts';
import { createMapping } from '../../src/provisioning/mapping/mapping.ts';
import type { SalesforceLeads } from '../../src/salesforce/leads.ts';
import { readSchemaFile } from '../../src/schema-files.ts';
import { ENGINES } from '../support/engines.ts';
import { userType } from '../scim/support/registries.ts';
import { mappingData } from './support/mapping.ts';
import { CONNECTOR, openWorld, type World } from './support/connector-world.ts';

const MINUTE = 60_000;

describe.each(ENGINES)('a Lead that the integration user may not see, on $name', (engine) => {
  let world: World;
  let now: number;
  let target: SalesforceLeads;
  beforeEach(async () => {
    now = Date.UTC(2026, 0, 1);
    world = await openWorld(engine, () => now);
    target = world.target;
  });
  afterEach(() => world.close());

  const deliver = (more: Partial<DeliveryContext> = {}): Promise<void> => world.deliver({ target, ...more });
  const hide = (...hiddenRecords: string[]) => world.control('PATCH', '/config', { hiddenRecords });
  const provisioned = async (): Promise<{ id: string; leadId: string }> => {
    const id = await world.create({ userName: 'robin', emails: [{ value: 'robin@example.com' }] });
    await deliver();
    return { id, leadId: (await world.lane(id))?.leadId ?? '' };
  };
  const parked = (code: string): object => ({
    state: 'parked',
    error: { class: 'policy', code, hint: expect.stringContaining('View All') as unknown },
  });
  const mappingWith = (deletedInSalesforce: string): DeliveryContext['mapping'] =>
    createMapping({ ...(readSchemaFile('lead-mapping.json') as object), deletedInSalesforce }, userType, mappingData);
  /** As Salesforce does by itself after 15 days. */
  const purge = async (leadId: string): Promise<void> => {
    await world.control('DELETE', `/records/Lead/${leadId}`);
    await world.control('DELETE', '/recycle-bin');
  };

  it('waits for a person where nothing but its id tells of it, and is updated when it is shown again', async () => {
    target = world.connect({});
    const { id, leadId } = await provisioned();
    await hide(leadId);
    await world.patch(id, 'title', 'two');
    await deliver();
    expect(await world.lane(id)).toMatchObject({ ...parked('LEAD_NOT_VISIBLE'), leadId });
    await hide();
    expect(await world.store.releaseLanes(CONNECTOR, now, { code: 'LEAD_NOT_VISIBLE' })).toBe(1);
    await deliver();
    expect(await world.leads()).toMatchObject([{ Id: leadId, Title: 'two' }]);
  });

  it('is not made again where the org has an external-id field: the upsert tells, and then waits for a person', async () => {
    const { id, leadId } = await provisioned();
    await hide(leadId);
    await world.patch(id, 'title', 'two');
    for (let attempt = 1; attempt <= 12; attempt += 1) {
      await deliver();
      now += MINUTE;
    }
    expect(await world.leads()).toHaveLength(1);
    expect(await world.lane(id)).toMatchObject({
      state: 'parked',
      error: { code: 'DUPLICATE_VALUE', hint: expect.stringContaining('View All') as unknown },
    });
    await hide();
    await world.store.releaseLanes(CONNECTOR, now);
    await deliver();
    expect(await world.leads()).toMatchObject([{ Id: leadId, Title: 'two' }]);
    expect(await world.lane(id)).toMatchObject({ state: 'idle', leadId, origin: 'created' });
  });

  it('is made anew by the upsert when it has left the recycle bin', async () => {
    const { id, leadId } = await provisioned();
    await purge(leadId);
    await world.patch(id, 'title', 'two');
    await deliver();
    const [lead, ...others] = await world.leads();
    expect([lead, others]).toMatchObject([{ Title: 'two', SCIM_Id__c: id }, []]);
    expect(lead?.Id).not.toBe(leadId);
    expect(await world.lane(id)).toMatchObject({ state: 'idle', origin: 'created' });
  });

  it('stays adopted when it was, whatever the upsert found', async () => {
    const [outcome] = await target.write(
      [{ kind: 'create', fields: { LastName: 'Hood', Company: 'Sherwood', Email: 'robin@example.com' } }],
      now + MINUTE,
    );
    const leadId = outcome?.kind === 'done' ? outcome.leadId : '';
    const { id } = await provisioned();
    await hide(leadId);
    await world.patch(id, 'title', 'two');
    await deliver();
    await hide();
    now += MINUTE;
    await deliver();
    expect(await world.leads()).toMatchObject([{ Id: leadId, Title: 'two' }]);
    expect(await world.lane(id)).toMatchObject({ state: 'idle', leadId, origin: 'adopted' });
  });

  it.each(['created', 'adopted'])(
    'is emptied, when it is shown again, of what its user lost meanwhile: one that was %s',
    async (origin) => {
      const made = { LastName: 'Hood', Company: 'Sherwood', Email: 'robin@example.com', LeadSource: 'Web' };
      if (origin === 'adopted') await target.write([{ kind: 'create', fields: made }], now + MINUTE);
      const id = await world.create({ userName: 'robin', title: 'one', emails: [{ value: 'robin@example.com' }] });
      await deliver();
      const [lead] = await world.leads();
      await hide(lead?.Id ?? '');
      await world.patch(id, 'title', null);
      await deliver();
      await hide();
      now += MINUTE;
      await deliver();
      expect(await world.leads()).toMatchObject([{ Id: lead?.Id, LeadSource: lead?.['LeadSource'], Title: null }]);
      expect(await world.lane(id)).toMatchObject({ state: 'idle', leadId: lead?.Id, origin });
    },
  );

  it.each(['leave', 'park'])('is not taken for a deleted one by a mapping that says %s', async (policy) => {
    const { id, leadId } = await provisioned();
    await hide(leadId);
    await world.patch(id, 'title', 'two');
    await deliver({ mapping: mappingWith(policy) });
    expect(await world.lane(id)).toMatchObject({ ...parked('LEAD_NOT_VISIBLE'), leadId });
  });

  it('waits for a person when its user is deactivated or deleted, rather than staying open for ever', async () => {
    const { id, leadId } = await provisioned();
    await hide(leadId);
    await world.patch(id, 'active', false);
    await deliver();
    expect(await world.lane(id)).toMatchObject({ ...parked('LEAD_NOT_VISIBLE'), leadId });
    await world.remove(id);
    await deliver();
    expect(await world.lane(id)).toMatchObject({ ...parked('LEAD_NOT_VISIBLE'), leadId });
    await hide();
    await world.store.releaseLanes(CONNECTOR, now);
    await deliver();
    expect([await world.leads(), await world.lane(id)]).toEqual([[], undefined]);
  });

  it('is forgotten when somebody says so: its user starts anew, and one who is deleted is done with', async () => {
    target = world.connect({});
    const robin = await provisioned();
    const gone = await world.create({ userName: 'tuck', emails: [{ value: 'tuck@example.com' }] });
    await deliver();
    await purge((await world.lane(gone))?.leadId ?? '');
    await purge(robin.leadId);
    await world.patch(robin.id, 'title', 'two');
    await world.remove(gone);
    await deliver();
    expect(await world.lane(robin.id)).toMatchObject(parked('LEAD_NOT_VISIBLE'));
    expect(await world.lane(gone)).toMatchObject(parked('LEAD_NOT_VISIBLE'));
    await world.store.releaseLanes(CONNECTOR, now, { code: 'LEAD_NOT_VISIBLE', forget: true });
    await deliver();
    expect(await world.leads()).toMatchObject([{ Title: 'two' }]);
    expect(await world.lane(gone)).toBeUndefined();
  });

  it.each([
    ['with', true],
    ['without', false],
  ])(
    'is deleted rather than forgotten with its user when it is shown after all, %s an external-id field',
    async (_, hasField) => {
      if (!hasField) target = world.connect({});
      const { id, leadId } = await provisioned();
      await hide(leadId);
      await world.remove(id);
      await deliver();
      expect(await world.lane(id)).toMatchObject(parked('LEAD_NOT_VISIBLE'));
      await hide();
      await world.store.releaseLanes(CONNECTOR, now, { code: 'LEAD_NOT_VISIBLE', forget: true });
      await deliver();
      expect([await world.leads(), await world.lane(id)]).toEqual([[], undefined]);
    },
  );
});
