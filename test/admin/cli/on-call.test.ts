/** Commands of the person on call: the same by the admin API of the running service and by its database; and what they refuse. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { LASTING_ENGINES, type Engine } from '../../support/engines.ts';
import { newFolder } from '../../support/process.ts';
import { eventually, startService, type TestService } from '../../support/service.ts';
import { runCommand, runHere, type CommandResult } from './support.ts';

jest.setTimeout(60_000);

const SECRET = 'Hidden-from-everybody-7';
const OPERATOR = { SCIM_SALESFORCE_USERNAME: 'admin', SCIM_SALESFORCE_PASSWORD: 'admin' };
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const READER = 'token-of-the-reader';

interface Stage {
  readonly service: TestService;
  readonly ids: Readonly<Record<'ada' | 'bad' | 'eve', string>>;
  /** What each way is configured with. */
  readonly ways: Readonly<Record<Way, Record<string, string>>>;
  close(): Promise<void>;
}

const WAYS = ['url', 'database'] as const;
type Way = (typeof WAYS)[number];

/** A service in which ada is delivered, bad parked and the removal of eve held. */
async function setStage(engine: Engine): Promise<Stage> {
  const database = await engine.create();
  const environment = {
    REMOVAL_GUARD_COUNT: '0',
    REMOVAL_GUARD_PERCENT: '0',
    SCIM_CREDENTIALS: JSON.stringify([{ name: 'reader', token: READER, scopes: ['admin:read'] }]),
  };
  const service = await startService({ ...engine, create: () => Promise.resolve(database) }, environment);
  const create = async (userName: string, email: string): Promise<string> =>
    String((await service.scim('POST', '/Users', { userName, emails: [{ value: email }] })).body['id']);
  const lanes = (wanted: Record<string, number>): Promise<unknown> =>
    eventually(async () => {
      const { body } = await service.admin('GET', '/status');
      const found = body['lanes'] as Record<string, number>;
      return Object.entries(wanted).every(([state, users]) => found[state] === users) ? true : undefined;
    });
  const ids = {
    ada: await create('ada', 'ada@example.com'),
    eve: await create('eve', 'eve@example.com'),
    bad: await create('bad', 'nonsense'),
  };
  await lanes({ idle: 2, parked: 1 });
  await service.scim('PATCH', `/Users/${ids.eve}`, {
    schemas: [PATCH],
    Operations: [{ op: 'replace', path: 'active', value: false }],
  });
  await lanes({ idle: 1, parked: 1, held: 1, due: 0 });
  return {
    service,
    ids,
    ways: {
      url: { ...OPERATOR, SCIM_SALESFORCE_URL: service.app.baseUrl },
      database: {
        DATABASE_URL: database.url,
        SALESFORCE_LOGIN_URL: service.sandbox.url,
        SALESFORCE_CLIENT_ID: 'client-id',
        SALESFORCE_CLIENT_SECRET: 'client-secret',
        SALESFORCE_USERNAME: 'integration@example.com',
        SALESFORCE_PASSWORD: 'salesforce-password',
        SALESFORCE_EXTERNAL_ID_FIELD: 'SCIM_Id__c',
      },
    },
    close: () => service.close(),
  };
}

const USER_FILE = join(newFolder(), 'user.json');
writeFileSync(
  USER_FILE,
  JSON.stringify({ userName: 'ADA', title: 'Countess', emails: [{ value: 'ada@example.com' }] }),
);

/** What only looks: exit code, and what is to be seen. */
const LOOKS: readonly (readonly [args: readonly string[], code: number, seen: RegExp])[] = [
  [['status'], 0, /^delivery {2}running\n[^]*\nidle {6}1\ndue {7}0\nparked {4}1\nheld {6}1\n/],
  [['status', '--json'], 0, /"lanes": \{\s+"idle": 1,\s+"due": 0,\s+"parked": 1,\s+"held": 1/],
  [['users'], 0, /^userName +id +active +state [^]*\nada .* yes +idle .*00Q[^]*\n3 of 3\n$/],
  [['users', '--search', 'ad'], 0, /\nada .*\n1( of 1)?\n$/],
  [['users', '--filter', 'userName eq "BAD"', '--json'], 0, /"userName": "bad"/],
  [['users', '--limit', '1'], 0, /\nmore: --cursor \S+\n$/],
  [['lanes'], 0, /\nada [^]*/],
  [['lanes', '--state', 'parked', '--json'], 0, /"code": "INVALID_EMAIL_ADDRESS"/],
  [['lanes', '--class', 'policy', '--code', 'NONE'], 0, /^userName .*\n$/],
  [['errors'], 0, /\n1 +parked +data +INVALID_EMAIL_ADDRESS /],
  [['errors', '--json'], 0, /"lanes": 1/],
  [
    ['show', 'ada'],
    0,
    /^ada {2}\(User \S+, version 1\)\nidle; Lead 00Q\w+ \(created\); delivered [^]* change +v1 {2}create by /,
  ],
  [['show', 'ada', '--json'], 0, /"timeline": \[/],
  [['show', 'ada', '--json', '--values'], 0, /ada@example\.com/],
  [['preview', 'ada'], 0, /^ada {2}\(User [^]*\nLastName +/],
  [['preview', 'bad', '--json'], 0, /"verdict": \{\s+"kind": "create"/],
  [['preview', USER_FILE], 0, /^ADA {2}\(User \S+\)\nupdate {2}Lead 00Q[^]*\nTitle +\(empty\) +Countess +yes\n/],
  [['removals'], 0, /\neve +\S+ +00Q\w+ +update +user inactive +Status\n1 of 1; release lets them happen/],
  [['removals', '--json'], 0, /"total": 1/],
  [['throughput'], 0, /^minute +delivered +failed +parked [^]*\n\S+Z +2 +0 +1 /],
  [['throughput', '--json'], 0, /"delivered": 2/],
  [['events'], 0, /./],
  [['events', '--json'], 0, /"events": \[/],
];

/** By the order in which they are done. */
const ACTIONS: readonly (readonly [args: readonly string[], code: number, said: RegExp])[] = [
  [['pause', 'moving orgs'], 0, /^paused: nothing more is sent until resume\n$/],
  [['pause', 'again', '--json'], 0, /"changed": false/],
  [['status'], 0, /^delivery {2}paused\n[^]*paused {4}since \S+ by (admin|basic:admin|command line).*: moving orgs\n/],
  [['push', 'ada', '--wait', '0'], 1, /^nothing was sent within 0 s: [^]* {2}delivery is paused: moving orgs\n$/],
  [['resume', 'moved'], 0, /^resumed\n$/],
  [['resume'], 0, /^it was not paused; a closed gate is tried now\n$/],
  [['events'], 0, /^\S+Z {2}resumed +moved; by .*\n\S+Z {2}paused +moving orgs; by /],
  [['retry', '--code', 'OTHER'], 0, /^0 users are due again\n$/],
  [['retry', 'bad'], 0, /^1 user is due again\n$/],
  [['push', 'bad'], 1, /^create parked {2}\([^]*INVALID_EMAIL_ADDRESS: /],
  [['push', 'ada', '--resend'], 0, /^update delivered {2}\(.*; \d+ ms\)\n {2}.*LastName.*\n {2}Lead 00Q/],
  [['retry', 'eve'], 0, /^nothing to do: the user is held already; release decides about it\n$/],
  [['release', 'eve'], 0, /^1 removal is approved\n$/],
  [['release', 'eve'], 1, /^scim-salesforce: nothing is held of a user eve: /],
  [['release', '--all', '--reject', '--json'], 0, /^\{\s+"judged": 0,\s+"notHeld": \[\]\s+\}\n$/],
  [['reconcile', '--quiet'], 0, /^full: 2 Leads read\n/],
  [['reconcile', '--repair', '--quiet', '--json'], 0, /"state": "completed"/],
];

/** What the system says of files and connections, as the program itself is told. */
describe('on call, with nobody there', () => {
  it.each([
    ['http://127.0.0.1:2', ['status'], 'nothing answers at http://127.0.0.1:2: start the service, or name'],
    ['http://host.invalid', ['status'], 'the host of http://host.invalid is not known: correct --url'],
    ['http://127.0.0.1:2', ['preview', 'none.json'], 'there is no file none.json: name one with a SCIM User'],
  ])('at %s, %j fails with one line', async (url, args, said) => {
    const result = await runCommand({ ...OPERATOR, SCIM_SALESFORCE_URL: url }, args);
    expect(result).toEqual({ code: 1, stdout: '', stderr: expect.stringContaining(said) as unknown });
    expect(result.stderr.trimEnd().split('\n')).toHaveLength(1);
  });
});

describe.each(LASTING_ENGINES)('on call, on $name', (engine) => {
  describe('looks', () => {
    let stage: Stage;
    beforeAll(async () => {
      stage = await setStage(engine);
    });
    afterAll(() => stage.close());

    it.each(LOOKS)('%j tells the same whichever way it is asked', async (args, code, seen) => {
      const [byUrl, byDatabase] = [await runHere(stage.ways.url, args), await runHere(stage.ways.database, args)];
      expect(byUrl).toEqual({ code, stdout: expect.stringMatching(seen) as unknown, stderr: '' });
      expect(byDatabase).toEqual(byUrl);
    });

    it.each([
      [['show', 'nobody'], 1, 'nothing is known of a user nobody: give a userName or an id; users lists them'],
      [['preview', 'nobody'], 1, 'nothing is known of a user nobody: '],
      [['push', 'nobody'], 1, 'nothing is known of a user nobody: '],
      [['retry', 'nobody'], 1, 'nothing is known of a user nobody: '],
      [['release', 'nobody'], 1, 'nothing is held of a user nobody: '],
      [['users', '--filter', 'nope eq 1'], 2, 'User has no attribute nope'],
      [['users', '--cursor', 'stale'], 2, 'cursor'],
    ])('%j is refused in the same words', async (args, code, said) => {
      const [byUrl, byDatabase] = [await runHere(stage.ways.url, args), await runHere(stage.ways.database, args)];
      expect(byUrl).toEqual({ code, stdout: '', stderr: expect.stringContaining(said) as unknown });
      expect(byUrl.stderr.trimEnd().split('\n')).toHaveLength(1);
      expect(byDatabase).toEqual(byUrl);
    });

    it('--url goes before the environment, and may end in a slash or in /admin', async () => {
      const environment = { ...OPERATOR, SCIM_SALESFORCE_URL: 'http://127.0.0.1:2' };
      for (const end of ['', '/', '/admin', '/admin/api/']) {
        const { code } = await runHere(environment, ['status', '--url', `${stage.service.app.baseUrl}${end}`]);
        expect([end, code]).toEqual([end, 0]);
      }
    });

    it('a token serves as well, and a file in place of either secret', async () => {
      const path = join(newFolder(), 'secret');
      const at = { SCIM_SALESFORCE_URL: stage.service.app.baseUrl };
      writeFileSync(path, `${READER}\n`);
      expect((await runHere({ ...at, SCIM_SALESFORCE_TOKEN_FILE: path }, ['users'])).code).toBe(0);
      expect((await runHere({ ...at, SCIM_SALESFORCE_TOKEN: READER }, ['users'])).code).toBe(0);
      writeFileSync(path, 'admin\n');
      const byFile = { SCIM_SALESFORCE_USERNAME: 'admin', SCIM_SALESFORCE_PASSWORD_FILE: path };
      expect((await runHere({ ...at, ...byFile }, ['users'])).code).toBe(0);
    });

    it.each([
      [
        'a wrong password',
        { ...OPERATOR, SCIM_SALESFORCE_PASSWORD: SECRET },
        ['status'],
        1,
        'does not take these credentials',
      ],
      ['a wrong token', { SCIM_SALESFORCE_TOKEN: SECRET }, ['status'], 1, 'does not take these credentials'],
      ['no credentials', {}, ['status'], 1, 'wants credentials: set SCIM_SALESFORCE_TOKEN'],
      [
        'a scope that is missing',
        { SCIM_SALESFORCE_TOKEN: READER },
        ['pause', 'x'],
        1,
        'lacks the scope admin:operate',
      ],
      ['a password alone', { SCIM_SALESFORCE_PASSWORD: SECRET }, ['status'], 2, 'go together'],
      ['token and password', { ...OPERATOR, SCIM_SALESFORCE_TOKEN: SECRET }, ['status'], 2, 'are both set: keep one'],
      [
        'a file that is not there',
        { SCIM_SALESFORCE_TOKEN_FILE: '/none' },
        ['status'],
        2,
        'SCIM_SALESFORCE_TOKEN_FILE /none cannot',
      ],
      ['no URL', { SCIM_SALESFORCE_URL: 'service:8080' }, ['status'], 2, 'is no http or https URL'],
      [
        'credentials in the URL',
        { SCIM_SALESFORCE_URL: `http://a:${SECRET}@host` },
        ['status'],
        2,
        'holds credentials',
      ],
      ['all users by URL', OPERATOR, ['preview', '--all'], 2, 'works on the database'],
    ])('%s is told in one line without the secret', async (_what, environment, args, code, said) => {
      const result = await runHere({ SCIM_SALESFORCE_URL: stage.service.app.baseUrl, ...environment }, args);
      expect(result).toEqual({ code, stdout: '', stderr: expect.stringContaining(said) as unknown });
      expect(result.stderr.trimEnd().split('\n')).toHaveLength(1);
      expect(result.stderr).not.toContain(SECRET);
    });

    it.each([
      ['the root of SCIM', () => stage.service.app.scimUrl],
      ['a service of another kind', () => stage.service.sandbox.url],
    ])('%s is no admin API, and that is said', async (_what, urlOf) => {
      const { code, stderr } = await runHere({ ...OPERATOR, SCIM_SALESFORCE_URL: urlOf() }, ['status']);
      expect([code, stderr]).toEqual([1, expect.stringContaining('has no admin API')]);
    });

    it.each([
      ['a page of HTML', 200, 'text/html', '<html></html>', 'has no admin API'],
      ['JSON of somebody else', 200, 'application/json', '{"status":"up"}', 'has no admin API'],
      ['a proxy whose service is away', 502, 'text/html', 'Bad Gateway', 'answers with 502'],
      ['a log-in page', 302, 'text/html', '', 'sends on to https://login.example/'],
    ])('%s is told from an answer', async (_what, status, type, body, said) => {
      const server = createServer((_request, reply) =>
        reply.writeHead(status, { 'content-type': type, location: 'https://login.example/' }).end(body),
      );
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      const { code, stderr } = await runHere({ ...OPERATOR, SCIM_SALESFORCE_URL: url }, ['status']);
      server.closeAllConnections();
      server.close();
      expect([code, stderr]).toEqual([1, expect.stringContaining(said)]);
    });

    it('colours are for terminals, and never in JSON or against NO_COLOR', async () => {
      const colours = async (more: Record<string, string>, isTerminal: boolean, ...args: string[]) =>
        (await runHere({ ...stage.ways.url, ...more }, ['users', ...args], { isTerminal })).stdout.includes('\u001b[');
      expect(await colours({}, true)).toBe(true);
      expect(await colours({}, false)).toBe(false);
      expect(await colours({ NO_COLOR: '1' }, true)).toBe(false);
      expect(await colours({ TERM: 'dumb' }, true)).toBe(false);
      expect(await colours({ FORCE_COLOR: '1' }, false)).toBe(true);
      expect(await colours({}, true, '--json')).toBe(false);
    });
  });

  describe.each(WAYS)('acts by %s', (way) => {
    let stage: Stage;
    beforeAll(async () => {
      stage = await setStage(engine);
    });
    afterAll(() => stage.close());
    const run = (...args: readonly string[]): Promise<CommandResult> => runHere(stage.ways[way], args);

    it('does one thing after the other', async () => {
      const results: unknown[] = [];
      for (const [args] of ACTIONS) {
        const { code, stdout, stderr } = await run(...args);
        results.push([args, code, stdout + stderr]);
      }
      expect(results).toEqual(ACTIONS.map(([args, code, said]) => [args, code, expect.stringMatching(said)]));
    });

    it('does twice at once what is done once', async () => {
      const twice = async (...args: readonly string[]): Promise<readonly string[]> =>
        (await Promise.all([run(...args), run(...args)])).map(({ stdout }) => stdout).sort();
      expect(await twice('pause', 'together')).toEqual([
        'it is paused already; its reason stays\n',
        'paused: nothing more is sent until resume\n',
      ]);
      expect(await twice('resume')).toEqual(['it was not paused; a closed gate is tried now\n', 'resumed\n']);
      const both = await Promise.all([run('reconcile', '--quiet', '--json'), run('reconcile', '--quiet', '--json')]);
      for (const { stdout, stderr } of both)
        expect(stdout + stderr).toMatch(/"state": "completed"|another reconcile is running on this database/);
      expect(both.some(({ stdout }) => stdout.includes('"completed"'))).toBe(true);
    });
  });
});
