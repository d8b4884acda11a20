/** The resources that the PATCH cases start from, and the shape of a case. */
import type { Json, JsonObject } from '../../../src/scim/json.ts';
import { CRM, ENTERPRISE, GROUP, USER } from '../support/registries.ts';

export const user: JsonObject = {
  schemas: [USER, ENTERPRISE],
  id: 'u1',
  externalId: 'ext1',
  userName: 'bjensen',
  active: true,
  name: { givenName: 'Barbara', familyName: 'Jensen' },
  displayName: 'Babs',
  emails: [
    { value: 'work@x.com', type: 'work', primary: true },
    { value: 'home@x.com', type: 'home' },
  ],
  addresses: [{ type: 'work', streetAddress: '911 Universal Plaza', country: 'US' }],
  roles: [{ value: 'a' }, { value: 'b' }],
  [ENTERPRISE]: { department: 'Sales', manager: { value: 'm1', displayName: 'Boss' } },
  meta: { resourceType: 'User' },
};

export const bare: JsonObject = { schemas: [USER], id: 'u2', userName: 'bare', meta: { resourceType: 'User' } };

export const group: JsonObject = {
  schemas: [GROUP],
  id: 'g1',
  displayName: 'Grp',
  members: [{ value: 'A', display: 'Ann', $ref: '../Users/A' }, { value: 'B', display: 'Bob' }, { value: 'C' }],
  meta: { resourceType: 'Group' },
};

export const scored: JsonObject = {
  ...user,
  schemas: [USER, ENTERPRISE, CRM],
  [CRM]: { score: { value: 1 }, tags: [{ type: 'a', value: '1' }] },
};

export const [workEmail, homeEmail] = user['emails'] as [JsonObject, JsonObject];
export const [workAddress] = user['addresses'] as [JsonObject];
export const [ann, bob, third] = group['members'] as [JsonObject, JsonObject, JsonObject];
export const enterprise = user[ENTERPRISE] as JsonObject;

/** What changes: members of the resource with their new value, undefined for those that go. */
export type Changes = Readonly<Record<string, Json | undefined>>;

export interface PatchCase {
  readonly id: string;
  readonly title: string;
  readonly before: JsonObject;
  /** As they come over the wire. */
  readonly operations: Json;
  readonly changes?: Changes;
  readonly fault?: { readonly scimType: string; readonly detail: string };
}

export function changed(id: string, title: string, before: JsonObject, operations: Json, changes: Changes): PatchCase {
  return { id, title, before, operations, changes };
}

export function unchanged(id: string, title: string, before: JsonObject, operations: Json): PatchCase {
  return { id, title, before, operations, changes: {} };
}

export function refused(
  id: string,
  title: string,
  before: JsonObject,
  operations: Json,
  scimType: string,
  detail: string,
): PatchCase {
  return { id, title, before, operations, fault: { scimType, detail } };
}

export const add = (path: string, value: Json): JsonObject => ({ op: 'add', path, value });
export const replace = (path: string, value: Json): JsonObject => ({ op: 'replace', path, value });
export const remove = (path: string): JsonObject => ({ op: 'remove', path });
