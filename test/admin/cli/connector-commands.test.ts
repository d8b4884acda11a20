/** `status`, `pause`, `resume` and `release` beside the service that delivers. */
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { openStoreBeside } from '../../../src/database.ts';
import type { ConnectorState, LaneCounts } from '../../../src/storage/store.ts';
import { LASTING_ENGINES, storeOptions, type Database } from '../../support/engines.ts';
import { eventually, request, startService, type TestService } from '../../support/service.ts';
import { runHere, type CommandResult } from './support.ts';

jest.setTimeout(60_000);

const GUARD = { REMOVAL_GUARD_COUNT: '0', REMOVAL_GUARD_PERCENT: '0' };
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

interface Looked extends ConnectorState {
  readonly lanes: LaneCounts;
}

interface Status extends Looked {
  readonly delivery: string;
  readonly events: readonly { readonly event: string }[];
}

describe.each(LASTING_ENGINES)('the connector from the command line, on $name', (engine) => {
  let database: Database;
  let service: TestService;

  beforeEach(async () => {
    database = await engine.create();
    service = await startService({ ...engine, create: () => Promise.resolve(database) }, GUARD);
  });
  afterEach(() => service.close());

  const run = (...args: readonly string[]): Promise<CommandResult> => runHere({ DATABASE_URL: database.url }, args);
  const status = async (): Promise<Status> => JSON.parse((await run('status', '--json')).stdout) as Status;
  const until = async (check: (status: Looked) => boolean): Promise<Looked> => {
    const store = openStoreBeside({ DATABASE_URL: database.url }, storeOptions);
    try {
      return await eventually(async () => {
        const looked = { lanes: await store.countLanes('salesforce'), ...(await store.readConnector('salesforce')) };
        return check(looked) ? looked : undefined;
      });
    } finally {
      await store.close();
    }
  };
  const create = async (userName: string): Promise<string> =>
    (await service.scim('POST', '/Users', { userName, emails: [`${userName}@example.com`] })).body['id'] as string;
  const deactivate = (id: string) =>
    service.scim('PATCH', `/Users/${id}`, {
      schemas: [PATCH],
      Operations: [{ op: 'replace', path: 'active', value: false }],
    });

  it('tells of users by state, API calls and nothing that waits, for people and for scripts', async () => {
    await create('robin');
    await until(({ lanes, budget }) => lanes.idle === 1 && budget !== undefined);
    expect(await status()).toMatchObject({
      delivery: 'running',
      lanes: { idle: 1, due: 0, parked: 0, held: 0 },
      budget: { level: 'ample', max: 100_000 },
      events: [],
    });
    expect((await run('status')).stdout).toMatch(
      /^delivery {2}running\nAPI calls \d+ of 100000 used in 24 hours, ample .*\n\nidle {6}1\ndue {7}0\nparked {4}0\nheld {6}0\n$/,
    );
  });

  it('shows how far a bulk load is, in the admin API too', async () => {
    await service.close();
    database = await engine.create();
    service = await startService({ ...engine, create: () => Promise.resolve(database) }, { SALESFORCE_BULK_FROM: '3' });
    const json = { 'content-type': 'application/json' };
    await request(`${service.sandbox.url}/sandbox/config`, 'PATCH', { bulkStepMs: 60_000 }, json);
    await run('pause', 'until all are here');
    for (const name of ['robin', 'marian', 'john']) await create(name);
    await run('resume');
    const { load } = await until((looked) => looked.load?.jobId !== undefined);
    expect(load).toMatchObject({ users: 3, processed: 0 });
    const line = new RegExp(`^bulk load 0 of 3 users since \\S+, job ${load?.jobId}$`, 'm');
    expect((await run('status')).stdout).toMatch(line);
    expect((await status()).events[0]).toMatchObject({ event: 'load started', users: 3 });
    const { body } = await service.admin('GET', '/status');
    expect(body['load']).toMatchObject({ jobId: load?.jobId, users: 3, processed: 0 });
  });

  it('pauses at once, answers SCIM all the while, and resumes with what came meanwhile', async () => {
    expect((await run('pause', 'moving orgs')).stdout).toBe('paused: nothing more is sent until resume\n');
    expect((await run('pause', 'again')).stdout).toBe('it is paused already; its reason stays\n');
    await create('robin');
    await create('marian');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await service.leads()).toEqual([]);
    expect(await status()).toMatchObject({ delivery: 'paused', lanes: { due: 2 }, pause: { reason: 'moving orgs' } });
    expect((await run('status')).stdout).toMatch(/^paused {4}since \S+ by command line: moving orgs$/m);
    expect((await run('resume', 'moved')).stdout).toBe('resumed\n');
    await until(({ lanes }) => lanes.idle === 2);
    expect((await status()).events).toMatchObject([
      { event: 'resumed', actor: 'command line', reason: 'moved' },
      { event: 'paused', actor: 'command line', reason: 'moving orgs' },
    ]);
    expect(await service.leads()).toHaveLength(2);
    expect((await run('resume')).stdout).toBe('it was not paused; a closed gate is tried now\n');
  });

  it('tries refused credentials again when somebody says so, without a restart', async () => {
    await request(`${service.sandbox.url}/sandbox/config`, 'PATCH', { passwordFlow: false }, JSON_TYPE);
    await create('robin');
    expect(await until(({ gate }) => gate !== undefined)).toMatchObject({ gate: { class: 'authentication' } });
    expect(await status()).toMatchObject({ delivery: 'waiting', gate: { class: 'authentication' } });
    expect((await run('status')).stdout).toMatch(
      /^gate {6}closed until resume or a restart: authentication, invalid_grant: .*\n {10}Salesforce does not say which/m,
    );
    await request(`${service.sandbox.url}/sandbox/config`, 'PATCH', { passwordFlow: true }, JSON_TYPE);
    await run('resume');
    await until(({ lanes, gate }) => lanes.idle === 1 && gate === undefined);
  });

  it('releases held users, rejects others, and says when there is nothing to decide', async () => {
    const [robin, marian, john] = [await create('robin'), await create('marian'), await create('john')];
    await until(({ lanes }) => lanes.idle === 3);
    for (const id of [robin, marian]) await deactivate(id);
    await service.scim('DELETE', `/Users/${john}`);
    await until(({ lanes }) => lanes.held === 3);
    expect(await run('release', 'robin')).toMatchObject({ code: 0, stdout: '1 removal is approved\n' });
    expect(await run('release', 'robin')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('nothing is held of a user robin') as unknown,
    });
    expect(await run('release', john, '--reject')).toMatchObject({ code: 0, stdout: '1 removal is rejected\n' });
    expect(await run('release', '--all')).toMatchObject({ code: 0, stdout: '1 removal is approved\n' });
    expect(await run('release', '--all')).toMatchObject({ code: 0, stdout: '0 removals are approved\n' });
    await until(({ lanes }) => lanes.idle === 2 && lanes.held === 0 && lanes.due === 0);
    const leads = await service.leads();
    const statusOf = (email: string): unknown => leads.find((lead) => lead['Email'] === email)?.['Status'];
    expect(['robin', 'marian', 'john'].map((name) => statusOf(`${name}@example.com`))).toEqual([
      'Closed - Not Converted',
      'Closed - Not Converted',
      'Open - Not Contacted',
    ]);
  });

  it('shows from SCIM that a user is held, and why', async () => {
    const extension = 'urn:scim-salesforce:params:scim:schemas:extension:provisioning:2.0:User';
    const id = await create('robin');
    await until(({ lanes }) => lanes.idle === 1);
    await deactivate(id);
    await until(({ lanes }) => lanes.held === 1);
    const { body } = await service.scim('GET', `/Users/${id}?attributes=${extension}`);
    expect(body[extension]).toMatchObject({
      state: 'held',
      lastError: expect.stringMatching(/^REMOVAL_HELD: /) as unknown,
    });
  });
});

const JSON_TYPE = { 'content-type': 'application/json' };
