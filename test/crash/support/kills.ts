/** Killing at random moments: while it serves, while it delivers, and while it starts. */
import { sleep, type Scenario } from './scenario.ts';

const LONGEST_LIFE_MS = 1_500;
/** Share of the kills that hit a process which has not come up yet. */
const EARLY = 0.1;

/** Kills one of the processes again and again, and starts it each time; all of them run when it returns. */
export async function killAtRandom(scenario: Scenario, kills: number): Promise<void> {
  const { random, findings, instances } = scenario;
  for (let kill = 1; kill <= kills; kill += 1) {
    await sleep(random.int(30, LONGEST_LIFE_MS));
    const victim = random.pick(instances);
    await victim.kill();
    findings.kills += 1;
    if (random.chance(EARLY) && kill < kills) {
      victim.spawn();
      await sleep(random.int(0, 600));
      await victim.kill();
      findings.kills += 1;
      kill += 1;
    }
    await victim.start();
    if (kill % 10 === 0) findings.say(`${kill} of ${kills} kills, ${findings.acknowledged} requests acknowledged`);
  }
}
