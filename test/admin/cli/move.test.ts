import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SCHEMA_VERSION } from '../../../src/storage/sql/migrations.ts';
import { startSandbox, type Sandbox } from '../../../src/sandbox/sandbox.ts';
import { LASTING_ENGINES, type Database } from '../../support/engines.ts';
import { newFolder, runProgram, whenReady, type Program } from '../../support/process.ts';
import { eventually, request } from '../../support/service.ts';
import { addUsers, runHere, type CommandResult } from './support.ts';

/** Without what two exports of the same data differ in. */
const body = (path: string): string => readFileSync(path, 'utf8').replace(/^.*\n/, '');

describe('export and import', () => {
  const databases: Database[] = [];
  let folder: string;

  beforeEach(() => {
    folder = newFolder();
  });
  afterEach(async () => {
    for (const database of databases.splice(0)) await database.drop();
  });

  const newDatabase = async (name = 'SQLite'): Promise<Database> => {
    const engine = LASTING_ENGINES.find((one) => one.name === name);
    if (!engine) throw new Error(`no engine ${name}`);
    const database = await engine.create();
    databases.push(database);
    return database;
  };
  /** As somebody in the folder would say it and see it. */
  const run = async ({ url }: Database, args: readonly string[], stdin?: string): Promise<CommandResult> => {
    const paths = args.map((arg) => (arg.includes('.ndjson') ? file(arg) : arg));
    const { code, stdout, stderr } = await runHere({ DATABASE_URL: url }, paths, stdin === undefined ? {} : { stdin });
    const short = (text: string): string => text.replaceAll(`${folder}/`, '');
    return { code, stdout: short(stdout), stderr: short(stderr) };
  };
  const file = (name: string): string => join(folder, name);
  /** A database with five users and what export makes of it. */
  const exported = async (users = 5): Promise<readonly string[]> => {
    const source = await newDatabase();
    await addUsers(source.url, users);
    expect(await run(source, ['export', 'a.ndjson', '--quiet'])).toEqual({ code: 0, stdout: '', stderr: '' });
    return readFileSync(file('a.ndjson'), 'utf8').split('\n');
  };

  it('move users and their Leads from SQLite to PostgreSQL and back: no second Lead, nothing sent, a change finds its Lead', async () => {
    const programs: Program[] = [];
    const writes: unknown[] = [];
    const sandbox: Sandbox = await startSandbox({ port: 0, onWrite: (write) => writes.push(write) });
    const serve = async ({ url }: Database): Promise<{ scim: string; stop(): Promise<void> }> => {
      const environment = {
        PORT: '0',
        LOG_LEVEL: 'warn',
        DATABASE_URL: url,
        SALESFORCE_LOGIN_URL: sandbox.url,
        SALESFORCE_CLIENT_ID: 'id',
        SALESFORCE_CLIENT_SECRET: 'secret',
        SALESFORCE_USERNAME: 'user@example.com',
        SALESFORCE_PASSWORD: 'password',
        SALESFORCE_EXTERNAL_ID_FIELD: 'SCIM_Id__c',
      };
      const program = runProgram(environment, [], folder);
      programs.push(program);
      const scim = await whenReady(program);
      return {
        scim,
        stop: async () => {
          program.child.kill('SIGTERM');
          await program.exited;
        },
      };
    };
    type Lead = Record<string, unknown>;
    const leads = async (): Promise<Lead[]> =>
      (await (await fetch(`${sandbox.url}/sandbox/records/Lead`)).json()) as Lead[];
    const changeTitle = async (scim: string, id: string, title: string): Promise<void> => {
      const Operations = [{ op: 'replace', path: 'title', value: title }];
      const schemas = ['urn:ietf:params:scim:api:messages:2.0:PatchOp'];
      expect((await request(`${scim}/Users/${id}`, 'PATCH', { schemas, Operations })).status).toBe(200);
      await eventually(async () => (await leads()).find((lead) => lead['Title'] === title));
    };

    try {
      const first = await newDatabase('SQLite');
      const old = await serve(first);
      const ids: string[] = [];
      for (const userName of ['robin', 'marian', 'tuck'])
        ids.push(
          (await request(`${old.scim}/Users`, 'POST', { userName, emails: [`${userName}@example.com`] })).body[
            'id'
          ] as string,
        );
      const before = await eventually(async () => {
        const all = await leads();
        return all.length === 3 ? all : undefined;
      });
      await old.stop();

      for (const [index, name] of ['PostgreSQL', 'SQLite'].entries()) {
        const source = databases.at(-1) as Database;
        const target = await newDatabase(name);
        await run(source, ['export', `${index}.ndjson`]);
        expect((await run(target, ['import', `${index}.ndjson`])).code).toBe(0);
        await run(target, ['export', `${index}.again.ndjson`]);
        expect(body(file(`${index}.again.ndjson`))).toBe(body(file(`${index}.ndjson`)));

        const written = writes.length;
        const service = await serve(target);
        await changeTitle(service.scim, ids[1] as string, `Moved ${index}`);
        expect(writes).toHaveLength(written + 1);
        const now = await leads();
        expect(now.map((lead) => lead['Id'])).toEqual(before.map((lead) => lead['Id']));
        expect(now.find((lead) => lead['SCIM_Id__c'] === ids[1])?.['Title']).toBe(`Moved ${index}`);
        await service.stop();
      }
    } finally {
      for (const { child } of programs) child.kill('SIGKILL');
      await sandbox.close();
    }
  }, 120_000);

  it('go on where a killed import stopped, write nothing twice and say so; until then no service starts', async () => {
    await exported(6_000);
    const target = await newDatabase();
    const source = readFileSync(file('a.ndjson'), 'utf8');
    const killed = runProgram({ DATABASE_URL: target.url }, ['import', '-'], folder);
    // It dies with a full pipe.
    killed.child.stdin?.on('error', () => undefined);
    // The rest never comes, so it waits in the middle.
    killed.child.stdin?.write(source.slice(0, source.length * 0.6));
    await eventually(
      async () =>
        (await run(target, ['check'])).stdout.includes('is unfinished: run import again') ? true : undefined,
      30_000,
    );
    await new Promise((resolve) => setTimeout(resolve, 500));
    killed.child.kill('SIGKILL');
    await killed.exited;
    const served = await run(target, ['serve']);
    expect(served.code).toBe(1);
    expect(served.stderr).toMatch(/^scim-salesforce: the import of [-0-9a-f]{36} is unfinished: run import again\n$/);
    const again = await run(target, ['import', 'a.ndjson']);
    expect(again.stderr).toMatch(/^going on after line \d?\d,001, where the last run stopped\n$/);
    expect(again.stdout).toMatch(/^imported 6,000 resources, .*, those after line \d?\d,001 in this run\n$/);
    await run(target, ['export', 'b.ndjson']);
    expect(body(file('b.ndjson'))).toBe(body(file('a.ndjson')));
    const third = await run(target, ['import', 'a.ndjson']);
    expect(third).toEqual({ code: 0, stderr: '', stdout: 'nothing to do: this export was imported before\n' });
  }, 120_000);

  it('make a file for its owner alone, refuse to overwrite it, and say what is in it', async () => {
    const source = await newDatabase();
    await addUsers(source.url, 2);
    const first = await run(source, ['export', 'a.ndjson']);
    expect(first).toEqual({
      code: 0,
      stderr: '',
      stdout: 'exported 2 resources, 0 memberships, 2 lanes and 2 journal entries to a.ndjson\n',
    });
    expect(statSync(file('a.ndjson')).mode & 0o777).toBe(0o600);
    const refused = await run(source, ['export', 'a.ndjson']);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toBe(
      'scim-salesforce: a.ndjson is there already: name another file, or replace it with --force\n',
    );
    const forced = await run(source, ['export', 'a.ndjson', '--force', '--without-journal', '--json']);
    expect(JSON.parse(forced.stdout)).toMatchObject({ counts: { resource: 2, lane: 2, journal: 0 } });
    const lines = readFileSync(file('a.ndjson'), 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { kind?: string }).kind)).toEqual([
      undefined,
      'resource',
      'resource',
      'lane',
      'lane',
      'end',
    ]);
  });

  it('go through pipes', async () => {
    const [source, target] = [await newDatabase(), await newDatabase()];
    await addUsers(source.url, 3);
    const { stdout, stderr } = await run(source, ['export']);
    expect(stderr).toBe('exported 3 resources, 0 memberships, 3 lanes and 3 journal entries to stdout\n');
    expect((await run(target, ['import', '-'], stdout)).stdout).toContain('imported 3 resources');
  });

  describe('refuse with one line', () => {
    const refusal = async (target: Database, lines: readonly string[]): Promise<string> => {
      writeFileSync(file('bad.ndjson'), lines.join('\n'));
      const { code, stderr, stdout } = await run(target, ['import', 'bad.ndjson', '--quiet']);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
      return stderr.trimEnd().replace('scim-salesforce: ', '');
    };

    it('what is no export, or a newer one', async () => {
      const lines = await exported();
      const target = await newDatabase();
      const header = JSON.parse(lines[0] as string) as Record<string, unknown>;
      const ofHeader = (more: object): Promise<string> =>
        refusal(target, [JSON.stringify({ ...header, ...more }), ...lines.slice(1)]);
      expect(await refusal(target, ['userName,email', 'a,b'])).toContain('this is no export of scim-salesforce');
      expect(await refusal(target, [''])).toContain('this is no export of scim-salesforce');
      expect(await ofHeader({ version: 2 })).toContain(
        `the export is of a newer program (format 2, schema ${SCHEMA_VERSION})`,
      );
      expect(await ofHeader({ schema: 99 })).toContain('the export is of a newer program (format 1, schema 99)');
      expect(await ofHeader({ sequences: {} })).toContain('the header lacks id, counts or sequences');
      // Nothing of it has touched the database.
      expect((await run(target, ['check'])).stdout).toContain('nothing in it yet');
    });

    it('a cut file, whose records are kept for the whole one', async () => {
      const lines = await exported();
      const target = await newDatabase();
      const cut = 'the file is incomplete: it has no end line; what it holds is imported: run import again';
      expect(await refusal(target, lines.slice(0, 4))).toContain(cut);
      expect(await refusal(target, [...lines.slice(0, 5), (lines[5] as string).slice(0, 30)])).toContain(cut);
      const whole = await run(target, ['import', 'a.ndjson']);
      expect(whole.stderr).toBe('going on after line 5, where the last run stopped\n');
      await run(target, ['export', 'b.ndjson']);
      expect(body(file('b.ndjson'))).toBe(body(file('a.ndjson')));
    });

    it('a line that cannot be imported, by its number and without its data', async () => {
      const lines = await exported();
      const at = (index: number): Record<string, unknown> => JSON.parse(lines[index] as string) as never;
      const broken = async (line: string): Promise<string> =>
        refusal(await newDatabase(), [...lines.slice(0, 3), line, ...lines.slice(4)]);
      expect(await broken('{"kind":"resource"')).toBe('line 4 is no JSON object');
      expect(await broken('{"kind":"lead"}')).toContain('line 4 is of no known kind');
      expect(await broken(JSON.stringify({ ...at(3), type: 'Robot' }))).toContain(
        'line 4: type names no resource type',
      );
      const twice = { ...at(3), document: { ...(at(3)['document'] as object), userName: 'USER0' } };
      const first = (at(1)['document'] as { userName: string }).userName;
      const message = await broken(JSON.stringify({ ...twice, document: { userName: first.toUpperCase() } }));
      expect(message).toContain('line 4: another resource has this value of userName already');
      expect(message.toLowerCase()).not.toContain(first);
      const fewer = [...lines.slice(0, 3), ...lines.slice(4)];
      expect(await refusal(await newDatabase(), fewer)).toContain(
        'line 16: the file holds 14 records and was made with 15: export again',
      );
    }, 90_000);

    it('a database that is in use, or holds something else', async () => {
      await exported();
      const used = await newDatabase();
      await addUsers(used.url, 1);
      const { code, stderr } = await run(used, ['import', 'a.ndjson']);
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr:
          'scim-salesforce: the database is not empty: import goes into an empty one, so name another in DATABASE_URL\n',
      });
      const absent = await run(used, ['import', 'none.ndjson']);
      expect(absent.code).toBe(1);
      expect(absent.stderr.trimEnd().split('\n')).toHaveLength(1);
      const none = await run({ url: `sqlite:${file('none.sqlite')}`, drop: () => Promise.resolve() }, ['export']);
      expect(none.stderr).toContain('there is no database');
      expect(none.code).toBe(1);
    });
  });
});
