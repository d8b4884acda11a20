/** The database goes away under load, in order or killed: does the service say so, lose nothing, and come back by itself? */
import { describe, it } from '@jest/globals';
import { startOwnPostgres } from '../support/postgres.ts';
import { SHORT_LEASE } from './support/database.ts';
import { becomes, probe } from './support/health.ts';
import { PLAN } from './support/plan.ts';
import { runScenario, sleep, type Scenario } from './support/scenario.ts';

const BACK_MS = 20_000;
const AWAY_MS = { min: 500, max: 4_000 };

async function play(scenario: Scenario): Promise<void> {
  const { random, findings } = scenario;
  const postgres = await startOwnPostgres({ settings: { fsync: 'on', max_connections: '60' } });
  scenario.atEnd(() => postgres.stop());
  const service = scenario.addInstance({ DATABASE_URL: postgres.url, ...SHORT_LEASE });
  await service.start();
  scenario.addClients(8, scenario.anyDoor);
  await scenario.begin();
  for (let outage = 1; outage <= PLAN.outages; outage += 1) {
    await sleep(random.int(300, 2_500));
    const how = outage % 2 === 0 ? 'fast' : 'kill';
    const refused = findings.refused;
    await postgres.halt(how);
    findings.kills += 1;
    if (!(await becomes(service, '/readyz', 503, 5_000))) findings.add('unexpected', `/readyz never said 503 (${how})`);
    await sleep(random.int(AWAY_MS.min, AWAY_MS.max));
    if ((await probe(service, '/healthz')) !== 200) findings.add('unexpected', `/healthz was not 200 (${how})`);
    if (findings.refused === refused) findings.add('unexpected', `nobody was answered 503 (${how})`);
    await postgres.resume();
    if (!(await becomes(service, '/readyz', 200, BACK_MS)))
      findings.add('stuck', `/readyz never said 200 again (${how})`);
    findings.say(`outage ${outage} of ${PLAN.outages} (${how}); ${findings.acknowledged} requests acknowledged`);
  }
  await sleep(1_000);
  await scenario.end();
  findings.remark = `${findings.refused} requests were answered 503; the service was never restarted`;
  await scenario.reckon(postgres.url);
}

describe('a PostgreSQL that is stopped and killed under load', () => {
  it(`costs nothing that was acknowledged, ${PLAN.outages} times`, () => runScenario('PostgreSQL away', play));
});
