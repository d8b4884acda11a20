/**
 * `npm run bench:traces`: what traces cost a create and a get, in the same run: each round has a service without them and one whose
 * receiver takes everything. The receiver is a process of its own, beside the load generator.
 */
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { alternate, load, median, percent, rootOf, round, ROUNDS, SECONDS } from './load.mjs';
import { leaveFirstCore, startProcess } from './processes.mjs';
import { NO_SALESFORCE, ourServer } from './servers.mjs';
import { newUser } from './user.mjs';

const OWN = fileURLToPath(import.meta.url);

/** @returns a server that takes what comes */
function receive() {
  const server = createServer((request, response) => {
    request.resume().on('end', () => response.end());
  });
  server.listen(0, '127.0.0.1', () => console.log(`listening http://127.0.0.1:${server.address().port}`));
}

const creates = (url, connections) =>
  load(url, connections, {
    method: 'POST',
    path: `${rootOf(url)}/Users`,
    setupRequest: (request) => ({ ...request, body: newUser() }),
  });

const lists = (url, connections) => load(url, connections, { method: 'GET', path: `${rootOf(url)}/Users?count=1` });

async function compare(name, connections, measure, receiver) {
  const on = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
  const results = await alternate({}, on, async (environment) => {
    const server = await ourServer(NO_SALESFORCE, environment);
    const result = await measure(server.url, connections);
    await server.stop();
    return result;
  });
  const [off, traced] = results.map((rounds) => median(rounds.map(({ rps }) => rps)));
  return {
    measured: name,
    connections,
    'off /s': round(off),
    'on /s': round(traced),
    share: percent(traced / off),
    'p99 ms off': median(results[0].map(({ p99 }) => p99)),
    'p99 ms on': median(results[1].map(({ p99 }) => p99)),
  };
}

if (process.argv[2] === 'receiver') receive();
else {
  leaveFirstCore();
  const receiver = await startProcess([OWN, 'receiver'], /listening (http\S+)/, {}, { pin: false });
  console.log(`Traces off and on, ${ROUNDS} rounds of ${SECONDS} s each, medians; Node ${process.version}`);
  console.table([
    await compare('create', 1, creates, receiver),
    await compare('create', 32, creates, receiver),
    await compare('list of one', 32, lists, receiver),
  ]);
  await receiver.stop();
}
