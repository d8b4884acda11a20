/** What becomes slower when a database grows: the same questions to a small and to a large one, in turns. */
import { randomUUID } from 'node:crypto';
import { Agent, get } from 'node:http';
import { HEADERS, median, round, ROUNDS, SECONDS } from './load.mjs';
import { run } from './own-postgres.mjs';
import { anyOf, byUserName } from './postgres-requests.mjs';
import { openOurs } from './postgres-lanes.mjs';
import { NO_SALESFORCE, ourServer } from './servers.mjs';
import { knownId } from './user.mjs';

const CLAIMS = 7;
/** No answer of a scan is waited for longer, nor asked for again so often. */
const PATIENCE_MS = 30_000;
const REPEATS = 5;

/** @param databases the small one and the large one: `{ url, users }` */
export async function compareSizes(databases) {
  const claims = await eachInTurn(databases, ({ url }) => timeClaims(url));
  const servers = [];
  try {
    for (const { url, users } of databases)
      servers.push({ users, server: await ourServer(NO_SALESFORCE, { DATABASE_URL: url }) });
    const rows = [];
    for (const [name, path] of Object.entries(QUESTIONS)) {
      const times = await eachInTurn(servers, ({ server, users }) =>
        timeRequests(server.url, () => path(users), SECONDS * 1000, Infinity),
      );
      rows.push(toRow(name, databases, times));
    }
    rows.push(toRow('claim 200 due lanes', databases, claims));
    const costly = [];
    for (const [name, path] of Object.entries(COSTLY)) {
      const times = [];
      for (const { server, users } of servers)
        times.push(await timeRequests(server.url, () => path(users), PATIENCE_MS, REPEATS));
      costly.push(toRow(name, databases, times));
    }
    const counts = await eachInTurn(databases, ({ url }) => timeCounts(url));
    costly.push(toRow('count of lanes by state (store)', databases, counts));
    return { rows, costly };
  } finally {
    await Promise.all(servers.map(({ server }) => server.stop()));
  }
}

const QUESTIONS = {
  'filter userName eq': (users) => `/Users?filter=${byUserName(anyOf(users))}`,
  'get by id': (users) => `/Users/${knownId(anyOf(users))}`,
};

const filtered = (filter) => `/Users?filter=${encodeURIComponent(filter)}`;
const COSTLY = {
  'GET /Users?count=0': () => '/Users?count=0',
  'startIndex in the middle, count=100': (users) => `/Users?startIndex=${Math.floor(users / 2)}&count=100`,
  'userName sw, 11 found of the large one': (users) => filtered(`userName sw "user${String(users - 1).slice(0, -1)}"`),
  'emails.value eq': (users) => filtered(`emails.value eq "home.user${anyOf(users)}@example.com"`),
  'displayName co (a scan)': () => filtered('displayName co "nobody"'),
};

/** @returns times in ms by database; rounds alternate, so that a slow minute of the machine hits both */
async function eachInTurn(databases, measure) {
  const times = databases.map(() => []);
  for (let at = 0; at < ROUNDS; at += 1)
    for (const [index, database] of databases.entries()) times[index].push(...(await measure(database)));
  return times;
}

/** One request after the other on one connection. */
async function timeRequests(url, path, forMs, atMost) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const times = [];
  // The first ones meet cold connections.
  for (let at = 0; at < Math.min(20, atMost - 1); at += 1) await ask(agent, `${url}${path()}`);
  const startedAt = performance.now();
  while (performance.now() - startedAt < forMs && times.length < atMost) {
    const askedAt = performance.now();
    await ask(agent, `${url}${path()}`);
    times.push(performance.now() - askedAt);
  }
  agent.destroy();
  return times;
}

const ask = (agent, url) =>
  new Promise((resolve, reject) => {
    get(url, { agent, headers: HEADERS }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`${url} was answered ${answer.statusCode}`));
      answer.resume().once('end', resolve);
    }).once('error', reject);
  });

async function timeClaims(url) {
  const lanes = await openOurs(url);
  const times = [];
  for (let at = 0; at < CLAIMS; at += 1) {
    const startedAt = performance.now();
    const claimed = await lanes.claim(randomUUID());
    times.push(performance.now() - startedAt);
    if (claimed.length === 0) throw new Error('nothing is due');
  }
  await lanes.close();
  // The next round finds them due again.
  await run(url, 'update lane set due_at = 0, lease = null, lease_until = null where lease is not null', 'vacuum lane');
  return times.slice(1);
}

async function timeCounts(url) {
  const lanes = await openOurs(url);
  const times = [];
  for (let at = 0; at < REPEATS; at += 1) {
    const startedAt = performance.now();
    await lanes.countLanes();
    times.push(performance.now() - startedAt);
  }
  await lanes.close();
  return times;
}

function toRow(name, databases, times) {
  const [small, large] = times.map((some) => ({ p50: median(some), p99: quantile(some, 0.99), mean: meanOf(some) }));
  const [few, many] = databases.map(({ users }) => round(users));
  return {
    measured: name,
    [`p50 ms at ${few}`]: small.p50.toFixed(2),
    [`p50 ms at ${many}`]: large.p50.toFixed(2),
    factor: (large.p50 / small.p50).toFixed(2),
    [`p99 ms at ${few}`]: small.p99.toFixed(2),
    [`p99 ms at ${many}`]: large.p99.toFixed(2),
    [`/s at ${few}`]: round(1000 / small.mean),
    [`/s at ${many}`]: round(1000 / large.mean),
  };
}

const quantile = (values, part) => [...values].sort((a, b) => a - b)[Math.floor(values.length * part)];
const meanOf = (values) => values.reduce((total, value) => total + value, 0) / values.length;
