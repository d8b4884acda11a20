/** The BulkResponse message: what became of each operation (RFC 7644 §3.7.3). */
import { errorMessage, type ScimError } from '../errors.ts';
import type { JsonObject } from '../json.ts';

export const BULK_RESPONSE_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:BulkResponse';

export interface BulkResult {
  readonly method?: string;
  readonly bulkId?: string;
  /** Absent only where no resource is known: of a POST that failed, of a path that names none. */
  readonly location?: string;
  /** Entity tag of the version that the operation made. */
  readonly version?: string;
  /** The HTTP status that the operation alone would have been answered with. */
  readonly status: number;
  readonly fault?: ScimError;
}

/** @param results of the operations that were processed, in the order of the request */
export function bulkResponse(results: readonly BulkResult[]): JsonObject {
  return { schemas: [BULK_RESPONSE_SCHEMA], Operations: results.map(resultMessage) };
}

/** Without the resource when all went well, as in the RFC's examples: a thousand would be megabytes nobody asked for. */
const resultMessage = ({ fault, status, ...head }: BulkResult): JsonObject => ({
  ...head,
  status: String(status),
  ...(fault && { response: errorMessage(fault) }),
});
