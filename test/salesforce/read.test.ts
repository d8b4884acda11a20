/** Reading Leads with what they hold: by id, and page by page. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { SalesforceLeads } from '../../src/salesforce/leads.ts';
import {
  createClient,
  createPlainClient,
  LATER,
  leadId,
  NOW,
  startStub,
  type Reply,
  type Seen,
  type Stub,
} from './stub.ts';

let stub: Stub;
let leads: SalesforceLeads;
let api: (seen: Seen) => Reply;

const rows = (records: readonly object[], more: object = {}): Reply => ({
  body: { totalSize: records.length, done: true, records, ...more },
});

beforeEach(async () => {
  api = () => rows([]);
  stub = await startStub((seen) => api(seen));
  ({ leads } = createClient(stub.url));
});

afterEach(async () => {
  leads.close();
  await stub.close();
});

const asked = (): (string | null)[] =>
  stub.apiCalls.map(({ path }) => {
    const { pathname, searchParams } = new URL(path, 'http://stub');
    return `${pathname.split('/').at(-1) ?? ''}: ${searchParams.get('q') ?? ''}`;
  });

describe('reading by id', () => {
  it('asks for each id and each field once, whatever the case of the field', async () => {
    await leads.readLeads([leadId(1), leadId(2), leadId(1)], ['Title', 'scim_id__c', 'TITLE'], LATER);
    expect(asked()).toEqual([
      `query: SELECT Id, IsConverted, scim_id__c, TITLE FROM Lead WHERE Id IN ('${leadId(1)}','${leadId(2)}')`,
    ]);
  });

  it('gives each field that was asked for, null where it is empty or no simple value', async () => {
    const Address = { city: 'York' };
    api = () => rows([{ attributes: {}, Id: leadId(1), IsConverted: true, SCIM_Id__c: 'a', Title: 'Boss', Address }]);
    expect(await leads.readLeads([leadId(1)], ['title', 'City', 'Address'], LATER)).toEqual({
      kind: 'page',
      total: 1,
      leads: [
        {
          leadId: leadId(1),
          externalId: 'a',
          isConverted: true,
          isDeleted: false,
          fields: { title: 'Boss', City: null, Address: null },
        },
      ],
    });
  });

  it('sends nothing when there is nothing to read', async () => {
    expect(await leads.readLeads([], ['Title'], LATER)).toEqual({ kind: 'page', leads: [], total: 0 });
    expect(stub.tokenCalls).toHaveLength(0);
  });

  it('keeps every URI short, however many fields there are', async () => {
    const fields = Array.from({ length: 200 }, (_, index) => `A_rather_long_name_${index}__c`);
    const ids = Array.from({ length: 900 }, (_, index) => leadId(index));
    const partsOf = (body: string) => (JSON.parse(body) as { compositeRequest: { url: string }[] }).compositeRequest;
    api = ({ body }) => {
      const nothing = { httpStatusCode: 200, body: { totalSize: 0, done: true, records: [] } };
      return { body: { compositeResponse: partsOf(body).map(() => nothing) } };
    };
    expect(await leads.readLeads(ids, fields, LATER)).toMatchObject({ kind: 'page', leads: [] });
    const urls = stub.apiCalls.flatMap(({ body }) => partsOf(body).map(({ url }) => url));
    expect(urls.length).toBeGreaterThan(3);
    for (const url of urls) expect(url.length).toBeLessThan(12_000);
  });

  it('tells what Salesforce refused', async () => {
    api = () => ({
      status: 400,
      body: [{ errorCode: 'INVALID_FIELD', message: "No such column 'Nope__c' on entity" }],
    });
    expect(await leads.readLeads([leadId(1)], ['Nope__c'], LATER)).toMatchObject({
      kind: 'failed',
      fault: { code: 'INVALID_FIELD', fields: ['Nope__c'] },
    });
  });
});

describe('listing', () => {
  it('asks for the Leads with an external id, page by page', async () => {
    const next = '/services/data/v67.0/query/01g-2000';
    api = ({ path }) =>
      path === next
        ? rows([{ Id: leadId(2), SCIM_Id__c: 'b' }], { totalSize: 2 })
        : rows([{ Id: leadId(1), SCIM_Id__c: 'a' }], { totalSize: 2, done: false, nextRecordsUrl: next });
    const first = await leads.listLeads({ fields: ['Title'] }, LATER);
    expect(first).toMatchObject({ kind: 'page', total: 2, leads: [{ externalId: 'a' }], next });
    const second = await leads.listLeads({ fields: ['Title'], next }, LATER);
    expect(second).toMatchObject({ total: 2, leads: [{ externalId: 'b' }] });
    expect('next' in second).toBe(false);
    expect(asked()[0]).toBe(
      'query: SELECT Id, IsConverted, IsDeleted, SCIM_Id__c, Title FROM Lead WHERE SCIM_Id__c != null',
    );
  });

  it('asks for changes with those that were deleted', async () => {
    api = () => rows([{ Id: leadId(1), SCIM_Id__c: 'a', IsDeleted: true }]);
    const page = await leads.listLeads({ fields: [], changedSince: NOW }, LATER);
    expect(page).toMatchObject({ leads: [{ isDeleted: true }] });
    expect(asked()).toEqual([
      'queryAll: SELECT Id, IsConverted, IsDeleted, SCIM_Id__c FROM Lead WHERE SCIM_Id__c != null AND SystemModstamp >= 2026-11-23T12:00:00.000Z',
    ]);
  });

  it('of an org without an external-id field tells changes only', async () => {
    const { leads: plain } = createPlainClient(stub.url);
    await plain.listLeads({ fields: ['Title'], changedSince: NOW }, LATER);
    expect(asked()).toEqual([
      'queryAll: SELECT Id, IsConverted, IsDeleted, Title FROM Lead WHERE SystemModstamp >= 2026-11-23T12:00:00.000Z',
    ]);
    await expect(plain.listLeads({ fields: [] }, LATER)).rejects.toThrow(TypeError);
    plain.close();
  });
});
