/** Finding Leads with as few queries as a URI allows, whatever the values hold. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { SalesforceLeads } from '../../src/salesforce/leads.ts';
import type { SalesforceEvent } from '../../src/salesforce/options.ts';
import { createClient, createPlainClient, LATER, leadId, startStub, type Reply, type Seen, type Stub } from './stub.ts';

let stub: Stub;
let leads: SalesforceLeads;
let events: SalesforceEvent[];
let api: (seen: Seen) => Reply;

const NOTHING: Reply = { body: { totalSize: 0, done: true, records: [] } };

beforeEach(async () => {
  api = () => NOTHING;
  stub = await startStub((seen) => api(seen));
  ({ leads, events } = createClient(stub.url));
});

afterEach(async () => {
  leads.close();
  await stub.close();
});

const queries = (): (string | null)[] => stub.apiCalls.map(({ path }) => soqlOf(path));

const soqlOf = (path: string): string | null => new URL(path, 'http://stub').searchParams.get('q');

const parts = (body: string): { url: string }[] =>
  (JSON.parse(body) as { compositeRequest: { url: string }[] }).compositeRequest;

/** Answers every part of a composite call. */
const answerParts =
  (reply: Reply) =>
  (seen: Seen): Reply =>
    seen.method === 'GET'
      ? reply
      : {
          body: {
            compositeResponse: parts(seen.body).map(() => ({ httpStatusCode: reply.status ?? 200, body: reply.body })),
          },
        };

const addresses = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, n) => `user-${String(n).padStart(4, '0')}@subsidiary.example.com`);

describe('a query', () => {
  it('asks for each e-mail address once, whatever its case', async () => {
    await leads.find({ field: 'Email' }, ['Ada@example.com', 'ada@EXAMPLE.com', 'bob@example.com'], LATER);
    expect(queries()).toEqual([
      "SELECT Id, IsConverted, SCIM_Id__c, Email FROM Lead WHERE Email IN ('ada@EXAMPLE.com','bob@example.com')",
    ]);
  });

  it('asks for external ids in their field', async () => {
    await leads.find('externalId', ['a', 'b'], LATER);
    expect(queries()).toEqual(["SELECT Id, IsConverted, SCIM_Id__c FROM Lead WHERE SCIM_Id__c IN ('a','b')"]);
  });

  it('asks for ids as they are, for their case matters, and leaves out what is none', async () => {
    await leads.find('id', ['00Q00000000000a', '00Q00000000000A', leadId(1), "x' OR Id != '"], LATER);
    expect(queries()).toEqual([
      `SELECT Id, IsConverted, SCIM_Id__c FROM Lead WHERE Id IN ('00Q00000000000a','00Q00000000000A','${leadId(1)}')`,
    ]);
  });

  it.each([
    ['no values', []],
    ['empty values, which would match every Lead without an address', ['', '  ']],
    ['values longer than the field', [`${'x'.repeat(80)}@example.com`]],
  ])('is not sent for %s', async (_, values) => {
    expect(await leads.find({ field: 'Email' }, values, LATER)).toEqual({ kind: 'found', leads: [] });
    expect(stub.tokenCalls).toHaveLength(0);
  });

  it('by external id in an org without such a field is a mistake of the caller', async () => {
    const { leads: without } = createPlainClient(stub.url);
    await expect(without.find('externalId', ['a'], LATER)).rejects.toThrow(TypeError);
    without.close();
  });

  it('stays one literal for each value, below 4 kB alone and 12 kB in a body, whatever is asked for', async () => {
    api = answerParts(NOTHING);
    const value = fc.oneof(
      fc.emailAddress(),
      fc.string({ unit: 'binary', maxLength: 80 }),
      fc.constant("') OR (Id != '"),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(value, { maxLength: 200 }), async (values) => {
        const before = stub.apiCalls.length;
        expect((await leads.find({ field: 'Email' }, values, LATER)).kind).toBe('found');
        for (const { method, path, body } of stub.apiCalls.slice(before)) {
          expect(path.length).toBeLessThan(4_100);
          for (const url of method === 'GET' ? [path] : parts(body).map((part) => part.url)) {
            expect(url.length).toBeLessThan(12_000);
            expect(soqlOf(url)).toMatch(
              /^SELECT [\w, ]+ FROM Lead WHERE Email IN \('(\\.|[^'\\])*'(,'(\\.|[^'\\])*')*\)$/su,
            );
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  it('for 1,000 addresses is four queries in one call', async () => {
    api = answerParts(NOTHING);
    await leads.find({ field: 'Email' }, addresses(1000), LATER);
    expect(stub.apiCalls).toHaveLength(1);
    expect(parts(stub.apiCalls[0]?.body ?? '').map(({ url }) => url.length < 12_000)).toEqual([true, true, true, true]);
  });

  it('for 200 addresses is one call, whose URI no proxy refuses for its length', async () => {
    api = answerParts(NOTHING);
    await leads.find({ field: 'Email' }, addresses(200), LATER);
    expect(stub.apiCalls).toHaveLength(1);
    expect(stub.apiCalls[0]).toMatchObject({ method: 'POST', path: '/services/data/v67.0/composite' });
    expect(parts(stub.apiCalls[0]?.body ?? '')).toHaveLength(1);
  });

  it.each([414, 431])('that a proxy refuses with %i for its length is sent in a body', async (status) => {
    const answer = answerParts(NOTHING);
    api = (seen) => (seen.method === 'GET' ? { status, body: '<html>too long</html>' } : answer(seen));
    expect(await leads.find({ field: 'Email' }, addresses(5), LATER)).toEqual({ kind: 'found', leads: [] });
    expect(stub.apiCalls.map(({ method }) => method)).toEqual(['GET', 'POST']);
    expect(parts(stub.apiCalls[1]?.body ?? '').map(({ url }) => url)).toEqual([stub.apiCalls[0]?.path]);
  });

  it.each([413, 414, 431])('that a proxy refuses with %i in a body too says nothing of the Leads', async (status) => {
    api = () => ({ status, body: '<html>too long</html>' });
    expect(await leads.find({ field: 'Email' }, addresses(200), LATER)).toMatchObject({
      kind: 'failed',
      fault: { scope: 'request', status, code: 'QUERY_TOO_LONG', committed: 'no' },
    });
    expect(stub.apiCalls).toHaveLength(1);
  });

  it('whose part is refused finds nobody and says so, and nothing can have been written', async () => {
    const refused = [{ errorCode: 'QUERY_TIMEOUT', message: 'Your query request was running for too long.' }];
    api = ({ body }) => ({
      body: {
        compositeResponse: parts(body).map((_, at) =>
          at === 1 ? { httpStatusCode: 400, body: refused } : { httpStatusCode: 200, body: NOTHING.body },
        ),
      },
    });
    const values = Array.from({ length: 1000 }, (_, n) => `user-${n}@subsidiary.example.com`);
    expect(await leads.find({ field: 'Email' }, values, LATER)).toMatchObject({
      kind: 'failed',
      fault: { code: 'QUERY_TIMEOUT', committed: 'no' },
    });
  });
});

describe('the answer to a query', () => {
  it('becomes Leads, with what is empty left out', async () => {
    api = () => ({
      body: {
        totalSize: 3,
        done: true,
        records: [
          {
            attributes: { type: 'Lead' },
            Id: leadId(1),
            Email: 'Ada@example.com',
            IsConverted: false,
            SCIM_Id__c: 'u1',
          },
          {
            attributes: { type: 'Lead' },
            Id: leadId(2),
            Email: 'ada@example.com',
            IsConverted: true,
            SCIM_Id__c: null,
          },
          { attributes: { type: 'Lead' }, Id: leadId(3), Email: null, IsConverted: false, SCIM_Id__c: 'u3' },
        ],
      },
    });
    expect(await leads.find({ field: 'Email' }, ['ada@example.com'], LATER)).toEqual({
      kind: 'found',
      leads: [
        { leadId: leadId(1), value: 'Ada@example.com', externalId: 'u1', isConverted: false },
        { leadId: leadId(2), value: 'ada@example.com', isConverted: true },
        { leadId: leadId(3), externalId: 'u3', isConverted: false },
      ],
    });
    expect(events.at(-1)).toMatchObject({ kind: 'call', method: 'GET', resource: 'query', records: 3 });
  });

  it('is followed page by page', async () => {
    const next = '/services/data/v67.0/query/0r8xx000000001-2000';
    const page = (n: number): unknown => ({ Id: leadId(n), Email: `u${n}@example.com`, IsConverted: false });
    api = ({ path }) =>
      path === next
        ? { body: { totalSize: 2, done: true, records: [page(2)] } }
        : { body: { totalSize: 2, done: false, nextRecordsUrl: next, records: [page(1)] } };
    expect(await leads.find({ field: 'Email' }, ['u1@example.com', 'u2@example.com'], LATER)).toMatchObject({
      leads: [{ leadId: leadId(1) }, { leadId: leadId(2) }],
    });
  });

  it.each([['https://evil.example.com/query/1'], [undefined], ['evil.example.com']])(
    'is refused when the next page is at %s',
    async (nextRecordsUrl) => {
      api = () => ({ body: { done: false, nextRecordsUrl, records: [] } });
      expect(await leads.find({ field: 'Email' }, ['a@example.com'], LATER)).toMatchObject({
        kind: 'failed',
        fault: { code: 'UNEXPECTED_RESPONSE', committed: 'no' },
      });
    },
  );

  it('never takes the token to another host, even for a next page of //host', async () => {
    const next = '//192.0.2.1/query/1';
    api = ({ path }) => (path === next ? NOTHING : { body: { done: false, nextRecordsUrl: next, records: [] } });
    expect(await leads.find({ field: 'Email' }, ['a@example.com'], LATER)).toEqual({ kind: 'found', leads: [] });
  });

  it.each<[string, Reply]>([
    ['a page for people', { headers: { 'content-type': 'text/html' }, body: '<h1>Hello</h1>' }],
    ['an object without records', { body: { done: true } }],
  ])('is refused when it is %s', async (_, reply) => {
    api = () => reply;
    expect(await leads.find({ field: 'Email' }, ['a@example.com'], LATER)).toMatchObject({
      kind: 'failed',
      fault: { scope: 'request', status: 200, code: 'UNEXPECTED_RESPONSE', committed: 'no' },
    });
  });

  it('is given up at the first chunk that fails', async () => {
    api = () => ({ status: 400, body: [{ errorCode: 'QUERY_TIMEOUT', message: 'too long' }] });
    const values = Array.from({ length: 1000 }, (_, n) => `user-${n}@subsidiary.example.com`);
    expect(await leads.find({ field: 'Email' }, values, LATER)).toMatchObject({
      kind: 'failed',
      fault: { code: 'QUERY_TIMEOUT' },
    });
    expect(stub.apiCalls).toHaveLength(1);
  });
});
