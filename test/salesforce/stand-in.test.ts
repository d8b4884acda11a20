/** The client against the Salesforce stand-in, which was written without a look at it, over real HTTP. */
import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LeadOutcome, LeadWrite } from '../../src/provisioning/lead-target.ts';
import type { SalesforceLeads } from '../../src/salesforce/leads.ts';
import type { SalesforceAuth, SalesforceEvent, SalesforceOptions } from '../../src/salesforce/options.ts';
import type { SandboxConfig } from '../../src/sandbox/config.ts';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { createClient, createPlainClient, LATER, NOW } from './stub.ts';

let sandbox: Sandbox;
let clients: SalesforceLeads[];
let leads: SalesforceLeads;
let events: SalesforceEvent[];

beforeEach(async () => {
  sandbox = await startSandbox({ host: '127.0.0.1', port: 0, now: () => new Date(NOW) });
  clients = [];
  ({ leads, events } = use(createClient(sandbox.url)));
});

afterEach(async () => {
  clients.forEach((client) => client.close());
  await sandbox.close();
});

function use<T extends { readonly leads: SalesforceLeads }>(client: T): T {
  clients.push(client.leads);
  return client;
}

const clientWith = (options: Partial<SalesforceOptions>): SalesforceLeads =>
  use(createClient(sandbox.url, options)).leads;

async function control(method: string, path: string, body?: unknown): Promise<unknown> {
  const content = { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const response = await fetch(`${sandbox.url}/sandbox/${path}`, { method, ...(body === undefined ? {} : content) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}

const configure = (config: Partial<SandboxConfig>): Promise<unknown> => control('PATCH', 'config', config);
const breakNext = (action: object, match: object = { path: 'composite' }): Promise<unknown> =>
  control('POST', 'faults', [{ match, times: 1, action }]);

type Row = Readonly<Record<string, unknown>>;
const rows = async (): Promise<Row[]> => (await control('GET', 'records/Lead')) as Row[];
const calls = async (): Promise<{ token: number; api: number }> =>
  (await control('GET', 'calls')) as { token: number; api: number };

const person = (n: number | string, more: Row = {}): Record<string, string> => ({
  LastName: `Lovelace ${n}`,
  Company: 'Analytical Engines',
  Email: `ada-${n}@example.com`,
  ...(more as Record<string, string>),
});

const upsert = (n: number, more: Row = {}): LeadWrite => ({
  kind: 'upsert',
  externalId: `user-${n}`,
  fields: person(n, more),
});

async function idOf(outcome: Promise<readonly LeadOutcome[]>): Promise<string> {
  const [first] = await outcome;
  if (first?.kind !== 'done') throw new Error(JSON.stringify(first));
  return first.leadId;
}

describe('the life of a Lead', () => {
  it('is created, changed, cleared, found and deleted', async () => {
    const leadId = await idOf(leads.write([upsert(1, { City: 'London' })], LATER));
    expect(await leads.write([upsert(1, { City: null, Title: 'Countess' })], LATER)).toEqual([
      { kind: 'done', leadId, created: false },
    ]);
    expect(await rows()).toMatchObject([{ Id: leadId, City: null, Title: 'Countess', SCIM_Id__c: 'user-1' }]);
    const found = { leadId, externalId: 'user-1', isConverted: false };
    expect(await leads.find({ field: 'Email' }, ['ADA-1@example.com'], LATER)).toEqual({
      kind: 'found',
      leads: [{ ...found, value: 'ada-1@example.com' }],
    });
    expect(await leads.find('externalId', ['USER-1'], LATER)).toEqual({
      kind: 'found',
      leads: [{ ...found, value: 'user-1' }],
    });
    expect(await leads.find('id', [leadId], LATER)).toEqual({ kind: 'found', leads: [found] });
    expect(await leads.find('id', [leadId.slice(0, 15)], LATER)).toEqual({ kind: 'found', leads: [found] });
    expect(leads.leadUrl(leadId)).toBe(`${sandbox.url}/${leadId}`);
    const remove: LeadWrite = { kind: 'delete', leadId };
    expect(await leads.write([remove], LATER)).toEqual([{ kind: 'done', leadId, created: false }]);
    expect(await leads.write([remove], LATER)).toEqual([{ kind: 'done', leadId, created: false }]);
    expect(await leads.find({ field: 'Email' }, ['ada-1@example.com'], LATER)).toEqual({ kind: 'found', leads: [] });
    expect(await calls()).toMatchObject({ token: 1, api: 9 });
  });

  it('ends when it is converted', async () => {
    const leadId = await idOf(leads.write([upsert(1)], LATER));
    await control('POST', `records/Lead/${leadId}/convert`);
    expect(await leads.write([upsert(1, { City: 'Rome' })], LATER)).toMatchObject([
      { kind: 'failed', fault: { scope: 'record', code: 'CANNOT_UPDATE_CONVERTED_LEAD', committed: 'no' } },
    ]);
    expect(await leads.find('id', [leadId], LATER)).toMatchObject({ leads: [{ leadId, isConverted: true }] });
  });

  it('is traced to the Contact that it became, to the Lead that it was merged into, and into the recycle bin', async () => {
    const [kept, loser, converted, gone, purged] = (await Promise.all(
      [1, 2, 3, 4, 5].map((n) => idOf(leads.write([upsert(n)], LATER))),
    )) as [string, string, string, string, string];
    await control('DELETE', `records/Lead/${purged}`);
    await control('DELETE', 'recycle-bin');
    await control('DELETE', `records/Lead/${gone}`);
    await control('POST', `records/Lead/${kept}/merge`, { losers: [loser] });
    await control('POST', `records/Lead/${converted}/convert`);
    const contact = ((await control('GET', 'records/Contact')) as Row[])[0]?.['Id'];
    const trace = await leads.trace([kept, loser, converted, gone, purged, 'no id'], LATER);
    expect(trace.kind === 'traced' && new Map(trace.leads.map((lead) => [lead.leadId, lead]))).toEqual(
      new Map([
        [kept, { leadId: kept, isDeleted: false, isConverted: false, externalId: 'user-1' }],
        [loser, { leadId: loser, isDeleted: true, isConverted: false, masterId: kept, externalId: 'user-2' }],
        [
          converted,
          { leadId: converted, isDeleted: false, isConverted: true, contactId: contact, externalId: 'user-3' },
        ],
        [gone, { leadId: gone, isDeleted: true, isConverted: false, externalId: 'user-4' }],
      ]),
    );
  });

  it('tells what it holds in some fields, under the names they are asked by, and nothing of a deleted one', async () => {
    const leadId = await idOf(leads.write([upsert(1, { City: 'London' })], LATER));
    const gone = await idOf(leads.write([upsert(2)], LATER));
    await leads.write([{ kind: 'delete', leadId: gone }], LATER);
    expect(await leads.readLeads([leadId, gone], ['City', 'scim_id__c', 'Title'], LATER)).toEqual({
      kind: 'page',
      total: 1,
      leads: [
        {
          leadId,
          externalId: 'user-1',
          isConverted: false,
          isDeleted: false,
          fields: { City: 'London', scim_id__c: 'user-1', Title: null },
        },
      ],
    });
  });

  it('works in an org without external-id field', async () => {
    await configure({ externalIdField: null });
    const { leads: plain } = use(createPlainClient(sandbox.url));
    const leadId = await idOf(plain.write([{ kind: 'create', fields: person(1) }], LATER));
    await plain.write([{ kind: 'update', leadId, fields: { City: 'Rome' } }], LATER);
    expect(await rows()).toMatchObject([{ Id: leadId, City: 'Rome' }]);
    expect(await plain.find({ field: 'Email' }, ['ada-1@example.com'], LATER)).toEqual({
      kind: 'found',
      leads: [{ leadId, value: 'ada-1@example.com', isConverted: false }],
    });
  });

  it('keeps its owner although an assignment rule is active', async () => {
    await configure({ assignmentRuleOwner: '00G000000000001' });
    await leads.write([upsert(1)], LATER);
    expect((await rows())[0]?.['OwnerId']).toMatch(/^005/);
  });
});

describe('a batch', () => {
  it('of 200 records costs one call and keeps its order around the refused ones', async () => {
    const writes = Array.from({ length: 200 }, (_, n) => upsert(n, n % 10 === 0 ? { Email: 'nonsense' } : {}));
    const outcomes = await leads.write(writes, LATER);
    expect(await calls()).toMatchObject({ token: 1, api: 1 });
    const byId = new Map((await rows()).map((row) => [row['Id'], row['SCIM_Id__c']]));
    outcomes.forEach((outcome, n) => {
      if (n % 10 === 0) expect(outcome).toMatchObject({ fault: { code: 'INVALID_EMAIL_ADDRESS', fields: ['Email'] } });
      else expect(outcome.kind === 'done' && byId.get(outcome.leadId)).toBe(`user-${n}`);
    });
    expect(byId.size).toBe(180);
  });

  it('of mixed kinds gives each write its own outcome', async () => {
    const made = await leads.write([upsert(1), upsert(2), upsert(3)], LATER);
    const [first, second, third] = made.map((outcome) => (outcome.kind === 'done' ? outcome.leadId : ''));
    const outcomes = await leads.write(
      [
        { kind: 'create', fields: { LastName: 'No company' } },
        { kind: 'update', leadId: first ?? '', fields: { City: 'Rome' } },
        { kind: 'delete', leadId: second ?? '' },
        upsert(3, { City: 'Paris' }),
        { kind: 'create', fields: person(4) },
        { kind: 'update', leadId: '00Q000000000999AAA', fields: { City: 'Rome' } },
      ],
      LATER,
    );
    expect(outcomes).toMatchObject([
      { fault: { code: 'REQUIRED_FIELD_MISSING', fields: ['Company'] } },
      { leadId: first, created: false },
      { leadId: second, created: false },
      { leadId: third, created: false },
      { kind: 'done', created: true },
      {
        fault: {
          scope: 'record',
          code: expect.stringMatching(/^(INVALID_CROSS_REFERENCE_KEY|MALFORMED_ID)$/) as unknown,
        },
      },
    ]);
  });

  it('with one external id twice has both refused', async () => {
    expect(await leads.write([upsert(1), upsert(1)], LATER)).toMatchObject([
      { fault: { scope: 'record', code: 'DUPLICATE_VALUE' } },
      { fault: { scope: 'record', code: 'DUPLICATE_VALUE' } },
    ]);
  });

  it('frees a unique value before another Lead claims it', async () => {
    const leadId = await idOf(leads.write([upsert(1)], LATER));
    const claim: LeadWrite = { kind: 'create', fields: person(2, { SCIM_Id__c: 'user-1' }) };
    expect(await leads.write([claim, { kind: 'delete', leadId }], LATER)).toMatchObject([
      { kind: 'done', created: true },
      { kind: 'done', created: false },
    ]);
  });

  it('meets the rules of the org', async () => {
    await leads.write([upsert(1)], LATER);
    await configure({ duplicateRule: 'block' });
    const twin: LeadWrite = { kind: 'create', fields: person(1) };
    expect(await leads.write([twin], LATER)).toMatchObject([
      { fault: { scope: 'record', code: 'DUPLICATES_DETECTED', committed: 'no' } },
    ]);
  });
});

describe('values that look like SOQL', () => {
  const odd = [
    "o'hara",
    'back\\slash',
    "\\'",
    'new\nline',
    'tab\there',
    'zoë@例え.jp',
    '😀',
    "') OR (Id != '",
    '%_',
    '"',
  ];

  it('are found as external ids exactly as they were written, and nothing else is', async () => {
    await leads.write([upsert(99)], LATER);
    const outcomes = await leads.write(
      odd.map((externalId, n): LeadWrite => ({ kind: 'upsert', externalId, fields: person(n) })),
      LATER,
    );
    const ids = outcomes.flatMap((outcome) => (outcome.kind === 'done' ? [outcome.leadId] : []));
    expect(ids).toHaveLength(odd.length);
    for (const [n, value] of odd.entries()) {
      const found = await leads.find('externalId', [value], LATER);
      expect(found).toMatchObject({ kind: 'found', leads: [{ externalId: value, leadId: ids[n] }] });
      expect(found.kind === 'found' && found.leads).toHaveLength(1);
    }
    const all = await leads.find('externalId', odd, LATER);
    expect(all.kind === 'found' && all.leads).toHaveLength(odd.length);
  });

  it('find an address with an apostrophe', async () => {
    await leads.write([upsert(1, { Email: "o'hara@example.com" }), upsert(2)], LATER);
    expect(await leads.find({ field: 'Email' }, ["O'Hara@example.com"], LATER)).toMatchObject({
      leads: [{ externalId: 'user-1', value: "o'hara@example.com" }],
    });
  });

  it('find nothing as addresses that no Lead has', async () => {
    await leads.write([upsert(1)], LATER);
    expect(await leads.find({ field: 'Email' }, [...odd, '', 'half \ud83d'], LATER)).toEqual({
      kind: 'found',
      leads: [],
    });
  });

  it('find Leads over several pages and several queries', async () => {
    await configure({ queryPageSize: 30 });
    const writes = Array.from({ length: 200 }, (_, n) => upsert(n));
    await leads.write(writes, LATER);
    const emails = Array.from({ length: 900 }, (_, n) => `ada-${n}@example.com`);
    const found = await leads.find({ field: 'Email' }, emails, LATER);
    expect(new Set(found.kind === 'found' ? found.leads.map(({ leadId }) => leadId) : []).size).toBe(200);
  });
});

describe('a broken connection', () => {
  it.each([
    ['before', true],
    ['after', false],
  ] as const)(
    '%s the commit leaves an upsert open; sent again it has created: %s, and one Lead stands',
    async (reset, created) => {
      await breakNext({ reset });
      expect(await leads.write([upsert(1)], LATER)).toMatchObject([
        { kind: 'failed', fault: { scope: 'request', code: 'ECONNRESET', committed: 'maybe' } },
      ]);
      expect(await leads.write([upsert(1)], LATER)).toMatchObject([{ kind: 'done', created }]);
      expect(await rows()).toHaveLength(1);
    },
  );

  it('after the commit leaves a create open, and the Lead can be found', async () => {
    await breakNext({ reset: 'after' });
    expect(await leads.write([{ kind: 'create', fields: person(1) }], LATER)).toMatchObject([
      { kind: 'failed', fault: { committed: 'maybe' } },
    ]);
    expect(await leads.find({ field: 'Email' }, ['ada-1@example.com'], LATER)).toMatchObject({
      leads: [{ isConverted: false }],
    });
  });

  it('is not made worse by sending anything again', async () => {
    await breakNext({ reset: 'after' });
    await leads.write([{ kind: 'create', fields: person(1) }], LATER);
    expect(await calls()).toMatchObject({ token: 1, api: 1 });
  });
});

describe('trouble', () => {
  it('with the server, as a page for people, leaves a write open', async () => {
    await breakNext({ status: 503, body: '<html><body>Maintenance</body></html>' });
    expect(await leads.write([upsert(1)], LATER)).toMatchObject([
      { fault: { status: 503, code: 'HTTP_503', committed: 'maybe' } },
    ]);
  });

  it('with the session costs one login and no outcome', async () => {
    await leads.write([upsert(1)], LATER);
    await control('DELETE', 'sessions');
    const many = await Promise.all([2, 3, 4, 5].map((n) => leads.write([upsert(n)], LATER)));
    expect(many.flat().every(({ kind }) => kind === 'done')).toBe(true);
    expect(await calls()).toMatchObject({ token: 2 });
  });

  it('with the quota is told, and how much of it is used', async () => {
    await configure({ maxDailyApiRequests: 1 });
    await leads.write([upsert(1)], LATER);
    expect(events).toContainEqual({ kind: 'quota', used: 1, max: 1 });
    expect(await leads.write([upsert(2)], LATER)).toMatchObject([
      {
        fault: {
          scope: 'request',
          status: 403,
          code: 'REQUEST_LIMIT_EXCEEDED',
          message: 'TotalRequests Limit exceeded.',
        },
      },
    ]);
  });

  it('with the version is told', async () => {
    await configure({ minApiVersion: 68 });
    expect(await leads.write([upsert(1)], LATER)).toMatchObject([{ fault: { scope: 'request', status: 410 } }]);
  });

  it('with row locks is told of those records alone', async () => {
    await configure({ rowLockRate: 0.5 });
    const outcomes = await leads.write(
      [1, 2, 3, 4].map((n) => upsert(n)),
      LATER,
    );
    const refused = outcomes.filter(({ kind }) => kind === 'failed');
    expect(refused).toHaveLength(2);
    expect(refused).toMatchObject(refused.map(() => ({ fault: { scope: 'record', code: 'UNABLE_TO_LOCK_ROW' } })));
  });
});

describe('logging in', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const certificate = publicKey.export({ type: 'spki', format: 'pem' }).toString();

  const flows: readonly SalesforceAuth[] = [
    {
      kind: 'password',
      clientId: 'key',
      clientSecret: 'shh-secret',
      username: 'u@example.com',
      password: 'pw',
      securityToken: 'TK',
    },
    { kind: 'client_credentials', clientId: 'key', clientSecret: 'shh-secret' },
    { kind: 'jwt_bearer', clientId: 'key', username: 'u@example.com', privateKey: pem },
  ];

  beforeEach(() =>
    configure({
      users: [{ username: 'u@example.com', password: 'pwTK' }],
      clients: [{ clientId: 'key', clientSecret: 'shh-secret', certificate }],
    }),
  );

  it.each(flows)('works with the flow $kind', async (auth) => {
    expect(await clientWith({ auth }).write([upsert(1)], LATER)).toMatchObject([{ kind: 'done' }]);
  });

  it('with a wrong password is tried once and never again', async () => {
    for (let round = 0; round < 3; round += 1) {
      expect(await leads.write([upsert(1)], LATER)).toMatchObject([{ fault: { status: 400, committed: 'no' } }]);
    }
    expect(await calls()).toMatchObject({ token: 1, api: 0 });
  });

  it('too often is told in Salesforce’s words, and tried again', async () => {
    const [auth] = flows;
    const client = clientWith({ ...(auth && { auth }) });
    await configure({ maxLoginsPerHour: 0 });
    expect(await client.write([upsert(1)], LATER)).toMatchObject([
      { fault: { code: 'invalid_grant', message: expect.stringMatching(/rate/i) as unknown } },
    ]);
    await configure({ maxLoginsPerHour: 3600 });
    expect(await client.write([upsert(1)], LATER)).toMatchObject([{ kind: 'done' }]);
  });

  it('by client credentials at a login host is refused in Salesforce’s words', async () => {
    await configure({ clientCredentialsFlow: 'wrong-domain' });
    const auth: SalesforceAuth = { kind: 'client_credentials', clientId: 'key', clientSecret: 'shh-secret' };
    expect(await clientWith({ auth }).write([upsert(1)], LATER)).toMatchObject([
      { fault: { code: 'invalid_grant', message: 'request not supported on this domain' } },
    ]);
  });
});

describe('the org', () => {
  it('describes its external-id field and the limits of its Lead', async () => {
    const description = await leads.describeLead();
    const fields = description.kind === 'described' ? description.fields : [];
    expect(fields.find(({ name }) => name === 'SCIM_Id__c')).toMatchObject({ externalId: true, unique: true });
    expect(fields.find(({ name }) => name === 'LastName')).toMatchObject({
      length: 80,
      nillable: false,
      createable: true,
    });
    expect(fields.find(({ name }) => name === 'Status')?.picklistValues).toContain('Open - Not Contacted');
  });

  it('tells its limits', async () => {
    expect(await leads.limits()).toMatchObject({
      kind: 'limits',
      limits: { DailyApiRequests: { max: 100_000, remaining: 99_999 } },
    });
  });
});

describe('a campaign that got another name', () => {
  const salesforce = async (method: string, path: string, body: object): Promise<Row> => {
    const form = {
      grant_type: 'password',
      client_id: 'x',
      client_secret: 'x',
      username: 'm@example.com',
      password: 'x',
    };
    const login = { method: 'POST', body: new URLSearchParams(form) };
    const token = (await (await fetch(`${sandbox.url}/services/oauth2/token`, login)).json()) as Row;
    const headers = { authorization: `Bearer ${String(token['access_token'])}`, 'content-type': 'application/json' };
    const url = `${sandbox.url}/services/data/v67.0/sobjects/${path}`;
    const text = await (await fetch(url, { method, headers, body: JSON.stringify(body) })).text();
    return text === '' ? {} : (JSON.parse(text) as Row);
  };
  const members = async (): Promise<Row[]> => (await control('GET', 'records/CampaignMember')) as Row[];

  it('is told by its id; who leaves it under the old name and joins it under the new one stays in it', async () => {
    const campaignId = (await salesforce('POST', 'Campaign', { Name: 'Spring' }))['id'] as string;
    const leadId = await idOf(leads.write([upsert(1)], LATER));
    const join = { kind: 'join', leadId, campaign: 'Spring' } as const;
    expect(await leads.writeMembers([join], LATER)).toEqual([{ kind: 'done', campaignId }]);
    const before = await members();
    await salesforce('PATCH', `Campaign/${campaignId}`, { Name: 'Summer' });
    const leave = { kind: 'leave', leadId, campaign: 'Spring', campaignId } as const;
    const both = [leave, { ...join, campaign: 'Summer' }];
    expect(await leads.writeMembers(both, LATER)).toMatchObject([{ kind: 'done' }, { kind: 'done', campaignId }]);
    expect(await members()).toEqual(before);
    await leads.writeMembers([leave], LATER);
    expect(await members()).toEqual([]);
  });
});
