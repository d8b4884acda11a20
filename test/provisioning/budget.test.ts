/** When the connector slows down, and when it leaves the rest of the calls to others. */
import { describe, expect, it } from '@jest/globals';
import { budgetPolicy, judgeBudget } from '../../src/provisioning/policy/budget.ts';

describe('of 1,000 calls, 10 % kept', () => {
  it.each([
    [0, 'ample', 0],
    [799, 'ample', 0],
    [800, 'slowed', 0],
    [850, 'slowed', 30_000],
    [899, 'slowed', 59_400],
    [900, 'spent', 60_000],
    [1_200, 'spent', 60_000],
  ])('%s used: %s, with %s ms between batches', (used, level, paceMs) => {
    expect(judgeBudget({ used, max: 1_000 }, budgetPolicy(10))).toEqual({ level, paceMs });
  });
});

describe('with nothing kept', () => {
  it.each([
    [999, 'ample'],
    [1_000, 'spent'],
  ])('%s of 1,000 used: %s', (used, level) => {
    expect(judgeBudget({ used, max: 1_000 }, budgetPolicy(0))).toMatchObject({ level });
  });
});
