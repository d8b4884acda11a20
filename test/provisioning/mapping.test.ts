/** Which fields a SCIM user gives a Lead. */
import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../src/scim/json.ts';
import type { LeadValue } from '../../src/provisioning/lead-target.ts';
import { MappingError } from '../../src/provisioning/mapping/error.ts';
import { compile, compileFields, ENTERPRISE, readSchema, REQUIRED } from './support/mapping.ts';

const USER: JsonObject = {
  userName: 'robin',
  displayName: '',
  title: '  ',
  active: true,
  name: { givenName: 'Robin', familyName: 'Hood' },
  emails: [
    { value: 'robin@home.example', type: 'home' },
    { value: 'robin@work.example', type: 'Work' },
  ],
  [ENTERPRISE]: { organization: 'Sherwood', manager: { displayName: 'Tuck' } },
};

interface Case {
  readonly title: string;
  readonly field?: string;
  readonly rule: JsonObject;
  /** Undefined: the field is absent. */
  readonly value: LeadValue | undefined;
}

const CASES: readonly Case[] = [
  { title: 'the value of an attribute', rule: { from: 'userName' }, value: 'robin' },
  { title: 'the value of a sub-attribute', rule: { from: 'name.familyName' }, value: 'Hood' },
  { title: 'an attribute whatever the case of its name', rule: { from: 'NAME.familyname' }, value: 'Hood' },
  {
    title: 'the element a filter chooses',
    rule: { from: 'emails[type eq "work"].value' },
    value: 'robin@work.example',
  },
  { title: 'the first of several values', rule: { from: 'emails.value' }, value: 'robin@home.example' },
  { title: 'an attribute of an extension', rule: { from: `${ENTERPRISE}:organization` }, value: 'Sherwood' },
  { title: 'a sub-attribute of an extension', rule: { from: `${ENTERPRISE}:manager.displayName` }, value: 'Tuck' },
  {
    title: 'the first path that has a value',
    rule: { from: ['nickName', 'displayName', 'title', 'userName'] },
    value: 'robin',
  },
  { title: 'a constant', rule: { constant: 'Web' }, value: 'Web' },
  { title: 'the result of an expression', rule: { expression: '$uppercase(userName) & "!"' }, value: 'ROBIN!' },
  {
    title: 'a text without what a pattern finds',
    rule: { expression: '$replace("tel:+1", /^TEL:/i, "")' },
    value: '+1',
  },
  { title: 'the groups of a pattern', rule: { expression: '$match("d-7", /([a-z])-(\\d)/).groups[1]' }, value: '7' },
  { title: 'a pattern of whole characters', rule: { expression: '$match("😀x", /.x/).match' }, value: '😀x' },
  {
    title: 'what a pattern finds, which would keep a search that goes back busy for minutes',
    rule: { expression: '$contains($pad("", 60, "x"), /(x+x+)+y/) ? "found" : "none"' },
    value: 'none',
  },
  { title: 'the default where there is no value', rule: { from: 'nickName', default: 'none' }, value: 'none' },
  { title: 'the default where the value is empty', rule: { from: 'displayName', default: 'none' }, value: 'none' },
  { title: 'the default where the value is blank', rule: { from: 'title', default: 'none' }, value: 'none' },
  {
    title: 'the default where an expression gives nothing',
    rule: { expression: 'nickName', default: 'none' },
    value: 'none',
  },
  { title: 'a default that stands alone', rule: { default: 'SCIM' }, value: 'SCIM' },
  {
    title: 'the value and not the default where there is one',
    rule: { from: 'userName', default: 'none' },
    value: 'robin',
  },
  { title: 'null where there is no value', rule: { from: 'nickName' }, value: null },
  { title: 'null where the value is empty', rule: { from: 'displayName' }, value: null },
  { title: 'null where an expression gives null', rule: { expression: 'null' }, value: null },
  { title: 'null where an expression gives an empty string', rule: { expression: '""' }, value: null },
  {
    title: 'nothing where there is no value and the field is not to be emptied',
    rule: { from: 'nickName', clear: false },
    value: undefined,
  },
  {
    title: 'nothing where Salesforce requires the field and there is no value',
    field: 'Company',
    rule: { from: 'nickName' },
    value: undefined,
  },
  { title: 'text for a boolean in a text field', rule: { from: 'active' }, value: 'true' },
  { title: 'text for a number in a text field', rule: { expression: '40 + 2' }, value: '42' },
  { title: 'a boolean in a boolean field', field: 'DoNotCall', rule: { from: 'active' }, value: true },
  { title: 'false in a boolean field', field: 'DoNotCall', rule: { expression: '$not(active)' }, value: false },
  { title: 'a number in a number field', field: 'NumberOfEmployees', rule: { expression: '$count(emails)' }, value: 2 },
  { title: 'a number in a custom field', field: 'Score__c', rule: { expression: '0.5' }, value: 0.5 },
  { title: 'a boolean in a custom field', field: 'org__Active__c', rule: { from: 'active' }, value: true },
  {
    title: 'a text cut to the length of a standard field',
    field: 'FirstName',
    rule: { constant: 'x'.repeat(50), truncate: true },
    value: 'x'.repeat(40),
  },
  {
    title: 'a text cut to a number of characters',
    field: 'Short__c',
    rule: { constant: 'Nottingham', truncate: 4 },
    value: 'Nott',
  },
  { title: 'a default cut to length', field: 'Short__c', rule: { default: 'Nottingham', truncate: 4 }, value: 'Nott' },
  {
    title: 'a text cut before a character it would halve',
    field: 'Short__c',
    rule: { constant: 'abc😀', truncate: 4 },
    value: 'abc',
  },
  { title: 'a long text as it is unless it is to be cut', rule: { constant: 'x'.repeat(300) }, value: 'x'.repeat(300) },
  {
    title: 'a number as it is where texts are cut',
    field: 'Score__c',
    rule: { expression: '12345', truncate: 2 },
    value: 12345,
  },
];

describe('map gives', () => {
  it.each(CASES)('$title', async ({ field = 'Description', rule, value }) => {
    const { [field]: mapped } = await compileFields({ [field]: rule }).map(USER);
    expect(mapped).toBe(value);
  });

  it('the mapped fields and no others', async () => {
    expect(await compile({ fields: REQUIRED }).map(USER)).toEqual({ LastName: 'robin', Company: 'Acme' });
  });

  it.each([
    ['addresses.locality', null, 'Nottingham'],
    ['$exists(addresses) ? "some" : "none"', 'none', 'some'],
    ['$not($exists(addresses)) and $exists(nickName) ? nickName : "none"', 'none', 'none'],
    ['$count(*)', '1', '2'],
    ['$count($keys())', '1', '2'],
    ['$count($keys($))', '1', '2'],
    ['$lookup($, "addresses").locality', null, 'Nottingham'],
    ['$string($$) = "{}" ? "nobody" : $string($count($spread($)))', '1', '2'],
    ['**.locality', null, 'Nottingham'],
    ['$merge([$, {"a": 1}]).addresses.locality', null, 'Nottingham'],
    ['($sift($, function($v, $k) { $k = "addresses" })).addresses.locality', null, 'Nottingham'],
    ['$type($) & $length($string(addresses))', 'object', 'object27'],
  ])('what %s gives each of two users, whichever comes first', async (expression, without, having) => {
    const users = [{ userName: 'a' }, { userName: 'b', addresses: [{ locality: 'Nottingham' }] }];
    const wanted = [without, having];
    const mapping = compileFields({ City: { expression } });
    for (const at of [0, 1, 0, 1]) expect((await mapping.map(users[at] ?? {}))['City']).toBe(wanted[at]);
    const other = compileFields({ City: { expression } });
    for (const at of [1, 0]) expect((await other.map(users[at] ?? {}))['City']).toBe(wanted[at]);
  });

  it('the same for users that are mapped at the same time', async () => {
    const mapping = compileFields({ FirstName: { expression: 'name.givenName' } });
    const users = ['a', 'b', 'c'].map((givenName) => ({ userName: 'u', name: { givenName } }));
    const mapped = await Promise.all(users.map((user) => mapping.map(user)));
    expect(mapped.map((fields) => fields['FirstName'])).toEqual(['a', 'b', 'c']);
  });
});

describe('map throws a MappingError that names the field, the place and no value', () => {
  it.each([
    [
      'a function meets another type',
      '$uppercase(emails)',
      'failed at character 11 (uppercase): an argument has the wrong type [T0410]',
    ],
    ['a text is no number', '$number(userName)', 'failed at character 8 (number): a value is no number [D3030]'],
    ['an unknown function is called', '$nope()', 'failed at character 6 (nope): is no function [T1006]'],
    ['there are several values', 'emails.value', 'gave an array; make it give one string, number, boolean or nothing'],
    ['there is an object', 'name', 'gave an object; make it give one string, number, boolean or nothing'],
    ['there is a function', '$uppercase', 'gave a function; make it give one string, number, boolean or nothing'],
    [
      'a division is by zero',
      '1 / 0',
      'gave a number without end; make it give one string, number, boolean or nothing',
    ],
    [
      'it goes too deep',
      '($f := function($n) { $f($n + 1) + 1 }; $f(0))',
      'failed at character 25 (f): the recursion is too deep [D1011]',
    ],
    ['it makes too long a list', '$count([1..1000000])', 'failed at character 11 (..): a list became too long [D2015]'],
    [
      'it doubles a text for ever',
      "$length($reduce([1..40], function($a, $b) { $a & $a }, 'x'))",
      'a text became too long',
    ],
    [
      'a pattern matches again and again',
      '$replace($pad("", 20000, "x"), /x/, "")',
      '/x/ matched too often; a text may have 10,000 matches',
    ],
    ['its author says so', '$error("no team")', 'no team'],
  ])('when %s', async (_title, expression, text) => {
    const mapped = compileFields({ Description: { expression } }).map(USER);
    await expect(mapped).rejects.toThrow(MappingError);
    await expect(mapped).rejects.toMatchObject({ faults: [`expression of Description ${text}`] });
  });

  it('when it never ends, after a second', async () => {
    const mapped = compileFields({ Description: { expression: '($f := function() { $f() }; $f())' } }).map(USER);
    // Where the second ends is a matter of chance.
    await expect(mapped).rejects.toThrow(/^the user cannot be mapped: .* it ran longer than a second \[D1012\]$/);
  });

  it('for each field that fails', async () => {
    const mapping = compileFields({ City: { expression: 'name' }, State: { expression: 'emails' } });
    await expect(mapping.map(USER)).rejects.toThrow(/expression of City gave .*\n {2}expression of State gave/);
  });

  it('and maps the next user', async () => {
    const mapping = compileFields({ City: { expression: '$number(nickName)' } });
    const [failed, done] = await Promise.allSettled([
      mapping.map({ userName: 'a', nickName: 'x' }),
      mapping.map({ userName: 'b', nickName: '7' }),
    ]);
    expect(failed.status).toBe('rejected');
    expect(done).toMatchObject({ status: 'fulfilled', value: { LastName: 'b', City: '7' } });
  });
});

it('an expression cannot change the user', async () => {
  const user = structuredClone(USER);
  await compileFields({ City: { expression: '($x := emails ~> |$|{"value": "x"}|; $x[0].value)' } }).map(user);
  expect(user).toEqual(USER);
});

it.each(['constructor', '__proto__', 'userName.constructor', '$string(userName.length)', 'emails.__proto__'])(
  'the expression %s reaches nothing of JavaScript',
  async (expression) => {
    const fields = await compileFields({ City: { expression } }).map(USER);
    expect(fields['City']).toBeNull();
  },
);

describe('a mapping file that says nothing about it', () => {
  const mapping = compile({ fields: REQUIRED });

  it('adopts an existing Lead', () => expect(mapping.match).toEqual({ by: ['Email'], onMatch: 'adopt' }));
  it('follows a converted Lead', () => expect(mapping.converted).toBe('follow'));
  it('makes a Lead anew that was deleted in Salesforce', () => expect(mapping.deletedInSalesforce).toBe('recreate'));
  it('has every user in scope', () => expect(mapping.isInScope({ userName: 'robin' })).toBe(true));
  it('closes the Lead of an inactive user', () =>
    expect(mapping.deactivated).toEqual({ set: { Status: 'Closed - Not Converted' } }));
  it('opens the Lead of a user who is active again', () =>
    expect(mapping.reactivated).toEqual({ set: { Status: 'Open - Not Contacted' } }));
  it('deletes a Lead it created and closes one it adopted', () =>
    expect(mapping.deleted).toEqual({ created: 'delete', adopted: 'close' }));
});

describe('a field that is not always written', () => {
  it.each(['onCreate', 'whenEmpty'])('is left alone when the user has no value, written %s', async (when) => {
    expect(await compileFields({ City: { from: 'nickName', when } }).map(USER)).not.toHaveProperty('City');
  });

  it('is told apart', () => {
    const fields = {
      City: { from: 'nickName', when: 'whenEmpty' },
      Title: { from: 'title', when: 'onCreate' },
      Phone: { from: 'nickName', when: 'always' },
    };
    expect(compileFields(fields).modes).toEqual(
      new Map([
        ['City', 'whenEmpty'],
        ['Title', 'onCreate'],
      ]),
    );
  });
});

describe('the scope', () => {
  const SCOPE = `${ENTERPRISE}:organization eq "sherwood" and emails[type eq "work"]`;

  it.each([
    ['a user that the filter fits', USER, true],
    ['one that is inactive, too', { ...USER, active: false }, true],
    ['no other', { ...USER, emails: [] }, false],
  ])('holds %s', (_title, user, isInScope) => {
    expect(compileFields({}, { scope: SCOPE }).isInScope(user)).toBe(isInScope);
  });
});

it('a mapping file may say something else', () => {
  const policy = {
    match: { by: ['Phone', 'Email'], onMatch: 'park' },
    converted: 'leave',
    deletedInSalesforce: 'park',
    deactivated: { set: { Active__c: false } },
    reactivated: { set: { Active__c: true, Reason__c: null } },
    deleted: { created: 'leave', adopted: 'delete' },
  };
  const fields = { Phone: { from: 'phoneNumbers.value' }, Email: { from: 'emails.value' } };
  expect(compileFields(fields, policy)).toMatchObject(policy);
});

it('the defaults of fields are told apart, as they would be sent', () => {
  const { fallbacks } = compileFields({ City: { from: 'nickName', default: 'x'.repeat(50), truncate: true } });
  expect(fallbacks).toEqual({ City: 'x'.repeat(40) });
});

it('lets what else there is to do have its turn between two users', async () => {
  const mapping = compile(readSchema('lead-mapping'));
  let turns = 0;
  const turn = (): void => {
    turns += 1;
    next = setImmediate(turn);
  };
  let next = setImmediate(turn);
  await Promise.all(Array.from({ length: 50 }, () => mapping.map(USER)));
  clearImmediate(next);
  expect(turns).toBeGreaterThanOrEqual(49);
});
