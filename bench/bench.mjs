/**
 * `npm run bench`: what create, get by id and delivery cost, create and get beside the limit in the same run.
 * Ratios are what counts: absolute figures move with the machine.
 */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { leaveFirstCore, startProcess } from './processes.mjs';

const autocannon = createRequire(import.meta.url)('autocannon');
const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const ROUNDS = 3;
const WARM_UP_SECONDS = 1;
const SECONDS = Number(process.env.BENCH_SECONDS ?? 3);
const AUTHORIZATION = `Basic ${Buffer.from('admin:admin').toString('base64')}`;
const HEADERS = { 'content-type': 'application/scim+json', authorization: AUTHORIZATION };

leaveFirstCore();

let serial = 0;
const user = () => {
  serial += 1;
  const name = `bench${process.pid}-${serial}@example.com`;
  return JSON.stringify({
    schemas: [
      'urn:ietf:params:scim:schemas:core:2.0:User',
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
    ],
    externalId: `ext-${serial}`,
    userName: name,
    name: { givenName: 'Noor', familyName: 'Hansen', formatted: 'Noor Hansen' },
    displayName: 'Noor Hansen',
    title: 'Account Manager',
    active: true,
    emails: [
      { value: name, type: 'work', primary: true },
      { value: `home.${name}`, type: 'home' },
    ],
    phoneNumbers: [{ value: '+47 22 123456', type: 'work' }],
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': {
      employeeNumber: `E${serial}`,
      department: 'Sales',
      organization: 'Example Corp',
    },
  });
};

async function load(url, connections, request) {
  const run = (duration) => autocannon({ url, connections, duration, requests: [{ headers: HEADERS, ...request }] });
  await run(WARM_UP_SECONDS);
  const result = await run(SECONDS);
  const wrong = result.non2xx + result.errors;
  if (wrong > 0) throw new Error(`${wrong} of ${result.requests.total} requests to ${url} failed`);
  return { rps: result.requests.total / result.duration, p99: result.latency.p99 };
}

const rootOf = (url) => new URL(url).pathname.replace(/\/$/, '');

const creates = (url, connections) =>
  load(url, connections, {
    method: 'POST',
    path: `${rootOf(url)}/Users`,
    setupRequest: (request) => ({ ...request, body: user() }),
  });

async function createOne(url) {
  const answer = await fetch(`${url}/Users`, { method: 'POST', headers: HEADERS, body: user() });
  if (answer.status !== 201) throw new Error(`a create was answered ${answer.status}`);
  return (await answer.json()).id;
}

async function gets(url, connections) {
  const ids = [];
  for (let index = 0; index < 1000; index += 1) ids.push(await createOne(url));
  const root = rootOf(url);
  let at = 0;
  return load(url, connections, {
    method: 'GET',
    setupRequest: (request) => ({ ...request, path: `${root}/Users/${ids[at++ % ids.length]}` }),
  });
}

const limitServer = () => startProcess([path('limit-server.mjs'), 'limit.sqlite'], /listening (http\S+)/);
const sandboxServer = () =>
  startProcess([path('../dist/main.js'), 'sandbox'], /stand-in: (http\S+)/, { SANDBOX_PORT: '0' }, { pin: false });
const ourServer = (salesforceUrl) =>
  startProcess([path('../dist/main.js')], /SCIM 2\.0\s+(http\S+)/, {
    PORT: '0',
    LOG_LEVEL: 'error',
    SALESFORCE_LOGIN_URL: salesforceUrl,
    SALESFORCE_CLIENT_ID: 'bench',
    SALESFORCE_USERNAME: 'bench',
    SALESFORCE_PASSWORD: 'bench',
    SALESFORCE_EXTERNAL_ID_FIELD: 'SCIM_Id__c',
  });
/** Nobody listens there: delivery waits at its gate, and what is measured is the answer to the client alone. */
const NO_SALESFORCE = 'http://127.0.0.1:9';

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const round = (value) => Math.round(value).toLocaleString('en-US');

/** Rounds alternate between the two servers, so that a slow minute of the machine hits both. */
async function compare(name, connections, measure) {
  const [limit, ours] = [[], []];
  for (let index = 0; index < ROUNDS; index += 1) {
    for (const [start, results] of [
      [limitServer, limit],
      [() => ourServer(NO_SALESFORCE), ours],
    ]) {
      const server = await start();
      results.push(await measure(server.url, connections));
      await server.stop();
    }
  }
  const [bare, own] = [limit, ours].map((results) => median(results.map(({ rps }) => rps)));
  return {
    measured: name,
    connections,
    'limit /s': round(bare),
    'scim-salesforce /s': round(own),
    share: `${Math.round((own / bare) * 100)} %`,
    'p99 ms': median(ours.map(({ p99 }) => p99)),
  };
}

async function delivery(users, connections) {
  const sandbox = await sandboxServer();
  const server = await ourServer(sandbox.url);
  await fetch(`${sandbox.url}/sandbox/reset`, { method: 'POST' });
  const startedAt = performance.now();
  let left = users;
  const client = async () => {
    while (left-- > 0) await createOne(server.url);
  };
  await Promise.all(Array.from({ length: connections }, client));
  const acceptedMs = performance.now() - startedAt;
  for (;;) {
    const { rows } = await (await fetch(`${sandbox.url}/sandbox/calls`)).json();
    if (rows.created >= users) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const deliveredMs = performance.now() - startedAt;
  const calls = await (await fetch(`${sandbox.url}/sandbox/calls`)).json();
  await server.stop();
  await sandbox.stop();
  return {
    'new users': users,
    connections,
    'accepted in s': (acceptedMs / 1000).toFixed(2),
    'all Leads in s': (deliveredMs / 1000).toFixed(2),
    'Leads /s': round(users / (deliveredMs / 1000)),
    'API calls': calls.api,
    'per 1,000': ((calls.api / users) * 1000).toFixed(1),
    'token calls': calls.token,
  };
}

console.log(
  `Create and get beside a bare Fastify + SQLite (libsql), ${ROUNDS} rounds of ${SECONDS} s each, medians; Node ${process.version}`,
);
console.table([
  await compare('create', 1, creates),
  await compare('create', 32, creates),
  await compare('get by id', 1, gets),
  await compare('get by id', 32, gets),
]);
console.log('Delivery to the stand-in (external id field, stand-in in a process of its own)');
console.table([await delivery(1_000, 32), await delivery(10_000, 32)]);
