/** Records that sharing keeps from the user of the API: not there for whoever asks, and there for unique fields. */
import { describe, expect, it } from '@jest/globals';
import { firstError, start, type Client } from './support.ts';

const hide = ({ raw }: Client, ...hiddenRecords: string[]) => raw('PATCH', '/sandbox/config', { hiddenRecords });

describe('a hidden record', () => {
  it('is in no query and no list of changes, and cannot be read', async () => {
    const client = await start();
    const id = await client.createLead({ SCIM_Id__c: 'u1' });
    await hide(client, id);
    expect(await client.query(`SELECT Id FROM Lead`)).toEqual([]);
    expect(await client.query(`SELECT Id FROM Lead WHERE Id = '${id}'`)).toEqual([]);
    const { json } = await client.send('GET', `/queryAll?q=${encodeURIComponent('SELECT Id FROM Lead')}`);
    expect(json).toMatchObject({ totalSize: 0 });
    expect((await client.send('GET', `/sobjects/Lead/${id}`)).status).toBe(404);
    expect((await client.send('GET', '/sobjects/Lead/SCIM_Id__c/u1')).status).toBe(404);
    expect((await client.send('GET', `/composite/sobjects/Lead?ids=${id}&fields=Id`)).json).toEqual([null]);
    const span = 'start=2020-01-01T00:00:00Z&end=2099-01-01T00:00:00Z';
    expect((await client.send('GET', `/sobjects/Lead/updated?${span}`)).json).toMatchObject({ ids: [] });
  });

  it('is refused to whoever writes it, as one that was never there', async () => {
    const client = await start();
    const id = await client.createLead({ SCIM_Id__c: 'u1' });
    await hide(client, id.slice(0, 15));
    expect(firstError(await client.send('PATCH', `/sobjects/Lead/${id}`, { Title: 'x' }))).toMatchObject({
      errorCode: 'NOT_FOUND',
    });
    expect((await client.send('DELETE', `/sobjects/Lead/${id}`)).status).toBe(404);
    const records = [{ attributes: { type: 'Lead' }, id, Title: 'x' }];
    expect((await client.send('PATCH', '/composite/sobjects', { records })).json).toMatchObject([
      { success: false, errors: [{ statusCode: 'INVALID_CROSS_REFERENCE_KEY' }] },
    ]);
    expect((await client.send('DELETE', `/composite/sobjects?ids=${id}`)).json).toMatchObject([
      { success: false, errors: [{ statusCode: 'INVALID_CROSS_REFERENCE_KEY' }] },
    ]);
  });

  it('keeps its external id: an upsert finds nobody, and may not make a second one', async () => {
    const client = await start();
    const id = await client.createLead({ SCIM_Id__c: 'u1' });
    await hide(client, id);
    const fields = { LastName: 'Doe', Company: 'Acme' };
    expect(firstError(await client.send('PATCH', '/sobjects/Lead/SCIM_Id__c/u1', fields))).toMatchObject({
      errorCode: 'DUPLICATE_VALUE',
    });
    const records = [{ attributes: { type: 'Lead' }, SCIM_Id__c: 'u1', ...fields }];
    expect((await client.send('PATCH', '/composite/sobjects/Lead/SCIM_Id__c', { records })).json).toMatchObject([
      { success: false, errors: [{ statusCode: 'DUPLICATE_VALUE' }] },
    ]);
    await hide(client);
    expect((await client.send('PATCH', '/sobjects/Lead/SCIM_Id__c/u1', fields)).status).toBe(200);
  });
});
