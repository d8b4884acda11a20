/** A resource as a client sent it, in the one form the rest of the service knows (RFC 7643 §2.1, §2.5, §3). */
import { invalidValue } from './errors.ts';
import { isObject, isUnassigned, memberOf, type Json, type JsonObject } from './json.ts';
import type { Attribute } from './schema/attribute.ts';
import type { AttributePath, ResourceType } from './schema/resource-type.ts';
import { canonicalValue } from './value.ts';

/**
 * Gives attributes their canonical names and shapes, and drops what is unknown, readOnly or unassigned.
 *
 * Values stay as they were sent, spaces and capitals included: what a client reads back is what it wrote. A value of the
 * wrong type stays too, for `ResourceType.validate` to refuse.
 *
 * @throws ScimError invalidValue when `schemas` names another kind of resource
 */
export function normaliseResource(resourceType: ResourceType, input: JsonObject): JsonObject {
  const resource: JsonObject = { schemas: [] };
  for (const [name, value] of Object.entries(input)) {
    place(resourceType, resource, resourceType.resolve(name), value);
  }
  checkSchemas(resourceType, memberOf(input, 'schemas'));
  resource['schemas'] = schemasOf(resourceType, resource);
  return resource;
}

/**
 * The base schema, then each extension that has data here.
 *
 * What the client listed does not matter: WSO2 IS sends an empty list with enterprise data, and RFC 7643 §3 wants those
 * "present in the current JSON structure".
 */
export function schemasOf(resourceType: ResourceType, resource: JsonObject): string[] {
  const present = resourceType.extensions.filter(({ urn }) => resource[urn] !== undefined);
  return [resourceType.schema, ...present.map(({ urn }) => urn)];
}

function checkSchemas({ schema }: ResourceType, declared: Json | undefined): void {
  if (declared === undefined || isUnassigned(declared)) return;
  const urns = Array.isArray(declared) ? declared : [declared];
  if (urns.some((urn) => typeof urn === 'string' && urn.toLowerCase() === schema.toLowerCase())) return;
  throw invalidValue(`schemas must contain ${schema}`);
}

function place(resourceType: ResourceType, resource: JsonObject, path: AttributePath | undefined, value: Json): void {
  if (path === undefined) return;
  const { extension, attribute, subAttribute } = path;
  if (attribute === undefined) {
    if (!isUnassigned(value)) placeExtension(resourceType, resource, extension as string, value);
  } else if (isWritable(attribute) && isWritable(subAttribute)) {
    const assigned = canonicalValue(subAttribute ?? attribute, value);
    if (assigned !== undefined) assign(resource, path, attribute, assigned);
  }
}

/** `schemas` is left out as well: it is worked out from what is present. */
function isWritable(attribute: Attribute | undefined): boolean {
  return attribute?.mutability !== 'readOnly' && attribute?.path !== 'schemas';
}

function placeExtension(resourceType: ResourceType, resource: JsonObject, urn: string, value: Json): void {
  if (!isObject(value)) {
    resource[urn] = value;
    return;
  }
  for (const [name, member] of Object.entries(value)) {
    place(resourceType, resource, resourceType.resolve(`${urn}:${name}`), member);
  }
}

/** Also takes dotted names, which Entra ID sends: `name.givenName` becomes a member of `name`. */
function assign(resource: JsonObject, path: AttributePath, attribute: Attribute, value: Json): void {
  const container = path.extension === undefined ? resource : memberObject(resource, path.extension);
  if (path.subAttribute === undefined) {
    if (container !== undefined) container[attribute.name] = value;
    return;
  }
  const parent = container === undefined || attribute.multiValued ? undefined : memberObject(container, attribute.name);
  if (parent !== undefined) parent[path.subAttribute.name] = value;
}

/** The object at a member, made when it is missing; undefined when something else is there, which validation refuses. */
function memberObject(container: JsonObject, name: string): JsonObject | undefined {
  const member = (container[name] ??= {});
  return isObject(member) ? member : undefined;
}
