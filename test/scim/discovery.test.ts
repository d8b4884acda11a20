/** What the server says of itself (RFC 7644 §4, RFC 7643 §5–§7). */
import { describe, expect, it } from '@jest/globals';
import { resourceTypeMessage, schemaMessage, serviceProviderConfig } from '../../src/scim/discovery.ts';
import type { JsonObject } from '../../src/scim/json.ts';
import type { AttributeDefinition } from '../../src/scim/schema/definition.ts';
import { ENTERPRISE, groupType, PROVISIONING, registry, USER, userType } from './support/registries.ts';

const baseUrl = 'https://scim.example.com/scim/v2';
const config = serviceProviderConfig({
  baseUrl,
  bulk: { maxOperations: 1000, maxPayloadBytes: 1_048_576 },
  sort: true,
  maxResults: 200,
  defaultPageSize: 100,
  changePassword: false,
  authenticationSchemes: [{ type: 'httpbasic', name: 'HTTP Basic', description: 'RFC 7617', primary: true }],
});

describe('ServiceProviderConfig', () => {
  it('says what is supported and within which limits', () => {
    expect(config).toEqual({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
      patch: { supported: true },
      bulk: { supported: true, maxOperations: 1000, maxPayloadSize: 1_048_576 },
      filter: { supported: true, maxResults: 200 },
      pagination: {
        cursor: true,
        index: true,
        defaultPaginationMethod: 'index',
        defaultPageSize: 100,
        maxPageSize: 200,
      },
      changePassword: { supported: false },
      sort: { supported: true },
      etag: { supported: true },
      authenticationSchemes: [{ type: 'httpbasic', name: 'HTTP Basic', description: 'RFC 7617', primary: true }],
      meta: { resourceType: 'ServiceProviderConfig', location: `${baseUrl}/ServiceProviderConfig` },
    });
  });

  it('says so when bulk and sort are not supported', () => {
    const options = { baseUrl, sort: false, maxResults: 1, changePassword: false, authenticationSchemes: [] };
    expect(serviceProviderConfig(options)).toMatchObject({
      bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
      sort: { supported: false },
    });
  });

  it('has no member that its own schema does not have', () => {
    expectDefined(config, 'urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig');
  });
});

describe('ResourceType', () => {
  it('names endpoint, schema and extensions', () => {
    expect(resourceTypeMessage(userType, baseUrl)).toEqual({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
      id: 'User',
      name: 'User',
      endpoint: '/Users',
      description: 'User Account',
      schema: USER,
      schemaExtensions: [
        { schema: ENTERPRISE, required: false },
        { schema: PROVISIONING, required: false },
      ],
      meta: { resourceType: 'ResourceType', location: `${baseUrl}/ResourceTypes/User` },
    });
  });

  it.each([userType, groupType])('has no member that its own schema does not have: $name', (type) => {
    expectDefined(resourceTypeMessage(type, baseUrl), 'urn:ietf:params:scim:schemas:core:2.0:ResourceType');
  });

  it('names only schemas that are published', () => {
    for (const { schema, extensions } of registry.resourceTypes) {
      for (const urn of [schema, ...extensions.map((extension) => extension.urn)])
        expect(registry.schema(urn)).toBeDefined();
    }
  });
});

describe('Schema', () => {
  it.each(registry.schemas)('has name, description, attributes and meta: $name', (schema) => {
    const message = schemaMessage(schema, baseUrl);
    expect(message).toMatchObject({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:Schema'],
      id: schema.id,
      name: schema.name,
      description: schema.description,
      meta: { resourceType: 'Schema', location: `${baseUrl}/Schemas/${schema.id}` },
    });
    expectDefined(message, 'urn:ietf:params:scim:schemas:core:2.0:Schema');
  });

  it('hands out a copy of the definition', () => {
    const [schema] = registry.schemas;
    if (schema === undefined) throw new TypeError('no schema');
    expect(schemaMessage(schema, baseUrl)['attributes']).not.toBe(schema.attributes);
    expect(schemaMessage(schema, baseUrl)['attributes']).toEqual(schema.attributes);
  });

  it('describes itself by its name where a custom schema has no description', () => {
    expect(schemaMessage({ id: 'urn:x', name: 'X', attributes: [] }, baseUrl)).toMatchObject({ description: 'X' });
  });
});

/**
 * Strict clients refuse members that the advertised schema does not have. Only the schema of schemas, which RFC 7643 §8.7.2
 * describes one level deeper than it lets itself, is allowed its one exception.
 */
function expectDefined(message: JsonObject, urn: string): void {
  const attributes = registry.schema(urn)?.attributes ?? [];
  const allowed = /^(?:schemas|id|meta(?:\.\w+)?|attributes\.subAttributes\.subAttributes)$/;
  const unknown = unknownMembers(message, attributes).filter((path) => !allowed.test(path));
  expect(unknown).toEqual([]);
}

function unknownMembers(value: unknown, attributes: readonly AttributeDefinition[], prefix = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((element) => unknownMembers(element, attributes, prefix));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    const definition = attributes.find((candidate) => candidate.name === name);
    if (definition === undefined) return [prefix + name];
    return unknownMembers(member, definition.subAttributes ?? [], `${prefix}${name}.`);
  });
}
