/** `show <user>`: who changed a user, taken for which client, what was made of the requests, and what became of them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ChangeStep, Step } from '../../../src/operations/timeline.ts';
import { LASTING_ENGINES, type Database } from '../../support/engines.ts';
import { eventually, startService, type TestService } from '../../support/service.ts';
import { runHere } from './support.ts';

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
  let folder: string;

  beforeEach(async () => {
    database = await engine.create();
    folder = mkdtempSync(join(tmpdir(), 'scim-show-'));
    await start();
  });
  afterEach(async () => {
    await service.close();
    await database.drop();
    rmSync(folder, { recursive: true });
  });

  const start = async (more: Record<string, string> = {}): Promise<void> => {
    const create = () => Promise.resolve({ ...database, drop: () => Promise.resolve() });
    service = await startService({ ...engine, create }, { SCIM_CREDENTIALS, ...more });
  };
  const mappingOf = (fields: object): string => {
    const path = join(folder, 'mapping.json');
    const required = { LastName: { from: 'userName' }, Company: { constant: 'Acme' } };
    writeFileSync(path, JSON.stringify({ fields: { ...required, ...fields } }));
    return path;
  };

  const as = (client: Client, method: string, path: string, body: unknown, requestId: string) =>
    service.scim(method, path, body, { authorization: `Bearer ${TOKENS[client]}`, 'x-request-id': requestId });
  const show = async (...args: readonly string[]): Promise<string> =>
    (await runHere({ DATABASE_URL: database.url }, ['show', ...args])).stdout;
  const timeline = async (user: string): Promise<readonly Step[]> =>
    (JSON.parse(await show(user, '--json')) as { timeline: readonly Step[] }).timeline;
  const delivered = (attempts: number): Promise<unknown> =>
    eventually(() => {
      const done = service.log().match(/"lead delivered"/g)?.length;
      return Promise.resolve(done === attempts ? done : undefined);
    });
  /** Oldest first. */
  const changes = async (userName: string): Promise<readonly string[]> =>
    (await show(userName)).split('\n').flatMap((line) => / change +v\d+ +(.*) \(node\) → /.exec(line)?.[1] ?? []);

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
    const changes = (await timeline('robin')).filter((step): step is ChangeStep => step.kind === 'change');
    expect(changes).toMatchObject([
      {
        operation: 'create',
        request: { id: 'r1', credential: 'is', profile: 'wso2', userAgent: 'node' },
        changed: ['schemas', 'userName'],
        resource: { type: 'User', version: 1 },
      },
      {
        operation: 'create',
        request: { id: 'r2', credential: 'is', profile: 'wso2', userAgent: 'node' },
        changed: ['title'],
        rewritten: ['merged into the User that was there'],
      },
    ]);
  });

  it('links every change to the attempts that covered it, those of groups too, and back', async () => {
    await service.close();
    await start({ MAPPING_FILE: mappingOf({ City: { from: 'groups.display' } }) });
    const made = await as('hr', 'POST', '/Users', { userName: 'robin' }, 'r1');
    const id = String(made.body['id']);
    await delivered(1);
    const group = await as('entra', 'POST', '/Groups', { displayName: 'Staff', members: [{ value: id }] }, 'r2');
    await delivered(2);
    const [create, first, joined, second] = await timeline('robin');
    expect([create, first, joined, second]).toMatchObject([
      { kind: 'change', operation: 'create', attempts: [first?.seq], isDelivered: true },
      { kind: 'attempt', action: 'create', changes: [create?.seq], requestIds: ['r1'] },
      {
        kind: 'change',
        resource: { type: 'Group', id: group.body['id'], version: 1 },
        request: { id: 'r2', credential: 'entra' },
        attempts: [second?.seq],
      },
      { kind: 'attempt', action: 'update', fields: ['City'], changes: [joined?.seq], requestIds: ['r2'] },
    ]);
    expect(await show('robin')).toContain(`Group ${String(group.body['id'])} v1  create by entra`);
  });

  it('still tells all of it when the user is deleted, by its id', async () => {
    const made = await as('hr', 'POST', '/Users', { userName: 'robin' }, 'r1');
    const id = String(made.body['id']);
    await delivered(1);
    await as('hr', 'DELETE', `/Users/${id}`, undefined, 'r2');
    await delivered(2);
    expect(await show(id)).toMatch(/^This user was deleted\. {2}\(User \S+\)\nNothing is to be delivered\.\n\n/);
    expect(await timeline(id)).toMatchObject([
      { operation: 'create' },
      { action: 'create', outcome: 'delivered' },
      { operation: 'delete', isDelivered: true },
      { action: 'delete', outcome: 'delivered' },
    ]);
  });

  it('names the fields that Salesforce was told of, and their values only when asked', async () => {
    await as('hr', 'POST', '/Users', { userName: 'robin', title: 'Outlaw' }, 'r1');
    await delivered(1);
    const names = JSON.parse(await show('robin', '--json')) as { user: { leadFields: readonly string[] } };
    expect(names.user.leadFields).toContain('Title');
    expect(JSON.stringify(names)).not.toContain('Outlaw');
    expect(JSON.parse(await show('robin', '--json', '--values'))).toMatchObject({
      user: {
        createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as unknown,
        values: { leadFields: { Title: 'Outlaw' } },
        lane: { lastDeliveredAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as unknown },
      },
    });
  });

  it('needs nothing of the configuration but the database', async () => {
    await as('hr', 'POST', '/Users', { userName: 'robin' }, 'r1');
    const others = { SALESFORCE_LOGIN_URL: 'https://x.example', PORT: 'none', HOST: '0.0.0.0' };
    const { code, stdout } = await runHere({ DATABASE_URL: database.url, ...others }, ['show', 'robin']);
    expect([code, stdout.split('\n')[0]]).toEqual([0, expect.stringMatching(/^robin {2}\(User /)]);
  });
});
