/** What clients send beside the letter of the RFC: Entra ID, Okta, OneLogin and others. */
import { CRM, ENTERPRISE, USER } from '../support/registries.ts';
import {
  add,
  ann,
  bare,
  bob,
  changed,
  enterprise,
  group,
  homeEmail,
  refused,
  remove,
  replace,
  scored,
  third,
  unchanged,
  user,
  workEmail,
  type PatchCase,
} from './resources.ts';

const withRole = { ...bare, roles: [{ value: 'r1', primary: true }] };
const withBrackets = { ...bare, roles: [{ value: 'a[1]', display: 'x' }] };
const withTags = { ...bare, tags: ['a', 'b'] };
const serialised = '{"id":"x","value":"Admin","displayName":"Admin"}';

export const clientCases: readonly PatchCase[] = [
  changed('D1', 'takes a capitalised verb (Entra ID)', user, [{ op: 'Replace', path: 'displayName', value: 'X' }], {
    displayName: 'X',
  }),
  changed('D2', 'takes a verb in capitals', user, [{ op: 'REPLACE', path: 'displayName', value: 'X' }], {
    displayName: 'X',
  }),
  changed('D3', 'reads "False" as the boolean (Entra ID)', user, [{ op: 'Replace', path: 'active', value: 'False' }], {
    active: false,
  }),
  changed(
    'D4',
    'reads dotted names without a path (Entra ID)',
    user,
    [{ op: 'Add', value: { 'name.givenName': 'G', displayName: 'D' } }],
    { name: { givenName: 'G', familyName: 'Jensen' }, displayName: 'D' },
  ),
  changed('D5', 'makes the parent of a dotted name', bare, [{ op: 'Add', value: { 'name.givenName': 'G' } }], {
    name: { givenName: 'G' },
  }),
  changed(
    'D6',
    'reads URN-prefixed names without a path (Entra ID)',
    user,
    [{ op: 'Replace', value: { [`${ENTERPRISE}:department`]: 'Eng' } }],
    { [ENTERPRISE]: { ...enterprise, department: 'Eng' } },
  ),
  changed(
    'D7',
    'reads names with a filter without a path (Entra ID)',
    user,
    [{ op: 'Replace', value: { 'emails[type eq "work"].value': 'v@x.com' } }],
    { emails: [{ ...workEmail, value: 'v@x.com' }, homeEmail] },
  ),
  changed(
    'D8',
    'unwraps the value of a single-valued attribute (Entra ID)',
    user,
    [{ op: 'Replace', path: 'displayName', value: [{ $ref: null, value: 'User X' }] }],
    { displayName: 'User X' },
  ),
  changed(
    'D9',
    'takes a manager as a plain string (Entra ID)',
    bare,
    [{ op: 'Add', path: `${ENTERPRISE}:manager`, value: 'm2' }],
    {
      schemas: [USER, ENTERPRISE],
      [ENTERPRISE]: { manager: { value: 'm2' } },
    },
  ),
  changed(
    'D10',
    'does not give a new manager the name of the former (Entra ID)',
    user,
    [{ op: 'Replace', path: `${ENTERPRISE}:manager`, value: 'm2' }],
    { [ENTERPRISE]: { department: 'Sales', manager: { value: 'm2' } } },
  ),
  changed(
    'D11',
    'removes members named in the value (Entra ID)',
    group,
    [{ op: 'Remove', path: 'members', value: [{ value: 'A' }] }],
    { members: [bob, third] },
  ),
  changed(
    'D12',
    'removes a member named exactly as it is stored',
    group,
    [{ op: 'Remove', path: 'members', value: [{ value: 'C' }] }],
    { members: [ann, bob] },
  ),
  changed(
    'D13',
    'removes members named with a $ref of null (Entra ID)',
    group,
    [{ op: 'Remove', path: 'members', value: [{ $ref: null, value: 'A' }] }],
    { members: [bob, third] },
  ),
  unchanged('D14', 'never empties a group for an empty list of members to remove', group, [
    { op: 'Remove', path: 'members', value: [] },
  ]),
  changed(
    'D15',
    'makes one element of two adds with the same filter (Entra ID)',
    bare,
    [
      { op: 'Add', path: 'addresses[type eq "work"].locality', value: 'LA' },
      { op: 'Add', path: 'addresses[type eq "work"].region', value: 'CA' },
    ],
    { addresses: [{ type: 'work', locality: 'LA', region: 'CA' }] },
  ),
  changed(
    'D16',
    'reads "True" for a sub-attribute as the boolean',
    user,
    [{ op: 'Add', path: 'emails[type eq "home"].primary', value: 'True' }],
    {
      emails: [
        { ...workEmail, primary: false },
        { ...homeEmail, primary: true },
      ],
    },
  ),
  changed(
    'D17',
    'chooses by "True" in quotes (Entra ID)',
    withRole,
    [{ op: 'Replace', path: 'roles[primary eq "True"].value', value: 'r2' }],
    { roles: [{ value: 'r2', primary: true }] },
  ),
  changed(
    'D18',
    'keeps JSON within a string as the string it is (Entra ID)',
    bare,
    [add('roles', [{ value: serialised }])],
    {
      roles: [{ value: serialised }],
    },
  ),
  changed('D19', 'deactivates without a path (Okta)', user, [{ op: 'replace', value: { active: false } }], {
    active: false,
  }),
  changed(
    'D20',
    'passes over the id where it is the same (Okta)',
    group,
    [{ op: 'replace', value: { id: 'g1', displayName: 'New' } }],
    { displayName: 'New' },
  ),
  refused(
    'D21',
    'refuses another id',
    group,
    [{ op: 'replace', value: { id: 'OTHER', displayName: 'New' } }],
    'mutability',
    'Operations[0]: id is readOnly and differs from the id of the resource',
  ),
  changed('D22', 'replaces all members (Okta)', group, [replace('members', [{ value: 'Z', display: 'z' }])], {
    members: [{ value: 'Z', display: 'z' }],
  }),
  changed(
    'D23',
    'removes one member and adds another (Okta)',
    group,
    [remove('members[value eq "A"]'), add('members', [{ value: 'D', display: 'd' }])],
    { members: [bob, third, { value: 'D', display: 'd' }] },
  ),
  changed('D24', 'reads an attribute name in any case', user, [replace('DISPLAYNAME', 'X')], { displayName: 'X' }),
  changed('D25', 'reads a sub-attribute name in any case', user, [replace('Name.GivenName', 'X')], {
    name: { givenName: 'X', familyName: 'Jensen' },
  }),
  changed(
    'D26',
    'reads names in any case without a path',
    user,
    [{ op: 'replace', value: { DisplayName: 'X', Active: false } }],
    { displayName: 'X', active: false },
  ),
  changed(
    'D27',
    'reads all names of a path with a filter in any case',
    user,
    [replace('Emails[Type eq "work"].Value', 'X')],
    {
      emails: [{ ...workEmail, value: 'X' }, homeEmail],
    },
  ),
  changed(
    'D28',
    'reads the URN of an extension in any case',
    user,
    [replace(`${ENTERPRISE.toLowerCase()}:department`, 'X')],
    {
      [ENTERPRISE]: { ...enterprise, department: 'X' },
    },
  ),
  changed(
    'D29',
    'reads the URN of the base schema in any case',
    user,
    [replace(`${USER.toUpperCase()}:displayName`, 'X')],
    {
      displayName: 'X',
    },
  ),
  changed(
    'D30',
    'removes members named with value and display (OneLogin)',
    group,
    [{ op: 'remove', path: 'members', value: [{ value: 'B', display: 'Bob' }] }],
    { members: [ann, third] },
  ),
  changed('D32', 'reads an extension URN with dots in it', scored, [replace(`${CRM}:score.value`, 2)], {
    [CRM]: { score: { value: 2 }, tags: [{ type: 'a', value: '1' }] },
  }),
  changed('D33', 'chooses elements in an extension', scored, [replace(`${CRM}:tags[type eq "a"].value`, '2')], {
    [CRM]: { score: { value: 1 }, tags: [{ type: 'a', value: '2' }] },
  }),
  changed(
    'D34',
    'reads dots in a quoted value as part of it',
    user,
    [replace('emails[value eq "work@x.com"].value', 'y@x.com')],
    {
      emails: [{ ...workEmail, value: 'y@x.com' }, homeEmail],
    },
  ),
  changed(
    'D35',
    'reads brackets in a quoted value as part of it',
    withBrackets,
    [replace('roles[value eq "a[1]"].display', 'y')],
    {
      roles: [{ value: 'a[1]', display: 'y' }],
    },
  ),
  changed(
    'D36',
    'merges the object of an extension without a path',
    user,
    [{ op: 'replace', value: { [ENTERPRISE]: { department: 'Eng' } } }],
    { [ENTERPRISE]: { ...enterprise, department: 'Eng' } },
  ),
  changed('D37', 'chooses among strings by value', withTags, [remove('tags[value eq "a"]')], { tags: ['b'] }),
  changed('D38', 'takes an empty path for none', user, [{ op: 'replace', path: '', value: { displayName: 'X' } }], {
    displayName: 'X',
  }),
  changed('D39', 'takes a path of null for none', user, [{ op: 'replace', path: null, value: { displayName: 'X' } }], {
    displayName: 'X',
  }),
];

/** Positions of ours on more of what they send. */
export const moreClientCases: readonly PatchCase[] = [
  changed('D40', 'clears a manager with an empty string (Entra ID)', user, [add(`${ENTERPRISE}:manager`, '')], {
    [ENTERPRISE]: { department: 'Sales' },
  }),
  changed(
    'D41',
    'gives a new manager nothing of the former in an object either',
    user,
    [replace(`${ENTERPRISE}:manager`, { VALUE: 'm2', value: 'm2', $ref: '../Users/m2' })],
    { [ENTERPRISE]: { department: 'Sales', manager: { value: 'm2', $ref: '../Users/m2' } } },
  ),
  changed(
    'D42',
    'sets the name of a manager (WSO2 Identity Server)',
    user,
    [replace(`${ENTERPRISE}:manager.displayName`, 'Chief')],
    { [ENTERPRISE]: { department: 'Sales', manager: { value: 'm1', displayName: 'Chief' } } },
  ),
  unchanged('D43', 'passes over meta, schemas and unknown names without a path', user, [
    {
      op: 'replace',
      value: { meta: { created: 'x' }, 'meta.version': 'y', schemas: ['z'], nope: 1, 'name.nope': 2, id: 'u1' },
    },
  ]),
  refused(
    'D44',
    'refuses other readOnly attributes without a path',
    user,
    [{ op: 'replace', value: { groups: [{ value: 'g1' }] } }],
    'mutability',
    'Operations[0]: groups is readOnly',
  ),
  changed(
    'D45',
    'takes bare strings for e-mail addresses (WSO2 Identity Server)',
    user,
    [replace('emails', ['robin@x.com'])],
    {
      emails: [{ value: 'robin@x.com' }],
    },
  ),
  changed('D46', 'adds to strings what is not there in any case', withTags, [add('tags', ['A', 'c'])], {
    tags: ['A', 'b', 'c'],
  }),
  changed('D47', 'replaces the chosen string', withTags, [replace('tags[value eq "B"]', 'z')], { tags: ['a', 'z'] }),
];
