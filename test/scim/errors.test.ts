/** The Error message (RFC 7644 §3.12). */
import { describe, expect, it } from '@jest/globals';
import * as errors from '../../src/scim/errors.ts';

describe('errorMessage', () => {
  it('has status as a string, scimType and detail', () => {
    expect(errors.errorMessage(errors.invalidValue('userName is required'))).toEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      status: '400',
      scimType: 'invalidValue',
      detail: 'userName is required',
    });
  });

  it('has no scimType where table 9 has none', () => {
    expect(errors.errorMessage(errors.notFound('Resource x not found'))).toEqual({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      status: '404',
      detail: 'Resource x not found',
    });
  });
});

it.each([
  ['invalidFilter', 400, 'invalidFilter'],
  ['tooMany', 400, 'tooMany'],
  ['uniqueness', 409, 'uniqueness'],
  ['mutability', 400, 'mutability'],
  ['invalidSyntax', 400, 'invalidSyntax'],
  ['invalidPath', 400, 'invalidPath'],
  ['noTarget', 400, 'noTarget'],
  ['invalidValue', 400, 'invalidValue'],
  ['invalidVers', 400, 'invalidVers'],
  ['sensitive', 403, 'sensitive'],
  ['forbidden', 403, undefined],
  ['notFound', 404, undefined],
  ['preconditionFailed', 412, undefined],
  ['payloadTooLarge', 413, undefined],
  ['notImplemented', 501, undefined],
] as const)('%s is %i', (name, status, scimType) => {
  const error = errors[name]('why');
  expect(error).toBeInstanceOf(errors.ScimError);
  expect(error).toMatchObject({ status, scimType, detail: 'why', message: 'why' });
});

it('keeps the cause, also when it is told where the fault was', () => {
  const cause = new Error('low level');
  const error = errors.invalidSyntax('bad', { cause });
  expect(error.cause).toBe(cause);
  expect(error.at('Operations[0]')).toMatchObject({
    detail: 'Operations[0]: bad',
    cause: error,
    scimType: 'invalidSyntax',
  });
});
