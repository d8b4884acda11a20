/** Names that the schemas do not have, refused where a server is told to (RFC 7644 §3.12). */
import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../src/scim/json.ts';
import { applyPatch } from '../../src/scim/patch/apply.ts';
import type { PatchOperation } from '../../src/scim/patch/parse.ts';
import { refuseUnknown } from '../../src/scim/unknown.ts';
import { faultOf } from './support/fault.ts';
import { freeze } from './support/freeze.ts';
import { ENTERPRISE, GROUP, PROVISIONING, USER, userType } from './support/registries.ts';

const refused = (names: string) => ({
  status: 400,
  scimType: 'invalidSyntax',
  detail: `the schemas of User have no ${names}: leave out what they do not have`,
});

describe('refuseUnknown', () => {
  it.each<[JsonObject, string]>([
    [{ shoeSize: 43 }, 'shoeSize'],
    [{ shoeSize: null }, 'shoeSize'],
    [{ name: { first: 'R' } }, 'name.first'],
    [{ emails: [{ value: 'a', spam: true }] }, 'emails.spam'],
    [{ 'name.first': 'R' }, 'name.first'],
    [{ 'emails.value': 'a' }, 'emails.value'],
    [{ 'emails[type eq "work"].value': 'a' }, 'emails[type eq "work"].value'],
    [{ [ENTERPRISE]: { shoeSize: 43 } }, `${ENTERPRISE}:shoeSize`],
    [{ [ENTERPRISE]: { manager: { name: 'x' } } }, `${ENTERPRISE}:manager.name`],
    [{ [`${ENTERPRISE}:shoeSize`]: 43 }, `${ENTERPRISE}:shoeSize`],
    [{ 'urn:x:y': { a: 1 } }, 'urn:x:y'],
    [{ schemas: [USER, 'urn:x:y', GROUP] }, `urn:x:y, ${GROUP}`],
    [{ ['__proto__']: 1, constructor: 2 }, '__proto__, constructor'],
    [
      Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`a${index}`, 1])),
      'a0, a1, a2, a3, a4, a5, a6, a7, a8, a9 and 2 more',
    ],
  ])('names what is unknown in %j: 400 invalidSyntax', (resource, names) => {
    expect(faultOf(() => refuseUnknown(userType, freeze({ userName: 'robin', ...resource })))).toEqual(refused(names));
  });

  it.each<[string, JsonObject]>([
    ['names in any case', { USERNAME: 'r', Name: { GIVENNAME: 'R' }, [ENTERPRISE.toUpperCase()]: { Department: 'x' } }],
    ['what is readOnly', { id: 'x', meta: { version: 'y' }, groups: [{ value: 'g' }], [PROVISIONING]: { state: 'x' } }],
    ['dotted names', { 'name.givenName': 'R', [`${ENTERPRISE}:manager.value`]: 'm' }],
    ['schemas of the type in any case', { schemas: [USER.toUpperCase(), ENTERPRISE] }],
    ['values of the wrong type, which validation refuses', { name: 5, emails: ['a'], [ENTERPRISE]: 'x', schemas: [5] }],
  ])('takes %s', (_, resource) => {
    expect(() => refuseUnknown(userType, resource)).not.toThrow();
  });
});

describe('applyPatch with unknown: refuse', () => {
  const resource = { schemas: [USER], id: '1', userName: 'robin', emails: [{ type: 'work', value: 'a' }] };
  const patch = (operation: PatchOperation) =>
    applyPatch(userType, freeze(resource), [operation], { unknown: 'refuse' });

  it.each<[PatchOperation, string]>([
    [{ op: 'add', value: { shoeSize: 43, title: 'x' } }, 'shoeSize'],
    [{ op: 'replace', value: { name: { first: 'R' } } }, 'name.first'],
    [{ op: 'add', value: { [ENTERPRISE]: { shoeSize: 43 } } }, `${ENTERPRISE}:shoeSize`],
    [{ op: 'add', value: { 'urn:x:y': { a: 1 } } }, 'urn:x:y'],
    [{ op: 'add', path: 'name', value: { first: 'R' } }, 'name.first'],
    [{ op: 'add', path: 'emails', value: [{ value: 'b', spam: true }] }, 'emails.spam'],
    [{ op: 'replace', path: 'emails[type eq "work"]', value: { value: 'b', spam: true } }, 'emails.spam'],
    [{ op: 'add', value: { 'emails[type eq "work"]': { spam: true } } }, 'emails.spam'],
    [{ op: 'add', path: ENTERPRISE, value: { shoeSize: 43 } }, `${ENTERPRISE}:shoeSize`],
  ])('names what is unknown in %j: 400 invalidSyntax', (operation, names) => {
    const { detail, ...rest } = refused(names);
    expect(faultOf(() => patch(operation))).toEqual({ ...rest, detail: `Operations[0]: ${detail}` });
  });

  it('applies what is known', () => {
    const value = { 'emails[type eq "work"].value': 'b', 'name.givenName': 'R', [`${ENTERPRISE}:department`]: 'x' };
    expect(patch({ op: 'replace', value })).toMatchObject({
      emails: [{ type: 'work', value: 'b' }],
      name: { givenName: 'R' },
      [ENTERPRISE]: { department: 'x' },
    });
  });
});
