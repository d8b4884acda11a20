/** The disk is full: are writes refused, reads answered, is nothing lost, and do writes go on by themselves when there is room? */
import { execFileSync } from 'node:child_process';
import { describe, it } from '@jest/globals';
import { AUTHORIZATION, eventually } from '../support/service.ts';
import { SHORT_LEASE } from './support/database.ts';
import { becomes, probe } from './support/health.ts';
import type { Instance } from './support/instance.ts';
import { PLAN } from './support/plan.ts';
import { runScenario, sleep, type Scenario } from './support/scenario.ts';

const BACK_MS = 20_000;
const FULL_MS = 4_000;

/** A limit on the size of each file stands for the end of the disk: EFBIG where ENOSPC would be. */
const limit = (instance: Instance, bytes: number | 'unlimited'): void => {
  execFileSync('prlimit', ['--pid', String(instance.pid), `--fsize=${bytes}:unlimited`]);
};

async function countReads(instance: Instance): Promise<number> {
  const answer = await fetch(`${String(instance.url)}/Users?count=1`, { headers: { authorization: AUTHORIZATION } });
  await answer.arrayBuffer();
  return answer.status;
}

async function fill(scenario: Scenario, service: Instance): Promise<void> {
  const { findings, random } = scenario;
  const refused = findings.refused;
  // Below what the files have already: the log is written from its beginning again and again.
  limit(service, random.int(0, 100_000));
  const full = await eventually(async () => (findings.refused > refused ? true : undefined), 20_000).catch(() => false);
  if (!full) findings.add('unexpected', 'no write was refused while the disk was full');
  await sleep(FULL_MS);
  if ((await countReads(service)) !== 200)
    findings.add('unexpected', 'reads were not answered while the disk was full');
  if ((await probe(service, '/healthz')) !== 200)
    findings.add('unexpected', '/healthz was not 200 while the disk was full');
  const acknowledged = findings.acknowledged;
  limit(service, 'unlimited');
  if (!(await becomes(service, '/readyz', 200, BACK_MS))) findings.add('stuck', '/readyz never said 200 again');
  const back = async (): Promise<true | undefined> => (findings.acknowledged > acknowledged + 20 ? true : undefined);
  if (!(await eventually(back, BACK_MS).catch(() => false)))
    findings.add('stuck', 'writes never went on by themselves');
}

async function play(scenario: Scenario): Promise<void> {
  const { findings } = scenario;
  // What was claimed when the disk filled up can be settled by nobody, and waits for the end of its lease.
  const service = scenario.addInstance({ ...SHORT_LEASE });
  await service.start();
  scenario.addClients(8, scenario.anyDoor);
  await scenario.begin();
  for (let round = 1; round <= PLAN.diskFull; round += 1) {
    await sleep(1_500);
    await fill(scenario, service);
    findings.say(`disk full ${round} of ${PLAN.diskFull}; ${findings.refused} requests refused`);
  }
  await scenario.end();
  const url = `sqlite:${service.folder}/data/scim.sqlite`;
  findings.remark = `${findings.refused} requests were answered 503; the service was not restarted`;
  await scenario.reckon(url);
  // And what it says from memory is on disk.
  await service.kill();
  findings.kills += 1;
  await service.start();
  await scenario.reckon(url);
}

describe('a full disk', () => {
  it(`costs nothing that was acknowledged, ${PLAN.diskFull} times`, () => runScenario('disk full', play));
});
