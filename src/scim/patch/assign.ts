/** Whether an attribute may get a value, lose it or change it, and doing so (RFC 7644 §3.5.2, RFC 7643 §2.2). */
import { invalidValue, mutability } from '../errors.ts';
import { equalJson, unassign, type Json, type JsonObject } from '../json.ts';
import type { Attribute } from '../schema/attribute.ts';

/**
 * Assigns a value, or none.
 *
 * "A client MAY 'add' a value to an 'immutable' attribute if the attribute had no previous value" (RFC 7644 §3.5.2).
 *
 * @throws ScimError mutability, or invalidValue when a required attribute would be left without a value
 */
export function assign(container: JsonObject, attribute: Attribute, value: Json | undefined): void {
  const before = container[attribute.name];
  if (attribute.mutability === 'immutable' && before !== undefined && !equalJson(before, value)) {
    throw mutability(`${attribute.path} is immutable and has a value already`);
  }
  if (value === undefined && attribute.required) throw invalidValue(`${attribute.path} is required`);
  if (value === undefined) unassign(container, attribute.name);
  else container[attribute.name] = value;
}

/** @throws ScimError mutability for a required attribute (RFC 7644 §3.5.2.2) or an immutable one that has a value */
export function removeAttribute(container: JsonObject, attribute: Attribute): void {
  if (attribute.required) throw mutability(`${attribute.path} is required and cannot be removed`);
  assign(container, attribute, undefined);
}
