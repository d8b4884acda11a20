/** Which engine a DATABASE_URL names, and how it is opened: to serve from it, beside those who serve, to move what it holds. */
import type { Config } from './config.ts';
import { postgresDialect } from './storage/postgres/dialect.ts';
import { PostgresDriver } from './storage/postgres/driver.ts';
import { inspectPostgres } from './storage/postgres/inspect.ts';
import { openPostgresSnapshot } from './storage/postgres/snapshot.ts';
import { readSnapshot, type SnapshotReader } from './storage/sql/export.ts';
import { sqlImporter } from './storage/sql/import.ts';
import { readUnfinishedImport, unfinishedImport } from './storage/sql/inspect.ts';
import { migrate } from './storage/sql/migrations.ts';
import { createSqlStore, sqlStore, type SqlStoreOptions } from './storage/sql/sql-store.ts';
import { StorageUnavailable } from './storage/errors.ts';
import type { Dialect } from './storage/sql/dialect.ts';
import type { Driver } from './storage/sql/transaction.ts';
import { sqliteDialect } from './storage/sqlite/dialect.ts';
import { backupSqlite } from './storage/sqlite/backup.ts';
import { inspectSqlite } from './storage/sqlite/inspect.ts';
import { openSqlite, openSqliteBeside, openSqliteSnapshot } from './storage/sqlite/open.ts';
import type { Store } from './storage/store.ts';
import type { Importer, Inspection, SchemaChange, Snapshot } from './storage/transfer.ts';

/** What is told of a database while it serves. */
export interface DatabaseWatcher {
  /** A connection broke while nobody used it; PostgreSQL alone. */
  readonly onIdleError?: (error: Error) => void;
  /** So many writes shared a transaction; SQLite alone. */
  readonly onGroupCommit?: (writes: number) => void;
}

interface Engine {
  readonly dialect: Dialect;
  /** Whether the process that has it open is the only one. */
  readonly soleOwner: boolean;
  readonly open: (config: DatabaseConfig, watcher: DatabaseWatcher) => Driver;
  /** Without taking it from the process that serves from it. */
  readonly openBeside: (url: string) => Driver;
  readonly openSnapshot: (url: string) => Promise<SnapshotReader>;
  readonly inspect: (url: string) => Promise<Inspection>;
  /** Absent where the engine has tools of its own. @returns how many resources the copy holds */
  readonly backup?: (url: string, copy: string) => Promise<number>;
}

const pathOf = (url: string): string => url.slice('sqlite:'.length);

const sqlite: Engine = {
  dialect: sqliteDialect,
  soleOwner: true,
  open: ({ DATABASE_URL: url }, { onGroupCommit }) => openSqlite(pathOf(url), onGroupCommit ? { onGroupCommit } : {}),
  openBeside: (url) => openSqliteBeside(pathOf(url)),
  openSnapshot: (url) => openSqliteSnapshot(pathOf(url)),
  inspect: (url) => inspectSqlite(pathOf(url)),
  backup: (url, copy) => backupSqlite(pathOf(url), copy),
};

const postgres: Engine = {
  dialect: postgresDialect,
  soleOwner: false,
  open: ({ DATABASE_URL: url, DATABASE_CONNECTIONS: maxConnections = 10 }, { onIdleError }) =>
    new PostgresDriver({ url, maxConnections, ...(onIdleError && { onIdleError }) }),
  openBeside: (url) => new PostgresDriver({ url, maxConnections: 1 }),
  openSnapshot: openPostgresSnapshot,
  inspect: inspectPostgres,
};

type DatabaseConfig = Pick<Config, 'DATABASE_URL'> & Partial<Pick<Config, 'DATABASE_CONNECTIONS'>>;

const engineOf = ({ DATABASE_URL: url }: DatabaseConfig): Engine => (url.startsWith('sqlite:') ? sqlite : postgres);

type Options = Omit<SqlStoreOptions, 'soleOwner'>;

/**
 * Opens the database to serve from, its schema brought up to date.
 *
 * @throws StorageUnavailable
 */
export async function openStore(
  config: DatabaseConfig,
  options: Options,
  onIdleError: (error: Error) => void,
  onGroupCommit?: (writes: number) => void,
): Promise<Store> {
  const { dialect, soleOwner, open } = engineOf(config);
  const driver = open(config, { onIdleError, ...(onGroupCommit && { onGroupCommit }) });
  try {
    const store = await createSqlStore(driver, dialect, { ...options, soleOwner });
    await refuseUnfinished(driver, dialect);
    return store;
  } catch (error) {
    await driver.close();
    throw error;
  }
}

/** Opens an existing database beside the processes that serve from it. @throws StorageUnavailable */
export function openStoreBeside(
  config: DatabaseConfig,
  options: Pick<Options, 'connectors' | 'keyTables' | 'memberLists'>,
): Store {
  const { dialect, openBeside } = engineOf(config);
  return sqlStore(openBeside(config.DATABASE_URL), dialect, options);
}

async function refuseUnfinished(driver: Driver, dialect: Dialect): Promise<void> {
  const unfinished = await readUnfinishedImport(driver, dialect);
  if (unfinished !== undefined) throw new StorageUnavailable(unfinishedImport(unfinished));
}

/**
 * Opens an existing database to read all of it as it is now, beside the processes that serve from it.
 *
 * @param now epoch milliseconds
 * @throws StorageUnavailable
 */
export async function openSnapshot(config: DatabaseConfig, now: number): Promise<Snapshot> {
  const { dialect, openSnapshot: open } = engineOf(config);
  const reader = await open(config.DATABASE_URL);
  return readSnapshot(reader, dialect, now).catch(closing(reader));
}

/** Opens a database to import into, its schema brought up to date. @throws StorageUnavailable */
export async function openImporter(config: DatabaseConfig, now: number): Promise<Importer> {
  const { dialect, driver } = await openMigrated(config, now);
  return sqlImporter(driver, dialect);
}

/** Brings the schema up to date. @throws StorageUnavailable */
export async function migrateDatabase(config: DatabaseConfig, now: number): Promise<SchemaChange> {
  const { driver, change } = await openMigrated(config, now);
  await driver.close();
  return change;
}

async function openMigrated(config: DatabaseConfig, now: number) {
  const { dialect, open } = engineOf(config);
  const driver = open(config, {});
  const change = await driver.write(() => migrate(dialect, now)).catch(closing(driver));
  return { dialect, driver, change };
}

const closing =
  (opened: Pick<Driver, 'close'>) =>
  async (error: unknown): Promise<never> => {
    await opened.close();
    throw error;
  };

/** Looks, and changes nothing. @throws StorageUnavailable when the database cannot be reached or read */
export const inspectDatabase = (config: DatabaseConfig): Promise<Inspection> =>
  engineOf(config).inspect(config.DATABASE_URL);

/**
 * How the database is copied to a file while others write to it; undefined where the engine has tools of its own.
 * The function takes the path of a file that is empty or not there, tells how many resources the copy holds, and throws
 * StorageUnavailable.
 */
export function backupOf(config: DatabaseConfig): ((copy: string) => Promise<number>) | undefined {
  const { backup } = engineOf(config);
  return backup && ((copy) => backup(config.DATABASE_URL, copy));
}
