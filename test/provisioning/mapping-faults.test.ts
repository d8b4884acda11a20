/** What is said about a mapping file that cannot be used: each fault, its place, and what to change. */
import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../src/scim/json.ts';
import { createMapping } from '../../src/provisioning/mapping/mapping.ts';
import { userType } from '../scim/support/registries.ts';
import { compile, ENTERPRISE, faultsOf, mappingData, REQUIRED } from './support/mapping.ts';

const withFields = (fields: JsonObject): JsonObject => ({ fields: { ...REQUIRED, ...fields } });
const withRule = (rule: JsonObject): JsonObject => withFields({ City: rule });

const withTest = (user: JsonObject, lead: JsonObject | null): JsonObject => ({
  ...withFields({}),
  tests: [{ name: 'a test', user, lead }],
});

const ONE_SOURCE =
  'needs exactly one of "from", "constant" and "expression", or "default" alone; a constant has no default';

const SHAPE: readonly (readonly [string, unknown, string])[] = [
  ['no object', [], 'the file: must be of type object'],
  ['no fields', {}, 'the file: needs a member "fields"'],
  ['no LastName', { fields: { Company: { constant: 'x' } } }, 'fields: needs a member "LastName"'],
  ['no Company', { fields: { LastName: { from: 'userName' } } }, 'fields: needs a member "Company"'],
  [
    'an unknown member',
    { fields: REQUIRED, matsch: {} },
    'the file: has an unknown member "matsch"; did you mean "match"?',
  ],
  [
    'an unknown member of a rule',
    withRule({ from: 'userName', trunkate: true }),
    'fields.City: has an unknown member "trunkate"; did you mean "truncate"?',
  ],
  [
    'no field name',
    withFields({ 'no name': { constant: 'x' } }),
    'fields.no name: is no name of a field; use its API name, such as LastName or Region__c',
  ],
  ['a rule without a source', withRule({}), `fields.City: ${ONE_SOURCE}`],
  ['a rule with two sources', withRule({ from: 'userName', constant: 'x' }), `fields.City: ${ONE_SOURCE}`],
  ['a constant with a default', withRule({ constant: 'x', default: 'y' }), `fields.City: ${ONE_SOURCE}`],
  ['a rule that is no object', withFields({ City: 'userName' }), 'fields.City: must be of type object'],
  ['a wrong type', withRule({ from: 7 }), 'fields.City.from: must be of type string, array'],
  ['a wrong type in a list', withRule({ from: ['userName', 7] }), 'fields.City.from[1]: must be of type string'],
  ['an empty list', withRule({ from: [] }), 'fields.City.from: must not be empty'],
  ['an empty constant', withRule({ constant: '' }), 'fields.City.constant: must not be empty'],
  ['a constant null', withRule({ constant: null }), 'fields.City.constant: must be of type string, number, boolean'],
  ['a length of zero', withRule({ from: 'userName', truncate: 0 }), 'fields.City.truncate: must be at least 1'],
  [
    'an unknown choice',
    { ...withFields({}), match: { onMatch: 'merge' } },
    'match.onMatch: must be one of adopt, skip, park',
  ],
  [
    'a mode that there is not',
    withRule({ from: 'title', when: 'never' }),
    'fields.City.when: must be one of always, onCreate, whenEmpty',
  ],
  [
    'a field that is to be matched twice',
    { ...withFields({}), match: { by: ['LastName', 'LastName'] } },
    'match.by: must not name anything twice',
  ],
  ['a test without a Lead', { ...withFields({}), tests: [{ name: 'x', user: {} }] }, 'tests[0]: needs a member "lead"'],
  [
    'an unknown choice for converted Leads',
    { ...withFields({}), converted: 'delete' },
    'converted: must be one of follow, leave',
  ],
  [
    'an unknown choice for Leads that were deleted',
    { ...withFields({}), deletedInSalesforce: 'ignore' },
    'deletedInSalesforce: must be one of recreate, leave, park',
  ],
  [
    'null on deactivation',
    { ...withFields({}), deactivated: { set: { City: null } } },
    'deactivated.set.City: must be of type string, number, boolean',
  ],
];

const MEANING: readonly (readonly [string, unknown, string])[] = [
  [
    'a misspelt standard field',
    withFields({ Fistname: { from: 'userName' } }),
    'fields.Fistname: a Lead has no standard field "Fistname"; did you mean "FirstName"?',
  ],
  [
    'an unknown standard field',
    withFields({ constructor: { constant: 'x' } }),
    'fields.constructor: a Lead has no standard field "constructor"; names of custom fields end in "__c"',
  ],
  [
    'a read-only field',
    withFields({ IsConverted: { constant: true } }),
    'fields.IsConverted: Salesforce fills "IsConverted" itself; remove it',
  ],
  ['an unknown attribute', withRule({ from: 'nikName' }), 'fields.City.from: "nikName" is not an attribute of User'],
  [
    'an unknown attribute in a list',
    withRule({ from: ['userName', 'name.nope'] }),
    'fields.City.from[1]: "name.nope" is not an attribute of User',
  ],
  [
    'an attribute with parts',
    withRule({ from: 'emails[type eq "work"]' }),
    'fields.City.from: "emails" is no single value; name one of its sub-attributes: value, display, type, primary',
  ],
  [
    'a whole extension',
    withRule({ from: ENTERPRISE }),
    `fields.City.from: names a whole schema; name one of its attributes, such as ${ENTERPRISE}:department`,
  ],
  ['a secret', withRule({ from: 'password' }), 'fields.City.from: "password" never leaves this server; remove it'],
  [
    'a broken expression',
    withRule({ expression: 'emails[0' }),
    'fields.City.expression: is no JSONata at character 8: Expected "]" before end of expression',
  ],
  [
    'a clock',
    withRule({ expression: '$now()' }),
    'fields.City.expression: $now is not available: equal users must give equal Leads',
  ],
  [
    'a clock by another name',
    withRule({ expression: '($t := $millis; $string($t()))' }),
    'fields.City.expression: $millis is not available: equal users must give equal Leads',
  ],
  [
    'chance',
    withRule({ expression: '$map(emails, $random)[0]' }),
    'fields.City.expression: $random is not available: equal users must give equal Leads',
  ],
  [
    'code from data',
    withRule({ expression: '$eval(nickName)' }),
    'fields.City.expression: $eval is not available: equal users must give equal Leads',
  ],
  [
    'a constant of the wrong type',
    withFields({ DoNotCall: { constant: 'yes' } }),
    'fields.DoNotCall.constant: must be a boolean',
  ],
  [
    'a default of the wrong type',
    withFields({ NumberOfEmployees: { from: 'title', default: 'many' } }),
    'fields.NumberOfEmployees.default: must be a number',
  ],
  [
    'the length of a custom field',
    withFields({ X__c: { from: 'title', truncate: true } }),
    'fields.X__c.truncate: the length of a custom field is not known here; give the number of characters',
  ],
  [
    'the length of a boolean',
    withFields({ DoNotCall: { constant: true, truncate: true } }),
    'fields.DoNotCall.truncate: "DoNotCall" holds no text; remove it',
  ],
  [
    'a misspelt field on deactivation',
    { ...withFields({}), deactivated: { set: { Statuss: 'x' } } },
    'deactivated.set.Statuss: a Lead has no standard field "Statuss"; did you mean "Status"?',
  ],
  [
    'a required field emptied',
    { ...withFields({}), reactivated: { set: { LastName: null } } },
    'reactivated.set.LastName: Salesforce requires this field; null cannot be set',
  ],
  [
    'a wrong type on reactivation',
    { ...withFields({}), reactivated: { set: { DoNotCall: 'no' } } },
    'reactivated.set.DoNotCall: must be a boolean',
  ],
  [
    'emptying what is not always written',
    withRule({ from: 'title', when: 'whenEmpty', clear: true }),
    'fields.City.clear: a field that is written whenEmpty is never emptied; remove it',
  ],
  [
    'a match by a field that is not mapped',
    { ...withFields({ Email: { from: 'emails.value' } }), match: { by: ['Email', 'Emial'] } },
    'match.by[1]: "Emial" is not mapped; did you mean "Email"?',
  ],
  [
    'a match by a number',
    { ...withFields({ NumberOfEmployees: { constant: 7 } }), match: { by: ['NumberOfEmployees'] } },
    'match.by[0]: "NumberOfEmployees" holds no text; name another field',
  ],
  [
    'a match by what Salesforce does not search',
    { ...withFields({ Description: { from: 'title' } }), match: { by: ['Description'] } },
    'match.by[0]: Salesforce does not search "Description"; name another field',
  ],
  [
    'a scope that is no filter',
    { ...withFields({}), scope: 'userType eq' },
    'scope: expected a value at the end of the filter',
  ],
  [
    'a scope with an unknown attribute',
    { ...withFields({}), scope: 'userTyp eq "Customer"' },
    'scope: User has no attribute userTyp',
  ],
  [
    'a scope that asks for what is not in the user',
    { ...withFields({}), scope: 'not (meta.created gt "2026-01-01T00:00:00Z")' },
    'scope: asks for meta, which a mapping does not see; name another attribute',
  ],
  [
    'a scope by the password',
    { ...withFields({}), scope: 'password pr' },
    expect.stringMatching(/^scope: .*password/) as unknown as string,
  ],
  [
    'a test of a field that is not mapped',
    withTest({ userName: 'robin' }, { Compani: null }),
    'tests[0].lead.Compani: is not mapped; did you mean "Company"?',
  ],
  [
    'a test of a user with an unknown attribute',
    withTest({ userName: 'robin', emials: [] }, null),
    'tests[0].user: User has no attribute "emials"; did you mean "emails"?',
  ],
  [
    'a test of a user that cannot be',
    withTest({ userName: 'robin', emails: ['robin@example.com'] }, null),
    'tests[0].user: emails[0] must be an object, not a string',
  ],
];

describe('a mapping file is refused', () => {
  it.each(SHAPE)('for %s', (_title, file, fault) => expect(faultsOf(file)).toContain(fault));
  it.each(MEANING)('for %s', (_title, file, fault) => expect(faultsOf(file)).toEqual([fault]));

  it('for a broken regular expression, in the words of the JavaScript engine', () => {
    expect(faultsOf(withRule({ expression: '$match(userName, /a{2,1}/)' }))).toEqual([
      expect.stringMatching(/^fields\.City\.expression: is no JSONata: Invalid regular expression: .* out of order/),
    ]);
  });

  it.each(['/(?=a)b/', '/(a)\\1/', '/(?<!a)b/'])('for %s, which only a search that goes back can match', (pattern) => {
    expect(faultsOf(withRule({ expression: `$match(userName, ${pattern})` }))).toEqual([
      expect.stringMatching(/^fields\.City\.expression: \/.*\/ is refused by RE2, which has no look-around/),
    ]);
  });

  it('for a rule for the external id field, which the service fills itself', () => {
    const data = { ...mappingData, externalIdField: 'SCIM_Id__c' };
    const file = { fields: { ...REQUIRED, scim_id__c: { from: 'id' } } };
    expect(() => createMapping(file, userType, data)).toThrow(/fields\.scim_id__c.*SALESFORCE_EXTERNAL_ID_FIELD/);
  });

  it('with all its faults at once', () => {
    const fields = { Company: { form: 'title' }, LastName: { from: 'nope' }, Emial: { constant: 'x' } };
    expect(faultsOf({ fields, match: { onMatch: 'no' } })).toEqual([
      `fields.Company: ${ONE_SOURCE}`,
      'fields.Company: has an unknown member "form"; did you mean "from"?',
      'match.onMatch: must be one of adopt, skip, park',
      'fields.Emial: a Lead has no standard field "Emial"; did you mean "Email"?',
      'fields.LastName.from: "nope" is not an attribute of User',
    ]);
  });

  it('with one fault a line', () => {
    expect(() => compile({ fields: {} })).toThrow(
      'the mapping cannot be used:\n  fields: needs a member "LastName"\n  fields: needs a member "Company"',
    );
  });
});
