/** What an operator is told to do. */
import { describe, expect, it } from '@jest/globals';
import type { FaultClass } from '../../src/provisioning/policy/classify.ts';
import { RETRY } from '../../src/provisioning/policy/retry.ts';
import { hintFor, hintForGate, withHintOfParked } from '../../src/provisioning/policy/hints.ts';
import { faultOf, OAUTH, REST, type Row } from './classify.cases.ts';

const parking = REST.filter(([is, , code]) => RETRY[is].attempts === 1 && /^[A-Z_]+$/.test(code));
/** LIMIT_EXCEEDED and a query that is refused: the message is all that is known. */
const SPEAK_FOR_THEMSELVES = ['LIMIT_EXCEEDED', 'MALFORMED_QUERY'];
const credentials = OAUTH.filter(([is, , code]) => is === 'authentication' && code !== 'some_new_error');

describe('there is a hint', () => {
  it.each(parking.filter(([, , code]) => !SPEAK_FOR_THEMSELVES.includes(code)).map((row) => [row[2], row] as const))(
    'for %s, which parks a user',
    (_code, row) => expect(hintFor(faultOf(row))).toMatch(/\.$/),
  );

  it.each(credentials.map((row) => [row[2], row[3], row] as const))(
    'for %s %s, which stops the delivery',
    (_c, _m, row) => expect(hintFor(faultOf(row))).toMatch(/\.$/),
  );

  it.each(['MAPPING_ERROR', 'LEAD_DELETED', 'AMBIGUOUS_MATCH', 'LEAD_EXISTS', 'CREATE_OUTCOME_UNKNOWN', 'DRY_RUN'])(
    'for %s, a code of this service',
    (code) => expect(hintFor({ code, message: '' })).toMatch(/\.$/),
  );
});

it.each([
  'user name, password or security token',
  'locked out',
  'address of this server',
  'username-password flow is off',
  'multi-factor',
  'SALESFORCE_LOGIN_URL',
])('a refused login names as a possible cause: %s', (cause) => {
  expect(hintFor({ code: 'invalid_grant', message: 'authentication failure' })).toContain(cause);
});

it.each([
  ['request not supported on this domain', 'My Domain'],
  ['no client credentials user enabled', 'run-as user'],
  ["user hasn't approved this consumer", 'pre-authorized'],
  ['audience is invalid', 'SALESFORCE_PRIVATE_KEY_FILE'],
  ['inactive user', 'activate'],
  ['login rate exceeded', '3,600 logins'],
])('a refused login with the message "%s" has one cause: %s', (message, cause) => {
  expect(hintFor({ code: 'invalid_grant', message })).toContain(cause);
});

it('a create whose outcome is unknown points to the external-id field', () => {
  expect(hintFor({ code: 'CREATE_OUTCOME_UNKNOWN', message: '' })).toContain('SALESFORCE_EXTERNAL_ID_FIELD');
});

it('a used-up quota is told from calls at the same time', () => {
  const code = 'REQUEST_LIMIT_EXCEEDED';
  expect(hintFor({ code, message: 'TotalRequests Limit exceeded.' })).toContain('24 hours');
  expect(hintFor({ code, message: 'ConcurrentRequests Limit exceeded.' })).toContain('same time');
});

describe('a closed gate', () => {
  const stopping = [...REST, ...OAUTH].filter(([is]) => RETRY[is].gates || is === 'unknown');

  it.each(stopping.map((row) => [`${row[2]} ${row[3] ?? ''}`, row] as const))(
    'for %s has the hint of its fault, which speaks of no single user',
    (_title, row) => {
      const fault = faultOf(row);
      const hint = hintForGate({ class: row[0], reason: `${fault.code}: ${fault.message}` });
      expect(hint).toBe(hintFor(fault));
      expect(hint ?? '').not.toContain('retry the user');
    },
  );

  it('for the quota says when it goes on', () => {
    const reason = '900 of 1000 API calls in 24 hours are used; the last 10 % are kept for others';
    expect(hintForGate({ class: 'quota', reason })).toContain('SALESFORCE_API_RESERVE_PERCENT');
  });
});

describe('who is parked', () => {
  /** Of these nobody is ever parked. */
  const FOR_ALL = new Set<FaultClass>(['throttle', 'authentication']);
  const hintOf = (row: Row, attempts: number, isAlone = false): string =>
    withHintOfParked({ ...faultOf(row), class: row[0] }, { attempts, isAlone }).hint ?? '';

  it.each(REST.filter(([is]) => !FOR_ALL.has(is)).map((row) => [`${row[2]} ${row[3] ?? ''}`, row] as const))(
    'for %s is promised nothing by itself',
    (_title, row) => {
      for (const isAlone of [true, false]) expect(hintOf(row, 5, isAlone)).not.toMatch(/by itself/);
    },
  );

  it('after a locked row is told how often it was tried, and what to do when that is over', () => {
    expect(hintOf(['lock', 200, 'UNABLE_TO_LOCK_ROW'], 30)).toBe(
      'Something else is writing the same records. It was tried 30 times; retry the user when that is over.',
    );
  });

  it('for a fault that nobody knows is told how often it was tried', () => {
    expect(hintOf(['unknown', 400, 'A_CODE_OF_NEXT_YEAR', 'something new'], 5)).toBe(
      'It was tried 5 times; retry the user when that is over.',
    );
  });

  it('for an answer that others do not get is told that it is its own', () => {
    expect(hintOf(['outage', 500, 'HTTP_500'], 1, true)).toMatch(/^Salesforce, .* refuses this user alone/);
    expect(hintOf(['unknown', 500, 'UNKNOWN_EXCEPTION'], 1, true)).toMatch(/refuses this user alone .* error id/);
  });

  it.each(parking.map((row) => [row[2], row] as const))('for %s at once has the hint of the code', (_code, row) => {
    expect(hintOf(row, 3)).toBe(hintFor(faultOf(row)) ?? '');
  });

  it('for a duplicate value has the hint of the code, which says what to do first', () => {
    const row: Row = ['lock', 400, 'DUPLICATE_VALUE'];
    expect(hintOf(row, 10)).toBe(hintFor(faultOf(row)));
  });
});

it('there is none for a code nobody knows', () => {
  expect(hintFor({ code: 'constructor', message: '' })).toBeUndefined();
});
