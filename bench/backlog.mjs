/** Users who wait for Salesforce, and the stand-in that they wait for. */
import { HEADERS } from './load.mjs';
import { startProcess } from './processes.mjs';
import { NO_SALESFORCE, ourServer, PROGRAM } from './servers.mjs';

const BULK = 1_000;
const BULK_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';

export const sandboxServer = () =>
  startProcess([PROGRAM, 'sandbox'], /stand-in: (http\S+)/, { SANDBOX_PORT: '0' }, { pin: false });

/** @param userOf gives the n-th user that the database is to have, of whom Salesforce knows nothing yet */
export async function fill(database, users, userOf) {
  const server = await ourServer(NO_SALESFORCE, { DATABASE_URL: database });
  for (let first = 0; first < users; first += BULK) {
    const operations = Array.from({ length: BULK }, (_, at) => ({
      method: 'POST',
      path: '/Users',
      bulkId: String(first + at),
      data: userOf(first + at),
    }));
    const body = JSON.stringify({ schemas: [BULK_SCHEMA], Operations: operations });
    const answer = await fetch(`${server.url}/Bulk`, { method: 'POST', headers: HEADERS, body });
    const { Operations: outcomes } = await answer.json();
    if (outcomes?.some(({ status }) => status !== '201')) throw new Error(`a bulk was answered ${answer.status}`);
  }
  await server.stop();
}

export async function callsOf(sandbox) {
  return (await fetch(`${sandbox.url}/sandbox/calls`)).json();
}
