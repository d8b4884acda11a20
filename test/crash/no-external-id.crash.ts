/** An org without an external-id field: does one Lead per user stay one, and go only forward, when processes die in the middle of its making? */
import { describe, it } from '@jest/globals';
import { FICKLE } from './support/client.ts';
import { createPostgres, SHORT_LEASE } from './support/database.ts';
import { LOST_CREATES } from './support/fault-rain.ts';
import { BY_EMAIL } from './support/identity.ts';
import { killAtRandom } from './support/kills.ts';
import { countRecovered, lanesGivenUp } from './support/lanes.ts';
import { PLAN } from './support/plan.ts';
import { runScenario, sleep, type Scenario } from './support/scenario.ts';
import { shortenMinutes } from './support/short-minutes.ts';

/** What the weather alone does, before anything is killed. */
const LOAD_MS = 4_000;

const play =
  (createDatabase: (scenario: Scenario) => Promise<string>) =>
  async (scenario: Scenario): Promise<void> => {
    const databaseUrl = await createDatabase(scenario);
    const more = { SALESFORCE_EXTERNAL_ID_FIELD: '', ...SHORT_LEASE };
    await scenario.addInstance({ DATABASE_URL: databaseUrl, ...more }).start();
    scenario.addClients(8, scenario.anyDoor, { habits: FICKLE });
    shortenMinutes(scenario, databaseUrl);
    await scenario.begin();
    await sleep(LOAD_MS);
    await killAtRandom(scenario, PLAN.byEmail);
    await scenario.end();
    // Whatever the bad day parked is tried again at a start.
    await scenario.restartAll();
    await scenario.reckon(databaseUrl);
    const [recovered, givenUp] = [await countRecovered(databaseUrl), await lanesGivenUp(databaseUrl)];
    scenario.findings.remark =
      `${recovered} creates whose answer was lost were found again; ` +
      `${givenUp.length} deleted users wait with CREATE_OUTCOME_UNKNOWN`;
  };

describe('an org without an external-id field', () => {
  it('gets one Lead for each user, on both engines', () =>
    // Side by side: most of the time is waiting for leases to end, and for writes that may still come.
    Promise.all([
      runScenario(
        'no external id, SQLite',
        play((scenario) => Promise.resolve(`sqlite:${scenario.folder()}/scim.sqlite`)),
        LOST_CREATES,
        BY_EMAIL,
      ),
      runScenario('no external id, PostgreSQL', play(createPostgres), LOST_CREATES, BY_EMAIL),
    ]));
});
