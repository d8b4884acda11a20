/** Conditional requests (RFC 7644 §3.14, RFC 9110 §13). */
import { describe, expect, it } from '@jest/globals';
import { checkIfMatch, checkIfNoneMatch, etag } from '../../src/scim/preconditions.ts';
import { faultOf } from './support/fault.ts';

const current = etag(3);
const naming = ['W/"3"', '"3"', 'W/"1", W/"3"', '"a,b" , "3"', '*', ' * '];
const notNaming = ['W/"4"', 'W/"33"', '3', '', '"a,3"', 'w/"4"'];

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
      detail: 'the resource is not at the version that If-Match names: read it again and repeat the change',
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
