/** The SCIM schemas and resource types of this service: those of `schemas/scim/`, and with them those of a deployment. */
import { ConfigurationError, type Config } from './config.ts';
import { definitionFaults } from './deployment-faults.ts';
import type { DeploymentSchemas } from './deployment-schemas.ts';
import { listSchemaFiles, readSchemaFile } from './schema-files.ts';
import type { AttributeDefinition, ResourceTypeDefinition, SchemaDefinition } from './scim/schema/definition.ts';
import { createRegistry, type Registry, type RegistrySource } from './scim/schema/registry.ts';

/** Files that are no schema. */
const OTHERS: ReadonlySet<string> = new Set([
  'common-attributes.json',
  'resource-types.json',
  'indexes.json',
  'memberships.json',
]);

/** @throws ConfigurationError naming every fault of the deployment's files */
export function readRegistry(config: Pick<Config, 'UNIQUE_GROUP_NAMES'>, deployment: DeploymentSchemas): Registry {
  const own = config.UNIQUE_GROUP_NAMES ? readOwn() : allowEqualGroupNames(readOwn());
  const faults = [...deployment.faults, ...definitionFaults(own, deployment)];
  if (faults.length > 0) throw new ConfigurationError(faults);
  return createRegistry({
    ...own,
    schemas: [...own.schemas, ...deployment.schemas.map(({ value }) => value)],
    resourceTypes: extend(
      own.resourceTypes,
      deployment.resourceTypes.map(({ value }) => value),
    ),
  });
}

function readOwn(): RegistrySource {
  const schemas = listSchemaFiles('scim').filter((name) => !OTHERS.has(name));
  // The files are part of this package and checked by its tests.
  return {
    schemas: schemas.map((name) => readSchemaFile(`scim/${name}`)),
    resourceTypes: readSchemaFile('scim/resource-types.json'),
    commonAttributes: readSchemaFile('scim/common-attributes.json'),
  } as RegistrySource;
}

/** A type that is there already gets the extensions of its namesake. */
function extend(
  own: readonly ResourceTypeDefinition[],
  added: readonly ResourceTypeDefinition[],
): readonly ResourceTypeDefinition[] {
  const names = new Set(own.map(({ name }) => name));
  const extended = own.map((type) => {
    const extensions = added.flatMap(({ name, schemaExtensions = [] }) => (name === type.name ? schemaExtensions : []));
    return extensions.length === 0
      ? type
      : { ...type, schemaExtensions: [...(type.schemaExtensions ?? []), ...extensions] };
  });
  return [...extended, ...added.filter(({ name }) => !names.has(name))];
}

const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';

/** RFC 7643 §8.7.1 has no unique group names; `schemas/scim/` does, because identity providers look groups up by them. */
export function allowEqualGroupNames(source: RegistrySource): RegistrySource {
  const relax = (attribute: AttributeDefinition): AttributeDefinition =>
    attribute.name === 'displayName' ? { ...attribute, uniqueness: 'none' } : attribute;
  const relaxIn = (schema: SchemaDefinition): SchemaDefinition =>
    schema.id === GROUP ? { ...schema, attributes: schema.attributes.map(relax) } : schema;
  return { ...source, schemas: source.schemas.map(relaxIn) };
}
