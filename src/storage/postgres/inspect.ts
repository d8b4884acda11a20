/** What can be told of a PostgreSQL database without changing anything, and what its user is not allowed to do. */
import { readSchemaVersion, readUnfinishedImport } from '../sql/inspect.ts';
import { SCHEMA_VERSION } from '../sql/migrations.ts';
import type { Inspection } from '../transfer.ts';
import { postgresDialect } from './dialect.ts';
import { openPostgresSnapshot } from './snapshot.ts';

/** @throws StorageUnavailable when it cannot be reached */
export async function inspectPostgres(url: string): Promise<Inspection> {
  const reader = await openPostgresSnapshot(url);
  try {
    const schema = await readSchemaVersion(reader, postgresDialect);
    const unfinishedImport = await readUnfinishedImport(reader, postgresDialect);
    const rows = await reader.read({
      text: schema < SCHEMA_VERSION ? `${TABLES} union all ${CREATE}` : TABLES,
      values: [],
    });
    return {
      place: `PostgreSQL ${placeOf(url)}`,
      schema,
      newest: SCHEMA_VERSION,
      ...(unfinishedImport !== undefined && { unfinishedImport }),
      lacking: rows.map((row) => String(row['lacking'])),
    };
  } finally {
    await reader.close();
  }
}

/** Needed by a migration alone. */
const CREATE = `select 'create tables: search_path names no schema that exists' as lacking where current_schema() is null
  union all
  select 'create tables in schema ' || current_schema() where not has_schema_privilege(current_schema(), 'create')`;

const TABLES = `select 'write: the server is a standby' as lacking where pg_is_in_recovery()
  union all
  select 'write: default_transaction_read_only is on' where current_setting('default_transaction_read_only') = 'on'
  union all
  select 'read and write table ' || relname from pg_class
  where relnamespace = (select oid from pg_namespace where nspname = current_schema()) and relkind = 'r'
    and relname in ('migration', 'resource', 'unique_key', 'search_key', 'lane', 'journal', 'gate', 'job', 'import')
    and not (has_table_privilege(oid, 'select') and has_table_privilege(oid, 'insert')
      and has_table_privilege(oid, 'update') and has_table_privilege(oid, 'delete'))`;

/** Host and database; the user's name and the parameters may be secrets. */
function placeOf(url: string): string {
  const { host, pathname } = URL.canParse(url) ? new URL(url) : { host: '', pathname: '' };
  return `${host === '' ? 'on this machine' : `at ${host}`}${pathname.length > 1 ? `, database ${decodeURI(pathname.slice(1))}` : ''}`;
}
