/** Which columns of which tables an export holds, under which names: the one list that export and import share. */
import type { RecordKind } from '../transfer.ts';
import type { ColumnType } from './dialect.ts';

export interface Column {
  readonly name: string;
  /** Of the record's member. */
  readonly member: string;
  /** `json`: a text column with JSON in it; the record holds the value itself. */
  readonly type: ColumnType | 'json';
  readonly nullable: boolean;
}

export interface Table {
  readonly name: RecordKind;
  readonly columns: readonly Column[];
  /** By which its rows are told apart and paged. */
  readonly key: readonly string[];
}

const column = (name: string, type: Column['type'], nullable = false): Column => ({
  name,
  type,
  nullable,
  member: name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
});
const optional = (name: string, type: Column['type']): Column => column(name, type, true);

/** Not here: leases, which belong to processes, and the tables that are made from documents. */
export const TABLES: Readonly<Record<RecordKind, Table>> = {
  resource: {
    name: 'resource',
    key: ['seq'],
    columns: [
      column('seq', 'bigint'),
      column('type', 'text'),
      column('id', 'text'),
      column('version', 'bigint'),
      column('created_at', 'bigint'),
      column('last_modified_at', 'bigint'),
      column('document', 'json'),
    ],
  },
  member: {
    name: 'member',
    key: ['seq'],
    columns: [
      column('seq', 'bigint'),
      column('list', 'text'),
      column('owner', 'text'),
      column('value', 'text'),
      column('element', 'json'),
    ],
  },
  lane: {
    name: 'lane',
    key: ['user_id', 'connector'],
    columns: [
      column('connector', 'text'),
      column('user_id', 'text'),
      column('state', 'text'),
      column('due_at', 'bigint'),
      column('attempts', 'bigint'),
      column('tail_seq', 'bigint'),
      column('head_seq', 'bigint'),
      column('doubts', 'bigint'),
      optional('doubted', 'text'),
      optional('lead_id', 'text'),
      optional('origin', 'text'),
      optional('told', 'json'),
      optional('ended', 'json'),
      optional('sent', 'json'),
      optional('campaigns', 'json'),
      optional('error', 'json'),
      optional('last_attempt_at', 'bigint'),
      optional('last_delivered_at', 'bigint'),
      optional('verdict', 'text'),
      optional('verdict_seq', 'bigint'),
      optional('held_at', 'bigint'),
    ],
  },
  journal: {
    name: 'journal',
    key: ['seq'],
    columns: [
      column('seq', 'bigint'),
      column('at', 'bigint'),
      { ...column('kind', 'text'), member: 'event' },
      column('type', 'text'),
      column('id', 'text'),
      column('version', 'bigint'),
      column('detail', 'json'),
    ],
  },
  gate: {
    name: 'gate',
    key: ['connector'],
    columns: [
      column('connector', 'text'),
      column('class', 'text'),
      column('reason', 'text'),
      column('failures', 'bigint'),
      optional('until', 'bigint'),
    ],
  },
  pause: {
    name: 'pause',
    key: ['connector'],
    columns: [column('connector', 'text'), column('reason', 'text'), column('actor', 'text'), column('at', 'bigint')],
  },
};
