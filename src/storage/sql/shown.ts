/**
 * Attributes that show which lists a resource is in, e.g. `groups` of User. They are asked from the lists downward, once for a
 * statement: upward, each of 2,000 users under 61 nested groups would take a walk through all of them.
 */
import type { Attribute } from '../../scim/schema/attribute.ts';
import { displayOf, everybodyIn, listsIn, locationOf } from './elements.ts';
import { elementOf, nextAlias, type QueryContext, type Source, type Walk } from './query-context.ts';

/** The lists that an attribute shows; undefined for one that shows none. */
export function shownLists(attribute: Attribute, { kind }: Source, context: QueryContext): Lists | undefined {
  return kind === 'resource' ? context.memberLists.shown.get(context.type)?.get(attribute.path) : undefined;
}

type Lists = readonly string[];
type Test = (element: Source) => string;

/** Whether one of the elements passes the test: whether the resource is in a list of a holder that does. */
export function isInSome(attribute: Attribute, lists: Lists, context: QueryContext, test: Test): string {
  const direct = holders(attribute, lists, context, `'direct'`, test);
  if (!direct.asksHow) return `resource.id in ${everybodyIn(lists, `member.owner in ${direct.select}`, context)}`;
  const indirect = holders(attribute, lists, context, `'indirect'`, test);
  return direct.asksWho
    ? `(${isIn(lists, direct.select, context)} or ${isOnlyBeneath(lists, indirect.select, context)})`
    : `(${isInAny(lists, direct.select, context)} or ${isOnlyBeneathAny(lists, indirect.select, context)})`;
}

interface Holders {
  /** Of their ids. Where all holders pass or none does, it tells so by having a row. */
  readonly select: string;
  /** Whether it depends on `type`, which tells how a resource is in a list. */
  readonly asksHow: boolean;
  /** Whether it depends on the holder. */
  readonly asksWho: boolean;
}

/** @param how the resource is in the list, which `type` of the element tells */
function holders(attribute: Attribute, lists: Lists, context: QueryContext, how: string, test: Test): Holders {
  const alias = nextAlias(context);
  const element = elementOf(attribute, alias);
  const value = shownElement(attribute, context, how);
  const owners = ownerTypes(lists, context);
  const condition = test(element);
  const asks = (name: string): boolean => condition.includes(context.dialect.scalar(element.json, [name]));
  const [asksHow, asksWho] = [asks('type'), ['value', '$ref', 'display'].some(asks)];
  return {
    select: `(select ${alias}.id from (select holder.id, ${value} as value from resource as holder
      where holder.type in ${owners} ${asksHow && !asksWho ? 'limit 1' : ''}) as ${alias} where ${condition})`,
    asksHow,
    asksWho,
  };
}

const isIn = (lists: Lists, owners: string, context: QueryContext): string =>
  `resource.id in (select member.value from member where member.list in ${listsIn(lists, context)} and member.owner in ${owners})`;

/** @param condition a select that has a row when it holds */
const isInAny = (lists: Lists, condition: string, context: QueryContext): string =>
  `(exists ${condition} and exists (select 1 from member
      where member.value = resource.id and member.list in ${listsIn(lists, context)}))`;

/** Whether the resource is in a list of one of these owners by way of others, and not itself. */
function isOnlyBeneath(lists: Lists, owners: string, context: QueryContext): string {
  const inLists = listsIn(lists, context);
  const rises = rise(holds(lists, owners, context), lists, context);
  noteWalk(context, 'climbs', () => holds(lists, owners, context));
  noteWalk(
    context,
    'steps',
    () => `${rises} select 1 from rise cross join member where member.owner = rise.owner and member.list in ${inLists}`,
  );
  return `resource.id in (select member.value from (${rises}
      select rise.owner, rise.above from rise where rise.above in ${owners}) as found
    join member on member.owner = found.owner and member.list in ${inLists}
    where not exists (select 1 from member as direct
      where direct.owner = found.above and direct.value = member.value and direct.list in ${inLists}))`;
}

/**
 * Whether the resource is in some list by way of others, and not itself. If it is, then on the way up there is a first list
 * that it is not in, and that holds one that it is in: one step tells.
 *
 * @param condition a select that has a row when it holds
 */
function isOnlyBeneathAny(lists: Lists, condition: string, context: QueryContext): string {
  const inLists = listsIn(lists, context);
  noteWalk(
    context,
    'steps',
    () => `select 1 from (${holds(lists, condition, context)}) as found cross join member
      where member.owner = found.owner and member.list in ${inLists}`,
  );
  return `(exists ${condition} and exists (select 1 from member as held
      join member as above on above.value = held.owner and above.list in ${inLists}
    where held.value = resource.id and held.list in ${inLists}
      and not exists (select 1 from member as direct
        where direct.owner = above.owner and direct.value = resource.id and direct.list in ${inLists})))`;
}

/** Of each owner of lists those that hold it, once the condition, a select, has a row. */
const holds = (lists: Lists, condition: string, context: QueryContext): string =>
  `select member.value as owner, member.owner as above from resource as holder cross join member
    where holder.type in ${ownerTypes(lists, context)} and member.value = holder.id
      and member.list in ${listsIn(lists, context)} and exists ${condition}`;

/** @param select asked for only when somebody wants it: a parameter that nobody uses is an error to PostgreSQL */
function noteWalk({ walks }: QueryContext, kind: Walk['kind'], select: () => string): void {
  walks?.push({ kind, select: select() });
}

/** A `from` item with the first element alone, by which resources are sorted. */
export function firstShown(attribute: Attribute, lists: Lists, context: QueryContext, alias: string): string {
  const inLists = listsIn(lists, context);
  const how = `case when exists (select 1 from member where member.owner = holder.id and member.value = resource.id
    and member.list in ${inLists}) then 'direct' else 'indirect' end`;
  const itself = `select holder.id, holder.id from resource as holder where holder.type in ${ownerTypes(lists, context)}`;
  const rises = rise(itself, lists, context);
  noteWalk(context, 'climbs', () => holds(lists, '(select 1)', context));
  const first = `${rises}
    select rise.owner, min(holder.seq) as seq from rise join resource as holder on holder.id = rise.above group by rise.owner`;
  return `(select ${shownElement(attribute, context, how)} as value, holder.seq as position
    from resource as holder where holder.seq = (
      select min(first.seq) from member join (${first}) as first on first.owner = member.owner
      where member.value = resource.id and member.list in ${inLists})) as ${alias}`;
}

/**
 * Of each owner of lists all `above` it. They are few beside what is in the lists, so that a resource looks no
 * further than at the lists that it is in itself. `union` brings lists that hold each other to an end.
 *
 * @param first what is above each owner to begin with
 */
const rise = (first: string, lists: Lists, context: QueryContext): string =>
  `with recursive rise (owner, above) as (
      ${first}
      union
      select rise.owner, member.owner from rise join member on member.value = rise.above
      where member.list in ${listsIn(lists, context)}
    )`;

const shownElement = (attribute: Attribute, context: QueryContext, how: string): string =>
  context.dialect.object({
    value: 'holder.id',
    $ref: locationOf('holder', context),
    display: displayOf('holder', attribute, context),
    type: how,
  });

/** Of the resources that own one of the lists. */
export function ownerTypes(lists: Lists, { memberLists, parameters }: QueryContext): string {
  const owners = Array.from(memberLists.own).filter(([, own]) =>
    [...own.values()].some((list) => lists.includes(list)),
  );
  return `(${owners.map(([type]) => parameters.add(type)).join(', ')})`;
}
