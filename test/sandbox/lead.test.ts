/** The life of a Lead: values, owners, recycle bin, conversion, locks and duplicate rules. */
import { describe, expect, it } from '@jest/globals';
import { createClock, firstError, HOUR, start, type Client, type Json } from './support.ts';

const read = async ({ send }: Client, id: string): Promise<Json> =>
  (await send('GET', `/sobjects/Lead/${id}`)).json as Json;

describe('a new Lead', () => {
  it('is answered 201 with its id and Location', async () => {
    const { send } = await start();
    const { status, headers, json } = await send('POST', '/sobjects/Lead/', { LastName: 'Doe', Company: 'Acme' });
    const id = (json as Json)['id'];
    expect([status, json]).toEqual([201, { id: expect.stringMatching(/^00Q\w{15}$/), success: true, errors: [] }]);
    expect(headers.get('location')).toBe(`/services/data/v67.0/sobjects/Lead/${String(id)}`);
  });

  it('has defaults, computed fields and audit fields', async () => {
    const clock = createClock();
    const client = await start({ now: clock.now });
    const id = await client.createLead({ FirstName: 'Jane', City: 'Berlin', Email: 'jane@acme.example' });
    const row = await read(client, id);
    expect(row).toMatchObject({
      attributes: { type: 'Lead', url: `/services/data/v67.0/sobjects/Lead/${id}` },
      Name: 'Jane Doe',
      Status: 'Open - Not Contacted',
      IsConverted: false,
      IsDeleted: false,
      HasOptedOutOfEmail: false,
      Phone: null,
      SCIM_Id__c: null,
      Address: { city: 'Berlin', country: null, street: null },
      CreatedDate: '2026-03-04T05:06:07.000+0000',
      LastModifiedDate: '2026-03-04T05:06:07.000+0000',
      SystemModstamp: '2026-03-04T05:06:07.000+0000',
    });
    expect(row['OwnerId']).toBe(row['CreatedById']);
  });

  it('takes field and object names in any case and answers the canonical ones', async () => {
    const { send } = await start();
    const { json } = await send('POST', '/sobjects/lead', { lastname: 'Doe', COMPANY: 'Acme' });
    const { json: row } = await send('GET', `/sobjects/LEAD/${String((json as Json)['id'])}?fields=lastName,company`);
    expect(row).toMatchObject({ attributes: { type: 'Lead' }, LastName: 'Doe', Company: 'Acme' });
    expect(Object.keys(row as Json)).toEqual(['attributes', 'LastName', 'Company', 'Id']);
  });

  it('trims its texts and keeps line breaks within', async () => {
    const client = await start();
    const id = await client.createLead({ FirstName: '  Jane ', Street: '1 Main St\nFloor 2' });
    expect(await read(client, id)).toMatchObject({ FirstName: 'Jane', Street: '1 Main St\nFloor 2' });
  });

  it('is refused a second time with the same external id, in any case', async () => {
    const { send, createLead } = await start();
    const id = await createLead({ SCIM_Id__c: 'Abc' });
    const reply = await send('POST', '/sobjects/Lead', { LastName: 'X', Company: 'Y', SCIM_Id__c: 'aBC' });
    expect([reply.status, firstError(reply)]).toEqual([
      400,
      {
        message: `duplicate value found: SCIM_Id__c duplicates value on record with id: ${id.slice(0, 15)}`,
        errorCode: 'DUPLICATE_VALUE',
        fields: [],
      },
    ]);
  });

  it('has no external id field in an org without one', async () => {
    const { send } = await start({ config: { externalIdField: null } });
    const reply = await send('POST', '/sobjects/Lead', { LastName: 'X', Company: 'Y', SCIM_Id__c: 'a' });
    expect(firstError(reply)).toMatchObject({ message: "No such column 'SCIM_Id__c' on sobject of type Lead" });
  });
});

describe('a changed Lead', () => {
  it('is answered 204 without a body; null clears, absent stays, audit fields move', async () => {
    const clock = createClock();
    const client = await start({ now: clock.now });
    const id = await client.createLead({ FirstName: 'Jane', Title: 'CTO' });
    clock.advance(HOUR);
    const { status, text } = await client.send('PATCH', `/sobjects/Lead/${id}`, { FirstName: null, DoNotCall: null });
    expect([status, text]).toEqual([204, '']);
    expect(await read(client, id)).toMatchObject({
      FirstName: null,
      Name: 'Doe',
      Title: 'CTO',
      DoNotCall: false,
      CreatedDate: '2026-03-04T05:06:07.000+0000',
      LastModifiedDate: '2026-03-04T06:06:07.000+0000',
    });
  });

  it('keeps its required fields', async () => {
    const { send, createLead } = await start();
    const reply = await send('PATCH', `/sobjects/Lead/${await createLead()}`, { LastName: null });
    expect([reply.status, firstError(reply)]).toEqual([
      400,
      { message: 'Required fields are missing: [LastName]', errorCode: 'REQUIRED_FIELD_MISSING', fields: ['LastName'] },
    ]);
  });

  it('is found by its 15-character id', async () => {
    const client = await start();
    const id = await client.createLead();
    expect((await client.send('PATCH', `/sobjects/Lead/${id.slice(0, 15)}`, { Title: 'CTO' })).status).toBe(204);
    expect(await read(client, id)).toMatchObject({ Id: id, Title: 'CTO' });
  });
});

describe('the owner', () => {
  const QUEUE = "SELECT Id FROM Group WHERE Type = 'Queue'";

  it('is the queue of the active assignment rule, unless Sforce-Auto-Assign is FALSE', async () => {
    const client = await start();
    const queue = String((await client.query(QUEUE))[0]?.['Id']);
    await client.raw('PATCH', '/sandbox/config', { assignmentRuleOwner: queue });
    const assigned = await client.createLead();
    expect(await read(client, assigned)).toMatchObject({ OwnerId: queue });
    const body = { LastName: 'Doe', Company: 'Acme' };
    const { json } = await client.send('POST', '/sobjects/Lead', body, { 'sforce-auto-assign': 'FALSE' });
    const own = await read(client, String((json as Json)['id']));
    expect(own['OwnerId']).toBe(own['CreatedById']);
  });

  it('can be a user or a queue, but no inactive user', async () => {
    const users = [{ username: 'gone@b.example', password: 'x', active: false }];
    const client = await start();
    await client.raw('PATCH', '/sandbox/config', { users });
    const [user] = await client.query("SELECT Id FROM User WHERE Username = 'gone@b.example'");
    const [queue] = await client.query(QUEUE);
    const id = await client.createLead({ OwnerId: queue?.['Id'] });
    const reply = await client.send('PATCH', `/sobjects/Lead/${id}`, { OwnerId: user?.['Id'] });
    expect(firstError(reply)).toEqual({
      errorCode: 'INACTIVE_OWNER_OR_USER',
      message: `operation performed with inactive user [${String(user?.['Id']).slice(0, 15)}] as owner of lead`,
      fields: [],
    });
  });
});

describe('a deleted Lead', () => {
  it('answers 204 once, then 404 ENTITY_IS_DELETED', async () => {
    const { send, createLead } = await start();
    const id = await createLead();
    expect(await send('DELETE', `/sobjects/Lead/${id}`)).toMatchObject({ status: 204, text: '' });
    for (const [method, body] of [['DELETE'], ['GET'], ['PATCH', { Title: 'x' }]] as const) {
      const reply = await send(method, `/sobjects/Lead/${id}`, body);
      expect([reply.status, reply.json]).toEqual([
        404,
        [{ message: 'entity is deleted', errorCode: 'ENTITY_IS_DELETED', fields: [] }],
      ]);
    }
  });

  it('is seen by queryAll alone', async () => {
    const { send, createLead, query } = await start();
    await send('DELETE', `/sobjects/Lead/${await createLead({ Email: 'jane@acme.example' })}`);
    const soql = "SELECT Name, IsDeleted FROM Lead WHERE Email = 'jane@acme.example'";
    expect(await query(soql)).toEqual([]);
    const { json } = await send('GET', `/queryAll?q=${encodeURIComponent(soql)}`);
    expect(json).toMatchObject({ totalSize: 1, records: [{ Name: 'Doe', IsDeleted: true }] });
  });

  it('leaves its external id free for another', async () => {
    const { send, createLead } = await start();
    const first = await createLead({ SCIM_Id__c: 'u1' });
    await send('DELETE', '/sobjects/Lead/SCIM_Id__c/u1');
    const { status, json } = await send('PATCH', '/sobjects/Lead/SCIM_Id__c/u1', { LastName: 'Doe', Company: 'Acme' });
    expect([status, json]).toMatchObject([201, { created: true }]);
    expect((json as Json)['id']).not.toBe(first);
  });
});

describe('a converted Lead', () => {
  it('cannot be changed any more, but read and deleted', async () => {
    const client = await start();
    const id = await client.createLead({ SCIM_Id__c: 'u1' });
    const { status, json } = await client.raw('POST', `/sandbox/records/Lead/${id}/convert`);
    expect([status, json]).toMatchObject([200, { IsConverted: true, Status: 'Closed - Converted' }]);
    for (const path of [`/sobjects/Lead/${id}`, '/sobjects/Lead/SCIM_Id__c/u1']) {
      const reply = await client.send('PATCH', path, { Title: 'x' });
      expect([reply.status, reply.json]).toEqual([
        400,
        [{ message: 'cannot reference converted lead', errorCode: 'CANNOT_UPDATE_CONVERTED_LEAD', fields: [] }],
      ]);
    }
    expect(await read(client, id)).toMatchObject({
      IsConverted: true,
      ConvertedContactId: expect.stringMatching(/^003/),
    });
    expect((await client.send('DELETE', `/sobjects/Lead/${id}`)).status).toBe(204);
  });
});

describe('the row lock', () => {
  it('refuses every second write at a rate of one half', async () => {
    const { send } = await start({ config: { rowLockRate: 0.5 } });
    const create = async () => (await send('POST', '/sobjects/Lead', { LastName: 'Doe', Company: 'Acme' })).json;
    expect(await create()).toMatchObject({ success: true });
    expect(await create()).toMatchObject([
      {
        errorCode: 'UNABLE_TO_LOCK_ROW',
        message: expect.stringMatching(/^unable to obtain exclusive access .* 00Q\w{12}$/),
      },
    ]);
    expect(await create()).toMatchObject({ success: true });
  });
});

describe('the duplicate rule', () => {
  const SAME = { LastName: 'Roe', Company: 'Acme', Email: 'JANE@acme.example' };
  const ALLOW = { 'sforce-duplicate-rule-header': 'allowSave=true' };

  it('answers DUPLICATES_DETECTED with the misspelt duplicateResut', async () => {
    const { send, createLead } = await start({ config: { duplicateRule: 'alert' } });
    const id = await createLead({ Email: 'jane@acme.example' });
    const { status, json } = await send('POST', '/sobjects/Lead', SAME);
    const record = { attributes: { type: 'Lead', url: `/services/data/v67.0/sobjects/Lead/${id}` }, Id: id };
    expect([status, json]).toEqual([
      400,
      [
        {
          errorCode: 'DUPLICATES_DETECTED',
          message: 'Use one of these records?',
          duplicateResut: {
            allowSave: true,
            duplicateRule: 'Standard_Lead_Duplicate_Rule',
            duplicateRuleEntityType: 'Lead',
            errorMessage: 'Use one of these records?',
            matchResults: [
              {
                entityType: 'Lead',
                errors: [],
                matchEngine: 'FuzzyMatchEngine',
                matchRecords: [{ additionalInformation: [], fieldDiffs: [], matchConfidence: 100, record }],
                rule: 'Standard_Lead_Match_Rule_v1_0',
                size: 1,
                success: true,
              },
            ],
          },
        },
      ],
    ]);
  });

  it('lets allowSave through when it only alerts, and not when it blocks', async () => {
    const client = await start({ config: { duplicateRule: 'alert' } });
    await client.createLead({ Email: 'jane@acme.example' });
    expect((await client.send('POST', '/sobjects/Lead', SAME, ALLOW)).status).toBe(201);
    await client.raw('PATCH', '/sandbox/config', { duplicateRule: 'block' });
    expect((await client.send('POST', '/sobjects/Lead', SAME, ALLOW)).status).toBe(400);
  });

  it('is off by default', async () => {
    const { send, createLead } = await start();
    await createLead({ Email: 'jane@acme.example' });
    expect((await send('POST', '/sobjects/Lead', SAME)).status).toBe(201);
  });

  it('shows in a collection as a plain row error', async () => {
    const { send, createLead } = await start({ config: { duplicateRule: 'block' } });
    await createLead({ Email: 'jane@acme.example' });
    const records = [{ attributes: { type: 'Lead' }, ...SAME }];
    const { json } = await send('POST', '/composite/sobjects', { records });
    expect(json).toEqual([
      {
        success: false,
        errors: [{ statusCode: 'DUPLICATES_DETECTED', message: 'Use one of these records?', fields: [] }],
      },
    ]);
  });
});
