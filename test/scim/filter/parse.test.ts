/** Filters: what they match, what is refused, and how they read (RFC 7644 §3.4.2.2). */
import { describe, expect, it } from '@jest/globals';
import { ScimError } from '../../../src/scim/errors.ts';
import { matches } from '../../../src/scim/filter/evaluate.ts';
import { parseElementFilter, parseFilter } from '../../../src/scim/filter/parse.ts';
import { faultOf } from '../support/fault.ts';
import { ENTERPRISE, labType, userType } from '../support/registries.ts';
import { matching, notMatching, refusedFilters, user } from './filter.cases.ts';

const isMatch = (filter: string) => matches(parseFilter(labType, filter), user);

describe('RFC 7644 §3.4.2.2: filters', () => {
  it('has seventy-six cases', () => {
    expect(matching.length + notMatching.length + refusedFilters.length).toBe(76);
  });

  it.each(matching)('matches $filter, because $because', ({ filter }) => {
    expect(isMatch(filter)).toBe(true);
  });

  it.each(notMatching)('does not match $filter, because $because', ({ filter }) => {
    expect(isMatch(filter)).toBe(false);
  });

  it.each(refusedFilters)('refuses "$filter" with 400 invalidFilter, because $because', ({ filter, detail }) => {
    expect(faultOf(() => parseFilter(labType, filter))).toEqual({ status: 400, scimType: 'invalidFilter', detail });
  });
});

describe('RFC 7644 table 3: which values and operators go together', () => {
  it.each([
    ['meta.created sw "2024"', 'character 14: sw cannot compare meta.created, which is dateTime'],
    [
      'meta.created gt "yesterday"',
      'character 14: meta.created must be compared with a quoted dateTime such as "2024-01-31T09:30:00Z"',
    ],
    ['fingerprint gt "a"', 'character 13: gt cannot compare fingerprint, which is binary'],
    ['height co 1', 'character 8: co cannot compare height, which is decimal'],
    ['userName gt null', 'character 10: gt cannot compare with null'],
    ['name eq "x"', 'character 6: name is complex: compare one of its sub-attributes'],
    ['displayName[value eq "x"]', 'displayName at character 1 has no elements to choose from'],
    ['emails.value[value eq "x"]', 'emails.value at character 1 has no elements to choose from'],
    ['password sw "a"', 'character 10: password is never returned and cannot be searched'],
    ['password pr', 'character 10: password is never returned and cannot be searched'],
    ['password eq null', 'character 10: password is never returned and cannot be searched'],
    ['secrets[value sw "a"]', 'secrets is never returned and cannot be searched'],
    [`${ENTERPRISE} eq "x"`, `character 60: ${ENTERPRISE} is an extension: compare one of its attributes`],
    ['userName eq "\\x"', 'the string at character 13 has an escape or character that JSON does not allow'],
    ['userName eq "open', 'a quoted string is not closed at character 13'],
    ['user!Name eq "x"', 'expected an attribute name at character 1'],
  ])('refuses %s with 400 invalidFilter', (filter, detail) => {
    expect(faultOf(() => parseFilter(labType, filter))).toEqual({ status: 400, scimType: 'invalidFilter', detail });
  });

  it.each([
    ['userName gt "bj"', true],
    ['userName lt "BK"', true],
    ['height ge 2', true],
    ['height le 1.5', false],
    ['hiredAt lt "2024-01-01T00:00:00.1234567Z"', true],
    ['hiredAt eq "2024-01-01T00:00:00"', true],
    ['id eq "1" and externalId eq null', true],
    ['emails ne null', true],
    ['emails[type eq "home"].primary eq null', true],
    ['emails[type eq "home" and value sw "b"].value pr', true],
    ['name[familyName eq "o\'neil"]', true],
    [`nope[x eq 1].y eq "z"`, false],
    ['emails.value ne "a@x.com" and not (emails.value ne null and tags ne "red" and tags eq "green")', true],
  ])('evaluates %s to %s', (filter, expected) => {
    expect(isMatch(filter)).toBe(expected);
  });

  it('tells case apart where an attribute is caseExact', () => {
    const resource = { userName: 'a', externalId: 'Ext-1' };
    expect(matches(parseFilter(userType, 'externalId eq "Ext-1"'), resource)).toBe(true);
    expect(matches(parseFilter(userType, 'externalId eq "ext-1"'), resource)).toBe(false);
  });
});

describe('the tree', () => {
  it('holds a thousand alternatives side by side', () => {
    const filter = parseFilter(
      userType,
      names(1000)
        .map((name) => `userName eq "${name}"`)
        .join(' or '),
    );
    expect(filter).toMatchObject({ kind: 'or' });
    expect(filter.kind === 'or' ? filter.operands : []).toHaveLength(1000);
    expect(matches(filter, { userName: 'user-999' })).toBe(true);
  });

  it('makes one value path of a filter and the sub-attribute after it', () => {
    expect(parseFilter(userType, 'emails[type eq "work" and primary eq true].value eq "x"')).toEqual(
      parseFilter(userType, 'emails[type eq "work" and primary eq true and value eq "x"]'),
    );
  });

  it("names attributes by their definition, and the client's word only where there is none", () => {
    expect(parseFilter(userType, 'USERNAME pr')).toMatchObject({ path: { attribute: { name: 'userName' } } });
    expect(parseFilter(userType, 'Nope pr')).toEqual({ kind: 'present', path: { unknown: 'Nope' } });
  });
});

describe('limits', () => {
  it.each([
    ['20,000 brackets', `${'('.repeat(20_000)}userName pr${')'.repeat(20_000)}`, 'the filter is nested deeper than 50'],
    ['51 negations', `${'not ('.repeat(51)}userName pr${')'.repeat(51)}`, 'the filter is nested deeper than 50'],
    ['more than 1 MiB', `userName eq "${'x'.repeat(1_048_576)}"`, 'the filter is longer than 1048576 characters'],
    ['10,001 conditions', `${'title pr or '.repeat(10_000)}title pr`, 'the filter has more than 10000 conditions'],
  ])('refuses %s with 400 invalidFilter', (_, filter, detail) => {
    expect(faultOf(() => parseFilter(userType, filter))).toEqual({ status: 400, scimType: 'invalidFilter', detail });
  });

  const sought = (operator: string, characters: number): string => `title ${operator} "${'x'.repeat(characters)}"`;

  it('refuses to look for more than 500 characters within texts: each place of each text would be tried', () => {
    const fault = faultOf(() => parseFilter(userType, `active eq true and ${sought('co', 501)}`));
    const detail = 'character 26: co takes at most 500 characters, and title is asked for 501: eq and sw take more';
    expect(fault).toEqual({ status: 400, scimType: 'invalidFilter', detail });
  });

  it.each([
    ['co', 500],
    ['eq', 100_000],
    ['sw', 100_000],
    ['ew', 100_000],
  ])('accepts %s with %d characters', (operator, characters) => {
    const title = 'x'.repeat(characters);
    expect(matches(parseFilter(userType, sought(operator, characters)), { title })).toBe(true);
  });

  it('accepts 50 brackets', () => {
    expect(matches(parseFilter(userType, `${'('.repeat(50)}userName pr${')'.repeat(50)}`), { userName: 'a' })).toBe(
      true,
    );
  });
});

describe('unquoted values, as WSO2 Identity Server sends them', () => {
  const parseUnquoted = (filter: string) => parseFilter(userType, filter, { unquoted: 'fallback' });

  it.each([
    ['userName Eq robin', 'robin'],
    ['userName Eq robin hood', 'robin hood'],
    ['userName Eq PRIMARY/robin', 'PRIMARY/robin'],
    ['userName Eq o\'brien & "sons" (50%)', 'o\'brien & "sons" (50%)'],
    ['userName Eq x"y', 'x"y'],
    ["userName eq 't Hooft", "'t Hooft"],
    ['userName eq 12345', '12345'],
    ['userName EQ true', 'true'],
    ['userName Eq bob or userName pr', 'bob or userName pr'],
    ['name.familyName Eq Hood', 'Hood'],
    ['emails Eq robin@example.com', 'robin@example.com'],
    ['userName Eq "quoted"', 'quoted'],
  ])('reads %s as a comparison with %s', (filter, value) => {
    expect(parseUnquoted(filter)).toMatchObject({ kind: 'compare', operator: 'eq', value });
  });

  it('matches nobody with userName Eq null, which WSO2 sends for a user without a name', () => {
    expect(matches(parseUnquoted('userName Eq null'), { userName: 'null' })).toBe(false);
  });

  it('prefers the grammar of the RFC where the filter follows it', () => {
    expect(parseUnquoted('userName eq "a" or userName eq "b"')).toMatchObject({ kind: 'or' });
  });

  it.each(['active Eq maybe', 'nope Eq robin', "userName eq 'robin'", 'userName Sw rob', 'userName Eq ', 'name Eq x'])(
    'refuses %s with 400 invalidFilter, as it does elsewhere',
    (filter) => {
      const fault = faultOf(() => parseUnquoted(filter));
      expect(fault).toEqual(faultOf(() => parseFilter(userType, filter)));
      expect(fault).toMatchObject({ status: 400, scimType: 'invalidFilter' });
    },
  );
});

describe('filters in the brackets of a PATCH path', () => {
  const emails = userType.resolve('emails')?.attribute;
  if (emails === undefined) throw new TypeError('emails is missing');

  it('refuses an unknown sub-attribute with 400 invalidFilter, since "not equal" to it would select everything', () => {
    expect(faultOf(() => parseElementFilter(emails, 'vlaue ne "x"'))).toEqual({
      status: 400,
      scimType: 'invalidFilter',
      detail: 'vlaue at character 1 is no attribute here',
    });
  });

  it('reads a quoted boolean as the boolean, because Entra ID quotes it', () => {
    expect(parseElementFilter(emails, 'primary eq "True"')).toMatchObject({ value: true });
  });
});

it('never throws anything but a ScimError at odd text', () => {
  for (const text of [
    '[',
    ']',
    ')',
    '"',
    '\\',
    'urn:',
    'urn:x',
    '.',
    'a.',
    '[].x',
    'emails[].x pr',
    'emails[type pr].',
    '\u0000',
  ]) {
    expect(() => parseFilter(userType, text, { unquoted: 'fallback' })).toThrow(ScimError);
  }
});

function names(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `user-${index}`);
}
