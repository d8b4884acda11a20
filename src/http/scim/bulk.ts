/** The /Bulk endpoint (RFC 7644 §3.7). */
import type { FastifyRequest } from 'fastify';
import { runBulk } from '../../operations/bulk/bulk.ts';
import type { OperationContext } from '../../operations/context.ts';
import { ScimError, serviceUnavailable } from '../../scim/errors.ts';
import { StorageUnavailable } from '../../storage/errors.ts';
import { callerOf } from '../client.ts';
import { SCIM_CONTENT_TYPE } from './content-types.ts';
import type { Endpoint, Handler } from './endpoint.ts';

export const bulkEndpoint = (context: OperationContext): Endpoint => ({
  path: '/Bulk',
  handlers: { POST: bulk(context) },
});

const bulk =
  (context: OperationContext): Handler =>
  async (request, reply) => {
    const message = await runBulk(context, request.body, callerOf(request), faultOf(request));
    return reply.header('content-type', SCIM_CONTENT_TYPE).send(JSON.stringify(message));
  };

/** The answer to the whole request is a success: what failed in it for our sake is logged here or nowhere. */
const faultOf =
  (request: FastifyRequest) =>
  (error: unknown): ScimError => {
    if (error instanceof ScimError) return error;
    request.log.error({ requestId: request.id, err: error }, 'bulk operation failed');
    if (error instanceof StorageUnavailable)
      return serviceUnavailable('the database is not available', { cause: error });
    return new ScimError(500, undefined, `the server failed; its log tells why under request id ${request.id}`);
  };
