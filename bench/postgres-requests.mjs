/** What requests cost on PostgreSQL, beside a bare server on the same PostgreSQL; both databases hold as many users. */
import { alternate, load, rootOf, toRow } from './load.mjs';
import { startProcess } from './processes.mjs';
import { NO_SALESFORCE, ourServer, path } from './servers.mjs';
import { knownId, knownUserName, newUser } from './user.mjs';

/** @param limitUrl database of the bare server, @param ourUrl the program's own: the same users are in both */
export async function compareRequests(limitUrl, ourUrl, users) {
  const limit = await startProcess([path('limit-server-postgres.mjs'), limitUrl], /listening (http\S+)/);
  const ours = await ourServer(NO_SALESFORCE, { DATABASE_URL: ourUrl });
  const rows = [];
  try {
    // Creates come last, because they make the databases grow.
    for (const [name, requests] of Object.entries(REQUESTS))
      for (const connections of [1, 32]) {
        const measure = ({ url }) => load(url, connections, requests(rootOf(url), users));
        rows.push(toRow(name, connections, await alternate(limit, ours, measure)));
      }
  } finally {
    await Promise.all([limit.stop(), ours.stop()]);
  }
  return rows;
}

const REQUESTS = {
  'get by id': (root, users) => ({
    method: 'GET',
    setupRequest: (request) => ({ ...request, path: `${root}/Users/${knownId(anyOf(users))}` }),
  }),
  'filter userName eq': (root, users) => ({
    method: 'GET',
    setupRequest: (request) => ({ ...request, path: `${root}/Users?filter=${byUserName(anyOf(users))}` }),
  }),
  'patch title': (root, users) => ({
    method: 'PATCH',
    setupRequest: (request) => ({ ...request, path: `${root}/Users/${knownId(anyOf(users))}`, body: newTitle() }),
  }),
  create: (root) => ({
    method: 'POST',
    path: `${root}/Users`,
    setupRequest: (request) => ({ ...request, body: newUser() }),
  }),
};

export const anyOf = (users) => 1 + Math.floor(Math.random() * users);
export const byUserName = (serial) => encodeURIComponent(`userName eq "${knownUserName(serial)}"`);

let titles = 0;
function newTitle() {
  titles += 1;
  return JSON.stringify({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
    Operations: [{ op: 'replace', path: 'title', value: `Account Manager ${titles}` }],
  });
}
