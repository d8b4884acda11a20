/** What goes over the wire around the records: quota, versions, headers, packing, describe. */
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { createClock, HOUR, start, type Json } from './support.ts';

const LEAD = { LastName: 'Doe', Company: 'Acme' };

describe('the quota', () => {
  it('shows in Sforce-Limit-Info, refuses at the limit and recovers within 24 hours', async () => {
    const clock = createClock();
    const { send } = await start({ now: clock.now, config: { maxDailyApiRequests: 2, sessionTimeoutMs: 100 * HOUR } });
    const usage = async () => {
      const { status, headers } = await send('GET', '/limits');
      return [status, headers.get('sforce-limit-info')];
    };
    expect(await usage()).toEqual([200, 'api-usage=1/2']);
    clock.advance(HOUR);
    expect(await usage()).toEqual([200, 'api-usage=2/2']);
    expect(await usage()).toEqual([403, 'api-usage=2/2']);
    clock.advance(23 * HOUR);
    expect(await usage()).toEqual([200, 'api-usage=2/2']);
  });

  it('refuses calls above the concurrent limit while others wait', async () => {
    const { send } = await start({ config: { maxConcurrentRequests: 1, latencyMs: 50 } });
    const statuses = (await Promise.all([send('GET', '/limits'), send('GET', '/limits')])).map(({ status }) => status);
    expect(statuses.sort()).toEqual([200, 403]);
  });
});

describe('the wire', () => {
  it('lists the versions without a token, each with its season', async () => {
    const { raw } = await start();
    const { status, json } = await raw('GET', '/services/data');
    const versions = json as Json[];
    expect(status).toBe(200);
    expect(versions[0]).toEqual({ label: "Summer '14", url: '/services/data/v31.0', version: '31.0' });
    expect(versions.at(-1)).toEqual({ label: "Winter '27", url: '/services/data/v68.0', version: '68.0' });
  });

  it('lists the resources of a version, and knows the latest by that name', async () => {
    const { raw, token } = await start();
    const headers = { authorization: `Bearer ${token}` };
    const { json } = await raw('GET', '/services/data/v67.0/', undefined, headers);
    expect(json).toMatchObject({
      sobjects: '/services/data/v67.0/sobjects',
      identity: expect.stringMatching(/\/id\/00D/),
    });
    const latest = await raw('GET', '/services/data/latest', undefined, headers);
    expect(latest.json).toMatchObject({ query: '/services/data/v68.0/query' });
  });

  it('answers JSON that nobody may cache', async () => {
    const { headers } = await (await start()).send('GET', '/limits');
    expect(headers.get('content-type')).toBe('application/json;charset=UTF-8');
    expect(headers.get('cache-control')).toBe('no-cache,must-revalidate,max-age=0,no-store,private');
  });

  it('packs long answers, and unpacks packed requests', async () => {
    const { url, token, send } = await start();
    expect((await send('GET', '/sobjects/Lead/describe')).headers.get('content-encoding')).toBe('gzip');
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'content-encoding': 'gzip',
    };
    const post = (body: string | Uint8Array) =>
      fetch(`${url}/services/data/v67.0/sobjects/Lead`, { method: 'POST', headers, body });
    expect((await post(Uint8Array.from(gzipSync(JSON.stringify(LEAD))))).status).toBe(201);
    expect((await post('not gzip')).status).toBe(400);
  });

  it('answers 304 to a describe that has not changed since', async () => {
    const { send } = await start();
    const { headers } = await send('GET', '/sobjects/Lead/describe');
    const since = { 'if-modified-since': String(headers.get('last-modified')) };
    expect(await send('GET', '/sobjects/Lead/describe', undefined, since)).toMatchObject({ status: 304, text: '' });
  });

  it('shows the newest records of an object with its basic information', async () => {
    const { send, createLead } = await start();
    const id = await createLead();
    expect((await send('GET', '/sobjects/Lead')).json).toMatchObject({
      objectDescribe: { name: 'Lead', keyPrefix: '00Q', createable: true },
      recentItems: [{ Id: id, Name: 'Doe' }],
    });
  });

  it('refuses a port that is taken', async () => {
    const { url } = await start();
    await expect(startSandbox({ port: Number(new URL(url).port) })).rejects.toThrow('EADDRINUSE');
  });
});
