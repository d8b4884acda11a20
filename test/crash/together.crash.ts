/** Do two processes on one PostgreSQL send each record once, and what is sent twice, and how much later, when one is killed? */
import { describe, it } from '@jest/globals';
import { createPostgres, SHORT_LEASE } from './support/database.ts';
import { lanesNotIdle, leasedUsers } from './support/lanes.ts';
import { PLAN } from './support/plan.ts';
import { runScenario, sleep, type Scenario } from './support/scenario.ts';
import { describeReply, send } from './support/scim.ts';

const LEASE_MS = 10_000;
const SENDERS = 32;
/** Calls take long enough that half of the users wait when all are created. */
const WEATHER = { latencyMs: 300, share: 0 };
/** The other process settles a batch within this time; what is leased still is the killed one's. */
const SETTLED_MS = 6_000;
/** Longest that a process sleeps before it looks for work, and what a busy machine adds. */
const SLACK_MS = 20_000;
const TIMEOUT_MS = 300_000;

/** Creates the users through both processes at once. */
async function createUsers(scenario: Scenario): Promise<void> {
  let next = 0;
  const sender = async (root: string): Promise<void> => {
    while (next < PLAN.users) {
      const userName = `user${next}`;
      next += 1;
      const body = { userName, title: '1', emails: [{ value: `${userName}@example.com` }] };
      const reply = await send(root, { method: 'POST', path: '/Users', body });
      if (reply.kind !== 'answered' || reply.status !== 201) {
        scenario.findings.add('unexpected', `POST /Users was answered ${describeReply(reply)}`);
      }
      scenario.findings.acknowledged += 1;
    }
  };
  const roots = scenario.instances.flatMap(({ url }) => url ?? []);
  await Promise.all(Array.from({ length: SENDERS }, (_, at) => sender(roots[at % roots.length] ?? '')));
}

async function untilWritten(scenario: Scenario, users: number): Promise<void> {
  const until = Date.now() + TIMEOUT_MS;
  while (scenario.watch.users < users) {
    if (Date.now() > until) throw new Error(`${scenario.watch.users} of ${users} users were delivered`);
    await sleep(50);
  }
}

async function expectAllIdle(scenario: Scenario, url: string): Promise<void> {
  const until = Date.now() + TIMEOUT_MS;
  let lanes = await lanesNotIdle(url);
  while (lanes.length > 0 && Date.now() < until) {
    await sleep(200);
    lanes = await lanesNotIdle(url);
  }
  for (const lane of lanes) scenario.findings.add('stuck', JSON.stringify(lane));
}

function expectWrittenOnce(scenario: Scenario, but: ReadonlySet<string>): void {
  const twice = scenario.watch.repeated().filter((user) => !but.has(user));
  for (const user of twice)
    scenario.findings.add('duplicated', `${user} was written ${scenario.watch.writesOf(user)} times`);
}

interface Calls {
  readonly api: number;
  readonly rows: { readonly created: number; readonly updated: number };
}

const readCalls = async (scenario: Scenario): Promise<Calls> =>
  (await fetch(`${scenario.sandbox.url}/sandbox/calls`)).json() as Promise<Calls>;

async function startBoth(scenario: Scenario): Promise<string> {
  const url = await createPostgres(scenario);
  for (let one = 0; one < 2; one += 1) await scenario.addInstance({ DATABASE_URL: url, ...SHORT_LEASE }).start();
  return url;
}

async function deliver(scenario: Scenario): Promise<void> {
  const url = await startBoth(scenario);
  const startedAt = Date.now();
  await createUsers(scenario);
  await untilWritten(scenario, PLAN.users);
  const seconds = (Date.now() - startedAt) / 1000;
  await expectAllIdle(scenario, url);
  expectWrittenOnce(scenario, new Set());
  const { api, rows } = await readCalls(scenario);
  if (rows.created !== PLAN.users || rows.updated !== 0) scenario.findings.add('duplicated', JSON.stringify(rows));
  scenario.findings.remark = `${PLAN.users} users created and delivered in ${seconds.toFixed(1)} s with ${api} API calls`;
  scenario.checkDeaths();
}

/** @returns users that the killed process had claimed */
async function killOne(scenario: Scenario, url: string): Promise<ReadonlySet<string>> {
  await scenario.random.pick(scenario.instances).kill();
  scenario.findings.kills += 1;
  const before = await leasedUsers(url);
  await sleep(SETTLED_MS);
  const after = await leasedUsers(url);
  return new Set([...before].filter(([user, lease]) => after.get(user) === lease).map(([user]) => user));
}

async function deliverWithKill(scenario: Scenario): Promise<void> {
  const url = await startBoth(scenario);
  await scenario.rain.start();
  const startedAt = Date.now();
  await createUsers(scenario);
  await untilWritten(scenario, PLAN.users / 2);
  const killedAt = Date.now();
  const done = scenario.watch.users;
  // One process is left: what both did until here, it does alone in twice the time.
  const restMs = ((killedAt - startedAt) / done) * (PLAN.users - done) * 2;
  const killed = await killOne(scenario, url);
  await untilWritten(scenario, PLAN.users);
  await expectAllIdle(scenario, url);
  const tookMs = Date.now() - killedAt;
  expectWrittenOnce(scenario, killed);
  if (tookMs > Math.max(LEASE_MS, restMs) + SLACK_MS) {
    scenario.findings.add('stuck', `the rest took ${tookMs} ms after the kill; the lease is ${LEASE_MS} ms`);
  }
  const repeated = scenario.watch.repeated().length;
  scenario.findings.remark =
    `killed with ${done} of ${PLAN.users} delivered; it held ${killed.size}, of which ${repeated} were written again; ` +
    `all idle ${(tookMs / 1000).toFixed(1)} s after the kill`;
  scenario.checkDeaths();
}

describe('two processes on one PostgreSQL', () => {
  it(`write each of ${PLAN.users} users exactly once`, () => runScenario('together', deliver));

  it('write again only what a killed one had claimed, after its lease', () =>
    runScenario('together, one killed', deliverWithKill, WEATHER));
});
