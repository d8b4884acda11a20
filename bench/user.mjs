/** Which users the servers under test are given: those that a client creates, and those that a database holds already. */
import { createHash } from 'node:crypto';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

export function userWith(userName, serial) {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', ENTERPRISE],
    externalId: `ext-${serial}`,
    userName,
    name: { givenName: 'Noor', familyName: 'Hansen', formatted: 'Noor Hansen' },
    displayName: 'Noor Hansen',
    title: 'Account Manager',
    active: true,
    emails: [
      { value: userName, type: 'work', primary: true },
      { value: `home.${userName}`, type: 'home' },
    ],
    phoneNumbers: [{ value: '+47 22 123456', type: 'work' }],
    [ENTERPRISE]: { employeeNumber: `E${serial}`, department: 'Sales', organization: 'Example Corp' },
  };
}

let created = 0;

/** @returns JSON text of a user that was not there before */
export function newUser() {
  created += 1;
  return JSON.stringify(userWith(`bench${process.pid}-${created}@example.com`, created));
}

export const knownUserName = (serial) => `user${serial}@example.com`;

/** Not long ago: the service forgets old journal entries, which would be measured too. */
const FIRST_CREATED_AT = Date.now() - 24 * 60 * 60 * 1000;
export const createdAt = (serial) => FIRST_CREATED_AT + serial;

/** Like the service's own: UUIDs that begin with the time (version 7), here with nothing left to chance. */
export function knownId(serial) {
  const time = createdAt(serial).toString(16).padStart(12, '0');
  const rest = createHash('md5').update(String(serial)).digest('hex');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${rest.slice(0, 3)}-8${rest.slice(3, 6)}-${rest.slice(6, 18)}`;
}

export const knownUser = (serial) => ({ ...userWith(knownUserName(serial), serial), id: knownId(serial) });
