/**
 * `npm run bench:drain`: how fast users that wait become Leads, beside a bare axios loop that sends the same Leads to the same stand-in.
 * `npm run bench:drain -- --bulk`: and beside ourselves with one Bulk API 2.0 job.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import axios from 'axios';
import { callsOf, fill, sandboxServer } from './backlog.mjs';
import { median, percent, round, ROUNDS } from './load.mjs';
import { leaveFirstCore } from './processes.mjs';
import { ourServer } from './servers.mjs';
import { knownUser } from './user.mjs';

leaveFirstCore();

const USERS = 10_000;
const COLLECTION = 200;
/** Until a job is looked at once more, its results are read and settled. */
const SETTLING_MS = 5_000;

const waitingUser = (at) => ({ ...knownUser(at), id: undefined });

/** From the first call to the last Lead: the start of the service is not what is measured. */
async function ours(database, more = {}, settling = 0) {
  const sandbox = await sandboxServer();
  const server = await ourServer(sandbox.url, { DATABASE_URL: database, ...more });
  while ((await callsOf(sandbox)).api === 0) await sleep(1);
  const startedAt = performance.now();
  while ((await callsOf(sandbox)).rows.created < USERS) await sleep(5);
  const seconds = (performance.now() - startedAt) / 1000;
  await sleep(settling);
  const calls = await callsOf(sandbox);
  await server.stop();
  await sandbox.stop();
  return { rate: USERS / seconds, calls };
}

async function bare(leads) {
  const sandbox = await sandboxServer();
  const { data: token } = await axios.post(
    `${sandbox.url}/services/oauth2/token`,
    'grant_type=password&client_id=bench&username=bench&password=bench',
  );
  const url = `${token.instance_url}/services/data/v67.0/composite/sobjects/Lead/SCIM_Id__c`;
  const headers = { Authorization: `Bearer ${token.access_token}` };
  const startedAt = performance.now();
  for (let first = 0; first < leads.length; first += COLLECTION) {
    const records = leads.slice(first, first + COLLECTION);
    await axios.patch(url, { allOrNone: false, records }, { headers });
  }
  const seconds = (performance.now() - startedAt) / 1000;
  const { rows } = await callsOf(sandbox);
  if (rows.created !== leads.length) throw new Error(`${rows.created} Leads were made`);
  await sandbox.stop();
  return leads.length / seconds;
}

/** What our mapping makes of the users, read back from the stand-in. */
async function leadsOf(database) {
  const sandbox = await sandboxServer();
  const server = await ourServer(sandbox.url, { DATABASE_URL: database });
  while ((await callsOf(sandbox)).rows.created < USERS) await sleep(50);
  const leads = await (await fetch(`${sandbox.url}/sandbox/records/Lead`)).json();
  await server.stop();
  await sandbox.stop();
  const sent = ['FirstName', 'LastName', 'Title', 'Company', 'Email', 'Phone', 'LeadSource', 'SCIM_Id__c'];
  return leads.map((lead) => ({
    attributes: { type: 'Lead' },
    ...Object.fromEntries(sent.map((field) => [field, lead[field]])),
  }));
}

/** Settled, too: the calls that ask for the results are after the last Lead. */
async function measureBulk(turn) {
  const database = `sqlite:${join(folder, `bulk-${turn}.sqlite`)}`;
  await fill(database, USERS, waitingUser);
  const { rate, calls } = await ours(database, { SALESFORCE_BULK_FROM: '2000' }, SETTLING_MS);
  results.bulk.push(rate);
  results.bulkCalls = calls;
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const folder = mkdtempSync(join(tmpdir(), 'scim-drain-'));
const withBulk = process.argv.includes('--bulk');
const results = { bare: [], ours: [], calls: undefined, bulk: [], bulkCalls: undefined };
try {
  const first = `sqlite:${join(folder, 'first.sqlite')}`;
  await fill(first, USERS, waitingUser);
  const leads = await leadsOf(first);
  for (let turn = 0; turn < ROUNDS; turn += 1) {
    const database = `sqlite:${join(folder, `${turn}.sqlite`)}`;
    await fill(database, USERS, waitingUser);
    results.bare.push(await bare(leads));
    const { rate, calls } = await ours(database);
    results.ours.push(rate);
    results.calls = calls;
    if (withBulk) await measureBulk(turn);
  }
} finally {
  rmSync(folder, { recursive: true });
}
console.log(`${USERS} users wait for Salesforce; ${ROUNDS} rounds, medians; Node ${process.version}`);
console.table([
  {
    'bare axios, Leads /s': round(median(results.bare)),
    'scim-salesforce, Leads /s': round(median(results.ours)),
    share: percent(median(results.ours) / median(results.bare)),
    'API calls': results.calls.api,
    'token calls': results.calls.token,
    ...(withBulk && {
      'bulk job, Leads /s': round(median(results.bulk)),
      'bulk job, API calls': results.bulkCalls.api,
    }),
  },
]);
