/**
 * `npm run bench:reconcile`: a reconcile run in the service, full and delta, with 100,000 Leads in the stand-in, on SQLite and PostgreSQL: how long it takes, its
 * API calls, what memory the process needs, and how long SCIM requests take meanwhile. `BENCH_USERS` says how many otherwise.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { URLSearchParams } from 'node:url';
import { callsOf } from './backlog.mjs';
import { HEADERS, round } from './load.mjs';
import { startOwnPostgres } from './own-postgres.mjs';
import { leadId, population, TOLD } from './population.mjs';
import { leaveFirstCore, runWithInput, startProcess } from './processes.mjs';
import { ourServer, PROGRAM } from './servers.mjs';
import { knownId, knownUserName, newUser } from './user.mjs';

const USERS = Number(process.env.BENCH_USERS ?? 100_000);
/** Leads that somebody changes before the delta. */
const CHANGED = Math.min(1_000, USERS);
const COLLECTION = 200;
const QUIET_MS = 10_000;
/** Requests are sent at even distances, whatever the answers take. */
const EVERY_MS = 20;
const HOUR_MS = 3_600_000;

const folder = mkdtempSync(join(tmpdir(), 'scim-bench-reconcile-'));

/** The Leads of all users as the stand-in keeps them, made long enough ago to be no change. */
function writeLeads(path) {
  const at = new Date(Date.now() - HOUR_MS).toISOString().replace('Z', '+0000');
  const audit = { CreatedDate: at, LastModifiedDate: at, SystemModstamp: at };
  const leads = Array.from({ length: USERS }, (_, index) => ({
    ...TOLD,
    ...audit,
    Id: leadId(index + 1),
    Email: knownUserName(index + 1),
    SCIM_Id__c: knownId(index + 1),
  }));
  writeFileSync(path, JSON.stringify({ format: 1, bornAt: Date.now(), isFinal: true, records: { Lead: leads } }));
}

const sandboxWith = (path) =>
  startProcess([PROGRAM, 'sandbox', '--port', '0', '--file', path], /stand-in: (http\S+)/, {}, { pin: false });

const memoryOf = (pid) => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;

async function admin(server, method, path, body) {
  const url = new URL(`/admin/api${path}`, server.url);
  const headers = { ...HEADERS, 'content-type': 'application/json' };
  const answer = await fetch(url, { method, headers, ...(body && { body: JSON.stringify(body) }) });
  if (!answer.ok) throw new Error(`${method} ${path} was answered ${answer.status}: ${await answer.text()}`);
  return answer.json();
}

async function request(server, turn) {
  const isWrite = turn % 2 === 0;
  const path = isWrite ? '/Users' : `/Users/${knownId((turn % USERS) + 1)}`;
  const answer = await fetch(`${server.url}${path}`, {
    headers: HEADERS,
    ...(isWrite && { method: 'POST', body: newUser() }),
  });
  await answer.arrayBuffer();
  if (!answer.ok) throw new Error(`${path} was answered ${answer.status}`);
}

/** Reads a user and creates one, in turn. @returns what ends it and tells how long requests took */
function ask(server) {
  const times = [];
  const asked = [];
  const startedAt = performance.now();
  let isOver = false;
  const sending = (async () => {
    for (let turn = 1; !isOver; turn += 1) {
      const dueAt = startedAt + turn * EVERY_MS;
      await sleep(Math.max(0, dueAt - performance.now()));
      asked.push(request(server, turn).then(() => times.push(performance.now() - dueAt)));
    }
  })();
  return async () => {
    isOver = true;
    await sending;
    await Promise.all(asked);
    times.sort((one, other) => one - other);
    return { median: times[Math.floor(times.length / 2)], p99: times[Math.floor(times.length * 0.99)] };
  };
}

async function reconcile(server, sandbox, mode) {
  const { api } = await callsOf(sandbox);
  const stop = ask(server);
  const startedAt = performance.now();
  await admin(server, 'POST', '/reconcile', { mode });
  let peak = 0;
  let run;
  do {
    await sleep(50);
    peak = Math.max(peak, memoryOf(server.pid));
    ({ run } = await admin(server, 'GET', '/reconcile'));
  } while (run.state === 'running');
  const seconds = (performance.now() - startedAt) / 1000;
  const latency = await stop();
  if (run.state !== 'completed') throw new Error(`the run ended ${run.state}: ${run.error}`);
  return { seconds, peak, latency, calls: (await callsOf(sandbox)).api - api, counts: run.report.counts };
}

/** As somebody who works in Salesforce. */
async function changeLeads(sandbox) {
  const grant = { grant_type: 'password', client_id: 'x', client_secret: 'x', username: 'sales', password: 'x' };
  const login = { method: 'POST', body: new URLSearchParams(grant) };
  const { access_token: token } = await (await fetch(`${sandbox.url}/services/oauth2/token`, login)).json();
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  for (let first = 1; first <= CHANGED; first += COLLECTION) {
    const records = Array.from({ length: COLLECTION }, (_, at) => ({
      attributes: { type: 'Lead' },
      id: leadId(first + at),
      Title: 'changed',
    }));
    const url = `${sandbox.url}/services/data/v67.0/composite/sobjects`;
    const answer = await fetch(url, { method: 'PATCH', headers, body: JSON.stringify({ records }) });
    if (!(await answer.json()).every(({ success }) => success)) throw new Error('a Lead was not changed');
  }
}

const toRow = (engine, run, { seconds, peak, latency, calls, counts }, idle) => ({
  engine,
  run,
  seconds: seconds.toFixed(1),
  'API calls': calls,
  'MB before': round(idle.memory),
  'MB at most': round(peak),
  'idle p50/p99 ms': `${round(idle.latency.median)}/${round(idle.latency.p99)}`,
  'SCIM p50/p99 ms': `${round(latency.median)}/${round(latency.p99)}`,
  found: Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([kind, count]) => `${count} ${kind}`)
    .join(', '),
});

async function measure(engine, database) {
  const path = join(folder, `${engine}.json`);
  writeLeads(path);
  await runWithInput([PROGRAM, 'import', '-'], population(USERS, 0), { DATABASE_URL: database });
  const sandbox = await sandboxWith(path);
  const server = await ourServer(sandbox.url, { DATABASE_URL: database, ADMIN_PASSWORD: 'admin' });
  // Users who are created meanwhile wait, so that their delivery is not measured.
  await admin(server, 'POST', '/pause', { reason: 'bench' });
  const memory = memoryOf(server.pid);
  const stop = ask(server);
  await sleep(QUIET_MS);
  const idle = { memory, latency: await stop() };
  const full = await reconcile(server, sandbox, 'full');
  await changeLeads(sandbox);
  const delta = await reconcile(server, sandbox, 'delta');
  await server.stop();
  await sandbox.stop();
  return [toRow(engine, 'full', full, idle), toRow(engine, 'delta', delta, idle)];
}

const postgres = await startOwnPostgres();
leaveFirstCore();
try {
  console.table([
    ...(await measure('SQLite', `sqlite:${join(folder, 'scim.sqlite')}`)),
    ...(await measure('PostgreSQL', await postgres.create('reconcile'))),
  ]);
} finally {
  await postgres.stop();
  rmSync(folder, { recursive: true });
}
