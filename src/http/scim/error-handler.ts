/** How a fault becomes the body of an answer (RFC 7644 §3.12). */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorMessage } from '../../scim/errors.ts';
import { readFault } from '../fault.ts';
import { SCIM_CONTENT_TYPE } from './content-types.ts';

export function sendScimError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const fault = readFault(error, request, reply);
  return reply
    .code(fault.status)
    .header('content-type', SCIM_CONTENT_TYPE)
    .send(JSON.stringify(errorMessage(fault)));
}
