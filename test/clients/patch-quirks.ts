/** What clients send in PATCHes of users, by the numbers of docs/profiles.md, and what each profile makes of it. */
import { expect } from '@jest/globals';

export type Client = 'default' | 'wso2' | 'entra' | 'okta' | 'strict';
export type Body = Record<string, unknown>;

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** A PATCH of a user by one client: what it had, what is sent, what it has then. */
export interface PatchQuirk {
  readonly quirk: string;
  readonly client: Client;
  readonly before?: Body;
  readonly operations: readonly { readonly op: string; readonly [member: string]: unknown }[];
  /** Members of the whole message beside `Operations`. */
  readonly message?: Body;
  readonly after: Body;
  /** Attributes that must be gone. */
  readonly without?: readonly string[];
}

const home = { type: 'home', value: 'h@x.com' };
const work = { type: 'work', value: 'w@x.com' };

export const PATCH_QUIRKS: readonly PatchQuirk[] = [
  {
    quirk: 'W6 sets parts of names and extensions by paths, and replaces whole lists',
    client: 'wso2',
    before: { name: { givenName: 'A', familyName: 'B' }, emails: [home] },
    operations: [
      { op: 'replace', path: 'name.givenName', value: 'R' },
      { op: 'replace', path: `${ENTERPRISE}:manager.displayName`, value: 'Boss' },
      { op: 'replace', path: 'emails', value: ['r@x.com', { type: 'work', value: 'w@x.com' }] },
    ],
    after: {
      name: { givenName: 'R', familyName: 'B' },
      emails: [{ value: 'r@x.com' }, work],
      [ENTERPRISE]: { manager: { displayName: 'Boss' } },
      schemas: expect.arrayContaining([ENTERPRISE]),
    },
  },
  {
    quirk: 'E1 reads "False" as false',
    client: 'entra',
    before: { active: true },
    operations: [{ op: 'Replace', path: 'active', value: 'False' }],
    after: { active: false },
  },
  {
    quirk: 'E2 reads verbs in any case',
    client: 'entra',
    before: { nickName: 'n' },
    operations: [
      { op: 'Add', path: 'title', value: 't' },
      { op: 'REPLACE', path: 'displayName', value: 'd' },
      { op: 'Remove', path: 'nickName' },
    ],
    after: { title: 't', displayName: 'd' },
    without: ['nickName'],
  },
  {
    quirk: 'E3 reads dotted names and URNs without a path',
    client: 'entra',
    operations: [
      { op: 'replace', value: { displayName: 'B', 'name.givenName': 'K', [`${ENTERPRISE}:employeeNumber`]: 'A' } },
    ],
    after: { displayName: 'B', name: { givenName: 'K' }, [ENTERPRISE]: { employeeNumber: 'A' } },
  },
  {
    quirk: 'E4 reads names with filters without a path',
    client: 'entra',
    before: { emails: [work] },
    operations: [{ op: 'replace', value: { 'emails[type eq "work"].value': 'x@x.com' } }],
    after: { emails: [{ type: 'work', value: 'x@x.com' }] },
  },
  {
    quirk: 'E5 makes the element that a replace chooses and nobody has',
    client: 'entra',
    before: { emails: [home] },
    operations: [{ op: 'Replace', path: 'emails[type eq "work"].value', value: 'w@x.com' }],
    after: { emails: [home, work] },
  },
  {
    quirk: 'E6 makes one address of several parts',
    client: 'entra',
    operations: ['locality', 'region', 'country'].map((part) => ({
      op: 'Add',
      path: `addresses[type eq "work"].${part}`,
      value: part,
    })),
    after: { addresses: [{ type: 'work', locality: 'locality', region: 'region', country: 'country' }] },
  },
  {
    quirk: 'E9 takes a manager as a string',
    client: 'entra',
    operations: [{ op: 'Add', path: `${ENTERPRISE}:manager`, value: '271' }],
    after: { [ENTERPRISE]: { manager: { value: '271' } } },
  },
  {
    quirk: 'E9 takes the manager away with an empty string',
    client: 'entra',
    before: { [ENTERPRISE]: { department: 'd', manager: { value: '271' } } },
    operations: [{ op: 'Replace', path: `${ENTERPRISE}:manager`, value: '' }],
    after: { [ENTERPRISE]: { department: 'd' } },
  },
  {
    quirk: 'E10 unwraps a single value',
    client: 'entra',
    operations: [{ op: 'Replace', path: 'displayName', value: [{ $ref: null, value: 'User X' }] }],
    after: { displayName: 'User X' },
  },
  {
    quirk: 'E11 unpacks roles that are JSON in a string',
    client: 'entra',
    operations: [
      { op: 'Add', path: 'roles', value: [{ value: '{"id":"1","value":"Admin","displayName":"Administrator"}' }] },
    ],
    after: { roles: [{ value: 'Admin', display: 'Administrator' }] },
  },
  {
    quirk: 'E12 chooses by a quoted boolean',
    client: 'entra',
    before: { roles: [{ value: 'a' }, { value: 'b', primary: true }] },
    operations: [{ op: 'Replace', path: 'roles[primary eq "True"].value', value: 'c' }],
    after: { roles: [{ value: 'a' }, { value: 'c', primary: true }] },
  },
  {
    quirk: 'E12 makes the primary role where there is none',
    client: 'entra',
    operations: [{ op: 'Add', path: 'roles[primary eq "True"].value', value: 'c' }],
    after: { roles: [{ value: 'c', primary: true }] },
  },
  {
    quirk: 'E13 passes over members that a PatchOp does not have',
    client: 'entra',
    message: { id: 'x' },
    operations: [{ op: 'Add', path: 'title', value: 't', name: 'addMember' }],
    after: { title: 't' },
  },
  {
    quirk: 'E14 does nothing for no operations',
    client: 'entra',
    before: { title: 't' },
    operations: [],
    after: { title: 't' },
  },
  {
    quirk: 'E15 clears by null and by an empty string',
    client: 'entra',
    before: { title: 't', nickName: 'n' },
    operations: [
      { op: 'Replace', path: 'title', value: null },
      { op: 'Replace', path: 'nickName', value: '' },
    ],
    after: {},
    without: ['title', 'nickName'],
  },
  {
    quirk: 'E20 leaves readOnly attributes out',
    client: 'entra',
    operations: [
      { op: 'Replace', path: 'meta.created', value: '2020-01-01T00:00:00Z' },
      { op: 'Add', path: 'groups', value: [{ value: 'g' }] },
      { op: 'Replace', path: 'title', value: 't' },
    ],
    after: { title: 't' },
    without: ['groups'],
  },
  {
    quirk: 'E21 takes any type',
    client: 'entra',
    operations: [{ op: 'Add', path: 'emails[type eq "untyped"].value', value: 'u@x.com' }],
    after: { emails: [{ type: 'untyped', value: 'u@x.com' }] },
  },
  {
    quirk: 'O3 deactivates without a path',
    client: 'okta',
    before: { active: true },
    operations: [{ op: 'replace', value: { active: false } }],
    after: { active: false },
  },
  {
    quirk: 'X3 merges a complex attribute that is replaced (SailPoint)',
    client: 'default',
    before: { name: { givenName: 'A', familyName: 'B' } },
    operations: [{ op: 'replace', path: 'name', value: { givenName: 'x' } }],
    after: { name: { givenName: 'x', familyName: 'B' } },
  },
];

/** What the default profile makes of those that need another: the user then, or the fault. The rest it reads as all do. */
export const BY_DEFAULT: Readonly<Record<string, Body | 'mutability'>> = {
  'E11 unpacks roles that are JSON in a string': {
    roles: [{ value: '{"id":"1","value":"Admin","displayName":"Administrator"}' }],
  },
  'E20 leaves readOnly attributes out': 'mutability',
};

/** What the strict profile makes of each, its verbs in lower case: the fault, or the same as all (200). */
export const STRICTLY: Readonly<Record<string, number | string>> = {
  'W6 sets parts of names and extensions by paths, and replaces whole lists': 'invalidValue',
  'E1 reads "False" as false': 'invalidValue',
  'E2 reads verbs in any case': 200,
  'E3 reads dotted names and URNs without a path': 'invalidSyntax',
  'E4 reads names with filters without a path': 'invalidPath',
  'E5 makes the element that a replace chooses and nobody has': 'noTarget',
  'E6 makes one address of several parts': 200,
  'E9 takes a manager as a string': 'invalidValue',
  'E9 takes the manager away with an empty string': 'invalidValue',
  'E10 unwraps a single value': 'invalidValue',
  'E11 unpacks roles that are JSON in a string': 200,
  'E12 chooses by a quoted boolean': 'invalidFilter',
  'E12 makes the primary role where there is none': 'invalidFilter',
  'E13 passes over members that a PatchOp does not have': 200,
  'E14 does nothing for no operations': 'invalidSyntax',
  'E15 clears by null and by an empty string': 200,
  'E20 leaves readOnly attributes out': 'mutability',
  'E21 takes any type': 200,
  'O3 deactivates without a path': 200,
  'X3 merges a complex attribute that is replaced (SailPoint)': 200,
};
