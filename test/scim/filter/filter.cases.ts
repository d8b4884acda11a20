/** Seventy-six filters, and what becomes of each with the user below (RFC 7644 §3.4.2.2). */
import type { JsonObject } from '../../../src/scim/json.ts';
import { ENTERPRISE, USER } from '../support/registries.ts';

export const user: JsonObject = {
  schemas: [USER, ENTERPRISE],
  id: '1',
  userName: 'BJensen',
  active: true,
  title: null,
  emptyText: '',
  age: 10,
  height: 2,
  hiredAt: '2024-01-01T00:00:00Z',
  name: { familyName: "O'Neil" },
  emails: [
    { type: 'work', value: 'a@x.com', primary: true },
    { type: 'home', value: 'b@y.com' },
  ],
  nicks: [],
  ims: [{}],
  tags: ['red', 'blue'],
  [ENTERPRISE]: { department: 'Sales', manager: { value: 'm1' } },
  meta: { created: '2024-01-01T00:00:00Z', lastModified: '2024-05-01T00:00:00+02:00' },
};

export interface FilterCase {
  readonly filter: string;
  readonly because: string;
}

export interface RefusedCase extends FilterCase {
  readonly detail: string;
}

const because = (filter: string, because: string): FilterCase => ({ filter, because });
const refused = (filter: string, because: string, detail: string): RefusedCase => ({ filter, because, detail });

export const matching: readonly FilterCase[] = [
  because('userName eq "bjensen"', 'userName is not caseExact'),
  because('userName EQ "BJensen"', 'operators have any case'),
  because('USERNAME eq "BJensen"', 'attribute names have any case'),
  because('userName sw "BJ"', 'it starts so'),
  because('userName sw "bj"', 'sw disregards case where eq does'),
  because('userName co "jen"', 'it contains that'),
  because('userName ew "SEN"', 'ew disregards case where eq does'),
  because('emails pr', 'there are two'),
  because('name.familyName pr', 'the sub-attribute has a value'),
  because('not (title pr)', 'title is null, which is unassigned'),
  because('active eq true', 'the booleans are equal'),
  because('active eq True', 'Entra ID capitalises the literal'),
  because('title eq null', 'null is unassigned'),
  because('nope eq null', 'an unknown attribute has no value'),
  because('nope ne "x"', 'no value is unequal to every value'),
  because('emails[type eq "work" and value co "@x.com"]', 'one element satisfies both'),
  because('emails[type eq "work"].value eq "a@x.com"', 'Entra ID asks the same element this way'),
  because('emails.value eq "b@y.com"', 'any element will do'),
  because('emails eq "b@y.com"', 'value is the default sub-attribute'),
  because('emails co "x.com"', 'value is the default sub-attribute of co too'),
  because('emails.type ne "work"', 'the home address differs'),
  because('tags eq "red"', 'one of the strings is equal'),
  because('tags[value eq "red"]', 'value names the string itself'),
  because('userName eq "BJensen" or userName eq "x" and active eq false', 'and binds tighter than or'),
  because('not (userName eq "x") and active eq true', 'not binds tightest'),
  because('not(userName eq "x")', 'the space after not is optional'),
  because(`${USER}:userName eq "BJensen"`, 'the base URN may come first'),
  because(`${ENTERPRISE}:department eq "Sales"`, 'the URN leads into the extension'),
  because(`${ENTERPRISE}:manager.value eq "m1"`, 'sub-attributes of extensions resolve'),
  because(`${ENTERPRISE.toLowerCase()}:department eq "Sales"`, 'URNs have any case'),
  because(`schemas eq "${ENTERPRISE}"`, 'schemas is an attribute like others'),
  because('meta.lastModified gt "2024-04-30T21:00:00Z"', 'dateTimes are instants, whatever their zone'),
  because('meta.lastModified ge "2024-04-30T22:00:00Z"', 'it is the same instant in another zone'),
  because('meta.created eq "2024-01-01T00:00:00.000Z"', 'fractions of a second do not make another instant'),
  because('age gt 9', '10 is greater as a number, though not as text'),
  because('age eq 10.0', 'numbers are equal however they are written'),
  because('age lt 1e2', 'numbers may have an exponent'),
  because('userName eq "\\u0042Jensen"', 'strings have the escapes of JSON'),
  because('name.familyName eq "O\'Neil"', 'an apostrophe is a letter like others'),
  because('userName  eq   "BJensen"', 'more spaces mean no more'),
  because('emails[primary eq true and (type eq "home" or type eq "work")]', 'brackets group within a value path'),
  because('userName eq "x" OR userName eq "BJensen"', 'or has any case'),
  because('userName eq "x" or (not (active eq false) and title eq null)', 'groups nest'),
];

export const notMatching: readonly FilterCase[] = [
  because('title pr', 'null is unassigned'),
  because('emptyText pr', 'an empty string is not present'),
  because('nicks pr', 'an empty list is unassigned'),
  because('ims pr', 'a list of an empty object has nothing in it'),
  because('nope pr', 'an unknown attribute has no value'),
  because('userName ne "bjensen"', 'ne disregards case where eq does'),
  because('emails[type eq "work" and value co "@y.com"]', 'no single element satisfies both'),
  because('emails[type eq "work"].value eq "b@y.com"', 'the other element has that value'),
  because('(userName eq "BJensen" or userName eq "x") and active eq false', 'brackets come first'),
  because('userName eq "a\\"b"', 'an escaped quote does not end the string'),
  because('userName eq "a\\\\b"', 'an escaped backslash does not escape the next character'),
  because('$ref pr', 'a user has no $ref'),
  because('members.$ref eq "x"', 'a user has no members'),
  because('emails[$ref eq "x"]', 'an e-mail address has no $ref'),
  because('a-b eq 1', 'a hyphen is part of the unknown name'),
  because('emails[type eq "work" and not (primary eq true)]', 'the work address is primary'),
];

export const refusedFilters: readonly RefusedCase[] = [
  refused('not title pr', 'not needs brackets', 'title at character 5 is no operator'),
  refused(
    'active eq "true"',
    'a string is no boolean',
    'character 8: active must be compared with true or false without quotes',
  ),
  refused('active gt true', 'booleans have no order', 'character 8: gt cannot compare active, which is boolean'),
  refused('age gt "9"', 'a string is no number', 'character 5: age must be compared with a number'),
  refused(
    "userName eq 'BJensen'",
    'single quotes quote nothing',
    'the value at character 13 must be a string in double quotes, a number, true, false or null',
  ),
  refused(
    'userName eq BJensen',
    'strings need quotes',
    'the value at character 13 must be a string in double quotes, a number, true, false or null',
  ),
  refused('userName', 'an attribute alone is no condition', 'expected an operator at the end of the filter'),
  refused('', 'nothing is no filter', 'expected an attribute name at the end of the filter'),
  refused('userName eq', 'the value is missing', 'expected a value at the end of the filter'),
  refused('userName xx "a"', 'there is no such operator', 'xx at character 10 is no operator'),
  refused('userName eq "a" and', 'and needs a second operand', 'expected an attribute name at the end of the filter'),
  refused('(userName eq "a"', 'the bracket is not closed', 'expected ) at the end of the filter'),
  refused('userName eq "a")', 'no bracket is open', 'expected and, or, or the end at character 16 of the filter'),
  refused('emails[type eq "work"', 'the value path is not closed', 'expected ] at the end of the filter'),
  refused('emails[emails[type eq "x"]]', 'value paths do not nest', 'a value path is within another at character 8'),
  refused(
    'userName eq "BJensen" foo',
    'words are left over',
    'expected and, or, or the end at character 23 of the filter',
  ),
  refused('userName eq true', 'a boolean is no string', 'character 10: userName must be compared with a quoted string'),
];
