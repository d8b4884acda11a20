/**
 * `npm run bench:postgres`: what requests and delivery cost on PostgreSQL beside the limit in the same run, and what becomes
 * slower when the database grows. BENCH_USERS is the size it grows to, BENCH_SECONDS how long each measurement takes.
 */
import { round, ROUNDS, SECONDS } from './load.mjs';
import { run, startOwnPostgres } from './own-postgres.mjs';
import { population } from './population.mjs';
import { compareSizes } from './postgres-growth.mjs';
import { compareLanes } from './postgres-lanes.mjs';
import { compareRequests } from './postgres-requests.mjs';
import { leaveFirstCore, runWithInput } from './processes.mjs';
import { PROGRAM } from './servers.mjs';
import { knownId, knownUser, knownUserName } from './user.mjs';

const SMALL = 10_000;
const LARGE = Number(process.env.BENCH_USERS ?? 1_000_000);
const DUE = 5_000;

/** @returns users/s */
async function importInto(url, users, due) {
  const startedAt = performance.now();
  await runWithInput([PROGRAM, 'import', '-', '--quiet'], population(users, due), { DATABASE_URL: url });
  const seconds = (performance.now() - startedAt) / 1000;
  await run(url, 'vacuum analyze', 'checkpoint');
  return users / seconds;
}

/** The same users for the bare server, which reads nothing of them but their document. */
async function fillBare(url, users) {
  await run(url, 'create table bare (id text primary key, user_name text unique, document text)');
  const rows = Array.from({ length: users }, (_, index) => [
    knownId(index + 1),
    knownUserName(index + 1),
    JSON.stringify(knownUser(index + 1)),
  ]);
  const [ids, names, documents] = [0, 1, 2].map((column) => rows.map((row) => row[column]));
  await run(url, {
    text: 'insert into bare select * from unnest($1::text[], $2::text[], $3::text[])',
    values: [ids, names, documents],
  });
  await run(url, 'vacuum analyze', 'checkpoint');
}

const postgres = await startOwnPostgres();
leaveFirstCore();
try {
  const [bare, ours, small, large] = await Promise.all(['bare', 'ours', 'small', 'large'].map(postgres.create));
  await fillBare(bare, SMALL);
  await importInto(ours, SMALL, 0);
  const [{ version }] = await run(bare, `select current_setting('server_version') as version`);
  console.log(
    `PostgreSQL ${version} as it comes, ${round(SMALL)} users, beside a bare Fastify + pg; ${ROUNDS} rounds of ${SECONDS} s each, medians; Node ${process.version}`,
  );
  console.table(await compareRequests(bare, ours, SMALL));
  console.log('A batch of 200 lanes, ms of each step beside the barest SQL');
  console.table(await compareLanes(bare, ours));
  await importInto(small, SMALL, DUE);
  console.log(
    `import of ${round(LARGE)} users with a lane and a journal entry each: ${round(await importInto(large, LARGE, DUE))} users/s`,
  );
  const sizes = [
    { url: small, users: SMALL },
    { url: large, users: LARGE },
  ];
  const { rows, costly } = await compareSizes(sizes);
  console.log('Growth, one request at a time; the promise is a factor of 1.5 at most');
  console.table(rows);
  console.log('What may be slow in a large database');
  console.table(costly);
} finally {
  await postgres.stop();
}
