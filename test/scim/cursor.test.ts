/** What a cursor holds, and which are refused (RFC 9865 §2). */
import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { printCursor, readCursor, type Place } from '../../src/scim/cursor.ts';
import { parsePaging } from '../../src/scim/paging.ts';
import { faultOf } from './support/fault.ts';

const limits = { defaultCount: 100, maxCount: 200 };
const INVALID = {
  status: 400,
  scimType: 'invalidCursor',
  detail: 'cursor must be empty, or the nextCursor of a page of the same query',
};

const places: fc.Arbitrary<Place> = fc.record({
  key: fc.oneof(fc.constant(null), fc.string({ unit: 'grapheme' }), fc.integer()),
  seq: fc.nat(),
});

describe('a cursor', () => {
  it('holds any place, in characters that a URL needs not escape', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(), places, (query, count, place) => {
        const cursor = printCursor(query, count, place);
        expect(cursor).toMatch(/^[A-Za-z0-9_-]+$/);
        expect(readCursor(query, count, cursor)).toEqual(place);
      }),
    );
  });

  it('is refused with 400 invalidCursor when one character of it is another', () => {
    const cursor = printCursor('q', 2, { key: 'a', seq: 7 });
    for (let at = 0; at < cursor.length; at += 1) {
      const damaged = `${cursor.slice(0, at)}${cursor[at] === 'A' ? 'B' : 'A'}${cursor.slice(at + 1)}`;
      expect(faultOf(() => readCursor('q', 2, damaged))).toEqual(INVALID);
    }
  });

  it.each(['x', ' ', 'null', 'AAAAAAAAAAAAAAAAAAAAAAAA', 'é'])(
    'is refused with 400 invalidCursor when it is %j',
    (cursor) => {
      expect(faultOf(() => readCursor('q', 2, cursor))).toEqual(INVALID);
    },
  );

  it.each([
    ...[
      'null',
      '{}',
      '[]',
      '[2,7]',
      '[2,7,null,1]',
      '[2,7,true]',
      '[2,7,{}]',
      '[2,7,[1]]',
      '[2,"7",null]',
      '[2,7,1e999]',
    ],
    ...['[2,1e300,null]', '[2,-1,null]', '[2,1.5,null]', '[2,7,"\\u0000"]', '[2,7,"\\ud800"]', 'x'],
  ])('is refused with 400 invalidCursor when somebody forged it to hold %s', (held) => {
    const digest = createHash('sha256')
      .update(JSON.stringify(['q', held]))
      .digest('base64url')
      .slice(0, 16);
    const forged = `${digest}${Buffer.from(held).toString('base64url')}`;
    expect(faultOf(() => readCursor('q', 2, forged))).toMatchObject({ status: 400, scimType: 'invalidCursor' });
  });

  it('is refused with 400 invalidCursor by another query', () => {
    const cursor = printCursor('q', 2, { key: null, seq: 7 });
    expect(faultOf(() => readCursor('r', 2, cursor))).toEqual(INVALID);
  });

  it('is refused with 400 invalidCount when another count is asked for', () => {
    const cursor = printCursor('q', 2, { key: null, seq: 7 });
    expect(faultOf(() => readCursor('q', 3, cursor))).toEqual({
      status: 400,
      scimType: 'invalidCount',
      detail: 'count must be 2 as in the first request of this cursor',
    });
  });
});

describe('parsePaging by cursor', () => {
  it.each([
    [{ cursor: '' }, 100],
    [{ cursor: '', count: '7' }, 7],
    [{ cursor: '', count: -3 }, 0],
    [{ cursor: '', startIndex: '' }, 100],
  ])('reads %j as a first page of %i', (page, count) => {
    expect(parsePaging(page, 'q', limits)).toEqual({ kind: 'cursor', count });
  });

  it('reads a place', () => {
    const cursor = printCursor('q', 100, { key: 'a', seq: 7 });
    expect(parsePaging({ cursor }, 'q', limits)).toEqual({
      kind: 'cursor',
      count: 100,
      after: { key: 'a', seq: 7 },
    });
  });

  it.each([
    [{ cursor: '', count: '201' }, 'invalidCount', 'count must be at most 200 with a cursor'],
    [{ cursor: '', count: 'x' }, 'invalidCount', 'count must be an integer'],
    [{ cursor: '', startIndex: 1 }, 'invalidValue', 'startIndex and cursor cannot be given together'],
  ])('refuses %j with 400 %s', (page, scimType, detail) => {
    expect(faultOf(() => parsePaging(page, 'q', limits))).toEqual({ status: 400, scimType, detail });
  });
});
