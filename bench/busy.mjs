/** `npm run bench:busy`: how long SCIM requests take while a backlog is mapped and delivered, beside those of a service with nothing else to do. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { callsOf, fill, sandboxServer } from './backlog.mjs';
import { HEADERS, round } from './load.mjs';
import { leaveFirstCore } from './processes.mjs';
import { ourServer } from './servers.mjs';
import { knownUser } from './user.mjs';

leaveFirstCore();

const USERS = 10_000;
const EVERY_MS = 20;
const IDLE_MS = 5_000;

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** With addresses, which are what the default mapping is slowest with. */
const waitingUser = (at) => ({
  ...knownUser(at),
  id: undefined,
  addresses: [
    { type: 'home', locality: 'Oslo', country: 'NO' },
    { type: 'work', streetAddress: 'Karl Johans gate 1', locality: 'Oslo', postalCode: '0154', country: 'NO' },
  ],
});

/** Sent at even distances, whatever the answers take: a server that stands still is late for all that came meanwhile. */
async function measure(ask, isOver) {
  const times = [];
  const asked = [];
  const startedAt = performance.now();
  let isLast = false;
  const watching = isOver().then(() => (isLast = true));
  for (let at = 0; !isLast; at += 1) {
    const dueAt = startedAt + at * EVERY_MS;
    await sleep(Math.max(0, dueAt - performance.now()));
    asked.push(ask(at).then(() => times.push(performance.now() - dueAt)));
  }
  await Promise.all([...asked, watching]);
  times.sort((a, b) => a - b);
  const share = (of) => round(times[Math.floor(times.length * of)]);
  return { requests: times.length, 'p50 ms': share(0.5), 'p99 ms': share(0.99), 'longest ms': round(times.at(-1)) };
}

async function request(url, init) {
  const answer = await fetch(url, { headers: HEADERS, ...init });
  await answer.arrayBuffer();
  if (!answer.ok) throw new Error(`${url} was answered ${answer.status}`);
}

const folder = mkdtempSync(join(tmpdir(), 'scim-busy-'));
const rows = [];
try {
  const database = `sqlite:${join(folder, 'busy.sqlite')}`;
  await fill(database, USERS, waitingUser);
  const sandbox = await sandboxServer();
  const server = await ourServer(sandbox.url, { DATABASE_URL: database });
  const list = await (await fetch(`${server.url}/Users?count=100&attributes=id`, { headers: HEADERS })).json();
  const ids = list.Resources.map(({ id }) => id);
  const get = (at) => request(`${server.url}/Users/${ids[at % ids.length]}`);
  const isDelivered = async () => {
    while ((await callsOf(sandbox)).rows.created < USERS) await sleep(20);
  };
  const startedAt = performance.now();
  const busy = await measure(get, isDelivered);
  const seconds = (performance.now() - startedAt) / 1000;
  rows.push({ 'GET /Users/{id}': `while ${USERS} users are delivered (${seconds.toFixed(1)} s)`, ...busy });
  await sleep(IDLE_MS);
  rows.push({ 'GET /Users/{id}': 'with nothing else to do', ...(await measure(get, () => sleep(IDLE_MS))) });
  await server.stop();
  await sandbox.stop();
} finally {
  rmSync(folder, { recursive: true });
}
console.log(`${1000 / EVERY_MS} requests a second; Node ${process.version}`);
console.table(rows);
