/** The elements of a multi-valued attribute as rows with `value` (JSON) and `position`, out of a document or a list. */
import type { Attribute } from '../../scim/schema/attribute.ts';
import { RESOURCE, type QueryContext, type Source } from './query-context.ts';

/**
 * A `from` item with the elements of `attribute` of the resource at hand: of its document, or of the lists that it owns.
 *
 * @param members a condition on the rows of a list that the resource owns, so that not all of them are read
 */
export function elementsOf(
  attribute: Attribute,
  source: Source,
  context: QueryContext,
  alias: string,
  members = 'true',
): string {
  const { memberLists, type, dialect } = context;
  const own = source.kind === 'resource' ? memberLists.own.get(type)?.get(attribute.path) : undefined;
  if (own !== undefined) return `(${ownElements(attribute, own, context, members)}) as ${alias}`;
  return dialect.elements(source.json, [...source.path, attribute.name], alias);
}

/** As it is answered: what the client sent, and what is known of the resource that it names. */
function ownElements(attribute: Attribute, list: string, context: QueryContext, members: string): string {
  const { dialect, parameters } = context;
  const known = dialect.object({
    $ref: locationOf('target', context),
    type: 'target.type',
    display: displayOf('target', attribute, context),
  });
  return `select ${dialect.overlay(known, 'member.element')} as value, member.seq as position
    from member left join resource as target on target.id = member.value
    where member.owner = resource.id and member.list = ${parameters.add(list)} and ${members}`;
}

/**
 * The ids of all that are in one of `lists` of these owners, directly or by way of others. `union` leaves out what is known
 * already, so that lists that hold each other come to an end.
 *
 * @param owners a condition on `member.owner`
 */
export function everybodyIn(lists: readonly string[], owners: string, context: QueryContext): string {
  const inLists = listsIn(lists, context);
  return `(with recursive beneath (value) as (
      select member.value from member where ${owners} and member.list in ${inLists}
      union
      select member.value from member join beneath on member.owner = beneath.value where member.list in ${inLists}
    )
    select value from beneath)`;
}

export const listsIn = (lists: readonly string[], { parameters }: QueryContext): string =>
  `(${lists.map((list) => parameters.add(list)).join(', ')})`;

export function locationOf(table: string, { locations, parameters }: QueryContext): string {
  const cases = Array.from(
    locations,
    ([type, prefix]) => `when ${parameters.add(type)} then ${parameters.add(prefix)} || ${table}.id`,
  );
  return cases.length === 0 ? 'null' : `case ${table}.type ${cases.join(' ')} end`;
}

/** In its comparable form where `display` is compared without regard to case. */
export function displayOf(table: string, attribute: Attribute, { dialect }: QueryContext): string {
  if (attribute.subAttribute('display')?.caseExact !== false) return `${table}.display`;
  return dialect.scalar(RESOURCE.json.replaceAll('resource.', `${table}.`), ['displayName']);
}
