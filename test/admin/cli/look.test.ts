/** Commands that look at users, lanes and Leads beside a running service, and those that put right what they find. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LASTING_ENGINES, type Database } from '../../support/engines.ts';
import { newFolder } from '../../support/process.ts';
import { eventually, request, startService, type TestService } from '../../support/service.ts';
import { runHere, type CommandResult } from './support.ts';

const PROVISIONING = 'urn:scim-salesforce:params:scim:schemas:extension:provisioning:2.0:User';

const person = (userName: string, more: object = {}): object => ({
  userName,
  name: { givenName: 'Given', familyName: userName },
  emails: [{ value: `${userName}@example.com` }],
  ...more,
});

describe.each(LASTING_ENGINES)('beside a service on $name', (engine) => {
  let database: Database;
  let service: TestService;

  const start = async (environment: Record<string, string> = {}): Promise<void> => {
    service = await startService({ ...engine, create: () => Promise.resolve(database) }, environment);
  };
  beforeEach(async () => {
    database = await engine.create();
  });
  afterEach(() => service.close());

  const run = (args: readonly string[], stdin?: string): Promise<CommandResult> =>
    runHere(
      {
        DATABASE_URL: database.url,
        SALESFORCE_LOGIN_URL: service.sandbox.url,
        SALESFORCE_CLIENT_ID: 'client-id',
        SALESFORCE_CLIENT_SECRET: 'client-secret',
        SALESFORCE_USERNAME: 'integration@example.com',
        SALESFORCE_PASSWORD: 'salesforce-password',
        SALESFORCE_EXTERNAL_ID_FIELD: 'SCIM_Id__c',
      },
      args,
      stdin === undefined ? {} : { stdin },
    );
  const json = async (args: readonly string[]): Promise<Record<string, unknown>> =>
    JSON.parse((await run([...args, '--json'])).stdout) as Record<string, unknown>;
  const create = async (userName: string, more?: object): Promise<string> =>
    String((await service.scim('POST', '/Users', person(userName, more))).body['id']);
  const leads = async (count: number): Promise<Record<string, unknown>[]> =>
    eventually(async () => {
      const all = await service.leads();
      return all.length === count ? all : undefined;
    });
  const inState = (id: string, state: string): Promise<unknown> =>
    eventually(async () => {
      const { body } = await service.scim('GET', `/Users/${id}?attributes=${PROVISIONING}`);
      return (body[PROVISIONING] as { state?: unknown } | undefined)?.state === state ? state : undefined;
    });
  const salesforce = async (method: string, path: string, body: object): Promise<void> => {
    const form = {
      grant_type: 'password',
      client_id: 'x',
      client_secret: 'x',
      username: 'a@example.com',
      password: 'x',
    };
    const url = `${service.sandbox.url}/services`;
    const token = await fetch(`${url}/oauth2/token`, { method: 'POST', body: new URLSearchParams(form) });
    const { access_token: accessToken } = (await token.json()) as { access_token: string };
    await request(`${url}/data/v67.0/sobjects/${path}`, method, body, {
      authorization: `Bearer ${accessToken}`,
      'content-type': 'application/json',
    });
  };

  it('users and lanes are listed page by page, by filter, state and error', async () => {
    await start();
    const ada = await create('ada');
    const bad = await create('bad', { emails: [{ value: 'nonsense' }] });
    await leads(1);
    await inState(bad, 'parked');
    const parked = await json(['lanes', '--code', 'INVALID_EMAIL_ADDRESS']);
    expect(parked['users']).toMatchObject([{ id: bad, lane: { state: 'parked' } }]);
    const first = await json(['lanes', '--limit', '1']);
    const second = await json(['lanes', '--limit', '1', '--cursor', String(first['nextCursor'])]);
    expect([first, second].flatMap(({ users }) => users)).toMatchObject([ada, bad].sort().map((id) => ({ id })));
    expect(second['nextCursor']).toBeUndefined();
    const users = await run(['users']);
    expect(users.stdout).toMatch(/^userName +id +active +state +due +attempts +Lead +delivered +error\n/);
    expect(users.stdout).toMatch(new RegExp(`\nada +${ada} +yes +idle +\\d+ +00Q\\w{15} `));
    expect(users.stdout).toMatch(new RegExp(`\nbad +${bad} +yes +parked .*INVALID_EMAIL_ADDRESS: `));
    const page = await json(['users', '--limit', '1']);
    expect(page).toMatchObject({ total: 2, users: [{ userName: 'ada' }] });
    expect(await json(['users', '--limit', '1', '--cursor', String(page['nextCursor'])])).toMatchObject({
      users: [{ userName: 'bad' }],
    });
    expect(await json(['users', '--filter', 'userName eq "BAD"'])).toMatchObject({ users: [{ id: bad }] });
    const wrong = await run(['users', '--filter', 'nope eq 1']);
    expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('User has no attribute nope')]);
  }, 120_000);

  it('a preview shows what would be sent of a stored user, of a file and of all, and sends nothing', async () => {
    await start({ DRY_RUN: 'true' });
    const ada = await create('ada', { title: 'Countess' });
    const shown = await run(['preview', 'ADA']);
    expect(shown.code).toBe(0);
    expect(shown.stdout).toContain(`ada  (User ${ada})\ncreate  (no Lead is known for this user)\n`);
    expect(shown.stdout).toMatch(/\nfield +in Salesforce +mapped +sent\n/);
    expect(shown.stdout).toMatch(/\nTitle +Countess +yes\n/);
    const file = join(newFolder(), 'user.json');
    writeFileSync(file, JSON.stringify(person('bob')));
    expect(await json(['preview', file])).toMatchObject({ userName: 'bob', verdict: { kind: 'create' } });
    const piped = await run(['preview', '-', '--json'], JSON.stringify(person('Ada', { title: 'Lady' })));
    expect(JSON.parse(piped.stdout)).toMatchObject({
      userId: ada,
      fields: expect.arrayContaining([expect.objectContaining({ name: 'Title', mapped: 'Lady' })]) as unknown,
    });
    const invalid = await run(['preview', '-'], '{"active":true}');
    expect([invalid.code, invalid.stderr]).toEqual([1, expect.stringContaining('stdin holds no SCIM User: ')]);
    const all = await run(['preview', '--all', '--quiet']);
    expect(all.stdout).toContain('1 create; nothing was written\n');
    expect(await json(['preview', '--due', '--quiet'])).toMatchObject({ groups: [] });
    expect((await run(['preview', 'nobody'])).code).toBe(1);
    expect((await run(['preview', 'ada', '--all'])).code).toBe(2);
    expect(await service.leads()).toEqual([]);
    const outage = { outage: { status: 503, body: 'html' } };
    await request(`${service.sandbox.url}/sandbox/config`, 'PATCH', outage, { 'content-type': 'application/json' });
    const unanswered = await run(['preview', 'ada']);
    expect([unanswered.code, unanswered.stdout]).toEqual([1, expect.stringMatching(/^error /m)]);
  }, 120_000);

  it('reconcile says with its exit code whether something differs, and repairs by way of the service', async () => {
    await start();
    const ada = await create('ada', { title: 'Countess' });
    const [lead] = await leads(1);
    await inState(ada, 'idle');
    const clean = await run(['reconcile', '--quiet']);
    expect([clean.code, clean.stdout]).toEqual([0, expect.stringContaining('nothing differs\n')]);
    await salesforce('PATCH', `Lead/${String(lead?.['Id'])}`, { Title: 'Boss' });
    const drifted = await run(['reconcile', '--quiet']);
    expect(drifted.code).toBe(1);
    expect(drifted.stdout).toMatch(/\ndrifted +1\n/);
    expect(drifted.stdout).toMatch(/\nTitle +1\n/);
    expect(drifted.stdout).not.toContain('Boss');
    const repaired = await run(['reconcile', '--repair', '--json', '--quiet']);
    expect([repaired.code, JSON.parse(repaired.stdout)]).toMatchObject([
      0,
      { run: { report: { repaired: 1 }, needsAttention: false } },
    ]);
    await eventually(async () => ((await service.leads())[0]?.['Title'] === 'Countess' ? true : undefined));
    expect((await run(['reconcile', '--delta', '--quiet'])).code).toBe(0);
  }, 120_000);

  it('link gives a user the Lead that is there, while a dry run holds everything else back', async () => {
    await start({ DRY_RUN: 'true' });
    await salesforce('POST', 'Lead', { LastName: 'Own', Company: 'Own', Email: 'ada@example.com' });
    const ada = await create('ada');
    const planned = await run(['link', '--dry-run', '--quiet']);
    expect(planned.stdout).toMatch(/^would be +users\nlinked +1\n/);
    expect((await service.leads())[0]?.['SCIM_Id__c']).toBeNull();
    expect((await run(['link', '--quiet'])).code).toBe(0);
    expect(await service.leads()).toMatchObject([{ SCIM_Id__c: ada, LastName: 'Own' }]);
    expect(await json(['link', '--quiet'])).toMatchObject({ counts: { linked: 0 } });
  }, 120_000);

  it('push waits for the outcome of one user and tells it', async () => {
    await start();
    const ada = await create('ada');
    await leads(1);
    const pushed = await run(['push', 'ada', '--resend']);
    expect(pushed.code).toBe(0);
    expect(pushed.stdout).toMatch(/^update delivered {2}\(.*; \d+ ms\)\n {2}FirstName, LastName.*\n {2}Lead 00Q/);
    expect(await json(['push', ada])).toMatchObject({ attempt: { outcome: 'skipped' }, lane: { state: 'idle' } });
    await create('bad', { emails: [{ value: 'nonsense' }] });
    const parked = await run(['push', 'bad']);
    expect([parked.code, parked.stdout]).toEqual([1, expect.stringContaining('INVALID_EMAIL_ADDRESS: ')]);
    expect((await run(['push', 'nobody'])).code).toBe(1);
  }, 120_000);
});
