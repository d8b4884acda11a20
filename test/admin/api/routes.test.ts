/** What the admin API tells and does, over HTTP, on each engine; every answer is held against the description. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ENGINES } from '../../support/engines.ts';
import { eventually, startService, type Answer, type TestService } from '../../support/service.ts';
import { describedApi, ON_CALL, type DescribedApi } from './support.ts';

interface UserView {
  readonly id: string;
  readonly userName?: string;
  readonly email?: string;
  readonly isDeleted: boolean;
  readonly lane?: { readonly state: string; readonly leadId?: string; readonly error?: { readonly code: string } };
}

const usersOf = ({ body }: Answer): readonly UserView[] => body['users'] as readonly UserView[];
const names = (answer: Answer): readonly unknown[] => usersOf(answer).map(({ userName }) => userName);

/** Its mapping sends addresses as they are, so that Salesforce refuses bad ones. */
const MAPPING_FILE = 'schemas/mappings/tutorial.json';

describe.each(ENGINES)('the admin API on $name', (engine) => {
  let service: TestService;
  let api: DescribedApi;
  const ids = new Map<string, string>();
  const id = (name: string): string => ids.get(name) ?? '';

  const create = async (userName: string, address: string): Promise<void> => {
    const made = await service.scim('POST', '/Users', { userName, emails: [{ value: address, primary: true }] });
    ids.set(userName, String(made.body['id']));
  };
  const settled = (name: string, state: string): Promise<UserView> =>
    eventually(async () => {
      const { body } = await api.call('GET', `/users/${id(name)}`);
      const user = body as unknown as UserView;
      return user.lane?.state === state ? user : undefined;
    });

  /** Nothing is delivered before all requests are answered, so that each finds what the others left. */
  const atOnce = async (requests: readonly (() => Promise<Answer>)[]): Promise<readonly Answer[]> => {
    await api.call('POST', '/pause', { reason: 'several people ask at once' });
    try {
      return await Promise.all(requests.map((request) => request()));
    } finally {
      await api.call('POST', '/resume');
    }
  };
  const released = (answers: readonly Answer[]): number =>
    answers.reduce((sum, { body }) => sum + Number(body['released']), 0);

  const setFaults = async (faults: readonly unknown[]): Promise<void> => {
    await fetch(`${service.sandbox.url}/sandbox/faults`, { method: 'POST', body: JSON.stringify(faults) });
  };

  beforeAll(async () => {
    service = await startService(engine, { MAPPING_FILE, LOG_LEVEL: 'warn' });
    api = await describedApi(service);
    for (const name of ['ada', 'adam', 'bob', 'eve']) await create(name, `${name}@example.com`);
    for (const name of ['cy', 'cyd', 'dan']) await create(name, `${name} at nowhere`);
    for (const name of ['ada', 'adam', 'bob', 'eve']) await settled(name, 'idle');
    for (const name of ['cy', 'cyd', 'dan']) await settled(name, 'parked');
  });
  afterAll(() => service.close());

  describe('GET /status', () => {
    it('counts users by the state of their delivery and tells who answers, on which database', async () => {
      const { status, body } = await api.call('GET', '/status');
      expect(status).toBe(200);
      expect(body).toMatchObject({
        lanes: { idle: 4, due: 0, parked: 3 },
        lagSeconds: 0,
        gate: { state: 'open' },
        database: engine.name.toLowerCase(),
        connector: { name: 'salesforce', salesforceUrl: service.sandbox.url },
        instance: { pid: process.pid },
      });
    });
  });

  describe('GET /lanes', () => {
    it('lists users by state, error class and error code, with what Salesforce said and what to do', async () => {
      const parked = await api.call('GET', '/lanes?state=parked');
      expect(new Set(names(parked))).toEqual(new Set(['cy', 'cyd', 'dan']));
      expect(usersOf(parked)[0]?.lane?.error).toMatchObject({ class: 'data', code: 'INVALID_EMAIL_ADDRESS' });
      const counts = await Promise.all(
        ['code=INVALID_EMAIL_ADDRESS', 'class=data', 'class=policy', 'code=OTHER', 'state=due', ''].map(
          async (query) => usersOf(await api.call('GET', `/lanes?${query}`)).length,
        ),
      );
      expect(counts).toEqual([3, 3, 0, 0, 0, 7]);
    });

    it('gives pages of any size that make the whole list, each user once', async () => {
      const listed: string[] = [];
      let cursor = '';
      for (const limit of [1, 3, 2, 5]) {
        const page = await api.call('GET', `/lanes?limit=${limit}${cursor}`);
        listed.push(...usersOf(page).map((user) => user.id));
        const next = page.body['nextCursor'];
        cursor = typeof next === 'string' ? `&cursor=${next}` : '';
      }
      expect(cursor).toBe('');
      expect(listed).toEqual([...ids.values()].sort());
    });

    it('counts users by error', async () => {
      const { body } = await api.call('GET', '/lanes/errors');
      expect(body['errors']).toEqual([
        {
          state: 'parked',
          class: 'data',
          code: 'INVALID_EMAIL_ADDRESS',
          lanes: 3,
          hint: expect.any(String),
          since: expect.any(String),
        },
      ]);
    });
  });

  describe('GET /users', () => {
    it.each([
      ['the start of a userName, in any case', 'ADA', ['ada', 'adam']],
      ['the start of an address', 'bob@ex', ['bob']],
      ['what nobody has', 'zoe', []],
      ['a sign of filters as it is', 'a" or userName pr or userName eq "', []],
    ])('finds by %s', async (_what, search, expected) => {
      const found = await api.call('GET', `/users?search=${encodeURIComponent(search)}`);
      expect([names(found), found.body['total']]).toEqual([expected, expected.length]);
    });

    it('finds by the id of a user', async () => {
      expect(names(await api.call('GET', `/users?search=${id('cyd')}`))).toEqual(['cyd']);
    });

    it('finds by the id of a Lead, 15 or 18 characters, and tells its page', async () => {
      const leadId = (await settled('bob', 'idle')).lane?.leadId ?? '';
      expect(leadId).toMatch(/^00Q\w{15}$/);
      for (const search of [leadId, leadId.slice(0, 15)]) {
        const [user, ...others] = usersOf(await api.call('GET', `/users?search=${search}`));
        expect(user).toMatchObject({ userName: 'bob', lane: { leadId, leadUrl: `${service.sandbox.url}/${leadId}` } });
        expect(others).toEqual([]);
      }
    });

    it('gives all users whose Lead is known, a page at a time, for 00Q', async () => {
      const first = await api.call('GET', '/users?search=00Q&limit=3');
      const rest = await api.call('GET', `/users?search=00Q&limit=3&cursor=${String(first.body['nextCursor'])}`);
      expect(new Set([...names(first), ...names(rest)])).toEqual(new Set(['ada', 'adam', 'bob', 'eve']));
      expect(rest.body).not.toHaveProperty('nextCursor');
    });

    it('gives everybody a page at a time, with how many there are', async () => {
      const first = await api.call('GET', '/users?limit=4');
      const rest = await api.call('GET', `/users?limit=4&cursor=${String(first.body['nextCursor'])}`);
      expect([first.body['total'], rest.body['total']]).toEqual([7, 7]);
      expect(new Set([...names(first), ...names(rest)])).toEqual(new Set(ids.keys()));
      const other = await api.call('GET', `/users?limit=5&cursor=${String(first.body['nextCursor'])}`);
      expect([other.status, other.body['errors']]).toEqual([
        400,
        [{ parameter: 'limit', detail: 'must be the same on every page of a search' }],
      ]);
    });
  });

  describe('GET /users/{id}', () => {
    it('tells names of attributes and fields, and values only when asked', async () => {
      const { body, text } = await api.call('GET', `/users/${id('ada')}`);
      expect(body).toMatchObject({
        userName: 'ada',
        version: 1,
        isDeleted: false,
        attributes: expect.arrayContaining(['id', 'userName', 'emails']),
        leadFields: expect.arrayContaining(['LastName', 'Email']),
        lane: { state: 'idle', origin: 'created', isBehind: false },
      });
      expect(text).not.toContain('ada@example.com');
      const { body: whole } = await api.call('GET', `/users/${id('ada')}?include=values`);
      expect(whole['values']).toMatchObject({
        user: { emails: [{ value: 'ada@example.com' }] },
        leadFields: { Email: 'ada@example.com' },
      });
    });

    it('tells what is left of a user that was deleted, and 404 of one that never was', async () => {
      await create('gone', 'gone@example.com');
      await settled('gone', 'idle');
      await service.scim('DELETE', `/Users/${id('gone')}`);
      await eventually(async () => ((await service.leads()).length === 4 ? true : undefined));
      const deleted = await eventually(async () => {
        const { body } = await api.call('GET', `/users/${id('gone')}`);
        return body['lane'] === undefined ? body : undefined;
      });
      expect(deleted).toEqual({ id: id('gone'), isDeleted: true, attributes: [], leadFields: [], unsureFields: [] });
      expect((await api.call('POST', `/users/${id('gone')}/retry`)).status).toBe(409);
      const { body } = await api.call('GET', `/users/${id('gone')}/timeline`);
      expect((body['steps'] as unknown[]).length).toBe(4);
      ids.delete('gone');
      for (const [method, path] of [
        ['GET', '/users/nobody'],
        ['GET', '/users/nobody/timeline'],
        ['POST', '/users/nobody/retry'],
      ] as const) {
        const answer = await api.call(method, path);
        expect([answer.status, answer.body['detail']]).toEqual([
          404,
          'there is no user with this id, and no trace of one: GET /users?search= finds ids',
        ]);
      }
    });
  });

  describe('GET /users/{id}/timeline', () => {
    it('tells changes and attempts, newest first, a page at a time, without values', async () => {
      const first = await api.call('GET', `/users/${id('cy')}/timeline?limit=1`);
      const cursor = String(first.body['nextCursor']);
      const second = await api.call('GET', `/users/${id('cy')}/timeline?limit=1&cursor=${cursor}`);
      const [[attempt], [change]] = [first, second].map(({ body }) => body['steps'] as { seq: number }[]) as [
        { seq: number }[],
        { seq: number }[],
      ];
      expect([attempt, change]).toMatchObject([
        { kind: 'attempt', outcome: 'parked', error: { code: 'INVALID_EMAIL_ADDRESS' }, changes: [change?.seq] },
        {
          kind: 'change',
          operation: 'create',
          resource: { type: 'User', id: id('cy'), version: 1 },
          request: { credential: 'basic:admin', userAgent: 'node' },
          attempts: [attempt?.seq],
        },
      ]);
      expect(second.body).not.toHaveProperty('nextCursor');
      expect(first.text + second.text).not.toContain('nowhere');
      const foreign = await api.call('GET', `/users/${id('cyd')}/timeline?limit=1&cursor=${cursor}`);
      expect([foreign.status, foreign.body['detail']]).toEqual([
        400,
        'cursor must be the nextCursor of a page of the same query: leave it out to begin again',
      ]);
    });
  });

  describe('POST /users/{id}/retry', () => {
    const attempts = async (name: string): Promise<number> => {
      const { body } = await api.call('GET', `/users/${id(name)}/timeline?limit=200`);
      return (body['steps'] as { kind: string }[]).filter(({ kind }) => kind === 'attempt').length;
    };

    it('tries a parked user again, once, however many ask at once', async () => {
      const before = await attempts('cy');
      const answers = await atOnce(Array.from({ length: 5 }, () => () => api.call('POST', `/users/${id('cy')}/retry`)));
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
      await settled('cy', 'parked');
      expect([released(answers), await attempts('cy')]).toEqual([1, before + 1]);
    });

    it('does nothing to a user whom Salesforce knows', async () => {
      const before = await attempts('ada');
      const { status, body } = await api.call('POST', `/users/${id('ada')}/retry`, {});
      expect([status, body]).toEqual([200, { released: 0, state: 'idle' }]);
      expect(await attempts('ada')).toBe(before);
    });
  });

  describe('POST /lanes/retry', () => {
    it('releases each parked user once, of two that ask at once, and tells of those with another error that there are none', async () => {
      const other = await api.call('POST', '/lanes/retry', { code: 'STRING_TOO_LONG' });
      expect(other.body).toEqual({ released: 0 });
      const both = await atOnce([
        () => api.call('POST', '/lanes/retry', { code: 'INVALID_EMAIL_ADDRESS', class: 'data' }),
        () => api.call('POST', '/lanes/retry', { code: 'INVALID_EMAIL_ADDRESS' }),
      ]);
      expect(released(both)).toBe(3);
      for (const name of ['cy', 'cyd', 'dan']) await settled(name, 'parked');
      expect((await api.call('POST', '/lanes/retry', { all: true })).body).toEqual({ released: 3 });
      for (const name of ['cy', 'cyd', 'dan']) await settled(name, 'parked');
    });

    it('delivers those whose fault is mended', async () => {
      await service.scim('PATCH', `/Users/${id('dan')}`, {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
        Operations: [{ op: 'replace', path: 'emails', value: [{ value: 'dan@example.com' }] }],
      });
      await settled('dan', 'idle');
    });

    it('is logged with who asked, and with no value of anybody', () => {
      const lines = service
        .log()
        .split('\n')
        .filter((line) => line.includes('admin action done'));
      expect(lines.length).toBeGreaterThan(5);
      expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ actor: 'admin:admin', action: 'retryLanes' });
    });
  });

  describe('the mapping', () => {
    it('is told as it is written', async () => {
      const { body } = await api.call('GET', '/mapping');
      expect(body).toMatchObject({
        path: MAPPING_FILE,
        externalIdField: 'SCIM_Id__c',
        mapping: { fields: { LastName: expect.anything() } },
      });
    });

    it('that is sent is checked, and every fault is told', async () => {
      const { mapping } = (await api.call('GET', '/mapping')).body;
      expect((await api.call('POST', '/mapping/validate', mapping)).body).toEqual({ isValid: true, faults: [] });
      const bad = { fields: { LastName: { from: 'nickNam' }, Company: { constant: 1 }, Emial: { from: 'userName' } } };
      const { body } = await api.call('POST', '/mapping/validate', bad);
      expect(body['isValid']).toBe(false);
      expect((body['faults'] as string[]).map((fault) => fault.split(':')[0])).toEqual(
        expect.arrayContaining(['fields.LastName.from']),
      );
    });

    const USER = {
      userName: 'zed',
      name: { familyName: 'Zed' },
      password: 'hidden-password',
      emails: ['z@example.com'],
    };

    it('tells which Lead a user would become, and keeps nothing of it', async () => {
      const { status, body, text } = await api.call('POST', '/mapping/try', { user: USER });
      expect(status).toBe(200);
      expect(body).toMatchObject({
        outcome: 'mapped',
        faults: [],
        fields: { Email: 'z@example.com' },
        plan: { kind: 'create', fields: { Email: 'z@example.com' } },
      });
      expect(text).not.toContain('hidden-password');
      expect((await api.call('GET', '/users?search=zed')).body['total']).toBe(0);
      expect((await service.leads()).some(({ Email }) => Email === 'z@example.com')).toBe(false);
    });

    it('that is sent along is tried in its place, and its faults are told from those of the user', async () => {
      const fields = { LastName: { from: 'userName' }, Company: { constant: 'X' } };
      const tried = (mapping: unknown) => api.call('POST', '/mapping/try', { user: USER, mapping });
      expect((await tried({ fields })).body).toMatchObject({
        outcome: 'mapped',
        fields: { LastName: 'zed', Company: 'X' },
      });
      expect((await tried({ fields: {} })).body).toMatchObject({ outcome: 'mapping-fault', faults: expect.any(Array) });
      const failing = { ...fields, Title: { expression: '$error("no title today")' } };
      const { body } = await tried({ fields: failing });
      expect(body).toEqual({ outcome: 'user-fault', faults: ['expression of Title no title today'] });
      const { body: inactive } = await api.call('POST', '/mapping/try', { user: { ...USER, active: false } });
      expect(inactive['plan']).toEqual({ kind: 'skip', reason: 'inactive and never provisioned' });
    });

    it('is not tried on what is no SCIM user: 400 that says what is wrong with it', async () => {
      const { status, body } = await api.call('POST', '/mapping/try', { user: { displayName: 7 } });
      expect(status).toBe(400);
      expect(body['errors']).toEqual([{ pointer: '#/user', detail: expect.stringContaining('userName') }]);
    });
  });

  it('GET /clients tells the SCIM clients, with their profile, calls and User-Agent, and not those of the admin API', async () => {
    const agent = { 'user-agent': 'Okta SCIM Client 1.0.0' };
    for (let calls = 0; calls < 3; calls += 1) await service.scim('GET', '/Users?count=0', undefined, agent);
    await service.scim('GET', '/Users', undefined, { ...agent, authorization: 'Bearer wrong' });
    const { body } = await api.call('GET', '/clients');
    const clients = body['clients'] as { userAgent: string; credential: string }[];
    expect(clients[0]).toMatchObject({
      credential: 'basic:admin',
      userAgent: 'Okta SCIM Client 1.0.0',
      profile: 'okta',
      calls: 3,
    });
    expect(clients.every(({ credential }) => credential === 'basic:admin')).toBe(true);
  });

  it('GET /config tells each key, its value, and where that is from; a secret only that it has one', async () => {
    const { body, text } = await api.call('GET', '/config');
    const keys = new Map((body['keys'] as { key: string }[]).map(({ key, ...rest }) => [key, rest]));
    expect(keys.get('MAPPING_FILE')).toMatchObject({ value: MAPPING_FILE, origin: 'environment', isSecret: false });
    expect(keys.get('JOURNAL_DAYS')).toMatchObject({ value: 90, origin: 'default' });
    expect(keys.get('SALESFORCE_PASSWORD')).toMatchObject({ value: '********', origin: 'environment', isSecret: true });
    expect(keys.get('ADMIN_PASSWORD')).not.toHaveProperty('value');
    for (const secret of ['salesforce-password-of-test', 'client-secret-of-test', 'postgres:postgres'])
      expect(text).not.toContain(secret);
  });

  it('GET /status tells that the gate is closed, and why', async () => {
    await setFaults([{ match: {}, times: 50, action: { status: 503, errorCode: 'SERVER_UNAVAILABLE' } }]);
    await create('gus', 'gus@example.com');
    const gate = await eventually(async () => {
      const { body } = await api.call('GET', '/status');
      const told = body['gate'] as { state: string };
      return told.state === 'open' ? undefined : told;
    });
    expect(gate).toMatchObject({
      class: 'outage',
      reason: expect.stringContaining('SERVER_UNAVAILABLE'),
      hint: expect.stringContaining('status.salesforce.com'),
    });
    await setFaults([]);
    await settled('gus', 'idle');
    const open = async () => ((await api.call('GET', '/status')).body['gate'] as { state: string }).state === 'open';
    await eventually(async () => ((await open()) ? true : undefined));
  });

  it('was asked everything that it describes, and answered as described', () => {
    const operations = Object.values(api.description.paths).flatMap((path) => Object.values(path));
    const here = operations.map(({ operationId }) => operationId).filter((one) => !ON_CALL.includes(one));
    expect(here.filter((one) => !api.seen.has(`${one} 200`))).toEqual([]);
    expect(here.length).toBe(13);
  });
});
