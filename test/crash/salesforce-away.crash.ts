/** Salesforce is down under load: is every SCIM request answered as ever, and everything delivered in order afterwards? */
import { describe, it } from '@jest/globals';
import { createPostgres } from './support/database.ts';
import { readEvents } from './support/lanes.ts';
import { PLAN } from './support/plan.ts';
import { Road } from './support/road.ts';
import { shortenMinutes } from './support/short-minutes.ts';
import { runScenario, sleep, type Scenario } from './support/scenario.ts';

const CLIENTS = 12;
const WARM_UP_MS = 1_000;
const BEFORE_MS = 4_000;
const AFTER_MS = 2_000;
/** Salesforce's own weather is fine. */
const WEATHER = { latencyMs: 5, share: 0 };
/** What a busy machine may add to the slowest of twenty requests; a request that waits for Salesforce takes as long as the outage. */
const SLOWER_MS = 500;

type CreateDatabase = (scenario: Scenario) => Promise<string>;

const sqlite: CreateDatabase = (scenario) => Promise.resolve(`sqlite:${scenario.folder()}/scim.sqlite`);

const play =
  (createDatabase: CreateDatabase) =>
  async (scenario: Scenario): Promise<void> => {
    const { findings } = scenario;
    const databaseUrl = await createDatabase(scenario);
    const road = new Road(scenario.sandbox.url);
    await road.open();
    scenario.atEnd(() => road.cut());
    await scenario.addInstance({ DATABASE_URL: databaseUrl, SALESFORCE_LOGIN_URL: road.url }).start();
    scenario.addClients(CLIENTS, scenario.anyDoor);
    await scenario.begin();
    await sleep(WARM_UP_MS);
    const before = await scenario.measure(BEFORE_MS);
    await road.cut();
    const during = await scenario.measure(PLAN.salesforceAwayMs);
    await road.open();
    await sleep(AFTER_MS);
    shortenMinutes(scenario, databaseUrl);
    await scenario.end();
    findings.remark = `p95 of a SCIM request ${before} ms before, ${during} ms during ${PLAN.salesforceAwayMs / 1000} s without Salesforce`;
    if (findings.refused > 0) findings.add('unexpected', `${findings.refused} requests were answered 503`);
    if (during > 2 * before + SLOWER_MS) findings.add('unexpected', findings.remark);
    await scenario.reckon(databaseUrl);
    checkBreaker(scenario, await readEvents(databaseUrl));
  };

/** It closed, was tried while Salesforce was down, and opened by itself; and that is in the journal. */
function checkBreaker({ findings }: Scenario, events: readonly string[]): void {
  const life = events.join(', ');
  if (!/^gate closed(, (probe failed|gate closed))+, gate opened$/.test(life))
    findings.add('unexpected', `the journal tells of the breaker: ${life || 'nothing'}`);
}

describe('Salesforce is down under load', () => {
  it.each([
    ['SQLite', sqlite],
    ['PostgreSQL', createPostgres],
  ] as const)('and no request to %s fails or slows, and everything arrives in order', (name, createDatabase) =>
    runScenario(`Salesforce away, ${name}`, play(createDatabase), WEATHER),
  );
});
