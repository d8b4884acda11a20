/** The SCIM endpoints as a table: path, method, handler (RFC 7644 §3.2). */
import type { FastifyRequest } from 'fastify';
import type { Caller, OperationContext } from '../../operations/context.ts';
import { readExisting } from '../../operations/change.ts';
import { createResource } from '../../operations/create.ts';
import { patchResource } from '../../operations/patch.ts';
import { removeResource } from '../../operations/remove.ts';
import { isUnchanged } from '../../operations/unchanged.ts';
import { replaceResource } from '../../operations/replace.ts';
import { notImplemented } from '../../scim/errors.ts';
import { checkIfNoneMatch, etag } from '../../scim/preconditions.ts';
import type { ResourceType } from '../../scim/schema/resource-type.ts';
import { readProjection, sendPatched, sendResource, type Query } from './answer.ts';
import { bulkEndpoint } from './bulk.ts';
import { discoveryEndpoints } from './discovery.ts';
import type { Endpoint, Handler } from './endpoint.ts';
import { list, searchEndpoints } from './search.ts';

/** Every resource type goes one way: endpoints differ by schema data alone. */
export function scimEndpoints(context: OperationContext): readonly Endpoint[] {
  return [
    ...discoveryEndpoints(context),
    ...searchEndpoints(context),
    ...context.registry.resourceTypes.flatMap((type) => typeEndpoints(context, type)),
    bulkEndpoint(context),
    meEndpoint,
  ];
}

function typeEndpoints(context: OperationContext, type: ResourceType): readonly Endpoint[] {
  return [
    { path: type.endpoint, handlers: { GET: list(context, [type]), POST: create(context, type) } },
    {
      path: `${type.endpoint}/:id`,
      handlers: {
        GET: read(context, type),
        PUT: replace(context, type),
        PATCH: patch(context, type),
        DELETE: remove(context, type),
      },
    },
  ];
}

const create =
  (context: OperationContext, type: ResourceType): Handler =>
  async (request, reply) => {
    readProjection(type, queryOf(request));
    const stored = await createResource(context, type, request.body, callerOf(request));
    return sendResource(context, reply, type, stored, queryOf(request), 201);
  };

const read =
  (context: OperationContext, type: ResourceType): Handler =>
  async (request, reply) => {
    const stored = await readExisting(context, type, idOf(request));
    const tag = etag(stored.version);
    const isHeld = !checkIfNoneMatch(request.headers['if-none-match'], tag);
    if (isHeld && (await isUnchanged(context, type, stored, readProjection(type, queryOf(request)))))
      return reply.code(304).header('etag', tag).send();
    return sendResource(context, reply, type, stored, queryOf(request));
  };

const replace =
  (context: OperationContext, type: ResourceType): Handler =>
  async (request, reply) => {
    readProjection(type, queryOf(request));
    const stored = await replaceResource(context, type, idOf(request), request.body, callerOf(request));
    return sendResource(context, reply, type, stored, queryOf(request));
  };

const patch =
  (context: OperationContext, type: ResourceType): Handler =>
  async (request, reply) => {
    readProjection(type, queryOf(request));
    const stored = await patchResource(context, type, idOf(request), request.body, callerOf(request));
    return sendPatched(context, reply, type, stored, queryOf(request));
  };

const remove =
  (context: OperationContext, type: ResourceType): Handler =>
  async (request, reply) => {
    await removeResource(context, type, idOf(request), callerOf(request));
    return reply.code(204).send();
  };

/** No credential of this service is mapped to a user (RFC 7644 §3.11 asks for 501 then). */
const refuseMe: Handler = () => {
  throw notImplemented('/Me is not supported: this credential is no user');
};

const meEndpoint: Endpoint = {
  path: '/Me',
  handlers: { GET: refuseMe, POST: refuseMe, PUT: refuseMe, PATCH: refuseMe, DELETE: refuseMe },
};

// Fastify types params and query as unknown; the route and its parser make them these.
const idOf = (request: FastifyRequest): string => (request.params as { id: string }).id;
const queryOf = (request: FastifyRequest): Query => request.query as Query;
const callerOf = (request: FastifyRequest): Caller => ({
  actor: request.actor,
  requestId: request.id,
  ifMatch: request.headers['if-match'],
});
