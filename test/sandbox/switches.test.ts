/** The switches: trouble that lasts until it is switched off, and what an administrator can set. */
import { describe, expect, it } from '@jest/globals';
import type { SandboxConfig } from '../../src/sandbox/config.ts';
import { createClock, firstError, LOGIN, MINUTE, start, type Client, type Json } from './support.ts';

const LEAD = { LastName: 'Doe', Company: 'Acme' };

const login = ({ raw }: Client, params: Record<string, string> = LOGIN) =>
  raw('POST', '/services/oauth2/token', new URLSearchParams(params));

const configure = ({ raw }: Client, changes: Partial<SandboxConfig>) => raw('PATCH', '/sandbox/config', changes);

const BUSY = { error: 'invalid_grant', error_description: 'token request is already being processed' };

describe('outage', () => {
  it.each([
    [{ status: 500, body: 'json' }, 'application/json', '"errorCode":"UNKNOWN_EXCEPTION"'],
    [{ status: 503, body: 'json' }, 'application/json', '"errorCode":"SERVER_UNAVAILABLE"'],
    [{ status: 503, body: 'html' }, 'text/html', 'down for maintenance'],
    [{ status: 502, body: 'empty' }, null, ''],
  ] as const)('answers %j to every data call and login until it is over', async (outage, type, text) => {
    const client = await start();
    await configure(client, { outage });
    for (const reply of [await client.send('GET', '/limits'), await client.send('POST', '/sobjects/Lead', LEAD)]) {
      expect([reply.status, reply.headers.get('content-type')?.split(';')[0] ?? null]).toEqual([outage.status, type]);
      expect(reply.text).toContain(text);
    }
    expect((await login(client)).status).toBe(outage.status);
    await configure(client, { outage: null });
    expect(await client.query('SELECT Id FROM Lead')).toEqual([]);
  });

  it('can hit logins or data calls alone', async () => {
    const client = await start();
    await configure(client, { outage: { status: 503, body: 'json', on: 'token' } });
    expect((await client.send('GET', '/limits')).status).toBe(200);
    expect(await login(client)).toMatchObject({ status: 503, json: { error: 'unknown_error' } });
    await configure(client, { outage: { status: 503, body: 'json', on: 'api' } });
    expect((await client.send('GET', '/limits')).status).toBe(503);
    expect((await login(client)).status).toBe(200);
  });
});

describe('connectionReset', () => {
  it.each([
    ['before', 0],
    ['after', 1],
  ] as const)('cuts each data call %s it was committed', async (connectionReset, saved) => {
    const client = await start();
    await configure(client, { connectionReset });
    await expect(client.send('POST', '/sobjects/Lead', LEAD)).rejects.toThrow();
    expect((await login(client)).status).toBe(200);
    await configure(client, { connectionReset: 'off' });
    expect(await client.query('SELECT Id FROM Lead')).toHaveLength(saved);
  });
});

describe('rowLatencyMs', () => {
  it('is what each record of a collection takes, also of those that travel together', async () => {
    const client = await start({ config: { rowLatencyMs: 400 } });
    const records = [1, 2].map((at) => ({ attributes: { type: 'Lead' }, ...LEAD, LastName: `Doe ${at}` }));
    const timed = async (path: string, body: unknown): Promise<number> => {
      const startedAt = performance.now();
      expect((await client.send('POST', path, body)).status).toBe(200);
      return performance.now() - startedAt;
    };
    expect(await timed('/composite/sobjects', { records })).toBeGreaterThanOrEqual(799);
    const part = (referenceId: string) => ({
      method: 'POST',
      url: '/services/data/v67.0/composite/sobjects',
      referenceId,
      body: { records },
    });
    expect(await timed('/composite', { compositeRequest: [part('a'), part('b')] })).toBeGreaterThanOrEqual(1_599);
    const startedAt = performance.now();
    expect((await client.send('GET', '/limits')).status).toBe(200);
    expect(performance.now() - startedAt).toBeLessThan(400);
  });
});

describe('tokenRequests', () => {
  it('refuses a token request that comes while another is being answered', async () => {
    const client = await start({ config: { tokenRequests: 'one-at-a-time', tokenLatencyMs: 100 } });
    const replies = await Promise.all([login(client), login(client)]);
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 400]);
    expect(replies.find(({ status }) => status === 400)?.json).toEqual(BUSY);
    expect((await login(client)).status).toBe(200);
  });

  it('refuses all of them as busy', async () => {
    const client = await start();
    await configure(client, { tokenRequests: 'busy' });
    expect(await login(client)).toMatchObject({ status: 400, json: BUSY });
  });
});

describe('loginWindowMs', () => {
  it('is how long a login counts', async () => {
    const clock = createClock();
    const client = await start({ now: clock.now, config: { maxLoginsPerHour: 1, loginWindowMs: MINUTE } });
    expect((await login(client)).status).toBe(400);
    clock.advance(MINUTE);
    expect((await login(client)).status).toBe(200);
    const { json } = await client.raw('GET', '/sandbox/calls');
    expect(json).toMatchObject({ token: 3, logins: { granted: 2, refused: 1 } });
  });
});

describe('myDomainHost', () => {
  const CLIENT = { grant_type: 'client_credentials', client_id: 'app' };

  it('is named as the instance, and is the only host for client credentials', async () => {
    const client = await start();
    await configure(client, { myDomainHost: 'localhost' });
    const instance = client.url.replace('127.0.0.1', 'localhost');
    expect((await login(client)).json).toMatchObject({
      instance_url: instance,
      id: expect.stringMatching(`^${instance}/id/`),
    });
    expect(await login(client, CLIENT)).toMatchObject({
      status: 400,
      json: { error: 'invalid_grant', error_description: 'request not supported on this domain' },
    });
    const there = await fetch(`${instance}/services/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams(CLIENT),
    });
    expect(there.status).toBe(200);
  });
});

describe('the API versions', () => {
  it('answers 410 below the oldest and 404 above the newest', async () => {
    const client = await start();
    await configure(client, { minApiVersion: 60, maxApiVersion: 62 });
    const headers = { authorization: `Bearer ${client.token}` };
    const ask = async (version: number) =>
      (await client.raw('GET', `/services/data/v${version}.0/limits`, undefined, headers)).status;
    expect([await ask(59), await ask(60), await ask(62), await ask(63)]).toEqual([410, 200, 200, 404]);
  });
});

describe('duplicateResultKey', () => {
  it('spells the details as Salesforce should have', async () => {
    const client = await start({ config: { duplicateRule: 'block', duplicateResultKey: 'duplicateResult' } });
    await client.createLead({ Email: 'jane@acme.example' });
    const reply = await client.send('POST', '/sobjects/Lead', { ...LEAD, Email: 'jane@acme.example' });
    expect(firstError(reply)).toMatchObject({
      errorCode: 'DUPLICATES_DETECTED',
      duplicateResult: { duplicateRule: 'Standard_Lead_Duplicate_Rule', allowSave: false },
    });
    expect(firstError(reply)).not.toHaveProperty('duplicateResut');
  });
});

describe('restrictedPicklists', () => {
  it('lets any value through until a field is named', async () => {
    const client = await start();
    expect((await client.send('POST', '/sobjects/Lead', { ...LEAD, LeadSource: 'Moon' })).status).toBe(201);
    await configure(client, { restrictedPicklists: ['LeadSource'] });
    const reply = await client.send('POST', '/sobjects/Lead', { ...LEAD, LeadSource: 'Moon' });
    expect([reply.status, reply.json]).toEqual([
      400,
      [
        {
          errorCode: 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
          message: 'Lead Source: bad value for restricted picklist field: Moon',
          fields: ['LeadSource'],
        },
      ],
    ]);
    expect((await client.send('POST', '/sobjects/Lead', { ...LEAD, LeadSource: 'Web' })).status).toBe(201);
  });

  it('shows in describe', async () => {
    const client = await start({ config: { restrictedPicklists: ['Rating'] } });
    const { json } = await client.send('GET', '/sobjects/Lead/describe');
    const fields = (json as { fields: Json[] }).fields.filter(({ restrictedPicklist }) => restrictedPicklist);
    expect(fields.map(({ name }) => name)).toEqual(['Rating']);
  });
});

describe('stateCountryPicklists', () => {
  const PROBLEM = (kind: string, list: string, label: string) =>
    `There's a problem with this ${kind}, even though it may appear correct. Please select a ${kind} from the list of valid ${list}.: ${label}`;
  const open = () => start({ config: { stateCountryPicklists: true } });
  const places = async (client: Client, id: string) => {
    const [row] = await client.query(`SELECT Country, CountryCode, State, StateCode FROM Lead WHERE Id = '${id}'`);
    return [row?.['Country'], row?.['CountryCode'], row?.['State'], row?.['StateCode']];
  };

  it.each([
    ['codes', { CountryCode: 'US', StateCode: 'CA' }, ['United States', 'US', 'California', 'CA']],
    ['texts', { Country: 'united states', State: 'California' }, ['United States', 'US', 'California', 'CA']],
    ['codes as texts', { Country: 'de' }, ['Germany', 'DE', null, null]],
    ['a code against a text: the code wins', { Country: 'France', CountryCode: 'IT' }, ['Italy', 'IT', null, null]],
    ['counties', { CountryCode: 'IE', State: 'Clare' }, ['Ireland', 'IE', 'Clare', 'CE']],
  ])('keeps code and text together: %s', async (_title, fields, expected) => {
    const client = await open();
    expect(await places(client, await client.createLead(fields))).toEqual(expected);
  });

  it.each([
    ['an unknown country', { Country: 'Oz' }, PROBLEM('country', 'countries', 'Country'), 'Country'],
    ['an unknown country code', { CountryCode: 'ZZ' }, PROBLEM('country', 'countries', 'Country Code'), 'CountryCode'],
    [
      "another country's state",
      { CountryCode: 'US', State: 'Ontario' },
      PROBLEM('state', 'states', 'State/Province'),
      'State',
    ],
    [
      'a state where there are none',
      { CountryCode: 'DE', State: 'Bayern' },
      PROBLEM('state', 'states', 'State/Province'),
      'State',
    ],
    [
      'a state without a country',
      { State: 'Ontario' },
      'A country must be specified before specifying a state value for field: State/Province',
      'State',
    ],
  ])('refuses %s with FIELD_INTEGRITY_EXCEPTION', async (_title, fields, message, field) => {
    const { send } = await open();
    const reply = await send('POST', '/sobjects/Lead', { ...LEAD, ...fields });
    expect([reply.status, reply.json]).toEqual([
      400,
      [{ errorCode: 'FIELD_INTEGRITY_EXCEPTION', message, fields: [field] }],
    ]);
  });

  it('changes the text with the code, and clears the state with the country', async () => {
    const client = await open();
    const id = await client.createLead({ CountryCode: 'CA', StateCode: 'ON' });
    await client.send('PATCH', `/sobjects/Lead/${id}`, { StateCode: 'QC' });
    expect(await places(client, id)).toEqual(['Canada', 'CA', 'Quebec', 'QC']);
    await client.send('PATCH', `/sobjects/Lead/${id}`, { Country: null });
    expect(await places(client, id)).toEqual([null, null, null, null]);
  });

  it('has no codes and takes any text when it is off', async () => {
    const client = await start();
    expect((await client.send('POST', '/sobjects/Lead', { ...LEAD, State: 'Bayern', Country: 'Oz' })).status).toBe(201);
    const reply = await client.send('POST', '/sobjects/Lead', { ...LEAD, CountryCode: 'DE' });
    expect(firstError(reply)).toMatchObject({ errorCode: 'INVALID_FIELD' });
  });
});
