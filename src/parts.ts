/** What the service and the command line are both made of: the connector, what becomes of which resources, the indexes. */
import { readFileSync } from 'node:fs';
import { ConfigurationError, type Config } from './config.ts';
import { derivationOf } from './operations/derive.ts';
import { compileMemberships, type MembershipDefinition } from './operations/memberships.ts';
import type { Model } from './operations/model.ts';
import { compileIndexes, keyTables } from './operations/resource-keys.ts';
import { createMapping, type Mapping, type MappingData } from './provisioning/mapping.ts';
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

/** @throws ConfigurationError when the file cannot be read or is no mapping of users to Leads */
export function readMapping(config: Config, registry: Registry): Mapping {
  const userType = registry.resourceType(PROVISIONED_TYPE) as ResourceType;
  try {
    const file = parseMappingFile(config);
    return createMapping(file, userType, { ...MAPPING_DATA, externalIdField: config.SALESFORCE_EXTERNAL_ID_FIELD });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError([`MAPPING_FILE ${mappingPath(config)}: ${message}`]);
  }
}

/** Where the mapping is, for messages. */
export const mappingPath = ({ MAPPING_FILE: path }: Config): string => path ?? 'schemas/lead-mapping.json';

/** The mapping as it is written; `readMapping` tells whether it is one. */
export const parseMappingFile = ({ MAPPING_FILE: path }: Config): unknown =>
  path === undefined ? readSchemaFile('lead-mapping.json') : JSON.parse(readFileSync(path, 'utf8'));

/** The resources of this service. */
export function readModel(): Model {
  const registry = readRegistry();
  // The files are part of this package and checked by its tests.
  return {
    registry,
    indexes: compileIndexes(registry, readSchemaFile('scim/indexes.json') as Record<string, string[]>),
    memberships: compileMemberships(registry, readSchemaFile('scim/memberships.json') as MembershipDefinition[]),
  };
}

/** What a store has to know of the resources. */
export const storeModel = (model: Model) => ({
  keyTables: keyTables(model.indexes),
  memberLists: model.memberships.stored,
  derivation: derivationOf(model),
});
