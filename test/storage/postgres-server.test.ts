import { chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { openStore } from '../../src/database.ts';
import { StorageUnavailable } from '../../src/storage/errors.ts';
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
  }, 60_000);
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
