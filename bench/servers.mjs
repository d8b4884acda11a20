/** How the program is started to be measured. */
import { fileURLToPath } from 'node:url';
import { startProcess } from './processes.mjs';

export const path = (name) => fileURLToPath(new URL(name, import.meta.url));
export const PROGRAM = path('../dist/main.js');

/** Nobody listens there: delivery waits at its gate, and what is measured is the answer to the client alone. */
export const NO_SALESFORCE = 'http://127.0.0.1:9';

/** @param environment beyond what every server under test has */
export const ourServer = (salesforceUrl, environment = {}) =>
  startProcess([PROGRAM], /SCIM 2\.0\s+(http\S+)/, {
    PORT: '0',
    LOG_LEVEL: 'error',
    SALESFORCE_LOGIN_URL: salesforceUrl,
    SALESFORCE_CLIENT_ID: 'bench',
    SALESFORCE_USERNAME: 'bench',
    SALESFORCE_PASSWORD: 'bench',
    SALESFORCE_EXTERNAL_ID_FIELD: 'SCIM_Id__c',
    REMOVAL_GUARD_PERCENT: '100',
    SALESFORCE_API_RESERVE_PERCENT: '0',
    ...environment,
  });
