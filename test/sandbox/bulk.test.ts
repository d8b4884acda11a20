/** Bulk API 2.0: ingest and query jobs over the wire. */
import { request } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import type { SandboxConfig } from '../../src/sandbox/config.ts';
import type { RecordWrite } from '../../src/sandbox/org.ts';
import { createClock, firstError, start, type Client, type Json, type Reply } from './support.ts';

const STEP_MS = 1000;
const CSV = { 'content-type': 'text/csv' };

type Clock = ReturnType<typeof createClock>;

interface Bulk {
  readonly client: Client;
  readonly clock: Clock;
  readonly seen: readonly string[];
}

async function open(config: Partial<SandboxConfig> = {}): Promise<Bulk> {
  const clock = createClock();
  const seen: string[] = [];
  const onWrite = ({ sobject, action }: RecordWrite): void => void seen.push(`${sobject} ${action}`);
  const client = await start({ now: clock.now, onWrite, config: { bulkStepMs: STEP_MS, ...config } });
  return { client, clock, seen };
}

const idOf = ({ json }: Reply): string => String((json as Json)['id']);

const create = ({ client }: Bulk, job: Json): Promise<Reply> =>
  client.send('POST', '/jobs/ingest', { object: 'Lead', contentType: 'CSV', ...job });

const upload = ({ client }: Bulk, id: string, csv: string, headers = CSV): Promise<Reply> =>
  client.send('PUT', `/jobs/ingest/${id}/batches`, csv, headers);

const setState = ({ client }: Bulk, id: string, state: string): Promise<Reply> =>
  client.send('PATCH', `/jobs/ingest/${id}`, { state });

const info = async ({ client }: Bulk, id: string): Promise<Json> =>
  (await client.send('GET', `/jobs/ingest/${id}`)).json as Json;

const results = async ({ client }: Bulk, id: string, kind: string): Promise<string[]> => {
  const { text } = await client.send('GET', `/jobs/ingest/${id}/${kind}`);
  return text.split('\n').filter((line) => line !== '');
};

/** Runs a job to its end. */
async function run(bulk: Bulk, job: Json, ...lines: readonly string[]): Promise<string> {
  const id = idOf(await create(bulk, job));
  await upload(bulk, id, `${lines.join('\n')}\n`);
  await setState(bulk, id, 'UploadComplete');
  bulk.clock.advance(2 * STEP_MS);
  return id;
}

describe('an ingest job', () => {
  it('goes from Open to JobComplete, and saves its rows only then', async () => {
    const bulk = await open();
    const created = await create(bulk, { operation: 'insert', lineEnding: 'LF' });
    const id = idOf(created);
    expect(created.status).toBe(200);
    expect(created.json).toEqual({
      id: expect.stringMatching(/^750\w{15}$/),
      operation: 'insert',
      object: 'Lead',
      createdById: expect.stringMatching(/^005/),
      createdDate: '2026-03-04T05:06:07.000+0000',
      systemModstamp: '2026-03-04T05:06:07.000+0000',
      state: 'Open',
      concurrencyMode: 'Parallel',
      contentType: 'CSV',
      apiVersion: 67,
      contentUrl: `services/data/v67.0/jobs/ingest/${id}/batches`,
      lineEnding: 'LF',
      columnDelimiter: 'COMMA',
    });
    expect(await upload(bulk, id, 'LastName,Company\nDoe,Acme\n')).toMatchObject({ status: 201, text: '' });
    expect(await setState(bulk, id, 'UploadComplete')).toMatchObject({
      status: 200,
      json: { state: 'UploadComplete' },
    });
    expect(await info(bulk, id)).toMatchObject({ state: 'UploadComplete', jobType: 'V2Ingest' });
    bulk.clock.advance(STEP_MS);
    expect(await info(bulk, id)).toMatchObject({ state: 'InProgress', numberRecordsProcessed: 0 });
    expect(await bulk.client.query('SELECT Id FROM Lead')).toEqual([]);
    bulk.clock.advance(STEP_MS);
    expect(await bulk.client.query('SELECT Name FROM Lead')).toMatchObject([{ Name: 'Doe' }]);
    expect(await info(bulk, id)).toMatchObject({
      state: 'JobComplete',
      numberRecordsProcessed: 1,
      numberRecordsFailed: 0,
    });
    expect(bulk.seen).toEqual(['Lead created']);
  });

  it('tells of each row what became of it', async () => {
    const bulk = await open();
    const rows = ['LastName,Company,Email', 'Doe,Acme,', 'Roe,,', 'Poe,Acme,nobody', '"Coe, ""Jr""",Acme,'];
    const id = await run(bulk, { operation: 'insert' }, ...rows);
    const [head, ...saved] = await results(bulk, id, 'successfulResults');
    expect(head).toBe('"sf__Id","sf__Created","LastName","Company","Email"');
    expect(saved).toEqual([
      expect.stringMatching(/^"00Q\w{15}","true","Doe","Acme",""$/),
      expect.stringMatching(/^"00Q\w{15}","true","Coe, ""Jr""","Acme",""$/),
    ]);
    expect(await results(bulk, id, 'failedResults')).toEqual([
      '"sf__Id","sf__Error","LastName","Company","Email"',
      '"","REQUIRED_FIELD_MISSING:Required fields are missing: [Company]:Company --","Roe","",""',
      '"","INVALID_EMAIL_ADDRESS:Email: invalid email address: nobody:Email --","Poe","Acme","nobody"',
    ]);
    expect(await results(bulk, id, 'unprocessedrecords')).toEqual(['"LastName","Company","Email"']);
    expect(await results(bulk, id, 'unprocessedRecords')).toEqual(['"LastName","Company","Email"']);
    expect(await info(bulk, id)).toMatchObject({ numberRecordsProcessed: 4, numberRecordsFailed: 2 });
  });

  it('reads booleans, numbers and dates, clears with #N/A and leaves alone what is empty', async () => {
    const bulk = await open();
    const id = await bulk.client.createLead({ Title: 'CTO', City: 'Berlin' });
    const job = await run(
      bulk,
      { operation: 'update' },
      'Id,Title,City,DoNotCall,NumberOfEmployees,EmailBouncedDate',
      `${id},#N/A,,true,7,2026-01-02T03:04:05Z`,
      `${id},x,,maybe,,`,
    );
    expect(await bulk.client.query('SELECT Title, City, DoNotCall, NumberOfEmployees FROM Lead')).toMatchObject([
      { Title: null, City: 'Berlin', DoNotCall: true, NumberOfEmployees: 7 },
    ]);
    const [, failed] = await results(bulk, job, 'failedResults');
    expect(failed).toContain(
      `INVALID_TYPE_ON_FIELD_IN_RECORD:Do Not Call: value not of required type: maybe:DoNotCall --`,
    );
  });

  it('upserts by external id, and refuses rows that share one', async () => {
    const bulk = await open();
    await bulk.client.createLead({ SCIM_Id__c: 'u1' });
    const id = await run(
      bulk,
      { operation: 'upsert', externalIdFieldName: 'SCIM_Id__c' },
      'SCIM_Id__c,LastName,Company',
      'u1,One,Acme',
      'u2,Two,Acme',
      'u3,Three,Acme',
      'U3,Four,Acme',
    );
    const [, ...saved] = await results(bulk, id, 'successfulResults');
    expect(saved.map((line) => line.split(',').slice(1, 3))).toEqual([
      ['"false"', '"u1"'],
      ['"true"', '"u2"'],
    ]);
    const [, ...failed] = await results(bulk, id, 'failedResults');
    expect(failed).toHaveLength(2);
    expect(failed[0]).toContain('DUPLICATE_VALUE:Duplicate external id specified: u3:--');
    expect(bulk.seen.slice(1)).toEqual(['Lead updated', 'Lead created']);
  });

  it('upserts by Id: rows without one are created', async () => {
    const bulk = await open();
    const lead = await bulk.client.createLead();
    const rows = ['Id,LastName,Company', `${lead},One,Acme`, ',Two,Acme'];
    const id = await run(bulk, { operation: 'upsert', externalIdFieldName: 'Id' }, ...rows);
    expect(await info(bulk, id)).toMatchObject({ state: 'JobComplete', numberRecordsFailed: 0 });
    expect(await bulk.client.query('SELECT Name FROM Lead ORDER BY Name')).toMatchObject([
      { Name: 'One' },
      { Name: 'Two' },
    ]);
  });

  it('deletes by Id, and says of a row that is gone why it failed', async () => {
    const bulk = await open();
    const [one, two] = [await bulk.client.createLead(), await bulk.client.createLead()];
    await bulk.client.send('DELETE', `/sobjects/Lead/${two}`);
    const id = await run(bulk, { operation: 'delete' }, 'Id', one, two);
    expect(await results(bulk, id, 'successfulResults')).toEqual([
      '"sf__Id","sf__Created","Id"',
      `"${one}","false","${one}"`,
    ]);
    expect(await results(bulk, id, 'failedResults')).toEqual([
      '"sf__Id","sf__Error","Id"',
      `"${two}","ENTITY_IS_DELETED:entity is deleted:--","${two}"`,
    ]);
  });

  it('finds what a row belongs to by external id, across a relationship', async () => {
    const bulk = await open();
    await bulk.client.createLead({ SCIM_Id__c: 'u1' });
    await bulk.client.send('PATCH', '/sobjects/Campaign/SCIM_Id__c/g1', { Name: 'Spring' });
    const id = await run(
      bulk,
      { operation: 'insert', object: 'CampaignMember' },
      'Campaign.SCIM_Id__c,Lead.SCIM_Id__c,Status',
      'g1,u1,Responded',
      'g1,u9,Sent',
    );
    const soql = 'SELECT Status, Campaign.Name FROM CampaignMember';
    expect(await bulk.client.query(soql)).toMatchObject([{ Status: 'Responded', Campaign: { Name: 'Spring' } }]);
    const [, failed] = await results(bulk, id, 'failedResults');
    expect(failed).toContain(
      'INVALID_FIELD:Foreign key external ID: u9 not found for field SCIM_Id__c in entity Lead:--',
    );
  });

  it('refuses a converted Lead as the REST API does', async () => {
    const bulk = await open();
    const lead = await bulk.client.createLead();
    await bulk.client.raw('POST', `/sandbox/records/Lead/${lead}/convert`);
    const id = await run(bulk, { operation: 'update' }, 'Id,Title', `${lead},CTO`);
    const [, failed] = await results(bulk, id, 'failedResults');
    expect(failed).toContain('CANNOT_UPDATE_CONVERTED_LEAD:cannot reference converted lead:--');
  });

  it('runs an assignment rule only when the job names one', async () => {
    const bulk = await open();
    const [queue] = await bulk.client.query('SELECT Id FROM Group');
    await bulk.client.raw('PATCH', '/sandbox/config', { assignmentRuleOwner: queue?.['Id'] });
    await run(bulk, { operation: 'insert' }, 'LastName,Company', 'Plain,Acme');
    await run(bulk, { operation: 'insert', assignmentRuleId: '01Q000000000001' }, 'LastName,Company', 'Ruled,Acme');
    const owned = await bulk.client.query(`SELECT Name FROM Lead WHERE OwnerId = '${String(queue?.['Id'])}'`);
    expect(owned).toMatchObject([{ Name: 'Ruled' }]);
  });

  it('reads and writes other delimiters and line ends', async () => {
    const bulk = await open();
    const created = await create(bulk, { operation: 'insert', columnDelimiter: 'SEMICOLON', lineEnding: 'CRLF' });
    const id = idOf(created);
    await upload(bulk, id, 'LastName;Company\r\nDoe;"Acme; Inc"\r\n');
    await setState(bulk, id, 'UploadComplete');
    bulk.clock.advance(2 * STEP_MS);
    const { text, headers } = await bulk.client.send('GET', `/jobs/ingest/${id}/successfulResults`);
    expect(text).toMatch(/^"sf__Id";"sf__Created";"LastName";"Company"\r\n"00Q\w{15}";"true";"Doe";"Acme; Inc"\r\n$/);
    expect(headers.get('content-type')).toBe('text/csv');
  });

  it.each([
    ['aborted before its data came', 'Open'],
    ['aborted while it waits', 'UploadComplete'],
    ['aborted in progress', 'InProgress'],
  ])('saves nothing when it is %s', async (_title, state) => {
    const bulk = await open();
    const id = idOf(await create(bulk, { operation: 'insert' }));
    await upload(bulk, id, 'LastName,Company\nDoe,Acme\n');
    if (state !== 'Open') await setState(bulk, id, 'UploadComplete');
    if (state === 'InProgress') bulk.clock.advance(STEP_MS);
    expect(await info(bulk, id)).toMatchObject({ state });
    expect(await setState(bulk, id, 'Aborted')).toMatchObject({ status: 200, json: { state: 'Aborted' } });
    bulk.clock.advance(2 * STEP_MS);
    expect(await results(bulk, id, 'unprocessedrecords')).toEqual(['"LastName","Company"', '"Doe","Acme"']);
    expect(await bulk.client.query('SELECT Id FROM Lead')).toEqual([]);
  });

  it.each([
    [
      'other line ends than it said',
      'LastName,Company\r\nDoe,Acme\r\n',
      'ClientInputError : LineEnding is invalid on user data. Current LineEnding setting is LF',
    ],
    ['a column that the object does not have', 'LastName,Shoe\nDoe,46\n', 'InvalidBatch : Field name not found : Shoe'],
    ['a broken row', 'LastName,Company\n"Doe,Acme\n', 'InvalidBatch : Failed to parse CSV'],
    ['no rows at all', ' ', 'ClientInputError : Unable to find any data to create batch'],
  ])('fails as a whole with %s', async (_title, csv, message) => {
    const bulk = await open();
    const id = idOf(await create(bulk, { operation: 'insert' }));
    await upload(bulk, id, csv);
    await setState(bulk, id, 'UploadComplete');
    bulk.clock.advance(2 * STEP_MS);
    expect(await info(bulk, id)).toMatchObject({ state: 'Failed', errorMessage: expect.stringContaining(message) });
    expect(await bulk.client.query('SELECT Id FROM Lead')).toEqual([]);
  });

  it('needs the column that says which record is meant', async () => {
    const bulk = await open();
    const id = await run(bulk, { operation: 'update' }, 'Title', 'CTO');
    expect(await info(bulk, id)).toMatchObject({
      state: 'Failed',
      errorMessage: 'InvalidBatch : Field name not found : Id',
    });
  });

  it('is listed with the others, and gone once deleted', async () => {
    const bulk = await open();
    const [one, two] = [
      await run(bulk, { operation: 'insert' }, 'LastName', 'x'),
      idOf(await create(bulk, { operation: 'insert' })),
    ];
    const list = async (search = '') => (await bulk.client.send('GET', `/jobs/ingest${search}`)).json;
    expect(await list()).toMatchObject({ done: true, nextRecordsUrl: null, records: [{ id: one }, { id: two }] });
    expect(await list('?jobType=Classic')).toMatchObject({ records: [] });
    expect((await bulk.client.send('DELETE', `/jobs/ingest/${one}`)).status).toBe(204);
    expect((await bulk.client.send('GET', `/jobs/ingest/${one}`)).status).toBe(404);
    expect(firstError(await bulk.client.send('DELETE', `/jobs/ingest/${two}`))).toMatchObject({
      errorCode: 'INVALIDJOBSTATE',
    });
  });

  it.each([
    ['an unknown object', { object: 'Nothing', operation: 'insert' }, 'INVALIDENTITY'],
    ['an object that is only read', { object: 'User', operation: 'insert' }, 'INVALIDENTITY'],
    ['an unknown operation', { operation: 'merge' }, 'JSON_PARSER_ERROR'],
    ['hardDelete', { operation: 'hardDelete' }, 'FEATURENOTENABLED'],
    ['an upsert without a key', { operation: 'upsert' }, 'INVALIDJOB'],
    ['an upsert by a field that is no key', { operation: 'upsert', externalIdFieldName: 'City' }, 'NOT_FOUND'],
    ['another format', { operation: 'insert', contentType: 'XML' }, 'JSON_PARSER_ERROR'],
    ['an unknown delimiter', { operation: 'insert', columnDelimiter: ',' }, 'JSON_PARSER_ERROR'],
    ['an unknown property', { operation: 'insert', query: 'x' }, 'JSON_PARSER_ERROR'],
  ])('is refused with %s', async (_title, job, errorCode) => {
    const reply = await create(await open(), job);
    expect(reply.status).toBeGreaterThanOrEqual(400);
    expect(firstError(reply)).toMatchObject({ errorCode });
  });

  it('takes its data once, as CSV, and only while it is open', async () => {
    const bulk = await open();
    const id = idOf(await create(bulk, { operation: 'insert' }));
    const csv = 'LastName,Company\nDoe,Acme\n';
    expect((await upload(bulk, id, csv, { 'content-type': 'application/json' })).status).toBe(415);
    expect((await upload(bulk, id, csv, { 'content-type': 'text/csv; charset=UTF-8' })).status).toBe(201);
    expect(firstError(await upload(bulk, id, csv))).toMatchObject({
      errorCode: 'CLIENTINPUTERROR',
      message: expect.stringContaining(`Found multiple contents for job: <${id}>`),
    });
    await setState(bulk, id, 'UploadComplete');
    expect(firstError(await upload(bulk, id, csv))).toMatchObject({ errorCode: 'INVALIDJOBSTATE' });
    expect(firstError(await setState(bulk, id, 'UploadComplete'))).toMatchObject({ errorCode: 'INVALIDJOBSTATE' });
    expect(firstError(await setState(bulk, id, 'Open'))).toMatchObject({ errorCode: 'JSON_PARSER_ERROR' });
  });

  it('takes no more than 150 MB', async () => {
    const { client } = await open();
    const status = await new Promise((resolve, reject) => {
      const headers = { ...CSV, authorization: `Bearer ${client.token}`, 'content-length': 150 * 1024 * 1024 + 1 };
      const address = `${client.url}/services/data/v67.0/jobs/ingest/750000000000001/batches`;
      const sent = request(address, { method: 'PUT', headers }, (response) => {
        resolve(response.statusCode);
        sent.destroy();
      });
      sent.on('error', reject);
      sent.flushHeaders();
    });
    expect(status).toBe(413);
  });

  it('is no part of a composite request', async () => {
    const { client } = await open();
    const url = '/services/data/v67.0/jobs/ingest';
    const compositeRequest = [{ method: 'GET', url, referenceId: 'jobs' }];
    const { json } = await client.send('POST', '/composite', { compositeRequest });
    expect(json).toMatchObject({ compositeResponse: [{ httpStatusCode: 404 }] });
  });
});

describe('a query job', () => {
  const ask = ({ client }: Bulk, body: Json) => client.send('POST', '/jobs/query', body);

  it('answers its rows as CSV, part by part', async () => {
    const bulk = await open();
    for (const name of ['A', 'B', 'C'])
      await bulk.client.createLead({ LastName: name, Title: name === 'B' ? '"x"' : null });
    const query = 'SELECT Name, Title, Owner.Username, IsConverted FROM Lead ORDER BY Name';
    const created = await ask(bulk, { operation: 'query', query });
    expect(created.json).toMatchObject({ object: 'Lead', operation: 'query', state: 'UploadComplete' });
    const path = `/jobs/query/${idOf(created)}`;
    expect(firstError(await bulk.client.send('GET', `${path}/results`))).toMatchObject({
      errorCode: 'INVALIDJOBSTATE',
    });
    bulk.clock.advance(STEP_MS);
    expect((await bulk.client.send('GET', path)).json).toMatchObject({ state: 'InProgress' });
    bulk.clock.advance(STEP_MS);
    expect((await bulk.client.send('GET', path)).json).toMatchObject({
      state: 'JobComplete',
      jobType: 'V2Query',
      numberRecordsProcessed: 3,
    });
    const first = await bulk.client.send('GET', `${path}/results?maxRecords=2`);
    expect(first.text).toBe(
      '"Name","Title","Owner.Username","IsConverted"\n"A","","a@b.example","false"\n"B","""x""","a@b.example","false"\n',
    );
    const locator = String(first.headers.get('sforce-locator'));
    expect(first.headers.get('sforce-numberofrecords')).toBe('2');
    const second = await bulk.client.send('GET', `${path}/results?maxRecords=2&locator=${locator}`);
    expect([second.text.split('\n')[1], second.headers.get('sforce-locator')]).toEqual([
      '"C","","a@b.example","false"',
      'null',
    ]);
  });

  it('sees deleted rows with queryAll', async () => {
    const bulk = await open();
    await bulk.client.send('DELETE', `/sobjects/Lead/${await bulk.client.createLead()}`);
    const counts = [];
    for (const operation of ['query', 'queryAll']) {
      const id = idOf(await ask(bulk, { operation, query: 'SELECT Id FROM Lead' }));
      bulk.clock.advance(2 * STEP_MS);
      counts.push(((await bulk.client.send('GET', `/jobs/query/${id}`)).json as Json)['numberRecordsProcessed']);
    }
    expect(counts).toEqual([0, 1]);
  });

  it('can be aborted, listed and deleted', async () => {
    const bulk = await open();
    const id = idOf(await ask(bulk, { operation: 'query', query: 'SELECT Id FROM Lead' }));
    const path = `/jobs/query/${id}`;
    expect((await bulk.client.send('DELETE', path)).status).toBe(400);
    expect((await bulk.client.send('PATCH', path, { state: 'Aborted' })).json).toMatchObject({ state: 'Aborted' });
    expect((await bulk.client.send('GET', '/jobs/query')).json).toMatchObject({ records: [{ id, state: 'Aborted' }] });
    expect((await bulk.client.send('DELETE', path)).status).toBe(204);
    expect((await bulk.client.send('GET', path)).status).toBe(404);
  });

  it.each([
    ['no query', {}, 'MALFORMED_QUERY'],
    ['a query that cannot be read', { query: 'SELECT' }, 'MALFORMED_QUERY'],
    ['an unknown column', { query: 'SELECT Shoe FROM Lead' }, 'INVALID_FIELD'],
    ['an aggregate', { query: 'SELECT COUNT(Id) FROM Lead' }, 'FEATURENOTENABLED'],
  ])('is refused with %s', async (_title, body, errorCode) => {
    const reply = await ask(await open(), { operation: 'query', ...body });
    expect([reply.status, firstError(reply)]).toMatchObject([400, { errorCode }]);
  });
});
