import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startSandbox, type Sandbox } from '../../../src/sandbox/sandbox.ts';
import { SCHEMA_VERSION } from '../../../src/storage/sql/migrations.ts';
import { LASTING_ENGINES, type Database } from '../../support/engines.ts';
import { newFolder, runProgram, whenReady } from '../../support/process.ts';
import { request } from '../../support/service.ts';
import { addUsers, runCommand, runHere, type CommandResult } from './support.ts';

const SECRET = 'Hidden-from-everybody-7';

const COMMANDS = [
  ...['serve', 'sandbox', 'status', 'users', 'lanes', 'show', 'preview', 'push', 'retry', 'reconcile', 'link', 'check'],
  ...['release', 'pause', 'resume', 'export', 'import', 'backup', 'migrate', 'webhook'],
  ...['throughput', 'errors', 'removals', 'events', 'completion'],
];

describe('the command line', () => {
  it.each([
    [['exprot'], 'there is no command exprot'],
    [['export', '--nope'], "unknown option '--nope'"],
    [['import'], "missing required argument 'file'"],
    [['retry'], 'say which user, or --code or --class, or --all'],
    [['retry', 'robin', '--code', 'X'], 'say which user, or --code or --class, or --all'],
    [['retry', '--forget'], 'say which user, or --code or --class, or --all'],
    [['retry', '--all', '--class', 'data'], 'say which user, or --code or --class, or --all'],
    [['release'], 'say which user, or --all'],
    [['release', 'robin', '--all'], 'say which user, or --all'],
    [['pause'], "missing required argument 'reason'"],
    [['backup', 'a', 'b'], 'too many arguments'],
    [['lanes', '--state', 'lost'], 'Allowed choices are due, idle, parked, held'],
    [['users', '--limit', '0'], '--limit takes a whole number from 1 to 200'],
    [['preview'], 'say which user or file, or --all, or --due'],
    [['export', '--json'], '--json needs a file'],
  ])('exits with 2 and one line when it is called wrongly: %j', async (args, message) => {
    const { code, stderr, stdout } = await runHere({}, args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('names what is wrong with the mapping and with the keys at once', async () => {
    const { code, stderr } = await runHere({ PORT: 'abc', MAPPING_FILE: 'nowhere.json' }, ['serve']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/the configuration has 2 faults:\n {2}- PORT must be .*\n {2}- .*nowhere\.json/);
  });

  it('exits with 0 when it is asked for help, which names every command', async () => {
    const { code, stdout } = await runCommand({}, ['--help']);
    expect(code).toBe(0);
    for (const name of COMMANDS) expect(stdout).toMatch(new RegExp(`^ {2}${name} `, 'm'));
    expect((await runHere({}, ['import', '--help'])).stdout).toContain('goes on where it stopped');
  });

  it.each([
    `postgres://scim:${SECRET}@127.0.0.1:1/scim`,
    `postgres://scim:${SECRET}@host.invalid/scim`,
    `postgres://scim:${SECRET}/@:port/scim`,
    `postgres://scim:${SECRET}%zz@127.0.0.1:1/scim`,
    `postgres://127.0.0.1:1/scim?user=scim&password=${SECRET}`,
  ])(
    'never prints the password of %s',
    async (url) => {
      const commands = [['export'], ['migrate'], ['check'], ['show', 'x'], ['serve'], ['backup', 'x']];
      for (const args of commands) {
        const { code, stdout, stderr } = await runHere({ DATABASE_URL: url }, args);
        expect(code).toBe(1);
        expect(stdout + stderr).not.toContain(SECRET);
        expect(stderr).not.toContain('    at ');
      }
    },
    60_000,
  );
});

describe.each(LASTING_ENGINES)('migrate on $name', (engine) => {
  let database: Database;
  beforeEach(async () => {
    database = await engine.create();
  });
  afterEach(() => database.drop());

  it('makes the tables once and says so', async () => {
    const migrate = (...args: string[]): Promise<CommandResult> =>
      runHere({ DATABASE_URL: database.url }, ['migrate', ...args]);
    expect((await migrate()).stdout).toBe(`made the tables of schema version ${SCHEMA_VERSION}\n`);
    expect((await migrate()).stdout).toBe(`nothing to do: the database has schema version ${SCHEMA_VERSION}\n`);
    expect(JSON.parse((await migrate('--json')).stdout)).toEqual({ from: SCHEMA_VERSION, to: SCHEMA_VERSION });
  });
});

describe('check', () => {
  const SALESFORCE = {
    SALESFORCE_CLIENT_ID: 'client-id',
    SALESFORCE_CLIENT_SECRET: SECRET,
    SALESFORCE_USERNAME: 'integration@example.com',
    SALESFORCE_PASSWORD: SECRET,
    SALESFORCE_EXTERNAL_ID_FIELD: 'SCIM_Id__c',
  };
  let sandbox: Sandbox;
  let folder: string;
  beforeEach(async () => {
    sandbox = await startSandbox({ port: 0 });
    folder = newFolder();
  });
  afterEach(() => sandbox.close());

  const notYet = (): string => `sqlite:${join(folder, 'scim.sqlite')}`;

  interface Found {
    readonly ok: boolean;
    readonly checks: readonly { readonly name: string; readonly status: string; readonly message: string }[];
  }
  const check = async (environment: Record<string, string>): Promise<Found & { code: unknown }> => {
    const { code, stdout, stderr } = await runHere({ DATABASE_URL: notYet(), ...environment }, ['check', '--json']);
    expect(stdout + stderr).not.toContain(SECRET);
    return { code, ...(JSON.parse(stdout) as Found) };
  };
  const statuses = ({ checks }: Found): unknown => checks.map(({ name, status }) => `${name} ${status}`);
  const messageOf = ({ checks }: Found, name: string): string =>
    checks
      .filter((one) => one.name === name)
      .map(({ message }) => message)
      .join('\n');
  const mapping = (file: object): Record<string, string> => {
    writeFileSync(join(folder, 'mapping.json'), JSON.stringify(file));
    return { ...SALESFORCE, SALESFORCE_LOGIN_URL: sandbox.url, MAPPING_FILE: join(folder, 'mapping.json') };
  };

  it('finds nothing wrong with the defaults against an org that fits, and writes nothing', async () => {
    const found = await check({ ...SALESFORCE, SALESFORCE_LOGIN_URL: sandbox.url });
    expect(statuses(found)).toEqual([
      'configuration ok',
      'mapping ok',
      'database ok',
      'salesforce login ok',
      'lead fields ok',
      'external id field ok',
    ]);
    expect(found).toMatchObject({ code: 0, ok: true });
    expect(messageOf(found, 'database')).toContain('nothing in it yet');
    expect(await (await fetch(`${sandbox.url}/sandbox/records/Lead`)).json()).toEqual([]);
  });

  it('blames faulty schemas on nothing else', async () => {
    await runHere({ DATABASE_URL: notYet() }, ['migrate']);
    const found = await check({ SCHEMAS_DIR: join(folder, 'nowhere') });
    expect(statuses(found)).toEqual(expect.arrayContaining(['schemas failed', 'mapping skipped', 'database ok']));
  });

  it('says one line a check, and that the stand-in will be used when no org is named', async () => {
    const { code, stdout } = await runHere({ DATABASE_URL: notYet() }, ['check']);
    expect(code).toBe(0);
    expect(stdout.trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^ok {7}configuration /),
      expect.stringMatching(/^ok {7}mapping .*schemas\/lead-mapping\.json is sound$/),
      expect.stringMatching(/^ok {7}database /),
      expect.stringMatching(/^skipped {2}salesforce login .*the embedded stand-in will be used$/),
      expect.stringMatching(/^skipped {2}lead fields /),
      expect.stringMatching(/^skipped {2}external id field /),
    ]);
  });

  it('fails where the mapping does not do what its tests say', async () => {
    const tests = [{ name: 'a user', user: { userName: 'robin' }, lead: { LastName: 'Robin' } }];
    const file = { fields: { LastName: { from: 'userName' }, Company: { constant: 'x' } }, tests };
    const found = await check(mapping(file));
    expect(found).toMatchObject({ code: 1, ok: false });
    expect(messageOf(found, 'mapping')).toContain('tests[0] "a user": LastName: expected "Robin", got "robin"');
  });

  it('goes on after a failure and fails at the end', async () => {
    const environment = mapping({ fields: { LastName: { from: 'nickName' }, Compny: { constant: 'x' } } });
    const found = await check({
      ...environment,
      DATABASE_URL: 'postgres://scim:x@127.0.0.1:1/scim',
      SALESFORCE_EXTERNAL_ID_FIELD: 'Missing__c',
    });
    expect(found).toMatchObject({ code: 1, ok: false });
    expect(statuses(found)).toEqual([
      'configuration ok',
      'mapping failed',
      'database failed',
      'salesforce login ok',
      'lead fields skipped',
      'external id field failed',
    ]);
    expect(messageOf(found, 'mapping')).toContain('did you mean');
  });

  it('holds the mapping against what the org says of its fields', async () => {
    const fields = {
      LastName: { from: 'userName' },
      Company: { constant: 'x' },
      Nowhere__c: { from: 'title' },
      Title: { constant: 'x'.repeat(300) },
    };
    const found = await check(mapping({ fields }));
    const text = messageOf(found, 'lead fields');
    expect(text).toContain("the org's Lead has no field Nowhere__c, or its user may not see it");
    expect(text).toContain('Title takes 128 characters');
    expect(found.code).toBe(1);
  });

  it('names each missing SALESFORCE_* key and goes on with what needs none of them', async () => {
    const environment = { ...mapping({ fields: { LastName: { from: 'nickName' } } }), SALESFORCE_PASSWORD: '' };
    const found = await check(environment);
    expect(statuses(found)).toEqual([
      'configuration failed',
      'mapping failed',
      'database ok',
      'salesforce login skipped',
    ]);
    expect(messageOf(found, 'configuration')).toContain(
      'SALESFORCE_PASSWORD is needed by SALESFORCE_AUTH_FLOW password',
    );
  });

  it('warns of keys that are none, and goes on', async () => {
    const found = await check({ SALESFORCE_PASWORD: SECRET, DATABASE_ULR: 'x' });
    expect(found.code).toBe(0);
    expect(found.checks.filter(({ name }) => name === 'configuration')).toEqual([
      {
        name: 'configuration',
        status: 'warning',
        message: 'SALESFORCE_PASWORD is no key and has no effect; the nearest is SALESFORCE_PASSWORD',
      },
      {
        name: 'configuration',
        status: 'warning',
        message: 'DATABASE_ULR is no key and has no effect; the nearest is DATABASE_URL',
      },
    ]);
  });

  it('names every fault of the configuration and of the login', async () => {
    const broken = await check({ PORT: 'eighty', LOG_LEVEL: 'loud' });
    expect(statuses(broken)).toEqual([
      'configuration failed',
      'configuration failed',
      'mapping ok',
      'database ok',
      'salesforce login skipped',
    ]);
    const unreachable = await check({ ...SALESFORCE, SALESFORCE_LOGIN_URL: 'http://127.0.0.1:1' });
    expect(messageOf(unreachable, 'salesforce login')).toContain('ECONNREFUSED');
    expect(unreachable.checks.at(-1)).toMatchObject({ status: 'skipped', message: 'there is no login' });
  });
});

describe('backup', () => {
  it('copies a database under concurrent writes: sound, and with everything acknowledged before', async () => {
    const folder = newFolder();
    const sandbox = await startSandbox({ port: 0 });
    const environment = {
      PORT: '0',
      LOG_LEVEL: 'warn',
      SALESFORCE_LOGIN_URL: sandbox.url,
      SALESFORCE_CLIENT_ID: 'id',
      SALESFORCE_USERNAME: 'user@example.com',
      SALESFORCE_PASSWORD: 'password',
    };
    const file = (name: string): string => join(folder, name);
    const serving = { DATABASE_URL: `sqlite:${file('data/scim.sqlite')}` };
    const program = runProgram(environment, [], folder);
    try {
      const scim = await whenReady(program);
      const acknowledged = new Set<string>();
      let isOver = false;
      const client = async (name: number): Promise<void> => {
        for (let index = 0; !isOver; index += 1) {
          const { status, body } = await request(`${scim}/Users`, 'POST', { userName: `u${name}-${index}` });
          if (status === 201) acknowledged.add(body['id'] as string);
        }
      };
      const clients = Array.from({ length: 8 }, (_, index) => client(index));
      await new Promise((resolve) => setTimeout(resolve, 300));
      for (const name of ['first.sqlite', 'second.sqlite']) {
        const before = [...acknowledged];
        const { code, stdout } = await runHere(serving, ['backup', file(name)]);
        expect(code).toBe(0);
        expect(stdout).toMatch(/^copied [\d,]+ resources to \S+(first|second)\.sqlite; the copy is sound\n$/);
        const copy = { DATABASE_URL: `sqlite:${file(name)}` };
        const { stdout: text } = await runHere(copy, ['export', '--quiet']);
        const ids = new Set(
          text
            .split('\n')
            .filter((line) => line.startsWith('{"kind":"resource"'))
            .map((line) => (JSON.parse(line) as { id: string }).id),
        );
        expect(before.length).toBeGreaterThan(0);
        expect(before.filter((id) => !ids.has(id))).toEqual([]);
      }
      isOver = true;
      await Promise.all(clients);
      const first = file('first.sqlite');
      const again = await runHere(serving, ['backup', first]);
      expect(again.stderr).toBe(`scim-salesforce: ${first} is there already: name another file\n`);
      const missing = await runHere({ DATABASE_URL: 'sqlite:/none.sqlite' }, ['backup', file('x')]);
      expect(missing).toMatchObject({ code: 1, stderr: 'scim-salesforce: there is no database /none.sqlite\n' });
      const elsewhere = await runHere({ DATABASE_URL: 'postgres://x/y' }, ['backup', file('x')]);
      expect(elsewhere.stderr).toContain('pg_dump');
    } finally {
      program.child.kill('SIGKILL');
      await program.exited;
      await sandbox.close();
    }
  }, 90_000);

  it('restores to a database that serves on', async () => {
    const folder = newFolder();
    const [id] = await addUsers(`sqlite:${join(folder, 'a.sqlite')}`, 3);
    const copy = join(folder, 'b.sqlite');
    await runHere({ DATABASE_URL: `sqlite:${join(folder, 'a.sqlite')}` }, ['backup', copy]);
    await addUsers(`sqlite:${copy}`, 1, 3);
    const { stdout } = await runHere({ DATABASE_URL: `sqlite:${copy}` }, ['show', String(id)]);
    expect(stdout).toContain('user0');
  });
});
