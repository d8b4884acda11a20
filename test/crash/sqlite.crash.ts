/** SQLite: does one process that is killed at random moments keep what it acknowledged, and does Salesforce get it? */
import { join } from 'node:path';
import { describe, it } from '@jest/globals';
import { SHORT_LEASE } from './support/database.ts';
import { killAtRandom } from './support/kills.ts';
import { PLAN } from './support/plan.ts';
import { runScenario } from './support/scenario.ts';
import { shortenMinutes } from './support/short-minutes.ts';

describe('SQLite, one process', () => {
  it(`loses, doubles and reorders nothing through ${PLAN.sqlite} kills`, () =>
    runScenario('SQLite, one process', async (scenario) => {
      const service = scenario.addInstance({ ...SHORT_LEASE });
      const databaseUrl = `sqlite:${join(service.folder, 'data', 'scim.sqlite')}`;
      scenario.addClients(12, scenario.anyDoor);
      await service.start();
      await scenario.begin();
      await killAtRandom(scenario, PLAN.sqlite);
      shortenMinutes(scenario, databaseUrl);
      await scenario.end();
      // Whatever the bad day parked is tried again at a start.
      await scenario.restartAll();
      await scenario.reckon(databaseUrl);
    }));
});
