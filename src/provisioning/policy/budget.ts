/** What of the org's API calls may still be used: when to slow down, and when to leave the rest to others. */
import type { Budget } from '../../storage/store.ts';
import type { ApiUsage } from '../lead-target.ts';

export interface BudgetPolicy {
  /** Share of the org's calls in 24 hours that is never used; from twice as much on batches keep a distance. */
  readonly reservePercent: number;
  /** Milliseconds between two batches when only the reserve is left. */
  readonly maxPaceMs: number;
  /** Milliseconds after which Salesforce is asked whether there are calls again. */
  readonly checkMs: number;
}

/** The class of a gate that is closed before Salesforce refuses anything. */
export const QUOTA = 'quota';

const MINUTE = 60_000;

export const budgetPolicy = (reservePercent: number): BudgetPolicy => ({
  reservePercent,
  maxPaceMs: MINUTE,
  checkMs: 15 * MINUTE,
});

interface Judged {
  readonly level: Budget['level'];
  /** Milliseconds to wait before the next batch. */
  readonly paceMs: number;
}

export function judgeBudget({ used, max }: ApiUsage, { reservePercent, maxPaceMs }: BudgetPolicy): Judged {
  const reserve = (max * reservePercent) / 100;
  const left = max - used;
  if (left <= reserve) return { level: 'spent', paceMs: maxPaceMs };
  if (left > 2 * reserve) return { level: 'ample', paceMs: 0 };
  return { level: 'slowed', paceMs: Math.round((maxPaceMs * (2 * reserve - left)) / reserve) };
}
