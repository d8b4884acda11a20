/** Up to 200 records in one call: each row has its own result. */
import { describe, expect, it } from '@jest/globals';
import { lead, start, type Json } from './support.ts';

const UPSERT = '/composite/sobjects/Lead/SCIM_Id__c';
const saved = (more: object = {}) => ({ id: expect.stringMatching(/^00Q\w{15}$/), success: true, errors: [], ...more });
const refused = (statusCode: string, message: unknown, fields: string[] = []) => ({
  success: false,
  errors: [{ statusCode, message, fields }],
});
const ROLLED_BACK = refused(
  'ALL_OR_NONE_OPERATION_ROLLED_BACK',
  'Record rolled back because not all records were valid and the request was using AllOrNone header',
);
const NO_COMPANY = refused('REQUIRED_FIELD_MISSING', 'Required fields are missing: [Company]', ['Company']);

describe('a collection', () => {
  it('answers 200 in the order of the request, even when every row failed', async () => {
    const { send } = await start();
    const records = [lead({ Company: null }), lead({ Foo: 1 }), lead({ Id: '00Q000000000001EAA' })];
    const { status, json } = await send('POST', '/composite/sobjects', { records });
    expect([status, json]).toEqual([
      200,
      [
        NO_COMPANY,
        refused('INVALID_FIELD', "No such column 'Foo' on sobject of type Lead"),
        refused('INVALID_FIELD_FOR_INSERT_UPDATE', 'cannot specify Id in an insert call', ['Id']),
      ],
    ]);
  });

  it('creates the good rows next to the bad ones', async () => {
    const { send, query } = await start();
    const { json } = await send('POST', '/composite/sobjects', { records: [lead({}), lead({ Company: null })] });
    expect(json).toEqual([saved(), NO_COMPANY]);
    expect(await query('SELECT Id FROM Lead')).toHaveLength(1);
  });

  it('creates nothing with allOrNone when one row is bad', async () => {
    const { send, query, raw } = await start();
    const records = [lead({ SCIM_Id__c: 'u1' }), lead({ Company: null })];
    const { status, json } = await send('POST', '/composite/sobjects', { allOrNone: true, records });
    expect([status, json]).toEqual([200, [ROLLED_BACK, NO_COMPANY]]);
    expect(await query("SELECT Id FROM Lead WHERE SCIM_Id__c = 'u1'")).toEqual([]);
    expect((await raw('GET', '/sandbox/calls')).json).toMatchObject({ rows: { created: 0 } });
  });

  it('takes back updates and deletes with allOrNone too', async () => {
    const { send, createLead, query } = await start();
    const id = await createLead({ Email: 'old@acme.example' });
    const records = [
      { attributes: { type: 'Lead' }, id, Email: 'new@acme.example' },
      { attributes: { type: 'Lead' }, id, Company: null },
    ];
    await send('PATCH', '/composite/sobjects', { allOrNone: true, records });
    await send('DELETE', `/composite/sobjects?allOrNone=true&ids=${id},${id}`);
    expect(await query("SELECT Id FROM Lead WHERE Email = 'old@acme.example'")).toMatchObject([{ Id: id }]);
    expect(await query("SELECT Id FROM Lead WHERE Email = 'new@acme.example'")).toEqual([]);
  });

  it('updates by id in either letter case of the key', async () => {
    const { send, createLead, query } = await start();
    const [one, two] = [await createLead(), await createLead()];
    const attributes = { type: 'Lead' };
    const records = [
      { attributes, id: one, Title: 'A' },
      { attributes, Id: two, Title: 'B' },
      { attributes, id: '00Q000000000001EAA', Title: 'C' },
      { attributes, id: '17', Title: 'D' },
    ];
    const { json } = await send('PATCH', '/composite/sobjects', { records });
    expect(json).toEqual([
      saved(),
      saved(),
      refused('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id'),
      refused('MALFORMED_ID', 'malformed id 17'),
    ]);
    expect(await query('SELECT Title FROM Lead ORDER BY Title')).toMatchObject([{ Title: 'A' }, { Title: 'B' }]);
  });

  it('deletes by ids and tells a deleted record from an unknown one', async () => {
    const { send, createLead } = await start();
    const id = await createLead();
    const ids = [id, '00Q000000000001EAA', '17'].join(',');
    expect((await send('DELETE', `/composite/sobjects?ids=${ids}`)).json).toEqual([
      saved(),
      refused('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id'),
      refused('MALFORMED_ID', 'malformed id 17'),
    ]);
    const again = await send('DELETE', `/composite/sobjects?ids=${id}`);
    expect([again.status, again.json]).toEqual([200, [refused('ENTITY_IS_DELETED', 'entity is deleted')]]);
  });

  it('reads records by ids, null for what is not there', async () => {
    const { send, createLead } = await start();
    const id = await createLead({ Title: 'CTO' });
    const wanted = [
      { attributes: { type: 'Lead', url: `/services/data/v67.0/sobjects/Lead/${id}` }, Title: 'CTO', Id: id },
      null,
    ];
    const ids = [id, '00Q000000000001EAA'];
    expect((await send('GET', `/composite/sobjects/Lead?ids=${ids.join(',')}&fields=Title`)).json).toEqual(wanted);
    expect((await send('POST', '/composite/sobjects/Lead', { ids, fields: ['Title'] })).json).toEqual(wanted);
  });

  it('is spoilt as a whole by a value of the wrong JSON type', async () => {
    const { send, query } = await start();
    const { status, json } = await send('POST', '/composite/sobjects', { records: [lead({}), lead({ City: 5 })] });
    expect([status, json]).toMatchObject([400, [{ errorCode: 'JSON_PARSER_ERROR' }]]);
    expect(await query('SELECT Id FROM Lead')).toEqual([]);
  });

  it('refuses rows of an object that is only read', async () => {
    const { send, query } = await start();
    const [user] = await query('SELECT Id FROM User');
    const row = refused('INSUFFICIENT_ACCESS_OR_READONLY', 'insufficient access rights on object id');
    const records = [{ attributes: { type: 'User' }, id: user?.['Id'] }];
    expect((await send('POST', '/composite/sobjects', { records })).json).toEqual([row]);
    expect((await send('PATCH', '/composite/sobjects', { records })).json).toEqual([row]);
    expect((await send('DELETE', `/composite/sobjects?ids=${String(user?.['Id'])}`)).json).toEqual([row]);
  });

  it.each([
    ['without attributes.type', { LastName: 'X' }, 'each record must name its sObject type in attributes.type'],
    ['of an unknown type', { attributes: { type: 'Foo' } }, "sObject type 'Foo' is not supported."],
  ])('refuses a record %s', async (_title, record, message) => {
    const { send } = await start();
    const { json } = await send('POST', '/composite/sobjects', { records: [record] });
    expect(json).toEqual([refused('INVALID_TYPE', message)]);
  });
});

describe('a collection upsert', () => {
  it('tells for each row whether it was created', async () => {
    const { send, createLead } = await start();
    const id = await createLead({ SCIM_Id__c: 'U1' });
    const { json } = await send('PATCH', UPSERT, {
      records: [lead({ SCIM_Id__c: 'u1', Title: 'CTO' }), lead({ SCIM_Id__c: 'u2' })],
    });
    expect(json).toEqual([{ id, success: true, errors: [], created: false }, saved({ created: true })]);
  });

  it('refuses every row whose external id comes twice, in any case', async () => {
    const { send, query } = await start();
    const records = [lead({ SCIM_Id__c: 'u1' }), lead({ SCIM_Id__c: 'u2' }), lead({ SCIM_Id__c: 'U1' })];
    expect((await send('PATCH', UPSERT, { records })).json).toEqual([
      refused('DUPLICATE_VALUE', 'Duplicate external id specified: u1'),
      saved({ created: true }),
      refused('DUPLICATE_VALUE', 'Duplicate external id specified: U1'),
    ]);
    expect(await query('SELECT Id FROM Lead')).toHaveLength(1);
  });

  it('refuses a row without the external id, with an id, or of another type', async () => {
    const { send } = await start();
    const id = '00Q000000000001EAA';
    const records = [lead({}), lead({ SCIM_Id__c: 'u1', Id: id }), { attributes: { type: 'User' }, SCIM_Id__c: 'u2' }];
    expect((await send('PATCH', UPSERT, { records })).json).toEqual([
      refused('MISSING_ARGUMENT', 'SCIM_Id__c not specified'),
      refused('INVALID_FIELD', 'The Id field should not be specified in the sobject data.'),
      refused('INVALID_TYPE', 'every record must be of type Lead'),
    ]);
  });

  it('refuses an external id that several records have', async () => {
    const { send, createLead } = await start({ config: { externalIdUnique: false } });
    await createLead({ SCIM_Id__c: 'u1' });
    await createLead({ SCIM_Id__c: 'u1' });
    const { json } = await send('PATCH', UPSERT, { records: [lead({ SCIM_Id__c: 'u1' })] });
    expect(json).toEqual([
      refused('DUPLICATE_EXTERNAL_ID', 'SCIM_Id__c: more than one record found for external id field: u1'),
    ]);
  });

  it('answers 404 for a field that is no external id', async () => {
    const { send } = await start();
    expect((await send('PATCH', '/composite/sobjects/Lead/Email', { records: [] })).status).toBe(404);
  });

  it('takes 200 rows with one API call', async () => {
    const { send, raw } = await start();
    const records = Array.from({ length: 200 }, (_, at) => lead({ SCIM_Id__c: `u${at}` }));
    const { json, headers } = await send('PATCH', UPSERT, { records });
    expect((json as Json[]).filter((row) => row['created'] === true)).toHaveLength(200);
    expect(headers.get('sforce-limit-info')).toBe('api-usage=1/100000');
    expect((await raw('GET', '/sandbox/calls')).json).toMatchObject({ api: 1, rows: { created: 200 } });
  });
});
