/** What a BulkRequest message asks for (RFC 7644 §3.7). */
import { invalidSyntax, invalidValue, payloadTooLarge } from '../errors.ts';
import { isObject, kindOf, memberOf, type Json } from '../json.ts';
import { isFaulty, parseOperation, type BulkOperation, type ReadTarget } from './operation.ts';
import { describeBulkId } from './references.ts';

export const BULK_REQUEST_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';

/** Operations in one request (`bulk.maxOperations` of ServiceProviderConfig). */
export const MAX_OPERATIONS = 1000;

export interface BulkRequest {
  /** Errors after which no further operation is begun. */
  readonly failOnErrors: number;
  readonly operations: readonly BulkOperation[];
}

/**
 * Reads the message. What is wrong with one operation is that operation's fault and not thrown.
 *
 * @throws ScimError invalidSyntax, invalidValue or payloadTooLarge for the message as a whole
 */
export function parseBulkRequest(body: unknown, readTarget: ReadTarget): BulkRequest {
  if (!isObject(body)) throw invalidSyntax(`the body must be a BulkRequest, not ${kindOf(body)}`);
  checkSchemas(memberOf(body, 'schemas'));
  const failOnErrors = parseFailOnErrors(memberOf(body, 'failOnErrors'));
  const operations = parseOperations(memberOf(body, 'Operations'));
  return {
    failOnErrors,
    operations: refuseTwins(operations.map((operation) => parseOperation(operation, readTarget))),
  };
}

function checkSchemas(schemas: Json | undefined): void {
  const urns = Array.isArray(schemas) ? schemas : [];
  if (urns.some((urn) => typeof urn === 'string' && urn.toLowerCase() === BULK_REQUEST_SCHEMA.toLowerCase())) return;
  throw invalidSyntax(`schemas must be ["${BULK_REQUEST_SCHEMA}"]`);
}

function parseFailOnErrors(value: Json | undefined): number {
  if (value === undefined || value === null) return Infinity;
  if (typeof value === 'number' && Number.isInteger(value) && value > 0) return value;
  throw invalidValue('failOnErrors must be an integer of 1 or more; without it, every operation is tried');
}

function parseOperations(operations: Json | undefined): readonly Json[] {
  if (!Array.isArray(operations)) throw invalidSyntax(`Operations must be an array, not ${kindOf(operations)}`);
  if (operations.length <= MAX_OPERATIONS) return operations;
  throw payloadTooLarge(
    `Operations has ${operations.length} elements and exceeds maxOperations (${MAX_OPERATIONS}): send several requests`,
  );
}

/** A bulkId is unique within a request: of two resources that have it, none is the one that a reference means. */
function refuseTwins(operations: readonly BulkOperation[]): readonly BulkOperation[] {
  const seen = new Map<string, number>();
  for (const { method, bulkId } of operations)
    if (method === 'POST' && bulkId !== undefined) seen.set(bulkId, (seen.get(bulkId) ?? 0) + 1);
  return operations.map((operation) => {
    const { method, bulkId } = operation;
    if (isFaulty(operation) || method !== 'POST' || bulkId === undefined || seen.get(bulkId) === 1) return operation;
    return {
      ...operation,
      fault: invalidValue(`${describeBulkId(bulkId)} is that of another POST as well: each needs its own`),
    };
  });
}
