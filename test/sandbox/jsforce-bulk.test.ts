/** Bulk API 2.0, logins and errors as jsforce, an independent client, sees them. */
import { describe, expect, it } from '@jest/globals';
import { Connection } from 'jsforce';
import type { SandboxConfig } from '../../src/sandbox/config.ts';
import { start, type Client } from './support.ts';

const POLLING = { pollInterval: 10, pollTimeout: 5000 };
const LEADS = [
  { LastName: 'One', Company: 'Acme', SCIM_Id__c: 'u1' },
  { LastName: 'Two', Company: 'Acme, "Inc"', SCIM_Id__c: 'u2' },
];

async function open(config: Partial<SandboxConfig> = {}): Promise<{ connection: Connection; client: Client }> {
  const client = await start({ config: { bulkStepMs: 5, ...config } });
  const oauth2 = { loginUrl: client.url, clientId: 'app', clientSecret: 'secret' };
  const connection = new Connection({ oauth2, version: '67.0' });
  connection.bulk2.pollInterval = POLLING.pollInterval;
  await connection.login('admin@acme.example', 'password+token');
  return { connection, client };
}

describe('jsforce bulk2', () => {
  it('lives the whole life of an ingest job, step by step', async () => {
    const { connection } = await open();
    const job = connection.bulk2.createJob({ object: 'Lead', operation: 'insert' });
    const opened = await job.open();
    expect(opened).toMatchObject({ state: 'Open', object: 'Lead', operation: 'insert', lineEnding: 'LF' });
    await job.uploadData([...LEADS, { LastName: 'Bad', Company: '', SCIM_Id__c: 'u3' }]);
    await job.close();
    expect(job.getInfo()).toMatchObject({ state: 'UploadComplete' });
    await job.poll(POLLING.pollInterval, POLLING.pollTimeout);
    expect(await job.check()).toMatchObject({
      state: 'JobComplete',
      numberRecordsProcessed: 3,
      numberRecordsFailed: 1,
    });
    const { successfulResults, failedResults, unprocessedRecords } = await job.getAllResults();
    expect(successfulResults).toMatchObject([
      { sf__Id: expect.stringMatching(/^00Q/), sf__Created: 'true', LastName: 'One' },
      { sf__Created: 'true', Company: 'Acme, "Inc"' },
    ]);
    expect(failedResults).toMatchObject([
      { sf__Error: expect.stringContaining('REQUIRED_FIELD_MISSING'), LastName: 'Bad' },
    ]);
    expect(unprocessedRecords).toEqual([]);
    await job.delete();
    await expect(job.check()).rejects.toMatchObject({ errorCode: 'NOT_FOUND' });
  });

  it('upserts, updates and deletes with one call each', async () => {
    const { connection } = await open();
    const load = (
      operation: 'upsert' | 'update' | 'delete',
      input: Record<string, string>[],
      externalIdFieldName?: string,
    ) =>
      connection.bulk2.loadAndWaitForResults({
        object: 'Lead',
        operation,
        input,
        ...POLLING,
        ...(externalIdFieldName !== undefined && { externalIdFieldName }),
      });
    const { successfulResults: saved } = await load('upsert', LEADS, 'SCIM_Id__c');
    const Ids = saved.map((row) => row.sf__Id);
    const again = await load('upsert', LEADS, 'SCIM_Id__c');
    expect(again.successfulResults.map((row) => [row['sf__Id'], row['sf__Created']])).toEqual(
      Ids.map((id) => [id, 'false']),
    );
    await load(
      'update',
      Ids.map((Id) => ({ Id, Title: 'CTO' })),
    );
    expect(await connection.sobject('Lead').find({ Title: 'CTO' })).toHaveLength(2);
    await load(
      'delete',
      Ids.map((Id) => ({ Id })),
    );
    expect(await connection.sobject('Lead').find()).toEqual([]);
  });

  it('aborts a job and gets its rows back', async () => {
    const { connection } = await open({ bulkStepMs: 60_000 });
    const job = connection.bulk2.createJob({ object: 'Lead', operation: 'insert' });
    await job.open();
    await job.uploadData(LEADS);
    await job.abort();
    expect(await job.check()).toMatchObject({ state: 'Aborted' });
    expect(await job.getUnprocessedRecords()).toMatchObject([{ LastName: 'One' }, { LastName: 'Two' }]);
  });

  it('is told why a job failed', async () => {
    const { connection } = await open();
    const job = connection.bulk2.createJob({ object: 'Lead', operation: 'insert' });
    await job.open();
    await job.uploadData('LastName,Shoe\nOne,46\n');
    await job.close();
    await expect(job.poll(POLLING.pollInterval, POLLING.pollTimeout)).rejects.toThrow(
      'Ingest job failed to complete due to: InvalidBatch : Field name not found : Shoe',
    );
  });

  it('reads a query as a stream of records', async () => {
    const { connection } = await open();
    await connection.sobject('Lead').create(LEADS);
    const stream = await connection.bulk2.query('SELECT LastName, Company FROM Lead ORDER BY LastName', POLLING);
    expect(await stream.toArray()).toEqual([
      { LastName: 'One', Company: 'Acme' },
      { LastName: 'Two', Company: 'Acme, "Inc"' },
    ]);
  });
});

describe('jsforce logins', () => {
  it('logs in and out by SOAP where no OAuth client is given', async () => {
    const { url } = await start();
    const connection = new Connection({ loginUrl: url, version: '59.0' });
    const { organizationId } = await connection.login('admin@acme.example', 'pass&word<token');
    expect(organizationId).toMatch(/^00D/);
    const { accessToken, instanceUrl } = connection;
    expect(await connection.query('SELECT Id FROM Lead')).toMatchObject({ totalSize: 0 });
    await connection.logout();
    const again = new Connection({ instanceUrl, accessToken: String(accessToken), version: '59.0' });
    await expect(again.query('SELECT Id FROM Lead')).rejects.toMatchObject({ errorCode: 'INVALID_SESSION_ID' });
  });

  it('is refused a SOAP login that is wrong, too new or switched off', async () => {
    const { url, raw } = await start({ config: { users: [{ username: 'a@b.example', password: 'right' }] } });
    const login = (version: string, password: string) =>
      new Connection({ loginUrl: url, version }).login('a@b.example', password);
    await expect(login('59.0', 'wrong')).rejects.toThrow('INVALID_LOGIN: Invalid username, password');
    await expect(login('67.0', 'right')).rejects.toThrow('UNSUPPORTED_API_VERSION');
    await raw('PATCH', '/sandbox/config', { soapLogin: false });
    await expect(login('59.0', 'right')).rejects.toThrow('INVALID_LOGIN');
  });

  it('revokes a token, and is told of one that there is not', async () => {
    const { connection } = await open();
    const token = String(connection.accessToken);
    await connection.oauth2.revokeToken(token);
    await expect(connection.oauth2.revokeToken(token)).rejects.toThrow();
    // It logs in again by itself, once.
    expect(await connection.query('SELECT Id FROM Lead')).toMatchObject({ totalSize: 0 });
    expect(connection.accessToken).not.toBe(token);
  });
});

describe('jsforce errors', () => {
  it('raises MULTIPLE_CHOICES with the addresses of the records that share an external id', async () => {
    const { connection } = await open({ externalIdUnique: false });
    const leads = connection.sobject('Lead');
    await leads.create([LEADS[0], LEADS[0]].map((lead) => ({ ...lead })));
    await expect(leads.upsert({ ...LEADS[0] }, 'SCIM_Id__c')).rejects.toMatchObject({ errorCode: 'MULTIPLE_CHOICES' });
  });

  it('raises MULTIPLE_API_ERRORS when a record has several faults', async () => {
    const { connection } = await open();
    const bad = { ...LEADS[0], City: 'x'.repeat(41), Email: 'nobody' };
    await expect(connection.sobject('Lead').create(bad)).rejects.toMatchObject({ errorCode: 'MULTIPLE_API_ERRORS' });
  });
});

describe('jsforce on what changed', () => {
  it('is told the updated and the deleted records of a span of time', async () => {
    const { connection } = await open();
    const leads = connection.sobject('Lead');
    const [kept, gone] = (await leads.create(LEADS)).map(({ id }) => String(id));
    await leads.destroy(String(gone));
    const [from, to] = [new Date(Date.now() - 60_000), new Date(Date.now() + 60_000)];
    expect(await leads.updated(from, to)).toMatchObject({ ids: [kept] });
    expect(await leads.deleted(from, to)).toMatchObject({ deletedRecords: [{ id: gone }] });
    const all = await connection.query('SELECT Id FROM Lead WHERE IsDeleted = true', { scanAll: true });
    expect(all.records).toMatchObject([{ Id: gone }]);
  });

  it('pages with the batch size it asks for', async () => {
    const { connection } = await open();
    for (const batch of [0, 1])
      await connection.sobject('Lead').create(
        Array.from({ length: 150 }, (_, at) => ({ LastName: `L${batch * 150 + at}`, Company: 'Acme' })),
        { allowRecursive: true },
      );
    const options = { headers: { 'Sforce-Query-Options': 'batchSize=200' } };
    const first = await connection.query('SELECT Id FROM Lead', options);
    expect([first.done, first.records.length]).toEqual([false, 200]);
    const all = await connection.query('SELECT Id FROM Lead', { ...options, autoFetch: true, maxFetch: 1000 });
    expect(all.records).toHaveLength(300);
  });

  it('fills a campaign', async () => {
    const { connection } = await open();
    const lead = await connection.sobject('Lead').create({ ...LEADS[0] });
    const campaign = await connection.sobject('Campaign').upsert({ Name: 'Spring', SCIM_Id__c: 'g1' }, 'SCIM_Id__c');
    const members = connection.sobject('CampaignMember');
    const member = { CampaignId: String(campaign.id), LeadId: String(lead.id), Status: 'Responded' };
    expect(await members.create(member)).toMatchObject({ success: true });
    await expect(members.create(member)).rejects.toMatchObject({ errorCode: 'DUPLICATE_VALUE' });
    const { records } = await connection.query('SELECT HasResponded, Campaign.Name FROM CampaignMember');
    expect(records).toMatchObject([{ HasResponded: true, Campaign: { Name: 'Spring' } }]);
  });
});
