/** What becomes of each reply that is no success. */
import { describe, expect, it } from '@jest/globals';
import { faultFromAnswer, faultFromLoss, faultFromRecord } from '../../src/salesforce/errors.ts';
import { answer, PAGE_CASES, REPLY_CASES } from './faults.cases.ts';
import { NOW } from './stub.ts';

describe('the reply to a write', () => {
  it.each(REPLY_CASES)('becomes a fault in the same words: $title', ({ status, body, fault }) => {
    expect(faultFromAnswer(answer(status, body), true, NOW)).toEqual({ scope: 'request', status, ...fault });
  });

  it.each(PAGE_CASES)('leaves open whether it was committed after %i with %s', (status, contentType, message) => {
    const headers = contentType === undefined ? undefined : { 'content-type': contentType };
    expect(faultFromAnswer(answer(status, undefined, headers), true, NOW)).toEqual({
      scope: 'request',
      status,
      code: `HTTP_${status}`,
      message,
      fields: [],
      committed: 'maybe',
    });
  });

  it.each([
    ['7', 7000],
    ['Mon, 23 Nov 2026 12:00:30 GMT', 30_000],
    ['Mon, 23 Nov 2026 11:00:00 GMT', 0],
    ['soon', undefined],
  ])('tells how long to wait when it says Retry-After: %s', (header, retryAfterMs) => {
    expect(faultFromAnswer(answer(503, undefined, { 'retry-after': header }), true, NOW).retryAfterMs).toBe(
      retryAfterMs,
    );
  });
});

describe('the reply to a read', () => {
  it.each([500, 502, 503, 504])('commits nothing even with %i', (status) => {
    expect(faultFromAnswer(answer(status, undefined), false, NOW).committed).toBe('no');
  });
});

describe('a lost call', () => {
  const lost = { kind: 'lost', code: 'ECONNRESET', message: 'socket hang up', mayHaveArrived: true } as const;

  it('may have been committed when it was a write and a connection stood', () => {
    expect(faultFromLoss(lost, true)).toEqual({
      scope: 'request',
      code: 'ECONNRESET',
      message: 'socket hang up',
      fields: [],
      committed: 'maybe',
    });
  });

  it('was not committed when it was a read, or no connection was made', () => {
    expect(faultFromLoss(lost, false).committed).toBe('no');
    expect(faultFromLoss({ ...lost, mayHaveArrived: false }, true).committed).toBe('no');
  });
});

describe('a record of a collection', () => {
  it('is refused alone, with the code that stands under statusCode', () => {
    const errors = [
      { statusCode: 'DUPLICATE_VALUE', message: 'Duplicate external id specified: 7', fields: ['SCIM_Id__c'] },
    ];
    expect(faultFromRecord(errors, 200)).toEqual({
      scope: 'record',
      status: 200,
      code: 'DUPLICATE_VALUE',
      message: 'Duplicate external id specified: 7',
      fields: ['SCIM_Id__c'],
      committed: 'no',
    });
  });

  it.each([[[]], [undefined], ['nonsense'], [[null]]])(
    'is refused without a reason when its errors are %j',
    (errors) => {
      expect(faultFromRecord(errors, 200)).toMatchObject({ scope: 'record', code: 'UNEXPECTED_RESPONSE' });
    },
  );
});
