/**
 * `node bench/query.mjs` after `npm run build`: what queries cost in a database of 100,000 users, beside a get by id in the same
 * run, on SQLite and on PostgreSQL. BENCH_USERS is the number of users, BENCH_SECONDS how long each measurement takes at most.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HEADERS, median, round, SECONDS } from './load.mjs';
import { run, startOwnPostgres } from './own-postgres.mjs';
import { population } from './population.mjs';
import { leaveFirstCore, runWithInput } from './processes.mjs';
import { NO_SALESFORCE, ourServer, PROGRAM } from './servers.mjs';
import { knownId, knownUserName } from './user.mjs';

const USERS = Number(process.env.BENCH_USERS ?? 100_000);
const GROUPS = 500;
const MEMBERS = 100;
const AT_MOST = 500;
const AT_LEAST = 5;

const anyUser = () => 1 + Math.floor(Math.random() * USERS);
const anyGroup = () => Math.floor(Math.random() * GROUPS);

const filtered = (path, filter, more = '') => ({ path: `${path}?filter=${encodeURIComponent(filter)}${more}` });
const orOf = (count, term) => Array.from({ length: count }, (_, at) => term(at)).join(' or ');

const GET_BY_ID = 'get by id';
const FIRST_PAGE = 'first page of 100';

/** Each asks for something else each time. */
const QUESTIONS = {
  [GET_BY_ID]: () => ({ path: `/Users/${knownId(anyUser())}` }),
  'userName eq': () => filtered('/Users', `userName eq "${knownUserName(anyUser())}"`),
  'externalId eq': () => filtered('/Users', `externalId eq "ext-${anyUser()}"`),
  'emails.value eq': () => filtered('/Users', `emails.value eq "home.${knownUserName(anyUser())}"`),
  'emails[type eq "work" and value eq]': () =>
    filtered('/Users', `emails[type eq "work" and value eq "${knownUserName(anyUser())}"]`),
  'userName eq, all types': () => filtered('/', `userName eq "${knownUserName(anyUser())}"`),
  'group displayName eq': () =>
    filtered('/Groups', `displayName eq "Group ${anyGroup()}"`, '&excludedAttributes=members'),
  'group members.value eq': () =>
    filtered('/Groups', `members.value eq "${knownId(1 + anyGroup() * MEMBERS)}"`, '&excludedAttributes=members'),
  'groups.display co': () => filtered('/Users', `groups.display co "Group ${anyGroup()}"`),
  'userName eq, any of 1,000 (/.search, count 1)': () => ({
    path: '/Users/.search',
    body: { filter: orOf(1_000, () => `userName eq "${knownUserName(anyUser())}"`), count: 1 },
  }),
  'userName eq, any of 10,000 (/.search, count 1)': () => ({
    path: '/Users/.search',
    body: { filter: orOf(10_000, () => `userName eq "${knownUserName(anyUser())}"`), count: 1 },
  }),
  [FIRST_PAGE]: () => ({ path: '/Users?count=100' }),
  'page at the middle': () => ({ path: `/Users?count=100&startIndex=${USERS / 2}` }),
  'page of all types at the middle': () => ({ path: `/?count=100&startIndex=${USERS / 2}` }),
  'count=0': () => ({ path: '/Users?count=0' }),
  'displayName co, a scan': () => filtered('/Users', 'displayName co "nobody"'),
  'displayName co, a page of many': () => filtered('/Users', 'displayName co "hansen"'),
  '20 different co, a scan': () =>
    filtered(
      '/Users',
      orOf(20, (at) => `title co "nobody${at}"`),
    ),
  'userName ew a tail': () => filtered('/Users', `userName ew "/${knownUserName(anyUser())}"`),
  'sorted by userName': () => ({ path: '/Users?count=100&sortBy=userName' }),
  'sorted by displayName, descending': () => ({ path: '/Users?count=100&sortBy=displayName&sortOrder=descending' }),
  'sorted by emails': () => ({ path: '/Users?count=100&sortBy=emails' }),
  'sorted by meta.lastModified': () => ({ path: '/Users?count=100&sortBy=meta.lastModified' }),
};

/** @returns times in ms */
async function time(ask, question) {
  const times = [];
  for (let at = 0; at < 3; at += 1) await ask(question());
  const startedAt = performance.now();
  while (times.length < AT_LEAST || (performance.now() - startedAt < SECONDS * 1000 && times.length < AT_MOST)) {
    const askedAt = performance.now();
    await ask(question());
    times.push(performance.now() - askedAt);
  }
  return times;
}

/** @returns times in ms of the pages at the beginning, the middle and the end */
async function walk(ask, query) {
  const times = [];
  let cursor = '';
  do {
    const askedAt = performance.now();
    const page = JSON.parse(await ask({ path: `/Users?count=1000&cursor=${cursor}${query}` }));
    times.push(performance.now() - askedAt);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  const part = Math.max(1, Math.floor(times.length / 10));
  const middle = Math.floor(times.length / 2);
  return [times.slice(1, 1 + part), times.slice(middle, middle + part), times.slice(-part)].map(median);
}

function asker(url) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask = ({ path, method, body }) =>
    new Promise((resolve, reject) => {
      const options = { agent, headers: HEADERS, method: method ?? (body ? 'POST' : 'GET') };
      const sent = request(`${url}${path}`, options, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (part) => (text += part));
        answer.once('end', () =>
          answer.statusCode < 300
            ? resolve(text)
            : reject(new Error(`${path} was answered ${answer.statusCode}: ${text}`)),
        );
      });
      sent.once('error', reject).end(body && JSON.stringify(body));
    });
  return { ask, close: () => agent.destroy() };
}

async function fillGroups(ask) {
  for (let group = 0; group < GROUPS; group += 1) {
    const members = Array.from({ length: MEMBERS }, (_, at) => ({
      value: knownId(1 + ((group * MEMBERS + at) % USERS)),
    }));
    await ask({ path: '/Groups', body: { displayName: `Group ${group}`, members } });
  }
}

async function measure(url) {
  await runWithInput([PROGRAM, 'import', '-', '--quiet'], population(USERS, 0), { DATABASE_URL: url });
  const server = await ourServer(NO_SALESFORCE, { DATABASE_URL: url });
  const { ask, close } = asker(server.url);
  try {
    await fillGroups(ask);
    if (url.startsWith('postgres')) await run(url, 'vacuum analyze', 'checkpoint');
    const medians = {};
    for (const [name, question] of Object.entries(QUESTIONS)) medians[name] = median(await time(ask, question));
    console.table(
      Object.entries(medians).map(([measured, p50]) => ({
        measured,
        'p50 ms': p50.toFixed(2),
        'beside get by id': (p50 / medians[GET_BY_ID]).toFixed(2),
        'beside the first page': (p50 / medians[FIRST_PAGE]).toFixed(2),
      })),
    );
    const rows = [];
    for (const [measured, query] of Object.entries({ 'all users': '', 'sorted by userName': '&sortBy=userName' })) {
      const [first, middle, last] = (await walk(ask, query)).map((ms) => ms.toFixed(1));
      rows.push({ measured, 'first tenth, p50 ms': first, 'middle, p50 ms': middle, 'last tenth, p50 ms': last });
    }
    console.log('Cursor pages of 1,000');
    console.table(rows);
  } finally {
    close();
    await server.stop();
  }
}

const postgres = await startOwnPostgres();
const folder = mkdtempSync(join(tmpdir(), 'scim-bench-query-'));
leaveFirstCore();
try {
  console.log(`${round(USERS)} users, ${GROUPS} groups of ${MEMBERS}, one request at a time; Node ${process.version}`);
  console.log('SQLite');
  await measure(`sqlite:${join(folder, 'scim.sqlite')}`);
  console.log('PostgreSQL');
  await measure(await postgres.create('query'));
} finally {
  await postgres.stop();
  rmSync(folder, { recursive: true });
}
