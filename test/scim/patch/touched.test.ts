import { describe, expect, it } from '@jest/globals';
import { parsePatchOp } from '../../../src/scim/patch/parse.ts';
import { touchedElements } from '../../../src/scim/patch/touched.ts';
import type { Attribute } from '../../../src/scim/schema/attribute.ts';
import { groupType } from '../support/registries.ts';

const members = groupType.attributes.find(({ name }) => name === 'members') as Attribute;
const touched = (...Operations: readonly unknown[]) =>
  touchedElements(groupType, members, parsePatchOp({ Operations }));

describe('what a PATCH touches of a list', () => {
  it.each([
    ['an added element', { op: 'add', path: 'members', value: [{ value: 'a' }, { value: 'b' }] }, ['a', 'b']],
    ['an added object', { op: 'add', path: 'members', value: { Value: 'a' } }, ['a']],
    ['an added id', { op: 'add', path: 'members', value: 'a' }, ['a']],
    ['an element added without a path', { op: 'add', value: { Members: [{ value: 'a' }] } }, ['a']],
    ['a removed value', { op: 'remove', path: 'members', value: [{ value: 'a' }] }, ['a']],
    ['nobody who is removed', { op: 'remove', path: 'members', value: [] }, []],
    ['an element that a filter names', { op: 'remove', path: 'members[value eq "a"]' }, ['a']],
    ['one of it', { op: 'replace', path: 'members[value eq "a"].display', value: 'A' }, ['a']],
    ['one that must be more', { op: 'remove', path: 'members[type eq "User" and value eq "a"]' }, ['a']],
    ['several', { op: 'remove', path: 'members[value eq "a" or (value eq "b")]' }, ['a', 'b']],
  ])('is %s alone', (_what, operation, values) => {
    expect(touched(operation)).toEqual({ values: new Set(values), alone: true });
  });

  it.each([
    ['they are replaced', { op: 'replace', path: 'members', value: [{ value: 'a' }] }],
    ['they are replaced without a path', { op: 'replace', value: { members: [] } }],
    ['they are removed', { op: 'remove', path: 'members' }],
    ['another attribute chooses', { op: 'remove', path: 'members[type eq "User"]' }],
    ['a filter chooses what is not named', { op: 'remove', path: 'members[value ne "a"]' }],
    ['a filter chooses by one thing or another', { op: 'remove', path: 'members[value eq "a" or type eq "User"]' }],
    ['a filter denies', { op: 'remove', path: 'members[not (value eq "a")]' }],
    ['one thing of each is changed', { op: 'remove', path: 'members.display' }],
    ['an element is not named', { op: 'add', path: 'members', value: [{ value: 'a' }, { display: 'B' }] }],
  ])('is all of them when %s', (_what, operation) => {
    expect(touched(operation).values).toBe('all');
  });

  it('is not alone beside another attribute, and nothing of a PATCH of others', () => {
    const add = { op: 'add', path: 'members', value: ['a'] };
    const rename = { op: 'replace', path: 'displayName', value: 'x' };
    expect(touched(add, rename)).toEqual({ values: new Set(['a']), alone: false });
    expect(touched({ op: 'add', value: { members: ['a'], displayName: 'x', unknown: 1 } })).toEqual({
      values: new Set(['a']),
      alone: false,
    });
    expect(touched(rename)).toEqual({ values: new Set(), alone: false });
  });
});
