/** Notifications from what happens to a receiver: signed, in order, at least once, few. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Webhook as Verifier } from 'standardwebhooks';
import type { Settlement, Store } from '../../src/storage/store.ts';
import type { Notice } from '../../src/storage/notice-store.ts';
import { deliver, dropOld, gather, type WebhookContext } from '../../src/webhooks/deliver.ts';
import type { WebhookEvent } from '../../src/webhooks/event.ts';
import { readWebhooks, type Webhook } from '../../src/webhooks/settings.ts';
import { openStore, openStoreBeside } from '../../src/database.ts';
import { LASTING_ENGINES, storedUser, storeOptions, type Database } from '../support/engines.ts';
import { SECRET, startReceiver, verified, type Receiver } from './support/receiver.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** The library compares with the clock of the machine. */
const START = Date.now();

const parked = (userId: string, code: string, at: number): Notice => ({
  event: 'user.parked',
  connector: 'salesforce',
  at,
  code,
  userId,
  detail: { class: 'data', hint: `mend ${code}` },
});

describe.each(LASTING_ENGINES)('notifications on $name', (engine) => {
  let database: Database;
  let store: Store;
  let receiver: Receiver;
  let now: number;
  let ids: number;
  let events: WebhookEvent[];

  const open = (): Promise<Store> => openStore({ DATABASE_URL: database.url }, storeOptions, () => undefined);

  beforeEach(async () => {
    database = await engine.create();
    store = await open();
    receiver = await startReceiver();
    [now, ids, events] = [START, 0, []];
    await store.keepNotices(true);
  });
  afterEach(async () => {
    await receiver.close();
    await store.close();
    await database.drop();
  });

  const contextOf = (more: Partial<WebhookContext> = {}, wanted?: string): WebhookContext => {
    const urls = { WEBHOOK_URLS: receiver.url, WEBHOOK_SECRET: SECRET };
    const settings = readWebhooks({ ...urls, ...(wanted !== undefined && { WEBHOOK_EVENTS: wanted }) });
    if (!settings) throw new Error('no webhooks');
    return {
      ...settings,
      store,
      now: () => now,
      random: () => 1,
      newId: () => String((ids += 1)),
      baseUrl: () => 'https://scim.example.com/prefix',
      userAgent: 'test',
      onEvent: (event) => events.push(event),
      ...more,
    };
  };
  const only = ({ webhooks }: WebhookContext): Webhook => webhooks[0] as Webhook;
  const round = async (context = contextOf()): Promise<void> => {
    await gather(context);
    await deliver(context, only(context));
  };
  const types = (): string[] => receiver.received.map(({ body }) => (JSON.parse(body) as { type: string }).type);
  const pause = (actor = 'ops'): Promise<boolean> =>
    store.pauseConnector('salesforce', { reason: 'x', actor, at: now });
  const resume = (): Promise<boolean> => store.resumeConnector('salesforce', { reason: 'x', actor: 'ops', at: now });

  it('are verified by the library of Standard Webhooks, and with another secret they are not', async () => {
    await pause();
    await round();
    expect(receiver.received).toHaveLength(1);
    const [received] = receiver.received;
    if (!received) return;
    expect(verified(received)).toEqual({
      type: 'delivery.paused',
      timestamp: new Date(START).toISOString(),
      data: { connector: 'salesforce', actor: 'ops', link: 'https://scim.example.com/admin' },
    });
    expect(received.headers).toMatchObject({ 'webhook-id': 'msg_1', 'content-type': 'application/json' });
    const other = new Verifier(`whsec_${Buffer.alloc(32, 1).toString('base64')}`);
    expect(() => other.verify(received.body, received.headers as Record<string, string>)).toThrow('signature');
  });

  it('tell of gate, quota and removals that are held, without the words of Salesforce', async () => {
    const reason = 'SERVER_UNAVAILABLE: SECRET WORDS';
    const gate = { class: 'outage', reason, hint: 'Wait.', failures: 1, until: now + MINUTE };
    await store.closeGate('salesforce', gate, 'gate closed', now);
    await store.openGate('salesforce', gate, now);
    await store.noteBudget('salesforce', { used: 81, max: 100, level: 'slowed', at: now });
    const few = { connector: 'salesforce', userIds: ['ada'], now, windowMs: 60 * MINUTE, atLeast: 0, percent: 0 };
    await store.admitRemovals(few);
    await round();
    expect(types()).toEqual(['gate.closed', 'gate.opened', 'quota.low', 'removals.held']);
    expect(receiver.received.map(({ body }) => body).join('')).not.toContain('SECRET WORDS');
    expect(JSON.parse(receiver.received[0]?.body ?? '')).toMatchObject({
      data: { class: 'outage', code: 'SERVER_UNAVAILABLE', hint: 'Wait.', until: new Date(now + MINUTE).toISOString() },
    });
  });

  it('tell of an outage that turned into something that waits for somebody, and of no other probe', async () => {
    const outage = { class: 'outage', reason: 'HTTP_503: x', failures: 1, until: now + MINUTE };
    const refused = { class: 'authentication', reason: 'invalid_grant: x', hint: 'Act.', failures: 7 };
    await store.closeGate('salesforce', outage, 'gate closed', now);
    await store.closeGate('salesforce', { ...outage, failures: 2, until: now + 2 * MINUTE }, 'probe failed', now);
    await store.closeGate('salesforce', refused, 'probe failed', now);
    await store.closeGate('salesforce', refused, 'probe failed', now);
    await round();
    const told = receiver.received.map(({ body }) => JSON.parse(body) as { type: string; data: object });
    expect(told.map(({ type }) => type)).toEqual(['gate.closed', 'gate.closed']);
    expect(told[1]?.data).toEqual({
      connector: 'salesforce',
      class: 'authentication',
      code: 'invalid_grant',
      hint: 'Act.',
      link: expect.stringContaining('/admin'),
    });
  });

  it.each([500, 302, 404, 'silence'] as const)('are sent again, the same, after %s', async (answer) => {
    receiver.answers.push(answer);
    await pause();
    const context = contextOf({ timeoutMs: 200 });
    await round(context);
    await round(context);
    expect(receiver.received).toHaveLength(1);
    now += 5_000;
    await round(context);
    expect(receiver.received).toHaveLength(2);
    const [first, second] = receiver.received;
    expect(second?.body).toBe(first?.body);
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect(events.map(({ kind, attempt }) => [kind, attempt])).toEqual([
      ['failed', 1],
      ['sent', 2],
    ]);
    expect(events[0]).toMatchObject(answer === 'silence' ? { error: 'TimeoutError' } : { status: answer });
  });

  it('keep their order while one fails', async () => {
    receiver.answers.push(500);
    await pause();
    await round();
    await resume();
    await round();
    expect(types()).toEqual(['delivery.paused']);
    now += 5_000;
    await round();
    expect(types()).toEqual(['delivery.paused', 'delivery.paused', 'delivery.resumed']);
  });

  it('wait longer after each failure, and are dropped after a day', async () => {
    await pause();
    const waits: number[] = [];
    receiver.answers.push(...Array<number>(200).fill(503));
    for (let last = now; now <= START + DAY; now += waits.length < 8 ? 5_000 : MINUTE) {
      const before = receiver.received.length;
      await round();
      if (receiver.received.length > before) {
        waits.push(now - last);
        last = now;
      }
    }
    expect(waits.slice(0, 8)).toEqual([0, 5_000, 15_000, 45_000, 135_000, 405_000, 1_215_000, 3_600_000]);
    await dropOld(contextOf());
    expect(events.at(-1)).toMatchObject({ kind: 'dropped', event: 'delivery.paused', attempt: waits.length });
    const tried = receiver.received.length;
    now += DAY;
    await round();
    expect(receiver.received).toHaveLength(tried);
  });

  it('of 10,000 users parked at once are one for each error code, with count and first ids', async () => {
    const settle = Array.from({ length: 10_000 }, (_, index) =>
      parked(`user-${String(index).padStart(5, '0')}`, index % 2 ? 'INVALID_EMAIL_ADDRESS' : 'STRING_TOO_LONG', now),
    );
    for (let at = 0; at < settle.length; at += 500)
      await Promise.all(settle.slice(at, at + 500).map((notice) => store.leaveNotice(notice)));
    await round();
    expect(types()).toEqual([]);
    now += MINUTE;
    await round();
    const payloads = receiver.received.map(verified);
    expect(payloads.map(({ data }) => [data['code'], data['count']]).sort()).toEqual([
      ['INVALID_EMAIL_ADDRESS', 5_000],
      ['STRING_TOO_LONG', 5_000],
    ]);
    expect(payloads[0]?.data).toMatchObject({ class: 'data', hint: expect.stringContaining('mend') });
    expect(payloads.map(({ data }) => data['userIds'])).toEqual([expect.any(Array), expect.any(Array)]);
    expect(payloads[0]?.data['userIds']).toHaveLength(10);
    expect(payloads[0]?.data['link']).toBe(
      `https://scim.example.com/admin/parked?state=parked&code=${String(payloads[0]?.data['code'])}`,
    );
  });

  it('tell of a user whom an attempt parked, but not of what a dry run parks', async () => {
    const users = { ada: 'INVALID_EMAIL_ADDRESS', bob: 'DRY_RUN' };
    for (const userName of Object.keys(users)) {
      const resource = storedUser(userName, 1, userName);
      const entry = { operation: 'create', actor: 'a', requestId: 'r', changed: [] } as const;
      await store.commit({ type: 'User', id: userName, after: { resource, keys: [] }, entry, at: now });
    }
    const lanes = await store.claimLanes({ connector: 'salesforce', limit: 9, lease: 'l', leaseMs: 10_000, now });
    const settlements = lanes.map((lane): Settlement => {
      const code = users[lane.userId as keyof typeof users];
      const error = { class: 'data', code, message: 'ada@example.com is wrong', hint: 'mend it' };
      const known = {
        dueAt: now,
        attempts: 1,
        seenSeq: lane.tailSeq,
        seenDoubts: 0,
        lead: 'keep',
        version: 1,
      } as const;
      const attempt = { action: 'create', reason: 'x', outcome: 'parked', fields: [], durationMs: 1 } as const;
      return { ...known, userId: lane.userId, state: 'parked', delivered: false, error, attempt };
    });
    await store.settleLanes('salesforce', 'l', settlements, now);
    now += MINUTE;
    await round();
    expect(receiver.received.map(verified)).toMatchObject([
      { type: 'user.parked', data: { code: 'INVALID_EMAIL_ADDRESS', hint: 'mend it', count: 1, userIds: ['ada'] } },
    ]);
    expect(receiver.received[0]?.body).not.toContain('ada@example.com');
  });

  it('are not lost by a restart, wherever it comes', async () => {
    await pause();
    await store.close();
    store = await open();
    await gather(contextOf());
    await store.close();
    store = await open();
    receiver.answers.push(500);
    await round();
    await store.close();
    store = await open();
    now += 5_000;
    await round();
    expect(types()).toEqual(['delivery.paused', 'delivery.paused']);
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  });

  it('of a process that died while it sent are sent by another once its turn is over', async () => {
    await pause();
    const context = contextOf();
    await gather(context);
    await store.takeJob(`webhook ${only(context).key}`, 30_000, now);
    await round();
    expect(types()).toEqual([]);
    now += 30_000;
    await round();
    expect(types()).toEqual(['delivery.paused']);
  });

  it('are sent once by two processes that look at once', async () => {
    for (let turn = 0; turn < 10; turn += 1) {
      await pause();
      await resume();
    }
    const other = openStoreBeside({ DATABASE_URL: database.url }, storeOptions);
    try {
      const elsewhere = contextOf({ store: other });
      await Promise.all([round(), round(elsewhere), round(), round(elsewhere)]);
      await round();
    } finally {
      await other.close();
    }
    expect(types()).toEqual(Array.from({ length: 10 }, () => ['delivery.paused', 'delivery.resumed']).flat());
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(20);
  });

  it('are only those that are asked for', async () => {
    await pause();
    await resume();
    await round(contextOf({}, 'delivery.resumed'));
    expect(types()).toEqual(['delivery.resumed']);
  });

  it('leave nothing behind when nobody wants them', async () => {
    await store.keepNotices(false);
    await pause();
    await store.leaveNotice(parked('ada', 'X', now));
    await store.keepNotices(true);
    now += MINUTE;
    await round();
    expect(types()).toEqual([]);
  });

  it('name in no event more of the receiver than its host', async () => {
    receiver.answers.push(500);
    await pause();
    await round();
    expect(JSON.stringify(events)).not.toContain('token-in-the-url');
    expect(events[0]?.receiver).toBe(new URL(receiver.url).origin);
  });
});
