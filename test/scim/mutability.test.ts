/** Immutable attributes (RFC 7643 §2.2). */
import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../src/scim/json.ts';
import { checkImmutable } from '../../src/scim/mutability.ts';
import { faultOf } from './support/fault.ts';
import { CRM, groupType, labType } from './support/registries.ts';

describe('checkImmutable', () => {
  it.each<[string, JsonObject, JsonObject, string]>([
    ['another value', { badge: 'a' }, { badge: 'b' }, 'badge is immutable and cannot be changed'],
    ['no value any more', { badge: 'a' }, {}, 'badge is immutable and cannot be changed'],
    [
      'another value in an extension',
      { [CRM]: { source: 'a' } },
      { [CRM]: { source: 'b' } },
      `${CRM}:source is immutable and cannot be changed`,
    ],
    ['no extension any more', { [CRM]: { source: 'a' } }, {}, `${CRM}:source is immutable and cannot be changed`],
  ])('refuses %s with 400 mutability', (_, before, after, detail) => {
    expect(faultOf(() => checkImmutable(labType, before, after))).toEqual({
      status: 400,
      scimType: 'mutability',
      detail,
    });
  });

  it.each<[string, JsonObject, JsonObject]>([
    ['a first value', { userName: 'a' }, { userName: 'a', badge: 'b' }],
    ['a value after null', { badge: null }, { badge: 'b' }],
    ['the same value', { badge: 'a' }, { badge: 'a' }],
    ['changes elsewhere', { badge: 'a', userName: 'a' }, { badge: 'a', userName: 'b' }],
  ])('accepts %s', (_, before, after) => {
    expect(() => checkImmutable(labType, before, after)).not.toThrow();
  });

  it('accepts a PUT with a member under another display, because members come and go as wholes', () => {
    const before = { members: [{ value: 'A', display: 'Ann' }] };
    expect(() => checkImmutable(groupType, before, { members: [{ value: 'A', display: 'Annabel' }] })).not.toThrow();
  });
});
