/** `npm run bench:latency`: how long one change of an idle service takes to be in the stand-in, from the request to the record. */
import { HEADERS, round } from './load.mjs';
import { leaveFirstCore, startProcess } from './processes.mjs';
import { ourServer, PROGRAM } from './servers.mjs';
import { newUser } from './user.mjs';

leaveFirstCore();

const CHANGES = 100;
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

const sandbox = await startProcess([PROGRAM, 'sandbox'], /stand-in: (http\S+)/, { SANDBOX_PORT: '0' }, { pin: false });
const server = await ourServer(sandbox.url);

const rows = async () => (await (await fetch(`${sandbox.url}/sandbox/calls`)).json()).rows;

async function send(method, path, body) {
  const answer = await fetch(`${server.url}${path}`, { method, headers: HEADERS, body });
  if (!answer.ok) throw new Error(`${method} ${path} was answered ${answer.status}`);
  return answer.json();
}

/** @param kind of rows that the stand-in counts: `created` or `updated` */
async function measure(kind, change) {
  const times = [];
  for (let at = 0; at < CHANGES; at += 1) {
    const before = (await rows())[kind];
    const startedAt = performance.now();
    await change(at);
    while ((await rows())[kind] === before) await new Promise((resolve) => setTimeout(resolve, 1));
    times.push(performance.now() - startedAt);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  times.sort((a, b) => a - b);
  const share = (of) => round(times[Math.floor(times.length * of)]);
  return {
    change: kind,
    times: CHANGES,
    'p50 ms': share(0.5),
    'p95 ms': share(0.95),
    'longest ms': round(times.at(-1)),
  };
}

const created = [];
const table = [
  await measure('created', async () => created.push((await send('POST', '/Users', newUser())).id)),
  await measure('updated', (at) => {
    const operations = [{ op: 'replace', path: 'title', value: `Title ${at}` }];
    return send('PATCH', `/Users/${created[at]}`, JSON.stringify({ schemas: [PATCH], Operations: operations }));
  }),
];
await server.stop();
await sandbox.stop();
console.log(`One change of an idle service, until it is in the stand-in; Node ${process.version}`);
console.table(table);
