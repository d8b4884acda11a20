/** Lives a client's life with @salesforce/core, on which the Salesforce CLI stands; the stand-in's URL and a key file are given. */
import { setTimeout as sleep } from 'node:timers/promises';
import { AuthInfo, Connection, Org, StateAggregator } from '@salesforce/core';

const [url, privateKeyFile] = process.argv.slice(2);
const USERNAME = 'admin@acme.example';
const LEAD = { LastName: 'Doe', Company: 'Acme' };

const kept = {};

function expect(condition, what) {
  if (!condition) throw new Error(typeof what === 'string' ? what : JSON.stringify(what));
}

async function refusal(call) {
  try {
    await call();
  } catch (error) {
    return error;
  }
  throw new Error('was not refused');
}

const control = async (method, path, body) => {
  const response = await fetch(url + path, { method, ...(body && { body: JSON.stringify(body) }) });
  return response.status === 204 ? undefined : response.json();
};

async function logsInWithAJwt() {
  const oauth2Options = { clientId: 'app', privateKeyFile, loginUrl: url };
  kept.info = await AuthInfo.create({ username: USERNAME, oauth2Options });
  expect(kept.info.getFields().instanceUrl === url, kept.info.getFields());
  await kept.info.save();
}

async function findsTheNewestVersion() {
  kept.connection = await Connection.create({ authInfo: kept.info });
  expect((await kept.connection.retrieveMaxApiVersion()) === '68.0', kept.connection.getApiVersion());
  kept.connection.setApiVersion('67.0');
}

async function knowsItsOrg() {
  kept.org = await Org.create({ connection: kept.connection });
  const fields = ['Name', 'OrganizationType', 'IsSandbox', 'InstanceName', 'NamespacePrefix', 'TrialExpirationDate'];
  const record = await kept.connection.singleRecordQuery(`SELECT ${fields.join(', ')} FROM Organization`);
  expect(record.OrganizationType === 'Developer Edition', record);
  expect(kept.org.getOrgId().startsWith('00D'), kept.org.getOrgId());
}

async function tellsWhetherTheOrgIsAScratchOrgOrADevHub() {
  expect(typeof (await kept.org.determineIfScratch()) === 'boolean', 'no answer');
  expect(typeof (await kept.org.determineIfDevHubOrg()) === 'boolean', 'no answer');
}

async function refreshesItsAuthorization() {
  await kept.org.refreshAuth();
}

async function knowsWhoItIs() {
  const identity = await kept.connection.identity();
  expect(identity.username === USERNAME, identity);
}

async function listsTheResources() {
  const resources = await kept.connection.request(`${kept.connection.baseUrl()}/`);
  expect(resources.identity.includes('/id/00D'), resources);
}

async function createsReadsAndUpdates() {
  const leads = kept.connection.sobject('Lead');
  const { id } = await leads.create({ ...LEAD, Email: 'jane@acme.example' });
  kept.id = id;
  await leads.update({ Id: id, Title: 'CTO' });
  expect((await leads.retrieve(id)).Title === 'CTO', 'no title');
}

async function findsOneRecord() {
  const found = await kept.connection.singleRecordQuery("SELECT Id FROM Lead WHERE Email = 'jane@acme.example'");
  expect(found.Id === kept.id, found);
  const error = await refusal(() => kept.connection.singleRecordQuery("SELECT Id FROM Lead WHERE Email = 'none'"));
  expect(error.name === 'SingleRecordQuery_NoRecords', error.name);
}

async function fetchesEveryPage() {
  await control('PATCH', '/sandbox/config', { queryPageSize: 3 });
  const created = await kept.connection.sobject('Lead').create(Array.from({ length: 7 }, () => LEAD));
  expect(
    created.every(({ success }) => success),
    created,
  );
  const { records, totalSize } = await kept.connection.autoFetchQuery('SELECT Id FROM Lead');
  expect(records.length === 8 && totalSize === 8, { length: records.length, totalSize });
  await control('PATCH', '/sandbox/config', { queryPageSize: 2000 });
}

async function upserts() {
  const upsert = () => kept.connection.sobject('Lead').upsert({ ...LEAD, SCIM_Id__c: 'u1' }, 'SCIM_Id__c');
  const [first, second] = [await upsert(), await upsert()];
  expect(first.created && !second.created && first.id === second.id, { first, second });
}

async function describes() {
  const { fields } = await kept.connection.describe('Lead');
  expect(
    fields.some(({ name, externalId }) => name === 'SCIM_Id__c' && externalId),
    'no SCIM_Id__c',
  );
  expect(
    (await kept.connection.describeGlobal()).sobjects.some(({ name }) => name === 'Campaign'),
    'no Campaign',
  );
}

async function isToldWhatIsWrong() {
  const error = await refusal(() => kept.connection.sobject('Lead').create({ LastName: 'Doe' }));
  expect(error.errorCode === 'REQUIRED_FIELD_MISSING', error);
}

async function logsInAgainWhenItsSessionIsGone() {
  await control('DELETE', '/sandbox/sessions');
  const before = await control('GET', '/sandbox/calls');
  expect((await kept.connection.query('SELECT Id FROM Lead LIMIT 1')).records.length === 1, 'no record');
  const after = await control('GET', '/sandbox/calls');
  expect(after.token === before.token + 1, { before: before.token, after: after.token });
}

async function loadsInBulk() {
  const input = [
    { ...LEAD, SCIM_Id__c: 'u1' },
    { ...LEAD, SCIM_Id__c: 'u2' },
  ];
  const { successfulResults } = await kept.connection.bulk2.loadAndWaitForResults({
    object: 'Lead',
    operation: 'upsert',
    externalIdFieldName: 'SCIM_Id__c',
    input,
    pollInterval: 20,
  });
  expect(successfulResults.map((row) => row.sf__Created).join() === 'false,true', successfulResults);
}

async function deletes() {
  await kept.connection.sobject('Lead').destroy(kept.id);
  const error = await refusal(() => kept.connection.sobject('Lead').retrieve(kept.id));
  expect(error.errorCode === 'ENTITY_IS_DELETED', error);
}

async function readsTheLimits() {
  const limits = await kept.connection.limits();
  expect(limits.DailyApiRequests.Max === 100_000, limits);
}

async function isRefusedAJwtOfAUserThatThereIsNot() {
  await control('PATCH', '/sandbox/config', { users: [{ username: USERNAME, password: 'x' }] });
  const oauth2Options = { clientId: 'app', privateKeyFile, loginUrl: url };
  const error = await refusal(() => AuthInfo.create({ username: 'nobody@acme.example', oauth2Options }));
  expect(/approved this consumer/.test(error.message), error.message);
}

const LIFE = [
  logsInWithAJwt,
  findsTheNewestVersion,
  knowsItsOrg,
  tellsWhetherTheOrgIsAScratchOrgOrADevHub,
  refreshesItsAuthorization,
  knowsWhoItIs,
  listsTheResources,
  createsReadsAndUpdates,
  findsOneRecord,
  fetchesEveryPage,
  upserts,
  describes,
  isToldWhatIsWrong,
  logsInAgainWhenItsSessionIsGone,
  loadsInBulk,
  readsTheLimits,
  deletes,
  isRefusedAJwtOfAUserThatThereIsNot,
];

const nameOf = (step) => step.name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);

for (const step of LIFE) {
  const check = { name: nameOf(step), passed: true, detail: '' };
  try {
    await step();
  } catch (error) {
    Object.assign(check, { passed: false, detail: String(error.stack ?? error).slice(0, 2000) });
  }
  process.stdout.write(`${JSON.stringify(check)}\n`);
}
// Its log and its watchers would keep the process alive.
await sleep(0);
StateAggregator.clearInstance();
process.exit(0);
