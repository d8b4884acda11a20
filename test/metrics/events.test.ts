/** Which event of the service moves which metric. */
import { describe, expect, it } from '@jest/globals';
import { createMetrics, type Metrics } from '../../src/metrics/metrics.ts';
import type { AttemptEntry } from '../../src/storage/store.ts';
import { IDLE_SOURCE, parsePage } from './support/page.ts';

/** @returns series that are not what they are when nothing happens, but for buckets */
async function moved(act: (metrics: Metrics) => void): Promise<Readonly<Record<string, number>>> {
  const [before, after] = await Promise.all([() => undefined, act].map(series));
  const changed = [...(after ?? [])].filter(([name, value]) => before?.get(name) !== value);
  return Object.fromEntries(changed);
}

async function series(act: (metrics: Metrics) => void): Promise<ReadonlyMap<string, number>> {
  const metrics = createMetrics();
  act(metrics);
  const samples = parsePage((await metrics.page(IDLE_SOURCE)).text);
  return new Map(
    samples
      .filter(({ name }) => /^(scim|salesforce)_/.test(name) && !name.endsWith('_bucket'))
      .map(({ name, labels, value }) => [[name, ...Object.values(labels)].join(' '), value]),
  );
}

const attempt =
  (entry: Partial<AttemptEntry>, more: { latencyMs?: number } = {}) =>
  (metrics: Metrics) =>
    metrics.onDelivery({
      kind: 'attempt',
      userId: 'ada',
      attempt: 1,
      entry: { action: 'update', reason: 'x', outcome: 'delivered', fields: [], durationMs: 1, ...entry },
      ...more,
    });

const call = (more: { status?: number; code?: string }) => (metrics: Metrics) =>
  metrics.onSalesforce({
    kind: 'call',
    method: 'PATCH',
    resource: 'composite/sobjects',
    durationMs: 250,
    records: 7,
    ...more,
  });

const calls = (outcome: string) => ({
  [`salesforce_call_duration_seconds_sum PATCH composite/sobjects ${outcome}`]: 0.25,
  [`salesforce_call_duration_seconds_count PATCH composite/sobjects ${outcome}`]: 1,
  [`salesforce_call_records_total PATCH composite/sobjects ${outcome}`]: 7,
});

describe('metrics', () => {
  const gate = { kind: 'gate closed', class: 'throttle', reason: 'x', failures: 1 } as const;
  const answered = { requestId: 'x', route: '/scim/v2/Users', status: 201, durationMs: 4 };

  it.each<[string, (metrics: Metrics) => void, Readonly<Record<string, number>>]>([
    [
      'a request',
      (metrics) => metrics.onAnswered({ ...answered, method: 'POST' }),
      {
        'scim_http_request_duration_seconds_sum POST /scim/v2/Users 201': 0.004,
        'scim_http_request_duration_seconds_count POST /scim/v2/Users 201': 1,
      },
    ],
    [
      'a method that is not served',
      (metrics) => metrics.onAnswered({ ...answered, method: 'MKCALENDAR', route: 'unknown', status: 404 }),
      {
        'scim_http_request_duration_seconds_sum other unknown 404': 0.004,
        'scim_http_request_duration_seconds_count other unknown 404': 1,
      },
    ],
    [
      'a delivery',
      attempt({}, { latencyMs: 1_500 }),
      {
        'scim_delivery_attempts_total update delivered none': 1,
        scim_delivery_latency_seconds_sum: 1.5,
        scim_delivery_latency_seconds_count: 1,
      },
    ],
    ['a Lead that is sent once more', attempt({}), { 'scim_delivery_attempts_total update delivered none': 1 }],
    [
      'a user who is parked',
      attempt({ outcome: 'parked', error: { class: 'data', code: 'STRING_TOO_LONG' } }),
      { 'scim_delivery_attempts_total update parked data': 1 },
    ],
    [
      'a batch',
      (metrics) => metrics.onDelivery({ kind: 'batch settled', lanes: 200, durationMs: 500 }),
      {
        scim_delivery_batch_lanes_sum: 200,
        scim_delivery_batch_lanes_count: 1,
        scim_delivery_batch_duration_seconds_sum: 0.5,
        scim_delivery_batch_duration_seconds_count: 1,
      },
    ],
    [
      'a batch that failed',
      (metrics) => metrics.onDelivery({ kind: 'batch failed', error: new Error('x') }),
      { scim_delivery_batch_failures_total: 1 },
    ],
    ['a gate that closes', (metrics) => metrics.onDelivery(gate), { 'scim_gate_closures_total throttle': 1 }],
    ['a gate that opens', (metrics) => metrics.onDelivery({ kind: 'gate opened' }), {}],
    ['a call', call({ status: 200 }), calls('ok')],
    ['a call without an answer', call({ code: 'ECONNRESET' }), calls('outage')],
    ['a call that is throttled', call({ status: 403, code: 'REQUEST_LIMIT_EXCEEDED' }), calls('throttle')],
    ['a call that is refused by a code that is new', call({ status: 400, code: 'MADE_UP' }), calls('unknown')],
    [
      'a token that is refused',
      (metrics) => metrics.onSalesforce({ kind: 'token refused', code: 'invalid_grant', durationMs: 1 }),
      { 'salesforce_token_requests_total refused': 1 },
    ],
    [
      'a quota that is overdrawn',
      (metrics) => metrics.onSalesforce({ kind: 'quota', used: 120, max: 100 }),
      { salesforce_api_quota_limit: 100, salesforce_api_quota_left: 0 },
    ],
    [
      'a notification that is tried again',
      (metrics) =>
        metrics.onWebhook({ kind: 'failed', receiver: 'https://x', messageId: 'm', event: 'gate.closed', attempt: 1 }),
      { 'scim_webhook_messages_total failed': 1 },
    ],
    [
      'writes that share a disk sync',
      (metrics) => metrics.onGroupCommit(9),
      { scim_group_commit_writes_sum: 9, scim_group_commit_writes_count: 1 },
    ],
  ])('count %s', async (_what, act, expected) => {
    expect(await moved(act)).toEqual(expected);
  });
});
