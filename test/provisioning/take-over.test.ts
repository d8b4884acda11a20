/** A user who is deleted and created anew keeps the Lead, as long as the old user's Lead was not taken away. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { deliverBatch } from '../../src/provisioning/batch/deliver-batch.ts';
import type { DeliveryContext } from '../../src/provisioning/delivery.ts';
import { createMapping } from '../../src/provisioning/mapping/mapping.ts';
import { previewUser } from '../../src/provisioning/look/preview.ts';
import type { SalesforceLeads } from '../../src/salesforce/leads.ts';
import { readSchemaFile } from '../../src/schema-files.ts';
import type { AttemptEntry, JournalEntry } from '../../src/storage/store.ts';
import { ENGINES } from '../support/engines.ts';
import { userType } from '../scim/support/registries.ts';
import { mappingData } from './support/mapping.ts';
import { CONNECTOR, openWorld, type World } from './support/connector-world.ts';

const HOLD_ALL = { atLeast: 0, percent: 0 };
const CLOSED = 'Closed - Not Converted';
const OPEN = 'Open - Not Contacted';

describe.each(ENGINES)('a user who is created anew, on $name', (engine) => {
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
  const create = (more: object = {}): Promise<string> =>
    world.create({ userName: 'robin', title: 'one', emails: [{ value: 'robin@example.com' }], ...more });
  /** A user with a Lead. */
  const provisioned = async (): Promise<{ id: string; leadId: string }> => {
    const id = await create();
    await deliver();
    return { id, leadId: (await world.lane(id))?.leadId ?? '' };
  };
  const attempts = async (id: string): Promise<readonly AttemptEntry[]> =>
    (await world.store.readJournal(id, 100))
      .filter(({ kind }: JournalEntry) => kind === 'attempt')
      .map(({ detail }) => detail as AttemptEntry);
  const write = async (leadId: string, fields: Record<string, string>): Promise<void> => {
    await target.write([{ kind: 'update', leadId, fields }], now + 60_000);
  };
  const mappingWith = (members: object): DeliveryContext['mapping'] =>
    createMapping({ ...(readSchemaFile('lead-mapping.json') as object), ...members }, userType, mappingData);

  it.each(['with', 'without'])('takes over the Lead whose removal is held, %s an external-id field', async (field) => {
    target = field === 'with' ? world.target : world.connect({});
    const old = await provisioned();
    await write(old.leadId, { Description: 'met at the fair' });
    await world.remove(old.id);
    await deliver({ guard: HOLD_ALL });
    expect(await world.lane(old.id)).toMatchObject({ state: 'held' });
    const id = await create({ title: 'two' });
    await deliver({ guard: HOLD_ALL });
    expect(await world.leads()).toMatchObject([
      { Id: old.leadId, Title: 'two', Description: 'met at the fair', SCIM_Id__c: field === 'with' ? id : null },
    ]);
    expect(await world.lane(id)).toMatchObject({ state: 'idle', leadId: old.leadId, origin: 'created' });
    expect(await world.lane(old.id)).toBeUndefined();
    const [ended] = await attempts(old.id);
    expect(ended).toMatchObject({
      action: 'skip',
      outcome: 'skipped',
      leadId: old.leadId,
      reason: `user deleted; user ${id} has the same e-mail and takes over its Lead`,
      covers: { upTo: expect.any(Number) as unknown },
    });
    expect(await attempts(id)).toMatchObject([
      { action: 'update', outcome: 'delivered', reason: 'Lead of a deleted user with the same e-mail taken over' },
    ]);
    // The Lead is the new user's for good.
    await world.patch(id, 'title', 'three');
    await deliver();
    expect(await world.leads()).toMatchObject([{ Id: old.leadId, Title: 'three' }]);
    await world.remove(id);
    await deliver();
    expect(await world.leads()).toEqual([]);
  });

  it('takes it over when both come in one batch, and only what differs is sent', async () => {
    const old = await provisioned();
    await write(old.leadId, { LeadSource: 'Web', Status: 'Working - Contacted' });
    await world.remove(old.id);
    const id = await create({ title: 'two' });
    await deliver();
    expect(await world.leads()).toMatchObject([
      { Id: old.leadId, SCIM_Id__c: id, Title: 'two', LeadSource: 'Web', Status: 'Working - Contacted' },
    ]);
    expect((await attempts(id))[0]?.fields).toEqual(['Title', 'SCIM_Id__c']);
    expect(await world.lane(old.id)).toBeUndefined();
  });

  it('opens the Lead again that was closed before its user was deleted', async () => {
    const old = await provisioned();
    await world.patch(old.id, 'active', false);
    await deliver();
    await world.remove(old.id);
    const id = await create();
    await deliver();
    expect(await world.leads()).toMatchObject([{ Id: old.leadId, SCIM_Id__c: id, Status: OPEN }]);
  });

  it('opens the Lead again whose closing may have been carried out', async () => {
    const mapping = mappingWith({ deleted: { created: 'close', adopted: 'close' } });
    const old = await provisioned();
    await world.remove(old.id);
    await world.fault({ path: '/composite/sobjects' }, { reset: 'after' });
    await deliverBatch(world.context({ mapping }));
    expect(await world.leads()).toMatchObject([{ Status: CLOSED, SCIM_Id__c: null }]);
    const id = await create();
    now += 60_000;
    await deliver({ mapping });
    expect(await world.leads()).toMatchObject([{ Id: old.leadId, SCIM_Id__c: id, Status: OPEN }]);
  });

  it.each(['skip', 'park'])('takes it over also where existing Leads are to be left alone: %s', async (onMatch) => {
    const mapping = mappingWith({ match: { by: ['Email'], onMatch } });
    const old = await provisioned();
    await world.remove(old.id);
    const id = await create();
    await deliver({ mapping });
    expect(await world.leads()).toMatchObject([{ Id: old.leadId, SCIM_Id__c: id }]);
    expect(await world.lane(id)).toMatchObject({ state: 'idle' });
  });

  it('sends all of it again when the first write to the Lead was lost', async () => {
    const old = await provisioned();
    await world.remove(old.id);
    const id = await create({ title: 'two' });
    await world.fault({ path: '/composite/sobjects' }, { reset: 'before' });
    await deliver();
    now += 60_000;
    await deliver();
    expect(await world.leads()).toMatchObject([{ Id: old.leadId, Title: 'two', SCIM_Id__c: id }]);
  });

  it.each([
    ['other data than the old user', { title: 'two' }],
    ['the data of the old user', {}],
  ])('is known by its own id also after Salesforce refused the first write to the Lead: %s', async (_, more) => {
    const old = await provisioned();
    await world.remove(old.id);
    const id = await create(more);
    await world.fault({ method: 'PATCH' }, { errorCode: 'UNABLE_TO_LOCK_ROW' });
    await deliver();
    expect(await world.leads()).toMatchObject([{ Id: old.leadId, SCIM_Id__c: old.id }]);
    now += 60_000;
    await deliver();
    expect(await world.leads()).toMatchObject([
      { Id: old.leadId, SCIM_Id__c: id, ...('title' in more && { Title: 'two' }) },
    ]);
    expect(await world.lane(id)).toMatchObject({ state: 'idle', leadId: old.leadId });
  });

  it('gets a Lead of its own once the old one was taken away, or where the old user is another person', async () => {
    const old = await provisioned();
    await world.remove(old.id);
    await deliver();
    await create();
    await deliver();
    const [lead] = await world.leads();
    expect(lead?.Id).not.toBe(old.leadId);
    await create({ userName: 'marian', emails: [{ value: 'robin@example.com' }] });
    await deliver();
    expect(await world.leads()).toHaveLength(2);
  });

  it('waits while another process takes the old Lead away', async () => {
    const old = await provisioned();
    await world.remove(old.id);
    const claim = { connector: CONNECTOR, limit: 10, lease: 'another', leaseMs: 60_000, now };
    await world.store.claimLanes(claim);
    const id = await create();
    await deliver();
    expect(await world.leads()).toMatchObject([{ Id: old.leadId, SCIM_Id__c: old.id }]);
    expect(await world.lane(id)).toMatchObject({ state: 'due', dueAt: now + 5_000 });
    now += 60_000;
    await deliver();
    expect(await world.leads()).toMatchObject([{ Id: old.leadId, SCIM_Id__c: id }]);
  });

  it('is told beforehand by a preview, and in a dry run nothing moves', async () => {
    const old = await provisioned();
    await world.remove(old.id);
    const id = await create({ title: 'two' });
    const context = world.context({ dryRun: true });
    const preview = await previewUser({ ...context, target }, id);
    expect(preview?.verdict).toMatchObject({ kind: 'update', leadId: old.leadId });
    await deliverBatch(context);
    expect(await world.lane(id)).toMatchObject({ state: 'parked', error: { code: 'DRY_RUN' } });
    expect(await world.lane(old.id)).toMatchObject({ leadId: old.leadId });
    expect(await world.leads()).toMatchObject([{ Title: 'one', SCIM_Id__c: old.id }]);
    await world.store.releaseLanes(CONNECTOR, now);
    await deliver();
    expect(await world.leads()).toMatchObject([{ Id: old.leadId, Title: 'two', SCIM_Id__c: id }]);
  });
});
