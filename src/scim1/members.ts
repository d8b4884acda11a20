/** Members that a SCIM 1.1 client names instead of giving their ids: who they are, and the body once that is known. */
import { isObject, memberOf, type Json, type JsonObject } from '../scim/json.ts';
import type { Attribute } from '../scim/schema/attribute.ts';

/** Names of the members that have no `value`, each once. @param body as it was sent */
export function namesOfMembers(lists: readonly Attribute[], body: unknown): readonly string[] {
  if (!isObject(body)) return [];
  const values = Object.entries(body).filter(([name]) => isOneOf(lists, name));
  return [...new Set(values.flatMap(([, value]) => elementsOf(value).flatMap((element) => nameOf(element) ?? [])))];
}

/** The body with ids in place of the names; a member whose name has no id is left out. */
export function withMemberValues(
  lists: readonly Attribute[],
  body: unknown,
  ids: ReadonlyMap<string, string>,
): JsonObject {
  const members = Object.entries(isObject(body) ? body : {});
  return Object.fromEntries(
    members.map(([name, value]) => [name, isOneOf(lists, name) ? withValues(value, ids) : value]),
  );
}

const isOneOf = (lists: readonly Attribute[], name: string): boolean =>
  lists.some((list) => list.name.toLowerCase() === name.toLowerCase());

function withValues(value: Json, ids: ReadonlyMap<string, string>): Json {
  return elementsOf(value).flatMap((element): Json[] => {
    const name = nameOf(element);
    if (name === undefined) return [element];
    const id = ids.get(name);
    return id === undefined || !isObject(element) ? [] : [{ ...element, value: id }];
  });
}

const elementsOf = (value: Json): readonly Json[] => (Array.isArray(value) ? value : [value]);

function nameOf(element: Json): string | undefined {
  if (!isObject(element) || (memberOf(element, 'value') ?? '') !== '') return undefined;
  const display = memberOf(element, 'display');
  return typeof display === 'string' && display !== '' ? display : undefined;
}
