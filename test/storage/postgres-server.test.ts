import { chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { inspectDatabase, openStore } from '../../src/database.ts';
import { StorageUnavailable } from '../../src/storage/errors.ts';
import { SCHEMA_VERSION, TABLE_NAMES } from '../../src/storage/sql/migrations.ts';
import { storedUser, storeOptions, userKeys } from '../support/engines.ts';
import { startOwnPostgres, type TestPostgres } from '../support/postgres.ts';
import { selfSigned } from '../support/self-signed.ts';

describe('a PostgreSQL server with passwords and TLS', () => {
  let server: TestPostgres;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'scim-tls-'));
    const { key, cert } = await selfSigned();
    const other = await selfSigned();
    writeFileSync(join(folder, 'ca.pem'), cert);
    writeFileSync(join(folder, 'other.pem'), other.cert);
    server = await startOwnPostgres({
      settings: { ssl: 'on', ssl_cert_file: 'server.crt', ssl_key_file: 'server.key' },
      prepare: (data) => {
        const { uid, gid } = statSync(data);
        for (const [name, text] of [
          ['server.crt', cert],
          ['server.key', key],
        ] as const) {
          writeFileSync(join(data, name), text, { mode: 0o600 });
          chownSync(join(data, name), uid, gid);
        }
      },
    });
    const admin = new pg.Client({ connectionString: server.url });
    await admin.connect();
    await admin.query(`create role visitor login password 'visitor-pass-word'`);
    await admin.end();
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  const urlWith = (change: (url: URL) => void): string => {
    const url = new URL(server.url);
    change(url);
    return url.href;
  };
  const tls = (file: string) => (url: URL) => {
    url.searchParams.set('sslmode', 'verify-full');
    url.searchParams.set('sslrootcert', join(folder, file));
  };
  const open = (url: string) => openStore({ DATABASE_URL: url }, storeOptions, () => undefined);

  it('is spoken to over TLS when DATABASE_URL names the authority of its certificate', async () => {
    const url = urlWith(tls('ca.pem'));
    const store = await open(url);
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const { rows } = await client.query(
      `select count(*)::integer as plain from pg_stat_ssl join pg_stat_activity using (pid)
       where application_name = 'scim-salesforce' and not ssl`,
    );
    expect(rows).toEqual([{ plain: 0 }]);
    await client.end();
    await store.close();
  });

  it('is served by a user without the right to create tables, once another has migrated it', async () => {
    await (await open(server.url)).close();
    const admin = new pg.Client({ connectionString: server.url });
    await admin.connect();
    await admin.query(`create role clerk login password 'clerk-pass-word'`);
    await admin.query('grant select, insert, update, delete on all tables in schema public to clerk');
    await admin.query('grant select on all sequences in schema public to clerk');
    await admin.end();
    const store = await open(
      urlWith((url) => {
        url.username = 'clerk';
        url.password = 'clerk-pass-word';
      }),
    );
    const user = storedUser('a');
    const entry = { operation: 'create', actor: 'a', requestId: 'r', changed: [] } as const;
    await store.commit({ type: 'User', id: user.id, after: { resource: user, keys: userKeys('a') }, entry, at: 1 });
    expect(await store.readResource('User', user.id)).toBeDefined();
    await store.close();
  });

  it('is looked at for what keeps the service from using it, and is not changed by that', async () => {
    const admin = new pg.Client({ connectionString: server.url });
    await admin.connect();
    await admin.query('create schema looked_at');
    await admin.query(`create role reader login password 'reader-pass-word'`);
    const as = (role: string, options: string): string =>
      urlWith((url) => {
        if (role !== '') [url.username, url.password] = [role, `${role}-pass-word`];
        url.searchParams.set('options', `-c search_path=looked_at ${options}`);
      });
    const obstacles = async (url: string) => (await inspectDatabase({ DATABASE_URL: url })).obstacles;
    const own = as('', '');
    expect(await inspectDatabase({ DATABASE_URL: own })).toMatchObject({ schema: 0, obstacles: [] });
    expect(await obstacles(as('', '-c default_transaction_read_only=on'))).toEqual([
      'default_transaction_read_only is on: switch it off for this user',
    ]);
    expect(await obstacles(as('reader', ''))).toEqual(['search_path names no schema that exists: make one']);
    await admin.query('grant usage on schema looked_at to reader');
    expect(await obstacles(as('reader', ''))).toEqual(['not allowed to create tables in schema looked_at: grant it']);
    await (await open(own)).close();
    expect(await inspectDatabase({ DATABASE_URL: own })).toMatchObject({ schema: SCHEMA_VERSION, obstacles: [] });
    await admin.query('grant select, insert, update, delete on all tables in schema looked_at to reader');
    await admin.query('revoke update on looked_at.lane from reader');
    expect(new Set(await obstacles(as('reader', '')))).toEqual(
      new Set([
        'not allowed to read and write table lane: grant it',
        'not allowed to read sequence resource_seq_seq: grant it',
        'not allowed to read sequence member_seq_seq: grant it',
        'not allowed to read sequence journal_seq_seq: grant it',
      ]),
    );
    const { rows } = await admin.query(`select relname from pg_class
      where relnamespace = 'looked_at'::regnamespace and relkind = 'r'`);
    expect(new Set(rows.map(({ relname }: { relname: string }) => relname))).toEqual(new Set(TABLE_NAMES));
    await admin.end();
  });

  const refusals: readonly (readonly [string, (url: URL) => void, RegExp])[] = [
    ['a certificate of an authority it does not know', tls('other.pem'), /self.signed certificate.*sslrootcert/],
    ['a wrong password', (url) => void (url.password = 'pass-word'), /password authentication failed.*check user/],
    ['a database that is not there', (url) => void (url.pathname = '/nowhere'), /"nowhere" does not exist.*create the/],
    [
      'missing rights',
      (url) => {
        url.username = 'visitor';
        url.password = 'visitor-pass-word';
      },
      /permission denied.*grant the user create/,
    ],
  ];
  it.each(refusals)('names %s in one line without the password', async (_title, change, message) => {
    const error: unknown = await open(urlWith(change)).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StorageUnavailable);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).not.toMatch(/pass-word|\n/);
  });
});
