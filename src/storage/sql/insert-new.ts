/** New resources by a few statements for all of them: what `commitChange` writes for each, where nothing is in its way. */
import type { Change, MembersChange, ResourceKey } from '../store.ts';
import type { Dialect, ManyRows } from './dialect.ts';
import { keyValue } from './key-value.ts';
import type { Row, Transaction } from './transaction.ts';

/** The creation of a resource without members. */
export interface Creation extends Omit<Change, 'before' | 'members'> {
  readonly after: NonNullable<Change['after']>;
}

export const isCreation = (change: Change | MembersChange): change is Creation =>
  'after' in change && !change.before && !change.members?.length;

/**
 * @param followers connectors whose lanes follow a type of resource
 * @returns false when something is in the way: what was written until then is to be undone
 */
export function* insertNew(
  dialect: Dialect,
  creations: readonly Creation[],
  followers: (type: string) => readonly string[],
): Transaction<boolean> {
  const resources = yield* insertMany(dialect, resourceRows(creations), 'id, seq');
  const seqs = numbersById(resources);
  const keys = creations.flatMap((creation) => keyRows(creation, seqs.get(creation.id) ?? 0));
  const unique = keys.filter((key) => key.unique).map(({ row }) => row);
  const taken = yield* insertMany(dialect, { table: 'unique_key', columns: KEY_COLUMNS, rows: unique }, 'seq');
  if (resources.length < creations.length || taken.length < unique.length) return false;
  const searched = keys.filter((key) => !key.unique).map(({ row }) => row);
  yield* insertMany(dialect, { table: 'search_key', columns: KEY_COLUMNS, rows: searched }, 'seq');
  const entries = numbersById(yield* insertMany(dialect, entryRows(creations), 'id, seq'));
  const lanes = laneRows(creations, followers, entries);
  const due = yield* insertMany(dialect, lanes, 'user_id');
  return due.length === lanes.rows.length;
}

type Rows = Omit<ManyRows, 'rest'>;

function* insertMany(dialect: Dialect, rows: Rows, returning: string): Transaction<readonly Row[]> {
  const inserted: Row[] = [];
  const rest = `on conflict do nothing returning ${returning}`;
  for (const statement of dialect.insertMany({ ...rows, rest })) inserted.push(...(yield statement));
  return inserted;
}

const numbersById = (rows: readonly Row[]): ReadonlyMap<string, number> =>
  new Map(rows.map(({ id, seq }) => [String(id), Number(seq)]));

const resourceRows = (creations: readonly Creation[]): Rows => ({
  table: 'resource',
  columns: {
    type: 'text',
    id: 'text',
    version: 'bigint',
    created_at: 'bigint',
    last_modified_at: 'bigint',
    document: 'document',
    display: 'text',
    folded: 'document',
  },
  rows: creations.map(({ after: { resource, display, folded } }) => ({
    type: resource.type,
    id: resource.id,
    version: resource.version,
    created_at: resource.createdAt,
    last_modified_at: resource.lastModifiedAt,
    document: resource.document,
    display: display ?? null,
    folded: folded ?? null,
  })),
});

const KEY_COLUMNS = { type: 'text', attribute: 'text', value: 'text', seq: 'bigint' } as const;

const keyRows = ({ type, after }: Creation, seq: number) =>
  after.keys.map(({ attribute, value, unique }: ResourceKey) => ({
    unique,
    row: { type, attribute, value: keyValue(value), seq },
  }));

const entryRows = (creations: readonly Creation[]): Rows => ({
  table: 'journal',
  columns: { at: 'bigint', kind: 'text', type: 'text', id: 'text', version: 'bigint', detail: 'text' },
  rows: creations.map(({ at, type, id, after, entry }) => ({
    at,
    kind: 'change',
    type,
    id,
    version: after.resource.version,
    detail: JSON.stringify(entry),
  })),
});

const laneRows = (
  creations: readonly Creation[],
  followers: (type: string) => readonly string[],
  entries: ReadonlyMap<string, number>,
): Rows => ({
  table: 'lane',
  columns: {
    connector: 'text',
    user_id: 'text',
    state: 'text',
    due_at: 'bigint',
    attempts: 'bigint',
    tail_seq: 'bigint',
    head_seq: 'bigint',
  },
  rows: creations.flatMap(({ type, id, at }) =>
    followers(type).map((connector) => ({
      connector,
      user_id: id,
      state: 'due',
      due_at: at,
      attempts: 0,
      tail_seq: entries.get(id) ?? 0,
      head_seq: 0,
    })),
  ),
});
