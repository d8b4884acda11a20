/** By which value resources are sorted (RFC 7644 §3.4.2.3). */
import { describe, expect, it } from '@jest/globals';
import { compareTexts } from '../../src/scim/comparable.ts';
import type { JsonObject } from '../../src/scim/json.ts';
import { compareSortKeys, parseSort, sortKey, type SortKey } from '../../src/scim/sort.ts';
import { faultOf } from './support/fault.ts';
import { ENTERPRISE, groupType, labType, userType } from './support/registries.ts';

describe('parseSort', () => {
  it.each([undefined, '', ' '])('sorts nothing for sortBy %j', (sortBy) => {
    expect(parseSort([userType], { sortBy, sortOrder: 'descending' })).toBeUndefined();
  });

  it.each([
    [undefined, false],
    ['', false],
    ['Ascending', false],
    ['DESCENDING', true],
  ])('reads sortOrder %j', (sortOrder, descending) => {
    expect(parseSort([userType], { sortBy: 'userName', sortOrder })?.descending).toBe(descending);
  });

  it('finds the attribute in each type that has it', () => {
    const sort = parseSort([userType, groupType], { sortBy: 'USERNAME' });
    expect(sort?.paths.map((path) => path?.attribute?.path)).toEqual(['userName', undefined]);
  });

  it.each([
    [{ sortBy: 'nope' }, 'sortBy: there is no attribute nope'],
    [{ sortBy: 'addresses' }, 'sortBy: addresses has parts: name one of them, as in name.familyName'],
    [{ sortBy: ENTERPRISE }, `sortBy: ${ENTERPRISE} has parts: name one of them, as in name.familyName`],
    [{ sortBy: 'password' }, 'sortBy: password is never returned and cannot be sorted by'],
    [{ sortBy: 'secrets.value' }, 'sortBy: secrets.value is never returned and cannot be sorted by'],
    [{ sortOrder: 'up' }, 'sortOrder must be ascending or descending'],
  ])('refuses %j with 400 invalidValue', (query, detail) => {
    expect(faultOf(() => parseSort([labType], query))).toEqual({ status: 400, scimType: 'invalidValue', detail });
  });
});

describe('sortKey', () => {
  const keyOf = (sortBy: string, resource: JsonObject): SortKey => {
    const path = parseSort([labType], { sortBy })?.paths[0];
    return path && sortKey(path, resource);
  };

  it.each([
    ['userName', { userName: 'BJensen' }, 'bjensen'],
    ['externalId', { externalId: 'X' }, 'X'],
    ['emails', { emails: [{ value: 'a' }, { value: 'B', primary: true }] }, 'b'],
    ['emails.type', { emails: [{ type: 'Home' }, { type: 'work' }] }, 'home'],
    ['emails.value', { emails: [{ type: 'home' }, { value: 'b' }] }, undefined],
    ['tags', { tags: ['z', 'a'] }, 'z'],
    [`${ENTERPRISE}:manager`, { [ENTERPRISE]: { manager: { value: 'M' } } }, 'M'],
    ['active', { active: false }, false],
    ['title', {}, undefined],
    ['userName', { userName: 'x'.repeat(500) }, 'x'.repeat(400)],
  ])('takes by %s of %j the value %j', (sortBy, resource, key) => {
    expect(keyOf(sortBy, resource as JsonObject)).toBe(key);
  });

  it('orders numbers as numbers and dateTimes as instants, to the last digit', () => {
    const sorted = (sortBy: string, values: readonly (number | string)[]) =>
      [...values].sort((a, b) =>
        compareSortKeys(keyOf(sortBy, { [sortBy]: a }), keyOf(sortBy, { [sortBy]: b }), false),
      );
    expect(sorted('height', [10, 9, -1, 0.5, 1e21, -1e300])).toEqual([-1e300, -1, 0.5, 9, 10, 1e21]);
    expect(
      sorted('hiredAt', ['2024-01-01T00:00:00.10001Z', '2024-01-01T01:00:00.1+01:00', '2023-12-31T23:59:59Z']),
    ).toEqual(['2023-12-31T23:59:59Z', '2024-01-01T01:00:00.1+01:00', '2024-01-01T00:00:00.10001Z']);
  });
});

describe('compareSortKeys', () => {
  it.each([
    [false, ['a', 'b', undefined]],
    [true, [undefined, 'b', 'a']],
  ])('puts what has no value last, or first when descending is %j', (descending, expected) => {
    // In objects, because sorting a list puts its undefined last by itself.
    const keys = [{ key: 'b' }, { key: undefined }, { key: 'a' }];
    const sorted = keys.sort((a, b) => compareSortKeys(a.key, b.key, descending));
    expect(sorted.map(({ key }) => key)).toEqual(expected);
  });

  it('puts false before true', () => expect(compareSortKeys(false, true, false)).toBeLessThan(0));
});

describe('compareTexts', () => {
  it('goes by code points, as databases do, where JavaScript goes by halves of them', () => {
    const texts = ['\u{10400}', '\uffee', '\ue000', '\ud7ff', 'a', 'ab', 'Z', ''];
    expect([...texts].sort(compareTexts)).toEqual(['', 'Z', 'a', 'ab', '\ud7ff', '\ue000', '\uffee', '\u{10400}']);
  });
});
