/** When failures count as a lasting trouble, and how long a connector waits before it asks Salesforce again. */

/** What one call to Salesforce came to, as far as the breaker cares. */
interface CallResult {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly failed: boolean;
}

/** The latest calls, oldest first. */
export type Calls = readonly CallResult[];

const SECOND = 1000;
const MINUTE = 60 * SECOND;

const WINDOW_MS = 5 * MINUTE;
/** Fewer calls tell nothing; more are not needed to know. */
const MIN_CALLS = 20;
const MAX_CALLS = 100;
const FAILED_SHARE = 0.5;

/** Failures in a row that may be no more than a short interruption; the next one trips the breaker. */
export const SHORT_FAILURES = 5;
const TRIPPED_MS = 30 * SECOND;
const MAX_MS = 15 * MINUTE;
/** A power of two without a bound ends at Infinity. */
const MAX_DOUBLINGS = 30;

export const countCall = (calls: Calls, call: CallResult): Calls =>
  [...calls, call].filter(({ at }) => at > call.at - WINDOW_MS).slice(-MAX_CALLS);

/** Whether so many calls fail that those between which succeed do not mean that the trouble is over. */
export function isTripped(calls: Calls): boolean {
  const failed = calls.filter((call) => call.failed).length;
  return calls.length >= MIN_CALLS && failed >= FAILED_SHARE * calls.length;
}

/**
 * How long nothing is sent after a failure: up to a second first, doubled, with full jitter; from the sixth in a row on half a minute,
 * doubled up to a quarter of an hour.
 *
 * @param failures in a row, 1 or more
 * @param random at least 0, less than 1
 * @returns milliseconds
 */
export function breakerDelayMs(failures: number, random: number): number {
  if (failures <= SHORT_FAILURES) return Math.round(random * SECOND * 2 ** (failures - 1));
  return Math.min(MAX_MS, TRIPPED_MS * 2 ** Math.min(failures - SHORT_FAILURES - 1, MAX_DOUBLINGS));
}
