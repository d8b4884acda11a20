/** A resource as comparisons see it: each value in its comparable form (RFC 7643 §2.2 caseExact, RFC 7644 §3.4.2.2). */
import { comparable } from './comparable.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import type { Attribute } from './schema/attribute.ts';
import type { AttributeType } from './schema/definition.ts';
import type { ResourceType } from './schema/resource-type.ts';

/**
 * A copy in which a database need only compare texts by their code points, with ASCII letters in one case.
 *
 * @returns undefined when the resource itself will do, as most do: no letter beyond ASCII, no number and no dateTime
 */
export function foldDocument(resourceType: ResourceType, resource: JsonObject): JsonObject | undefined {
  const folded = foldMembers(resourceType.attributes, resource);
  for (const { urn } of resourceType.extensions) {
    const extension = resource[urn];
    if (isObject(extension)) folded[urn] = foldMembers(resourceType.extensionAttributes(urn), extension);
  }
  return isAsItWas(JSON.stringify(resource), JSON.stringify(folded)) ? undefined : folded;
}

/** The databases' own `lower` does the same to ASCII, and knows no other letters. */
const isAsItWas = (text: string, folded: string): boolean => lowerAscii(text) === lowerAscii(folded);

const lowerAscii = (text: string): string => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());

function foldMembers(attributes: readonly Attribute[], container: JsonObject): JsonObject {
  const folded = { ...container };
  for (const attribute of attributes) {
    const value = container[attribute.name];
    if (value !== undefined) folded[attribute.name] = foldValue(attribute, value);
  }
  return folded;
}

function foldValue(attribute: Attribute, value: Json): Json {
  if (Array.isArray(value)) return value.map((element) => foldValue(attribute, element));
  if (isObject(value)) return foldMembers(attribute.subAttributes, value);
  return FOLDED.has(attribute.type) ? (comparable(attribute, value) ?? value) : value;
}

/** Booleans are compared as they are. */
const FOLDED: ReadonlySet<AttributeType> = new Set<AttributeType>([
  'string',
  'reference',
  'binary',
  'integer',
  'decimal',
  'dateTime',
]);
