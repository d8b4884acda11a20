/** Whether a change leaves immutable attributes alone (RFC 7643 §2.2, RFC 7644 §3.5.1). */
import { mutability } from './errors.ts';
import { equalJson, isObject, type Json, type JsonObject } from './json.ts';
import type { Attribute } from './schema/attribute.ts';
import type { ResourceType } from './schema/resource-type.ts';

/**
 * Refuses to change or remove an immutable attribute that has a value.
 *
 * Elements of a multi-valued attribute come and go as wholes: a group member with another `display` is another element,
 * and a PUT with a renamed member must not fail for it.
 *
 * @throws ScimError mutability naming the attribute
 */
export function checkImmutable(resourceType: ResourceType, before: JsonObject, after: JsonObject): void {
  checkMembers(resourceType.attributes, before, after);
  for (const { urn } of resourceType.extensions) {
    checkMembers(resourceType.extensionAttributes(urn), objectOf(before[urn]), objectOf(after[urn]));
  }
}

function checkMembers(attributes: readonly Attribute[], before: JsonObject, after: JsonObject): void {
  for (const attribute of attributes) {
    const { name, path, multiValued, subAttributes } = attribute;
    const value = before[name];
    if (value === undefined || value === null) continue;
    if (attribute.mutability === 'immutable' && !equalJson(value, after[name])) {
      throw mutability(`${path} is immutable and cannot be changed`);
    }
    if (!multiValued) checkMembers(subAttributes, objectOf(value), objectOf(after[name]));
  }
}

function objectOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}
