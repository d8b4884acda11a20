/** Where a suite finds a fresh service: each time a process of its own on an empty database of the engine. */
import { startOwnPostgres } from '../../bench/own-postgres.mjs';
import { startProcess } from '../../bench/processes.mjs';
import { NO_SALESFORCE, PROGRAM } from '../../bench/servers.mjs';

const TOKEN = 'conformance-token-0123456789';

const ENVIRONMENT = {
  PORT: '0',
  LOG_LEVEL: 'error',
  SCIM_BEARER_TOKENS: TOKEN,
  SALESFORCE_LOGIN_URL: NO_SALESFORCE,
  SALESFORCE_CLIENT_ID: 'conformance',
  SALESFORCE_USERNAME: 'conformance',
  SALESFORCE_PASSWORD: 'conformance',
  SALESFORCE_EXTERNAL_ID_FIELD: 'SCIM_Id__c',
};

/** @returns the service with its SCIM root, a bearer token, and `stop` */
async function startService(environment) {
  const service = await startProcess(
    [PROGRAM],
    /SCIM 2\.0\s+(http\S+)/,
    { ...ENVIRONMENT, ...environment },
    { pin: false },
  );
  return { ...service, token: TOKEN };
}

/** The process has a folder of its own, in which the default database is made. */
function openSqlite() {
  return { start: () => startService({}), close: () => undefined };
}

async function openPostgres() {
  const server = await startOwnPostgres();
  let databases = 0;
  const start = async () => startService({ DATABASE_URL: await server.create(`conformance_${(databases += 1)}`) });
  return { start, close: () => server.stop() };
}

/** Engines by the name they are chosen with. */
export const ENGINES = { sqlite: openSqlite, postgres: openPostgres };
