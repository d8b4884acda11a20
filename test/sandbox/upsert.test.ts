/** One record by external id: the statuses of an upsert, and awkward values. */
import { describe, expect, it } from '@jest/globals';
import { start, type Json } from './support.ts';

const LEAD = { LastName: 'Doe', Company: 'Acme' };
const PATH = '/sobjects/Lead/SCIM_Id__c/u1';

describe('an upsert by external id', () => {
  it('answers 201 when it creates and 200 when it updates', async () => {
    const { send } = await start();
    const first = await send('PATCH', PATH, LEAD);
    const id = (first.json as Json)['id'];
    expect([first.status, first.json]).toEqual([201, { id, success: true, errors: [], created: true }]);
    expect(first.headers.get('location')).toBe(`/services/data/v67.0/sobjects/Lead/${String(id)}`);
    const second = await send('PATCH', PATH, { Title: 'CTO' });
    expect([second.status, second.json]).toEqual([200, { id, success: true, errors: [], created: false }]);
    expect((await send('GET', PATH)).json).toMatchObject({ Id: id, Title: 'CTO', SCIM_Id__c: 'u1' });
  });

  it('answers 204 without a body when it updates below v46.0', async () => {
    const { raw, send, token } = await start();
    await send('PATCH', PATH, LEAD);
    const headers = { authorization: `Bearer ${token}` };
    expect(await raw('PATCH', `/services/data/v45.0${PATH}`, LEAD, headers)).toMatchObject({ status: 204, text: '' });
    expect((await raw('PATCH', `/services/data/v46.0${PATH}`, LEAD, headers)).status).toBe(200);
  });

  it('answers 300 with the addresses when a field that is not unique has the value twice', async () => {
    const { send, createLead } = await start({ config: { externalIdUnique: false } });
    const ids = [await createLead({ SCIM_Id__c: 'u1' }), await createLead({ SCIM_Id__c: 'U1' })];
    const urls = ids.map((id) => `/services/data/v67.0/sobjects/Lead/${id}`);
    for (const method of ['PATCH', 'GET', 'DELETE']) {
      const { status, json } = await send(method, PATH, method === 'PATCH' ? LEAD : undefined);
      expect([status, json]).toEqual([300, urls]);
    }
  });

  it('no longer finds a record by an external id that it gave up', async () => {
    const { send, createLead } = await start();
    const id = await createLead({ SCIM_Id__c: 'u1' });
    await send('PATCH', `/sobjects/Lead/${id}`, { SCIM_Id__c: 'u2' });
    expect((await send('PATCH', PATH, LEAD)).status).toBe(201);
    const { json } = await send('GET', '/sobjects/Lead/SCIM_Id__c/u2');
    expect(json).toMatchObject({ Id: id });
  });

  it('updates by Id under the same address form', async () => {
    const { send, createLead } = await start();
    const id = await createLead();
    expect(await send('PATCH', `/sobjects/Lead/Id/${id}`, { Title: 'CTO' })).toMatchObject({
      status: 200,
      json: { id },
    });
  });

  it('is a plain create when posted to Id', async () => {
    const { send } = await start();
    expect((await send('POST', '/sobjects/Lead/Id', LEAD)).status).toBe(201);
  });

  it('refuses too long an external id', async () => {
    const { send } = await start();
    const { status, json } = await send('PATCH', `/sobjects/Lead/SCIM_Id__c/${'x'.repeat(256)}`, LEAD);
    expect([status, json]).toMatchObject([400, [{ errorCode: 'STRING_TOO_LONG', fields: ['SCIM_Id__c'] }]]);
  });

  it.each(['a/b', 'a b', 'c%', 'ü@x.com', "o'hara", 'a+b', 'x'.repeat(255)])(
    'keeps the percent-encoded value %j',
    async (value) => {
      const { send } = await start();
      const path = `/sobjects/Lead/SCIM_Id__c/${encodeURIComponent(value)}`;
      expect((await send('PATCH', path, LEAD)).status).toBe(201);
      expect((await send('GET', `${path}?fields=SCIM_Id__c`)).json).toMatchObject({ SCIM_Id__c: value });
      expect((await send('DELETE', path)).status).toBe(204);
    },
  );
});
