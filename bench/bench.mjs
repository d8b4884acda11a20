/**
 * `npm run bench`: what create, get by id and delivery cost, create and get beside the limit in the same run.
 * Ratios are what counts: absolute figures move with the machine.
 */
import { alternate, HEADERS, load, rootOf, round, ROUNDS, SECONDS, toRow } from './load.mjs';
import { leaveFirstCore, startProcess } from './processes.mjs';
import { NO_SALESFORCE, ourServer, path, PROGRAM } from './servers.mjs';
import { newUser } from './user.mjs';

leaveFirstCore();

const creates = (url, connections) =>
  load(url, connections, {
    method: 'POST',
    path: `${rootOf(url)}/Users`,
    setupRequest: (request) => ({ ...request, body: newUser() }),
  });

async function createOne(url) {
  const answer = await fetch(`${url}/Users`, { method: 'POST', headers: HEADERS, body: newUser() });
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
  startProcess([PROGRAM, 'sandbox'], /stand-in: (http\S+)/, { SANDBOX_PORT: '0' }, { pin: false });

/** Each round has new servers on new databases. */
async function compare(name, connections, measure) {
  const results = await alternate(
    limitServer,
    () => ourServer(NO_SALESFORCE),
    async (start) => {
      const server = await start();
      const result = await measure(server.url, connections);
      await server.stop();
      return result;
    },
  );
  return toRow(name, connections, results);
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
