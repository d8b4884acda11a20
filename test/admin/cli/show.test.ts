/** `show <user>`: who changed a user, taken for which client, and what was made of the requests. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ChangeEntry, JournalEntry } from '../../../src/storage/store.ts';
import { LASTING_ENGINES, type Database } from '../../support/engines.ts';
import { startService, type TestService } from '../../support/service.ts';
import { runCommand } from './support.ts';

const TOKENS = { is: 'token-of-wso2-is-1', entra: 'token-of-entra-id', hr: 'token-of-hr-system' } as const;
type Client = keyof typeof TOKENS;

const SCIM_CREDENTIALS = JSON.stringify([
  { name: 'is', token: TOKENS.is, profile: 'wso2' },
  { name: 'entra', token: TOKENS.entra, profile: 'entra' },
  { name: 'hr', token: TOKENS.hr },
]);

describe.each(LASTING_ENGINES)('show on $name', (engine) => {
  let database: Database;
  let service: TestService;

  beforeEach(async () => {
    database = await engine.create();
    service = await startService({ ...engine, create: () => Promise.resolve(database) }, { SCIM_CREDENTIALS });
  });
  afterEach(() => service.close());

  const as = (client: Client, method: string, path: string, body: unknown, requestId: string) =>
    service.scim(method, path, body, { authorization: `Bearer ${TOKENS[client]}`, 'x-request-id': requestId });
  const show = async (...args: readonly string[]): Promise<string> =>
    (await runCommand({ DATABASE_URL: database.url }, ['show', ...args])).stdout;
  /** Oldest first. */
  const changes = async (userName: string): Promise<readonly string[]> =>
    (await show(userName))
      .split('\n')
      .flatMap((line) => / change +v\d+ +(.*)$/.exec(line)?.[1] ?? [])
      .reverse();

  const operations = [
    { op: 'Replace', path: 'meta.created', value: 'x' },
    { op: 'Add', path: 'roles', value: [{ value: '{"value":"Admin"}' }] },
  ];

  it('prints the client, its profile, and what was read otherwise than it was written', async () => {
    const made = await as('hr', 'POST', '/Users', { userName: 'robin' }, 'r1');
    const path = `/Users/${String(made.body['id'])}`;
    await as('hr', 'PUT', path, { userName: 'robin', nickName: 'rob' }, 'r2');
    await as('is', 'POST', '/Users', { userName: 'Robin', title: 'Sir' }, 'r3');
    await as('is', 'PUT', path, { schemas: [], userName: 'Robin', title: 'Lord' }, 'r4');
    await as('entra', 'PATCH', path, { Operations: operations }, 'r5');
    await as('entra', 'PATCH', path, { Operations: [{ op: 'Replace', path: 'title', value: 'Mx' }] }, 'r6');
    expect(await changes('robin')).toEqual([
      'create by hr: schemas, userName [r1]',
      'replace by hr: nickName [r2]',
      'create by is: userName, title [r3] [wso2: merged into the User that was there]',
      'replace by is: title [r4] [wso2: merged: attributes that the PUT leaves out stay]',
      'patch by entra: roles [r5] [entra: roles: JSON in a string unpacked; meta.created left out: it is readOnly]',
      'patch by entra: title [r6] [entra]',
    ]);
  });

  it('gives the same to scripts with --json', async () => {
    await as('is', 'POST', '/Users', { userName: 'robin' }, 'r1');
    await as('is', 'POST', '/Users', { userName: 'robin', title: 'Sir' }, 'r2');
    const { journal } = JSON.parse(await show('robin', '--json')) as { journal: readonly JournalEntry[] };
    const entries = journal.filter(({ kind }) => kind === 'change').map(({ detail }) => detail as ChangeEntry);
    expect(entries).toEqual([
      {
        operation: 'create',
        actor: 'is',
        requestId: 'r2',
        changed: ['title'],
        profile: 'wso2',
        userAgent: 'node',
        rewritten: ['merged into the User that was there'],
      },
      {
        operation: 'create',
        actor: 'is',
        requestId: 'r1',
        changed: ['schemas', 'userName'],
        profile: 'wso2',
        userAgent: 'node',
      },
    ]);
  });
});
