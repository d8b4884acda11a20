/** Opens the embedded database: one file, one process. */
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import Database from 'libsql';
import { StorageUnavailable } from '../errors.ts';
import type { SnapshotReader } from '../sql/export.ts';
import type { Driver } from '../sql/transaction.ts';
import { SqliteDriver, type SqliteOptions } from './driver.ts';

/** Whoever finds the file held for a moment waits for it, up to five seconds. */
const PATIENCE = 'busy_timeout = 5000';

/**
 * Patience comes first: whoever looks beside (`status`) may hold the file that a killed process left, while its log is read in.
 * Every acknowledged commit survives a power cut: WAL with synchronous=FULL syncs at each commit. Folding the log into the
 * file waits for 32 MiB, because pages that change often are then written once: 200 against 244 µs a create.
 */
const PRAGMAS = [
  PATIENCE,
  'journal_mode = wal',
  'synchronous = full',
  'cache_size = -65536',
  'temp_store = memory',
  'wal_autocheckpoint = 8000',
];

/**
 * @param path of the database file, or `:memory:`; folders are made
 * @throws StorageUnavailable when another process holds the file, or it cannot be opened
 */
export function openSqlite(path: string, options: Pick<SqliteOptions, 'onGroupCommit'> = {}): Driver {
  if (path === ':memory:') return new SqliteDriver(connect(path), options);
  makeFolder(path);
  keepPrivate(path);
  const lock = lockFile(path);
  try {
    const driver = new SqliteDriver(connect(path), options);
    return {
      read: (statement) => driver.read(statement),
      write: (steps) => driver.write(steps),
      close: async () => {
        await driver.close();
        lock.close();
      },
    };
  } catch (error) {
    lock.close();
    throw error;
  }
}

/**
 * Opens an existing database beside the process that serves from it, to look at it or for a small change.
 *
 * @throws StorageUnavailable when there is none
 */
export function openSqliteBeside(path: string): Driver {
  if (!existsSync(path)) throw new StorageUnavailable(`there is no database ${path}: start the service first`);
  return new SqliteDriver(connect(path), { isGuest: true });
}

/**
 * Opens an existing database beside the process that serves from it, to read it as it was at one moment.
 *
 * @throws StorageUnavailable when there is none
 */
export async function openSqliteSnapshot(path: string): Promise<SnapshotReader> {
  const driver = openSqliteToLook(path);
  // The first read that follows sets the moment.
  await driver.read({ text: 'begin', values: [] });
  const close = async (): Promise<void> => {
    // libsql frees statements late: a connection that is closed in its transaction goes on holding the log back.
    await driver.read({ text: 'rollback', values: [] });
    await driver.close();
  };
  return { read: (statement) => driver.read(statement), close };
}

/**
 * Opens an existing database to read, without changing how its file is kept.
 *
 * @throws StorageUnavailable when there is none
 */
export function openSqliteToLook(path: string): Driver {
  if (path === ':memory:' || !existsSync(path)) throw new StorageUnavailable(`there is no database ${path}`);
  return new SqliteDriver(connect(path, [PATIENCE]), { isGuest: true });
}

/** It holds personal data. SQLite gives its log the rights of the database; a file that is there keeps its own. */
function keepPrivate(path: string): void {
  try {
    closeSync(openSync(path, 'a', 0o600));
  } catch (error) {
    throw new StorageUnavailable(`cannot open the database ${path}: ${messageOf(error)}`, { cause: error });
  }
}

function makeFolder(path: string): void {
  try {
    mkdirSync(dirname(resolve(path)), { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new StorageUnavailable(`DATABASE_URL: cannot make the folder of ${path}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

function connect(path: string, pragmas: readonly string[] = PRAGMAS): InstanceType<typeof Database> {
  try {
    const connection = new Database(path);
    for (const pragma of pragmas) connection.pragma(pragma);
    return connection;
  } catch (error) {
    throw new StorageUnavailable(`cannot open the database ${path}: ${messageOf(error)}`, { cause: error });
  }
}

/**
 * Holds an exclusive lock on a file beside the database for as long as this process lives; the operating system frees it
 * even after kill -9. The database itself stays readable for `sqlite3` and backups.
 */
function lockFile(path: string): InstanceType<typeof Database> {
  const lock = connectLock(`${path}.lock`);
  try {
    lock.exec('begin exclusive');
    return lock;
  } catch (error) {
    lock.close();
    if (!(error instanceof Error) || !error.message.includes('locked')) {
      throw new StorageUnavailable(`cannot write beside the database ${path}: ${messageOf(error)}`, { cause: error });
    }
    throw new StorageUnavailable(
      `the database ${path} is in use by another process: stop that one, or give this one its own DATABASE_URL`,
      { cause: error },
    );
  }
}

function connectLock(path: string): InstanceType<typeof Database> {
  try {
    return new Database(path);
  } catch (error) {
    throw new StorageUnavailable(`cannot open ${path}: ${messageOf(error)}`, { cause: error });
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
