/** Campaigns and their members. */
import { describe, expect, it } from '@jest/globals';
import { firstError, start, type Client, type Json } from './support.ts';

const idOf = ({ json }: { readonly json: unknown }): string => String((json as Json)['id']);

const createCampaign = async ({ send }: Client, fields: Json = {}): Promise<string> =>
  idOf(await send('POST', '/sobjects/Campaign', { Name: 'Spring', ...fields }));

const join = (client: Client, CampaignId: string, LeadId: string, more: Json = {}) =>
  client.send('POST', '/sobjects/CampaignMember', { CampaignId, LeadId, ...more });

describe('a Campaign', () => {
  it('is created with the defaults of Salesforce, found by name, changed and deleted', async () => {
    const client = await start();
    const id = await createCampaign(client, { Type: 'Webinar', StartDate: '2026-04-01' });
    expect(id).toMatch(/^701/);
    const soql = "SELECT Id, Status, IsActive, StartDate FROM Campaign WHERE Name = 'spring'";
    expect(await client.query(soql)).toMatchObject([
      { Id: id, Status: 'Planned', IsActive: false, StartDate: '2026-04-01' },
    ]);
    expect((await client.send('PATCH', `/sobjects/Campaign/${id}`, { IsActive: true })).status).toBe(204);
    expect((await client.send('DELETE', `/sobjects/Campaign/${id}`)).status).toBe(204);
    expect(await client.query(soql)).toEqual([]);
  });

  it('is upserted by its external id', async () => {
    const { send } = await start();
    const upsert = () => send('PATCH', '/sobjects/Campaign/SCIM_Id__c/g1', { Name: 'Group one' });
    const [first, second] = [await upsert(), await upsert()];
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(idOf(second)).toBe(idOf(first));
  });

  it('needs a name', async () => {
    const { send } = await start();
    expect(firstError(await send('POST', '/sobjects/Campaign', {}))).toEqual({
      errorCode: 'REQUIRED_FIELD_MISSING',
      message: 'Required fields are missing: [Name]',
      fields: ['Name'],
    });
  });

  it('takes its members with it', async () => {
    const client = await start();
    const campaign = await createCampaign(client);
    await join(client, campaign, await client.createLead());
    await client.send('DELETE', `/sobjects/Campaign/${campaign}`);
    expect(await client.query('SELECT Id FROM CampaignMember')).toEqual([]);
    expect(await client.query('SELECT Id FROM Lead')).toHaveLength(1);
  });
});

describe('a CampaignMember', () => {
  it('is a Lead in a Campaign, with a status that says whether it responded', async () => {
    const client = await start();
    const [campaign, lead] = [await createCampaign(client), await client.createLead({ Email: 'jane@acme.example' })];
    const id = idOf(await join(client, campaign, lead));
    const soql = `SELECT Status, HasResponded, FirstRespondedDate, Type, LeadOrContactId, Lead.Email, Campaign.Name FROM CampaignMember WHERE LeadId = '${lead}'`;
    expect(await client.query(soql)).toMatchObject([
      {
        Status: 'Sent',
        HasResponded: false,
        FirstRespondedDate: null,
        Type: 'Lead',
        LeadOrContactId: lead,
        Lead: { Email: 'jane@acme.example' },
        Campaign: { Name: 'Spring' },
      },
    ]);
    await client.send('PATCH', `/sobjects/CampaignMember/${id}`, { Status: 'Responded' });
    expect(await client.query(soql)).toMatchObject([
      { HasResponded: true, FirstRespondedDate: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) },
    ]);
  });

  it('is refused a second time, alone and in a collection', async () => {
    const client = await start();
    const [campaign, lead] = [await createCampaign(client), await client.createLead()];
    await join(client, campaign, lead);
    const again = await join(client, campaign, lead);
    expect([again.status, again.json]).toEqual([
      400,
      [{ errorCode: 'DUPLICATE_VALUE', message: 'Already a campaign member.', fields: [] }],
    ]);
    const [attributes, other] = [{ type: 'CampaignMember' }, await client.createLead()];
    const records = [lead, other, other].map((LeadId) => ({ attributes, CampaignId: campaign, LeadId }));
    expect((await client.send('POST', '/composite/sobjects', { records })).json).toMatchObject([
      { success: false, errors: [{ statusCode: 'DUPLICATE_VALUE', message: 'Already a campaign member.' }] },
      { success: true, id: expect.stringMatching(/^00v/) },
      { success: false, errors: [{ statusCode: 'DUPLICATE_VALUE' }] },
    ]);
  });

  it('names both by their external ids', async () => {
    const client = await start();
    await client.createLead({ SCIM_Id__c: 'u1' });
    await client.send('PATCH', '/sobjects/Campaign/SCIM_Id__c/g1', { Name: 'Spring' });
    const member = (id: string) => ({ Campaign: { SCIM_Id__c: 'g1' }, Lead: { SCIM_Id__c: id } });
    expect((await client.send('POST', '/sobjects/CampaignMember', member('u1'))).status).toBe(201);
    expect(firstError(await client.send('POST', '/sobjects/CampaignMember', member('u9')))).toEqual({
      errorCode: 'INVALID_FIELD',
      message: 'Foreign key external ID: u9 not found for field SCIM_Id__c in entity Lead',
      fields: [],
    });
    expect(await client.query('SELECT Lead.SCIM_Id__c FROM CampaignMember')).toMatchObject([
      { Lead: { SCIM_Id__c: 'u1' } },
    ]);
  });

  it('may come back after it was deleted', async () => {
    const client = await start();
    const [campaign, lead] = [await createCampaign(client), await client.createLead()];
    const id = idOf(await join(client, campaign, lead));
    expect((await client.send('DELETE', `/composite/sobjects?ids=${id}`)).json).toMatchObject([{ success: true }]);
    expect((await join(client, campaign, lead)).status).toBe(201);
  });

  it('cannot become another Lead, or of another Campaign', async () => {
    const client = await start();
    const [campaign, lead] = [await createCampaign(client), await client.createLead()];
    const id = idOf(await join(client, campaign, lead));
    const reply = await client.send('PATCH', `/sobjects/CampaignMember/${id}`, { LeadId: lead, CampaignId: campaign });
    expect(firstError(reply)).toMatchObject({
      errorCode: 'INVALID_FIELD_FOR_INSERT_UPDATE',
      fields: ['LeadId', 'CampaignId'],
    });
  });

  it.each([
    ['no campaign', { LeadId: 'lead' }, 'REQUIRED_FIELD_MISSING'],
    ['nobody', { CampaignId: 'campaign' }, 'REQUIRED_FIELD_MISSING'],
    [
      'a campaign that is not there',
      { LeadId: 'lead', CampaignId: '701000000000001AAA' },
      'INVALID_CROSS_REFERENCE_KEY',
    ],
    ['a Lead as campaign', { LeadId: 'lead', CampaignId: 'lead' }, 'MALFORMED_ID'],
  ])('is refused with %s', async (_title, fields, errorCode) => {
    const client = await start();
    const known: Json = { lead: await client.createLead(), campaign: await createCampaign(client) };
    const body = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, known[value] ?? value]));
    expect(firstError(await client.send('POST', '/sobjects/CampaignMember', body))).toMatchObject({ errorCode });
  });

  it('is described: fixed references, a picklist of statuses', async () => {
    const { send } = await start();
    const { json } = await send('GET', '/sobjects/CampaignMember/describe');
    const { keyPrefix, label, fields } = json as { keyPrefix: string; label: string; fields: Json[] };
    expect([keyPrefix, label]).toEqual(['00v', 'Campaign Member']);
    expect(fields.find(({ name }) => name === 'LeadId')).toMatchObject({
      createable: true,
      updateable: false,
      referenceTo: ['Lead'],
      relationshipName: 'Lead',
    });
    expect(fields.find(({ name }) => name === 'Status')).toMatchObject({
      picklistValues: [{ value: 'Sent', defaultValue: true }, { value: 'Responded' }],
    });
  });
});
