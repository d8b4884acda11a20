/** What is there after each recorded flow: people and groups by name, and the Lead that each person has. */

import { expect } from '@jest/globals';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

export interface Outcome {
  /** Members of each person that is there; nobody else is. */
  readonly people: Readonly<Record<string, object>>;
  /** What nobody has. */
  readonly without?: readonly string[];
  /** userNames of the members of each group; none other is there. */
  readonly groups?: Readonly<Record<string, readonly string[]>>;
}

const email = { emails: [{ value: 'robin@wso2.com' }] };
const phone = { phoneNumbers: [{ type: 'mobile', value: '+94771234567' }] };
const hood = { name: { givenName: 'Robin', familyName: 'Hood' } };
const kept = { title: 'kept' };
const typical = { ...email, ...phone, ...hood, active: true };
const renamed = { ...kept, nickName: 'n' };
const robinAndTuck = { robin: kept, tuck: kept };

/** Ids, times and places are ours, whatever IS sends. */
const own = {
  id: expect.stringMatching(/^[\da-f]{8}-/),
  meta: expect.objectContaining({ created: expect.not.stringContaining('2026-01-01T00:00:00Z') }),
};
const claims = { ...hood, ...phone, ...own, externalId: 'ext-1', locale: 'en', timezone: 'Asia/Colombo', title: 'Dr' };
const organization = { costCenter: 'cc', organization: 'ACME', department: 'Eng', employeeNumber: '42' };
const allClaims = {
  ...claims,
  emails: [{ type: 'work', value: 'robin@work.example' }, { value: 'robin@wso2.com' }],
  addresses: [{ type: 'home', formatted: '1 Main St' }],
  [ENTERPRISE]: { ...organization, manager: { displayName: 'Boss' } },
};

export const OUTCOMES: Readonly<Record<string, Outcome>> = {
  '2.0 user create tutorial': { people: { Robin: email } },
  '2.0 user create no claims': { people: { Robin: {} } },
  '2.0 user create typical': { people: { robin: { ...typical, [ENTERPRISE]: { department: 'Eng' } } } },
  '2.0 user create all claims mixed emails': { people: { 'PRIMARY/robin': allClaims } },
  '2.0 user create two emails csv split': {
    people: { robin: { emails: [{ value: 'a@x.com' }, { value: 'b@x.com' }] } },
  },
  '2.0 user create emails as objects flag on': {
    people: { robin: { emails: [{ value: 'a@x.com', primary: true }, { value: 'b@x.com' }] } },
  },
  '2.0 user create unicode and slash escape': { people: { zoë: { name: { familyName: 'Žižek </b> "q"' } } } },
  '2.0 user create, client 1.0': { people: { Robin: email } },
  '2.0 user create retry after 500': { people: { robin: {} } },
  '2.0 user create retry after 5s timeout': { people: { robin: {} } },
  '2.0 auth bearer': { people: { robin: {} } },
  '2.0 auth apikey is sent in Authorization': { people: { robin: {} } },
  '2.0 user update put': {
    people: { robin: { ...kept, ...typical, [ENTERPRISE]: { department: 'Eng' } } },
  },
  '2.0 user update put domain name': { people: { 'PRIMARY/robin': renamed } },
  '2.0 user update put email username': { people: { 'robin@wso2.com': renamed } },
  '2.0 user update put space and apostrophe': { people: { "o'brien smith": renamed } },
  '2.0 user update put unicode': { people: { zoë: renamed } },
  '2.0 user update put reserved': { people: { 'a+b&c=d': renamed } },
  '2.0 user update put percent': { people: { '50%': renamed } },
  '2.0 user update put unreserved': { people: { 'tilde~star*paren()': renamed } },
  '2.0 user update put quote': { people: { 'x"y': renamed } },
  '2.0 user patch': { people: { robin: { ...kept, ...typical, [ENTERPRISE]: { department: 'Eng' } } } },
  '2.0 user patch all claims': { people: { robin: { ...allClaims, nickName: 'rob' } } },
  '2.0 user patch clear attributes': {
    people: { robin: { ...kept, active: false, name: { familyName: 'Hood' } } },
    without: ['emails', 'nickName', 'phoneNumbers', 'name.givenName'],
  },
  '2.0 user delete': { people: {} },
  '2.0 user delete null username': { people: { bystander: kept } },
  '2.0 group create empty': { people: {}, groups: { Sales: [] } },
  '2.0 group create members one unknown': { people: robinAndTuck, groups: { Sales: ['robin', 'tuck'] } },
  '2.0 group update put': { people: robinAndTuck, groups: { Sales: ['robin', 'tuck'] } },
  '2.0 group update put no members': { people: { tuck: kept }, groups: { Sales: ['tuck'] } },
  '2.0 group rename put domain': { people: { tuck: kept }, groups: { 'PRIMARY/Sales EU': ['tuck'] } },
  '2.0 group patch rename add remove': { people: robinAndTuck, groups: { 'Sales EU': ['robin'] } },
  '2.0 group patch members': { people: { ...robinAndTuck, will: kept }, groups: { Sales: ['robin', 'will'] } },
  '2.0 group delete': { people: { tuck: kept }, groups: {} },
  '1.1 user create tutorial': { people: { Robin: email } },
  '1.1 user create empty password': { people: { Robin: {} } },
  '1.1 user create typical domain': { people: { 'PRIMARY/robin': { ...typical, nickName: 'rob' } } },
  '1.1 user create all claims': {
    people: {
      robin: {
        ...{ ...hood, ...phone, ...own, displayName: 'Robin H', externalId: 'e1', profileUrl: 'http://p', title: 'Dr' },
        emails: [{ value: 'robin@wso2.com' }, { type: 'work', value: 'r@w.example' }],
        addresses: [{ type: 'home', formatted: '1 Main' }],
      },
    },
  },
  '1.1 user create two emails': { people: { robin: { emails: [{ value: 'a@x.com' }, { value: 'b@x.com' }] } } },
  '1.1 user create unicode': { people: { zoë: { name: { familyName: 'Žižek zoë' } } } },
  '1.1 user update is patch': { people: { robin: { ...kept, ...typical, nickName: 'rob' } } },
  '1.1 user update put unused by connector': { people: { robin: { ...typical, nickName: 'rob' } } },
  '1.1 user delete': { people: {} },
  '1.1 user delete domain name': { people: {} },
  '1.1 user delete email username': { people: {} },
  '1.1 user delete raw reserved': { people: {} },
  '1.1 user delete raw percent': { people: {} },
  '1.1 group create empty': { people: {}, groups: { Sales: [] } },
  '1.1 group create one unknown': { people: { robin: kept }, groups: { Sales: ['robin'] } },
  '1.1 group update put': { people: robinAndTuck, groups: { Sales: ['robin'] } },
  '1.1 group patch add remove': { people: robinAndTuck, groups: { Sales: ['robin'] } },
  '1.1 group patch rename': { people: { tuck: kept }, groups: { 'Sales EU': ['tuck'] } },
  '1.1 group delete': { people: { tuck: kept }, groups: {} },
};

/** Who is there before, beyond those that a flow looks up. */
export const BEFORE: Readonly<Record<string, Readonly<Record<string, object>>>> = {
  '2.0 user delete null username': { bystander: {} },
  // The recording has its PATCH alone.
  '2.0 user patch clear attributes': { robin: { ...typical, nickName: 'rob' } },
};

export interface Person {
  readonly id: string;
  readonly userName: string;
  readonly active?: boolean;
  readonly displayName?: string;
  readonly name?: { readonly givenName?: string; readonly familyName?: string };
  readonly emails?: readonly { readonly value: string; readonly type?: string; readonly primary?: boolean }[];
}

/** The Lead that the default mapping makes of a person. */
export function leadOf({ id, userName, active = true, displayName, name = {}, emails = [] }: Person): object {
  const main = emails.find(({ primary }) => primary) ?? emails.find(({ type }) => type === 'work') ?? emails[0];
  return {
    SCIM_Id__c: id,
    FirstName: name.givenName ?? null,
    LastName: name.familyName ?? displayName ?? userName,
    Email: main?.value ?? null,
    isOpen: active,
  };
}
