/** The examples of the RFCs go in and come out (RFC 7643 §8, RFC 7644 §3.5.2). */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import type { Json, JsonObject } from '../../src/scim/json.ts';
import { normaliseResource } from '../../src/scim/normalise.ts';
import { applyPatch } from '../../src/scim/patch/apply.ts';
import { parsePatchOp } from '../../src/scim/patch/parse.ts';
import { project } from '../../src/scim/projection.ts';
import { groupType, userType } from './support/registries.ts';

function sample(name: string): JsonObject {
  const file = new URL(`./samples/rfc7643-${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as JsonObject;
}

function without(resource: JsonObject, ...names: string[]): JsonObject {
  return Object.fromEntries(Object.entries(resource).filter(([name]) => !names.includes(name)));
}

describe('RFC 7643 §8: representations', () => {
  it.each([
    ['8.1-user-minimal', userType],
    ['8.2-user-full', userType],
    ['8.3-enterprise-user', userType],
    ['8.4-group', groupType],
  ])('%s is read as it is, without what only the server writes', (name, type) => {
    const resource = normaliseResource(type, sample(name));
    type.validate(resource);
    expect(resource).toEqual(without(sample(name), 'id', 'meta', 'groups'));
  });

  it.each([
    ['8.3-enterprise-user', userType],
    ['8.4-group', groupType],
  ])('%s is shown as it is, without the password', (name, type) => {
    expect(project(type, sample(name))).toEqual(without(sample(name), 'password'));
  });
});

describe('RFC 7644 §3.5.2: PATCH examples', () => {
  const user = sample('8.3-enterprise-user');
  const group = sample('8.4-group');
  const [babs, mandy] = group['members'] as [JsonObject, JsonObject];
  const isBabs = 'value eq "2819c223-7f76-453a-919d-413861904646"';
  const james = { display: 'James Smith', $ref: 'https://example.com/v2/Users/08e1d05d', value: '08e1d05d' };
  const workAddress = {
    type: 'work',
    streetAddress: '911 Universal City Plaza',
    locality: 'Hollywood',
    region: 'CA',
    postalCode: '91608',
    country: 'US',
    formatted: '911 Universal City Plaza\nHollywood, CA 91608 US',
    primary: true,
  };
  const [work, home] = user['addresses'] as [JsonObject, JsonObject];
  const home2 = { value: 'babs@jensen.org', type: 'home' };

  it.each<[string, JsonObject, Json, JsonObject]>([
    [
      '§3.5.2.1 adds a member',
      { ...group, members: [mandy] },
      [{ op: 'add', path: 'members', value: [babs] }],
      { members: [mandy, babs] },
    ],
    [
      '§3.5.2.1 adds attributes without a path',
      { ...user, emails: [] },
      [{ op: 'add', value: { emails: [home2], nickname: 'Babs' } }],
      { emails: [home2], nickName: 'Babs' },
    ],
    ['§3.5.2.2 removes a member', group, [{ op: 'remove', path: `members[${isBabs}]` }], { members: [mandy] }],
    [
      '§3.5.2.2 removes the addresses that satisfy two conditions',
      user,
      [{ op: 'remove', path: 'emails[type eq "work" and value ew "example.com"]' }],
      { emails: [home2] },
    ],
    [
      '§3.5.2.2 removes one member and adds another, with no space after eq',
      group,
      [
        { op: 'remove', path: `members[${isBabs.replace('eq ', 'eq')}]` },
        { op: 'add', path: 'members', value: [james] },
      ],
      { members: [mandy, james] },
    ],
    [
      '§3.5.2.3 replaces all members in two steps',
      group,
      [
        { op: 'remove', path: 'members' },
        { op: 'add', path: 'members', value: [babs, james] },
      ],
      { members: [babs, james] },
    ],
    [
      '§3.5.2.3 replaces the work address',
      user,
      [{ op: 'replace', path: 'addresses[type eq "work"]', value: workAddress }],
      { addresses: [workAddress, home] },
    ],
    [
      '§3.5.2.3 replaces the street of the work address',
      user,
      [{ op: 'replace', path: 'addresses[type eq "work"].streetAddress', value: '1010 Broadway Ave' }],
      { addresses: [{ ...work, streetAddress: '1010 Broadway Ave' }, home] },
    ],
    [
      '§3.5.2.3 replaces all e-mail addresses without a path',
      user,
      [{ op: 'replace', value: { emails: [home2], nickname: 'Babs' } }],
      { emails: [home2], nickName: 'Babs' },
    ],
  ])('%s', (_, resource, operations, changes) => {
    const type = 'members' in resource ? groupType : userType;
    expect(applyPatch(type, resource, parsePatchOp({ Operations: operations }))).toEqual({ ...resource, ...changes });
  });

  it('§3.5.2.2 removes all members', () => {
    const after = applyPatch(groupType, group, [{ op: 'remove', path: 'members' }]);
    expect(after).toEqual(without(group, 'members'));
  });
});
