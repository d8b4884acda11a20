/** What `import` is given to make a database of any size: users, a lane and a journal entry each. */
import { randomUUID } from 'node:crypto';
import { createdAt, knownId, knownUser } from './user.mjs';

const CONNECTOR = 'salesforce';
const SCHEMA = 1;
/** What Salesforce was told of such a user. */
export const TOLD = {
  FirstName: 'Noor',
  LastName: 'Hansen',
  Title: 'Account Manager',
  Company: 'Example Corp',
  Email: 'user@example.com',
  Phone: '+47 22 123456',
  LeadSource: 'SCIM',
};

/**
 * @param due how many of the lanes are due, spread over all of them; the others are idle and delivered
 * @returns lines of NDJSON, some at a time
 */
export function* population(users, due) {
  const counts = { resource: users, member: 0, lane: users, journal: users, pause: 0, gate: 0 };
  yield print({
    format: 'scim-salesforce',
    version: 1,
    id: randomUUID(),
    exportedAt: new Date().toISOString(),
    schema: SCHEMA,
    counts,
    sequences: { resource: users, member: 0, journal: users },
  });
  yield* each(users, resource);
  const step = due === 0 ? Infinity : Math.floor(users / due);
  yield* each(users, (serial) => lane(serial, serial % step === 0 && serial / step <= due));
  yield* each(users, entry);
  yield print({ kind: 'end', records: users * 3 });
}

const LINES_AT_ONCE = 500;

function* each(users, record) {
  for (let first = 1; first <= users; first += LINES_AT_ONCE) {
    let lines = '';
    for (let serial = first; serial < first + LINES_AT_ONCE && serial <= users; serial += 1)
      lines += print(record(serial));
    yield lines;
  }
}

const print = (value) => `${JSON.stringify(value)}\n`;

const resource = (serial) => ({
  kind: 'resource',
  seq: serial,
  type: 'User',
  id: knownId(serial),
  version: 1,
  createdAt: createdAt(serial),
  lastModifiedAt: createdAt(serial),
  document: knownUser(serial),
});

/** With the three characters that make 18 of 15 (of the prefix, the third is a capital). */
export const leadId = (serial) => `00Q${String(serial).padStart(12, '0')}EAA`;

const lane = (serial, isDue) => ({
  kind: 'lane',
  connector: CONNECTOR,
  userId: knownId(serial),
  state: isDue ? 'due' : 'idle',
  dueAt: createdAt(serial),
  attempts: 0,
  tailSeq: serial,
  headSeq: isDue ? 0 : serial,
  doubts: 0,
  leadId: leadId(serial),
  origin: 'created',
  told: TOLD,
  lastAttemptAt: createdAt(serial),
  lastDeliveredAt: createdAt(serial),
});

const entry = (serial) => ({
  kind: 'journal',
  seq: serial,
  at: createdAt(serial),
  event: 'change',
  type: 'User',
  id: knownId(serial),
  version: 1,
  detail: { operation: 'create', actor: 'admin', requestId: knownId(serial), changed: ['userName', 'emails', 'name'] },
});
