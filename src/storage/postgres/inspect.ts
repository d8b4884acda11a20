/** What can be told of a PostgreSQL database without changing anything, and what keeps the service from using it. */
import { readSchemaVersion, readUnfinishedImport } from '../sql/inspect.ts';
import { SCHEMA_VERSION, TABLE_NAMES } from '../sql/migrations.ts';
import type { Inspection } from '../transfer.ts';
import { postgresDialect } from './dialect.ts';
import { openPostgresSnapshot } from './snapshot.ts';

/** @throws StorageUnavailable when it cannot be reached */
export async function inspectPostgres(url: string): Promise<Inspection> {
  const reader = await openPostgresSnapshot(url);
  try {
    const schema = await readSchemaVersion(reader, postgresDialect);
    const unfinishedImport = await readUnfinishedImport(reader, postgresDialect);
    const text = schema < SCHEMA_VERSION ? `${OBSTACLES} union all ${NO_CREATE}` : OBSTACLES;
    const rows = await reader.read({ text, values: [] });
    return {
      place: `PostgreSQL ${placeOf(url)}`,
      schema,
      newest: SCHEMA_VERSION,
      ...(unfinishedImport !== undefined && { unfinishedImport }),
      obstacles: rows.map((row) => String(row['obstacle'])),
    };
  } finally {
    await reader.close();
  }
}

const names = TABLE_NAMES.map((name) => `'${name}'`).join(', ');

/** Numbers are given by sequences, and the latest is asked for. */
const OBSTACLES = `select 'the server is a standby: name the primary in DATABASE_URL' as obstacle where pg_is_in_recovery()
  union all
  select 'default_transaction_read_only is on: switch it off for this user' where current_setting('default_transaction_read_only') = 'on'
  union all
  select 'not allowed to read and write table ' || relname || ': grant it' from pg_class
  where relnamespace = (select oid from pg_namespace where nspname = current_schema()) and relkind in ('r', 'p')
    and relname in (${names})
    and not (has_table_privilege(oid, 'select') and has_table_privilege(oid, 'insert')
      and has_table_privilege(oid, 'update') and has_table_privilege(oid, 'delete'))
  union all
  select 'not allowed to read sequence ' || relname || ': grant it' from pg_class
  where relnamespace = (select oid from pg_namespace where nspname = current_schema()) and relkind = 'S'
    and relname in ('resource_seq_seq', 'member_seq_seq', 'journal_seq_seq')
    and not has_sequence_privilege(oid, 'select')`;

/** In the way of a migration alone. */
const NO_CREATE = `select 'search_path names no schema that exists: make one' where current_schema() is null
  union all
  select 'not allowed to create tables in schema ' || current_schema() || ': grant it'
  where not has_schema_privilege(current_schema(), 'create')`;

/** Host and database; the user's name and the parameters may be secrets. */
function placeOf(url: string): string {
  const { host, pathname } = URL.canParse(url) ? new URL(url) : { host: '', pathname: '' };
  return `${host === '' ? 'on this machine' : `at ${host}`}${pathname.length > 1 ? `, database ${decodeURI(pathname.slice(1))}` : ''}`;
}
