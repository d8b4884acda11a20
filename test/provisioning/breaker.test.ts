/** When failures count as lasting, and how long a connector waits then. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { breakerDelayMs, countCall, isTripped, type Calls } from '../../src/provisioning/policy/breaker.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** @param results `x` failed, `.` went well; a second apart */
const calls = (results: string): Calls =>
  Array.from(results).reduce<Calls>(
    (all, result, index) => countCall(all, { at: index * SECOND, failed: result === 'x' }),
    [],
  );

describe('the breaker', () => {
  it.each([
    ['trips on half of twenty calls', 'x.'.repeat(10), true],
    ['does not trip on fewer than half', `${'x.'.repeat(9)}..`, false],
    ['does not trip on fewer than twenty calls', 'x'.repeat(19), false],
    ['trips on twenty failures', 'x'.repeat(20), true],
    ['forgets failures of long before in favour of the latest hundred calls', 'x'.repeat(100) + '.'.repeat(60), false],
  ])('%s', (_title, results, tripped) => {
    expect(isTripped(calls(results))).toBe(tripped);
  });

  it('counts five minutes', () => {
    const later = countCall(calls('x'.repeat(20)), { at: 5 * MINUTE + 19 * SECOND, failed: true });
    expect(later).toHaveLength(1);
  });

  it.each([
    [1, SECOND],
    [2, 2 * SECOND],
    [5, 16 * SECOND],
    [6, 30 * SECOND],
    [7, MINUTE],
    [10, 8 * MINUTE],
    [11, 15 * MINUTE],
    [5000, 15 * MINUTE],
  ])('waits, after %s failures in a row, %s ms at most', (failures, ms) => {
    expect(breakerDelayMs(failures, 1)).toBe(ms);
  });

  it('spreads short waits, and not those in which one process asks for all', () => {
    expect([breakerDelayMs(3, 0), breakerDelayMs(3, 0.5), breakerDelayMs(7, 0)]).toEqual([0, 2 * SECOND, MINUTE]);
  });

  it('never waits less than nothing nor more than a quarter of an hour', () => {
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 1 }), random, (failures, chance) => {
        const ms = breakerDelayMs(failures, chance);
        expect(ms).toBeGreaterThanOrEqual(0);
        expect(ms).toBeLessThanOrEqual(15 * MINUTE);
      }),
    );
  });
});
