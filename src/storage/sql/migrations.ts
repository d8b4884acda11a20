/** The tables and how they came to be. Migrations are only added; their numbers are the schema version. */
import type { Dialect } from './dialect.ts';
import type { Transaction } from './transaction.ts';
import { StorageUnavailable } from '../errors.ts';
import type { SchemaChange } from '../transfer.ts';

interface Migration {
  readonly name: string;
  readonly statements: (dialect: Dialect) => readonly string[];
}

export const MIGRATIONS: readonly Migration[] = [
  {
    name: 'resources, lanes and journal',
    statements: (dialect) => [
      `create table resource (
         seq ${dialect.serialKey},
         type text not null,
         id text not null unique,
         version integer not null,
         created_at bigint not null,
         last_modified_at bigint not null,
         display text,
         document ${dialect.document} not null,
         folded ${dialect.document}
       )`,
      'create index resource_order on resource (type, seq)',
      // One row an element, so that a large list costs no more to change than a small one. No foreign keys: a client may
      // name members that do not exist.
      `create table member (
         seq ${dialect.serialKey},
         list text not null,
         owner text not null,
         value ${dialect.keyText} not null,
         element text not null
       )`,
      'create unique index member_once on member (owner, list, value)',
      'create index member_in on member (value, list, owner)',
      // Whose memberships, or whose name in those of others, changed when: a version tells nothing of them.
      `create table membership_change (
         id ${dialect.keyText} not null,
         at bigint not null,
         primary key (id)
       ) ${dialect.keyTable}`,
      // Values are folded by the program, so that both engines compare them alike.
      `create table unique_key (
         type text not null,
         attribute text not null,
         value ${dialect.keyText} not null,
         seq bigint not null,
         primary key (type, attribute, value)
       ) ${dialect.keyTable}`,
      `create table search_key (
         type text not null,
         attribute text not null,
         value ${dialect.keyText} not null,
         seq bigint not null,
         primary key (type, attribute, value, seq)
       ) ${dialect.keyTable}`,
      // The user first: with the connector first, SQLite walks all lanes of the connector to settle 200 of them.
      `create table lane (
         user_id text not null,
         connector text not null,
         state text not null,
         due_at bigint not null,
         attempts integer not null,
         tail_seq bigint not null,
         head_seq bigint not null,
         lease text,
         lease_until bigint,
         lead_id text,
         origin text,
         told text,
         doubts integer not null default 0,
         error text,
         last_attempt_at bigint,
         last_delivered_at bigint,
         primary key (user_id, connector)
       ) ${dialect.busyTable}`,
      `create index lane_due on lane (connector, due_at) where state = 'due'`,
      `create index lane_parked on lane (connector) where state = 'parked'`,
      'create index lane_lead on lane (connector, lead_id) where lead_id is not null',
      `create table journal (
         seq ${dialect.serialKey},
         at bigint not null,
         kind text not null,
         type text not null,
         id text not null,
         version integer not null,
         detail text not null
       )`,
      'create index journal_resource on journal (id, seq)',
      `create table gate (
         connector text primary key,
         class text not null,
         reason text not null,
         failures integer not null,
         until bigint
       )`,
      `create table setting (
         name text primary key,
         value text not null
       )`,
      `create table job (
         name text primary key,
         due_at bigint not null
       )`,
      `create table import (
         id text primary key,
         line bigint not null,
         started_at bigint not null,
         finished_at bigint
       )`,
    ],
  },
  {
    name: 'Leads that are not kept up to date any more',
    statements: () => ['alter table lane add column ended text'],
  },
  {
    name: 'pause, budget and guard of a connector',
    statements: () => [
      'alter table gate add column probe_until bigint',
      'alter table lane add column verdict text',
      'alter table lane add column verdict_seq bigint',
      `create index lane_held on lane (connector) where state = 'held'`,
      `create table pause (
         connector text primary key,
         reason text not null,
         actor text not null,
         at bigint not null
       )`,
      `create table budget (
         connector text primary key,
         used bigint not null,
         max bigint not null,
         level text not null,
         at bigint not null
       )`,
      // Whose Lead was taken away when; those before `since` were approved by somebody and count no more.
      `create table guard (
         connector text primary key,
         since bigint not null
       )`,
      `create table removal (
         connector text not null,
         user_id text not null,
         at bigint not null,
         primary key (connector, user_id)
       )`,
    ],
  },
  {
    name: 'for the admin API: pages of parked lanes, Leads by the start of their id, clients seen',
    statements: (dialect) => [
      'drop index lane_parked',
      `create index lane_parked on lane (connector, user_id) where state = 'parked'`,
      // In the order of code points, so that what begins alike lies together whatever the language of the database.
      'drop index lane_lead',
      `create index lane_lead on lane (connector, ${dialect.text('lead_id')}) where lead_id is not null`,
      `create table client (
         credential text not null,
         user_agent text not null,
         profile text not null,
         first_at bigint not null,
         last_at bigint not null,
         calls bigint not null,
         primary key (credential, user_agent)
       )`,
    ],
  },
  {
    name: 'campaigns of Leads',
    statements: () => ['alter table lane add column campaigns text'],
  },
  {
    name: 'notices and the messages that tell of them',
    statements: (dialect) => [
      `create table notice (
         seq ${dialect.serialKey},
         at bigint not null,
         event text not null,
         connector text not null,
         code text,
         user_id text,
         detail text not null
       )`,
      `create table message (
         seq ${dialect.serialKey},
         id text not null,
         webhook text not null,
         event text not null,
         body text not null,
         at bigint not null,
         attempts integer not null,
         due_at bigint not null
       )`,
      'create index message_of on message (webhook, seq)',
    ],
  },
  {
    name: 'bulk loads',
    statements: () => [
      `create table bulk_load (
         connector text primary key,
         lease text not null,
         job_id text,
         users integer not null,
         processed integer not null,
         started_at bigint not null,
         held_until bigint not null
       )`,
    ],
  },
  {
    name: 'fields that late writes may have set, and what creates sent',
    statements: () => ['alter table lane add column doubted text', 'alter table lane add column sent text'],
  },
  {
    name: 'attempts by time',
    statements: () => [`create index journal_attempt on journal (at) where kind = 'attempt'`],
  },
  {
    name: 'credentials that were refused',
    statements: () => [
      'alter table gate add column credentials text',
      `create table refusal (
         connector text not null,
         credentials text not null,
         refusals integer not null,
         until bigint,
         retry_at bigint not null,
         primary key (connector, credentials)
       )`,
    ],
  },
  {
    name: 'creates of which nobody knows yet what came of them',
    statements: () => ['create index lane_sent on lane (connector) where sent is not null'],
  },
  {
    name: 'users who are held, whatever comes in between',
    statements: () => [
      'alter table lane add column held_at bigint',
      `update lane set held_at = coalesce(last_attempt_at, due_at)
        where state = 'held' or (state <> 'idle' and error like '%"REMOVAL_HELD"%')`,
      'create index lane_waits on lane (connector) where held_at is not null',
    ],
  },
  {
    name: 'Leads of users who were deactivated',
    // What an active user is told has no such mark; out of scope is what only the mapping knows.
    statements: (dialect) => [
      `update lane set told = case when told = '{}' then '{"#away":true}' else '{"#away":true,' || substr(told, 2) end
        where state = 'idle' and lead_id is not null and told like '{%' and error is null and user_id in (
          select resource.id from resource
          where cast(${dialect.scalar('resource.document', ['active'])} as text) = '${String(dialect.boolean(false))}'
        )`,
    ],
  },
];

/** The schema version of this program. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/** What the migrations make, for who looks whether it may be used. */
export const TABLE_NAMES = [
  'migration',
  'resource',
  'member',
  'membership_change',
  'unique_key',
  'search_key',
  'lane',
  'journal',
  'gate',
  'setting',
  'job',
  'import',
  'pause',
  'budget',
  'guard',
  'removal',
  'client',
  'notice',
  'message',
  'bulk_load',
  'refusal',
] as const;

/** @returns why a database of another schema version cannot be used, and what to do; undefined when it is this program's */
export function schemaFault(found: number): string | undefined {
  if (found === SCHEMA_VERSION) return undefined;
  if (found === 0) return 'the database has no tables of this program: run migrate, or serve';
  const advice = found < SCHEMA_VERSION ? 'run migrate' : 'run the newer program';
  return `the database has schema version ${found}, this program knows ${SCHEMA_VERSION}: ${advice}`;
}

/**
 * Brings the database to this program's schema version. One that is there already needs no right to create tables: the
 * service may then run as a user that cannot, with `migrate` run by another.
 *
 * @throws StorageUnavailable when the database was written by a newer program
 */
export function* migrate(dialect: Dialect, now: number): Transaction<SchemaChange> {
  const found = yield* schemaVersion(dialect);
  if (found > SCHEMA_VERSION) throw new StorageUnavailable(String(schemaFault(found)));
  if (found === SCHEMA_VERSION) return { from: found, to: found };
  for (const text of dialect.migrationPrelude) yield { text, values: [], slow: true };
  yield {
    text: 'create table if not exists migration (version integer primary key, name text not null, applied_at bigint not null)',
    values: [],
  };
  // Another process may have been faster to the lock.
  const from = yield* schemaVersion(dialect);
  for (const [index, migration] of MIGRATIONS.entries()) {
    if (index < from) continue;
    for (const text of migration.statements(dialect)) yield { text, values: [], slow: true };
    yield {
      text: 'insert into migration (version, name, applied_at) values ($1, $2, $3)',
      values: [index + 1, migration.name, now],
    };
  }
  return { from, to: SCHEMA_VERSION };
}

/** @returns 0 when there are no tables of this program */
export function* schemaVersion(dialect: Dialect): Transaction<number> {
  const [tables] = yield { text: dialect.countTables, values: ['migration'] };
  if (Number(tables?.['tables']) === 0) return 0;
  const [row] = yield { text: 'select coalesce(max(version), 0) as version from migration', values: [] };
  return Number(row?.['version']);
}
