/** The SCIM endpoints as a table: path, method, handler (RFC 7644 §3.2). */
import type { FastifyRequest } from 'fastify';
import type { OperationContext } from '../../operations/context.ts';
import { readExisting } from '../../operations/change.ts';
import { createResource } from '../../operations/create.ts';
import { findBy } from '../../operations/find-by.ts';
import { patchResource } from '../../operations/patch.ts';
import { removeResource } from '../../operations/remove.ts';
import { isUnchanged } from '../../operations/unchanged.ts';
import { replaceResource } from '../../operations/replace.ts';
import { notFound, notImplemented } from '../../scim/errors.ts';
import { checkIfMatch, checkIfNoneMatch, etag } from '../../scim/preconditions.ts';
import type { ResourceType } from '../../scim/schema/resource-type.ts';
import { callerOf } from '../client.ts';
import { readProjection, sendPatched, sendResource, sendUnchanged, type Query } from './answer.ts';
import { bulkEndpoint } from './bulk.ts';
import { discoveryEndpoints } from './discovery.ts';
import type { Endpoint, Handler } from './endpoint.ts';
import { list, searchEndpoints } from './search.ts';

/**
 * Every resource type goes one way: endpoints differ by schema data alone.
 *
 * @param users userNames of the credentials that are users
 */
export function scimEndpoints(context: OperationContext, users: ReadonlyMap<string, string>): readonly Endpoint[] {
  return [
    ...discoveryEndpoints(context),
    ...searchEndpoints(context),
    ...context.registry.resourceTypes.flatMap((type) => typeEndpoints(context, type)),
    bulkEndpoint(context),
    ...meEndpoint(context, users),
  ];
}

function typeEndpoints(context: OperationContext, type: ResourceType): readonly Endpoint[] {
  return [
    { path: type.endpoint, handlers: { GET: list(context, [type]), POST: create(context, type) } },
    { path: `${type.endpoint}/:id`, handlers: resourceHandlers(context, type, idOf) },
  ];
}

/** The User that the credential is (RFC 7644 §3.11). Nobody makes oneself: that is POST to the endpoint of the type. */
function meEndpoint(context: OperationContext, users: ReadonlyMap<string, string>): readonly Endpoint[] {
  const type = context.registry.resourceType(ME_TYPE);
  if (!type) return [];
  const idOfMe: IdOf = async ({ credential: { name: actor } }) => {
    const userName = users.get(actor);
    if (userName === undefined)
      throw notImplemented(
        `/Me is not supported for ${actor}: neither SCIM_ME nor SCIM_CREDENTIALS says which User it is`,
      );
    const user = await findBy(context.store, type, 'userName', userName);
    if (!user) throw notFound(`the User ${actor} is said to be does not exist`);
    return user.id;
  };
  const refuse: Handler = () => {
    throw notImplemented(`POST /Me is not supported: POST to ${type.endpoint}`);
  };
  return [{ path: '/Me', handlers: { POST: refuse, ...resourceHandlers(context, type, idOfMe) } }];
}

const ME_TYPE = 'User';

type IdOf = (request: FastifyRequest) => Promise<string> | string;

const create =
  (context: OperationContext, type: ResourceType): Handler =>
  async (request, reply) => {
    readProjection(type, queryOf(request));
    const { resource, status } = await createResource(context, type, request.body, callerOf(request));
    return sendResource(context, reply, type, resource, queryOf(request), status);
  };

/** What is done to one resource, whatever the path says about which. */
function resourceHandlers(context: OperationContext, type: ResourceType, idOf: IdOf): Endpoint['handlers'] {
  return {
    GET: async (request, reply) => {
      const stored = await readExisting(context, type, await idOf(request));
      const tag = etag(stored.version);
      checkIfMatch(request.headers['if-match'], tag);
      const isHeld = !checkIfNoneMatch(request.headers['if-none-match'], tag);
      if (isHeld && (await isUnchanged(context, type, stored, readProjection(type, queryOf(request)))))
        return sendUnchanged(context, reply, type, stored);
      return sendResource(context, reply, type, stored, queryOf(request));
    },
    PUT: async (request, reply) => {
      readProjection(type, queryOf(request));
      const id = await idOf(request);
      const stored = await replaceResource(context, type, id, request.body, callerOf(request));
      return sendResource(context, reply, type, stored, queryOf(request));
    },
    PATCH: async (request, reply) => {
      readProjection(type, queryOf(request));
      const id = await idOf(request);
      const stored = await patchResource(context, type, id, request.body, callerOf(request));
      return sendPatched(context, reply, type, stored, request);
    },
    DELETE: async (request, reply) => {
      await removeResource(context, type, await idOf(request), callerOf(request));
      return reply.code(204).send();
    },
  };
}

// Fastify types params and query as unknown; the route and its parser make them these.
const idOf: IdOf = (request) => (request.params as { id: string }).id;
const queryOf = (request: FastifyRequest): Query => request.query as Query;
