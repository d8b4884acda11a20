/** Delivered per minute by the admin API, on each engine. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ENGINES } from '../../support/engines.ts';
import { eventually, startService, type TestService } from '../../support/service.ts';
import { describedApi, type DescribedApi } from './support.ts';

interface Minute {
  readonly at: string;
  readonly delivered: number;
  readonly failed: number;
  readonly parked: number;
  readonly latencyMsP50: number | null;
  readonly latencyMsP95: number | null;
}

describe.each(ENGINES)('GET /throughput on $name', (engine) => {
  let service: TestService;
  let api: DescribedApi;
  const minutes = async (): Promise<readonly Minute[]> =>
    (await api.call('GET', '/throughput')).body['minutes'] as readonly Minute[];
  const sum = (of: readonly Minute[], what: 'delivered' | 'parked' | 'failed'): number =>
    of.reduce((total, minute) => total + minute[what], 0);

  beforeAll(async () => {
    service = await startService(engine, { MAPPING_FILE: 'schemas/mappings/tutorial.json', LOG_LEVEL: 'warn' });
    api = await describedApi(service);
  });
  afterAll(() => service.close());

  it('has 60 minutes in a row that end with this one, empty ones too', async () => {
    const quiet = { delivered: 0, failed: 0, parked: 0, latencyMsP50: null, latencyMsP95: null };
    const told = await minutes();
    const last = Date.parse(told.at(-1)?.at ?? '');
    expect(told).toEqual(
      Array.from({ length: 60 }, (_, index) => ({
        at: new Date(last - (59 - index) * 60_000).toISOString(),
        ...quiet,
      })),
    );
    expect([last % 60_000, Date.now() - last < 62_000]).toEqual([0, true]);
  });

  it('counts what was delivered and what was parked, and tells how long changes waited', async () => {
    for (const address of ['ada@example.com', 'bob@example.com', 'cy at nowhere'])
      await service.scim('POST', '/Users', { userName: address, emails: [{ value: address, primary: true }] });
    const told = await eventually(async () => {
      const read = await minutes();
      return sum(read, 'delivered') + sum(read, 'parked') === 3 ? read : undefined;
    });
    expect([sum(told, 'delivered'), sum(told, 'parked'), sum(told, 'failed')]).toEqual([2, 1, 0]);
    for (const { delivered, latencyMsP50, latencyMsP95 } of told)
      expect([latencyMsP50 !== null, (latencyMsP95 ?? 0) >= (latencyMsP50 ?? 0)]).toEqual([delivered > 0, true]);
  });

  it('takes no parameters', async () => {
    expect((await api.call('GET', '/throughput?minutes=5')).status).toBe(400);
  });
});
