/** The SCIM schemas and resource types of this service, from `schemas/scim/`. */
import { listSchemaFiles, readSchemaFile } from './schema-files.ts';
import { createRegistry, type Registry, type RegistrySource } from './scim/schema/registry.ts';

/** Files that are no schema. */
const OTHERS: ReadonlySet<string> = new Set(['common-attributes.json', 'resource-types.json', 'indexes.json', 'memberships.json']);

/** @throws TypeError naming what is wrong in the data */
export function readRegistry(): Registry {
  const schemas = listSchemaFiles('scim').filter((name) => !OTHERS.has(name));
  // The shapes are checked by createRegistry.
  return createRegistry({
    schemas: schemas.map((name) => readSchemaFile(`scim/${name}`)),
    resourceTypes: readSchemaFile('scim/resource-types.json'),
    commonAttributes: readSchemaFile('scim/common-attributes.json'),
  } as RegistrySource);
}
