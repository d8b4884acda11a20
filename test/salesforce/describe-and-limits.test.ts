/** What the org tells about its Lead and its limits. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { parseLimitInfo } from '../../src/salesforce/limit-info.ts';
import type { SalesforceLeads } from '../../src/salesforce/leads.ts';
import type { SalesforceEvent } from '../../src/salesforce/options.ts';
import { createClient, startStub, type Reply, type Stub } from './stub.ts';

let stub: Stub;
let leads: SalesforceLeads;
let events: SalesforceEvent[];

async function start(reply: Reply): Promise<void> {
  stub = await startStub(() => reply);
  ({ leads, events } = createClient(stub.url));
}

afterEach(async () => {
  leads.close();
  await stub.close();
});

describe('Sforce-Limit-Info', () => {
  it.each([
    ['api-usage=10018/100000', { used: 10_018, max: 100_000 }],
    ['api-usage=18/5000; per-app-api-usage=17/250(appName=sample-connected-app)', { used: 18, max: 5000 }],
    ['api-bursts=1/2; api-usage=3/4', { used: 3, max: 4 }],
    ['per-app-api-usage=17/250(appName=x)', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%s counts as %j', async (header, usage) => {
    await start({ body: {} });
    expect(parseLimitInfo(header)).toEqual(usage);
  });

  it('is told with each answer, refusals included', async () => {
    const body = [{ errorCode: 'REQUEST_LIMIT_EXCEEDED', message: 'TotalRequests Limit exceeded.' }];
    await start({ status: 403, headers: { 'Sforce-Limit-Info': 'api-usage=15000/15000' }, body });
    expect(await leads.limits()).toMatchObject({ kind: 'failed', fault: { code: 'REQUEST_LIMIT_EXCEEDED' } });
    expect(events).toContainEqual({ kind: 'quota', used: 15_000, max: 15_000 });
  });
});

describe('limits', () => {
  it('come by the names that Salesforce gives them', async () => {
    await start({ body: { DailyApiRequests: { Max: 15_000, Remaining: 14_998 }, Odd: 'x', Half: { Max: 1 } } });
    expect(await leads.limits()).toEqual({
      kind: 'limits',
      limits: { DailyApiRequests: { max: 15_000, remaining: 14_998 } },
    });
    expect(stub.apiCalls[0]?.path).toBe('/services/data/v67.0/limits');
  });

  it('that do not come in JSON are an unexpected response', async () => {
    await start({ body: 'nonsense' });
    expect(await leads.limits()).toMatchObject({ kind: 'failed', fault: { code: 'UNEXPECTED_RESPONSE' } });
  });
});

describe('the description of Lead', () => {
  it('tells of each field what a mapping must heed', async () => {
    const field = {
      name: 'LeadSource',
      label: 'Lead Source',
      type: 'picklist',
      length: 40,
      createable: true,
      updateable: true,
      filterable: true,
      nillable: true,
      defaultedOnCreate: false,
      externalId: false,
      unique: false,
      caseSensitive: false,
      restrictedPicklist: true,
    };
    const picklistValues = [
      { active: true, value: 'Web' },
      { active: false, value: 'Fax' },
    ];
    await start({
      body: { name: 'Lead', fields: [{ ...field, soapType: 'xsd:string', picklistValues }, { name: 'Id' }] },
    });
    const description = await leads.describeLead();
    expect(stub.apiCalls[0]?.path).toBe('/services/data/v67.0/sobjects/Lead/describe');
    expect(description).toMatchObject({
      kind: 'described',
      fields: [
        { ...field, picklistValues: ['Web'] },
        { name: 'Id', length: 0, createable: false, picklistValues: [] },
      ],
    });
  });

  it.each<[string, Reply, string]>([
    ['refused', { status: 404, body: [{ errorCode: 'NOT_FOUND', message: 'gone' }] }, 'NOT_FOUND'],
    ['no description', { body: {} }, 'UNEXPECTED_RESPONSE'],
  ])('that is %s is a fault', async (_, reply, code) => {
    await start(reply);
    expect(await leads.describeLead()).toMatchObject({ kind: 'failed', fault: { code, committed: 'no' } });
  });
});
