/** Protocol faults by name, and the Error message that reports one (RFC 7644 §3.12). */
import type { JsonObject } from './json.ts';

export type ScimType =
  | 'invalidFilter'
  | 'tooMany'
  | 'uniqueness'
  | 'mutability'
  | 'invalidSyntax'
  | 'invalidPath'
  | 'noTarget'
  | 'invalidValue'
  | 'invalidVers'
  | 'sensitive'
  /** RFC 9865 §2.1. */
  | 'invalidCursor'
  | 'invalidCount';

export const ERROR_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:Error';

/** A fault the client is told about; everything else that is thrown is a fault of ours. */
export class ScimError extends Error {
  override readonly name = 'ScimError';
  readonly status: number;
  readonly scimType: ScimType | undefined;

  constructor(status: number, scimType: ScimType | undefined, detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.status = status;
    this.scimType = scimType;
  }

  get detail(): string {
    return this.message;
  }

  /** The same fault, its detail saying where in the request it happened. */
  at(where: string): ScimError {
    return new ScimError(this.status, this.scimType, `${where}: ${this.detail}`, { cause: this });
  }
}

const fault = (status: number, scimType?: ScimType) => (detail: string, options?: ErrorOptions) =>
  new ScimError(status, scimType, detail, options);

export const invalidFilter = fault(400, 'invalidFilter');
export const tooMany = fault(400, 'tooMany');
export const uniqueness = fault(409, 'uniqueness');
export const mutability = fault(400, 'mutability');
export const invalidSyntax = fault(400, 'invalidSyntax');
export const invalidPath = fault(400, 'invalidPath');
export const noTarget = fault(400, 'noTarget');
export const invalidValue = fault(400, 'invalidValue');
export const invalidVers = fault(400, 'invalidVers');
export const invalidCursor = fault(400, 'invalidCursor');
export const invalidCount = fault(400, 'invalidCount');
/** 403 and not 400, which Table 9 has: RFC 7644 §7.5.2 tells what to answer. */
export const sensitive = fault(403, 'sensitive');
export const unauthorized = fault(401);
export const forbidden = fault(403);
export const notFound = fault(404);
export const methodNotAllowed = fault(405);
export const notAcceptable = fault(406);
export const conflict = fault(409);
export const preconditionFailed = fault(412);
export const payloadTooLarge = fault(413);
export const unsupportedMediaType = fault(415);
/** RFC 6585 §3. */
export const preconditionRequired = fault(428);
export const tooManyRequests = fault(429);
export const notImplemented = fault(501);
export const serviceUnavailable = fault(503);

/** The body of an error answer. It has no other members: strict clients refuse an Error with extras. */
export function errorMessage(error: ScimError): JsonObject {
  return {
    schemas: [ERROR_SCHEMA],
    status: String(error.status),
    ...(error.scimType === undefined ? {} : { scimType: error.scimType }),
    detail: error.detail,
  };
}
