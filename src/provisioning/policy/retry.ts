/** How long to wait after a fault, and how often to try again. */
import { breakerDelayMs } from './breaker.ts';
import { isOAuth, type FaultClass } from './classify.ts';
import type { Gate } from '../../storage/store.ts';
import type { Fault } from '../lead-target.ts';

interface RetryPolicy {
  /** Milliseconds before the second attempt, at most; doubled for each further one. */
  readonly baseMs: number;
  readonly maxMs: number;
  /** Attempts of one user before it is parked. */
  readonly attempts: number;
  /** Whether the whole connector waits, and no user loses an attempt. */
  readonly gates: boolean;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;

export const RETRY: Readonly<Record<FaultClass, RetryPolicy>> = {
  throttle: { baseMs: MINUTE, maxMs: MINUTE, attempts: Infinity, gates: true },
  outage: { baseMs: SECOND, maxMs: 5 * MINUTE, attempts: Infinity, gates: true },
  authentication: { baseMs: 30 * SECOND, maxMs: 15 * MINUTE, attempts: Infinity, gates: true },
  // About an hour: a bulk job of the org, or a recalculation of its sharing, holds rows for longer than minutes.
  lock: { baseMs: SECOND / 2, maxMs: 5 * MINUTE, attempts: 30, gates: false },
  data: { baseMs: 0, maxMs: 0, attempts: 1, gates: false },
  policy: { baseMs: 0, maxMs: 0, attempts: 1, gates: false },
  unknown: { baseMs: SECOND, maxMs: 5 * MINUTE, attempts: 5, gates: false },
};

/** Two first upserts of one key race for a moment; whoever fails still fails for good. */
const FEWER_ATTEMPTS: ReadonlyMap<string, number> = new Map([['DUPLICATE_VALUE', 10]]);

/** @returns attempts of one user before it is parked */
export const attemptsOf = ({ code }: Pick<Fault, 'code'>, faultClass: FaultClass): number =>
  Math.min(RETRY[faultClass].attempts, FEWER_ATTEMPTS.get(code) ?? Infinity);

/** A limit that lasts hours: asking every minute would only use up what is freed meanwhile. */
const LONG_THROTTLE_MS = 15 * MINUTE;
/** Salesforce counts its longest limits by the day; a longer wait is some proxy's mistake. */
const MAX_RETRY_AFTER_MS = 24 * 60 * MINUTE;

/** More than any class needs. A power of two without a bound ends at Infinity, and 0 ms times Infinity is NaN. */
const MAX_DOUBLINGS = 30;

/**
 * The wait before the next attempt, with full jitter so that users who failed together do not come back together.
 *
 * @param attempts made so far, 1 or more
 * @param random at least 0, less than 1
 * @returns milliseconds
 */
export function retryDelayMs(faultClass: FaultClass, attempts: number, random: number): number {
  const { baseMs, maxMs } = RETRY[faultClass];
  const doublings = Math.min(Math.max(0, attempts - 1), MAX_DOUBLINGS);
  const capMs = Math.min(maxMs, baseMs * 2 ** doublings);
  // A limit that does not grow was set by Salesforce; knocking earlier is what it forbids.
  return baseMs === maxMs ? capMs : Math.round(random * capMs);
}

/**
 * The wait of one record after a fault of its own.
 *
 * @param attempts made so far, 1 or more
 * @param random at least 0, less than 1
 * @returns milliseconds
 */
export function recordDelayMs(fault: Fault, faultClass: FaultClass, attempts: number, random: number): number {
  if (fault.retryAfterMs === undefined && isLongThrottle(fault)) return LONG_THROTTLE_MS;
  return Math.max(askedForMs(fault), retryDelayMs(faultClass, attempts, random));
}

/** Nothing is tried sooner for it than by ourselves: 0 seconds, or a date that a clock ahead has passed, would be no wait at all. */
const askedForMs = ({ retryAfterMs = 0 }: Fault): number => Math.min(retryAfterMs, MAX_RETRY_AFTER_MS);

/**
 * How long the connector sends nothing after a fault whose class gates it.
 *
 * @param failures times in a row that the gate was closed, 1 or more
 * @param random at least 0, less than 1
 * @returns milliseconds; Infinity until a person acts
 */
export function gateDelayMs(fault: Fault, faultClass: FaultClass, failures: number, random: number): number {
  if (faultClass === 'authentication' && isOAuth(fault)) return Infinity;
  if (faultClass !== 'throttle' || fault.retryAfterMs !== undefined)
    return Math.max(askedForMs(fault), breakerDelayMs(failures, random));
  if (isLongThrottle(fault)) return LONG_THROTTLE_MS;
  return isConcurrent(fault) ? concurrentDelayMs(failures) : MINUTE;
}

/** Leads that are there can be changed without any, and deleting some makes room: only new ones have to wait. */
const STORAGE = 'STORAGE_LIMIT_EXCEEDED';

export const needsStorage = ({ code }: Pick<Fault, 'code'>): boolean => code === STORAGE;

/** @param reason of a closed gate, which begins with the code of its fault */
export const stopsNewOnly = ({ reason }: Pick<Gate, 'reason'>): boolean => reason.startsWith(`${STORAGE}:`);

/** How long a user waits whose fault closed the gate: not at all behind one that stops all. */
export const gatedDelayMs = (fault: Fault): number => (needsStorage(fault) ? LONG_THROTTLE_MS : 0);

const REFUSAL_MS = MINUTE;
const MAX_REFUSAL_MS = 24 * 60 * MINUTE;

/**
 * How long a start does not try credentials that were refused: ten bad passwords lock a user out, and a service that is
 * restarted again and again would have tried ten within the minute.
 *
 * @param refusals in a row, 1 or more
 * @returns milliseconds
 */
export const refusalDelayMs = (refusals: number): number =>
  Math.min(MAX_REFUSAL_MS, REFUSAL_MS * 2 ** Math.min(refusals - 1, MAX_DOUBLINGS));

/** The day's quota, the hour's logins and the org's storage; calls at the same time are over sooner. */
function isLongThrottle({ code, message }: Fault): boolean {
  const isQuota = code === 'REQUEST_LIMIT_EXCEEDED' && message.includes('TotalRequests');
  const isLogin = /rate_?(limit_)?exceeded/i.test(code) || /login rate/i.test(message);
  return isQuota || isLogin || code === STORAGE;
}

/** `ConcurrentRequests`, `ConcurrentPerOrgLongTxn`: too many long calls of everybody in the org at once. */
const isConcurrent = ({ code, message }: Fault): boolean =>
  code === 'REQUEST_LIMIT_EXCEEDED' && message.startsWith('Concurrent');

const concurrentDelayMs = (failures: number): number =>
  Math.min(MINUTE, 5 * SECOND * 2 ** Math.min(failures - 1, MAX_DOUBLINGS));
