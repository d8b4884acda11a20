/** Types and required attributes (RFC 7643 §2.2, §2.3). */
import { describe, expect, it } from '@jest/globals';
import { normaliseResource } from '../../../src/scim/normalise.ts';
import type { JsonObject } from '../../../src/scim/json.ts';
import { createRegistry } from '../../../src/scim/schema/registry.ts';
import { faultOf } from '../support/fault.ts';
import { freeze } from '../support/freeze.ts';
import { CRM, ENTERPRISE, GROUP, groupType, labType, published, USER } from '../support/registries.ts';

const validate = (input: JsonObject) =>
  labType.validate(freeze(normaliseResource(labType, { userName: 'robin', ...input })));

describe('validate', () => {
  it.each<[JsonObject, string]>([
    [{ userName: null }, 'userName is required'],
    [{ userName: '' }, 'userName must not be blank'],
    [{ userName: ' \t' }, 'userName must not be blank'],
    [{ userName: 5 }, 'userName must be a string, not a number'],
    [{ active: 'maybe' }, 'active must be a boolean, not a string'],
    [{ active: 1 }, 'active must be a boolean, not a number'],
    [{ name: 'Robin' }, 'name must be an object, not a string'],
    [{ name: { givenName: ['Robin'] } }, 'name.givenName must be a string, not an array'],
    [{ emails: [{ value: 'a' }, { value: 5 }] }, 'emails[1].value must be a string, not a number'],
    [{ emails: [[{ value: 'a' }]] }, 'emails[0] must be an object, not an array'],
    [{ addresses: ['1 Main St'] }, 'addresses[0] must be an object, not a string'],
    [{ tags: ['a', 5] }, 'tags[1] must be a string, not a number'],
    [{ age: 1.5 }, 'age must be an integer, not a number'],
    [{ age: 2 ** 53 }, 'age must be an integer, not one too large to keep'],
    [{ height: Infinity }, 'height must be a number, not one too large to keep'],
    [{ age: '1' }, 'age must be an integer, not a string'],
    [{ height: true }, 'height must be a number, not a boolean'],
    [{ hiredAt: 'soon' }, 'hiredAt must be a dateTime such as 2024-01-31T09:30:00Z, not a string'],
    [{ [ENTERPRISE]: 'x' }, `${ENTERPRISE} must be an object, not a string`],
    [{ [ENTERPRISE]: { department: 5 } }, `${ENTERPRISE}:department must be a string, not a number`],
    [{ [CRM]: { tags: [{ value: false }] } }, `${CRM}:tags[0].value must be a string, not a boolean`],
    [{ password: { secret: 'hunter2' } }, 'password must be a string, not an object'],
  ])('refuses %j with 400 invalidValue', (input, detail) => {
    expect(faultOf(() => validate(input))).toEqual({ status: 400, scimType: 'invalidValue', detail });
  });

  it.each<[string, JsonObject, string]>([
    [
      'two faults',
      { active: 'maybe', [ENTERPRISE]: { department: 5 } },
      `active must be a boolean, not a string; ${ENTERPRISE}:department must be a string, not a number`,
    ],
    [
      'a fault beyond the hundredth element',
      { tags: [...Array<string>(200).fill('a'), 5] },
      'tags[200] must be a string, not a number',
    ],
    [
      'ten of twelve',
      { tags: Array<number>(12).fill(5) },
      `${Array.from({ length: 10 }, (_, index) => `tags[${index}] must be a string, not a number`).join('; ')}; and 2 more`,
    ],
  ])('names %s in one detail', (_, input, detail) => {
    expect(faultOf(() => validate(input))).toEqual({ status: 400, scimType: 'invalidValue', detail });
  });

  it('names what is nested without end', () => {
    const deep = JSON.parse(`${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`) as JsonObject;
    expect(faultOf(() => labType.validate({ schemas: [USER], userName: deep }))).toMatchObject({
      detail: 'userName must be a string, not an object',
    });
  });

  it.each<[string, JsonObject]>([
    ['a userName that is a UUID', { userName: '5b1d9ab0-5dd5-4b0c-9d3a-0b0e0c9dbd0e' }],
    ['a telephone number of any form', { phoneNumbers: [{ value: 'call me' }] }],
    [
      'a country, locale and profileUrl of any form',
      { locale: 'x', profileUrl: 'y', addresses: [{ country: 'Utopia' }] },
    ],
    ['a certificate that is not DER', { x509Certificates: [{ value: 'bm90IERFUg==' }] }],
    ['types beside the canonical ones', { emails: [{ value: 'a', type: 'untyped' }] }],
    ['a manager without $ref', { [ENTERPRISE]: { manager: { value: 'm1' } } }],
    ['dateTimes with a zone and without', { hiredAt: '2024-01-01T00:00:00.123+05:30' }],
    ['decimals that are whole', { height: 2 }],
  ])('accepts %s', (_, input) => {
    expect(() => validate(input)).not.toThrow();
  });

  it('refuses a group without a displayName', () => {
    expect(faultOf(() => groupType.validate({ schemas: [GROUP], members: [] }))).toMatchObject({
      detail: 'displayName is required',
    });
  });

  it('takes no inherited member for a required attribute', () => {
    const inherited = Object.assign(Object.create({ userName: 'robin' }) as JsonObject, { schemas: [USER] });
    expect(faultOf(() => labType.validate(inherited))).toMatchObject({ detail: 'userName is required' });
  });

  it('refuses a resource without an extension that its type requires', () => {
    const [userDefinition, groupDefinition] = published.resourceTypes;
    if (userDefinition === undefined || groupDefinition === undefined)
      throw new TypeError('a resource type is missing');
    const strict = createRegistry({
      ...published,
      resourceTypes: [
        { ...userDefinition, schemaExtensions: [{ schema: ENTERPRISE, required: true }] },
        groupDefinition,
      ],
    });
    expect(faultOf(() => strict.resourceType('User')?.validate({ schemas: [USER], userName: 'robin' }))).toEqual({
      status: 400,
      scimType: 'invalidValue',
      detail: `${ENTERPRISE} is required`,
    });
  });
});
