/** Query strings of SCIM 1.1, as WSO2 IS 5 and as others write them. */
import { describe, expect, it } from '@jest/globals';
import { readScim1Query } from '../../src/scim1/query.ts';

describe('a query string of SCIM 1.1 (API §3.2.2)', () => {
  it.each([
    ['userName%20Eq%20robin', 'userName Eq robin'],
    ['userName%20Eq%20PRIMARY/robin', 'userName Eq PRIMARY/robin'],
    ['userName%20Eq%20robin@wso2.com', 'userName Eq robin@wso2.com'],
    ['userName%20Eq%20a+b&c=d', 'userName Eq a+b&c=d'],
    ['userName%20Eq%20a&&b?c', 'userName Eq a&&b?c'],
    ['userName%20Eq%2050%', 'userName Eq 50%'],
    ['userName%20Eq%20%zz%C3', 'userName Eq %zz%C3'],
    ['userName%20Eq%20zo%C3%AB', 'userName Eq zoë'],
    ['userName+eq+%22robin%22', 'userName eq "robin"'],
    ['userName+eq+%22a%2Bb%22', 'userName eq "a+b"'],
    ['userName%20eq%20%22a%26b%22', 'userName eq "a&b"'],
  ])('holds the filter of %s', (raw, filter) => {
    expect(readScim1Query(`/Users?filter=${raw}`)).toEqual({ filter });
  });

  it('holds every parameter of SCIM 1.1, in any order and case', () => {
    const url =
      '/Users?attributes=userName,emails&filter=title%20pr&SortBy=userName&sortOrder=descending&startIndex=2&count=5';
    expect(readScim1Query(url)).toEqual({
      attributes: 'userName,emails',
      filter: 'title pr',
      sortBy: 'userName',
      sortOrder: 'descending',
      startIndex: '2',
      count: '5',
    });
  });

  it.each([
    ['/Users', {}],
    ['/Users?', {}],
    ['/Users?x=1&filter=a%20pr', { filter: 'a pr' }],
    ['/Users?count=5&x=1', { count: '5' }],
    ['/Users?filter=a%20pr&filter=b%20pr', { filter: 'a pr' }],
  ])('is read from %s as %j', (url, query) => {
    expect(readScim1Query(url)).toEqual(query);
  });
});
