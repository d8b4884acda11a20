/** Whose lanes a change of membership lists makes due: of all who are in them, directly and by way of others. */
import type { Dialect } from './dialect.ts';
import { dueSet, type Followers } from './mark-due.ts';
import { isOneOf, valuesGiven } from './one-of.ts';
import { Parameters, type Statement, type Transaction } from './transaction.ts';

/**
 * Right after the journal entry of the change, while the lists are still there; one statement a connector, however many users.
 *
 * @param members that came or went
 * @param owner whose name changed, or that is gone: all in its lists are concerned
 */
export function* markMembersDue(
  dialect: Dialect,
  { readers, owners }: Followers,
  { members, owner, at }: { readonly members: readonly string[]; readonly owner?: string; readonly at: number },
): Transaction<void> {
  const ids = owner === undefined ? members : [...members, owner];
  if (readers.size === 0 || ids.length === 0) return;
  const parameters = new Parameters();
  const isWide = owner === undefined ? holdsOwner(dialect, members, owners, parameters) : '1 = 1';
  const [row] = yield { text: dialect.keepApart(isWide), values: parameters.values };
  const mark = isTrue(row?.['wide']) ? markBeneath : markThese;
  for (const [connector, lists] of readers) yield mark(dialect, connector, { lists, ids, at });
}

/** Engines have booleans, or numbers for them. */
const isTrue = (value: unknown): boolean => value === true || value === 1;

/**
 * Who joins a group while it gets another name, in another transaction, would be seen by neither: not yet a member for one,
 * and for a delivery right after the other still a member of the old name. So changes that concern lists in lists are alone.
 */
const holdsOwner = (
  dialect: Dialect,
  ids: readonly string[],
  owners: readonly string[],
  parameters: Parameters,
): string => `exists (select 1 from resource where ${isOneOf(dialect, 'resource.id', ids, parameters)}
    and ${isOneOf(dialect, 'resource.type', owners, parameters)})`;

interface Concerned {
  readonly lists: readonly string[];
  readonly ids: readonly string[];
  readonly at: number;
}

/** The common case: members that are no lists themselves. Planned as what it is, whatever the size of their lists. */
function markThese(dialect: Dialect, connector: string, { ids, at }: Concerned): Statement {
  const parameters = new Parameters();
  const time = `cast(${parameters.add(at)} as bigint)`;
  const text = `update lane set ${dueSet(dialect.latestJournalSeq, time)}
    where connector = ${parameters.add(connector)} and ${isOneOf(dialect, 'user_id', ids, parameters)}`;
  return { text, values: parameters.values, unread: true };
}

/** Lanes are locked in one order, so that two such changes never wait for each other. */
function markBeneath(dialect: Dialect, connector: string, { lists, ids, at }: Concerned): Statement {
  const parameters = new Parameters();
  const [name, time] = [parameters.add(connector), `cast(${parameters.add(at)} as bigint)`];
  const text = `with recursive concerned (id) as (
      ${valuesGiven(dialect, ids, parameters)}
      union
      select ${dialect.asId('member.value')} from concerned join member on member.owner = concerned.id
      where ${isOneOf(dialect, 'member.list', lists, parameters)}
    ), marked as materialized (
      select lane.user_id from concerned cross join lane
      where lane.user_id = concerned.id and lane.connector = ${name} order by lane.user_id ${dialect.locked('lane')}
    )
    update lane set ${dueSet(dialect.latestJournalSeq, time)}
    where connector = ${name} and user_id in (select marked.user_id from marked)`;
  return { text, values: parameters.values, unread: true, slow: true };
}
