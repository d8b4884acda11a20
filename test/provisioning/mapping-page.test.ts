/** The examples of docs/mapping.md are mappings that can be used. */
import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import type { JsonObject } from '../../src/scim/json.ts';
import type { MappingFile } from '../../src/provisioning/mapping/file.ts';
import { runTests } from '../../src/provisioning/mapping/tests.ts';
import { compile, compileFields, ENTERPRISE, faultsOf, mappingData, REQUIRED } from './support/mapping.ts';

const page = readFileSync(new URL('../../docs/mapping.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/```json\n(.*?)```/gs)].map(([, text]) => JSON.parse(text ?? '') as JsonObject);

/** An example is a whole file, or some members of `fields`. */
const fileOf = (example: JsonObject): JsonObject =>
  'fields' in example ? example : { fields: { ...REQUIRED, ...example } };

it.each(examples.map((example) => [Object.keys(example).join(', '), example] as const))(
  'the example of %s has no fault',
  (_members, example) => expect(faultsOf(fileOf(example))).toEqual([]),
);

it('an example that has tests passes them, and says what the page shows when one fails', async () => {
  const tested = examples.filter((example) => 'tests' in example);
  expect(tested.length).toBeGreaterThan(0);
  for (const example of tested) expect(await runTests(compile(example), example as unknown as MappingFile)).toEqual([]);
  const [file] = tested as [JsonObject];
  const broken = { ...file, fields: { ...(file['fields'] as JsonObject), Phone: { from: 'phoneNumbers.value' } } };
  const [fault = 'none'] = await runTests(compile(broken), broken as unknown as MappingFile);
  expect(page).toContain(`the mapping does not do what its tests say: ${fault}\n`);
});

it('the page describes every member of a mapping file and of a rule', () => {
  const { properties, definitions } = mappingData.schema as {
    properties: JsonObject;
    definitions: { rule: JsonObject };
  };
  const members = [...Object.keys(properties), ...Object.keys(definitions.rule['properties'] as JsonObject)];
  expect(members.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});

it('the examples give what the page says', async () => {
  const fields = Object.assign({}, ...examples.filter((example) => !('fields' in example))) as JsonObject;
  const user = {
    userName: 'robin',
    userType: 'Partner',
    emails: [{ value: 'robin@example.com' }],
    phoneNumbers: [{ value: 'tel:+44-115-1', type: 'work' }],
    addresses: [
      { type: 'home', locality: 'York', country: 'GB' },
      { type: 'work', locality: 'Boston', region: 'MA', postalCode: '02101', country: 'us' },
    ],
    groups: [
      { value: '1', display: 'Staff', type: 'direct' },
      { value: '2', display: 'VIP', type: 'direct' },
      { value: '3', display: 'All', type: 'indirect' },
    ],
    [ENTERPRISE]: { department: 'Sales' },
  };
  expect(await compileFields(fields).map(user)).toMatchObject({
    Description: 'SCIM user type: Partner',
    Rating: 'Hot',
    Phone: '+44-115-1',
    Website: 'https://example.com',
    Emails__c: 1,
    Team__c: 'Staff',
    Vip__c: true,
    Groups__c: 'Staff;VIP',
    Department__c: 'Sales',
    CountryCode: 'US',
    StateCode: 'MA',
    City: 'Boston',
    PostalCode: '02101',
    OwnerId: '005000000000001AAA',
  });
  expect(await compileFields(fields).map({ userName: 'robin' })).toMatchObject({
    Description: null,
    Phone: null,
    Website: null,
    Emails__c: 0,
    Team__c: null,
    Vip__c: false,
    Groups__c: null,
    CountryCode: null,
    StateCode: null,
    City: null,
  });
});
