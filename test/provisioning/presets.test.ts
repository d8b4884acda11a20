/** The mapping files that are shipped do what they promise. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import type { JsonObject } from '../../src/scim/json.ts';
import type { MappingFile } from '../../src/provisioning/mapping/file.ts';
import { runTests } from '../../src/provisioning/mapping/tests.ts';
import { compile, ENTERPRISE, mappingData, readSchema } from './support/mapping.ts';

const PRESETS = ['lead-mapping', 'mappings/tutorial'];
const standard = compile(readSchema('lead-mapping'));
const tutorial = compile(readSchema('mappings/tutorial'));

const readUser = (name: string): JsonObject =>
  JSON.parse(readFileSync(new URL(`./users/${name}.json`, import.meta.url), 'utf8')) as JsonObject;

/** Every mapped field of the default mapping, for a user who has none of the attributes. */
const NOTHING = {
  Salutation: null,
  FirstName: null,
  Title: null,
  Company: '[not provided]',
  Email: null,
  Phone: null,
  MobilePhone: null,
  Fax: null,
  Street: null,
  City: null,
  State: null,
  PostalCode: null,
  Country: null,
  Website: null,
  LeadSource: 'SCIM',
};

it.each(PRESETS)('schemas/%s.json is valid against schemas/mapping.json', (name) => {
  const validate = new Ajv({ allowUnionTypes: true }).compile(mappingData.schema);
  validate(readSchema(name));
  expect(validate.errors).toBeNull();
});

it.each(PRESETS)('schemas/%s.json does what its tests say, and has some', async (name) => {
  const file = readSchema(name) as unknown as MappingFile;
  expect(file.tests?.length).toBeGreaterThan(1);
  expect(await runTests(compile(file), file)).toEqual([]);
});

it('every length of schemas/lead-fields.json belongs to a field that holds text', () => {
  const textless = Object.entries(mappingData.leadFields).filter(
    ([, { type, length }]) => length !== undefined && ['boolean', 'int', 'double', 'currency'].includes(type),
  );
  expect(textless).toEqual([]);
});

describe('the default mapping', () => {
  it('fills every field from the full user of RFC 7643 section 8.3', async () => {
    expect(await standard.map(readUser('rfc7643-8.3-enterprise-user'))).toEqual({
      Salutation: 'Ms.',
      FirstName: 'Barbara',
      LastName: 'Jensen',
      Title: 'Tour Guide',
      Company: 'Universal Studios',
      Email: 'bjensen@example.com',
      Phone: '555-555-5555',
      MobilePhone: '555-555-4444',
      Fax: null,
      Street: '100 Universal City Plaza',
      City: 'Hollywood',
      State: 'CA',
      PostalCode: '91608',
      Country: 'USA',
      Website: 'https://login.example.com/bjensen',
      LeadSource: 'SCIM',
    });
  });

  it('makes a Lead of the user of the tutorial', async () => {
    const user = { userName: 'Robin', emails: [{ value: 'robin@wso2.com' }] };
    expect(await standard.map(user)).toEqual({ ...NOTHING, LastName: 'Robin', Email: 'robin@wso2.com' });
  });

  it('makes a Lead of a user who is nothing but a userName', async () => {
    expect(await standard.map({ userName: 'Robin' })).toEqual({ ...NOTHING, LastName: 'Robin' });
  });

  it.each([
    ['LastName', 'the displayName without a familyName', { displayName: 'Robin Hood' }, 'Robin Hood'],
    ['LastName', 'no more than 80 characters', { displayName: 'x'.repeat(90) }, 'x'.repeat(80)],
    ['Company', 'the organization', { [ENTERPRISE]: { organization: 'Acme' } }, 'Acme'],
    [
      'Email',
      'the primary e-mail',
      {
        emails: [
          { value: 'a@x', type: 'work' },
          { value: 'b@x', primary: true },
        ],
      },
      'b@x',
    ],
    [
      'Email',
      'the e-mail for work',
      {
        emails: [
          { value: 'a@x', type: 'home' },
          { value: 'b@x', type: 'work' },
        ],
      },
      'b@x',
    ],
    ['Email', 'the first e-mail', { emails: [{ value: 'a@x', type: 'home' }, { value: 'b@x' }] }, 'a@x'],
    [
      'Phone',
      'the phone at work',
      {
        phoneNumbers: [
          { value: '1', type: 'home' },
          { value: '2', type: 'work' },
        ],
      },
      '2',
    ],
    [
      'Phone',
      'the first phone on a desk',
      { phoneNumbers: [{ value: '1', type: 'fax' }, { value: '2', type: 'pager' }, { value: '3' }] },
      '3',
    ],
    ['Phone', 'no mobile phone', { phoneNumbers: [{ value: '1', type: 'mobile' }] }, null],
    ['Fax', 'the fax', { phoneNumbers: [{ value: '1', type: 'fax' }] }, '1'],
    [
      'City',
      'the city at work',
      {
        addresses: [
          { locality: 'A', primary: true },
          { locality: 'B', type: 'Work' },
        ],
      },
      'B',
    ],
    [
      'City',
      'the primary city',
      {
        addresses: [
          { locality: 'A', type: 'home' },
          { locality: 'B', primary: true },
        ],
      },
      'B',
    ],
    ['City', 'the first city', { addresses: [{ locality: 'A', type: 'home' }, { locality: 'B' }] }, 'A'],
    ['City', 'no city of another address', { addresses: [{ locality: 'A' }, { region: 'B', type: 'work' }] }, null],
    [
      'Street',
      'the whole address where it has no parts',
      { addresses: [{ formatted: '1 High St\nYork', type: 'home' }] },
      '1 High St\nYork',
    ],
  ])('gives %s %s', async (field, _title, user, value) => {
    const { [field]: mapped } = await standard.map({ userName: 'robin', ...user });
    expect(mapped).toBe(value);
  });
});

describe("the tutorial's mapping", () => {
  it('gives the four values of the tutorial and leaves existing Leads alone', async () => {
    expect(await tutorial.map({ userName: 'Robin', emails: [{ value: 'robin@wso2.com' }] })).toEqual({
      LastName: 'robin@wso2.com',
      Company: 'Guardio',
      Email: 'robin@wso2.com',
      LeadSource: 'Guardio brochure download.',
    });
    expect(tutorial.match).toEqual({ by: ['Email'], onMatch: 'skip' });
  });

  it('takes the userName as LastName of a user without an e-mail', async () => {
    expect(await tutorial.map({ userName: 'Robin' })).toMatchObject({ LastName: 'Robin', Email: null });
  });
});
