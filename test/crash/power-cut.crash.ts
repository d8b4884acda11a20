/** A power cut takes what was not synced: does every acknowledged commit survive it whole, and no half one appear? */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, it } from '@jest/globals';
import { openStore } from '../../src/database.ts';
import type { Change, ResourceKey, Store, StoredResource } from '../../src/storage/store.ts';
import { storedUser, storeOptions, userKeys } from '../support/engines.ts';
import { newFolder } from '../support/process.ts';
import { eventually } from '../support/service.ts';
import type { Findings } from './support/findings.ts';
import { queryDatabase } from './support/lanes.ts';
import { PLAN } from './support/plan.ts';
import type { Random } from './support/random.ts';
import { runScenario, type Scenario } from './support/scenario.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** What was acknowledged: version by id; 0 for a user that was deleted. */
type Acknowledged = ReadonlyMap<string, number>;

interface Moment {
  readonly walBytes: number;
  readonly acknowledged: Acknowledged;
}

const open = (path: string): Promise<Store> =>
  openStore({ DATABASE_URL: `sqlite:${path}` }, { ...storeOptions }, () => undefined);

/** Users that are there, with what the next change of each has to name. */
type Users = Map<string, { readonly resource: StoredResource; readonly keys: readonly ResourceKey[] }>;

const entry = (operation: Change['entry']['operation']): Change['entry'] => ({
  operation,
  actor: 'admin',
  requestId: 'r',
  changed: ['userName'],
});

/** One random change; on its promise `users` and `acknowledged` are up to date. */
async function change(
  store: Store,
  random: Random,
  id: string,
  users: Users,
  acknowledged: Map<string, number>,
): Promise<void> {
  const before = users.get(id);
  const isRemoval = before !== undefined && random.chance(0.2);
  const version = (before?.resource.version ?? 0) + 1;
  const userName = `${id}-${version}`;
  const after = isRemoval ? undefined : { resource: storedUser(userName, version, id), keys: userKeys(userName) };
  await store.commit({
    type: 'User',
    id,
    ...(before && { before: { version: before.resource.version, keys: before.keys } }),
    ...(after && { after }),
    entry: entry(isRemoval ? 'delete' : before ? 'replace' : 'create'),
    at: version,
  });
  if (after) users.set(id, after);
  else users.delete(id);
  acknowledged.set(id, after ? version : 0);
}

/** Commits one after the other and several at once, and notes how long the log is after each answer. */
async function writeHistory(path: string, random: Random, findings: Findings): Promise<readonly Moment[]> {
  const store = await open(path);
  const users: Users = new Map();
  const acknowledged = new Map<string, number>();
  const note = (): Moment => ({ walBytes: statSync(`${path}-wal`).size, acknowledged: new Map(acknowledged) });
  const moments = [note()];
  for (let group = 0; group < PLAN.powerCuts; group += 1) {
    const size = random.pick([1, 1, 1, 2, 7]);
    // A deleted user's id is never given again.
    const ids = Array.from({ length: size }, (_, at) =>
      random.chance(0.4) ? `g${group}u${at}` : someOf(users, random),
    );
    const distinct = [...new Set(ids)];
    await Promise.all(distinct.map((id) => change(store, random, id, users, acknowledged)));
    findings.acknowledged += distinct.length;
    moments.push(note());
  }
  // What lies on the disk at the power cut; closing would fold the log into the file.
  copyFileSync(path, `${path}.cut`);
  copyFileSync(`${path}-wal`, `${path}.cut-wal`);
  await store.close();
  return moments;
}

const someOf = (users: Users, random: Random): string => (users.size === 0 ? 'first' : random.pick([...users.keys()]));

/** The tails that a cut may leave behind the last synced frame. */
function tails(wal: Buffer, from: number, until: number, random: Random): readonly (readonly [string, Buffer])[] {
  const next = wal.subarray(from, until);
  const part = next.subarray(0, random.int(0, Math.max(0, next.length - 1)));
  const garbage = Buffer.from(Array.from({ length: random.int(1, 9_000) }, () => random.int(0, 255)));
  const torn = Buffer.from(next);
  if (torn.length > 0) torn.fill(0xa5, Math.floor(torn.length / 2));
  return [
    ['nothing', Buffer.alloc(0)],
    ['a few bytes', next.subarray(0, 100)],
    ['a part of the next commit', part],
    ['garbage', garbage],
    ['the next commit, half of it garbage', torn],
  ];
}

/** Everything of each user together, or nothing of it. */
async function compare(path: string, acknowledged: Acknowledged): Promise<readonly string[]> {
  const url = `sqlite:${path}`;
  const resources = await queryDatabase(url, 'select seq, id, version, document from resource');
  const keys = await queryDatabase(url, `select seq, value from unique_key where attribute = 'userName'`);
  const lanes = await queryDatabase(url, 'select user_id, state, tail_seq from lane');
  const journal = await queryDatabase(
    url,
    'select id, max(seq) as seq, max(version) as version from journal group by id',
  );
  const keyOf = new Map(keys.map(({ seq, value }) => [seq, value]));
  const stored = new Map(resources.map(({ seq, id, version }) => [id, `${Number(version)} ${String(keyOf.get(seq))}`]));
  const wanted = [...acknowledged].flatMap(([id, version]) =>
    version === 0 ? [] : [[id, `${version} ${id}-${version}`] as const],
  );
  const last = new Map(journal.map(({ id, seq }) => [id, seq]));
  const due = new Map(lanes.map(({ user_id: id, state, tail_seq: seq }) => [id, `${String(state)} ${String(seq)}`]));
  return [
    ...wanted.flatMap(([id, text]) =>
      stored.get(id) === text ? [] : [`${id} is ${String(stored.get(id))}, not ${text}`],
    ),
    ...(stored.size === wanted.length ? [] : [`${stored.size} users, not ${wanted.length}`]),
    ...(keys.length === wanted.length ? [] : [`${keys.length} keys, not ${wanted.length}`]),
    ...(last.size === acknowledged.size ? [] : [`${last.size} users in the journal, not ${acknowledged.size}`]),
    ...[...acknowledged.keys()].flatMap((id) =>
      due.get(id) === `due ${String(last.get(id))}`
        ? []
        : [`the lane of ${id} is ${String(due.get(id))}; journal ${String(last.get(id))}`],
    ),
  ];
}

async function playCuts(scenario: Scenario): Promise<void> {
  const { findings, random } = scenario;
  const folder = newFolder();
  folders.push(folder);
  const path = join(folder, 'scim.sqlite');
  const moments = await writeHistory(path, random, findings);
  const wal = readFileSync(`${path}.cut-wal`);
  let cuts = 0;
  for (const [at, moment] of moments.entries()) {
    const until = moments[at + 1]?.walBytes ?? wal.length;
    if (until < moment.walBytes)
      throw new Error('the log was folded into the file: the cuts are not what they should be');
    for (const [tail, bytes] of tails(wal, moment.walBytes, until, random)) {
      const copy = join(folder, 'copy');
      mkdirSync(copy);
      copyFileSync(`${path}.cut`, join(copy, 'scim.sqlite'));
      writeFileSync(join(copy, 'scim.sqlite-wal'), Buffer.concat([wal.subarray(0, moment.walBytes), bytes]));
      const store = await open(join(copy, 'scim.sqlite'));
      for (const fault of await compare(join(copy, 'scim.sqlite'), moment.acknowledged)) {
        findings.add('lost', `cut ${at} at ${moment.walBytes} with ${tail}: ${fault}`);
      }
      await store.close();
      rmSync(copy, { recursive: true });
      cuts += 1;
    }
  }
  findings.remark = `${cuts} cuts of a log of ${moments.length} synced moments`;
}

/** A line of strace that writes to the log of the database, syncs it, or acknowledges a creation. */
function judge(line: string, unsynced: number): number | 'broken' | 'acknowledged' {
  if (/\b(pwrite64|pwritev|write|writev)\(\d+<[^>]*-wal>/.test(line)) return unsynced + 1;
  if (/\b(fdatasync|fsync)\(\d+<[^>]*-wal>/.test(line)) return 0;
  if (!line.includes('HTTP/1.1 201')) return unsynced;
  return unsynced > 0 ? 'broken' : 'acknowledged';
}

const SYSTEM_CALLS = 'trace=pwrite64,pwritev,write,writev,sendto,sendmsg,fdatasync,fsync';

async function playSync(scenario: Scenario): Promise<void> {
  const { findings } = scenario;
  const service = scenario.addInstance();
  await service.start();
  const file = join(service.folder, 'strace');
  const tracer = spawn('strace', ['-f', '-y', '-s', '40', '-e', SYSTEM_CALLS, '-o', file, '-p', String(service.pid)]);
  let said = '';
  tracer.stderr.on('data', (chunk) => (said += String(chunk)));
  tracer.on('error', (error) => (said += error.message));
  scenario.atEnd(async () => void tracer.kill('SIGKILL'));
  const attached = await eventually(async () => (/attached/.test(said) ? true : undefined), 5_000).catch(() => false);
  if (!attached) {
    findings.remark = `left out, for strace cannot run here: ${said.trim()}`;
    findings.say(findings.remark);
    return;
  }
  scenario.addClients(6, scenario.anyDoor);
  await scenario.begin();
  await eventually(async () => (findings.acknowledged > 150 ? true : undefined), 60_000);
  await scenario.end();
  await service.kill();
  if (tracer.exitCode === null) await once(tracer, 'exit');
  let unsynced = 0;
  let acknowledged = 0;
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const verdict = judge(line, unsynced);
    if (verdict === 'broken') findings.add('lost', `acknowledged before the log was synced: ${line}`);
    else if (verdict === 'acknowledged') acknowledged += 1;
    else unsynced = verdict;
  }
  if (acknowledged === 0) findings.add('unexpected', 'strace saw no creation acknowledged');
  findings.remark = `${acknowledged} creations acknowledged, each after a sync of the log`;
}

describe('a power cut', () => {
  it('leaves every acknowledged commit whole and no other, wherever it cuts the log', () =>
    runScenario('power cut, log cut', playCuts));

  it('finds every acknowledged creation synced already', () => runScenario('power cut, sync order', playSync));
});
