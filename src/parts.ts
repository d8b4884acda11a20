/** What the service and the command line are both made of: the connector, what becomes of which resources, the indexes. */
import { readFileSync } from 'node:fs';
import { ConfigurationError, type Config, type MappingConfig } from './config.ts';
import { modelFaults } from './deployment-faults.ts';
import { readDeploymentSchemas, type DeploymentSchemas } from './deployment-schemas.ts';
import { derivationOf } from './operations/derive.ts';
import { compileMemberships, type MembershipDefinition } from './operations/memberships.ts';
import type { Model } from './operations/model.ts';
import { compileIndexes, keyTables } from './operations/resource-keys.ts';
import { MappingError } from './provisioning/mapping/error.ts';
import type { MappingFile } from './provisioning/mapping/file.ts';
import { runTests } from './provisioning/mapping/tests.ts';
import type { ShownLists } from './provisioning/delivery.ts';
import { createMapping, type Mapping, type MappingData } from './provisioning/mapping/mapping.ts';
import { readSchemaFile } from './schema-files.ts';
import { readRegistry } from './scim-schemas.ts';
import type { Registry } from './scim/schema/registry.ts';
import type { ResourceType } from './scim/schema/resource-type.ts';

/** The one Salesforce org of this service. */
export const CONNECTOR = 'salesforce';
/** The resource type whose resources become Leads. */
export const PROVISIONED_TYPE = 'User';

// The files are part of this package and checked by its tests.
const MAPPING_DATA = {
  schema: readSchemaFile('mapping.json'),
  leadFields: readSchemaFile('lead-fields.json'),
} as MappingData;

type MappingFileConfig = Pick<MappingConfig, 'MAPPING_FILE' | 'SALESFORCE_EXTERNAL_ID_FIELD'>;

/** @throws ConfigurationError when the file cannot be read or is no mapping of users to Leads */
export function readMapping(config: MappingFileConfig, registry: Registry): Mapping {
  try {
    return mappingCompiler(config, registry)(parseMappingFile(config));
  } catch (error) {
    throw new ConfigurationError([`MAPPING_FILE ${mappingPath(config)}${explain(error)}`]);
  }
}

function explain(error: unknown): string {
  if (error instanceof SyntaxError) return ` is not JSON: ${error.message}`;
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ' is not there';
  return `: ${error instanceof Error ? error.message : String(error)}`;
}

/**
 * Tries the tests that are in the mapping file.
 *
 * @param mapping what `readMapping` made of the file
 * @throws ConfigurationError naming each test that fails, the field, what was expected and what came
 */
export async function testMapping(config: MappingFileConfig, mapping: Mapping): Promise<void> {
  const faults = await runTests(mapping, parseMappingFile(config) as MappingFile);
  if (faults.length > 0) {
    const { message } = new MappingError('the mapping does not do what its tests say', faults);
    throw new ConfigurationError([`MAPPING_FILE ${mappingPath(config)}: ${message}`]);
  }
}

/** What the mapping reads of the lists that users are in; the store makes users due when those change. */
export const membershipsRead = (mapping: Mapping, { memberships }: Model): readonly ShownLists[] =>
  memberships
    .shownBy(PROVISIONED_TYPE)
    .filter(({ attribute }) => mapping.reads(attribute.name))
    .map(({ attribute, lists }) => ({ attribute: attribute.name, lists }));

/** @returns what compiles a mapping file for this service; it throws MappingError */
export function mappingCompiler(config: MappingFileConfig, registry: Registry): (file: unknown) => Mapping {
  // The package has it.
  const userType = registry.resourceType(PROVISIONED_TYPE) as ResourceType;
  const data = { ...MAPPING_DATA, externalIdField: config.SALESFORCE_EXTERNAL_ID_FIELD };
  return (file) => createMapping(file, userType, data);
}

/** Where the mapping is, for messages. */
export const mappingPath = ({ MAPPING_FILE: path }: MappingFileConfig): string => path ?? 'schemas/lead-mapping.json';

/** The mapping as it is written; `readMapping` tells whether it is one. */
export const parseMappingFile = ({ MAPPING_FILE: path }: MappingFileConfig): unknown =>
  path === undefined ? readSchemaFile('lead-mapping.json') : JSON.parse(readFileSync(path, 'utf8'));

/**
 * The resources of this service.
 *
 * @throws ConfigurationError naming every fault in the files of SCHEMAS_DIR
 */
export function readModel(config: ModelConfig): Model {
  const deployment = readDeploymentSchemas(config.SCHEMAS_DIR);
  const registry = readRegistry(config, deployment);
  // The files are part of this package and checked by its tests.
  const searched = readSchemaFile('scim/indexes.json') as Record<string, string[]>;
  const memberships = readSchemaFile('scim/memberships.json') as MembershipDefinition[];
  const faults = modelFaults(registry, memberships, deployment);
  if (faults.length > 0) throw new ConfigurationError(faults);
  return {
    registry,
    indexes: compileIndexes(registry, withSearched(registry, searched, deployment)),
    memberships: compileMemberships(registry, [...memberships, ...deployment.memberships.map(({ value }) => value)]),
    unknownAttributes: config.UNKNOWN_ATTRIBUTES,
  };
}

export type ModelConfig = Pick<Config, 'SCHEMAS_DIR' | 'UNIQUE_GROUP_NAMES' | 'UNKNOWN_ATTRIBUTES'>;

/** Each attribute once, however it is written. */
function withSearched(
  registry: Registry,
  own: Readonly<Record<string, readonly string[]>>,
  deployment: DeploymentSchemas,
): Readonly<Record<string, readonly string[]>> {
  const pathsOf = (type: ResourceType): readonly string[] => {
    const added = deployment.searched.filter(({ value }) => value.resourceType === type.name);
    const paths = [...(own[type.name] ?? []), ...added.map(({ value }) => value.path)].map((path) => {
      const { attribute, subAttribute } = type.resolve(path) ?? {};
      return (subAttribute ?? attribute)?.path ?? path;
    });
    return [...new Set(paths)];
  };
  return Object.fromEntries(registry.resourceTypes.map((type) => [type.name, pathsOf(type)]));
}

/** What a store has to know of the resources. */
export const storeModel = (model: Model) => ({
  keyTables: keyTables(model.indexes),
  memberLists: model.memberships.stored,
  derivation: derivationOf(model),
});
