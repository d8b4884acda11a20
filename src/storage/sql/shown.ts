/**
 * Attributes that show which lists a resource is in, e.g. `groups` of User. They are asked from the lists downward, once for a
 * statement: upward, each of 2,000 users under 61 nested groups would take a walk through all of them.
 */
import type { Attribute } from '../../scim/schema/attribute.ts';
import { displayOf, everybodyIn, listsIn, locationOf } from './elements.ts';
import { elementOf, nextAlias, type QueryContext, type Source } from './query-context.ts';

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
  const inLists = listsIn(lists, context);
  const indirect = holders(attribute, lists, context, `'indirect'`, test);
  return `(resource.id in (select member.value from member where member.list in ${inLists} and member.owner in ${direct.select})
    or ${isOnlyBeneath(lists, indirect.select, context)})`;
}

/** @param how the resource is in the list, which `type` of the element tells */
function holders(
  attribute: Attribute,
  lists: Lists,
  context: QueryContext,
  how: string,
  test: Test,
): { readonly select: string; readonly asksHow: boolean } {
  const alias = nextAlias(context);
  const element = elementOf(attribute, alias);
  const value = shownElement(attribute, context, how);
  const owners = ownerTypes(lists, context);
  const condition = test(element);
  return {
    select: `(select ${alias}.id from (select holder.id, ${value} as value from resource as holder
      where holder.type in ${owners}) as ${alias} where ${condition})`,
    asksHow: condition.includes(context.dialect.scalar(element.json, ['type'])),
  };
}

/** Whether the resource is in a list of one of these owners by way of others, and not itself. */
function isOnlyBeneath(lists: Lists, owners: string, context: QueryContext): string {
  const inLists = listsIn(lists, context);
  return `resource.id in (select member.value from (${rise(lists, context)}
      select rise.owner, rise.above from rise where rise.above in ${owners}) as found
    join member on member.owner = found.owner and member.list in ${inLists}
    where not exists (select 1 from member as direct
      where direct.owner = found.above and direct.value = member.value and direct.list in ${inLists}))`;
}

/** A `from` item with the first element alone, by which resources are sorted. */
export function firstShown(attribute: Attribute, lists: Lists, context: QueryContext, alias: string): string {
  const inLists = listsIn(lists, context);
  const how = `case when exists (select 1 from member where member.owner = holder.id and member.value = resource.id
    and member.list in ${inLists}) then 'direct' else 'indirect' end`;
  const first = `${rise(lists, context)}
    select rise.owner, min(holder.seq) as seq from rise join resource as holder on holder.id = rise.above group by rise.owner`;
  return `(select ${shownElement(attribute, context, how)} as value, holder.seq as position
    from resource as holder where holder.seq = (
      select min(first.seq) from member join (${first}) as first on first.owner = member.owner
      where member.value = resource.id and member.list in ${inLists})) as ${alias}`;
}

/**
 * Of each owner of lists, itself and all `above` it. They are few beside what is in the lists, so that a resource looks no
 * further than at the lists that it is in itself. `union` brings lists that hold each other to an end.
 */
const rise = (lists: Lists, context: QueryContext): string =>
  `with recursive rise (owner, above) as (
      select holder.id, holder.id from resource as holder where holder.type in ${ownerTypes(lists, context)}
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
function ownerTypes(lists: Lists, { memberLists, parameters }: QueryContext): string {
  const owners = Array.from(memberLists.own).filter(([, own]) =>
    [...own.values()].some((list) => lists.includes(list)),
  );
  return `(${owners.map(([type]) => parameters.add(type)).join(', ')})`;
}
