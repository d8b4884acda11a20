/** Whether a mapping depends on memberships: said of its text, before any user is mapped. */
import { describe, expect, it } from '@jest/globals';
import { compile, compileFields, REQUIRED } from './support/mapping.ts';

describe('a mapping reads groups', () => {
  it.each([
    ['in a path', { from: 'groups.display' }],
    ['in a path, whatever its case', { from: ['nickName', 'GROUPS[type eq "direct"].display'] }],
    ['in an expression', { expression: '$join(groups.display, ";")' }],
    ['behind the name of the whole', { expression: '$$.groups[0].value' }],
    ['as a text in an expression', { expression: '$lookup($, "groups")[0].display' }],
  ])('%s', (_title, rule) => expect(compileFields({ City: rule }).reads('groups')).toBe(true));
});

describe('a mapping does not read groups', () => {
  it.each([
    ['where it names other attributes', { from: 'emails.value' }],
    ['where the word is part of another', { expression: 'subgroups & groupsOf & $groups' }],
  ])('%s', (_title, rule) => expect(compileFields({ City: rule }).reads('groups')).toBe(false));

  it('where only people are told of them', () =>
    expect(compile({ description: 'without groups', fields: REQUIRED }).reads('groups')).toBe(false));
});
