/** Which resource types and schemas this server has (RFC 7643 §6, §7). */
import type { AttributeDefinition, ResourceTypeDefinition, SchemaDefinition } from './definition.ts';
import { createResourceType, type ResourceType } from './resource-type.ts';

export interface Registry {
  readonly resourceTypes: readonly ResourceType[];
  readonly schemas: readonly SchemaDefinition[];
  /** By exact name. */
  resourceType(name: string): ResourceType | undefined;
  /** By URN in any case. */
  schema(urn: string): SchemaDefinition | undefined;
}

export interface RegistrySource {
  readonly schemas: readonly SchemaDefinition[];
  readonly resourceTypes: readonly ResourceTypeDefinition[];
  /** `schemas`, `id`, `externalId` and `meta`, which no schema lists and every resource has (RFC 7643 §3). */
  readonly commonAttributes: readonly AttributeDefinition[];
}

/** @throws TypeError naming what is wrong in the data */
export function createRegistry(source: RegistrySource): Registry {
  const schemas = keyed(source.schemas, 'schema', (schema) => schema.id.toLowerCase());
  const schema = (urn: string) => schemas.get(urn.toLowerCase());
  const types = source.resourceTypes.map((type) => createResourceType(type, source.commonAttributes, schema));
  const byName = keyed(types, 'resource type', (type) => type.name);
  keyed(types, 'endpoint', (type) => type.endpoint.toLowerCase());
  return { resourceTypes: types, schemas: source.schemas, resourceType: (name) => byName.get(name), schema };
}

function keyed<T>(items: readonly T[], what: string, keyOf: (item: T) => string): Map<string, T> {
  const map = new Map<string, T>();
  for (const item of items) {
    const key = keyOf(item);
    if (map.has(key)) throw new TypeError(`${what} ${key} is defined twice`);
    map.set(key, item);
  }
  return map;
}
