/** Which engine a DATABASE_URL names, and how it is opened to serve from or to look at. */
import type { Config } from './config.ts';
import { postgresDialect } from './storage/postgres/dialect.ts';
import { PostgresDriver } from './storage/postgres/driver.ts';
import { createSqlStore, sqlStore, type SqlStoreOptions } from './storage/sql/sql-store.ts';
import type { Dialect } from './storage/sql/dialect.ts';
import type { Driver } from './storage/sql/transaction.ts';
import { sqliteDialect } from './storage/sqlite/dialect.ts';
import { openSqlite, openSqliteReader } from './storage/sqlite/open.ts';
import type { Store } from './storage/store.ts';

interface Engine {
  readonly dialect: Dialect;
  /** Whether the process that has it open is the only one. */
  readonly soleOwner: boolean;
  readonly open: (url: string, onIdleError: (error: Error) => void) => Driver;
  /** Without taking it from a process that serves. */
  readonly openToRead: (url: string) => Driver;
}

const pathOf = (url: string): string => url.slice('sqlite:'.length);

const sqlite: Engine = {
  dialect: sqliteDialect,
  soleOwner: true,
  open: (url) => openSqlite(pathOf(url)),
  openToRead: (url) => openSqliteReader(pathOf(url)),
};

const postgres: Engine = {
  dialect: postgresDialect,
  soleOwner: false,
  open: (url, onIdleError) => new PostgresDriver({ url, onIdleError }),
  openToRead: (url) => new PostgresDriver({ url, maxConnections: 1 }),
};

type DatabaseConfig = Pick<Config, 'DATABASE_URL'>;

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
): Promise<Store> {
  const { dialect, soleOwner, open } = engineOf(config);
  const driver = open(config.DATABASE_URL, onIdleError);
  try {
    return await createSqlStore(driver, dialect, { ...options, soleOwner });
  } catch (error) {
    await driver.close();
    throw error;
  }
}

/** Opens an existing database to look at, also while others serve from it. @throws StorageUnavailable */
export function openStoreToRead(config: DatabaseConfig, options: Pick<Options, 'connectors' | 'keyTables'>): Store {
  const { dialect, openToRead } = engineOf(config);
  return sqlStore(openToRead(config.DATABASE_URL), dialect, options);
}
