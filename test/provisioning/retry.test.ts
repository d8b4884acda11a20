/** How long to wait after a fault. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { classifyFault, type FaultClass } from '../../src/provisioning/policy/classify.ts';
import { attemptsOf, gateDelayMs, recordDelayMs, RETRY, retryDelayMs } from '../../src/provisioning/policy/retry.ts';
import { faultOf, type Row } from './classify.cases.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const CLASSES = Object.keys(RETRY) as FaultClass[];

describe('a user', () => {
  it.each([
    ['lock', 30],
    ['unknown', 5],
    ['data', 1],
    ['policy', 1],
    ['outage', Infinity],
    ['throttle', Infinity],
    ['authentication', Infinity],
  ] as const)('with a fault of class %s has %s attempts', (faultClass, attempts) => {
    expect(RETRY[faultClass].attempts).toBe(attempts);
  });

  it('with a locked row is tried for about an hour: bulk jobs and recalculations of an org outlast minutes', () => {
    const waits = Array.from({ length: RETRY.lock.attempts - 1 }, (_, at) => retryDelayMs('lock', at + 1, 0.5));
    const minutes = waits.reduce((sum, ms) => sum + ms, 0) / MINUTE;
    expect(minutes).toBeGreaterThan(50);
    expect(minutes).toBeLessThan(70);
  });

  it('whose value another Lead has is tried ten times: a race is over by then', () => {
    const fault = faultOf(['lock', 400, 'DUPLICATE_VALUE', 'duplicate value found', { scope: 'record' }]);
    expect(attemptsOf(fault, 'lock')).toBe(10);
    expect(attemptsOf({ ...fault, code: 'UNABLE_TO_LOCK_ROW' }, 'lock')).toBe(30);
    expect(attemptsOf(fault, 'unknown')).toBe(5);
  });

  it('is not charged for what stops everybody', () => {
    expect(CLASSES.filter((faultClass) => RETRY[faultClass].gates)).toEqual(['throttle', 'outage', 'authentication']);
  });
});

describe('the longest delay', () => {
  it.each([
    ['lock', 1, SECOND / 2],
    ['lock', 2, SECOND],
    ['lock', 3, 2 * SECOND],
    ['lock', 10, 256 * SECOND],
    ['lock', 29, 5 * MINUTE],
    ['outage', 1, SECOND],
    ['outage', 9, 256 * SECOND],
    ['outage', 10, 5 * MINUTE],
    ['outage', 5000, 5 * MINUTE],
    ['unknown', 4, 8 * SECOND],
    ['throttle', 1, MINUTE],
    ['throttle', 7, MINUTE],
    ['data', 1, 0],
    ['policy', 1, 0],
    ['authentication', 1, 30 * SECOND],
    ['authentication', 9, 15 * MINUTE],
  ] as const)('of class %s after attempt %s is %s ms', (faultClass, attempts, ms) => {
    expect(retryDelayMs(faultClass, attempts, 1)).toBe(ms);
  });
});

describe('the delay', () => {
  it('is spread over the whole range, so that users do not come back together', () => {
    expect(retryDelayMs('outage', 3, 0)).toBe(0);
    expect(retryDelayMs('outage', 3, 0.25)).toBe(SECOND);
  });

  it('of a limit is never shorter than the limit', () => {
    expect(retryDelayMs('throttle', 1, 0)).toBe(MINUTE);
  });

  it('is never negative, never NaN and never longer than its class allows', () => {
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fc.constantFrom(...CLASSES), fc.nat(), random, (faultClass, attempts, chance) => {
        const ms = retryDelayMs(faultClass, attempts, chance);
        expect(ms).toBeGreaterThanOrEqual(0);
        expect(ms).toBeLessThanOrEqual(RETRY[faultClass].maxMs);
      }),
    );
  });
});

const GATES: readonly (readonly [title: string, row: Row, ms: number])[] = [
  [
    'some seconds after too many calls at the same time',
    ['throttle', 403, 'REQUEST_LIMIT_EXCEEDED', 'ConcurrentRequests (Concurrent API Requests) Limit exceeded.'],
    5 * SECOND,
  ],
  [
    'a quarter of an hour after the last call of the day',
    ['throttle', 403, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.'],
    15 * MINUTE,
  ],
  [
    'a quarter of an hour after too many logins',
    ['throttle', 400, 'invalid_grant', 'login rate exceeded'],
    15 * MINUTE,
  ],
  ['a quarter of an hour after too many logins by their code', ['throttle', 403, 'LOGIN_RATE_EXCEEDED'], 15 * MINUTE],
  ['a quarter of an hour while the storage is full', ['throttle', 400, 'STORAGE_LIMIT_EXCEEDED'], 15 * MINUTE],
  ['as long as Salesforce asks', ['throttle', 503, 'HTTP_503', '', { retryAfterMs: 2 * MINUTE }], 2 * MINUTE],
  [
    'no shorter than by ourselves when Salesforce asks for no wait',
    ['outage', 503, 'HTTP_503', '', { retryAfterMs: 0 }],
    SECOND / 2,
  ],
  [
    'a little longer when asked to, with too many calls',
    ['throttle', 429, 'HTTP_429', '', { retryAfterMs: 2 * SECOND }],
    2 * SECOND,
  ],
  [
    'until somebody acts after refused credentials, whatever wait a gateway adds',
    ['authentication', 400, 'invalid_grant', 'authentication failure', { retryAfterMs: SECOND }],
    Infinity,
  ],
  ['half a second on average after a first outage', ['outage', 503, 'HTTP_503'], SECOND / 2],
  ['a minute after any other limit', ['throttle', 400, 'TOO_MANY_APEX_REQUESTS'], MINUTE],
  ['until somebody acts after refused credentials', ['authentication', 400, 'invalid_client'], Infinity],
];

it.each(GATES)('the gate is closed %s', (_title, row, ms) => {
  const fault = faultOf(row);
  expect(gateDelayMs(fault, classifyFault(fault), 1, 0.5)).toBe(ms);
});

it('the gate is closed longer each time, also when Salesforce asks for less', () => {
  const fault = faultOf(['outage', 503, 'HTTP_503', '', { retryAfterMs: 0 }]);
  expect(gateDelayMs(fault, 'outage', 6, 0.5)).toBeGreaterThanOrEqual((30 * SECOND) / 2);
});

it('a record waits no shorter than by itself when Salesforce asks for no wait', () => {
  const fault = faultOf(['lock', 400, 'UNABLE_TO_LOCK_ROW', '', { retryAfterMs: 0 }]);
  expect(recordDelayMs(fault, 'lock', 3, 0.5)).toBe(SECOND);
});

it.each([
  [1, 5 * SECOND],
  [2, 10 * SECOND],
  [4, 40 * SECOND],
  [5, MINUTE],
  [5000, MINUTE],
])('the gate is closed longer each time when too many calls run at once: %s in a row, %s ms', (failures, ms) => {
  const fault = faultOf(['throttle', 403, 'REQUEST_LIMIT_EXCEEDED', 'ConcurrentPerOrgLongTxn Limit exceeded']);
  expect(gateDelayMs(fault, 'throttle', failures, 0.5)).toBe(ms);
});

it('a record that needs storage waits a quarter of an hour, while others go on', () => {
  const fault = faultOf(['throttle', 400, 'STORAGE_LIMIT_EXCEEDED', 'storage limit exceeded', { scope: 'record' }]);
  expect(recordDelayMs(fault, classifyFault(fault), 1, 0.5)).toBe(15 * MINUTE);
});
