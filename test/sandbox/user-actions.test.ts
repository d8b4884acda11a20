/** What people do to Leads behind a client's back: convert, merge, delete, undelete, empty the recycle bin. */
import { describe, expect, it } from '@jest/globals';
import { createClock, firstError, MINUTE, start, type Client, type Json } from './support.ts';

const CONVERTED = [
  { message: 'cannot reference converted lead', errorCode: 'CANNOT_UPDATE_CONVERTED_LEAD', fields: [] },
];
const UNKNOWN_ID = '00Q000000000001EAA';

const act = ({ raw }: Client, id: string, action: string, body: unknown = {}) =>
  raw('POST', `/sandbox/records/Lead/${id}/${action}`, body);

const read = async ({ send }: Client, sobject: string, id: unknown): Promise<Json> =>
  (await send('GET', `/sobjects/${sobject}/${String(id)}`)).json as Json;

async function createCampaign({ send }: Client): Promise<string> {
  const { json } = await send('POST', '/sobjects/Campaign', { Name: 'Spring' });
  return String((json as Json)['id']);
}

async function addMember({ send }: Client, CampaignId: string, LeadId: string): Promise<string> {
  const { json } = await send('POST', '/sobjects/CampaignMember', { CampaignId, LeadId });
  return String((json as Json)['id']);
}

describe('a conversion', () => {
  it('makes an Account and a Contact of what the Lead had, and both can be queried', async () => {
    const client = await start();
    const fields = {
      FirstName: 'Jane',
      Email: 'jane@acme.example',
      City: 'Berlin',
      Phone: '1',
      Website: 'acme.example',
    };
    const id = await client.createLead(fields);
    const { json } = await act(client, id, 'convert');
    const { ConvertedAccountId, ConvertedContactId } = json as Json;
    expect(await read(client, 'Account', ConvertedAccountId)).toMatchObject({
      Name: 'Acme',
      BillingCity: 'Berlin',
      Website: 'acme.example',
      IsDeleted: false,
    });
    expect(
      await client.query("SELECT Id, Name, Account.Name, MailingCity FROM Contact WHERE Email = 'jane@acme.example'"),
    ).toMatchObject([{ Id: ConvertedContactId, Name: 'Jane Doe', Account: { Name: 'Acme' }, MailingCity: 'Berlin' }]);
    const lead = await client.query(
      "SELECT Id FROM Lead WHERE IsConverted = true AND ConvertedContact.LastName = 'Doe'",
    );
    expect(lead).toMatchObject([{ Id: id }]);
  });

  it('moves SystemModstamp, so that a delta query sees it', async () => {
    const clock = createClock();
    const client = await start({ now: clock.now });
    const id = await client.createLead();
    clock.advance(MINUTE);
    await act(client, id, 'convert');
    expect(await client.query('SELECT Id FROM Lead WHERE SystemModstamp >= 2026-03-04T05:07:07Z')).toMatchObject([
      { Id: id },
    ]);
  });

  it('refuses every later write to the Lead, alone or in a collection', async () => {
    const client = await start();
    const id = await client.createLead({ SCIM_Id__c: 'u1' });
    await act(client, id, 'convert');
    const type = { attributes: { type: 'Lead' } };
    const updates = { records: [{ ...type, id, Title: 'x' }] };
    const upserts = { records: [{ ...type, SCIM_Id__c: 'u1', Title: 'x' }] };
    for (const reply of [
      await client.send('PATCH', '/composite/sobjects', updates),
      await client.send('PATCH', '/composite/sobjects/Lead/SCIM_Id__c', upserts),
    ])
      expect(reply.json).toMatchObject([{ success: false, errors: [{ statusCode: 'CANNOT_UPDATE_CONVERTED_LEAD' }] }]);
    const reply = await client.send('PATCH', `/sobjects/Lead/${id}`, { Title: 'x' });
    expect([reply.status, reply.json]).toEqual([400, CONVERTED]);
  });

  it('happens once', async () => {
    const client = await start();
    const id = await client.createLead();
    await act(client, id, 'convert');
    expect(await act(client, id, 'convert')).toMatchObject({
      status: 400,
      json: { error: 'CANNOT_UPDATE_CONVERTED_LEAD: cannot reference converted lead' },
    });
  });

  it('gives the memberships in campaigns to the Contact, and lets the Lead into no other', async () => {
    const client = await start();
    const [id, campaign] = [await client.createLead(), await createCampaign(client)];
    const member = await addMember(client, campaign, id);
    const { json } = await act(client, id, 'convert');
    expect(await read(client, 'CampaignMember', member)).toMatchObject({
      LeadId: id,
      ContactId: (json as Json)['ConvertedContactId'],
      Type: 'Contact',
    });
    const body = { CampaignId: await createCampaign(client), LeadId: id };
    const reply = await client.send('POST', '/sobjects/CampaignMember', body);
    expect([reply.status, reply.json]).toEqual([400, CONVERTED]);
  });
});

describe('a merge', () => {
  it('deletes the losers, which name the master in MasterRecordId', async () => {
    const client = await start();
    const master = await client.createLead({ SCIM_Id__c: 'u1' });
    const losers = [await client.createLead({ SCIM_Id__c: 'u2' }), await client.createLead()];
    expect(await act(client, master, 'merge', { losers })).toMatchObject({ status: 200, json: { Id: master } });
    const soql = `SELECT Id, MasterRecordId FROM Lead WHERE IsDeleted = true ORDER BY Id`;
    const { json } = await client.send('GET', `/queryAll?q=${encodeURIComponent(soql)}`);
    expect(json).toMatchObject({ records: losers.map((Id) => ({ Id, MasterRecordId: master })) });
    const reply = await client.send('PATCH', `/sobjects/Lead/${losers[0] ?? ''}`, { Title: 'x' });
    expect([reply.status, firstError(reply)]).toMatchObject([404, { errorCode: 'ENTITY_IS_DELETED' }]);
    expect((await client.send('PATCH', '/sobjects/Lead/SCIM_Id__c/u2', { LastName: 'D', Company: 'A' })).status).toBe(
      201,
    );
  });

  it('gives the memberships of the losers to the master', async () => {
    const client = await start();
    const [master, loser] = [await client.createLead(), await client.createLead()];
    const [both, one] = [await createCampaign(client), await createCampaign(client)];
    await addMember(client, both, master);
    await addMember(client, both, loser);
    await addMember(client, one, loser);
    await act(client, master, 'merge', { losers: [loser] });
    const members = await client.query('SELECT CampaignId, LeadId FROM CampaignMember ORDER BY CampaignId');
    expect(members).toMatchObject([
      { CampaignId: both, LeadId: master },
      { CampaignId: one, LeadId: master },
    ]);
  });

  it.each([
    ['no losers', () => [], 'losers: must be one or two other Leads'],
    ['itself', (id: string) => [id], 'losers: must be one or two other Leads'],
    ['a Lead that is not there', () => [UNKNOWN_ID], 'NOT_FOUND'],
  ])('refuses %s and changes nothing', async (_title, losersOf, error) => {
    const client = await start();
    const id = await client.createLead();
    const reply = await act(client, id, 'merge', { losers: losersOf(id) });
    expect(reply.status).toBeGreaterThanOrEqual(400);
    expect(reply.json).toMatchObject({ error: expect.stringContaining(error) });
    expect(await client.query('SELECT Id FROM Lead')).toHaveLength(1);
  });

  it('refuses a converted Lead', async () => {
    const client = await start();
    const [master, loser] = [await client.createLead(), await client.createLead()];
    await act(client, loser, 'convert');
    expect(await act(client, master, 'merge', { losers: [loser] })).toMatchObject({
      json: { error: 'CANNOT_UPDATE_CONVERTED_LEAD: cannot reference converted lead' },
    });
  });
});

describe('the recycle bin', () => {
  it('takes what another user deletes, and gives it back with what went with it', async () => {
    const client = await start();
    const id = await client.createLead({ SCIM_Id__c: 'u1' });
    const member = await addMember(client, await createCampaign(client), id);
    expect((await client.raw('DELETE', `/sandbox/records/Lead/${id}`)).status).toBe(204);
    expect(firstError(await client.send('GET', `/sobjects/CampaignMember/${member}`))).toMatchObject({
      errorCode: 'ENTITY_IS_DELETED',
    });
    expect(await act(client, id, 'undelete')).toMatchObject({ status: 200, json: { Id: id, IsDeleted: false } });
    expect(await read(client, 'CampaignMember', member)).toMatchObject({ LeadId: id, IsDeleted: false });
    expect((await client.send('GET', '/sobjects/Lead/SCIM_Id__c/u1')).status).toBe(200);
  });

  it('gives a merged Lead back without its master', async () => {
    const client = await start();
    const [master, loser] = [await client.createLead(), await client.createLead()];
    await act(client, master, 'merge', { losers: [loser] });
    expect(await act(client, loser, 'undelete')).toMatchObject({ json: { MasterRecordId: null, IsDeleted: false } });
  });

  it('keeps a record whose external id another has by now', async () => {
    const client = await start();
    const id = await client.createLead({ SCIM_Id__c: 'u1' });
    await client.send('DELETE', `/sobjects/Lead/${id}`);
    await client.createLead({ SCIM_Id__c: 'u1' });
    expect(await act(client, id, 'undelete')).toMatchObject({
      status: 400,
      json: { error: expect.stringMatching(/^DUPLICATE_VALUE: duplicate value found: SCIM_Id__c/) },
    });
  });

  it('has nothing of a live record', async () => {
    const client = await start();
    expect(await act(client, await client.createLead(), 'undelete')).toMatchObject({
      status: 400,
      json: { error: 'UNDELETE_FAILED: Entity is not in the recycle bin' },
    });
  });

  it('forgets for good what was in it when it is emptied', async () => {
    const client = await start();
    const id = await client.createLead();
    await client.send('DELETE', `/sobjects/Lead/${id}`);
    expect((await client.raw('DELETE', '/sandbox/recycle-bin')).status).toBe(204);
    const reply = await client.send('GET', `/sobjects/Lead/${id}`);
    expect([reply.status, firstError(reply)]).toMatchObject([404, { errorCode: 'NOT_FOUND' }]);
  });

  it('takes no users', async () => {
    const client = await start();
    const [user] = await client.query('SELECT Id FROM User');
    expect(await client.raw('DELETE', `/sandbox/records/User/${String(user?.['Id'])}`)).toMatchObject({
      status: 400,
      json: { error: 'no record of User can be deleted' },
    });
  });
});
