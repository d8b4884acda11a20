/** Writing Leads: one collection for each kind, and an outcome for each write in its place. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LeadWrite } from '../../src/provisioning/lead-target.ts';
import type { SalesforceLeads } from '../../src/salesforce/leads.ts';
import type { SalesforceEvent } from '../../src/salesforce/options.ts';
import {
  acceptAll,
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
let events: SalesforceEvent[];
let api: (seen: Seen) => Reply;
const clock = { now: NOW };

beforeEach(async () => {
  api = acceptAll;
  stub = await startStub((seen) => api(seen));
  clock.now = NOW;
  ({ leads, events } = createClient(stub.url, { now: () => clock.now }));
});

afterEach(async () => {
  leads.close();
  await stub.close();
});

const sent = (): { line: string; body: unknown }[] =>
  stub.apiCalls.map(({ method, path, body }) => ({
    line: `${method} ${path.replace('/services/data/v67.0/', '')}`,
    body: body === '' ? undefined : (JSON.parse(body) as unknown),
  }));

describe('a write', () => {
  it('of nothing calls nobody', async () => {
    expect(await leads.write([], LATER)).toEqual([]);
    expect(stub.tokenCalls).toHaveLength(0);
  });

  it('upserts with the external id in the record, once, whatever case the mapping gave the name', async () => {
    const fields = { LastName: 'Hopper', scim_id__c: 'other', Id: '00Q', attributes: 'x', Phone: null };
    await leads.write([{ kind: 'upsert', externalId: 'a/b %c', fields }], LATER);
    expect(sent()).toEqual([
      {
        line: 'PATCH composite/sobjects/Lead/SCIM_Id__c',
        body: {
          allOrNone: false,
          records: [{ attributes: { type: 'Lead' }, SCIM_Id__c: 'a/b %c', LastName: 'Hopper', Phone: null }],
        },
      },
    ]);
  });

  it('creates, and says so', async () => {
    api = () => ({ body: [{ id: leadId(1), success: true, errors: [] }] });
    const outcomes = await leads.write([{ kind: 'create', fields: { LastName: 'Hopper', SCIM_Id__c: '7' } }], LATER);
    expect(outcomes).toEqual([{ kind: 'done', leadId: leadId(1), created: true }]);
    expect(sent()).toEqual([
      {
        line: 'POST composite/sobjects',
        body: { allOrNone: false, records: [{ attributes: { type: 'Lead' }, LastName: 'Hopper', SCIM_Id__c: '7' }] },
      },
    ]);
  });

  it('updates the Lead of the id it was given, also when a field is called ID', async () => {
    api = () => ({ body: [{ id: leadId(1), success: true, errors: [] }] });
    const fields = { City: 'Rome', ID: leadId(2), SCIM_Id__c: '7' };
    const outcomes = await leads.write([{ kind: 'update', leadId: leadId(1), fields }], LATER);
    expect(outcomes).toEqual([{ kind: 'done', leadId: leadId(1), created: false }]);
    expect(sent()).toEqual([
      {
        line: 'PATCH composite/sobjects',
        body: {
          allOrNone: false,
          records: [{ attributes: { type: 'Lead' }, id: leadId(1), City: 'Rome', SCIM_Id__c: '7' }],
        },
      },
    ]);
  });

  it('deletes by id, without a body', async () => {
    const outcomes = await leads.write(
      [1, 2].map((n) => ({ kind: 'delete', leadId: leadId(n) })),
      LATER,
    );
    expect(outcomes).toEqual([1, 2].map((n) => ({ kind: 'done', leadId: leadId(n), created: false })));
    const line = `DELETE composite/sobjects?ids=${leadId(1)},${leadId(2)}&allOrNone=false`;
    expect(sent()).toEqual([{ line, body: undefined }]);
  });

  it.each([
    [true, true],
    [false, false],
    [undefined, false],
  ])('that upserts with created %s in the answer has created %s', async (created, expected) => {
    api = () => ({
      body: [{ id: leadId(1), success: true, errors: [], ...(created === undefined ? {} : { created }) }],
    });
    const outcomes = await leads.write([{ kind: 'upsert', externalId: '1', fields: {} }], LATER);
    expect(outcomes).toEqual([{ kind: 'done', leadId: leadId(1), created: expected }]);
  });
});

describe('a batch', () => {
  const kinds = ['create', 'upsert', 'delete', 'update'] as const;
  const writeOf: Record<LeadWrite['kind'], (n: number) => LeadWrite> = {
    create: (n) => ({ kind: 'create', fields: { LastName: String(n) } }),
    upsert: (n) => ({ kind: 'upsert', externalId: String(n), fields: {} }),
    update: (n) => ({ kind: 'update', leadId: leadId(n), fields: {} }),
    delete: (n) => ({ kind: 'delete', leadId: leadId(n) }),
  };
  const mixed = (size: number): LeadWrite[] =>
    Array.from({ length: size }, (_, n) => writeOf[kinds[(n * 7) % 4] ?? 'create'](n));

  /** Gives each record the id of its number, and refuses every fifth. */
  const answerByNumber = ({ method, path, body }: Seen): Reply => {
    const ids = method === 'DELETE' ? new URL(path, 'http://stub').searchParams.get('ids')?.split(',') : undefined;
    const records = ids?.map((id) => ({ id })) ?? (JSON.parse(body) as { records: Record<string, string>[] }).records;
    return { body: records.map((record) => answerRow(record)) };
  };
  const answerRow = (record: Record<string, string>): unknown => {
    const id = record['id'] ?? leadId(Number(record['SCIM_Id__c'] ?? record['LastName']));
    const errors = [{ statusCode: 'UNABLE_TO_LOCK_ROW', message: `locked: ${id}`, fields: [] }];
    return Number(id.slice(3, 15)) % 5 === 0 ? { success: false, errors } : { id, success: true, errors: [] };
  };

  it('of mixed kinds costs one call for each kind, deletes first, and keeps the order of its outcomes', async () => {
    api = answerByNumber;
    const writes = mixed(200);
    const outcomes = await leads.write(writes, LATER);
    expect(stub.apiCalls.map(({ method, path }) => `${method} ${path.split('/').at(-1)?.split('?')[0] ?? ''}`)).toEqual(
      ['DELETE sobjects', 'PATCH sobjects', 'PATCH SCIM_Id__c', 'POST sobjects'],
    );
    outcomes.forEach((outcome, n) => {
      if (n % 5 === 0) expect(outcome).toMatchObject({ fault: { scope: 'record', message: `locked: ${leadId(n)}` } });
      else expect(outcome).toEqual({ kind: 'done', leadId: leadId(n), created: writes[n]?.kind === 'create' });
    });
    expect(outcomes).toHaveLength(200);
  });

  it.each(['create', 'upsert', 'update', 'delete'] as const)('of 200 records of kind %s is one call', async (kind) => {
    const writes = Array.from({ length: 200 }, (_, n) => writeOf[kind](n));
    const outcomes = await leads.write(writes, LATER);
    expect(outcomes.filter((outcome) => outcome.kind === 'done')).toHaveLength(200);
    expect(stub.apiCalls).toHaveLength(1);
    expect(stub.apiCalls[0]?.path.length).toBeLessThan(12_000);
    expect(events.find((event) => event.kind === 'call')).toMatchObject({ status: 200, records: 200 });
  });

  /** Answers each part of a composite call as if it had come alone. */
  const answerParts = (seen: Seen): Reply => {
    if (!seen.path.endsWith('/composite')) return answerByNumber(seen);
    const { compositeRequest: parts } = JSON.parse(seen.body) as { compositeRequest: PartSent[] };
    const compositeResponse = parts.map(({ method, url, body }) => {
      const alone = api({ ...seen, method, path: url, body: JSON.stringify(body) });
      return { httpStatusCode: alone.status ?? 200, body: alone.body };
    });
    return { body: { compositeResponse } };
  };
  interface PartSent {
    method: string;
    url: string;
    httpHeaders: unknown;
    body?: unknown;
  }
  const partsOf = ({ body }: Seen): PartSent[] =>
    (JSON.parse(body) as { compositeRequest?: PartSent[] }).compositeRequest ?? [];

  it('of 2,000 records is one collection, to learn how fast Salesforce is, and then calls of five', async () => {
    api = answerParts;
    const writes = Array.from({ length: 2000 }, (_, n) => writeOf.upsert(n));
    const outcomes = await leads.write(writes, LATER);
    expect(stub.apiCalls.map((seen) => Math.max(1, partsOf(seen).length))).toEqual([1, 5, 4]);
    expect(partsOf(stub.apiCalls[1] as Seen)[0]).toMatchObject({
      method: 'PATCH',
      url: '/services/data/v67.0/composite/sobjects/Lead/SCIM_Id__c',
      httpHeaders: { 'Sforce-Auto-Assign': 'FALSE' },
    });
    outcomes.forEach((outcome, n) =>
      expect(outcome).toMatchObject(n % 5 === 0 ? { kind: 'failed' } : { leadId: leadId(n) }),
    );
    expect(outcomes).toHaveLength(2000);
  });

  it('that Salesforce takes long for is sent by fewer collections', async () => {
    api = (seen) => {
      clock.now += 4_000;
      return answerParts(seen);
    };
    await leads.write(
      Array.from({ length: 1000 }, (_, n) => writeOf.update(n)),
      LATER,
    );
    expect(stub.apiCalls.map((seen) => partsOf(seen).length)).toEqual([0, 0, 0, 0, 0]);
  });

  it('of many kinds keeps the order of its outcomes in composite calls too', async () => {
    api = answerParts;
    const writes = mixed(1000);
    const outcomes = await leads.write(writes, LATER);
    outcomes.forEach((outcome, n) => {
      if (n % 5 === 0) expect(outcome).toMatchObject({ fault: { scope: 'record', message: `locked: ${leadId(n)}` } });
      else expect(outcome).toEqual({ kind: 'done', leadId: leadId(n), created: writes[n]?.kind === 'create' });
    });
    expect(outcomes).toHaveLength(1000);
  });

  it('gives the records of a refused part its fault, and the other parts their outcomes', async () => {
    const refusal = {
      status: 400,
      body: [{ errorCode: 'INVALID_FIELD', message: "No such column 'X__c'", fields: [] }],
    };
    api = (seen) => (seen.method === 'POST' && !seen.path.endsWith('/composite') ? refusal : answerParts(seen));
    const warmUp = Array.from({ length: 201 }, (_, n) => writeOf.update(n));
    const outcomes = await leads.write([...warmUp, writeOf.create(1)], LATER);
    expect(outcomes.at(-1)).toMatchObject({
      fault: { scope: 'request', status: 400, code: 'INVALID_FIELD', committed: 'no' },
    });
    expect(outcomes[1]).toEqual({ kind: 'done', leadId: leadId(1), created: false });
  });

  it('whose composite answer has another number of parts may have been carried out', async () => {
    api = (seen) => (seen.path.endsWith('/composite') ? { body: { compositeResponse: [] } } : answerByNumber(seen));
    const outcomes = await leads.write(
      Array.from({ length: 1000 }, (_, n) => writeOf.update(n)),
      LATER,
    );
    expect(outcomes[200]).toMatchObject({ fault: { code: 'UNEXPECTED_RESPONSE', committed: 'maybe' } });
    expect(outcomes[999]).toMatchObject({ fault: { code: 'UNEXPECTED_RESPONSE', committed: 'maybe' } });
  });

  it('with an upsert for an org without external-id field is a mistake of the caller', async () => {
    const client = createPlainClient(stub.url).leads;
    await expect(client.write([writeOf.upsert(1)], LATER)).rejects.toThrow(
      new TypeError('an upsert needs an external-id field'),
    );
    client.close();
  });

  it('gives every record of a refused call the fault of that call, and the other kinds their own outcome', async () => {
    const message = 'ConcurrentRequests (Concurrent API Requests) Limit exceeded.';
    const refusal = { status: 403, body: [{ message, errorCode: 'REQUEST_LIMIT_EXCEEDED' }] };
    api = (seen) => (seen.method === 'POST' ? refusal : acceptAll(seen));
    const outcomes = await leads.write([writeOf.create(1), writeOf.update(2), writeOf.create(3)], LATER);
    const fault = {
      scope: 'request',
      status: 403,
      code: 'REQUEST_LIMIT_EXCEEDED',
      message,
      fields: [],
      committed: 'no',
    };
    expect(outcomes).toEqual([
      { kind: 'failed', fault },
      { kind: 'done', leadId: leadId(2), created: false },
      { kind: 'failed', fault },
    ]);
  });
});

describe('the delete of a Lead that is gone', () => {
  const gone = (statusCode: string): Reply => ({
    body: [{ success: false, errors: [{ statusCode, message: 'entity is deleted', fields: [] }] }],
  });

  it.each(['ENTITY_IS_DELETED', 'NOT_FOUND', 'INVALID_CROSS_REFERENCE_KEY'])('is done: %s', async (statusCode) => {
    api = () => gone(statusCode);
    expect(await leads.write([{ kind: 'delete', leadId: leadId(1) }], LATER)).toEqual([
      { kind: 'done', leadId: leadId(1), created: false },
    ]);
  });

  it('is not done when the record is refused for another reason', async () => {
    api = () => gone('DELETE_FAILED');
    expect(await leads.write([{ kind: 'delete', leadId: leadId(1) }], LATER)).toMatchObject([
      { kind: 'failed', fault: { scope: 'record', code: 'DELETE_FAILED' } },
    ]);
  });

  it('is not done when the address of the collection was not found', async () => {
    api = () => ({ status: 404, body: [{ errorCode: 'NOT_FOUND', message: 'The requested resource does not exist' }] });
    expect(await leads.write([{ kind: 'delete', leadId: leadId(1) }], LATER)).toMatchObject([
      { kind: 'failed', fault: { scope: 'request', status: 404, code: 'NOT_FOUND' } },
    ]);
  });

  it.each(['update', 'upsert'] as const)('does not excuse an %s', async (kind) => {
    api = () => gone('ENTITY_IS_DELETED');
    const write: LeadWrite =
      kind === 'update'
        ? { kind, leadId: leadId(1), fields: { City: 'Rome' } }
        : { kind, externalId: '1', fields: { City: 'Rome' } };
    expect(await leads.write([write], LATER)).toMatchObject([
      { kind: 'failed', fault: { scope: 'record', code: 'ENTITY_IS_DELETED' } },
    ]);
  });
});
