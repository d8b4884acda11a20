import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import Database from 'libsql';
import { StorageUnavailable } from '../../src/storage/errors.ts';
import { createSqlStore } from '../../src/storage/sql/sql-store.ts';
import { sqliteDialect } from '../../src/storage/sqlite/dialect.ts';
import { openSqlite } from '../../src/storage/sqlite/open.ts';
import { storedUser, storeOptions as options, userKeys } from '../support/engines.ts';

/** Nobody else may even read it, for as long as opening it waits without a word. */
const HOLD_FOR_A_MOMENT = `
  const connection = new (require('libsql'))(process.argv[1]);
  connection.pragma('journal_mode = wal');
  connection.exec('create table held (moment)');
  connection.pragma('locking_mode = exclusive');
  connection.exec('begin exclusive');
  process.stdout.write('held');
  setTimeout(() => connection.close(), 300);
`;

const storeOptions = { ...options, soleOwner: true };

describe('the SQLite file', () => {
  let folder: string;
  let path: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'scim-sqlite-'));
    path = join(folder, 'deep', 'scim.sqlite');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const open = () => createSqlStore(openSqlite(path), sqliteDialect, storeOptions);

  it('keeps what was committed when it is opened again, and applies its migrations once', async () => {
    const user = storedUser('bjensen');
    const first = await open();
    const entry = { operation: 'create', actor: 'a', requestId: 'r', changed: [] } as const;
    await first.commit({
      type: 'User',
      id: user.id,
      after: { resource: user, keys: userKeys('bjensen') },
      entry,
      at: 1,
    });
    await first.close();
    const second = await open();
    expect(await second.readResource('User', user.id)).toEqual(user);
    await second.close();
  });

  it('delivers at once after a restart what a killed process had claimed', async () => {
    const user = storedUser('bjensen');
    const first = await open();
    const entry = { operation: 'create', actor: 'a', requestId: 'r', changed: [] } as const;
    await first.commit({ type: 'User', id: user.id, after: { resource: user, keys: [] }, entry, at: 1 });
    await first.claimLanes({ connector: 'salesforce', limit: 1, lease: 'killed', leaseMs: 60_000, now: 1 });
    await first.close();
    const second = await createSqlStore(openSqlite(path), sqliteDialect, { ...storeOptions, now: 2 });
    const claimed = await second.claimLanes({
      connector: 'salesforce',
      limit: 1,
      lease: 'next',
      leaseMs: 60_000,
      now: 2,
    });
    expect(claimed).toMatchObject([{ userId: user.id, attempts: 2 }]);
    await second.close();
  });

  it('waits for the end of the lease after a restart where a Lead may be taken away just now', async () => {
    const user = storedUser('bjensen');
    const first = await open();
    const entry = { operation: 'delete', actor: 'a', requestId: 'r', changed: [] } as const;
    await first.commit({
      type: 'User',
      id: user.id,
      after: { resource: user, keys: [] },
      entry: { ...entry, operation: 'create' },
      at: 1,
    });
    await first.commit({ type: 'User', id: user.id, before: { version: user.version, keys: [] }, entry, at: 2 });
    await first.claimLanes({ connector: 'salesforce', limit: 1, lease: 'killed', leaseMs: 60_000, now: 2 });
    await first.close();
    const second = await createSqlStore(openSqlite(path), sqliteDialect, { ...storeOptions, now: 3 });
    expect(await second.readLane('salesforce', user.id)).toMatchObject({ state: 'due', dueAt: 60_002 });
    await second.close();
  });

  it.each([
    { waits: 'an outage', faultClass: 'outage', until: 60_000, then: 1 },
    { waits: 'sessions that are refused', faultClass: 'authentication', until: 60_000, then: 60_000 },
    { waits: 'a clock that was wrong', faultClass: 'authentication', until: 100_000_000, then: 1 },
  ])('ends with a start what a gate waits for, but for logins: $waits', async ({ faultClass, until, then }) => {
    const connector = 'salesforce';
    const first = await open();
    await first.closeGate(connector, { class: faultClass, reason: 'x', failures: 7, until }, 'gate closed', 1);
    await first.close();
    const second = await createSqlStore(openSqlite(path), sqliteDialect, { ...storeOptions, now: 1 });
    expect((await second.readConnector(connector)).gate).toMatchObject({ until: then });
    await second.close();
  });

  it('syncs every commit to disk: WAL with synchronous=FULL', async () => {
    const driver = openSqlite(path);
    expect(await driver.read({ text: 'pragma journal_mode', values: [] })).toEqual([{ journal_mode: 'wal' }]);
    expect(await driver.read({ text: 'pragma synchronous', values: [] })).toEqual([{ synchronous: 2 }]);
    await driver.close();
  });

  it('is for nobody else to read', async () => {
    await (await open()).close();
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'deep')).mode & 0o777).toBe(0o700);
  });

  it('refuses a second opener with a message that says what to do, and lets readers in', async () => {
    const store = await open();
    expect(() => openSqlite(path)).toThrow(
      `the database ${path} is in use by another process: stop that one, or give this one its own DATABASE_URL`,
    );
    const reader = new Database(path, { readonly: true });
    expect(reader.prepare('select count(*) as users from resource').all([])).toEqual([{ users: 0 }]);
    reader.close();
    await store.close();
    await (await open()).close();
  });

  it('waits for whoever holds the file for a moment, as a look beside does while it reads in what a killed process left', async () => {
    const file = join(folder, 'scim.sqlite');
    const holder = spawn(process.execPath, ['--eval', HOLD_FOR_A_MOMENT, file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(holder.stdout, 'data');
    expect(() => new Database(file).pragma('journal_mode')).toThrow('database is locked');
    await openSqlite(file).close();
    expect(holder.exitCode ?? (await once(holder, 'exit'))[0]).toBe(0);
  });

  it('refuses a database of a newer program', async () => {
    await (await open()).close();
    const database = new Database(path);
    database.exec(`insert into migration (version, name, applied_at) values (99, 'from the future', 0)`);
    database.close();
    const driver = openSqlite(path);
    await expect(createSqlStore(driver, sqliteDialect, storeOptions)).rejects.toThrow(
      /schema version 99.*run the newer program/,
    );
    await driver.close();
  });

  it('says which file it cannot open', () => {
    expect(() => openSqlite(join(folder))).toThrow(StorageUnavailable);
  });

  it('answers later writes with StorageUnavailable once it is closed', async () => {
    const driver = openSqlite(path);
    await driver.close();
    await expect(driver.write(function* () {})).rejects.toThrow(StorageUnavailable);
  });
});
