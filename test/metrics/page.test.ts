/** The page that Prometheus reads (docs/metrics.md). */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createMetrics } from '../../src/metrics/metrics.ts';
import { StorageUnavailable } from '../../src/storage/errors.ts';
import { ENGINES } from '../support/engines.ts';
import { eventually, request, startService, type TestService } from '../support/service.ts';
import { parsePage, type Sample } from './support/page.ts';

const METRICS_TOKEN = 'token-of-prometheus';

describe.each(ENGINES)('/metrics on $name', (engine) => {
  let service: TestService;
  let samples: readonly Sample[];

  const page = (authorization = `Bearer ${METRICS_TOKEN}`) =>
    request(`${service.app.baseUrl}/metrics`, 'GET', undefined, { authorization });
  const value = (name: string, labels: Record<string, string> = {}): number | undefined =>
    samples.find(
      (sample) =>
        sample.name === name && Object.entries(labels).every(([label, text]) => sample.labels[label] === text),
    )?.value;

  beforeAll(async () => {
    service = await startService(engine, { METRICS_TOKEN });
    const names = ['ada', 'grace', 'joan'];
    for (const userName of names) await service.scim('POST', '/Users', { userName, emails: [`${userName}@x.example`] });
    await eventually(async () => ((await service.leads()).length === names.length ? true : undefined));
    const { body } = await service.scim('GET', '/Users?filter=userName+eq+"ada"');
    const ada = (body['Resources'] as { id: string }[])[0]?.id ?? '';
    await service.scim('GET', `/Users/${ada}`);
    await service.scim('GET', '/Users/made-up-by-a-client');
    await service.scim('GET', '/nothing-at-all');
    await request(`${service.app.baseUrl}/made/up/path`, 'PURGE');
    // The settlement of the last batch comes after its Lead.
    samples = await eventually(async () => {
      const now = parsePage((await page()).text);
      const delivered = now.find(({ name }) => name === 'scim_delivery_latency_seconds_count');
      return delivered?.value === names.length ? now : undefined;
    });
  });
  afterAll(() => service.close());

  it('is Prometheus text', async () => {
    const { status, headers, text } = await page();
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(text).toContain('# TYPE scim_http_request_duration_seconds histogram');
  });

  it.each([
    ['no credential', ''],
    ['another token', 'Bearer token-of-somebody-else'],
    ['the password of SCIM', `Basic ${Buffer.from('admin:admin').toString('base64')}`],
    ['the token without a scheme', METRICS_TOKEN],
  ])('is refused with 401 to %s', async (_who, authorization) => {
    const { status, headers, text } = await page(authorization);
    expect([status, headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="scim-salesforce metrics"']);
    expect(text).toBe('send the METRICS_TOKEN as a bearer token\n');
  });

  it('lets nobody into SCIM who may read it', async () => {
    const authorization = `Bearer ${METRICS_TOKEN}`;
    expect((await service.scim('GET', '/Users', undefined, { authorization })).status).toBe(401);
  });

  it('counts requests by pattern of route and status', () => {
    const count = (labels: Record<string, string>) => value('scim_http_request_duration_seconds_count', labels);
    expect(count({ method: 'POST', route: '/scim/v2/Users', status: '201' })).toBe(3);
    expect(count({ method: 'GET', route: '/scim/v2/Users/:id', status: '200' })).toBe(1);
    expect(count({ method: 'GET', route: '/scim/v2/Users/:id', status: '404' })).toBe(1);
  });

  it('has no label whose values a client makes up', () => {
    const labels = JSON.stringify(samples.map((sample) => sample.labels));
    expect(labels).not.toMatch(/made|nothing-at-all|ada|x\.example|PURGE/);
  });

  it('tells how long changes took to be delivered, once a change', () => {
    expect(value('scim_delivery_latency_seconds_count')).toBe(3);
    expect(value('scim_delivery_latency_seconds_bucket', { le: '60' })).toBe(3);
    expect(value('scim_delivery_attempts_total', { action: 'create', outcome: 'delivered', class: 'none' })).toBe(3);
  });

  it('counts calls and records by outcome, tokens, and what is left of the quota', () => {
    const upsert = { method: 'PATCH', resource: 'composite/sobjects/Lead/SCIM_Id__c', outcome: 'ok' };
    expect(value('salesforce_call_duration_seconds_count', upsert)).toBeGreaterThan(0);
    expect(value('salesforce_call_records_total', upsert)).toBe(3);
    expect(value('salesforce_token_requests_total', { outcome: 'refreshed' })).toBe(1);
    const [limit = 0, left = 0] = [value('salesforce_api_quota_limit'), value('salesforce_api_quota_left')];
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(limit);
  });

  it('tells of batches, lanes, gate and database', async () => {
    expect(value('scim_delivery_batch_lanes_sum')).toBe(3);
    expect(value('scim_gate_closed')).toBe(0);
    expect(value('scim_database_up')).toBe(1);
    const lanes = samples.filter(({ name }) => name === 'scim_lanes').map(({ labels }) => labels['state']);
    expect(lanes).toEqual(expect.arrayContaining(['idle', 'due', 'parked']));
    const writes = value('scim_group_commit_writes_sum') ?? 0;
    expect(writes > 3).toBe(engine.name === 'SQLite');
  });

  it('tells of the process and its event loop', () => {
    expect(value('process_cpu_seconds_total')).toBeGreaterThan(0);
    expect(value('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThanOrEqual(0);
  });
});

describe.each(ENGINES)('without METRICS_TOKEN on $name', (engine) => {
  it('there is no page, whatever is sent', async () => {
    const service = await startService(engine);
    try {
      const { status, text } = await request(`${service.app.baseUrl}/metrics`, 'GET');
      expect([status, text]).toEqual([404, 'metrics are off: set METRICS_TOKEN\n']);
    } finally {
      await service.close();
    }
  });
});

describe('the backlog', () => {
  const counts = { idle: 7, due: 2, parked: 1, held: 0 };
  let now = 0;
  let isAway = false;
  let reads = 0;
  const source = {
    connector: 'salesforce',
    now: () => now,
    store: {
      countLanes: async () => {
        reads += 1;
        if (isAway) throw new StorageUnavailable('away');
        return counts;
      },
      nextDueAt: async () => 10_000,
      readConnector: async () => ({ gate: { class: 'outage', reason: 'x', failures: 1 } }),
    },
  };
  const read = async (metrics: ReturnType<typeof createMetrics>) => {
    const samples = parsePage((await metrics.page(source)).text);
    return (name: string, state?: string) =>
      samples.find((sample) => sample.name === name && sample.labels['state'] === state)?.value;
  };

  it('shows every state that the store reports, the age of the oldest due lane, and the gate', async () => {
    now = 72_000;
    const value = await read(createMetrics());
    expect(['idle', 'due', 'parked'].map((state) => value('scim_lanes', state))).toEqual([7, 2, 1]);
    expect([value('scim_oldest_due_seconds'), value('scim_gate_closed')]).toEqual([62, 1]);
  });

  it('is 0 s old while the next lane is due in the future', async () => {
    now = 1_000;
    expect((await read(createMetrics()))('scim_oldest_due_seconds')).toBe(0);
  });

  it('is absent while the database is away, and the page is there all the same', async () => {
    const metrics = createMetrics();
    now = 100_000;
    await read(metrics);
    now += 60_000;
    isAway = true;
    const value = await read(metrics);
    isAway = false;
    const names = ['scim_lanes', 'scim_oldest_due_seconds', 'scim_gate_closed'];
    expect(names.map((name) => value(name, name === 'scim_lanes' ? 'due' : undefined))).toEqual(
      names.map(() => undefined),
    );
    expect(value('scim_database_up')).toBe(0);
    now += 60_000;
    expect((await read(metrics))('scim_database_up')).toBe(1);
  });

  it('is counted once in ten seconds, however often the page is read', async () => {
    const metrics = createMetrics();
    reads = 0;
    for (now = 0; now <= 25_000; now += 1_000) await metrics.page(source);
    expect(reads).toBe(3);
  });
});
