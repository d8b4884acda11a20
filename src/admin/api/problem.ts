/** How the admin API says that something is wrong: problem details (RFC 9457), one kind for each way to go wrong. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Static } from 'typebox';
import { readFault } from '../../http/fault.ts';
import type { ScimError } from '../../scim/errors.ts';
import { Type } from './schema.ts';

export const PROBLEM_CONTENT_TYPE = 'application/problem+json; charset=utf-8';

/** `type` of a problem is this and the name of its kind. */
export const PROBLEM_TYPE = 'urn:scim-salesforce:params:admin:problem:';

interface Kind {
  readonly status: number;
  readonly title: string;
}

const KINDS = {
  'invalid-request': { status: 400, title: 'The request is not valid' },
  unauthorized: { status: 401, title: 'Credentials are missing or wrong' },
  forbidden: { status: 403, title: 'These credentials may not do this' },
  'not-found': { status: 404, title: 'There is nothing like this' },
  'method-not-allowed': { status: 405, title: 'The method is not allowed here' },
  conflict: { status: 409, title: 'This cannot be done now' },
  'too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The body must be JSON' },
  misdirected: { status: 421, title: 'This service does not answer to that host name' },
  'too-many-requests': { status: 429, title: 'Too many attempts' },
  failed: { status: 500, title: 'The service failed' },
  unavailable: { status: 503, title: 'The service cannot answer for now' },
} as const satisfies Readonly<Record<string, Kind>>;

export type ProblemKind = keyof typeof KINDS;

/** One thing that is wrong in a request, and where. */
export interface RequestFault {
  /** Into the body (RFC 6901, as a URI fragment), e.g. `#/code`. */
  readonly pointer?: string;
  /** Name of a parameter of the path or the query. */
  readonly parameter?: string;
  /** What to change. */
  readonly detail: string;
}

/** Thrown by a route; `detail` says what the caller should change. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly kind: ProblemKind;
  readonly errors: readonly RequestFault[];

  constructor(kind: ProblemKind, detail: string, errors: readonly RequestFault[] = []) {
    super(detail);
    this.kind = kind;
    this.errors = errors;
  }
}

export const PROBLEM_SCHEMA = Type.Object(
  {
    type: Type.String({ description: `What kind of problem: ${PROBLEM_TYPE}<kind>.` }),
    title: Type.String({ description: 'The kind of problem in words.' }),
    status: Type.Integer({ description: 'HTTP status.' }),
    detail: Type.String({ description: 'What is wrong here, and what to change.' }),
    instance: Type.String({ description: 'Id of the request, as the log and X-Request-Id have it.' }),
    errors: Type.Optional(
      Type.Array(
        Type.Object(
          {
            pointer: Type.Optional(Type.String({ description: 'Where in the body (RFC 6901).' })),
            parameter: Type.Optional(Type.String({ description: 'Which parameter of the path or the query.' })),
            detail: Type.String(),
          },
          { additionalProperties: false },
        ),
        { description: 'Each fault of the request.' },
      ),
    ),
  },
  { title: 'Problem', additionalProperties: false },
);

export type ProblemDetails = Static<typeof PROBLEM_SCHEMA>;

export const statusOf = (kind: ProblemKind): number => KINDS[kind].status;
export const titleOf = (kind: ProblemKind): string => KINDS[kind].title;

export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { kind, message: detail, errors } = toProblem(error, request, reply);
  const { status, title } = KINDS[kind];
  const problem = {
    type: `${PROBLEM_TYPE}${kind}`,
    title,
    status,
    detail,
    instance: request.id,
    ...(errors.length > 0 && { errors }),
  };
  return reply
    .code(status)
    .header('content-type', PROBLEM_CONTENT_TYPE)
    .header('cache-control', 'no-store')
    .send(JSON.stringify(problem));
}

function toProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): Problem {
  if (error instanceof Problem) return error;
  const fault = readFault(error, request, reply);
  return new Problem(kindOf(fault), fault.detail);
}

/** What the parts below throw has a status; one that no kind has is a client's fault or ours. */
function kindOf({ status }: ScimError): ProblemKind {
  // The keys of the table are the kinds.
  const kinds = Object.keys(KINDS) as ProblemKind[];
  return kinds.find((kind) => KINDS[kind].status === status) ?? (status < 500 ? 'invalid-request' : 'failed');
}
