/** Bulk loads: is every user of a job that was under way when its process was killed made once, and is what changed meanwhile there? */
import { describe, it } from '@jest/globals';
import { eventually } from '../support/service.ts';
import type { ExpectedLead } from './support/convergence.ts';
import { createPostgres, SHORT_LEASE } from './support/database.ts';
import { queryDatabase } from './support/lanes.ts';
import { PLAN } from './support/plan.ts';
import { runScenario, sleep, type Scenario } from './support/scenario.ts';
import { describeReply, send } from './support/scim.ts';
import { shortenMinutes } from './support/short-minutes.ts';

const FROM = 20;
/** More than come into the first batch, so that enough wait for a job. */
const WAVE = 120;
const WEATHER = { latencyMs: 400, share: 0 };
/** From the first request of a job to its results, with the latency above and a poll each second. */
const JOB_MS = 4_000;
/** After a kill the load is held for a lease. */
const LOAD_MS = 60_000;

type Users = Map<string, ExpectedLead>;

const pathOf = (id: string): string => `/Users/${id}`;

/** Users that nobody but the scenario changes, made all at once. @returns their ids */
async function createWave(scenario: Scenario, users: Users, wave: number): Promise<readonly string[]> {
  const root = await scenario.anyDoor();
  const create = async (_: unknown, at: number): Promise<readonly string[]> => {
    const email = `wave${wave}-${at}@example.com`;
    const body = { userName: email, title: '1', emails: [{ value: email }] };
    const reply = await send(root, { method: 'POST', path: '/Users', body });
    if (reply.kind !== 'answered' || reply.status !== 201) {
      scenario.findings.add('unexpected', `POST /Users was answered ${describeReply(reply)}`);
      return [];
    }
    scenario.findings.acknowledged += 1;
    const id = String(reply.body['id']);
    users.set(id, { counter: 1, email });
    return [id];
  };
  return (await Promise.all(Array.from({ length: WAVE }, create))).flat();
}

/** Every other user is changed while the job that makes its Lead runs. */
async function changeHalf(scenario: Scenario, users: Users, ids: readonly string[]): Promise<void> {
  const root = await scenario.anyDoor();
  const Operations = [{ op: 'replace', path: 'title', value: '2' }];
  const body = { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations };
  const change = async (id: string): Promise<void> => {
    const reply = await send(root, { method: 'PATCH', path: pathOf(id), body });
    const user = users.get(id);
    if (reply.kind !== 'answered' || reply.status !== 200 || !user) {
      scenario.findings.add('unexpected', `PATCH ${pathOf(id)} was answered ${describeReply(reply)}`);
      return;
    }
    scenario.findings.acknowledged += 1;
    users.set(id, { ...user, counter: 2 });
  };
  await Promise.all(ids.filter((_, at) => at % 2 === 0).map(change));
}

/** Each load has a lease of its own, which stays when another process takes it over. */
const leaseOfLoad = async (databaseUrl: string): Promise<unknown> =>
  (await queryDatabase(databaseUrl, 'select lease from bulk_load'))[0]?.['lease'];

const play =
  (createDatabase: (scenario: Scenario) => Promise<string>) =>
  async (scenario: Scenario): Promise<void> => {
    const { findings, random } = scenario;
    const databaseUrl = await createDatabase(scenario);
    const more = { SALESFORCE_BULK_FROM: String(FROM), ...SHORT_LEASE };
    const service = scenario.addInstance({ DATABASE_URL: databaseUrl, ...more });
    await service.start();
    scenario.addClients(4, scenario.anyDoor);
    await scenario.begin();
    const users: Users = new Map();
    let inJob = 0;
    let last: unknown;
    const nextLoad = async (): Promise<unknown> => {
      const lease = await leaseOfLoad(databaseUrl);
      return lease === last ? undefined : lease;
    };
    for (let kill = 1; kill <= PLAN.loads; kill += 1) {
      const ids = await createWave(scenario, users, kill);
      last = await eventually(nextLoad, LOAD_MS);
      await changeHalf(scenario, users, ids);
      // One at least comes in the middle of a job, however few there are.
      await sleep(kill === 1 ? 0 : random.int(0, JOB_MS));
      await service.kill();
      findings.kills += 1;
      if ((await leaseOfLoad(databaseUrl)) === last) inJob += 1;
      await service.start();
    }
    shortenMinutes(scenario, databaseUrl);
    await scenario.end();
    findings.remark = `${inJob} of ${PLAN.loads} kills in the middle of a bulk load`;
    if (inJob === 0) findings.add('unexpected', findings.remark);
    await scenario.reckon(databaseUrl, users);
  };

describe('a bulk load whose process is killed', () => {
  it('makes each user once, as it is now, on both engines', () =>
    // Side by side: most of the time is waiting for leases to end.
    Promise.all([
      runScenario(
        'bulk load, SQLite',
        play((scenario) => Promise.resolve(`sqlite:${scenario.folder()}/scim.sqlite`)),
        WEATHER,
      ),
      runScenario('bulk load, PostgreSQL', play(createPostgres), WEATHER),
    ]));
});
