/** PATCH of SCIM 1.1: what becomes of a resource, by the specification and as WSO2 IS 5 means it. */
import { describe, expect, it } from '@jest/globals';
import type { Json, JsonObject } from '../../src/scim/json.ts';
import { normaliseResource } from '../../src/scim/normalise.ts';
import { applyPatch } from '../../src/scim/patch/apply.ts';
import type { ResourceType } from '../../src/scim/schema/resource-type.ts';
import { readScim1Patch, type Scim1PatchOptions } from '../../src/scim1/patch.ts';
import { faultOf } from '../scim/support/fault.ts';
import { ENTERPRISE, GROUP, groupType, USER, userType } from '../scim/support/registries.ts';

const CORE_1 = 'urn:scim:schemas:core:1.0';
const ENTERPRISE_1 = 'urn:scim:schemas:extension:enterprise:1.0';
const lists = new Set(groupType.attributes.filter(({ name }) => name === 'members'));

function without(resource: JsonObject, attribute: string): JsonObject {
  return Object.fromEntries(Object.entries(resource).filter(([name]) => name !== attribute));
}

function patch(
  type: ResourceType,
  before: JsonObject,
  body: unknown,
  options: Partial<Scim1PatchOptions> = {},
): JsonObject {
  const { operations, pluralsOf } = readScim1Patch(type, body, { lists, plurals: 'merge', ...options });
  const document = without(before, 'members');
  const all = [...operations, ...(pluralsOf?.(document) ?? [])];
  return normaliseResource(type, applyPatch(type, before, all, { unknown: options.unknown }));
}

const ROBIN: JsonObject = {
  schemas: [USER, ENTERPRISE],
  id: 'u1',
  userName: 'robin',
  nickName: 'rob',
  name: { givenName: 'Robin', familyName: 'Hood' },
  emails: [
    { value: 'a@x.com', type: 'work', primary: true },
    { value: 'b@x.com', type: 'home' },
  ],
  addresses: [{ type: 'home', formatted: '1 Main' }],
  [ENTERPRISE]: { department: 'Eng', manager: { value: 'm1' } },
};
const STORED = without(ROBIN, 'id');
const [WORK, HOME] = ROBIN['emails'] as JsonObject[] as [JsonObject, JsonObject];

interface Case {
  readonly title: string;
  readonly body: JsonObject;
  /** Attributes that are other than before; undefined: gone. */
  readonly changed: Readonly<Record<string, Json | undefined>>;
}

const expected = (changed: Case['changed']): Record<string, Json | undefined> => {
  const after = { ...STORED, ...changed };
  return Object.fromEntries(Object.entries(after).filter(([, value]) => value !== undefined));
};

const SPECIFIED: readonly Case[] = [
  { title: 'replaces a simple attribute', body: { nickName: 'hood' }, changed: { nickName: 'hood' } },
  {
    title: 'merges a complex attribute by its parts',
    body: { name: { familyName: 'of Loxley' } },
    changed: { name: { givenName: 'Robin', familyName: 'of Loxley' } },
  },
  {
    title: 'adds a value that is not there',
    body: { emails: [{ value: 'c@x.com' }] },
    changed: { emails: [WORK, HOME, { value: 'c@x.com' }] },
  },
  {
    title: 'merges a value that is there, in any case',
    body: { emails: [{ value: 'B@x.com', type: 'other', display: 'B' }] },
    changed: { emails: [WORK, { value: 'B@x.com', type: 'other', display: 'B' }] },
  },
  {
    title: 'makes a new primary the only one',
    body: { emails: [{ value: 'b@x.com', primary: true }] },
    changed: {
      emails: [
        { ...WORK, primary: false },
        { ...HOME, primary: true },
      ],
    },
  },
  {
    title: 'deletes a value by "operation": "delete"',
    body: { emails: [{ value: 'a@x.com', operation: 'delete' }] },
    changed: { emails: [HOME] },
  },
  {
    title: 'deletes one value and adds another at once',
    body: { emails: [{ value: 'a@x.com', Operation: 'Delete' }, { value: 'c@x.com' }] },
    changed: { emails: [HOME, { value: 'c@x.com' }] },
  },
  {
    title: 'leaves a value alone whose deletion names another',
    body: { emails: [{ value: 'zzz@x.com', operation: 'delete' }] },
    changed: {},
  },
  {
    title: 'deletes what has no value by all that is said of it',
    body: { addresses: [{ type: 'home', formatted: '1 Main', operation: 'delete' }] },
    changed: { addresses: undefined },
  },
  {
    title: 'does not add an address twice',
    body: { addresses: [{ type: 'home', value: '1 Main' }] },
    changed: {},
  },
  {
    title: 'removes what meta.attributes names',
    body: { meta: { attributes: ['nickName', 'name.familyName', 'emails', `${ENTERPRISE_1}:manager.managerId`] } },
    changed: {
      nickName: undefined,
      name: { givenName: 'Robin' },
      emails: undefined,
      [ENTERPRISE]: { department: 'Eng' },
    },
  },
  {
    title: 'replaces a list that meta.attributes names and the body has',
    body: { meta: { attributes: ['EMAILS'] }, emails: ['c@x.com'] },
    changed: { emails: [{ value: 'c@x.com' }] },
  },
  {
    title: 'changes the enterprise extension',
    body: { schemas: [CORE_1, ENTERPRISE_1], [ENTERPRISE_1]: { department: 'Sales', manager: { managerId: 'm2' } } },
    changed: { [ENTERPRISE]: { department: 'Sales', manager: { value: 'm2' } } },
  },
  {
    title: 'leaves out what is readOnly or known to nobody',
    body: { id: 'x', meta: { created: '2026-01-01T00:00:00Z' }, groups: [{ value: 'g1' }], shoeSize: 43 },
    changed: {},
  },
  { title: 'clears what is set to ""', body: { nickName: '', password: '' }, changed: { nickName: undefined } },
];

const WSO2: readonly Case[] = [
  {
    title: 'puts a new address of a type in the place of the old',
    body: { emails: [{ type: 'Home', value: 'new@x.com' }] },
    changed: { emails: [WORK, { type: 'Home', value: 'new@x.com' }] },
  },
  {
    title: 'adds a bare address beside the typed ones',
    body: { emails: ['bare@x.com'] },
    changed: { emails: [WORK, HOME, { value: 'bare@x.com' }] },
  },
  {
    title: 'clears the values of a type',
    body: { emails: [{ type: 'home', value: '' }] },
    changed: { emails: [WORK] },
  },
  { title: 'clears nothing with a bare "" where all have types', body: { emails: [''] }, changed: {} },
  {
    title: 'replaces an address that is a value',
    body: { addresses: [{ type: 'home', value: '2 Main' }] },
    changed: { addresses: [{ type: 'home', formatted: '2 Main' }] },
  },
  {
    title: 'still deletes by "operation": "delete"',
    body: { emails: [{ value: 'a@x.com', operation: 'delete' }] },
    changed: { emails: [HOME] },
  },
];

describe('a PATCH of SCIM 1.1 (API §3.3.2)', () => {
  it.each(SPECIFIED)('$title', ({ body, changed }) => {
    expect(patch(userType, ROBIN, { schemas: [CORE_1], ...body })).toEqual(expected(changed));
  });

  it('gives elements that share a value neither parts nor an end that was not meant for them', () => {
    const twice = { ...ROBIN, emails: [WORK, { ...WORK, type: 'home', primary: false }] };
    const body = { emails: [{ value: 'a@x.com', type: 'home', operation: 'delete' }] };
    expect(patch(userType, twice, body)['emails']).toEqual([WORK]);
    const added = patch(userType, twice, { emails: [{ value: 'a@x.com', type: 'other' }] });
    expect(added['emails']).toHaveLength(3);
  });
});

describe('a PATCH of a client whose values replace those of the same type', () => {
  it.each(WSO2)('$title', ({ body, changed }) => {
    const after = patch(userType, ROBIN, { schemas: [CORE_1], ...body }, { plurals: 'replace by type' });
    expect(after).toEqual(expected(changed));
  });

  it('puts the latest bare address first where the one before it was, and forgets that one', () => {
    const before = { ...ROBIN, emails: [{ value: 'old@x.com' }, HOME] };
    const after = patch(userType, before, { emails: ['new@x.com'] }, { plurals: 'replace by type' });
    expect(after['emails']).toEqual([{ value: 'new@x.com' }, HOME]);
  });

  it('clears the bare address with ""', () => {
    const before = { ...ROBIN, emails: [{ value: 'old@x.com' }, HOME] };
    expect(patch(userType, before, { emails: '' }, { plurals: 'replace by type' })['emails']).toEqual([HOME]);
  });
});

describe('a PATCH of a group', () => {
  const group = { schemas: [GROUP], displayName: 'Sales', members: [{ value: 'u1' }, { value: 'u2' }] };

  it('adds and deletes single members, of which nobody else need be read', () => {
    const body = {
      displayName: 'Sales',
      members: [
        { value: 'u3', type: 'Group' },
        { value: 'u1', operation: 'delete' },
      ],
    };
    const { operations, pluralsOf } = readScim1Patch(groupType, body, { lists, plurals: 'merge' });
    expect(pluralsOf).toBeUndefined();
    expect(operations).toEqual([
      { op: 'replace', value: { displayName: 'Sales' } },
      { op: 'remove', path: 'members', value: [{ value: 'u1' }] },
      { op: 'add', path: 'members', value: [{ value: 'u3' }] },
    ]);
    expect(patch(groupType, group, body)['members']).toEqual([{ value: 'u2' }, { value: 'u3' }]);
  });

  it('deletes a member by its value, whatever else the element says', () => {
    const body = { members: [{ value: 'u1', display: 'robin', operation: 'delete' }] };
    expect(patch(groupType, group, body)['members']).toEqual([{ value: 'u2' }]);
  });

  it('replaces all members when meta.attributes names them', () => {
    const body = { meta: { attributes: ['members'] }, members: [{ value: 'u3' }] };
    expect(patch(groupType, group, body)['members']).toEqual([{ value: 'u3' }]);
  });
});

describe('a PATCH that cannot be read', () => {
  const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
  it.each<[string, unknown, string | undefined, string]>([
    ['no object', [], 'invalidSyntax', 'the body must be a JSON object with parts of a User, got an array'],
    ['no body', undefined, 'invalidSyntax', 'the body must be a JSON object with parts of a User, got nothing'],
    ['one of SCIM 2.0', { schemas: [PATCH_OP], Operations: [] }, 'invalidValue', `schemas must contain ${CORE_1}`],
    [
      'a name in meta.attributes that is none',
      { meta: { attributes: ['shoeSize'] } },
      'invalidPath',
      'meta.attributes: User has no attribute shoeSize',
    ],
    [
      'meta.attributes that are no list',
      { meta: { attributes: 'title' } },
      'invalidValue',
      'meta.attributes must be a list of names, not a string',
    ],
  ])('is refused: %s', (_title, body, scimType, detail) => {
    const fault = faultOf(() => patch(userType, ROBIN, body));
    expect(fault).toMatchObject({ status: 400, scimType, detail });
  });

  it('is refused when it has names that a strict deployment does not allow, and not for words of SCIM 1.1', () => {
    const options = { unknown: 'refuse' } as const;
    const known = { meta: { attributes: ['title'] }, emails: [{ value: 'a@x.com', operation: 'delete' }] };
    expect(patch(userType, ROBIN, known, options)['emails']).toEqual([HOME]);
    for (const body of [{ shoeSize: 43 }, { emails: [{ value: 'a', shoeSize: 43 }] }, { [ENTERPRISE_1]: { hat: 1 } }])
      expect(faultOf(() => patch(userType, ROBIN, body, options))).toMatchObject({ scimType: 'invalidSyntax' });
  });
});
