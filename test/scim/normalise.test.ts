/** The one form of a resource, whatever form a client chose (RFC 7643 §2.1, §2.5, §3). */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { JsonObject } from '../../src/scim/json.ts';
import { normaliseResource } from '../../src/scim/normalise.ts';
import { messyObjects, resources } from './support/arbitraries.ts';
import { faultOf } from './support/fault.ts';
import { freeze } from './support/freeze.ts';
import { CRM, ENTERPRISE, GROUP, groupType, labType, PROVISIONING, USER, userType } from './support/registries.ts';

const base = { schemas: [USER], userName: 'robin' };
const normalise = (input: JsonObject) => normaliseResource(userType, freeze({ userName: 'robin', ...input }));

describe('names', () => {
  it.each<[string, JsonObject, JsonObject]>([
    [
      'gives attributes their canonical names',
      { DISPLAYNAME: 'R', Name: { GivenName: 'Robin' } },
      { displayName: 'R', name: { givenName: 'Robin' } },
    ],
    ['lets the last of two spellings win', { nickname: 'a', nickName: 'b' }, { nickName: 'b' }],
    ['drops unknown attributes', { shoeSize: 43, emails: [{ value: 'a', spam: true }] }, { emails: [{ value: 'a' }] }],
    ['drops readOnly attributes', { id: 'x', meta: { created: 'y' }, groups: [{ value: 'g' }] }, {}],
    [
      'reads dotted names',
      { 'name.givenName': 'Robin', 'name.familyName': 'Hood' },
      { name: { givenName: 'Robin', familyName: 'Hood' } },
    ],
    ['passes over dotted names of multi-valued attributes', { 'emails.value': 'a' }, {}],
    ['reads the URN of the base schema before a name', { [`${USER}:title`]: 'Dr' }, { title: 'Dr' }],
  ])('%s', (_, input, expected) => {
    expect(normalise(input)).toEqual({ ...base, ...expected });
  });

  it.each<[string, JsonObject, JsonObject]>([
    ['an extension object', { [ENTERPRISE]: { Department: 'Eng' } }, { department: 'Eng' }],
    [
      'an extension object under a URN of another case',
      { [ENTERPRISE.toUpperCase()]: { department: 'Eng' } },
      { department: 'Eng' },
    ],
    ['a URN with an attribute', { [`${ENTERPRISE}:department`]: 'Eng' }, { department: 'Eng' }],
    ['a URN with a sub-attribute', { [`${ENTERPRISE}:manager.value`]: 'm1' }, { manager: { value: 'm1' } }],
    [
      'both together',
      { [ENTERPRISE]: { costCenter: 'c' }, [`${ENTERPRISE}:department`]: 'Eng' },
      { costCenter: 'c', department: 'Eng' },
    ],
  ])('reads %s', (_, input, extension) => {
    expect(normalise(input)).toEqual({ ...base, schemas: [USER, ENTERPRISE], [ENTERPRISE]: extension });
  });

  it('drops an extension that only the server writes', () => {
    expect(normalise({ [PROVISIONING]: { state: 'delivered' } })).toEqual(base);
  });
});

describe('values', () => {
  it.each<[string, JsonObject, JsonObject]>([
    [
      'makes objects of bare strings (WSO2 Identity Server)',
      { emails: ['a@x.com'] },
      { emails: [{ value: 'a@x.com' }] },
    ],
    [
      'takes objects and bare strings mixed (WSO2 Identity Server)',
      { emails: [{ type: 'work', value: 'a' }, 'b'] },
      { emails: [{ type: 'work', value: 'a' }, { value: 'b' }] },
    ],
    ['makes a list of a single object', { phoneNumbers: { value: '1' } }, { phoneNumbers: [{ value: '1' }] }],
    ['makes a list of a single string', { emails: 'a@x.com' }, { emails: [{ value: 'a@x.com' }] }],
    ['drops what is null', { title: null, name: { givenName: null }, emails: [null], roles: null }, {}],
    ['drops what is empty', { emails: [], name: {}, addresses: [{}], roles: [''], [ENTERPRISE]: {} }, {}],
    [
      'reads "True" and "false" as booleans (Entra ID)',
      { active: 'True', emails: [{ value: 'a', primary: 'false' }] },
      { active: true, emails: [{ value: 'a', primary: false }] },
    ],
    ['leaves other text for validation to refuse', { active: 'maybe' }, { active: 'maybe' }],
    [
      'leaves values as they are',
      { title: ' Dr  ', nickName: 'ROB', emails: [{ value: '' }] },
      { title: ' Dr  ', nickName: 'ROB', emails: [{ value: '' }] },
    ],
    [
      'leaves the last of several primary elements',
      { emails: [{ value: 'a', primary: true }, { value: 'b', primary: true }, { value: 'c' }] },
      { emails: [{ value: 'a', primary: false }, { value: 'b', primary: true }, { value: 'c' }] },
    ],
  ])('%s', (_, input, expected) => {
    expect(normalise(input)).toEqual({ ...base, ...expected });
  });

  it('takes a manager as a bare string (Entra ID)', () => {
    expect(normalise({ [ENTERPRISE]: { manager: 'm1' } })[ENTERPRISE]).toEqual({ manager: { value: 'm1' } });
  });
});

describe('schemas', () => {
  it.each<[string, JsonObject]>([
    ['nothing', {}],
    ['an empty list (WSO2 Identity Server)', { schemas: [] }],
    ['null', { schemas: null }],
    ['the base schema in another case', { SCHEMAS: [USER.toLowerCase()] }],
    ['a bare string', { schemas: USER }],
    ['an extension without data and an unknown one', { schemas: [ENTERPRISE, 'urn:x', USER] }],
  ])('makes the base schema of %s', (_, input) => {
    expect(normalise(input)['schemas']).toEqual([USER]);
  });

  it('adds extensions with data, after the base schema', () => {
    const input = { [CRM]: { source: 'web' }, [ENTERPRISE]: { department: 'Eng' }, userName: 'robin' };
    expect(normaliseResource(labType, input)['schemas']).toEqual([USER, ENTERPRISE, CRM]);
  });

  it.each([[[GROUP]], [[ENTERPRISE]], ['urn:x'], [[42]], [{ a: 1 }]])('refuses %j with 400 invalidValue', (schemas) => {
    expect(faultOf(() => normalise({ schemas }))).toEqual({
      status: 400,
      scimType: 'invalidValue',
      detail: `schemas must contain ${USER}`,
    });
  });
});

describe('whatever comes', () => {
  it('is normalised once and for all', () => {
    fc.assert(
      fc.property(messyObjects(labType), (input) => {
        const once = attempt(() => normaliseResource(labType, freeze(input)));
        if (once !== undefined) expect(normaliseResource(labType, once)).toEqual(once);
      }),
    );
  });

  it('stays as it is when it is valid', () => {
    fc.assert(
      fc.property(resources(labType), (resource) => {
        labType.validate(resource);
        expect(normaliseResource(labType, resource)).toEqual(resource);
      }),
    );
  });

  it('keeps a group as it is', () => {
    const group = { schemas: [GROUP], displayName: 'G', members: [{ value: 'a', display: 'A', $ref: '../Users/a' }] };
    expect(normaliseResource(groupType, group)).toEqual(group);
  });
});

function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof Error && error.name === 'ScimError') return undefined;
    throw error;
  }
}
