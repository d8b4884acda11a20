/** JSON values: equality, copies and names (RFC 8259, RFC 7643 §2.1). */
import { describe, expect, it } from '@jest/globals';
import { cloneJson, equalJson, isUnassigned, kindOf, memberOf, type Json } from '../../src/scim/json.ts';

describe('equalJson', () => {
  it.each<[Json | undefined, Json | undefined, boolean]>([
    [1, 1, true],
    [1, '1', false],
    [null, undefined, false],
    [{ a: 1, b: [2] }, { b: [2], a: 1 }, true],
    [{ a: 1 }, { a: 1, b: 2 }, false],
    [{ a: 1 }, { b: 1 }, false],
    [[1, { a: [] }], [1, { a: [] }], true],
    [[1, 2], [2, 1], false],
    [[1], [1, 2], false],
    [[], {}, false],
  ])('compares %j and %j: %s', (a, b, equal) => {
    expect(equalJson(a, b)).toBe(equal);
  });
});

it('clones without sharing', () => {
  const original = { list: [{ a: 1 }], name: { b: null } };
  const copy = cloneJson(original);
  expect(copy).toEqual(original);
  expect(copy.list).not.toBe(original.list);
  expect(copy.list[0]).not.toBe(original.list[0]);
});

it.each([
  [null, 'null'],
  [undefined, 'nothing'],
  ['', 'a string'],
  [1, 'a number'],
  [false, 'a boolean'],
  [[], 'an array'],
  [{}, 'an object'],
  [1n, 'bigint'],
])('calls %p %s', (value, kind) => {
  expect(kindOf(value)).toBe(kind);
});

it.each<[Json, boolean]>([
  [null, true],
  [[], true],
  [{}, true],
  ['', false],
  [0, false],
  [false, false],
  [[null], false],
])('takes %j for unassigned: %s (RFC 7643 §2.5)', (value, unassigned) => {
  expect(isUnassigned(value)).toBe(unassigned);
});

it('finds a member by its name in any case, the last of several, and never an inherited one', () => {
  expect(memberOf({ operations: 1, Operations: 2 }, 'OPERATIONS')).toBe(2);
  expect(memberOf({}, 'constructor')).toBeUndefined();
});
