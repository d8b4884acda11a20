/** The value of an operation in the form its target takes (RFC 7644 §3.5.2.1, §3.5.2.3). */
import { invalidValue } from '../errors.ts';
import { isObject, isText, kindOf, UNSTORABLE, type Json, type JsonObject } from '../json.ts';
import { isReferenceList, type Attribute } from '../schema/attribute.ts';
import { TYPES, type SimpleType } from '../schema/types.ts';
import { canonicalElement, readBoolean } from '../value.ts';

/** Entra ID and WSO2 IS clear an attribute with an empty string, RFC 7643 §2.5 with null or an empty array. */
export function isClearing(value: Json): boolean {
  return value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

/**
 * The value for a simple attribute; undefined to clear it.
 *
 * @throws ScimError invalidValue for a value of another type
 */
export function simpleValue(attribute: Attribute, value: Json): Json | undefined {
  if (attribute.multiValued) return listValue(attribute, value);
  const bare = unwrap(value);
  if (isClearing(bare)) return undefined;
  return checked(attribute, attribute.type === 'boolean' ? readBoolean(bare) : bare, attribute.path);
}

/**
 * The elements for a multi-valued attribute; one without brackets is a list of one.
 *
 * @throws ScimError invalidValue for an element of another type or without any known sub-attribute
 */
export function elementValues(attribute: Attribute, value: Json): Json[] {
  const elements = Array.isArray(value) ? value : [value];
  return elements.flatMap((element, index) => elementValue(attribute, element, `${attribute.path}[${index}]`) ?? []);
}

/** One element; undefined for one that is empty, as `{"type":"mobile","value":""}` of WSO2 IS is. */
export function elementValue(attribute: Attribute, value: Json, where = attribute.path): Json | undefined {
  if (isClearing(value)) return undefined;
  const element = canonicalElement(attribute, value);
  if (attribute.type !== 'complex') return checked(attribute, element ?? value, where);
  if (element === undefined) {
    refuseUnknownMembers(attribute, value, where);
    refuseNobody(attribute, where);
    return undefined;
  }
  const members = complexMembers(attribute, element, where);
  if (members['value'] !== '') return members;
  refuseNobody(attribute, where);
  return undefined;
}

/** An element for a path with a filter, where a bare string could as well be meant for one of its sub-attributes. */
export function chosenValue(attribute: Attribute, value: Json): Json | undefined {
  const bare = onlyElement(value);
  const isElement = attribute.type !== 'complex' || isObject(bare) || isClearing(bare);
  if (!isElement) throw mustBe('an object', attribute.path, bare);
  return elementValue(attribute, bare);
}

/**
 * The members for a complex attribute, those that clear included; undefined to clear the whole.
 *
 * @throws ScimError invalidValue for what is no object and cannot stand for one
 */
export function complexValue(attribute: Attribute, value: Json): JsonObject | undefined {
  const bare = onlyElement(value);
  if (isClearing(bare)) return undefined;
  if (isObject(bare)) return bare;
  if (typeof bare === 'string' && attribute.subAttribute('value') !== undefined) return { value: bare };
  throw mustBe('an object', attribute.path, bare);
}

/** Entra ID wraps even strings: `"value": [{"$ref": null, "value": "User X"}]`. */
function unwrap(value: Json): Json {
  const single = onlyElement(value);
  const isWrapped = single !== value && isObject(single) && Object.hasOwn(single, 'value');
  return isWrapped ? (single['value'] as Json) : single;
}

function onlyElement(value: Json): Json {
  return Array.isArray(value) && value.length === 1 ? (value[0] as Json) : value;
}

function listValue(attribute: Attribute, value: Json): Json[] | undefined {
  const elements = elementValues(attribute, value);
  return elements.length === 0 ? undefined : elements;
}

function complexMembers(attribute: Attribute, element: Json, where: string): JsonObject {
  if (!isObject(element)) throw mustBe('an object', where, element);
  for (const [name, member] of Object.entries(element)) {
    const subAttribute = attribute.subAttribute(name);
    if (subAttribute !== undefined) checkMember(subAttribute, member, `${where}.${name}`);
  }
  return element;
}

function checkMember(subAttribute: Attribute, member: Json, where: string): void {
  if (!Array.isArray(member) || !subAttribute.multiValued) {
    checked(subAttribute, member, where);
    return;
  }
  for (const [index, element] of member.entries()) checked(subAttribute, element, `${where}[${index}]`);
}

/** An element that refers to nobody: `replace members [{"value": null}]` would empty the group. */
function refuseNobody(attribute: Attribute, where: string): void {
  if (isReferenceList(attribute)) throw invalidValue(`${where}.value is missing`);
}

/** Otherwise a misspelt `replace members [{"vlaue": …}]` would empty the group. */
function refuseUnknownMembers(attribute: Attribute, value: Json, where: string): void {
  const names = isObject(value) ? Object.keys(value) : [];
  if (names.some((name) => attribute.subAttribute(name) !== undefined)) return;
  throw invalidValue(`${where} has no sub-attribute of ${attribute.path}`);
}

/** For simple attributes: a complex one has been taken apart before, and sub-attributes are never complex. */
function checked(attribute: Attribute, value: Json, where: string): Json {
  const { accepts, expected } = TYPES[attribute.type as SimpleType];
  if (!accepts(value)) throw mustBe(expected, where, value);
  return value;
}

/** Text that no database keeps. */
const isUnstorable = (value: Json): boolean => typeof value === 'string' && !isText(value);

function mustBe(expected: string, where: string, value: Json) {
  return invalidValue(`${where} ${isUnstorable(value) ? UNSTORABLE : `must be ${expected}, not ${kindOf(value)}`}`);
}
