/** Calls that go wrong on purpose. */
import { describe, expect, it } from '@jest/globals';
import { LOGIN, start, type Client } from './support.ts';

const LEAD = { LastName: 'Doe', Company: 'Acme' };
const UPSERT = '/sobjects/Lead/SCIM_Id__c/u1';

const setFaults = ({ raw }: Client, ...faults: unknown[]) => raw('POST', '/sandbox/faults', faults);

describe('a fault', () => {
  it('answers status and errorCode in the shape of the address it hits, then is used up', async () => {
    const client = await start();
    await setFaults(
      client,
      {
        match: { method: 'PATCH', path: 'SCIM_Id__c' },
        times: 2,
        action: { status: 503, errorCode: 'SERVER_UNAVAILABLE' },
      },
      { match: { path: '/token$' }, times: 1, action: { errorCode: 'rate_limit_exceeded' } },
    );
    const error = { errorCode: 'SERVER_UNAVAILABLE', message: 'injected by a fault of the stand-in' };
    expect((await client.send('GET', '/limits')).status).toBe(200);
    for (let hit = 0; hit < 2; hit++)
      expect(await client.send('PATCH', UPSERT, LEAD)).toMatchObject({ status: 503, json: [error] });
    expect((await client.send('PATCH', UPSERT, LEAD)).status).toBe(201);
    const login = await client.raw('POST', '/services/oauth2/token', new URLSearchParams(LOGIN));
    expect([login.status, login.json]).toMatchObject([400, { error: 'rate_limit_exceeded' }]);
  });

  it('hits the calls alone whose body holds a text', async () => {
    const client = await start();
    const action = { status: 500, errorCode: 'UNKNOWN_EXCEPTION' };
    await setFaults(client, { match: { body: 'Poison' }, times: 9, action });
    expect((await client.send('PATCH', UPSERT, { ...LEAD, LastName: 'Poison' })).status).toBe(500);
    expect((await client.send('PATCH', UPSERT, LEAD)).status).toBe(201);
  });

  it('answers with headers of its own', async () => {
    const client = await start();
    const action = { status: 429, body: [], headers: { 'Retry-After': '7' } };
    await setFaults(client, { match: { path: '/limits' }, times: 1, action });
    const { status, headers } = await client.send('GET', '/limits');
    expect([status, headers.get('retry-after')]).toEqual([429, '7']);
  });

  it('refuses headers without an answer, and those that are no texts', async () => {
    const client = await start();
    const refused = async (action: unknown) => (await setFaults(client, { times: 1, action })).json;
    expect(await refused({ delayMs: 1, headers: {} })).toMatchObject({ error: expect.stringContaining('headers') });
    expect(await refused({ status: 429, headers: { a: 1 } })).toMatchObject({
      error: expect.stringContaining('texts'),
    });
  });

  it('answers HTML, JSON or nothing as told', async () => {
    const client = await start();
    const path = { path: '/limits' };
    await setFaults(
      client,
      { match: path, times: 1, action: { status: 503, body: '<html>Down</html>' } },
      { match: path, times: 1, action: { status: 500, body: [{ errorCode: 'X' }] } },
      { match: path, times: 1, action: { status: 502 } },
    );
    const html = await client.send('GET', '/limits');
    expect([html.status, html.text, html.headers.get('content-type')]).toEqual([
      503,
      '<html>Down</html>',
      'text/html;charset=UTF-8',
    ]);
    expect(await client.send('GET', '/limits')).toMatchObject({ status: 500, json: [{ errorCode: 'X' }] });
    expect(await client.send('GET', '/limits')).toMatchObject({ status: 502, text: '' });
    expect((await client.send('GET', '/limits')).status).toBe(200);
  });

  it.each([
    ['before', 0],
    ['after', 1],
  ])('cuts the connection %s the commit: %d record is there', async (reset, count) => {
    const client = await start();
    await setFaults(client, { match: { method: 'PATCH' }, times: 1, action: { reset } });
    await expect(client.send('PATCH', UPSERT, LEAD)).rejects.toThrow();
    expect((await client.raw('GET', '/sandbox/records/Lead')).json).toHaveLength(count);
    expect((await client.send('PATCH', UPSERT, LEAD)).status).toBe(count === 0 ? 201 : 200);
  });

  it('delays a call and lets it through', async () => {
    const client = await start();
    await setFaults(client, { match: {}, times: 1, action: { delayMs: 60 } });
    const before = performance.now();
    expect((await client.send('GET', '/limits')).status).toBe(200);
    expect(performance.now() - before).toBeGreaterThan(50);
  });

  it('is taken away by an empty list, and replaced by a new one', async () => {
    const client = await start();
    await setFaults(client, { match: {}, times: 9, action: { status: 500 } });
    expect((await client.send('GET', '/limits')).status).toBe(500);
    expect((await client.raw('GET', '/sandbox/faults')).json).toEqual([
      { match: {}, times: 8, action: { status: 500 } },
    ]);
    await setFaults(client);
    expect((await client.send('GET', '/limits')).status).toBe(200);
  });

  it.each([
    ['not a list', {}, 'the faults must be a JSON array'],
    ['no action', [{ match: {}, times: 1 }], 'fault 0: action must be an object'],
    ['nothing to do', [{ match: {}, times: 1, action: {} }], 'fault 0: action: nothing to do'],
    ['no times', [{ match: {}, action: { status: 500 } }], 'fault 0: times must be a whole number from 1'],
    [
      'a bad status',
      [{ match: {}, times: 1, action: { status: 42 } }],
      'fault 0: action.status must be a status from 200 to 599',
    ],
    [
      'a bad pattern',
      [{ match: { path: '(' }, times: 1, action: { status: 500 } }],
      'fault 0: match.path must be a regular expression',
    ],
    [
      'an unknown key',
      [{ match: { host: 'x' }, times: 1, action: { status: 500 }, why: 1 }],
      'fault 0: why is unknown; match.host is unknown',
    ],
    [
      'a reset with an answer',
      [{ match: {}, times: 1, action: { reset: 'after', status: 500 } }],
      'fault 0: action: a reset leaves nothing to answer',
    ],
    [
      'the second of two',
      [{ match: {}, times: 1, action: { status: 500 } }, 7],
      'fault 1: must be an object; times must be a whole number from 1; action must be an object',
    ],
  ])('is refused with 400 for %s', async (_title, faults, error) => {
    const { raw } = await start();
    const { status, json } = await raw('POST', '/sandbox/faults', faults);
    expect([status, json]).toEqual([400, { error }]);
  });
});
