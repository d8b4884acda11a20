/** The one form of an attribute's value, whatever form a client chose for it (RFC 7643 §2.3–§2.5). */
import { isObject, isUnassigned, type Json, type JsonObject } from './json.ts';
import { isReferenceList, type Attribute } from './schema/attribute.ts';

/** A fresh value, or undefined where nothing is assigned. A value of the wrong type is passed on for validation to refuse. */
export function canonicalValue(attribute: Attribute, value: Json): Json | undefined {
  return attribute.multiValued ? canonicalList(attribute, value) : canonicalElement(attribute, value);
}

/** A value of its own stands for a list of one: clients forget the brackets. */
export function canonicalList(attribute: Attribute, value: Json): Json[] | undefined {
  const elements: Json[] = [];
  for (const item of Array.isArray(value) ? value : [value]) {
    const element = canonicalElement(attribute, item) ?? nobody(attribute, item);
    if (element !== undefined) elements.push(element);
  }
  if (elements.length === 0) return undefined;
  keepLastPrimary(attribute, elements);
  return elements;
}

/** An element that refers to nobody is passed on to be refused: without it a misspelt list would empty the group. */
function nobody(attribute: Attribute, item: Json): Json | undefined {
  return isReferenceList(attribute) && isObject(item) ? {} : undefined;
}

/** One element of a multi-valued attribute, or the value of a single-valued one. */
export function canonicalElement(attribute: Attribute, value: Json): Json | undefined {
  // An object without members is no value only where objects are values (RFC 7643 §2.5).
  const isMistaken = attribute.type !== 'complex' && isObject(value);
  if (isUnassigned(value) && !isMistaken) return undefined;
  if (attribute.type === 'boolean') return readBoolean(value);
  return attribute.type === 'complex' ? canonicalComplex(attribute, value) : value;
}

/** Entra ID sends `"True"` and `"False"`, which RFC 7643 §2.3.2 does not have. */
export function readBoolean(value: Json): Json {
  if (typeof value !== 'string') return value;
  return BOOLEANS.get(value.toLowerCase()) ?? value;
}

const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
]);

function canonicalComplex(attribute: Attribute, value: Json): Json | undefined {
  if (Array.isArray(value)) return value;
  if (!isObject(value)) return canonicalBareValue(attribute, value);
  const members: JsonObject = {};
  for (const [name, member] of Object.entries(value)) {
    const subAttribute = attribute.subAttribute(name);
    if (subAttribute === undefined || subAttribute.mutability === 'readOnly') continue;
    const assigned = canonicalValue(subAttribute, member);
    if (assigned !== undefined) members[subAttribute.name] = assigned;
  }
  return isUnassigned(members) ? undefined : members;
}

/** WSO2 IS sends e-mail addresses as bare strings, Entra ID a manager; an empty one is how WSO2 clears a claim. */
function canonicalBareValue(attribute: Attribute, value: Json): Json | undefined {
  if (value === '') return undefined;
  return attribute.subAttribute('value') === undefined ? value : { value };
}

export function isPrimary(element: Json | undefined): element is JsonObject {
  return isObject(element) && element['primary'] === true;
}

export function hasPrimary(attribute: Attribute): boolean {
  return attribute.subAttribute('primary')?.type === 'boolean';
}

/** "The primary attribute value "true" MUST appear no more than once" (RFC 7643 §2.4): the last one is meant. */
function keepLastPrimary(attribute: Attribute, elements: readonly Json[]): void {
  const last = hasPrimary(attribute) ? elements.findLast(isPrimary) : undefined;
  if (last === undefined) return;
  for (const element of elements) {
    if (element !== last && isPrimary(element)) element['primary'] = false;
  }
}
