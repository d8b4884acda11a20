/** SQLite's ways of saying what the shared SQL needs. */
import type { Dialect } from '../sql/dialect.ts';

/** Names come from schemas: an apostrophe is allowed in a URN. */
const at = (path: readonly string[]): string =>
  `'$${path.map((member) => `."${member.replaceAll("'", "''")}"`).join('')}'`;

const pairs = (members: Readonly<Record<string, string>>): string =>
  Object.entries(members)
    .map(([name, value]) => `'${name}', ${value}`)
    .join(', ');

/**
 * Values as parameters cost half of what they cost as JSON. Two shapes of a statement serve any number of rows, so that both
 * are prepared once.
 */
const ROWS_AT_ONCE = 50;

const places = (rows: number, columns: number): string =>
  Array.from({ length: rows }, (_, row) => {
    const numbers = Array.from({ length: columns }, (__, column) => `$${row * columns + column + 1}`);
    return `(${numbers.join(', ')})`;
  }).join(', ');

export const sqliteDialect: Dialect = {
  skipLocked: '',
  locked: () => '',
  keepApart: (isWide) => `select ${isWide} as wide`,
  // Every transaction that writes is.
  alone: (_what, condition) => `select ${condition} as needed`,
  keyTable: 'without rowid',
  busyTable: '',
  keyText: 'text',
  serialKey: 'integer primary key autoincrement',
  // Nobody else writes meanwhile.
  latestJournalSeq: '(select max(seq) from journal)',
  document: 'text',
  documentText: (column) => column,
  // Of a value that lies on other pages this reads the length alone.
  documentBytes: (column) => `octet_length(${column})`,
  rows: (parameter, alias, columns) => {
    const members = Object.keys(columns).map((name) => `value ->> '${name}' as ${name}`);
    return `(select ${members.join(', ')} from json_each(${parameter})) as ${alias}`;
  },
  member: (json, path) => (path.length === 0 ? json : `json_extract(${json}, ${at(path)})`),
  // An element of a plain list is a SQL value already.
  scalar: (json, path) => (path.length === 0 ? json : `json_extract(${json}, ${at(path)})`),
  boolean: (value) => (value ? 1 : 0),
  holdsValue: (json) => `exists (select 1 from json_tree(${json}) where atom <> '')`,
  object: (members) => `json_object(${pairs(members)})`,
  overlay: (json, over) => `json_patch(${json}, ${over})`,
  text: (text) => text,
  asId: (text) => text,
  // SQLite's own knows no letters beyond ASCII.
  lower: (text) => `lower(${text})`,
  elements: (json, path, alias) => `(select value, key as position from json_each(${json}, ${at(path)})) as ${alias}`,
  contains: (text, part) => `instr(${text}, ${part}) > 0`,
  startsWith: (text, part) => `substr(${text}, 1, length(${part})) = ${part}`,
  endsWith: (text, part) => `substr(${text}, -length(${part})) = ${part}`,
  migrationPrelude: [],
  now: `cast(unixepoch('subsec') * 1000 as integer)`,
  countTables: `select count(*) as tables from sqlite_master where type = 'table' and name = $1`,
  insertMany: ({ table, columns, rows, rest }) => {
    const names = Object.keys(columns);
    const insert = (count: number) =>
      `insert into ${table} (${names.join(', ')}) values ${places(count, names.length)} ${rest}`;
    const valuesOf = (some: typeof rows) => some.flatMap((row) => names.map((name) => row[name] ?? null));
    const [many, one] = [insert(ROWS_AT_ONCE), insert(1)];
    const whole = rows.length - (rows.length % ROWS_AT_ONCE);
    const batches = Array.from({ length: whole / ROWS_AT_ONCE }, (_, batch) =>
      rows.slice(batch * ROWS_AT_ONCE, (batch + 1) * ROWS_AT_ONCE),
    );
    return [
      ...batches.map((batch) => ({ text: many, values: valuesOf(batch) })),
      ...rows.slice(whole).map((row) => ({ text: one, values: valuesOf([row]) })),
    ];
  },
  lastKey: (table) => `select coalesce(max(seq), 0) as last from sqlite_sequence where name = '${table}'`,
  goOnAbove: (table) => [
    `insert into sqlite_sequence (name, seq)
     select '${table}', max($1, coalesce(max(seq), 0)) from sqlite_sequence where name = '${table}'`,
    // Every statement has the parameter; the table knows no unique names.
    `delete from sqlite_sequence where name = '${table}' and $1 is not null
     and rowid < (select max(rowid) from sqlite_sequence where name = '${table}')`,
  ],
};
