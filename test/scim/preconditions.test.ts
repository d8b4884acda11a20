/** Conditional requests (RFC 7644 §3.14, RFC 9110 §13). */
import { describe, expect, it } from '@jest/globals';
import { checkIfMatch, checkIfNoneMatch, checkWrite, etag } from '../../src/scim/preconditions.ts';
import { faultOf } from './support/fault.ts';

const current = etag(3);
const naming = ['W/"3"', '"3"', 'W/"1", W/"3"', '"a,b" , "3"', ',"3" ,', '*', ' * '];
const notNaming = ['W/"4"', 'W/"33"', '3', '', '"a,3"', 'w/"3"', 'W/ "3"', '"3', '"3" "4"', '3, "3"', '*, "4"'];

it('writes weak entity tags', () => {
  expect(current).toBe('W/"3"');
});

describe('If-Match', () => {
  it.each([undefined, ...naming])('lets %s pass', (header) => {
    expect(() => checkIfMatch(header, current)).not.toThrow();
  });

  it.each(notNaming)('refuses "%s" with 412', (header) => {
    expect(faultOf(() => checkIfMatch(header, current))).toEqual({
      status: 412,
      scimType: undefined,
      detail: 'the resource is not at the version that If-Match names: read it again and repeat the request',
    });
  });

  it('refuses * with 412 where there is no resource', () => {
    expect(faultOf(() => checkIfMatch('*', undefined))).toMatchObject({ status: 412 });
  });
});

describe('If-None-Match', () => {
  it.each(naming)('stops the request at %s', (header) => {
    expect(checkIfNoneMatch(header, current)).toBe(false);
  });

  it.each([undefined, ...notNaming])('lets the request go on at %s', (header) => {
    expect(checkIfNoneMatch(header, current)).toBe(true);
  });

  it('lets * create what is not there', () => {
    expect(checkIfNoneMatch('*', undefined)).toBe(true);
  });
});

describe('a write', () => {
  it.each([
    ['without conditions', {}],
    ['with If-Match of this version', { ifMatch: 'W/"3"' }],
    ['with If-None-Match of another version', { ifNoneMatch: 'W/"4"' }],
  ])('goes on %s', (_, preconditions) => {
    expect(() => checkWrite(preconditions, current, false)).not.toThrow();
  });

  it.each([
    ['If-Match of another version', { ifMatch: 'W/"4"' }, /If-Match/],
    ['If-None-Match of this version', { ifNoneMatch: 'W/"3"' }, /If-None-Match/],
    ['If-None-Match *', { ifMatch: '*', ifNoneMatch: '*' }, /If-None-Match/],
  ])('is refused with 412 at %s', (_, preconditions, detail) => {
    expect(faultOf(() => checkWrite(preconditions, current, false))).toEqual({
      status: 412,
      scimType: undefined,
      detail: expect.stringMatching(detail) as unknown,
    });
  });

  it('is refused with 428 where If-Match is demanded and missing', () => {
    expect(faultOf(() => checkWrite({ ifNoneMatch: 'W/"4"' }, current, true))).toMatchObject({ status: 428 });
    expect(() => checkWrite({ ifMatch: '*' }, current, true)).not.toThrow();
  });
});

it('reads a header of 16 KiB at once', () => {
  const started = performance.now();
  for (const part of [' ', '"a",', 'W/', '"'])
    expect(checkIfNoneMatch(part.repeat(16_384 / part.length) + 'x', current)).toBe(true);
  expect(performance.now() - started).toBeLessThan(500);
});
