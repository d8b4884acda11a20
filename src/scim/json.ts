/** What a JSON value is, and the few questions every other file asks of one (RFC 8259). */

export type Json = string | number | boolean | null | Json[] | JsonObject;

export interface JsonObject {
  [member: string]: Json;
}

/** Whether `value` is a JSON object: not null, not an array. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Names the kind of a value for a fault's detail; the value itself may be secret, its kind is not. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'nothing';
  if (typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER) return 'one too large to keep';
  return Array.isArray(value) ? 'an array' : (KINDS[typeof value] ?? typeof value);
}

const KINDS: Record<string, string> = {
  string: 'a string',
  number: 'a number',
  boolean: 'a boolean',
  object: 'an object',
};

/** A copy of a value of known shallow depth; not for input nobody has checked, which may be nested without end. */
export function cloneJson<T extends Json>(value: T): T;
export function cloneJson(value: Json): Json {
  if (Array.isArray(value)) return value.map((element) => cloneJson(element));
  if (!isObject(value)) return value;
  const copy: JsonObject = {};
  for (const member of Object.keys(value)) copy[member] = cloneJson(value[member] as Json);
  return copy;
}

/** Whether the value stands for "no value": null, and what has nothing in it (RFC 7643 §2.5). */
export function isUnassigned(value: Json): boolean {
  return value === null || (typeof value === 'object' && Object.keys(value).length === 0);
}

/** Reads a member whose name has any case, because SCIM names have none (RFC 7643 §2.1); the last one wins. */
export function memberOf(object: JsonObject, name: string): Json | undefined {
  const wanted = name.toLowerCase();
  const found = Object.keys(object).findLast((member) => member.toLowerCase() === wanted);
  return found === undefined ? undefined : object[found];
}

/** Removes a member; in its own words, because a computed `delete` reads like a slip. */
export function unassign(object: JsonObject, member: string): void {
  Reflect.deleteProperty(object, member);
}

/** Whether two values are equal, whatever the order of members. Recursive: for values of known shallow depth. */
export function equalJson(a: Json | undefined, b: Json | undefined): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((element, index) => equalJson(element, b[index]));
  }
  if (!isObject(a) || !isObject(b)) return a === b;
  const members = Object.keys(a);
  return members.length === Object.keys(b).length && members.every((member) => equalJson(a[member], b[member]));
}

/** Completes what is said of a string that is no text. */
export const UNSTORABLE = 'must not hold U+0000 or half a surrogate pair';

/** Whether a string is Unicode text that every database keeps: PostgreSQL refuses U+0000 and half a surrogate pair. */
export function isText(value: string): boolean {
  return !value.includes('\0') && value.isWellFormed();
}
