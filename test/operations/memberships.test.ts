import { describe, expect, it } from '@jest/globals';
import { compileMemberships, type MembershipDefinition } from '../../src/operations/memberships.ts';
import { registry } from '../scim/support/registries.ts';

const compile = (...definitions: readonly MembershipDefinition[]) => compileMemberships(registry, definitions);
const members = { resourceType: 'Group', attribute: 'members' };

describe('membership lists', () => {
  it('are named after type and attribute, and shown on the other side', () => {
    const memberships = compile({ ...members, shownAs: { User: 'groups' } });
    expect(memberships.listsOf('Group').map(({ name }) => name)).toEqual(['Group.members']);
    expect(memberships.shownBy('User').map(({ lists }) => lists)).toEqual([['Group.members']]);
    expect(memberships.stored.own.get('Group')?.get('members')).toBe('Group.members');
    expect(memberships.stored.shown.get('User')?.get('groups')).toEqual(['Group.members']);
    expect([memberships.listsOf('User'), memberships.shownBy('Group')]).toEqual([[], []]);
  });

  it.each([
    ['an unknown resource type', { resourceType: 'Team', attribute: 'members' }, 'the unknown resource type Team'],
    ['an unknown attribute', { resourceType: 'Group', attribute: 'member' }, 'has no attribute member'],
    ['an attribute that holds no references', { resourceType: 'User', attribute: 'emails' }, 'cannot hold memberships'],
    ['one value', { resourceType: 'User', attribute: 'name' }, 'cannot hold memberships'],
    ['a shown attribute that clients write', { ...members, shownAs: { Group: 'members' } }, 'must be readOnly'],
  ])('refuse %s', (_what, definition, message) => {
    expect(() => compile(definition)).toThrow(message);
  });
});
