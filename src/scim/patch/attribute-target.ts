/** Operations on a single-valued attribute, simple or complex, and on its sub-attributes (RFC 7644 §3.5.2.1–§3.5.2.3). */
import { isObject, isUnassigned, unassign, type Json, type JsonObject } from '../json.ts';
import type { Attribute } from '../schema/attribute.ts';
import { assign, removeAttribute } from './assign.ts';
import { objectAt } from './draft.ts';
import type { Target } from './target.ts';
import { complexValue, simpleValue } from './value.ts';

/** Add and replace are the same here: a single value has nothing to be added to. */
export function attributeTarget(container: JsonObject, attribute: Attribute, subAttribute?: Attribute): Target {
  const write = (value: Json) => {
    if (subAttribute !== undefined) writeSubAttribute(container, attribute, subAttribute, value);
    else if (attribute.type === 'complex') writeComplex(container, attribute, value);
    else assign(container, attribute, simpleValue(attribute, value));
  };
  const remove = () => {
    if (subAttribute === undefined) removeAttribute(container, attribute);
    else removeSubAttribute(container, attribute, subAttribute);
  };
  return { add: write, replace: write, remove };
}

/** A complex attribute comes into being with its first sub-attribute and goes with its last. */
function writeSubAttribute(container: JsonObject, attribute: Attribute, subAttribute: Attribute, value: Json): void {
  assign(objectAt(container, attribute.name), subAttribute, simpleValue(subAttribute, value));
  dropEmpty(container, attribute);
}

function removeSubAttribute(container: JsonObject, attribute: Attribute, subAttribute: Attribute): void {
  const parent = container[attribute.name];
  if (!isObject(parent)) return;
  removeAttribute(parent, subAttribute);
  dropEmpty(container, attribute);
}

/** Sub-attributes that are not mentioned stay (RFC 7644 §3.5.2.3), by path or without one. */
function writeComplex(container: JsonObject, attribute: Attribute, value: Json): void {
  const members = complexValue(attribute, value);
  if (members === undefined) {
    assign(container, attribute, undefined);
    return;
  }
  const before = container[attribute.name];
  const merged: JsonObject = isObject(before) && !refersElsewhere(attribute, before, members) ? { ...before } : {};
  mergeMembers(merged, attribute, members);
  assign(container, attribute, isUnassigned(merged) ? undefined : merged);
}

/** Unknown and readOnly sub-attributes within a value are passed over, as they are in POST. */
function mergeMembers(target: JsonObject, attribute: Attribute, members: JsonObject): void {
  for (const [name, member] of Object.entries(members)) {
    const subAttribute = attribute.subAttribute(name);
    if (subAttribute === undefined || subAttribute.mutability === 'readOnly') continue;
    assign(target, subAttribute, simpleValue(subAttribute, member));
  }
}

/** A new manager does not inherit the displayName and $ref of the former one. */
function refersElsewhere(attribute: Attribute, before: JsonObject, members: JsonObject): boolean {
  const isReference = attribute.subAttribute('$ref') !== undefined;
  return isReference && typeof members['value'] === 'string' && members['value'] !== before['value'];
}

function dropEmpty(container: JsonObject, attribute: Attribute): void {
  if (isUnassigned(container[attribute.name] ?? null)) unassign(container, attribute.name);
}
