/**
 * `npm run bench:groups`: what one member more or less costs in a group of none and in one of 100,000 (BENCH_MEMBERS), in the
 * same run, one request after the other and 32 at once; and that parallel changes lose nobody.
 */
import { alternate, HEADERS, load, median, rootOf, round, SECONDS } from './load.mjs';
import { run, startOwnPostgres } from './own-postgres.mjs';
import { leaveFirstCore } from './processes.mjs';
import { NO_SALESFORCE, ourServer } from './servers.mjs';

const MEMBERS = Number(process.env.BENCH_MEMBERS ?? 100_000);
/** Below the largest body. */
const MEMBERS_A_REQUEST = 10_000;
const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

let members = 0;
const newMember = () => ({ value: `member-${(members += 1)}` });
const patchOp = (operation) => JSON.stringify({ schemas: [PATCH_OP], Operations: [operation] });
const adding = (...value) => patchOp({ op: 'add', path: 'members', value });
const removing = (value) => patchOp({ op: 'remove', path: `members[value eq "${value}"]` });

async function send(url, method, body) {
  const answer = await fetch(url, { method, headers: HEADERS, body });
  if (!answer.ok) throw new Error(`${method} was answered ${answer.status}: ${await answer.text()}`);
  return answer.status === 204 ? undefined : answer.json();
}

async function createGroup(url, size) {
  const displayName = `Group of ${size}`;
  const { id } = await send(`${url}/Groups`, 'POST', JSON.stringify({ displayName }));
  for (let left = size; left > 0; left -= MEMBERS_A_REQUEST) {
    const some = Array.from({ length: Math.min(left, MEMBERS_A_REQUEST) }, newMember);
    await send(`${url}/Groups/${id}?attributes=id`, 'PATCH', adding(...some));
  }
  return id;
}

/** One is added, and then removed, so that the group keeps its size. */
function changes(url, id, connections) {
  const path = `${rootOf(url)}/Groups/${id}`;
  const waiting = [];
  return load(url, connections, {
    method: 'PATCH',
    setupRequest: (request) => {
      if (waiting.length >= connections) return { ...request, path, body: removing(waiting.shift()) };
      const member = newMember();
      waiting.push(member.value);
      return { ...request, path, body: adding(member) };
    },
  });
}

async function compare(engine, url, database) {
  const [empty, large] = [await createGroup(url, 0), await createGroup(url, MEMBERS)];
  // As autovacuum does within a minute: until then the server plans for the few members that it knows of.
  if (database) await run(database, 'vacuum analyze', 'checkpoint');
  const rows = [];
  for (const connections of [1, 32]) {
    const [small, big] = await alternate(empty, large, (id) => changes(url, id, connections));
    const [a, b] = [small, big].map((results) => median(results.map(({ rps }) => rps)));
    rows.push({
      engine,
      connections,
      'empty group /s': round(a),
      [`${round(MEMBERS)} members /s`]: round(b),
      'times as long': (a / b).toFixed(2),
    });
  }
  await proveNothingIsLost(url);
  return rows;
}

/** In a group of its own: requests that a round of load cut off may still be on their way. */
async function proveNothingIsLost(url) {
  const id = await createGroup(url, 1_000);
  await Promise.all(Array.from({ length: 200 }, () => send(`${url}/Groups/${id}`, 'PATCH', adding(newMember()))));
  const { members: all } = await send(`${url}/Groups/${id}?attributes=members.value`, 'GET');
  if (all.length !== 1_200) throw new Error(`1,000 members and 200 more are ${all.length}`);
}

console.log(`one member more or less, ${SECONDS} s a round, Node ${process.version}`);
const postgres = await startOwnPostgres();
leaveFirstCore();
const rows = [];
for (const [engine, environment] of [
  ['SQLite', {}],
  ['PostgreSQL', { DATABASE_URL: await postgres.create('groups') }],
]) {
  const server = await ourServer(NO_SALESFORCE, environment);
  rows.push(...(await compare(engine, server.url, environment.DATABASE_URL)));
  await server.stop();
}
await postgres.stop();
console.table(rows);
