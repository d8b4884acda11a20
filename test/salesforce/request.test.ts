/** What happens to a call on the wire: connections, compression, time-outs, and answers that break off. */
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createSilentServer, type AddressInfo, type Server as NetServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { Fault, LeadOutcome, LeadWrite } from '../../src/provisioning/lead-target.ts';
import type { SalesforceLeads } from '../../src/salesforce/leads.ts';
import { createTransport, type HttpRequest } from '../../src/salesforce/request.ts';
import type { SalesforceEvent } from '../../src/salesforce/options.ts';
import { startConnectProxy } from '../support/connect-proxy.ts';
import { selfSigned } from '../support/self-signed.ts';
import { acceptAll, createClient, LATER, leadId, NOW, startStub, type Reply, type Stub } from './stub.ts';

const CREATE: LeadWrite = { kind: 'create', fields: { LastName: 'Hopper', Company: 'Navy' } };

let stub: Stub;
let leads: SalesforceLeads;
let events: SalesforceEvent[];

async function start(api: Parameters<typeof startStub>[0], timeoutMs = 2000): Promise<void> {
  stub = await startStub(api);
  ({ leads, events } = createClient(stub.url, { timeoutMs }));
}

afterEach(async () => {
  leads.close();
  await stub.close();
});

/** What becomes of a POST to a server of its own, when the clock stands at NOW. */
async function sendTo(
  server: NetServer,
  protocol: 'http' | 'https',
  limits: Pick<HttpRequest, 'timeoutMs' | 'sendBy'>,
): Promise<unknown> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `${protocol}://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const transport = createTransport(() => NOW);
  try {
    return await transport.send({ method: 'POST', url, headers: {}, ...limits });
  } finally {
    transport.close();
    await new Promise((resolve) => server.close(resolve));
  }
}

const write = (deadline = LATER): Promise<readonly LeadOutcome[]> => leads.write([CREATE], deadline);

async function faultOfWrite(reply: Reply, timeoutMs?: number): Promise<Fault> {
  await start(() => reply, timeoutMs);
  const [outcome] = await write();
  if (outcome?.kind !== 'failed') throw new Error('the write was to fail');
  return outcome.fault;
}

describe('a connection', () => {
  it('is used again by the next call', async () => {
    await start(acceptAll);
    for (let call = 0; call < 5; call += 1) await write();
    const ports = new Set([...stub.tokenCalls, ...stub.apiCalls].map(({ remotePort }) => remotePort));
    expect(ports.size).toBe(1);
  });

  it('is one of ten at most', async () => {
    await start((seen) => ({ ...acceptAll(seen), delayMs: 20 }));
    await write();
    await Promise.all(Array.from({ length: 40 }, () => write()));
    expect(new Set(stub.apiCalls.map(({ remotePort }) => remotePort)).size).toBeLessThanOrEqual(10);
  });
});

describe('a request', () => {
  it('goes through the proxy that HTTP_PROXY names', async () => {
    await start((seen) => ({ body: [seen.path, seen.headers.host] }));
    const transport = createTransport(() => NOW);
    process.env['HTTP_PROXY'] = stub.url;
    try {
      const url = 'http://acme.example/services/data';
      const answer = await transport.send({ method: 'GET', url, headers: {}, timeoutMs: 2000 });
      expect(answer).toMatchObject({ kind: 'answered', body: [url, 'acme.example'] });
    } finally {
      delete process.env['HTTP_PROXY'];
      transport.close();
    }
  });

  it('carries the session, the name of the client, and no assignment rule', async () => {
    await start(acceptAll);
    await write();
    expect(stub.apiCalls[0]?.headers).toMatchObject({
      accept: 'application/json',
      'accept-encoding': 'gzip',
      authorization: expect.stringMatching(/^Bearer 00D/) as unknown,
      'content-type': 'application/json',
      'sforce-auto-assign': 'FALSE',
      'sforce-call-options': 'client=scim-salesforce',
    });
  });

  it('that only reads says nothing about assignment rules and has no body', async () => {
    await start(() => ({ body: { DailyApiRequests: { Max: 15_000, Remaining: 14_998 } } }));
    await leads.limits();
    expect(stub.apiCalls[0]?.headers).not.toHaveProperty('sforce-auto-assign');
    expect(stub.apiCalls[0]?.headers).not.toHaveProperty('content-type');
    expect(stub.apiCalls[0]?.body).toBe('');
  });
});

describe('an answer', () => {
  it('may be compressed', async () => {
    const body = JSON.stringify([{ id: leadId(1), success: true, errors: [] }]);
    const transport = createTransport(() => NOW);
    const server = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(gzipSync(body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    await start(acceptAll);
    try {
      const answer = await transport.send({ method: 'GET', url, headers: {}, timeoutMs: 2000 });
      expect(answer).toMatchObject({ kind: 'answered', status: 200, body: JSON.parse(body) as unknown });
    } finally {
      transport.close();
      server.close();
    }
  });

  it.each<[string, Reply]>([
    ['no body', { status: 204 }],
    ['an empty body of type JSON', { headers: { 'content-type': 'application/json' } }],
    ['half a body of type JSON', { headers: { 'content-type': 'application/json' }, body: '[{"id":' }],
    ['a page for people', { headers: { 'content-type': 'text/html' }, body: '<html>Down for maintenance</html>' }],
    ['JSON null', { body: null }],
    ['an object', { body: { id: leadId(1), success: true } }],
    ['too few results', { body: [] }],
    ['too many results', { body: [1, 2].map((n) => ({ id: leadId(n), success: true, errors: [] })) }],
    ['a result that is none', { body: [null] }],
    ['a result and one that is none', { body: [{ id: leadId(1), success: true, errors: [] }, null] }],
  ])('with status 2xx and %s leaves open what was committed', async (_, reply) => {
    expect(await faultOfWrite(reply)).toMatchObject({
      scope: 'request',
      status: reply.status ?? 200,
      code: 'UNEXPECTED_RESPONSE',
      committed: 'maybe',
    });
  });

  it('of HTML with 503 leaves open what was committed and repeats no markup', async () => {
    const reply = {
      status: 503,
      headers: { 'content-type': 'text/html', 'retry-after': '120' },
      body: '<h1>Oops</h1>',
    };
    expect(await faultOfWrite(reply)).toEqual({
      scope: 'request',
      status: 503,
      code: 'HTTP_503',
      message: 'Salesforce answered 503 with text/html that holds no Salesforce error',
      fields: [],
      committed: 'maybe',
      retryAfterMs: 120_000,
    });
  });

  it('that redirects is not followed, since the token would go along', async () => {
    const other = await startStub(acceptAll);
    try {
      const fault = await faultOfWrite({ status: 307, headers: { location: `${other.url}/elsewhere` } });
      expect(fault).toMatchObject({ status: 307, code: 'HTTP_307', committed: 'no' });
      expect(other.apiCalls).toHaveLength(0);
    } finally {
      await other.close();
    }
  });

  it('larger than 20 MiB is not read', async () => {
    const reply = { headers: { 'content-type': 'application/json' }, body: `"${'x'.repeat(21 * 1024 * 1024)}"` };
    expect(await faultOfWrite(reply, 10_000)).toMatchObject({ code: 'ERR_BAD_RESPONSE', committed: 'maybe' });
  });
});

describe('a lost call', () => {
  it('was not committed when nobody listens', async () => {
    await start(acceptAll);
    await write();
    await stub.close();
    // The first may be the one that notices that the kept connection is gone.
    await write();
    expect(await write()).toMatchObject([
      { kind: 'failed', fault: { scope: 'request', code: 'ECONNREFUSED', committed: 'no' } },
    ]);
    expect(events.at(-1)).toEqual({
      kind: 'call',
      method: 'POST',
      resource: 'composite/sobjects',
      code: 'ECONNREFUSED',
      durationMs: 0,
      records: 1,
    });
  });

  it('was not committed when a name has no address', async () => {
    await start(acceptAll);
    const transport = createTransport(() => NOW);
    const lost = await transport.send({ method: 'POST', url: 'http://nowhere.invalid/', headers: {}, timeoutMs: 5000 });
    transport.close();
    expect(lost).toMatchObject({ kind: 'lost', mayHaveArrived: false });
  });

  it('was not committed when the certificate is refused', async () => {
    await start(acceptAll);
    let requests = 0;
    const server = createTlsServer(await selfSigned(), () => (requests += 1));
    const lost = await sendTo(server, 'https', { timeoutMs: 5000 });
    expect(lost).toMatchObject({ kind: 'lost', code: 'DEPTH_ZERO_SELF_SIGNED_CERT', mayHaveArrived: false });
    expect(requests).toBe(0);
  });

  it('was not committed when no connection is ready in time', async () => {
    await start(acceptAll);
    expect(
      await sendTo(
        createSilentServer((socket) => socket.resume()),
        'https',
        { timeoutMs: 100 },
      ),
    ).toEqual({
      kind: 'lost',
      code: 'ETIMEDOUT',
      message: 'no connection within 100 ms',
      mayHaveArrived: false,
    });
  });

  it.each([
    ['refuses it', 502, 'PROXY_REFUSED', 'the proxy answered 502'],
    ['says nothing', 'silence', 'ETIMEDOUT', 'no connection within 100 ms'],
  ] as const)('was not committed when the proxy %s', async (_, refusal, code, message) => {
    await start(acceptAll);
    const proxy = await startConnectProxy({ refusal });
    const transport = createTransport(() => NOW);
    process.env['HTTPS_PROXY'] = proxy.url;
    try {
      const url = 'https://acme.example/services/data';
      const lost = await transport.send({ method: 'POST', url, headers: {}, timeoutMs: 100 });
      expect(lost).toEqual({ kind: 'lost', code, message, mayHaveArrived: false });
    } finally {
      delete process.env['HTTPS_PROXY'];
      transport.close();
      await proxy.close();
    }
  });

  it.each<[string, Reply]>([
    ['was reset before an answer', { reset: 'before' }],
    ['broke off half-way through the answer', { reset: 'halfway', body: [{ id: leadId(1), success: true }] }],
  ])('may have been committed when the connection %s', async (_, reply) => {
    expect(await faultOfWrite(reply)).toMatchObject({ scope: 'request', code: 'ECONNRESET', committed: 'maybe' });
    expect(stub.apiCalls).toHaveLength(1);
  });

  it('may have been committed when the answer takes longer than a call may', async () => {
    expect(await faultOfWrite({ delayMs: 400 }, 150)).toEqual({
      scope: 'request',
      code: 'ETIMEDOUT',
      message: 'no complete answer within 150 ms',
      fields: [],
      committed: 'maybe',
    });
  });

  it('that only reads was not committed', async () => {
    await start(() => ({ reset: 'before' }));
    expect(await leads.find({ field: 'Email' }, ['a@example.com'], LATER)).toMatchObject({
      kind: 'failed',
      fault: { code: 'ECONNRESET', committed: 'no' },
    });
  });
});

describe('a deadline', () => {
  it('that is too close keeps the call from being sent', async () => {
    await start(acceptAll);
    await write();
    expect(await write(NOW + 999)).toEqual([
      {
        kind: 'failed',
        fault: {
          scope: 'request',
          code: 'DEADLINE',
          message: 'not sent: 999 ms were left before the deadline',
          fields: [],
          committed: 'no',
        },
      },
    ]);
    expect(stub.apiCalls).toHaveLength(1);
  });

  it('keeps a write from being sent that has less than a quarter of its time-out, and no look-up', async () => {
    const found = { body: { records: [], totalSize: 0, done: true } };
    await start((seen) => (seen.method === 'GET' ? found : acceptAll(seen)), 20_000);
    expect(await write(NOW + 4_999)).toMatchObject([{ fault: { code: 'DEADLINE', committed: 'no' } }]);
    expect(await write(NOW + 5_000)).toMatchObject([{ kind: 'done' }]);
    await leads.find({ field: 'Email' }, ['a@example.com'], NOW + 1_000);
    expect(stub.apiCalls).toHaveLength(2);
  });

  it('bounds the call when it comes before the time-out', async () => {
    await start((_, index) => (index === 0 ? { delayMs: 1500 } : {}), 4_000);
    const startedAt = performance.now();
    expect(await write(NOW + 1000)).toMatchObject([
      { kind: 'failed', fault: { code: 'ETIMEDOUT', message: 'no complete answer within 1000 ms' } },
    ]);
    expect(performance.now() - startedAt).toBeLessThan(1400);
  });

  it('that has passed when a connection is ready keeps the request from being sent', async () => {
    await start(acceptAll);
    let requests = 0;
    const server = createServer(() => (requests += 1));
    expect(await sendTo(server, 'http', { timeoutMs: 2000, sendBy: NOW - 1 })).toEqual({
      kind: 'lost',
      code: 'DEADLINE',
      message: 'not sent: no connection was ready in time',
      mayHaveArrived: false,
    });
    expect(requests).toBe(0);
  });

  it('that passes between the start of a call and its connection makes it one that was not sent, of which nothing is told', async () => {
    let looks = 0;
    let looksBeforeSending = 0;
    let passesAt = Number.POSITIVE_INFINITY;
    stub = await startStub((seen) => {
      looksBeforeSending = looks;
      return acceptAll(seen);
    });
    const now = (): number => ((looks += 1) < passesAt ? NOW : LATER);
    ({ leads, events } = createClient(stub.url, { now }));
    await write();
    looks = 0;
    await write();
    const told = events.length;
    looks = 0;
    passesAt = looksBeforeSending;
    const message = 'not sent: 0 ms were left before the deadline';
    expect(await write()).toMatchObject([{ fault: { code: 'DEADLINE', message, committed: 'no' } }]);
    expect(stub.apiCalls).toHaveLength(2);
    expect(events).toHaveLength(told);
  });

  it('may be as far away as one likes', async () => {
    await start(acceptAll);
    expect(await write(Number.POSITIVE_INFINITY)).toMatchObject([{ kind: 'done' }]);
  });
});
