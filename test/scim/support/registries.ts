/** The registries that the tests of the SCIM core share: the published schemas, and the same with attributes of every type. */
import { readFileSync } from 'node:fs';
import type {
  AttributeDefinition,
  AttributeType,
  ResourceTypeDefinition,
  SchemaDefinition,
} from '../../../src/scim/schema/definition.ts';
import { createRegistry, type RegistrySource } from '../../../src/scim/schema/registry.ts';
import type { ResourceType } from '../../../src/scim/schema/resource-type.ts';

export const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const PROVISIONING = 'urn:scim-salesforce:params:scim:schemas:extension:provisioning:2.0:User';
export const CRM = 'urn:example:params:scim:schemas:extension:crm:2.0:Lead';

/** Unchecked: createRegistry is the check. */
export function readPublished(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../../schemas/scim/${name}.json`, import.meta.url), 'utf8'));
}

const SCHEMA_FILES = [
  'user',
  'group',
  'enterprise-user',
  'provisioning',
  'service-provider-config',
  'resource-type',
  'schema',
];

export const published: RegistrySource = {
  schemas: SCHEMA_FILES.map((name) => readPublished(name) as SchemaDefinition),
  resourceTypes: readPublished('resource-types') as ResourceTypeDefinition[],
  commonAttributes: readPublished('common-attributes') as AttributeDefinition[],
};

export const registry = createRegistry(published);
export const userType = typeNamed(registry.resourceType('User'));
export const groupType = typeNamed(registry.resourceType('Group'));

export function attribute(
  name: string,
  type: AttributeType,
  more: Partial<AttributeDefinition> = {},
): AttributeDefinition {
  return { name, type, multiValued: false, ...more };
}

const crm: SchemaDefinition = {
  id: CRM,
  name: 'Lead',
  attributes: [
    attribute('score', 'complex', { subAttributes: [attribute('value', 'integer'), attribute('reason', 'string')] }),
    attribute('tags', 'complex', {
      multiValued: true,
      subAttributes: [attribute('type', 'string'), attribute('value', 'string')],
    }),
    attribute('source', 'string', { mutability: 'immutable' }),
  ],
};

/** One attribute per type that the published User lacks. */
const labAttributes = [
  attribute('age', 'integer'),
  attribute('height', 'decimal'),
  attribute('hiredAt', 'dateTime'),
  attribute('emptyText', 'string'),
  attribute('tags', 'string', { multiValued: true }),
  attribute('nicks', 'string', { multiValued: true }),
  attribute('badge', 'string', { mutability: 'immutable' }),
  attribute('fingerprint', 'binary'),
  attribute('profile', 'complex', {
    subAttributes: [attribute('labels', 'string', { multiValued: true }), attribute('level', 'integer')],
  }),
  attribute('projects', 'complex', {
    multiValued: true,
    subAttributes: [
      attribute('value', 'string'),
      attribute('labels', 'integer', { multiValued: true }),
      attribute('code', 'string', { mutability: 'readOnly' }),
    ],
  }),
  attribute('secrets', 'complex', {
    multiValued: true,
    returned: 'never',
    subAttributes: [attribute('value', 'string')],
  }),
  attribute('hint', 'string', { returned: 'request' }),
];

/** The published User with those attributes and one more extension. */
export const labType = typeNamed(
  createRegistry({
    ...published,
    schemas: [
      ...published.schemas.map((schema) =>
        schema.id === USER ? { ...schema, attributes: [...schema.attributes, ...labAttributes] } : schema,
      ),
      crm,
    ],
    resourceTypes: published.resourceTypes.map((type) =>
      type.name === 'User'
        ? { ...type, schemaExtensions: [...(type.schemaExtensions ?? []), { schema: CRM, required: false }] }
        : type,
    ),
  }).resourceType('User'),
);

function typeNamed(type: ResourceType | undefined): ResourceType {
  if (type === undefined) throw new TypeError('the resource type is missing');
  return type;
}
