/** Zombies: does a process that was held past its lease in the middle of a delivery do any harm when it wakes? */
import { describe, it } from '@jest/globals';
import { createPostgres, SHORT_LEASE } from './support/database.ts';
import type { Client, Door } from './support/client.ts';
import type { Instance } from './support/instance.ts';
import { leasedUsers } from './support/lanes.ts';
import { PLAN } from './support/plan.ts';
import { runScenario, sleep, type Scenario } from './support/scenario.ts';
import { shortenMinutes } from './support/short-minutes.ts';
import { SharedUser, touchAll } from './support/shared-user.ts';

/** Past the lease of 10 s, and not so long that a client gives up. */
const HOLD_MS = { min: 10_500, max: 14_000 };
/** Most of a delivery is then spent on calls to Salesforce, and little of the time on waiting for it to come back. */
const WEATHER = { latencyMs: 250, share: 0.08 };

interface Half {
  readonly instance: Instance;
  readonly clients: readonly Client[];
  /** Set while the process is held: its clients wait. */
  held: Promise<void> | undefined;
}

async function openHalf(scenario: Scenario, url: string): Promise<Half> {
  const instance = scenario.addInstance({ DATABASE_URL: url, ...SHORT_LEASE });
  await instance.start();
  const clients = scenario.addClients(6, () => instance.whenUp());
  return { instance, clients, held: undefined };
}

/** Holds one process in the middle of what it does, past its lease. @returns of how many users it was delivering */
async function hold(scenario: Scenario, half: Half, url: string): Promise<number> {
  let wake: () => void = () => undefined;
  half.held = new Promise<void>((resolve) => (wake = resolve));
  for (const client of half.clients) client.pause(half.held);
  const before = await leasedUsers(url);
  half.instance.signal('SIGSTOP');
  scenario.findings.kills += 1;
  const holdMs = scenario.random.int(HOLD_MS.min, HOLD_MS.max);
  await sleep(holdMs / 2);
  const after = await leasedUsers(url);
  await sleep(holdMs / 2);
  half.instance.signal('SIGCONT');
  half.held = undefined;
  wake();
  // The other process settles its leases within a second or two.
  return [...before].filter(([user, lease]) => after.get(user) === lease).length;
}

async function play(scenario: Scenario): Promise<void> {
  const { random, findings } = scenario;
  const url = await createPostgres(scenario);
  const halves = [await openHalf(scenario, url), await openHalf(scenario, url)];
  const shared = Array.from({ length: 10 }, (_, index) => new SharedUser(scenario.world, `shared${index}`));
  for (const user of shared) await user.create(await scenario.anyDoor());

  let over = false;
  let caught = 0;
  await scenario.begin();
  const doors = halves.map((half): Door => async () => {
    await half.held;
    return half.instance.whenUp();
  });
  const touching = doors.map((door) => touchAll(shared, { random: random.fork(), door, isOver: () => over }));
  for (let round = 1; round <= PLAN.zombies; round += 1) {
    await sleep(random.int(500, 3_000));
    const users = await hold(scenario, random.pick(halves), url);
    if (users > 0) caught += 1;
    findings.say(
      `zombie ${round} of ${PLAN.zombies} held ${users} users; ${findings.acknowledged} requests acknowledged`,
    );
  }
  findings.remark = `${caught} of ${PLAN.zombies} were held in the middle of a delivery`;
  over = true;
  await Promise.all(touching);
  shortenMinutes(scenario, url);
  await scenario.end();
  // The last of the woken sees its requests through.
  await sleep(2_000);
  await scenario.restartAll();
  const root = await scenario.anyDoor();
  const others = new Map(await Promise.all(shared.map((user) => user.check(root))));
  await scenario.reckon(url, others);
}

describe('a process that is held past its lease', () => {
  it(`takes no Lead back to older state when it wakes, ${PLAN.zombies} times`, () =>
    runScenario('zombies (SIGSTOP)', play, WEATHER));
});
