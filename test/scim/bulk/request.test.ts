/** BulkRequest messages: what is read, what is refused as a whole, and what is the fault of one operation (RFC 7644 §3.7). */
import { describe, expect, it } from '@jest/globals';
import { isFaulty, type BulkOperation } from '../../../src/scim/bulk/operation.ts';
import { BULK_REQUEST_SCHEMA, MAX_OPERATIONS, parseBulkRequest } from '../../../src/scim/bulk/request.ts';
import { parseTarget } from '../../../src/scim/bulk/target.ts';
import { PATCH_OP_SCHEMA } from '../../../src/scim/patch/parse.ts';
import { faultOf } from '../support/fault.ts';
import { registry, userType } from '../support/registries.ts';

const readTarget = (path: string) => parseTarget(registry, 'http://127.0.0.1/scim/v2', path);
const parse = (body: unknown) => parseBulkRequest(body, readTarget);
const post = { method: 'POST', path: '/Users', bulkId: 'a', data: { userName: 'Alice' } };
const request = (...Operations: unknown[]) => ({ schemas: [BULK_REQUEST_SCHEMA], Operations });
const parseOne = (operation: unknown): BulkOperation | undefined => parse(request(operation)).operations[0];

describe('parseBulkRequest', () => {
  it('reads an operation with all that it has', () => {
    const put = { method: 'PUT', path: '/Users/1', version: 'W/"2"', data: { userName: 'Bob' } };
    expect(parse({ ...request(post, put), failOnErrors: 1 })).toEqual({
      failOnErrors: 1,
      operations: [
        { method: 'POST', target: { type: userType }, bulkId: 'a', data: post.data, references: new Set() },
        { method: 'PUT', target: { type: userType, id: '1' }, version: 'W/"2"', data: put.data, references: new Set() },
      ],
    });
  });

  it('has no limit of errors unless the client sets one', () => {
    expect(parse(request(post)).failOnErrors).toBe(Infinity);
    expect(parse({ ...request(post), failOnErrors: null }).failOnErrors).toBe(Infinity);
  });

  it('reads names of members and methods in any case', () => {
    const operation = { Method: 'delete', PATH: '/Users/1' };
    const body = { Schemas: [BULK_REQUEST_SCHEMA.toUpperCase()], operations: [operation] };
    expect(parse(body).operations).toMatchObject([{ method: 'DELETE', target: { id: '1' }, data: null }]);
  });

  it('finds nothing to do in an empty list', () => expect(parse(request()).operations).toEqual([]));

  it('sees references in path and data', () => {
    const operation = { method: 'PATCH', path: '/Groups/bulkId:g', data: { Operations: [{ value: 'bulkId:u' }] } };
    expect(parseOne(operation)).toMatchObject({ references: new Set(['g', 'u']) });
  });

  it('takes the operations of a PATCH without the message around them, as RFC 7644 §3.7.3 shows them', () => {
    const operations = [{ op: 'remove', path: 'nickName' }];
    expect(parseOne({ method: 'PATCH', path: '/Users/1', data: operations })).toMatchObject({
      data: { schemas: [PATCH_OP_SCHEMA], Operations: operations },
    });
  });

  it.each([
    [undefined, 400, 'invalidSyntax', 'the body must be a BulkRequest, not nothing'],
    [[post], 400, 'invalidSyntax', 'the body must be a BulkRequest, not an array'],
    [{ Operations: [post] }, 400, 'invalidSyntax', `schemas must be ["${BULK_REQUEST_SCHEMA}"]`],
    [{ schemas: [], Operations: [post] }, 400, 'invalidSyntax', `schemas must be ["${BULK_REQUEST_SCHEMA}"]`],
    [
      { schemas: [PATCH_OP_SCHEMA], Operations: [] },
      400,
      'invalidSyntax',
      `schemas must be ["${BULK_REQUEST_SCHEMA}"]`,
    ],
    [{ schemas: [BULK_REQUEST_SCHEMA] }, 400, 'invalidSyntax', 'Operations must be an array, not nothing'],
    ...[0, -1, 1.5, '1', true].map((failOnErrors): [unknown, number, string, string] => [
      { ...request(), failOnErrors },
      400,
      'invalidValue',
      'failOnErrors must be an integer of 1 or more; without it, every operation is tried',
    ]),
    [
      request(...Array<unknown>(MAX_OPERATIONS + 1).fill(post)),
      413,
      undefined,
      'Operations has 1001 elements and exceeds maxOperations (1000): send several requests',
    ],
  ])('refuses %j as a whole', (body, status, scimType, detail) => {
    expect(faultOf(() => parse(body))).toEqual({ status, scimType, detail });
  });

  it.each<[operation: unknown, status: number, scimType: string | undefined, detail: string]>([
    ['POST', 400, 'invalidSyntax', 'an operation must be an object, not a string'],
    [{ ...post, method: undefined }, 400, 'invalidSyntax', 'method is missing'],
    [{ ...post, method: 'GET' }, 400, 'invalidSyntax', 'method must be "POST", "PUT", "PATCH" or "DELETE"'],
    [{ ...post, method: 1 }, 400, 'invalidValue', 'method must be a string, not a number'],
    [{ ...post, path: undefined }, 400, 'invalidSyntax', 'path is missing'],
    [{ ...post, path: '/Users/1' }, 405, undefined, 'path must be /Users for a POST, without the id of a resource'],
    [{ method: 'DELETE', path: '/Users' }, 405, undefined, 'path must name a resource for a DELETE, as in /Users/<id>'],
    [{ ...post, bulkId: undefined }, 400, 'invalidSyntax', 'a POST needs a bulkId, to be known by in the response'],
    [{ ...post, bulkId: '' }, 400, 'invalidSyntax', 'a POST needs a bulkId, to be known by in the response'],
    [{ ...post, bulkId: 7 }, 400, 'invalidValue', 'bulkId must be a string, not a number'],
    [
      { method: 'PUT', path: '/Users/1' },
      400,
      'invalidSyntax',
      'a PUT needs data, as it would be the body of a single PUT',
    ],
    [
      { method: 'PUT', path: '/Users/1', data: {}, version: 2 },
      400,
      'invalidValue',
      'version must be a string, not a number',
    ],
  ])('leaves %j to fail alone', (operation, status, scimType, detail) => {
    const [faulty, sound] = parse(request(operation, { ...post, bulkId: 'sound' })).operations;
    expect(faultOf(() => throwFault(faulty))).toEqual({ status, scimType, detail });
    expect(sound && isFaulty(sound)).toBe(false);
  });

  it('keeps of a faulty operation what the result repeats', () => {
    expect(parseOne({ method: 'put', path: '/Users/1', bulkId: 'x' })).toMatchObject({
      method: 'PUT',
      bulkId: 'x',
      target: { type: userType, id: '1' },
    });
  });

  it('refuses every POST of a bulkId that two have, and no other operation', () => {
    const { operations } = parse(
      request(post, { ...post, bulkId: 'b' }, post, { method: 'DELETE', path: '/Users/1', bulkId: 'a' }),
    );
    expect(operations.map(isFaulty)).toEqual([true, false, true, false]);
    expect(faultOf(() => throwFault(operations[2]))).toEqual({
      status: 400,
      scimType: 'invalidValue',
      detail: 'bulkId "a" is that of another POST as well: each needs its own',
    });
  });
});

function throwFault(operation: BulkOperation | undefined): never {
  if (operation && isFaulty(operation)) throw operation.fault;
  throw new Error('the operation has no fault');
}
