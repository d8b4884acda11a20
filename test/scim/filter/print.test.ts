/** Printing is the inverse of parsing (RFC 7644 §3.4.2.2). */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseFilter } from '../../../src/scim/filter/parse.ts';
import type { Filter } from '../../../src/scim/filter/filter.ts';
import { matches } from '../../../src/scim/filter/evaluate.ts';
import { printFilter } from '../../../src/scim/filter/print.ts';
import { filters, resources } from '../support/arbitraries.ts';
import { labType } from '../support/registries.ts';
import { matching, notMatching } from './filter.cases.ts';

const reprint = (text: string) => printFilter(parseFilter(labType, text));

describe('printFilter', () => {
  it.each([
    ['USERNAME EQ "x"', 'userName eq "x"'],
    ['emails co "@x.com"', 'emails.value co "@x.com"'],
    ['(a eq 1 or b pr) AND (c pr)', '(a eq 1 or b pr) and c pr'],
    ['height ge -0', 'height ge 0'],
    ['a pr and b pr or c pr', 'a pr and b pr or c pr'],
    ['emails[Type eq "work"].VALUE sw "x"', 'emails[type eq "work" and value sw "x"]'],
    ['active eq TRUE and not(title eq NULL)', 'active eq true and not (title eq null)'],
    [
      'URN:ietf:params:scim:schemas:extension:enterprise:2.0:user:MANAGER eq "m1"',
      'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value eq "m1"',
    ],
  ])('prints %s as %s', (text, printed) => {
    expect(reprint(text)).toBe(printed);
  });

  it.each([...matching, ...notMatching])('prints $filter so that it reads the same again', ({ filter }) => {
    const parsed = parseFilter(labType, filter);
    expect(parseFilter(labType, printFilter(parsed))).toEqual(parsed);
  });

  it('is the inverse of parsing for any filter', () => {
    fc.assert(
      fc.property(filters(labType), (filter: Filter) => {
        expect(parseFilter(labType, printFilter(filter))).toEqual(filter);
      }),
    );
  });

  it('never changes what a filter matches', () => {
    fc.assert(
      fc.property(filters(labType), resources(labType), (filter, resource) => {
        const again = parseFilter(labType, printFilter(filter));
        expect(matches(again, resource)).toBe(matches(filter, resource));
        expect(matches({ kind: 'not', operand: filter }, resource)).toBe(!matches(filter, resource));
      }),
    );
  });
});
