/** Elements of membership lists between a resource, which has them as an attribute, and the store, which has them as rows. */
import { foldCase } from '../scim/comparable.ts';
import { invalidValue } from '../scim/errors.ts';
import { equalJson, isObject, type Json, type JsonObject } from '../scim/json.ts';
import type { PatchOperation } from '../scim/patch/parse.ts';
import { touchedElements, type Touched } from '../scim/patch/touched.ts';
import type { ResourceType } from '../scim/schema/resource-type.ts';
import type { MemberChange, MemberRequest, StoredMember } from '../storage/store.ts';
import type { OperationContext } from './context.ts';
import { locationOf } from './location.ts';
import type { MembershipList } from './memberships.ts';

/** Elements that were read before a change, by list: all of a list or the ones that the change can touch. */
export type HeldMembers = ReadonlyMap<MembershipList, readonly JsonObject[]>;

export const NO_MEMBERS: HeldMembers = new Map();

/** All elements of all lists of a resource. */
export const readAllMembers = (context: OperationContext, type: ResourceType, id: string): Promise<HeldMembers> =>
  readHeld(context, type, id, () => 'all');

/** The elements that operations can touch. */
export const readTouchedMembers = (
  context: OperationContext,
  type: ResourceType,
  id: string,
  touched: TouchedLists,
): Promise<HeldMembers> => readHeld(context, type, id, (list) => touched.get(list)?.values ?? new Set());

export type TouchedLists = ReadonlyMap<MembershipList, Touched>;

export function touchedLists(
  { memberships }: OperationContext,
  type: ResourceType,
  operations: readonly PatchOperation[],
): TouchedLists {
  const lists = memberships.listsOf(type.name);
  return new Map(lists.map((list) => [list, touchedElements(type, list.attribute, operations)]));
}

/** Whether operations change single elements of one list and nothing else: they are right in any order with others. */
export const touchesElementsAlone = (touched: TouchedLists): boolean =>
  [...touched.values()].some(({ alone, values }) => alone && values !== 'all');

async function readHeld(
  context: OperationContext,
  type: ResourceType,
  id: string,
  valuesOf: (list: MembershipList) => Touched['values'],
): Promise<HeldMembers> {
  const held = new Map<MembershipList, readonly JsonObject[]>();
  for (const list of context.memberships.listsOf(type.name)) {
    const values = valuesOf(list);
    const request: MemberRequest = { list: list.name, owners: [id] };
    const some = values === 'all' ? request : { ...request, values: [...values].map((value) => fold(list, value)) };
    const members = await context.store.readMembers(some);
    held.set(
      list,
      members.map((member) => memberElement(context, member)),
    );
  }
  return held;
}

/** The element as it is answered: what the client sent, and what is known of the resource that it names. */
export function memberElement(context: OperationContext, { element, target }: StoredMember): JsonObject {
  // Written by `memberChanges` only.
  const sent = JSON.parse(element) as JsonObject & { readonly value: string };
  if (!target) return sent;
  const { value, ...rest } = sent;
  return {
    value,
    $ref: locationOf(context, target.type, value),
    type: target.type,
    ...(target.display !== undefined && { display: target.display }),
    ...rest,
  };
}

/** The resource with the elements as attributes. */
export function withHeld(resource: JsonObject, held: HeldMembers): JsonObject {
  const whole: JsonObject = { ...resource };
  for (const [{ attribute }, elements] of held) if (elements.length > 0) whole[attribute.name] = [...elements];
  return whole;
}

/** The resource without its membership lists, as it becomes a document. */
export function withoutLists({ memberships }: OperationContext, type: ResourceType, resource: JsonObject): JsonObject {
  const names = new Set(memberships.listsOf(type.name).map(({ attribute }) => attribute.name));
  if (names.size === 0) return resource;
  return Object.fromEntries(Object.entries(resource).filter(([name]) => !names.has(name)));
}

/**
 * What brings the lists from `held` to what `resource` has; nothing for a list that stays as it is.
 *
 * @throws ScimError invalidValue for an element without a `value`
 */
export function memberChanges(
  { memberships }: OperationContext,
  type: ResourceType,
  held: HeldMembers,
  resource: JsonObject,
): readonly MemberChange[] {
  return memberships.listsOf(type.name).flatMap((list) => {
    const before = byValue(list, held.get(list) ?? []);
    const after = byValue(list, elementsOf(resource[list.attribute.name]));
    const put = Array.from(after).filter(([value, element]) => !equalJson(before.get(value), element));
    const removed = [...before.keys()].filter((value) => !after.has(value));
    if (put.length === 0 && removed.length === 0) return [];
    return [
      {
        list: list.name,
        put: put.map(([value, element]) => ({ value, element: JSON.stringify(element) })),
        removed,
      },
    ];
  });
}

const elementsOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);

/** Somebody who is named twice is a member once, as the last element says. */
function byValue(list: MembershipList, elements: readonly Json[]): ReadonlyMap<string, Json> {
  return new Map(elements.map((element, index) => [valueOf(list, element, index), element]));
}

function valueOf(list: MembershipList, element: Json, index: number): string {
  const value = isObject(element) ? element['value'] : undefined;
  if (typeof value === 'string') return fold(list, value);
  throw invalidValue(`${list.attribute.path}[${index}].value is missing: it says who is meant`);
}

const fold = ({ attribute }: MembershipList, value: string): string =>
  attribute.subAttribute('value')?.caseExact === false ? foldCase(value) : value;
