/** What a strict profile refuses: all that the RFCs do not have and others read all the same. */
import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../src/scim/json.ts';
import { PROFILES } from '../../../src/scim/profiles/profiles.ts';
import { readOperations, readWritten } from '../../../src/scim/profiles/read-written.ts';
import { faultOf } from '../support/fault.ts';
import { ENTERPRISE, labType, USER } from '../support/registries.ts';

const schemas = [USER];
const PATCH_OP = ['urn:ietf:params:scim:api:messages:2.0:PatchOp'];

const bodies: readonly [string, JsonObject, string, RegExp][] = [
  ['missing schemas', { userName: 'a' }, 'invalidSyntax', /^schemas must contain urn:/],
  ['empty schemas', { schemas: [], userName: 'a' }, 'invalidSyntax', /^schemas must contain urn:/],
  ['a quoted boolean', { schemas, active: 'True' }, 'invalidValue', /^active must be true or false, not a string/],
  [
    'one value for a list',
    { schemas, emails: { value: 'a@x' } },
    'invalidValue',
    /^emails must be an array, not an object/,
  ],
  [
    'a bare string for an element',
    { schemas, emails: ['a@x'] },
    'invalidValue',
    /^emails\[0\] must be an object, not a string/,
  ],
  [
    'a quoted boolean in an element',
    { schemas, emails: [{ value: 'a', primary: 'true' }] },
    'invalidValue',
    /^emails\[0\]\.primary/,
  ],
  [
    'a dotted name',
    { schemas, 'name.givenName': 'A' },
    'invalidSyntax',
    /^name.givenName must be givenName in an object name/,
  ],
  [
    'a manager as a string',
    { schemas, [ENTERPRISE]: { manager: 'm1' } },
    'invalidValue',
    /manager must be an object, not a string/,
  ],
];

const operations: readonly [string, JsonObject, string, RegExp][] = [
  [
    'missing schemas',
    { Operations: [{ op: 'remove', path: 'title' }] },
    'invalidSyntax',
    /^schemas must contain .*PatchOp/,
  ],
  ['no operations', { schemas: PATCH_OP, Operations: [] }, 'invalidSyntax', /at least one operation/],
  [
    'a capitalised verb',
    op({ op: 'Replace', path: 'title', value: 'x' }),
    'invalidSyntax',
    /^Operations\[0\]\.op must be "replace"/,
  ],
  [
    'a quoted boolean',
    op({ op: 'replace', path: 'active', value: 'False' }),
    'invalidValue',
    /^active must be true or false/,
  ],
  [
    'a wrapped value',
    op({ op: 'replace', path: 'active', value: ['x'] }),
    'invalidValue',
    /^active must be one value, not an array/,
  ],
  [
    'a name with a filter',
    op({ op: 'add', value: { 'emails[type eq "work"].value': 'x' } }),
    'invalidPath',
    /is a path: give it as the path/,
  ],
  [
    'a dotted name',
    op({ op: 'add', value: { 'name.givenName': 'x' } }),
    'invalidSyntax',
    /must be givenName in an object name/,
  ],
];

function op(operation: JsonObject): JsonObject {
  return { schemas: PATCH_OP, Operations: [operation] };
}

describe('a strict profile', () => {
  it.each(bodies)('refuses %s in a resource', (_title, body, scimType, detail) => {
    const fault = faultOf(() => readWritten(PROFILES.strict, labType, body, new Set()));
    expect(fault).toMatchObject({ status: 400, scimType, detail: expect.stringMatching(detail) });
  });

  it.each(operations)('refuses %s in a PATCH', (_title, body, scimType, detail) => {
    const fault = faultOf(() => readOperations(PROFILES.strict, labType, body, new Set()));
    expect(fault).toMatchObject({ status: 400, scimType, detail: expect.stringMatching(detail) });
  });

  it.each([...bodies.slice(0, 2), ...bodies.slice(2)])('is the only one that refuses %s', (_title, body) => {
    expect(readWritten(PROFILES.default, labType, body, new Set())).toBe(body);
  });

  it('takes what the RFCs have: names in any case, null, lists, extensions', () => {
    const body: JsonObject = {
      schemas: [USER, ENTERPRISE],
      USERNAME: 'a',
      title: null,
      active: true,
      emails: [{ value: 'a@x', primary: true }],
      [ENTERPRISE]: { manager: { value: 'm1' } },
    };
    expect(readWritten(PROFILES.strict, labType, body, new Set())).toBe(body);
    const value = { displayName: 'x', name: { givenName: 'y' } };
    expect(readOperations(PROFILES.strict, labType, op({ op: 'add', value }), new Set())).toEqual([
      { op: 'add', value },
    ]);
  });
});

describe('a profile that unpacks JSON', () => {
  const packed = '{"id":"1","value":"Admin","displayName":"Administrator"}';
  const unpacked = { id: '1', value: 'Admin', display: 'Administrator' };

  it.each<[string, JsonObject, unknown]>([
    ['a list of packed elements', { roles: [{ value: packed, type: 't' }] }, { roles: [{ ...unpacked, type: 't' }] }],
    ['one packed element', { roles: packed }, { roles: unpacked }],
    ['nothing in what is no JSON', { roles: [{ value: '{nope' }] }, { roles: [{ value: '{nope' }] }],
    ['nothing in single-valued attributes', { displayName: packed }, { displayName: packed }],
  ])('reads %s', (_title, body, expected) => {
    expect(readWritten(PROFILES.entra, labType, body, new Set())).toEqual(expected);
  });

  it('says where', () => {
    const rewritten = new Set<string>();
    const value = [{ value: packed }];
    readOperations(PROFILES.entra, labType, { Operations: [{ op: 'add', path: 'roles', value }] }, rewritten);
    expect([...rewritten]).toEqual(['roles: JSON in a string unpacked']);
  });

  it('is not the default', () => {
    const body = { roles: [{ value: packed }] };
    expect(readWritten(PROFILES.default, labType, body, new Set())).toBe(body);
  });
});
