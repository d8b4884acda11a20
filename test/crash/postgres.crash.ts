/** PostgreSQL: do one process, and two that share the database, keep their promise when they are killed at random moments? */
import { describe, it } from '@jest/globals';
import { createPostgres, SHORT_LEASE } from './support/database.ts';
import { killAtRandom } from './support/kills.ts';
import { PLAN } from './support/plan.ts';
import { runScenario, type Scenario } from './support/scenario.ts';
import { shortenMinutes } from './support/short-minutes.ts';

async function play(scenario: Scenario, processes: number, kills: number): Promise<void> {
  const url = await createPostgres(scenario);
  for (let one = 0; one < processes; one += 1)
    await scenario.addInstance({ DATABASE_URL: url, ...SHORT_LEASE }).start();
  scenario.addClients(12, scenario.anyDoor);
  await scenario.begin();
  await killAtRandom(scenario, kills);
  shortenMinutes(scenario, url);
  await scenario.end();
  // Whatever the bad day parked is tried again at a start.
  await scenario.restartAll();
  await scenario.reckon(url);
}

describe('PostgreSQL', () => {
  it(`loses, doubles and reorders nothing when one process is killed ${PLAN.postgres} times`, () =>
    runScenario('PostgreSQL, one process', (scenario) => play(scenario, 1, PLAN.postgres)));

  it(`loses, doubles and reorders nothing when two processes share it and one or the other is killed ${PLAN.pair} times`, () =>
    runScenario('PostgreSQL, two processes', (scenario) => play(scenario, 2, PLAN.pair)));
});
