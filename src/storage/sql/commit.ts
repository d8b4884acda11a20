/** One SCIM change as one transaction: resource, keys, journal and lanes together, or nothing. */
import { UniquenessConflict, VersionConflict } from '../errors.ts';
import type { Change, Derived, ResourceKey } from '../store.ts';
import type { Dialect } from './dialect.ts';
import { writeEntry } from './journal.ts';
import { keyValue } from './key-value.ts';
import { markDue, type Followers } from './mark-due.ts';
import { markMembersDue } from './mark-members-due.ts';
import { dropLists, endMemberships, noteChange, writeMembers } from './members.ts';
import type { Row, SqlValue, Statement, Transaction } from './transaction.ts';

/** What `display` of a resource is made of. */
const DISPLAY = 'displayName';

export function* commitChange(dialect: Dialect, change: Change, followers: Followers): Transaction<void> {
  // The resource row first: whoever holds it decides the order of journal sequence numbers.
  const seq = yield* writeResource(change);
  yield* writeKeys(dialect, change, seq);
  const members = yield* writeMembers(dialect, change);
  if (isRenaming(change)) yield noteChange(dialect, [change.id], change.at);
  if (!change.after) yield* endMemberships(dialect, change);
  yield writeEntry({ ...change, version: change.after?.resource.version ?? change.before?.version ?? 0 });
  // Lanes last: whoever holds one waits for no resource any more.
  for (const connector of followers.connectors) yield markDue(dialect, connector, change);
  const owner = isRenaming(change) || !change.after ? { owner: change.id } : {};
  yield* markMembersDue(dialect, followers, { members, ...owner, at: change.at });
  if (!change.after) yield* dropLists(change);
}

const isRenaming = ({ before, after, entry }: Change): boolean =>
  before !== undefined && after !== undefined && entry.changed.includes(DISPLAY);

function* writeResource(change: Change): Transaction<number> {
  const rows = yield* write(change);
  const seq = rows[0]?.['seq'];
  if (seq === undefined) throw new VersionConflict(change.type, change.id);
  return Number(seq);
}

function* write({ type, id, before, after }: Change): Transaction<readonly Row[]> {
  if (after && before) return yield updateResource(after, before.version);
  if (after) return yield insertResource(after);
  const text = 'delete from resource where id = $1 and type = $2 and version = $3 returning seq';
  return yield { text, values: [id, type, before?.version ?? null], one: true };
}

type After = NonNullable<Change['after']>;

const insertResource = ({ resource, ...derived }: After): Statement => ({
  one: true,
  text: `insert into resource (type, id, version, created_at, last_modified_at, document, display, folded)
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing returning seq`,
  values: [
    resource.type,
    resource.id,
    resource.version,
    resource.createdAt,
    resource.lastModifiedAt,
    resource.document,
    ...derivedValues(derived),
  ],
});

const updateResource = ({ resource, ...derived }: After, expectedVersion: number): Statement => ({
  one: true,
  text: `update resource set version = $1, last_modified_at = $2, document = $3, display = $4, folded = $5
         where id = $6 and type = $7 and version = $8 returning seq`,
  values: [
    resource.version,
    resource.lastModifiedAt,
    resource.document,
    ...derivedValues(derived),
    resource.id,
    resource.type,
    expectedVersion,
  ],
});

const derivedValues = ({ display, folded }: Derived): readonly SqlValue[] => [display ?? null, folded ?? null];

function* writeKeys(dialect: Dialect, { type, before, after }: Change, seq: number): Transaction<void> {
  const old = before?.keys ?? [];
  const fresh = after?.keys ?? [];
  for (const key of without(old, fresh)) {
    const text = `delete from ${tableOf(key)} where type = $1 and attribute = $2 and value = $3 and seq = $4`;
    yield { text, values: [type, key.attribute, keyValue(key.value), seq], unread: true };
  }
  const added = without(fresh, old);
  for (const key of added.filter((candidate) => candidate.unique)) yield* insertUnique(type, key, seq);
  const searched = added.filter((candidate) => !candidate.unique);
  if (searched.length > 0) yield insertSearched(dialect, type, searched, seq);
}

const tableOf = (key: ResourceKey): string => (key.unique ? 'unique_key' : 'search_key');

function without(keys: readonly ResourceKey[], others: readonly ResourceKey[]): readonly ResourceKey[] {
  const known = new Set(others.map(nameOf));
  return keys.filter((key) => !known.has(nameOf(key)));
}

const nameOf = ({ attribute, value }: ResourceKey): string => `${attribute} ${value}`;

function* insertUnique(type: string, key: ResourceKey, seq: number): Transaction<void> {
  const text = `insert into unique_key (type, attribute, value, seq) values ($1, $2, $3, $4)
                on conflict do nothing returning seq`;
  const rows = yield { text, values: [type, key.attribute, keyValue(key.value), seq], one: true };
  if (rows.length === 0) throw new UniquenessConflict(key.attribute);
}

/** As one parameter: a user may have thousands of addresses, and a statement has 32,766 parameters at most. */
function insertSearched(dialect: Dialect, type: string, keys: readonly ResourceKey[], seq: number): Statement {
  const source = dialect.rows('$3', 'k', { attribute: 'text', value: 'text' });
  const text = `insert into search_key (type, attribute, value, seq)
                select $1, k.attribute, k.value, cast($2 as bigint) from ${source} where true on conflict do nothing`;
  const json = keys.map(({ attribute, value }) => ({ attribute, value: keyValue(value) }));
  return { text, values: [type, seq, JSON.stringify(json)], unread: true };
}
