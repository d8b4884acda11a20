/** PostgreSQL's ways of saying what the shared SQL needs. */
import type { Dialect } from '../sql/dialect.ts';

/** A `text[]` literal; names of attributes and URNs hold no quote, but a deployment's own might. */
const at = (path: readonly string[]): string =>
  `'{${path.map((member) => `"${member.replaceAll('"', '\\"').replaceAll("'", "''")}"`).join(',')}}'`;

const pairs = (members: Readonly<Record<string, string>>): string =>
  Object.entries(members)
    .map(([name, value]) => `'${name}', ${value}`)
    .join(', ');

/** All but containers, null and the empty string, at any depth. */
const SOME_VALUE = `'$.** ? (@.type() == "boolean" || @.type() == "number" || (@.type() == "string" && @ <> ""))'`;

const sequenceOf = (table: string): string => `pg_get_serial_sequence('${table}', 'seq')::regclass`;

/** Of an advisory lock, as any other program may see it. */
const MEMBERSHIPS = `hashtext('scim-salesforce memberships')`;

export const postgresDialect: Dialect = {
  skipLocked: 'for update skip locked',
  locked: (table) => `for update of ${table}`,
  keepApart: (isWide) => `select wide, case when wide then cast(pg_advisory_xact_lock(${MEMBERSHIPS}) as text)
    else cast(pg_advisory_xact_lock_shared(${MEMBERSHIPS}) as text) end as locked from (select ${isWide} as wide) as one`,
  alone: (
    what,
    condition,
  ) => `select case when needed then cast(pg_advisory_xact_lock(hashtext('scim-salesforce ${what}')) as text)
    end as locked from (select ${condition} as needed) as one`,
  keyTable: '',
  // Room for the next version of a row in its page: measured a fifth of the size under load (docs/going-further.md).
  busyTable: 'with (fillfactor = 70)',
  keyText: 'text collate "C"',
  serialKey: 'bigint generated always as identity primary key',
  // Of this session; an entry is what it numbered last.
  latestJournalSeq: 'lastval()',
  document: 'jsonb',
  documentText: (column) => `${column}::text`,
  // Nothing is added to it: without that, it would be measured as it lies compressed.
  documentBytes: (column) => `pg_column_size(${column} || '{}'::jsonb)`,
  rows: (parameter, alias, columns) => {
    const typed = Object.entries(columns).map(([name, type]) => `${name} ${type}`);
    return `jsonb_to_recordset(${parameter}::jsonb) as ${alias}(${typed.join(', ')})`;
  },
  member: (json, path) => (path.length === 0 ? json : `(${json} #> ${at(path)})`),
  scalar: (json, path) => `(${json} #>> ${at(path)})`,
  boolean: String,
  holdsValue: (json) => `coalesce(jsonb_path_exists(${json}, ${SOME_VALUE}), false)`,
  object: (members) => `jsonb_build_object(${pairs(members)})`,
  overlay: (json, over) => `(${json} || ${over}::jsonb)`,
  text: (text) => `(${text}) collate "C"`,
  asId: (text) => `(${text} collate "default")`,
  // With this collation it knows no letters beyond ASCII, whatever the database's locale is.
  lower: (text) => `lower((${text}) collate "C")`,
  elements: (json, path, alias) =>
    `jsonb_array_elements(${json} #> ${at(path)}) with ordinality as ${alias}(value, position)`,
  contains: (text, part) => `strpos(${text}, ${part}::text) > 0`,
  startsWith: (text, part) => `starts_with(${text}, ${part}::text)`,
  endsWith: (text, part) => `right(${text}, length(${part}::text)) = ${part}::text`,
  now: `cast(extract(epoch from clock_timestamp()) * 1000 as bigint)`,
  countTables: 'select case when to_regclass($1) is null then 0 else 1 end as tables',
  insertMany: ({ table, columns, rows, rest }) => {
    const names = Object.keys(columns);
    const typed = names.map((name) => `${name} ${columns[name] === 'bigint' ? 'bigint' : 'text'}`);
    const values = names.map((name) => (columns[name] === 'document' ? `cast(r.${name} as jsonb)` : `r.${name}`));
    const text = `insert into ${table} (${names.join(', ')}) overriding system value
      select ${values.join(', ')} from jsonb_to_recordset($1::jsonb) as r(${typed.join(', ')}) ${rest}`;
    return rows.length === 0 ? [] : [{ text, values: [JSON.stringify(rows)] }];
  },
  lastKey: (table) => `select coalesce(pg_sequence_last_value(${sequenceOf(table)}), 0) as last`,
  goOnAbove: (table) => [
    // A sequence has no value 0: until it is called it gives its first.
    `select setval(${sequenceOf(table)}, greatest(given.last, 1), given.last > 0)
     from (select greatest(cast($1 as bigint), pg_sequence_last_value(${sequenceOf(table)})) as last) as given`,
  ],
  migrationPrelude: [
    'set local statement_timeout = 0',
    `set local lock_timeout = '10min'`,
    `select pg_advisory_xact_lock(hashtext('scim-salesforce migration')) as locked`,
  ],
};
