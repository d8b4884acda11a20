/** Faults as SCIM 1.1 words them, or as the client notices them. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorMessage, ScimError } from '../../scim/errors.ts';
import { errorsMessage } from '../../scim1/messages.ts';
import { readFault } from '../fault.ts';
import { SCIM1_CONTENT_TYPE } from './content-types.ts';

export interface Scim1ErrorOptions {
  /** Of which version the body of a failed write is: WSO2 IS 5 takes `Errors` for a success, after a line in its log. */
  readonly writeErrors: 'scim1' | 'scim2';
}

const READS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

export const sendScim1Error =
  ({ writeErrors }: Scim1ErrorOptions) =>
  (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const fault = inOwnWords(readFault(error, request, reply));
    const isScim1 = writeErrors === 'scim1' || READS.has(request.method);
    const message = isScim1 ? errorsMessage(fault) : errorMessage(fault);
    return reply.code(fault.status).header('content-type', SCIM1_CONTENT_TYPE).send(JSON.stringify(message));
  };

/** Nobody who sends a partial resource knows of `Operations[0]`. */
const inOwnWords = (fault: ScimError): ScimError =>
  fault.detail.startsWith('Operations[') && fault.cause instanceof ScimError ? fault.cause : fault;
