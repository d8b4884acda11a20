/** The one place where whatever is thrown becomes a fault that the client is told of, in the words of its protocol or not. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  ScimError,
  invalidSyntax,
  notFound,
  payloadTooLarge,
  serviceUnavailable,
  unsupportedMediaType,
} from '../scim/errors.ts';
import { StorageUnavailable } from '../storage/errors.ts';

/** Seconds; long enough for a database to come back, short enough for WSO2 and Entra to try again. */
const RETRY_AFTER_SECONDS = 5;

/** What the client is to be told, in whichever form; logs what is our own fault, and says when to come back. */
export function readFault(error: unknown, request: FastifyRequest, reply: FastifyReply): ScimError {
  const fault = toScimError(error, request);
  if (fault.status === 500 || fault.status === 503)
    request.log.error({ requestId: request.id, err: error }, 'request failed');
  if (fault.status === 503) reply.header('retry-after', RETRY_AFTER_SECONDS);
  return fault;
}

function toScimError(error: unknown, request: FastifyRequest): ScimError {
  if (error instanceof ScimError) return error;
  if (error instanceof StorageUnavailable) return serviceUnavailable('the database is not available', { cause: error });
  const known = FASTIFY_FAULTS[codeOf(error)];
  if (known) return known(error as Error, request);
  if (statusOf(error) === 400) return invalidSyntax(`the request cannot be read: ${(error as Error).message}`);
  return new ScimError(500, undefined, `the server failed; its log tells why under request id ${request.id}`);
}

/** Fastify's own errors (fastify.dev/docs/latest/Reference/Errors). */
const FASTIFY_FAULTS: Readonly<Record<string, (error: Error, request: FastifyRequest) => ScimError>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: (_error, request) =>
    payloadTooLarge(`the body is larger than ${request.routeOptions.bodyLimit} bytes`),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () =>
    unsupportedMediaType('Content-Type must be application/scim+json or application/json'),
  FST_ERR_CTP_INVALID_JSON_BODY: (error) => invalidSyntax(`the body is not JSON: ${jsonReason(error)}`),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () => invalidSyntax('the body is shorter or longer than Content-Length says'),
  FST_ERR_MAX_PARAM_LENGTH: () => notFound('no resource has an id as long as that'),
  FST_ERR_BAD_URL: (_error, request) => invalidSyntax(`the path ${request.url.split('?')[0] ?? ''} is not a valid URL`),
};

/** Fastify's guard against prototypes names neither; our schemas have no such member. */
const isPrototypeGuard = (error: Error): boolean => error.message.includes('prototype');

/** The parser's reason may quote the body, and the body may hold a password. */
function jsonReason(error: Error): string {
  if (isPrototypeGuard(error)) return 'a member named __proto__ or constructor is not allowed';
  if (error.message.includes('end of JSON input')) return 'it ends before its last bracket is closed';
  const position = /position \d+(?: \(line \d+ column \d+\))?/.exec(error.message);
  return position ? `unexpected character at ${position[0]}` : 'check its brackets, quotes and member names';
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '');
const statusOf = (error: unknown): unknown =>
  error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
