/** The database goes away while the service runs: what clients, Prometheus and the log are told. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startOwnPostgres, type OwnPostgres } from '../support/postgres.ts';
import { eventually, request, startService, type TestService } from '../support/service.ts';

const METRICS_TOKEN = 'token-of-prometheus';
/** Longer than what the page remembers of the backlog. */
const AWAY_MS = 11_000;

describe('while PostgreSQL is away', () => {
  let server: OwnPostgres;
  let service: TestService;
  const statuses: number[] = [];
  let page = '';
  let log: readonly Readonly<Record<string, unknown>>[] = [];

  const create = async (): Promise<number> => (await service.scim('POST', '/Users', { userName: 'ada' })).status;
  const readLog = () =>
    service
      .log()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  const readPage = async (): Promise<string> => {
    const authorization = `Bearer ${METRICS_TOKEN}`;
    return (await request(`${service.app.baseUrl}/metrics`, 'GET', undefined, { authorization })).text;
  };

  beforeAll(async () => {
    server = await startOwnPostgres();
    const database = { url: server.url, drop: () => Promise.resolve() };
    service = await startService({ name: 'PostgreSQL', create: () => Promise.resolve(database) }, { METRICS_TOKEN });
    page = await readPage();
    expect(page).toContain('\nscim_database_up 1\n');
    await server.halt('fast');
    for (const until = Date.now() + AWAY_MS; Date.now() < until;) {
      statuses.push(await create());
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    page = await readPage();
    log = readLog();
    await server.resume();
  }, 90_000);
  afterAll(async () => {
    await service.close();
    await server.stop();
  });

  it('clients are asked to come back', () => {
    expect(statuses.length).toBeGreaterThan(10);
    expect([...new Set(statuses)]).toEqual([503]);
  });

  it('the log says so in one line of each level, however many requests fail', () => {
    const [errors, warnings] = [50, 40].map((level) => log.filter((line) => line['level'] === level));
    expect([errors?.length, warnings?.length]).toEqual([1, 1]);
    expect(log.filter(({ msg, status }) => msg === 'request answered' && status === 503)).toHaveLength(statuses.length);
  });

  it('the metrics are there without the backlog', () => {
    expect(page).toContain('\nscim_database_up 0\n');
    expect(page).not.toMatch(/^scim_(lanes|oldest_due_seconds|gate_closed)[ {]/m);
  });

  it('everything goes on by itself when it is back, and the log says that too', async () => {
    await eventually(async () => ((await create()) === 201 ? true : undefined));
    await eventually(async () => (service.log().includes('job succeeded again') ? true : undefined));
  });
});
