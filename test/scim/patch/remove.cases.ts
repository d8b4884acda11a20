/** PATCH remove (RFC 7644 §3.5.2.2). */
import { ENTERPRISE, USER } from '../support/registries.ts';
import {
  ann,
  bare,
  bob,
  changed,
  enterprise,
  group,
  homeEmail,
  refused,
  remove,
  third,
  unchanged,
  user,
  workEmail,
  type PatchCase,
} from './resources.ts';

const typeOnly = { ...bare, emails: [{ type: 'work' }] };

export const removeCases: readonly PatchCase[] = [
  changed('C1', 'removes a simple attribute', user, [remove('displayName')], { displayName: undefined }),
  refused(
    'C2',
    'refuses a remove without a path',
    user,
    [{ op: 'remove' }],
    'noTarget',
    'Operations[0] is a remove and needs a path',
  ),
  changed('C3', 'removes all elements', group, [remove('members')], { members: undefined }),
  changed('C4', 'removes the chosen element', group, [remove('members[value eq "A"]')], { members: [bob, third] }),
  unchanged('C5', 'passes over a sub-attribute that has no value', user, [remove('emails[type eq "work"].display')]),
  changed('C6', 'removes a sub-attribute of the chosen element', user, [remove('addresses[type eq "work"].country')], {
    addresses: [{ type: 'work', streetAddress: '911 Universal Plaza' }],
  }),
  refused(
    'C7',
    'refuses to remove a required attribute',
    user,
    [remove('userName')],
    'mutability',
    'Operations[0]: userName is required and cannot be removed',
  ),
  refused(
    'C8',
    'refuses to remove a readOnly attribute',
    user,
    [remove('id')],
    'mutability',
    'Operations[0]: id is readOnly',
  ),
  changed('C9', 'drops an attribute with its last element', user, [remove('addresses[type eq "work"]')], {
    addresses: undefined,
  }),
  unchanged('C10', 'passes over an element of an attribute that does not exist', bare, [
    remove('emails[type eq "work"]'),
  ]),
  unchanged('C11', 'passes over a sub-attribute of an element that is not there', user, [
    remove('emails[type eq "other"].value'),
  ]),
  changed('C12', 'removes a sub-attribute of every element', user, [remove('emails.type')], {
    emails: [{ value: 'work@x.com', primary: true }, { value: 'home@x.com' }],
  }),
  unchanged('C13', 'passes over an attribute that does not exist', bare, [remove('nickName')]),
  changed('C14', 'removes an attribute of an extension', user, [remove(`${ENTERPRISE}:department`)], {
    [ENTERPRISE]: { manager: { value: 'm1', displayName: 'Boss' } },
  }),
  changed('C15', 'removes an extension by its URN, from schemas too', user, [remove(ENTERPRISE)], {
    schemas: [USER],
    [ENTERPRISE]: undefined,
  }),
  changed('C16', 'leaves no empty element behind', typeOnly, [remove('emails[type eq "work"].type')], {
    emails: undefined,
  }),
];

/** Positions of ours that the RFC leaves open. */
export const moreRemoveCases: readonly PatchCase[] = [
  changed(
    'C17',
    'drops an extension with its last attribute',
    user,
    [
      remove(`${ENTERPRISE}:department`),
      remove(`${ENTERPRISE}:manager.value`),
      remove(`${ENTERPRISE}:manager.displayName`),
    ],
    { schemas: [USER], [ENTERPRISE]: undefined },
  ),
  changed(
    'C18',
    'removes elements named by value and type',
    user,
    [
      {
        op: 'remove',
        path: 'emails',
        value: [
          { value: 'WORK@x.com', type: 'Work' },
          { value: 'home@x.com', type: 'work' },
        ],
      },
    ],
    { emails: [homeEmail] },
  ),
  changed(
    'C19',
    'removes elements named by a bare value',
    user,
    [{ op: 'remove', path: 'emails', value: 'home@x.com' }],
    {
      emails: [workEmail],
    },
  ),
  refused(
    'C20',
    'refuses to remove members by something that names nobody',
    group,
    [{ op: 'remove', path: 'members', value: [{}] }],
    'invalidValue',
    'Operations[0]: members[0] has no sub-attribute of members',
  ),
  refused(
    'C21',
    'refuses to remove an immutable sub-attribute',
    group,
    [remove('members[value eq "A"].display')],
    'mutability',
    'Operations[0]: members.display is immutable and has a value already',
  ),
  changed('C22', 'removes whom two filters choose', group, [remove('members[value eq "A" or display sw "B"]')], {
    members: [third],
  }),
  refused(
    'C23',
    'refuses a filter with a misspelt attribute, which would choose everybody',
    group,
    [remove('members[vlaue ne "A"]')],
    'invalidFilter',
    'Operations[0]: members[…]: vlaue at character 1 is no attribute here',
  ),
  refused(
    'C24',
    'refuses the comma that old WSO2 documentation shows in a filter',
    group,
    [remove('members[display eq Ann,value eq A]')],
    'invalidFilter',
    'Operations[0]: members[…]: the value at character 12 must be a string in double quotes, a number, true, false or null',
  ),
  changed(
    'C25',
    'removes what has been added before',
    group,
    [
      { op: 'add', path: 'members', value: [{ value: 'D' }] },
      remove('members[value eq "D"]'),
      remove('members[value eq "B"]'),
      { op: 'add', path: 'members', value: [{ value: 'B' }] },
    ],
    { members: [ann, third, { value: 'B' }] },
  ),
  changed(
    'C26',
    'removes an address by all of its sub-attributes',
    user,
    [{ op: 'remove', path: 'addresses', value: { country: 'US', type: 'work', streetAddress: '911 Universal Plaza' } }],
    { addresses: undefined },
  ),
  changed('C27', 'removes an extension with null as well', user, [{ op: 'replace', path: ENTERPRISE, value: null }], {
    schemas: [USER],
    [ENTERPRISE]: undefined,
  }),
  changed(
    'C28',
    'keeps an extension that is filled again',
    user,
    [remove(ENTERPRISE), { op: 'add', path: `${ENTERPRISE}:department`, value: 'New' }],
    { [ENTERPRISE]: { ...enterprise, department: 'New', manager: undefined as never } },
  ),
];
