/** The schemas of a deployment: what is added, and every fault of its files at once, by file. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ConfigurationError } from '../src/config.ts';
import type { Model } from '../src/operations/model.ts';
import { nameOfIndex } from '../src/operations/resource-keys.ts';
import { readModel } from '../src/parts.ts';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const DEVICE = 'urn:example:params:scim:schemas:2.0:Device';

const device = {
  id: DEVICE,
  name: 'Device',
  attributes: [
    { name: 'serial', type: 'string', required: true },
    { name: 'pin', type: 'string', mutability: 'writeOnly', returned: 'never' },
    { name: 'size', type: 'complex', subAttributes: [{ name: 'width', type: 'decimal' }] },
    {
      name: 'holders',
      type: 'complex',
      multiValued: true,
      subAttributes: ['value', '$ref', 'type', 'display'].map((name) => ({ name, type: 'string' })),
    },
  ],
};
const deviceType = { name: 'Device', endpoint: '/Devices', schema: DEVICE };
const withAttribute = (attribute: object) => ({ ...device, attributes: [...device.attributes, attribute] });
const withPart = (part: object) =>
  withAttribute({ name: 'owner', type: 'complex', subAttributes: [{ name: 'value', type: 'string' }, part] });

type Files = Readonly<Record<string, unknown>>;

let folder = '';
afterEach(() => {
  if (folder !== '') rmSync(folder, { recursive: true });
  folder = '';
});

/** Strings are written as they are, everything else as JSON. */
function read(files: Files): Model {
  folder = mkdtempSync(join(tmpdir(), 'scim-schemas-'));
  for (const [name, value] of Object.entries(files))
    writeFileSync(join(folder, name), typeof value === 'string' ? value : JSON.stringify(value));
  return readModel({ SCHEMAS_DIR: folder, UNIQUE_GROUP_NAMES: true, UNKNOWN_ATTRIBUTES: 'ignore' });
}

/** Without the folder, which has another name each time. */
function faultsOf(run: () => unknown): readonly string[] {
  try {
    run();
  } catch (error) {
    if (error instanceof ConfigurationError)
      return error.faults.map((fault) => fault.replaceAll(`SCHEMAS_DIR ${folder}/`, ''));
    throw error;
  }
  return [];
}

describe('the files of SCHEMAS_DIR', () => {
  it('add a resource type with its schema, from one file or several', () => {
    for (const files of [{ 'all.json': [device, deviceType] }, { 'a.json': deviceType, 'b.json': device }]) {
      const { registry } = read(files);
      expect(registry.resourceTypes.map(({ name }) => name)).toEqual(['User', 'Group', 'Device']);
      expect(registry.resourceType('Device')?.resolve(`${DEVICE}:SERIAL`)?.attribute?.required).toBe(true);
      rmSync(folder, { recursive: true });
    }
    folder = '';
  });

  it('add extensions to a type of this service, beside those that it has', () => {
    const { registry } = read({
      'user.json': [
        device,
        { name: 'User', endpoint: '/Users', schema: USER, schemaExtensions: [{ schema: DEVICE.toUpperCase() }] },
      ],
    });
    const user = registry.resourceType('User');
    expect(user?.extensions.at(-1)).toEqual({ urn: DEVICE, required: false });
    expect(user?.extensions).toHaveLength(3);
    expect(user?.resolve(`${DEVICE}:size.width`)?.subAttribute?.type).toBe('decimal');
  });

  it('may leave characteristics out; discovery spells them out', () => {
    const { registry } = read({ 'device.json': [device, deviceType] });
    expect(registry.schema(DEVICE)?.attributes[0]).toEqual({
      name: 'serial',
      type: 'string',
      multiValued: false,
      required: true,
      caseExact: false,
      mutability: 'readWrite',
      returned: 'default',
      uniqueness: 'none',
    });
  });

  it('add searched attributes, once each, and membership lists', () => {
    const { indexes, memberships } = read({
      'device.json': [device, deviceType],
      'indexes.json': { Device: ['SERIAL', `${DEVICE}:serial`, 'size.width'], User: ['externalId', 'title'] },
      'memberships.json': [{ resourceType: 'Device', attribute: 'holders' }],
    });
    const paths = (type: string) => indexes.get(type)?.map(({ attribute }) => attribute.path);
    expect(paths('Device')).toEqual(['serial', 'size.width']);
    expect(indexes.get('User')?.map(nameOfIndex)).toEqual([
      'userName',
      'externalId',
      'emails.value',
      'userName/',
      'title',
    ]);
    expect(memberships.listsOf('Device').map(({ name }) => name)).toEqual(['Device.holders']);
  });

  it('are those whose names end in .json', () => {
    expect(read({ 'README.md': '# ours' }).registry.resourceTypes).toHaveLength(2);
  });

  const NEITHER = 'holds neither a Schema (it has attributes) nor a ResourceType (it has an endpoint)';
  const MEMBERSHIP =
    'must be an object with the strings resourceType and attribute, and shownAs, if any, an object of attribute names by resource type';

  it.each<[string, Files, readonly string[]]>([
    ['JSON that is cut', { 'a.json': '[{' }, [expect.stringMatching(/^a\.json: cannot be read as JSON: /) as never]],
    ['what is neither schema nor type', { 'a.json': [{ id: 'x' }, 5] }, [`a.json: ${NEITHER}`, `a.json: ${NEITHER}`]],
    [
      'characteristics that do not exist, all of them',
      {
        'a.json': withPart({ name: 'since', type: 'date', multiValued: 'no', mutability: 'readonly', requird: true }),
      },
      [
        `a.json: schema ${DEVICE}: attribute owner.since: requird is unknown: use name, type, multiValued, description, required, canonicalValues, caseExact, mutability, returned, uniqueness, referenceTypes, subAttributes`,
        `a.json: schema ${DEVICE}: attribute owner.since: type must be one of string, boolean, decimal, integer, dateTime, reference, binary, complex, not "date"`,
        `a.json: schema ${DEVICE}: attribute owner.since: multiValued must be true or false, not a string`,
        `a.json: schema ${DEVICE}: attribute owner.since: mutability must be one of readOnly, readWrite, immutable, writeOnly, not "readonly"`,
      ],
    ],
    [
      'attributes without name or type',
      { 'a.json': withAttribute({ multiValued: false }) },
      [
        `a.json: schema ${DEVICE}: attribute [4]: name is missing`,
        `a.json: schema ${DEVICE}: attribute [4]: type is missing`,
      ],
    ],
    [
      'canonicalValues that are no strings',
      { 'a.json': withAttribute({ name: 'x', type: 'integer', canonicalValues: ['1', 2] }) },
      [`a.json: schema ${DEVICE}: attribute x: canonicalValues[1] must be a string, not a number`],
    ],
    [
      'an attribute that is no object',
      { 'a.json': withAttribute([]) },
      [`a.json: schema ${DEVICE}: attribute [4]: it must be an object, not an array`],
    ],
    [
      'a schema without an id',
      { 'a.json': { attributes: [], name: 'x' } },
      ['a.json: schema without id: id is missing'],
    ],
    [
      'an id that is no URN',
      { 'a.json': { ...device, id: 'https://example.com/Device' } },
      [
        'a.json: schema https://example.com/Device: needs a URN for its id, such as urn:example:params:scim:schemas:Device',
      ],
    ],
    [
      'each attribute that cannot be',
      {
        'a.json': {
          ...device,
          attributes: [
            { name: 'a b', type: 'string' },
            { name: 'constructor', type: 'string' },
            { name: 'c', type: 'complex' },
            { name: 'd', type: 'string', subAttributes: device.attributes },
            { name: 'e', type: 'string', mutability: 'writeOnly' },
            { name: 'f', type: 'string', returned: 'never', required: true },
            { ...device.attributes[2], uniqueness: 'server' },
          ],
        },
      },
      [
        `a.json: schema ${DEVICE}: attribute a b has a name that SCIM does not allow`,
        `a.json: schema ${DEVICE}: attribute constructor has a name that JavaScript reserves`,
        `a.json: schema ${DEVICE}: attribute c is complex without subAttributes`,
        `a.json: schema ${DEVICE}: attribute d is string with subAttributes`,
        `a.json: schema ${DEVICE}: attribute e is writeOnly, so returned must be never`,
        `a.json: schema ${DEVICE}: attribute f is never returned, so it cannot be required, unique or immutable`,
        `a.json: schema ${DEVICE}: attribute size is complex and cannot be unique: its sub-attributes can`,
      ],
    ],
    [
      'two attributes of one name',
      { 'a.json': withAttribute({ name: 'Serial', type: 'string' }) },
      [`a.json: schema ${DEVICE}: attribute Serial is defined twice`],
    ],
    [
      'an attribute that every resource has',
      { 'a.json': [withAttribute({ name: 'externalId', type: 'string' }), deviceType] },
      [`a.json: schema ${DEVICE}: attribute externalId is defined twice`],
    ],
    [
      'a URN that is taken',
      {
        'a.json': device,
        'b.json': [
          { ...device, id: DEVICE.toUpperCase() },
          { ...device, id: USER },
        ],
      },
      [
        `b.json: schema ${DEVICE.toLowerCase()} is defined by a.json already`,
        `b.json: schema ${USER.toLowerCase()} is defined by this service already`,
      ],
    ],
    [
      'a name or an endpoint that is taken',
      {
        'a.json': [device, deviceType],
        'b.json': [
          { ...deviceType, endpoint: '/Others' },
          { ...deviceType, name: 'Person', endpoint: '/USERS' },
        ],
      },
      [
        'b.json: resource type device is defined by a.json already',
        'b.json: endpoint /users is defined by this service already',
      ],
    ],
    [
      'a schema that is missing',
      {
        'a.json': [
          deviceType,
          { ...deviceType, name: 'X', endpoint: '/X', schema: USER, schemaExtensions: [{ schema: 'urn:x:y' }] },
        ],
      },
      [
        `a.json: resource type Device names the unknown schema ${DEVICE}`,
        'a.json: resource type X names the unknown schema urn:x:y',
      ],
    ],
    [
      'endpoints that are reserved or no path',
      {
        'a.json': [
          device,
          ...[
            '/Me',
            '/bulk',
            '/Schemas',
            '/ResourceTypes',
            '/ServiceProviderConfig',
            '/.search',
            'Devices',
            '/a/b',
          ].map((endpoint, index) => ({ ...deviceType, name: `D${index}`, endpoint })),
        ],
      },
      [
        ...['/Me', '/bulk', '/Schemas', '/ResourceTypes', '/ServiceProviderConfig'].map(
          (endpoint, index) => `a.json: endpoint ${endpoint} of resource type D${index} is reserved: choose another`,
        ),
        ...['/.search', 'Devices', '/a/b'].map(
          (endpoint, index) =>
            `a.json: endpoint ${endpoint} of resource type D${index + 5} must be / and letters, digits, - and _`,
        ),
      ],
    ],
    [
      'a type whose name is no name',
      { 'a.json': [device, { ...deviceType, name: 'My Device' }] },
      ['a.json: resource type My Device needs a name of letters, digits, - and _ that begins with a letter'],
    ],
    [
      'a type of wrong shape',
      { 'a.json': { name: 'X', endpoint: '/X', schemaExtensions: [{ required: 'yes' }] } },
      [
        'a.json: resource type X: schema is missing',
        'a.json: resource type X: schemaExtensions[0].schema is missing',
        'a.json: resource type X: schemaExtensions[0].required must be true or false, not a string',
      ],
    ],
    [
      'a change to a type of this service',
      { 'a.json': [device, { name: 'Group', endpoint: '/Teams', schema: DEVICE }] },
      [
        'a.json: resource type Group: endpoint must stay /Groups, only schemaExtensions are added',
        `a.json: resource type Group: schema must stay ${GROUP}, only schemaExtensions are added`,
      ],
    ],
    [
      'an extension that a type has twice',
      { 'a.json': [device, { ...deviceType, schemaExtensions: [{ schema: DEVICE }] }] },
      [`a.json: ${DEVICE}:serial means two things`],
    ],
    [
      'indexes of what is not there or cannot be searched',
      {
        'a.json': [device, deviceType],
        'indexes.json': { Nope: ['x'], Device: ['nope', 'size', 'pin', DEVICE], Group: ['members.value'] },
      },
      [
        'indexes.json: there is no resource type Nope',
        'indexes.json: Device has no attribute nope',
        'indexes.json: Device size is complex: name one of its sub-attributes',
        'indexes.json: Device pin is never returned and cannot be searched',
        `indexes.json: Device has no attribute ${DEVICE}`,
        'indexes.json: Group members.value belongs to a membership list, which is found without an index',
      ],
    ],
    [
      'indexes that are no object',
      { 'indexes.json': ['x'] },
      ['indexes.json: must be an object such as {"User": ["title"]}, not an array'],
    ],
    [
      'indexes that are no lists',
      { 'indexes.json': { User: 'title' } },
      ['indexes.json: User must be an array of attribute paths'],
    ],
    [
      'membership lists that cannot be',
      {
        'a.json': [device, deviceType],
        'memberships.json': [
          { resourceType: 'Nope', attribute: 'x' },
          { resourceType: 'Device', attribute: 'size' },
          { resourceType: 'User', attribute: 'groups' },
          { resourceType: 'Device', attribute: 'holders', shownAs: { User: 'emails' } },
          { resourceType: 'Group', attribute: 'members' },
        ],
      },
      [
        'memberships.json: memberships name the unknown resource type Nope',
        'memberships.json: Device.size cannot hold memberships: it must be multi-valued with value, $ref, type, display',
        'memberships.json: membership list User.groups must not be readOnly',
        'memberships.json: User.emails cannot hold memberships: it must be multi-valued with value, $ref, type, display',
        'memberships.json: membership list Group.members is defined by this service already',
      ],
    ],
    [
      'membership lists that are no list',
      { 'memberships.json': {} },
      ['memberships.json: must be an array of membership lists, not an object'],
    ],
    [
      'membership lists of wrong shape',
      { 'memberships.json': [{ resourceType: 'User' }, { resourceType: 'User', attribute: 'x', shownIn: {} }] },
      [`memberships.json: [0] ${MEMBERSHIP}`, `memberships.json: [1] ${MEMBERSHIP}`],
    ],
    [
      'several faults of several files',
      { 'a.json': '{', 'b.json': { ...device, id: 'x' }, 'indexes.json': 5 },
      [
        expect.stringMatching(/^a\.json: cannot be read/) as never,
        'indexes.json: must be an object such as {"User": ["title"]}, not a number',
        expect.stringMatching(/^b\.json: schema x: needs a URN/) as never,
      ],
    ],
  ])('are refused at start for %s', (_, files, faults) => {
    expect(faultsOf(() => read(files)).map((fault) => fault.replaceAll(`${folder}/`, ''))).toEqual(faults);
  });

  it('are refused at start when there is no such folder', () => {
    const config = { UNIQUE_GROUP_NAMES: true, UNKNOWN_ATTRIBUTES: 'ignore' } as const;
    expect(() => readModel({ ...config, SCHEMAS_DIR: '/nowhere' })).toThrow(
      /SCHEMAS_DIR \/nowhere: cannot be read as a folder: .*ENOENT/,
    );
  });
});

describe('UNIQUE_GROUP_NAMES', () => {
  it.each([
    [true, 'server', true],
    [false, 'none', false],
  ])('%s publishes uniqueness %s and indexes displayName with unique %s', (UNIQUE_GROUP_NAMES, uniqueness, unique) => {
    const { registry, indexes } = readModel({ UNIQUE_GROUP_NAMES, UNKNOWN_ATTRIBUTES: 'ignore' });
    expect(registry.schema(GROUP)?.attributes[0]).toMatchObject({ name: 'displayName', uniqueness });
    expect(indexes.get('Group')?.find(({ attribute }) => attribute.path === 'displayName')?.unique).toBe(unique);
  });
});
