/** Which engine a DATABASE_URL names, and how it is opened to serve from or beside those who serve. */
import type { Config } from './config.ts';
import { postgresDialect } from './storage/postgres/dialect.ts';
import { PostgresDriver } from './storage/postgres/driver.ts';
import { createSqlStore, sqlStore, type SqlStoreOptions } from './storage/sql/sql-store.ts';
import type { Dialect } from './storage/sql/dialect.ts';
import type { Driver } from './storage/sql/transaction.ts';
import { sqliteDialect } from './storage/sqlite/dialect.ts';
import { openSqlite, openSqliteBeside } from './storage/sqlite/open.ts';
import type { Store } from './storage/store.ts';

interface Engine {
  readonly dialect: Dialect;
  /** Whether the process that has it open is the only one. */
  readonly soleOwner: boolean;
  readonly open: (url: string, onIdleError: (error: Error) => void) => Driver;
  /** Without taking it from the process that serves from it. */
  readonly openBeside: (url: string) => Driver;
}

const pathOf = (url: string): string => url.slice('sqlite:'.length);

const sqlite: Engine = {
  dialect: sqliteDialect,
  soleOwner: true,
  open: (url) => openSqlite(pathOf(url)),
  openBeside: (url) => openSqliteBeside(pathOf(url)),
};

const postgres: Engine = {
  dialect: postgresDialect,
  soleOwner: false,
  open: (url, onIdleError) => new PostgresDriver({ url, onIdleError }),
  openBeside: (url) => new PostgresDriver({ url, maxConnections: 1 }),
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

/** Opens an existing database beside the processes that serve from it. @throws StorageUnavailable */
export function openStoreBeside(config: DatabaseConfig, options: Pick<Options, 'connectors' | 'keyTables'>): Store {
  const { dialect, openBeside } = engineOf(config);
  return sqlStore(openBeside(config.DATABASE_URL), dialect, options);
}
