/** PATCH add (RFC 7644 §3.5.2.1). */
import { ENTERPRISE, USER } from '../support/registries.ts';
import {
  add,
  ann,
  bare,
  changed,
  enterprise,
  group,
  homeEmail,
  refused,
  replace,
  unchanged,
  user,
  workAddress,
  workEmail,
  type PatchCase,
} from './resources.ts';

const other = { value: 'n@x.com', type: 'other' };
const name = { givenName: 'Barbara', familyName: 'Jensen', middleName: 'M' };

export const addCases: readonly PatchCase[] = [
  changed('A1', 'sets a simple attribute by path', bare, [add('displayName', 'X')], { displayName: 'X' }),
  changed('A2', 'replaces the value of a single-valued attribute', user, [add('displayName', 'X')], {
    displayName: 'X',
  }),
  changed('A3', 'makes the complex attribute of a sub-attribute', bare, [add('name.givenName', 'N')], {
    name: { givenName: 'N' },
  }),
  changed('A4', 'merges sub-attributes into a complex attribute', user, [add('name', { middleName: 'M' })], { name }),
  changed('A5', 'appends the elements of an array', user, [add('emails', [other])], {
    emails: [workEmail, homeEmail, other],
  }),
  changed('A6', 'appends a single object without its brackets', user, [add('emails', other)], {
    emails: [workEmail, homeEmail, other],
  }),
  changed('A7', 'makes an array of a single object where there was none', bare, [add('emails', other)], {
    emails: [other],
  }),
  unchanged('A8', 'adds no member that is there already', group, [add('members', [{ value: 'C' }])]),
  unchanged('A9', 'knows a member by its value, whatever else is stored', group, [add('members', [{ value: 'A' }])]),
  changed(
    'A10',
    'sets several attributes without a path',
    bare,
    [{ op: 'add', value: { displayName: 'D', active: true } }],
    {
      displayName: 'D',
      active: true,
    },
  ),
  changed(
    'A11',
    'appends to multi-valued attributes without a path',
    user,
    [{ op: 'add', value: { emails: [other], nickName: 'Bb' } }],
    { emails: [workEmail, homeEmail, other], nickName: 'Bb' },
  ),
  unchanged('A12', 'adds no member twice without a path either', group, [
    { op: 'add', value: { members: [{ value: 'C' }] } },
  ]),
  changed(
    'A13',
    'merges a complex attribute without a path',
    user,
    [{ op: 'add', value: { name: { middleName: 'M' } } }],
    {
      name,
    },
  ),
  changed(
    'A14',
    'leaves one primary element, the one just added',
    user,
    [add('emails', [{ value: 'p@x.com', type: 'other', primary: true }])],
    { emails: [{ ...workEmail, primary: false }, homeEmail, { value: 'p@x.com', type: 'other', primary: true }] },
  ),
  changed(
    'A15',
    'sets a sub-attribute of the chosen element',
    user,
    [add('addresses[type eq "work"].locality', 'LA')],
    {
      addresses: [{ ...workAddress, locality: 'LA' }],
    },
  ),
  changed(
    'A16',
    'merges an object into the chosen element',
    user,
    [add('addresses[type eq "work"]', { locality: 'LA' })],
    {
      addresses: [{ ...workAddress, locality: 'LA' }],
    },
  ),
  refused(
    'A17',
    'refuses an add without a value',
    user,
    [{ op: 'add', path: 'displayName' }],
    'invalidValue',
    'Operations[0] needs a value',
  ),
  changed('A18', 'sets an attribute of an extension', user, [add(`${ENTERPRISE}:costCenter`, '42')], {
    [ENTERPRISE]: { ...enterprise, costCenter: '42' },
  }),
  changed('A19', 'lists an extension in schemas once it has data', bare, [add(`${ENTERPRISE}:department`, 'D')], {
    schemas: [USER, ENTERPRISE],
    [ENTERPRISE]: { department: 'D' },
  }),
  changed(
    'A20',
    'merges an object into an extension, leaving out the schemas in it',
    user,
    [add(ENTERPRISE, { costCenter: '1', schemas: [ENTERPRISE] })],
    { [ENTERPRISE]: { ...enterprise, costCenter: '1' } },
  ),
  changed('A21', 'takes the URN of the base schema before an attribute', user, [replace(`${USER}:displayName`, 'Z')], {
    displayName: 'Z',
  }),
  changed(
    'A22',
    'takes the URN of the base schema before a sub-attribute',
    user,
    [replace(`${USER}:name.familyName`, 'Z')],
    {
      name: { givenName: 'Barbara', familyName: 'Z' },
    },
  ),
  changed(
    'A23',
    'takes the URN of the base schema before a filter',
    user,
    [replace(`${USER}:emails[type eq "work"].value`, 'Z')],
    { emails: [{ ...workEmail, value: 'Z' }, homeEmail] },
  ),
  changed(
    'A24',
    'reads colons and dots in a filter as part of the string, and makes the missing element',
    user,
    [add('emails[value eq "urn:x:work@x.com"].display', 'Z')],
    { emails: [workEmail, homeEmail, { value: 'urn:x:work@x.com', display: 'Z' }] },
  ),
];

/** Positions of ours that the RFC leaves open. */
export const moreAddCases: readonly PatchCase[] = [
  changed(
    'A25',
    'completes a member that is there, but keeps its display',
    group,
    [add('members', [{ value: 'A', display: 'Annabel', type: 'User' }])],
    { members: [{ ...ann, type: 'User' }, ...(group['members'] as object[]).slice(1)] as never },
  ),
  changed('A26', 'takes bare strings for members', group, [add('members', 'D')], {
    members: [...(group['members'] as never[]), { value: 'D' }],
  }),
  unchanged('A27', 'adds nothing for null or an empty array', user, [add('emails', []), add('roles', [null, ''])]),
];
