/** PostgreSQL's ways of saying what the shared SQL needs. */
import type { Dialect, ScalarType } from '../sql/dialect.ts';

/** A `text[]` literal; names of attributes and URNs hold no quote, but a deployment's own might. */
const at = (path: readonly string[]): string =>
  `'{${path.map((member) => `"${member.replaceAll('"', '\\"').replaceAll("'", "''")}"`).join(',')}}'`;

const CASTS: Readonly<Record<ScalarType, (text: string) => string>> = {
  text: (text) => text,
  number: (text) => `${text}::numeric`,
  // Parameters carry 1 and 0, as SQLite knows them.
  boolean: (text) => `${text}::boolean::integer`,
};

export const postgresDialect: Dialect = {
  skipLocked: 'for update skip locked',
  keyTable: '',
  keyText: 'text collate "C"',
  serialKey: 'bigint generated always as identity primary key',
  document: 'jsonb',
  documentText: (column) => `${column}::text`,
  rows: (parameter, alias, columns) => {
    const typed = Object.entries(columns).map(([name, type]) => `${name} ${type}`);
    return `jsonb_to_recordset(${parameter}::jsonb) as ${alias}(${typed.join(', ')})`;
  },
  member: (json, path) => (path.length === 0 ? json : `(${json} #> ${at(path)})`),
  text: (text) => `(${text}) collate "C"`,
  fold: (value) => value.toLowerCase(),
  scalar: (json, path, type) => CASTS[type](`(${json} #>> ${at(path)})`),
  elements: (json, path, alias) => `jsonb_array_elements(${json} #> ${at(path)}) as ${alias}(value)`,
  element: (alias) => `${alias}.value`,
  contains: (text, part) => `strpos(${text}, ${part}::text) > 0`,
  startsWith: (text, part) => `starts_with(${text}, ${part}::text)`,
  endsWith: (text, part) => `right(${text}, length(${part}::text)) = ${part}::text`,
  instant: (text) => `${text}::timestamptz`,
  migrationLock: `select pg_advisory_xact_lock(hashtext('scim-salesforce migration')) as locked`,
};
