/** Membership lists as rows: one element more or less costs the same in a list of none and of a hundred thousand. */
import { VersionConflict } from '../errors.ts';
import type {
  Change,
  Member,
  MemberRequest,
  Membership,
  MembersChange,
  StoredMember,
  StoredResource,
} from '../store.ts';
import type { Dialect } from './dialect.ts';
import { writeEntry } from './journal.ts';
import { keyValue } from './key-value.ts';
import { markDue, type Followers } from './mark-due.ts';
import { markMembersDue } from './mark-members-due.ts';
import { isOneOf } from './one-of.ts';
import { resourceColumns, toResource } from './resources.ts';
import { Parameters, type Driver, type Row, type Statement, type Transaction } from './transaction.ts';

/** @returns whom the rows name that came, changed or went */
export function* writeMembers(
  dialect: Dialect,
  { id, members = [], at }: Pick<Change, 'id' | 'members' | 'at'>,
): Transaction<readonly string[]> {
  const written: Row[] = [];
  for (const { list, put, removed } of members) {
    if (removed.length > 0) written.push(...(yield deleteMembers(dialect, list, id, removed)));
    if (put.length > 0) written.push(...(yield putMembers(dialect, list, id, put)));
  }
  const ids = written.map(({ value }) => String(value));
  if (ids.length > 0) yield noteChange(dialect, ids, at);
  return ids;
}

/** Also for a resource that changes its name: lists that show it change with it. */
export function noteChange(dialect: Dialect, ids: readonly string[], at: number): Statement {
  const source = dialect.rows('$1', 'changed', { id: 'text' });
  const text = `insert into membership_change (id, at)
    select distinct changed.id, cast($2 as bigint) from ${source} where true order by 1 ${NOTED_ANEW}`;
  return { text, values: [JSON.stringify(ids.map((id) => ({ id }))), at], unread: true };
}

const NOTED_ANEW = 'on conflict (id) do update set at = excluded.at where membership_change.at < excluded.at';

function deleteMembers(dialect: Dialect, list: string, owner: string, values: readonly string[]): Statement {
  const parameters = new Parameters();
  const text = `delete from member where owner = ${parameters.add(owner)} and list = ${parameters.add(list)}
    and ${isOneOf(dialect, 'value', values, parameters)} returning value`;
  return { text, values: parameters.values };
}

function putMembers(dialect: Dialect, list: string, owner: string, put: readonly Member[]): Statement {
  const source = dialect.rows('$3', 'm', { value: 'text', element: 'text' });
  const text = `insert into member (list, owner, value, element)
    select $1, $2, m.value, m.element from ${source} where true
    on conflict (owner, list, value) do update set element = excluded.element where member.element <> excluded.element
    returning value`;
  const rows = put.map(({ value, element }) => ({ value: keyValue(value), element }));
  return { text, values: [list, owner, JSON.stringify(rows)] };
}

/** Gives a resource its next version, with nothing else about it changed. */
const touch = (dialect: Dialect, id: string, at: number): Statement => ({
  one: true,
  text: `update resource set version = version + 1,
           last_modified_at = case when last_modified_at > $2 then last_modified_at else $2 end
         where id = $1 returning ${resourceColumns(dialect)}`,
  values: [id, at],
});

/** Whoever changes lists locks their resource first: the second of two changes waits here, and finds what the first left. */
export function* commitMembers(
  dialect: Dialect,
  { type, id, members, entry, at }: MembersChange,
  followers: Followers,
): Transaction<StoredResource> {
  const before = yield {
    text: `select ${resourceColumns(dialect)} from resource where id = $1 and type = $2 ${dialect.locked('resource')}`,
    values: [id, type],
    one: true,
  };
  if (before[0] === undefined) throw new VersionConflict(type, id);
  const concerned = yield* writeMembers(dialect, { id, members, at });
  if (concerned.length === 0) return toResource(before[0]);
  const [row] = yield touch(dialect, id, at);
  const after = toResource(row as Row);
  yield writeEntry({ ...after, entry, at });
  for (const connector of followers.connectors) yield markDue(dialect, connector, { id, at });
  yield* markMembersDue(dialect, followers, { members: concerned, at });
  return after;
}

/** Ends all memberships of a resource that is gone; whoever held it has changed, and its journal says so. */
export function* endMemberships(dialect: Dialect, change: Pick<Change, 'id' | 'entry' | 'at'>): Transaction<void> {
  while (yield* endRound(dialect, change));
}

/** Empties the lists of a resource that is gone, once those who were in them are marked. */
export function* dropLists({ id, at }: Pick<Change, 'id' | 'at'>): Transaction<void> {
  yield {
    text: `insert into membership_change (id, at)
      select distinct value, cast($2 as bigint) from member where owner = $1 order by 1 ${NOTED_ANEW}`,
    values: [id, at],
    unread: true,
  };
  yield { text: 'delete from member where owner = $1', values: [id], unread: true };
}

/**
 * One round does on SQLite. On PostgreSQL another list may have taken the resource in while this one waited for the locks,
 * and no list may lose an element without a version and an entry: what was not locked is left to the next round.
 *
 * @returns whether there was a membership to end
 */
function* endRound(dialect: Dialect, { id, entry, at }: Pick<Change, 'id' | 'entry' | 'at'>): Transaction<boolean> {
  // Locked in one order, so that two deletions never wait for each other.
  const text = `select resource.id from resource
    where resource.id in (select owner from member where value = $1) order by resource.seq ${dialect.locked('resource')}`;
  const owners = (yield { text, values: [id] }).map((row) => String(row['id']));
  if (owners.length === 0) return false;
  const ended = attributesByOwner(yield endHeldBy(dialect, owners, id));
  for (const owner of owners) {
    const changed = ended.get(owner);
    const [row] = changed ? yield touch(dialect, owner, at) : [];
    if (row && changed) yield writeEntry({ ...toResource(row), entry: { ...entry, operation: 'patch', changed }, at });
  }
  return true;
}

function endHeldBy(dialect: Dialect, owners: readonly string[], value: string): Statement {
  const parameters = new Parameters();
  const text = `delete from member where value = ${parameters.add(value)}
    and ${isOneOf(dialect, 'owner', owners, parameters)} returning owner, list`;
  return { text, values: parameters.values };
}

function attributesByOwner(rows: readonly Row[]): ReadonlyMap<string, readonly string[]> {
  const attributes = new Map<string, string[]>();
  for (const { owner, list } of rows)
    attributes.set(String(owner), [...(attributes.get(String(owner)) ?? []), attributeOf(String(list))]);
  return attributes;
}

/** Of `Group.members`. */
const attributeOf = (list: string): string => list.slice(list.indexOf('.') + 1);

export async function readMembers(
  driver: Driver,
  dialect: Dialect,
  request: MemberRequest,
): Promise<readonly StoredMember[]> {
  if (isNobody(request)) return [];
  const parameters = new Parameters();
  const text = `select member.owner, member.value, member.element, target.type, target.display
    from ${requested(dialect, request, parameters)} order by member.owner, member.seq`;
  return (await driver.read({ text, values: parameters.values })).map(toMember);
}

export const isNobody = ({ owners, values }: MemberRequest): boolean => owners.length === 0 || values?.length === 0;

/** What follows `from`: rows of `member`, each with the resource that it names as `target`. */
export function requested(dialect: Dialect, { list, owners, values }: MemberRequest, parameters: Parameters): string {
  const given = [
    `member.list = ${parameters.add(list)}`,
    isOneOf(dialect, 'member.owner', owners, parameters),
    ...(values === undefined ? [] : [isOneOf(dialect, 'member.value', values, parameters)]),
  ];
  return `member left join resource as target on target.id = member.value where ${given.join(' and ')}`;
}

const toMember = (row: Row): StoredMember => ({
  owner: String(row['owner']),
  value: String(row['value']),
  element: String(row['element']),
  ...(row['type'] !== null && { target: toNamed(row) }),
});

const toNamed = ({ type, display }: Row): { readonly type: string; readonly display?: string } => ({
  type: String(type),
  ...(typeof display === 'string' && { display }),
});

export async function hasMoreMembers(driver: Driver, list: string, owner: string, count: number): Promise<boolean> {
  const text = 'select 1 as more from member where owner = $1 and list = $2 limit 1 offset $3';
  return (await driver.read({ text, values: [owner, list, count] })).length > 0;
}

export async function readMemberships(
  driver: Driver,
  dialect: Dialect,
  lists: readonly string[],
  members: readonly string[],
): Promise<readonly Membership[]> {
  if (lists.length === 0 || members.length === 0) return [];
  const parameters = new Parameters();
  const text = `with recursive ${above(dialect, lists, members, parameters)}
    select above.member, owner.id, owner.type, owner.display, max(above.direct) as direct
    from above join resource as owner on owner.id = above.owner
    group by above.member, owner.seq, owner.id, owner.type, owner.display order by owner.seq`;
  return (await driver.read({ text, values: parameters.values })).map(toMembership);
}

/** `union` leaves out what is known already, so that lists that hold each other come to an end. */
export const above = (
  dialect: Dialect,
  lists: readonly string[],
  members: readonly string[],
  parameters: Parameters,
): string => `above (member, owner, direct) as (
      select member.value, member.owner, 1 from member
      where ${isOneOf(dialect, 'member.value', members, parameters)} and ${isOneOf(dialect, 'member.list', lists, parameters)}
      union
      select above.member, member.owner, 0 from above join member on member.value = above.owner
      where ${isOneOf(dialect, 'member.list', lists, parameters)}
    )`;

const toMembership = (row: Row): Membership => ({
  member: String(row['member']),
  owner: { id: String(row['id']), ...toNamed(row) },
  direct: Number(row['direct']) === 1,
});

/** Of the member, and of all that it is in: whatever they show of it changes with each of them. */
export async function membershipsChangedAt(
  driver: Driver,
  dialect: Dialect,
  lists: readonly string[],
  member: string,
): Promise<number | undefined> {
  const parameters = new Parameters();
  const text = `with recursive above (id) as (
      select cast(${parameters.add(member)} as text)
      union
      select member.owner from above join member on member.value = above.id
      where ${isOneOf(dialect, 'member.list', lists, parameters)}
    )
    select max(membership_change.at) as at from above join membership_change on membership_change.id = above.id`;
  const [row] = await driver.read({ text, values: parameters.values });
  return row?.['at'] === null || row?.['at'] === undefined ? undefined : Number(row['at']);
}

export async function haveMembersChanged(driver: Driver, list: string, owner: string, since: number): Promise<boolean> {
  const text = `select 1 as changed from member join resource as target on target.id = member.value
    where member.owner = $1 and member.list = $2 and target.last_modified_at >= $3 limit 1`;
  return (await driver.read({ text, values: [owner, list, since] })).length > 0;
}
