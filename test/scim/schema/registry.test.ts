/** Names resolved against the published schemas, and schema data that is refused (RFC 7643 §2.1, §6, §7). */
import { describe, expect, it } from '@jest/globals';
import type { AttributeDefinition } from '../../../src/scim/schema/definition.ts';
import { createRegistry, type RegistrySource } from '../../../src/scim/schema/registry.ts';
import { attribute, ENTERPRISE, GROUP, published, registry, USER, userType } from '../support/registries.ts';

describe('resolve', () => {
  it.each([
    ['userName', 'userName'],
    ['Name.GivenName', 'name.givenName'],
    [`${USER}:name.givenName`, 'name.givenName'],
    [`${USER.toUpperCase()}:ID`, 'id'],
    [`${ENTERPRISE}:manager.value`, `${ENTERPRISE}:manager.value`],
    [`${ENTERPRISE.toLowerCase()}:MANAGER`, `${ENTERPRISE}:manager`],
    ['meta.lastModified', 'meta.lastModified'],
    [`${ENTERPRISE}:manager.$ref`, `${ENTERPRISE}:manager.$ref`],
  ])('reads %s as %s', (text, path) => {
    const { attribute, subAttribute } = userType.resolve(text) ?? {};
    expect((subAttribute ?? attribute)?.path).toBe(path);
  });

  it('reads the URN of an extension as the extension itself', () => {
    expect(userType.resolve(ENTERPRISE.toLowerCase())).toEqual({ extension: ENTERPRISE });
  });

  it.each([
    '',
    '.',
    'nope',
    'name.',
    'name.nope',
    'department',
    USER,
    GROUP,
    `${GROUP}:members`,
    '__proto__',
    'constructor',
    'name.__proto__',
    'toString',
    'hasOwnProperty',
  ])('knows no "%s"', (text) => {
    expect(userType.resolve(text)).toBeUndefined();
  });

  it('finds sub-attributes by their own names only', () => {
    const name = userType.resolve('name')?.attribute;
    expect(name?.subAttribute('FAMILYNAME')?.path).toBe('name.familyName');
    expect(name?.subAttribute('constructor')).toBeUndefined();
  });
});

describe('registry', () => {
  it('lists common attributes first', () => {
    expect(userType.attributes.slice(0, 5).map(({ name }) => name)).toEqual([
      'schemas',
      'id',
      'externalId',
      'meta',
      'userName',
    ]);
  });

  it('finds types by name and schemas by URN in any case', () => {
    expect(registry.resourceType('User')).toBe(userType);
    expect(registry.resourceType('constructor')).toBeUndefined();
    expect(registry.schema(USER.toLowerCase())?.name).toBe('User');
    expect(registry.schema('urn:x')).toBeUndefined();
  });

  it('gives attributes of an extension by its URN in any case, none for another', () => {
    expect(userType.extensionAttributes(ENTERPRISE.toUpperCase()).map(({ name }) => name)).toContain('department');
    expect(userType.extensionAttributes('urn:x')).toEqual([]);
  });

  it('gives characteristics their defaults (RFC 7643 §2.2)', () => {
    const type = createRegistry(
      withAttributes(attribute('plain', 'string'), attribute('link', 'reference')),
    ).resourceType('User');
    expect(type?.resolve('plain')?.attribute).toMatchObject({
      required: false,
      caseExact: false,
      mutability: 'readWrite',
      returned: 'default',
      uniqueness: 'none',
      subAttributes: [],
    });
    expect(type?.resolve('link')?.attribute?.caseExact).toBe(true);
  });
});

describe('schema data that is wrong', () => {
  it.each<[string, RegistrySource, string]>([
    [
      'an attribute defined twice',
      withAttributes(attribute('Title', 'string')),
      `schema ${USER}: attribute Title is defined twice`,
    ],
    [
      'a name with a dot',
      withAttributes(attribute('a.b', 'string')),
      `schema ${USER}: attribute a.b has a name that SCIM does not allow`,
    ],
    [
      'the name __proto__',
      withAttributes(attribute('__proto__', 'string')),
      `schema ${USER}: attribute __proto__ has a name that SCIM does not allow`,
    ],
    [
      'the name constructor',
      withAttributes(attribute('constructor', 'string')),
      `schema ${USER}: attribute constructor has a name that JavaScript reserves`,
    ],
    [
      'an unknown type',
      withAttributes(attribute('a', 'text' as never)),
      `schema ${USER}: attribute a has the unknown type text`,
    ],
    [
      'complex without parts',
      withAttributes(attribute('a', 'complex')),
      `schema ${USER}: attribute a is complex without subAttributes`,
    ],
    [
      'parts of a string',
      withAttributes(attribute('a', 'string', { subAttributes: [attribute('b', 'string')] })),
      `schema ${USER}: attribute a is string with subAttributes`,
    ],
    [
      'complex within complex',
      withAttributes(attribute('a', 'complex', { subAttributes: [attribute('b', 'complex')] })),
      `schema ${USER}: attribute a.b is complex within a complex attribute`,
    ],
    [
      'a schema that is missing',
      { ...published, schemas: published.schemas.filter(({ id }) => id !== ENTERPRISE) },
      `resource type User names the unknown schema ${ENTERPRISE}`,
    ],
    [
      'a schema defined twice',
      { ...published, schemas: [...published.schemas, ...published.schemas] },
      `schema ${USER.toLowerCase()} is defined twice`,
    ],
    [
      'a type defined twice',
      { ...published, resourceTypes: [...published.resourceTypes, ...published.resourceTypes] },
      'resource type User is defined twice',
    ],
    [
      'two types at one endpoint',
      { ...published, resourceTypes: published.resourceTypes.map((type) => ({ ...type, endpoint: '/Users' })) },
      'endpoint /users is defined twice',
    ],
    [
      'a schema without a URN',
      {
        ...published,
        schemas: [{ id: 'x', name: 'x', attributes: [] }],
        resourceTypes: [{ name: 'X', endpoint: '/X', schema: 'x' }],
      },
      'schema x needs a URN for its id',
    ],
    [
      'an attribute that is written only and returned',
      withAttributes(attribute('a', 'string', { mutability: 'writeOnly' })),
      `schema ${USER}: attribute a is writeOnly, so returned must be never`,
    ],
    ...([{ required: true }, { uniqueness: 'global' }, { mutability: 'immutable' }] as const).map(
      (more): [string, RegistrySource, string] => [
        `what is never returned and ${JSON.stringify(more)}`,
        withAttributes(attribute('a', 'string', { returned: 'never', ...more })),
        `schema ${USER}: attribute a is never returned, so it cannot be required, unique or immutable`,
      ],
    ),
    [
      'a complex attribute that is unique',
      withAttributes(attribute('a', 'complex', { uniqueness: 'server', subAttributes: [attribute('b', 'string')] })),
      `schema ${USER}: attribute a is complex and cannot be unique: its sub-attributes can`,
    ],
    [
      'an endpoint that is reserved',
      withEndpoint('/schemas'),
      'endpoint /schemas of resource type X is reserved: choose another',
    ],
    [
      'an endpoint that is no path',
      withEndpoint('/a/b'),
      'endpoint /a/b of resource type X must be / and letters, digits, - and _',
    ],
    [
      'a URN that goes on where another ends',
      {
        ...published,
        schemas: [...published.schemas, { id: `${ENTERPRISE}:department`, name: 'x', attributes: [] }],
        resourceTypes: published.resourceTypes.map((type) => ({
          ...type,
          schemaExtensions: [ENTERPRISE, `${ENTERPRISE}:department`].map((schema) => ({ schema })),
        })),
      },
      `${ENTERPRISE}:department means two things`,
    ],
  ])('refuses %s with a TypeError that names it', (_, source, message) => {
    expect(messageOf(() => createRegistry(source))).toBe(`TypeError: ${message}`);
  });
});

function messageOf(make: () => unknown): string {
  try {
    make();
  } catch (error) {
    return String(error);
  }
  return 'nothing was thrown';
}

function withEndpoint(endpoint: string): RegistrySource {
  return { ...published, resourceTypes: [{ name: 'X', endpoint, schema: USER }] };
}

function withAttributes(...attributes: AttributeDefinition[]): RegistrySource {
  const schemas = published.schemas.map((schema) =>
    schema.id === USER ? { ...schema, attributes: [...schema.attributes, ...attributes] } : schema,
  );
  return { ...published, schemas };
}
