/** The control: records, calls, switches and reset. */
import { describe, expect, it } from '@jest/globals';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { LOGIN, start, type Json } from './support.ts';

const LEAD = { LastName: 'Doe', Company: 'Acme' };
const UPSERT = '/sobjects/Lead/SCIM_Id__c/u1';

describe('GET /sandbox/records', () => {
  it('lists the live records with all their fields', async () => {
    const { raw, send, createLead } = await start();
    await send('DELETE', `/sobjects/Lead/${await createLead()}`);
    const id = await createLead({ SCIM_Id__c: 'u1' });
    const { status, json } = await raw('GET', '/sandbox/records/Lead');
    expect([status, json]).toMatchObject([200, [{ Id: id, SCIM_Id__c: 'u1', Name: 'Doe', Phone: null }]]);
  });

  it('answers 400 for an object that the org does not have', async () => {
    const { raw } = await start();
    expect(await raw('GET', '/sandbox/records/Foo')).toMatchObject({ status: 400, json: { error: 'no object Foo' } });
  });
});

describe('GET /sandbox/calls', () => {
  it('counts what arrived since the last reset, by route', async () => {
    const { raw, send } = await start();
    await send('PATCH', UPSERT, LEAD);
    await send('PATCH', UPSERT, { Title: 'x' });
    await send('GET', '/nowhere');
    await raw('GET', '/services/data');
    await raw('GET', '/favicon.ico');
    await raw('GET', '/sandbox/calls');
    expect((await raw('GET', '/sandbox/calls')).json).toEqual({
      total: 5,
      token: 1,
      api: 3,
      byRoute: {
        'POST /services/oauth2/token': 1,
        'PATCH /sobjects/{sobject}/{field}/{value}': 2,
        'GET (other)': 1,
        'GET /services/data': 1,
      },
      logins: { granted: 1, refused: 0 },
      rows: { created: 1, updated: 1, deleted: 0 },
    });
  });
});

describe('POST /sandbox/reset', () => {
  it('forgets records, sessions, faults and counters, and returns to the first switches', async () => {
    const { raw, createLead, send } = await start({ config: { queryPageSize: 7 } });
    const id = await createLead();
    await raw('PATCH', '/sandbox/config', { latencyMs: 1, queryPageSize: 9 });
    await raw('POST', '/sandbox/faults', [{ match: { path: 'token' }, times: 1, action: { status: 503 } }]);
    expect(await raw('POST', '/sandbox/reset')).toMatchObject({ status: 204, text: '' });
    expect((await raw('GET', '/sandbox/records/Lead')).json).toEqual([]);
    expect((await raw('GET', '/sandbox/calls')).json).toMatchObject({ total: 0, token: 0, api: 0, byRoute: {} });
    expect((await raw('GET', '/sandbox/config')).json).toMatchObject({ latencyMs: 0, queryPageSize: 7 });
    expect((await send('GET', `/sobjects/Lead/${id}`)).status).toBe(401);
    expect((await raw('POST', '/services/oauth2/token', new URLSearchParams(LOGIN))).status).toBe(200);
  });
});

describe('/sandbox/config', () => {
  it('answers the switches after a change', async () => {
    const { raw } = await start();
    const { status, json } = await raw('PATCH', '/sandbox/config', { duplicateRule: 'block' });
    expect([status, json]).toMatchObject([200, { duplicateRule: 'block', sessionTimeoutMs: 7_200_000 }]);
  });

  it('refuses a change as a whole and names every bad switch', async () => {
    const { raw } = await start();
    const { status, json } = await raw('PATCH', '/sandbox/config', { latencyMs: -1, speed: 1, rowLockRate: 0.5 });
    expect([status, json]).toEqual([
      400,
      { error: 'latencyMs: must be a whole number from 0 to 600000; speed: unknown switch' },
    ]);
    expect((await raw('GET', '/sandbox/config')).json).toMatchObject({ rowLockRate: 0 });
  });

  it.each([
    ['sessionTimeoutMs', 0],
    ['shareSessions', 'yes'],
    ['clientCredentialsFlow', 'off'],
    ['maxConcurrentRequests', -1],
    ['rowLockRate', 2],
    ['validationRule', { field: 'City' }],
    ['externalIdField', 'SCIM Id'],
    ['assignmentRuleOwner', '00Q000000000001'],
    ['queryPageSize', 2001],
    ['myDomainHost', 'http://localhost'],
    ['tokenRequests', 'off'],
    ['tokenLatencyMs', -1],
    ['loginWindowMs', 0],
    ['outage', { status: 404, body: 'json' }],
    ['outage', { status: 503, body: 'text' }],
    ['outage', { status: 503, body: 'json', times: 2 }],
    ['connectionReset', true],
    ['duplicateResultKey', 'duplicates'],
    ['stateCountryPicklists', 'on'],
    ['restrictedPicklists', ['City']],
    ['bulkStepMs', 0.5],
    ['users', [{ username: 'a' }]],
    ['clients', [{ clientSecret: 'a' }]],
  ])('refuses %s = %j', async (key, value) => {
    const { raw } = await start();
    const { status, json } = await raw('PATCH', '/sandbox/config', { [key]: value });
    expect([status, (json as Json)['error']]).toEqual([400, expect.stringMatching(new RegExp(`^${key}: must be `))]);
  });

  it('refuses a body that is no JSON object', async () => {
    const { raw } = await start();
    expect(await raw('PATCH', '/sandbox/config', '[]')).toMatchObject({ status: 400 });
    expect(await raw('PATCH', '/sandbox/config', '{')).toMatchObject({
      status: 400,
      json: { error: 'the body must be JSON' },
    });
  });

  it('refuses bad switches at start', async () => {
    await expect(startSandbox({ config: { queryPageSize: 0 } })).rejects.toThrow('queryPageSize: must be');
  });

  it('moves the external id field, and finds by the new one', async () => {
    const { raw, send } = await start();
    await raw('PATCH', '/sandbox/config', { externalIdField: 'Other_Id__c' });
    expect((await send('PATCH', '/sobjects/Lead/Other_Id__c/1', LEAD)).status).toBe(201);
    expect((await send('PATCH', UPSERT, LEAD)).status).toBe(404);
  });
});
