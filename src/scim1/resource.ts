/** A resource as SCIM 1.1 writes it, to and from what the service keeps (SCIM 1.1 core schema §5–§8). */
import { isObject, memberOf, type Json, type JsonObject } from '../scim/json.ts';
import { isReferenceList, type Attribute } from '../scim/schema/attribute.ts';
import type { AttributePath, ResourceType } from '../scim/schema/resource-type.ts';
import { toScim1Part, toScim2Part } from './differences.ts';
import { resolveScim1 } from './names.ts';
import { readSchemas, toScim1Urn } from './schemas.ts';

/**
 * A body of SCIM 1.1 in the words of SCIM 2.0. Values stay as they are, and so does what no schema has: the service decides.
 *
 * @throws ScimError invalidValue when `schemas` names another kind of message
 */
export function toScim2(type: ResourceType, body: JsonObject): JsonObject {
  const schemas = readSchemas(type, memberOf(body, 'schemas'));
  const named = Object.entries(body).filter(([name]) => name.toLowerCase() !== 'schemas');
  const members = named.map(([name, value]) => memberToScim2(type, name, value));
  return { schemas, ...Object.fromEntries(members) };
}

function memberToScim2(type: ResourceType, name: string, value: Json, extension = ''): readonly [string, Json] {
  const path = resolveScim1(type, extension === '' ? name : `${extension}:${name}`);
  if (path === undefined) return [name, value];
  if (path.attribute !== undefined) return [keyOf(path, extension), valueToScim2(path, value)];
  const urn = path.extension ?? name;
  if (!isObject(value)) return [urn, value];
  const members = Object.entries(value).map(([member, one]) => memberToScim2(type, member, one, urn));
  return [urn, Object.fromEntries(members)];
}

/** Canonical; within its extension an attribute goes by its name alone. */
const keyOf = ({ attribute, subAttribute }: AttributePath, extension: string): string => {
  const path = (subAttribute ?? attribute)?.path ?? '';
  return extension === '' ? path : path.slice(extension.length + 1);
};

function valueToScim2({ attribute, subAttribute }: AttributePath, value: Json): Json {
  if (attribute?.type !== 'complex' || subAttribute) return value;
  return mapObjects(value, (object) => {
    const parts = Object.entries(object).map(([name, part]) => [toScim2Part(attribute, name), part] as const);
    // WSO2 IS says "Group" of every member, users too: what a member is, the service knows.
    return Object.fromEntries(isReferenceList(attribute) ? parts.filter(([name]) => !isType(name)) : parts);
  });
}

const isType = (name: string): boolean => name.toLowerCase() === 'type';

/** A resource as it is answered. @param resource as SCIM 2.0 answers it */
export function toScim1(type: ResourceType, resource: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(resource).map(([name, value]) => memberToScim1(type, name, value)));
}

function memberToScim1(type: ResourceType, name: string, value: Json): readonly [string, Json] {
  if (name === 'schemas') return [name, toScim1Schemas(value)];
  const { extension, attribute } = type.resolve(name) ?? {};
  if (attribute) return [name, valueToScim1(attribute, value)];
  if (extension === undefined || !isObject(value)) return [name, value];
  const attributes = new Map(type.extensionAttributes(extension).map((one) => [one.name, one]));
  const members = Object.entries(value).map(([member, one]) => {
    const known = attributes.get(member);
    return [member, known ? valueToScim1(known, one) : one];
  });
  return [toScim1Urn(extension), Object.fromEntries(members)];
}

const toScim1Schemas = (urns: Json): Json =>
  Array.isArray(urns) ? urns.map((urn) => (typeof urn === 'string' ? toScim1Urn(urn) : urn)) : urns;

function valueToScim1(attribute: Attribute, value: Json): Json {
  if (attribute.type !== 'complex') return value;
  return mapObjects(value, (object) => {
    const parts = Object.entries(object).flatMap(([name, part]) => {
      const scim1 = toScim1Part(attribute, name);
      return scim1 === undefined ? [] : [[scim1, part]];
    });
    return Object.fromEntries(parts) as JsonObject;
  });
}

/** The value or its elements; not what is nested deeper, which no attribute has and nobody has counted. */
function mapObjects(value: Json, map: (object: JsonObject) => JsonObject): Json {
  if (Array.isArray(value)) return value.map((element) => (isObject(element) ? map(element) : element));
  return isObject(value) ? map(value) : value;
}
