/** Paging and the ListResponse message (RFC 7644 §3.4.2, §3.4.2.4). */
import { describe, expect, it } from '@jest/globals';
import { LIST_RESPONSE_SCHEMA, listResponse, parsePaging } from '../../src/scim/paging.ts';
import { faultOf } from './support/fault.ts';

const limits = { defaultCount: 100, maxCount: 200 };

describe('parsePaging by index', () => {
  it.each([
    [{}, 1, 100],
    [{ startIndex: '3', count: '2' }, 3, 2],
    [{ startIndex: 3, count: 2 }, 3, 2],
    [{ startIndex: '0', count: '0' }, 1, 0],
    [{ startIndex: '-5', count: '-1' }, 1, 0],
    [{ count: '5000' }, 1, 200],
    [{ startIndex: ' 2 ', count: '+7' }, 2, 7],
    [{ startIndex: '', count: null }, 1, 100],
    [{ startIndex: '9'.repeat(30) }, Number.MAX_SAFE_INTEGER, 100],
  ])('reads %j as startIndex %i and count %i', (query, startIndex, count) => {
    expect(parsePaging(query, '', limits)).toEqual({ kind: 'index', startIndex, count });
  });

  it.each([
    [{ startIndex: 'one' }, 'startIndex must be an integer'],
    [{ count: '1.5' }, 'count must be an integer'],
    [{ count: 1.5 }, 'count must be an integer'],
    [{ count: '1e3' }, 'count must be an integer'],
    [{ count: ['1', '2'] }, 'count must be an integer'],
    [{ startIndex: true }, 'startIndex must be an integer'],
  ])('refuses %j with 400 invalidValue', (query, detail) => {
    expect(faultOf(() => parsePaging(query, '', limits))).toEqual({ status: 400, scimType: 'invalidValue', detail });
  });
});

describe('listResponse', () => {
  it('counts the resources it returns, not those asked for', () => {
    expect(listResponse({ total: 7, startIndex: 6, resources: [{ id: 'a' }, { id: 'b' }] })).toEqual({
      schemas: [LIST_RESPONSE_SCHEMA],
      totalResults: 7,
      startIndex: 6,
      itemsPerPage: 2,
      Resources: [{ id: 'a' }, { id: 'b' }],
    });
  });

  it('has Resources also when there are none', () => {
    expect(listResponse({ total: 0, startIndex: 1, resources: [] })).toMatchObject({ totalResults: 0, Resources: [] });
  });
});
