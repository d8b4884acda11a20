/** Resources of SCIM 1.1, to and from those of SCIM 2.0. */
import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../src/scim/json.ts';
import { normaliseResource } from '../../src/scim/normalise.ts';
import { resolveScim1 } from '../../src/scim1/names.ts';
import { toScim1, toScim2 } from '../../src/scim1/resource.ts';
import { faultOf } from '../scim/support/fault.ts';
import { ENTERPRISE, GROUP, groupType, USER, userType } from '../scim/support/registries.ts';

const CORE_1 = 'urn:scim:schemas:core:1.0';
const ENTERPRISE_1 = 'urn:scim:schemas:extension:enterprise:1.0';

const kept = (body: JsonObject, type = userType): JsonObject => normaliseResource(type, toScim2(type, body));

describe('a body of SCIM 1.1 (core schema §5–§8)', () => {
  it.each<[string, JsonObject, JsonObject]>([
    ['schemas', { schemas: [CORE_1] }, { schemas: [USER] }],
    ['no schemas', {}, { schemas: [USER] }],
    ['empty schemas', { schemas: [] }, { schemas: [USER] }],
    ['schemas in another case', { Schemas: ['URN:scim:schemas:CORE:1.0'] }, { schemas: [USER] }],
    ['plain attributes', { UserName: 'robin', active: 'true' }, { schemas: [USER], userName: 'robin', active: true }],
    [
      'bare and typed e-mails',
      { emails: ['a@x.com', { type: 'work', value: 'b@x.com' }] },
      { schemas: [USER], emails: [{ value: 'a@x.com' }, { type: 'work', value: 'b@x.com' }] },
    ],
    [
      "WSO2's address with a value",
      { addresses: [{ type: 'home', value: '1 Main' }] },
      { schemas: [USER], addresses: [{ type: 'home', formatted: '1 Main' }] },
    ],
    [
      'an address as the specification has it',
      { addresses: [{ type: 'work', streetAddress: '1 Main', locality: 'Colombo' }] },
      { schemas: [USER], addresses: [{ type: 'work', streetAddress: '1 Main', locality: 'Colombo' }] },
    ],
    [
      'the enterprise extension',
      { [ENTERPRISE_1]: { employeeNumber: '42', manager: { managerId: 'm1', displayName: 'Boss' } } },
      {
        schemas: [USER, ENTERPRISE],
        [ENTERPRISE]: { employeeNumber: '42', manager: { value: 'm1', displayName: 'Boss' } },
      },
    ],
    [
      'names with their schema',
      { [`${CORE_1}:userName`]: 'robin', [`${ENTERPRISE_1}:department`]: 'Sales' },
      { schemas: [USER, ENTERPRISE], userName: 'robin', [ENTERPRISE]: { department: 'Sales' } },
    ],
    [
      'id and meta, which are not for clients',
      { id: 'local', meta: { created: '2026-01-01T00:00:00Z' } },
      { schemas: [USER] },
    ],
  ])('is read with %s', (_title, body, resource) => {
    expect(kept(body)).toEqual(resource);
  });

  it('has members whatever type it says they are', () => {
    const body = {
      schemas: [CORE_1],
      displayName: 'Sales',
      members: [{ display: 'robin', type: 'Group', value: 'id-1' }],
    };
    const members = [{ display: 'robin', value: 'id-1' }];
    expect(kept(body, groupType)).toEqual({ schemas: [GROUP], displayName: 'Sales', members });
  });

  it.each([
    ['a PatchOp of SCIM 2.0', ['urn:ietf:params:scim:api:messages:2.0:PatchOp']],
    ['a Group of SCIM 2.0', [GROUP]],
    ['an extension alone', [ENTERPRISE_1]],
  ])('is refused with 400 when its schemas are those of %s', (_title, schemas) => {
    expect(faultOf(() => toScim2(userType, { schemas }))).toMatchObject({
      status: 400,
      scimType: 'invalidValue',
      detail: `schemas must contain ${CORE_1}`,
    });
  });

  it('keeps what no schema has, for the service to leave out or refuse', () => {
    expect(toScim2(userType, { shoeSize: 43, [ENTERPRISE_1]: { hat: 'x' } })).toEqual({
      schemas: [USER],
      shoeSize: 43,
      [ENTERPRISE]: { hat: 'x' },
    });
  });

  it('takes no prototype from a name', () => {
    const body = JSON.parse('{"__proto__":{"active":true},"userName":"a"}') as JsonObject;
    expect(Object.getPrototypeOf(toScim2(userType, body))).toBe(Object.prototype);
    expect(kept(body)).toEqual({ schemas: [USER], userName: 'a' });
  });
});

describe('a resource as it is answered in SCIM 1.1', () => {
  it('has the schemas, names and parts of SCIM 1.1 alone', () => {
    const resource = {
      schemas: [USER, ENTERPRISE],
      id: 'u1',
      userName: 'robin',
      addresses: [{ type: 'home', formatted: '1 Main' }],
      groups: [{ value: 'g1', $ref: 'http://x/Groups/g1', display: 'Sales', type: 'direct' }],
      [ENTERPRISE]: { department: 'Eng', manager: { value: 'm1', $ref: 'http://x/Users/m1', displayName: 'Boss' } },
      meta: { resourceType: 'User', created: '2026-01-01T00:00:00.000Z', location: 'http://x/Users/u1' },
    };
    expect(toScim1(userType, resource)).toEqual({
      schemas: [CORE_1, ENTERPRISE_1],
      id: 'u1',
      userName: 'robin',
      addresses: [{ type: 'home', formatted: '1 Main' }],
      groups: [{ value: 'g1', display: 'Sales', type: 'direct' }],
      [ENTERPRISE_1]: { department: 'Eng', manager: { managerId: 'm1', displayName: 'Boss' } },
      meta: { created: '2026-01-01T00:00:00.000Z', location: 'http://x/Users/u1' },
    });
  });

  it('comes back the same when a client sends what it got', () => {
    const resource: JsonObject = {
      schemas: [USER, ENTERPRISE],
      userName: 'robin',
      name: { givenName: 'Robin' },
      emails: [{ value: 'a@x.com', type: 'work', primary: true }],
      x509Certificates: [{ value: 'AAAA' }],
      [ENTERPRISE]: { costCenter: '7', manager: { value: 'm1' } },
    };
    expect(kept(toScim1(userType, resource))).toEqual(resource);
  });
});

describe('a name of SCIM 1.1 (API §3.8)', () => {
  it.each([
    ['userName', 'userName'],
    ['NAME.givenname', 'name.givenName'],
    [`${CORE_1}:name.familyName`, 'name.familyName'],
    [`${ENTERPRISE_1}:department`, `${ENTERPRISE}:department`],
    [`${ENTERPRISE_1}:manager.managerId`, `${ENTERPRISE}:manager.value`],
    ['addresses.value', 'addresses.formatted'],
    ['emails.type', 'emails.type'],
    [`${USER}:userName`, 'userName'],
  ])('%s means %s', (text, path) => {
    const { attribute, subAttribute } = resolveScim1(userType, text) ?? {};
    expect((subAttribute ?? attribute)?.path).toBe(path);
  });

  it('is that of an extension as a whole when it is a URN alone', () => {
    expect(resolveScim1(userType, ENTERPRISE_1)).toEqual({ extension: ENTERPRISE });
  });

  it.each(['shoeSize', 'name.shoeSize', `${ENTERPRISE_1}x:department`, 'toString', ''])('%s means nothing', (text) => {
    expect(resolveScim1(userType, text)).toBeUndefined();
  });
});
