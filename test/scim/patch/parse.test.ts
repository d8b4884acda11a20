/** PATCH bodies: which messages are read, which are refused (RFC 7644 §3.5.2). */
import { describe, expect, it } from '@jest/globals';
import { PATCH_OP_SCHEMA, parsePatchOp } from '../../../src/scim/patch/parse.ts';
import { faultOf } from '../support/fault.ts';

const operation = { op: 'replace', path: 'active', value: false };

describe('parsePatchOp', () => {
  it('D31 reads the key "operations" in lower case', () => {
    expect(parsePatchOp({ schemas: [PATCH_OP_SCHEMA], operations: [operation] })).toEqual([operation]);
  });

  it.each([
    ['no schemas', {}],
    ['empty schemas', { schemas: [] }],
    ['schemas in another case', { Schemas: [PATCH_OP_SCHEMA.toUpperCase()] }],
    ['members it does not know (Entra ID)', { id: 'x', name: 'addMember' }],
  ])('tolerates %s', (_, members) => {
    expect(parsePatchOp({ ...members, Operations: [{ ...operation, name: 'addMember' }] })).toEqual([operation]);
  });

  it('finds nothing to do in an empty list of operations', () => {
    expect(parsePatchOp({ schemas: [PATCH_OP_SCHEMA], Operations: [] })).toEqual([]);
  });

  it('keeps the difference between no value and null', () => {
    expect(parsePatchOp({ Operations: [{ op: 'remove', path: 'members', value: null }] })).toEqual([
      { op: 'remove', path: 'members', value: null },
    ]);
  });

  it.each([
    [null, 'a PATCH body must be an object, not null'],
    [undefined, 'a PATCH body must be an object, not nothing'],
    ['text', 'a PATCH body must be an object, not a string'],
    [[operation], 'a PATCH body must be an object, not an array'],
    [{}, 'Operations must be an array, not nothing'],
    [{ Operations: operation }, 'Operations must be an array, not an object'],
    [{ schemas: ['urn:x'], Operations: [operation] }, `schemas must be ["${PATCH_OP_SCHEMA}"]`],
    [{ schemas: PATCH_OP_SCHEMA, Operations: [operation] }, `schemas must be ["${PATCH_OP_SCHEMA}"]`],
    [{ Operations: [operation, 1] }, 'Operations[1] must be an object, not a number'],
    [{ Operations: [{ ...operation, op: 'move' }] }, 'Operations[0].op must be "add", "replace" or "remove"'],
    [{ Operations: [{ ...operation, op: ['add'] }] }, 'Operations[0].op must be "add", "replace" or "remove"'],
  ])('refuses %j with 400 invalidSyntax', (body, detail) => {
    expect(faultOf(() => parsePatchOp(body))).toEqual({ status: 400, scimType: 'invalidSyntax', detail });
  });
});
