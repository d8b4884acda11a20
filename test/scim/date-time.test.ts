/** dateTime values (RFC 7643 §2.3.5). */
import { expect, it } from '@jest/globals';
import { parseDateTime } from '../../src/scim/date-time.ts';

it.each([
  ['2008-01-23T04:56:22Z', Date.UTC(2008, 0, 23, 4, 56, 22)],
  ['2008-01-23T04:56:22', Date.UTC(2008, 0, 23, 4, 56, 22)],
  ['2008-01-23T10:26:22+05:30', Date.UTC(2008, 0, 23, 4, 56, 22)],
  ['2008-01-23T04:56:22.1234567Z', Date.UTC(2008, 0, 23, 4, 56, 22, 123)],
  ['2008-01-23', undefined],
  ['2008-13-23T04:56:22Z', undefined],
  ['2008-01-23T04:56:22.000+0000', undefined],
  ['2020-02-29T00:00:00Z', Date.UTC(2020, 1, 29)],
  ['2020-02-30T00:00:00Z', undefined],
  ['2021-02-29T00:00:00+01:00', undefined],
  ['yesterday', undefined],
  ['', undefined],
])('reads %s as %s', (text, instant) => {
  expect(parseDateTime(text)).toBe(instant);
});
