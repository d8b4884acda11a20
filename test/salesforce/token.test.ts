/** One session for all calls: how it is fetched, shared, renewed and given up. */
import { afterEach, describe, expect, it } from '@jest/globals';
import type { LeadOutcome, LeadWrite } from '../../src/provisioning/lead-target.ts';
import type { SalesforceLeads } from '../../src/salesforce/leads.ts';
import type { SalesforceEvent, SalesforceOptions } from '../../src/salesforce/options.ts';
import type { Answer } from '../../src/salesforce/request.ts';
import { createScrubber } from '../../src/salesforce/secrets.ts';
import { TokenCache } from '../../src/salesforce/token.ts';
import {
  acceptAll,
  createClient,
  LATER,
  logIn,
  NOW,
  PASSWORD_AUTH,
  SESSION_EXPIRED,
  startStub,
  tokenNumber,
  type Stub,
} from './stub.ts';

const UPDATE: LeadWrite = { kind: 'update', leadId: '00Q000000000001AAA', fields: { City: 'Rome' } };
const MINUTE = 60_000;

let stub: Stub;
let leads: SalesforceLeads;
let events: SalesforceEvent[];
let clock: { now: number };

async function start(api: Parameters<typeof startStub>[0], options: Partial<SalesforceOptions> = {}): Promise<void> {
  stub = await startStub(api);
  clock = { now: NOW };
  ({ leads, events } = createClient(stub.url, { now: () => clock.now, ...options }));
}

afterEach(async () => {
  leads.close();
  await stub.close();
});

const write = (): Promise<readonly LeadOutcome[]> => leads.write([UPDATE], clock.now + MINUTE);
const bearers = (): (string | undefined)[] => stub.apiCalls.map(({ headers }) => headers.authorization);

describe('the first login', () => {
  it('happens once for 50 calls at the same time', async () => {
    await start(acceptAll);
    const outcomes = await Promise.all(Array.from({ length: 50 }, write));
    expect(outcomes.flat().filter(({ kind }) => kind === 'done')).toHaveLength(50);
    expect(stub.tokenCalls).toHaveLength(1);
    expect(events.filter(({ kind }) => kind === 'token refreshed')).toHaveLength(1);
  });

  it('decides where calls go and where a Lead is shown', async () => {
    await start(acceptAll);
    const moved = await startStub(acceptAll, logIn(stub.url));
    const client = createClient(moved.url);
    try {
      expect(client.leads.leadUrl('00Q1')).toBeUndefined();
      expect(await client.leads.write([UPDATE], LATER)).toMatchObject([{ kind: 'done' }]);
      expect([moved.apiCalls.length, stub.apiCalls.length]).toEqual([0, 1]);
      expect(client.leads.leadUrl('00Q1')).toBe(`${stub.url}/00Q1`);
    } finally {
      client.leads.close();
      await moved.close();
    }
  });

  it('is not waited for beyond the deadline of a call', async () => {
    stub = await startStub(acceptAll, (seen, index) => ({ ...logIn()(seen, index), delayMs: 300 }));
    ({ leads } = createClient(stub.url));
    const startedAt = performance.now();
    expect(await leads.write([UPDATE], NOW + 50)).toMatchObject([
      { kind: 'failed', fault: { code: 'DEADLINE', committed: 'no' } },
    ]);
    expect(performance.now() - startedAt).toBeLessThan(250);
    expect(await leads.write([UPDATE], LATER)).toMatchObject([{ kind: 'done' }]);
    expect(stub.tokenCalls).toHaveLength(1);
  });
});

describe('an expired session', () => {
  it('is renewed, and the call repeated, so that nobody notices', async () => {
    await start((seen, index) => (index === 1 ? SESSION_EXPIRED : acceptAll(seen)));
    await write();
    expect(await write()).toMatchObject([{ kind: 'done' }]);
    expect(bearers()).toEqual([1, 1, 2].map((n) => `Bearer ${tokenNumber(n)}`));
  });

  it('is followed to another host when the org has moved: the call is repeated there, and so are those after it', async () => {
    await start(acceptAll);
    const left = await startStub(
      (seen, index) => (index === 1 ? SESSION_EXPIRED : acceptAll(seen)),
      (seen, index) => logIn(index === 0 ? undefined : stub.url)(seen, index),
    );
    const client = createClient(left.url);
    try {
      const outcomes = [await client.leads.write([UPDATE], LATER), await client.leads.write([UPDATE], LATER)];
      outcomes.push(await client.leads.write([UPDATE], LATER));
      expect(outcomes.flat().map(({ kind }) => kind)).toEqual(['done', 'done', 'done']);
      expect([left.apiCalls.length, stub.apiCalls.length, left.tokenCalls.length]).toEqual([2, 2, 2]);
      expect(client.leads.leadUrl('00Q1')).toBe(`${stub.url}/00Q1`);
      expect(stub.apiCalls.map(({ headers }) => headers.host)).toEqual([1, 2].map(() => new URL(stub.url).host));
    } finally {
      client.leads.close();
      await left.close();
    }
  });

  it('is renewed in the middle of a batch without sending what was done already again', async () => {
    await start((seen, index) => (index === 1 ? SESSION_EXPIRED : acceptAll(seen)));
    const writes: LeadWrite[] = [
      { kind: 'create', fields: { LastName: 'New' } },
      { kind: 'delete', leadId: '00Q000000000009AAA' },
      UPDATE,
    ];
    expect(await leads.write(writes, LATER)).toMatchObject([{ kind: 'done' }, { kind: 'done' }, { kind: 'done' }]);
    expect(stub.apiCalls.map(({ method }) => method)).toEqual(['DELETE', 'PATCH', 'PATCH', 'POST']);
    expect(stub.tokenCalls).toHaveLength(2);
  });

  it('costs one login when many calls meet it at once', async () => {
    await start((seen) =>
      seen.headers.authorization === `Bearer ${tokenNumber(1)}` ? SESSION_EXPIRED : acceptAll(seen),
    );
    const outcomes = await Promise.all(Array.from({ length: 30 }, write));
    expect(outcomes.flat().filter(({ kind }) => kind === 'done')).toHaveLength(30);
    expect(stub.tokenCalls).toHaveLength(2);
  });

  it('is replaced before use after lying idle for longer than it is trusted', async () => {
    await start(acceptAll, { sessionIdleMs: 10 * MINUTE });
    await write();
    clock.now += 9 * MINUTE;
    await write();
    clock.now += 9 * MINUTE;
    await write();
    expect(stub.tokenCalls).toHaveLength(1);
    clock.now += 10 * MINUTE;
    await write();
    expect(bearers().at(-1)).toBe(`Bearer ${tokenNumber(2)}`);
    expect(stub.tokenCalls).toHaveLength(2);
  });

  it('is trusted for 90 minutes unless told otherwise', async () => {
    await start(acceptAll);
    await write();
    clock.now += 89 * MINUTE;
    await write();
    expect(stub.tokenCalls).toHaveLength(1);
    clock.now += 90 * MINUTE;
    await write();
    expect(stub.tokenCalls).toHaveLength(2);
  });
});

describe('a lasting 401', () => {
  it('costs exactly one more login and is then told', async () => {
    await start(() => SESSION_EXPIRED);
    expect(await write()).toEqual([
      {
        kind: 'failed',
        fault: {
          scope: 'request',
          status: 401,
          code: 'INVALID_SESSION_ID',
          message: 'Session expired or invalid',
          fields: [],
          committed: 'no',
        },
      },
    ]);
    expect([stub.tokenCalls.length, stub.apiCalls.length]).toEqual([2, 2]);
  });

  it('costs no login per call: 60 calls one after another make one renewal, a minute later one more', async () => {
    await start(() => SESSION_EXPIRED);
    for (let call = 0; call < 60; call += 1) await write();
    expect(stub.tokenCalls).toHaveLength(2);
    clock.now += MINUTE;
    await write();
    await write();
    expect(stub.tokenCalls).toHaveLength(3);
  });

  it('after a session that worked also costs one login', async () => {
    await start((seen, index) => (index === 0 ? acceptAll(seen) : SESSION_EXPIRED));
    for (let call = 0; call < 10; call += 1) await write();
    expect(stub.tokenCalls).toHaveLength(2);
  });

  it.each([
    ['INVALID_SESSION_ID', 'This session is not valid for use with the REST API'],
    ['INVALID_AUTH_HEADER', 'INVALID_HEADER_TYPE'],
  ])('that no login can mend costs none: %s, %s', async (errorCode, message) => {
    await start(() => ({ status: 401, body: [{ errorCode, message }] }));
    expect(await write()).toMatchObject([{ kind: 'failed', fault: { code: errorCode, message } }]);
    expect([stub.tokenCalls.length, stub.apiCalls.length]).toEqual([1, 1]);
  });

  it('followed by refused credentials tells the refusal', async () => {
    stub = await startStub(
      () => SESSION_EXPIRED,
      (seen, index) =>
        index === 0
          ? logIn()(seen, index)
          : { status: 400, body: { error: 'inactive_user', error_description: 'gone' } },
    );
    ({ leads } = createClient(stub.url));
    for (let call = 0; call < 3; call += 1) {
      expect(await leads.write([UPDATE], LATER)).toMatchObject([
        { kind: 'failed', fault: { code: 'inactive_user', committed: 'no' } },
      ]);
    }
    expect([stub.tokenCalls.length, stub.apiCalls.length]).toEqual([2, 1]);
  });
});

describe('a token for an address', () => {
  const answerWith = (instanceUrl: string): Answer => ({
    kind: 'answered',
    status: 200,
    headers: {},
    body: { access_token: tokenNumber(1), instance_url: instanceUrl },
  });
  const login = (tokenUrl: string, instanceUrl: string): ReturnType<TokenCache['current']> =>
    new TokenCache({
      tokenUrl,
      transport: { send: () => Promise.resolve(answerWith(instanceUrl)), close: () => undefined },
      grant: () => Promise.resolve(new URLSearchParams()),
      timeoutMs: 1000,
      sessionIdleMs: MINUTE,
      now: () => NOW,
      onEvent: () => undefined,
      scrubber: createScrubber(PASSWORD_AUTH),
    }).current();

  it.each([
    ['https://login.salesforce.com/token', 'https://acme.my.salesforce.com', 'done'],
    ['http://127.0.0.1/token', 'http://127.0.0.1', 'done'],
    ['http://127.0.0.1/token', 'https://acme.my.salesforce.com', 'done'],
    ['https://login.salesforce.com/token', 'http://acme.my.salesforce.com', 'failed'],
    ['https://login.salesforce.com/token', 'nonsense', 'failed'],
  ])(
    'got from %s and meant for %s is %s: it never goes out less protected than the login',
    async (tokenUrl, url, kind) => {
      expect(await login(tokenUrl, url)).toMatchObject({ kind });
    },
  );
});

describe('closing', () => {
  it('does not revoke the session, which other programs of the same user may share', async () => {
    await start(acceptAll);
    await write();
    leads.close();
    expect([stub.tokenCalls.length, stub.apiCalls.length]).toEqual([1, 1]);
  });
});
