/** The stand-in as jsforce, an independent client, sees it. */
import { describe, expect, it } from '@jest/globals';
import { Connection } from 'jsforce';
import { start } from './support.ts';

const ID = /^00Q[0-9A-Za-z]{15}$/;

async function connect(): Promise<Connection> {
  const { url } = await start({ config: { queryPageSize: 3 } });
  const connection = new Connection({
    oauth2: { loginUrl: url, clientId: 'app', clientSecret: 'secret' },
    version: '67.0',
  });
  await connection.login('admin@acme.example', 'password+token');
  return connection;
}

const lead = (fields: object) => ({ LastName: 'Doe', Company: 'Acme', ...fields });

describe('jsforce', () => {
  it('logs in with a password and learns user, organization and instance', async () => {
    const connection = await connect();
    expect(connection.accessToken).toMatch(/^00D[0-9A-Za-z]{12}!/);
    expect(connection.userInfo?.id).toMatch(/^005/);
    expect(connection.userInfo?.organizationId).toMatch(/^00D[0-9A-Za-z]{15}$/);
    expect(await connection.identity()).toMatchObject({
      username: 'admin@acme.example',
      user_id: connection.userInfo?.id,
    });
  });

  it('creates, reads, updates and deletes one Lead', async () => {
    const leads = (await connect()).sobject('Lead');
    const created = await leads.create(lead({ FirstName: 'Jane' }));
    expect(created).toEqual({ id: expect.stringMatching(ID), success: true, errors: [] });
    const id = String(created.id);
    expect(await leads.retrieve(id)).toMatchObject({ Id: id, Name: 'Jane Doe', Status: 'Open - Not Contacted' });
    expect(await leads.update({ Id: id, Title: 'CTO' })).toMatchObject({ id, success: true });
    expect(await leads.retrieve(id)).toMatchObject({ Title: 'CTO' });
    expect(await leads.destroy(id)).toMatchObject({ id, success: true });
    await expect(leads.retrieve(id)).rejects.toMatchObject({ errorCode: 'ENTITY_IS_DELETED' });
  });

  it('creates, reads, updates and deletes many Leads in one call each', async () => {
    const leads = (await connect()).sobject('Lead');
    const created = await leads.create([lead({ LastName: 'A' }), lead({ LastName: 'B' })]);
    expect(created).toEqual([
      { id: expect.stringMatching(ID), success: true, errors: [] },
      { id: expect.stringMatching(ID), success: true, errors: [] },
    ]);
    const ids = created.map(({ id }) => String(id));
    expect(await leads.retrieve(ids)).toMatchObject([{ Name: 'A' }, { Name: 'B' }]);
    const updated = await leads.update(ids.map((Id) => ({ Id, City: 'Berlin' })));
    expect(updated).toMatchObject([{ success: true }, { success: true }]);
    expect(await leads.find({ City: 'Berlin' })).toHaveLength(2);
    expect(await leads.destroy(ids)).toMatchObject([{ success: true }, { success: true }]);
    expect(await leads.find({ City: 'Berlin' })).toHaveLength(0);
  });

  it('upserts one Lead by SCIM_Id__c: created first, then updated', async () => {
    const leads = (await connect()).sobject('Lead');
    const first = await leads.upsert(lead({ SCIM_Id__c: 'u1' }), 'SCIM_Id__c');
    expect(first).toEqual({ id: expect.stringMatching(ID), success: true, errors: [], created: true });
    const second = await leads.upsert(lead({ SCIM_Id__c: 'u1', Title: 'CTO' }), 'SCIM_Id__c');
    expect(second).toEqual({ id: first.id, success: true, errors: [], created: false });
  });

  it('upserts many Leads by SCIM_Id__c and tells which were created', async () => {
    const leads = (await connect()).sobject('Lead');
    await leads.upsert(lead({ SCIM_Id__c: 'u1' }), 'SCIM_Id__c');
    const results = await leads.upsert([lead({ SCIM_Id__c: 'u1' }), lead({ SCIM_Id__c: 'u2' })], 'SCIM_Id__c');
    expect(results).toMatchObject([
      { success: true, created: false },
      { success: true, created: true },
    ]);
  });

  it('queries page by page with queryMore until all records came', async () => {
    const connection = await connect();
    await connection.sobject('Lead').create(Array.from({ length: 7 }, (_, at) => lead({ LastName: `L${at}` })));
    const first = await connection.query('SELECT Id, Name FROM Lead ORDER BY Name');
    expect(first).toMatchObject({ totalSize: 7, done: false });
    const second = await connection.queryMore(String(first.nextRecordsUrl));
    const third = await connection.queryMore(String(second.nextRecordsUrl));
    expect(third).toMatchObject({ totalSize: 7, done: true });
    const names = [first, second, third].flatMap(({ records }) => records.map((record) => String(record['Name'])));
    expect(names).toEqual(['L0', 'L1', 'L2', 'L3', 'L4', 'L5', 'L6']);
  });

  it('describes the Lead and the org', async () => {
    const connection = await connect();
    const { fields, keyPrefix } = await connection.sobject('Lead').describe();
    expect(keyPrefix).toBe('00Q');
    expect(fields.find(({ name }) => name === 'LastName')).toMatchObject({
      length: 80,
      nillable: false,
      type: 'string',
    });
    expect(fields.find(({ name }) => name === 'SCIM_Id__c')).toMatchObject({
      externalId: true,
      unique: true,
      custom: true,
    });
    const { sobjects } = await connection.describeGlobal();
    expect(sobjects.map(({ name }) => name)).toEqual([
      'Account',
      'Campaign',
      'CampaignMember',
      'Contact',
      'Group',
      'Lead',
      'Organization',
      'User',
    ]);
  });

  it('reads limits, and the usage from the header of every answer', async () => {
    const connection = await connect();
    const before = await connection.limits();
    expect(before['DailyApiRequests']).toEqual({ Max: 100_000, Remaining: 99_999 });
    expect(connection.limitInfo).toEqual({ apiUsage: { used: 1, limit: 100_000 } });
  });

  it('raises the error code and fields of a refused save', async () => {
    const leads = (await connect()).sobject('Lead');
    await expect(leads.create({ LastName: 'Doe' })).rejects.toMatchObject({
      errorCode: 'REQUIRED_FIELD_MISSING',
      message: 'Required fields are missing: [Company]',
    });
  });

  it('runs a composite request whose second part uses the id of the first', async () => {
    const connection = await connect();
    const base = '/services/data/v67.0/sobjects/Lead';
    const answer = await connection.request<{ compositeResponse: unknown[] }>({
      method: 'POST',
      url: '/services/data/v67.0/composite',
      body: JSON.stringify({
        compositeRequest: [
          { method: 'POST', url: base, referenceId: 'new', body: lead({}) },
          { method: 'GET', url: `${base}/@{new.id}?fields=Name`, referenceId: 'read' },
        ],
      }),
      headers: { 'content-type': 'application/json' },
    });
    expect(answer.compositeResponse).toMatchObject([
      { httpStatusCode: 201, referenceId: 'new' },
      { httpStatusCode: 200, referenceId: 'read', body: { Name: 'Doe' } },
    ]);
  });

  it('survives a raw slash and percent in an external id with an error, not a crash', async () => {
    const connection = await connect();
    const leads = connection.sobject('Lead');
    await expect(leads.upsert(lead({ SCIM_Id__c: 'a/b c%' }), 'SCIM_Id__c')).rejects.toMatchObject({
      errorCode: 'NOT_FOUND',
    });
    expect(await leads.create(lead({}))).toMatchObject({ success: true });
  });

  it('loses its session by logout', async () => {
    const connection = await connect();
    const { accessToken, instanceUrl } = connection;
    await connection.logout();
    const response = await fetch(`${instanceUrl}/services/data/v67.0/limits`, {
      headers: { authorization: `Bearer ${String(accessToken)}` },
    });
    expect(response.status).toBe(401);
  });
});
