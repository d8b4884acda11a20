/**
 * `node bench/bulk.mjs` after a build: what creating users in bulk gains over one request each, on SQLite and on PostgreSQL,
 * beside the limit of one request each (a bare server on the same database) in the same run. Users per second, whatever the
 * number of requests; the promise is a factor of 3.
 */
import { createRequire } from 'node:module';
import { HEADERS, median, rootOf, round, ROUNDS } from './load.mjs';
import { run, startOwnPostgres } from './own-postgres.mjs';
import { leaveFirstCore, startProcess } from './processes.mjs';
import { NO_SALESFORCE, ourServer, path } from './servers.mjs';
import { newUser } from './user.mjs';

const autocannon = createRequire(import.meta.url)('autocannon');
const USERS = 1000;
/** By connections. A duration would end before the first bulk of many connections is answered. */
const REQUESTS = { single: { 1: 500, 32: 5000 }, bulk: { 1: 5, 32: 32 } };
const WARM_UP = { single: 200, bulk: 1 };

const bodyOf = { single: newUser, bulk: () => bulkOf(USERS) };
const endpointOf = { single: '/Users', bulk: '/Bulk' };
const usersOf = { single: 1, bulk: USERS };

/** JSON text of a bulk request that creates new users. */
function bulkOf(users) {
  const operations = Array.from({ length: users }, (_, index) => {
    return `{"method":"POST","path":"/Users","bulkId":"${index}","data":${newUser()}}`;
  });
  return `{"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],"Operations":[${operations.join(',')}]}`;
}

/** Each round has a new server on a new database. @returns users/s */
async function measure(start, kind, connections) {
  const server = await start();
  try {
    await send(server.url, kind, 1, WARM_UP[kind]);
    const requests = REQUESTS[kind][connections];
    return (requests * usersOf[kind]) / (await send(server.url, kind, connections, requests));
  } finally {
    await server.stop();
  }
}

/** @returns seconds until the last answer; autocannon itself ends on whole seconds */
async function send(url, kind, connections, amount) {
  const request = { method: 'POST', path: `${rootOf(url)}${endpointOf[kind]}`, headers: HEADERS };
  const setupRequest = (one) => ({ ...one, body: bodyOf[kind]() });
  const startedAt = performance.now();
  let endedAt = startedAt;
  const running = autocannon({ url, connections, amount, timeout: 60, requests: [{ ...request, setupRequest }] });
  running.on('response', () => (endedAt = performance.now()));
  const { requests, non2xx, errors } = await running;
  if (non2xx + errors > 0) throw new Error(`${non2xx + errors} of ${requests.total} requests failed`);
  return (endedAt - startedAt) / 1000;
}

/** Rounds alternate, so that a slow minute of the machine hits all three. */
async function compare(engine, { limit, ours }, connections) {
  const rates = { limit: [], single: [], bulk: [] };
  for (let index = 0; index < ROUNDS; index += 1) {
    rates.limit.push(await measure(limit, 'single', connections));
    rates.single.push(await measure(ours, 'single', connections));
    rates.bulk.push(await measure(ours, 'bulk', connections));
  }
  const [bare, single, bulk] = [rates.limit, rates.single, rates.bulk].map(median);
  return {
    engine,
    connections,
    'limit, one request each /s': round(bare),
    'one request each /s': round(single),
    [`bulk of ${round(USERS)} /s`]: round(bulk),
    gain: (bulk / single).toFixed(1),
    'gain in each round': rates.bulk.map((rate, index) => (rate / rates.single[index]).toFixed(1)).join(' '),
  };
}

const postgres = await startOwnPostgres();
leaveFirstCore();
let databases = 0;
const newDatabase = () => postgres.create(`bulk${(databases += 1)}`);
const LISTENING = /listening (http\S+)/;

async function bareOnPostgres() {
  const url = await newDatabase();
  await run(url, 'create table bare (id text primary key, user_name text unique, document text)');
  return startProcess([path('limit-server-postgres.mjs'), url], LISTENING);
}

const ENGINES = {
  SQLite: {
    limit: () => startProcess([path('limit-server.mjs'), 'limit.sqlite'], LISTENING),
    ours: () => ourServer(NO_SALESFORCE),
  },
  PostgreSQL: {
    limit: bareOnPostgres,
    ours: async () => ourServer(NO_SALESFORCE, { DATABASE_URL: await newDatabase() }),
  },
};

try {
  console.log(`Creates, users per second, ${ROUNDS} rounds, medians; Node ${process.version}`);
  const rows = [];
  for (const [engine, servers] of Object.entries(ENGINES))
    for (const connections of [1, 32]) rows.push(await compare(engine, servers, connections));
  console.table(rows);
} finally {
  await postgres.stop();
}
