/** The SCIM 1.1 endpoints as a table: path, method, handler (API §3). */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { readExisting } from '../../operations/change.ts';
import type { Caller, OperationContext } from '../../operations/context.ts';
import { createResource } from '../../operations/create.ts';
import { listResources } from '../../operations/list.ts';
import { locationOf } from '../../operations/location.ts';
import { applyOperations } from '../../operations/patch.ts';
import { removeResource } from '../../operations/remove.ts';
import { replaceResource } from '../../operations/replace.ts';
import { isUnchanged } from '../../operations/unchanged.ts';
import { methodNotAllowed, notFound, notImplemented } from '../../scim/errors.ts';
import { isObject } from '../../scim/json.ts';
import { checkIfMatch, checkIfNoneMatch, etag } from '../../scim/preconditions.ts';
import type { ResourceType } from '../../scim/schema/resource-type.ts';
import { withScim1Names } from '../../scim1/names.ts';
import { readScim1Patch } from '../../scim1/patch.ts';
import { readScim1Query } from '../../scim1/query.ts';
import { toScim2 } from '../../scim1/resource.ts';
import type { StoredResource } from '../../storage/store.ts';
import { callerOf } from '../client.ts';
import { hasManyMembers } from '../scim/answer.ts';
import type { Endpoint, Handler, Method } from '../scim/endpoint.ts';
import { projectionOf, sendScim1List, sendScim1Resource } from './answer.ts';
import { discoveryEndpoints } from './discovery.ts';
import { resolveMembers } from './members.ts';

export interface Scim1ListOptions {
  /** What a filter that matches nothing is answered with: WSO2 IS 5 goes on to `/Users/null` after an empty list. */
  readonly noMatch: '404' | 'list';
}

export const scim1Endpoints = (context: OperationContext, options: Scim1ListOptions): readonly Endpoint[] => [
  ...discoveryEndpoints(context),
  ...context.registry.resourceTypes.flatMap((type) => typeEndpoints(context, type, options)),
  { path: '/Bulk', handlers: { POST: refuseBulk } },
];

const refuseBulk: Handler = () => {
  throw notImplemented('SCIM 1.1 has no /Bulk here: /ServiceProviderConfigs says so, and SCIM 2.0 has it');
};

function typeEndpoints(context: OperationContext, type: ResourceType, options: Scim1ListOptions): readonly Endpoint[] {
  const handlers = resourceHandlers(context, type);
  return [
    { path: type.endpoint, handlers: { GET: list(context, type, options), POST: create(context, type) } },
    { path: `${type.endpoint}/:id`, handlers: { ...handlers, POST: overridden(handlers) } },
  ];
}

const list =
  (context: OperationContext, type: ResourceType, { noMatch }: Scim1ListOptions): Handler =>
  async (request, reply) => {
    const query = readScim1Query(request.url);
    const page = await listResources(context, [withScim1Names(type)], query, {
      profile: request.profile,
      projectionOf: () => projectionOf(type, query),
    });
    if (noMatch === '404' && query.filter !== undefined && page.totalResults === 0)
      throw notFound(`no ${type.name} matches the filter`);
    return sendScim1List(context, reply, type, page, query);
  };

const create =
  (context: OperationContext, type: ResourceType): Handler =>
  async (request, reply) => {
    const caller = callerOf(request);
    const body = bodyToScim2(type, await withMembers(context, type, request, caller));
    const { resource, status } = await createResource(context, type, body, caller);
    return sendScim1Resource(context, reply, type, resource, readScim1Query(request.url), status);
  };

function resourceHandlers(context: OperationContext, type: ResourceType): Endpoint['handlers'] {
  return {
    GET: async (request, reply) => {
      const stored = await readExisting(context, type, idOf(request));
      const tag = etag(stored.version);
      const query = readScim1Query(request.url);
      checkIfMatch(request.headers['if-match'], tag);
      const isHeld = !checkIfNoneMatch(request.headers['if-none-match'], tag);
      if (isHeld && (await isUnchanged(context, type, stored, projectionOf(type, query))))
        return reply
          .code(304)
          .header('etag', tag)
          .header('location', locationOf(context, type.name, stored.id))
          .send();
      return sendScim1Resource(context, reply, type, stored, query);
    },
    PUT: async (request, reply) => {
      const caller = callerOf(request);
      const body = bodyToScim2(type, await withMembers(context, type, request, caller));
      const stored = await replaceResource(context, type, idOf(request), body, caller);
      return sendScim1Resource(context, reply, type, stored, readScim1Query(request.url));
    },
    PATCH: async (request, reply) => sendPatched(context, reply, type, await patch(context, type, request), request),
    DELETE: async (request, reply) => {
      await removeResource(context, type, idOf(request), callerOf(request));
      return reply.code(204).send();
    },
  };
}

async function patch(context: OperationContext, type: ResourceType, request: FastifyRequest): Promise<StoredResource> {
  const caller = callerOf(request);
  const body = await withMembers(context, type, request, caller);
  const { operations, pluralsOf } = readScim1Patch(type, body, {
    lists: new Set(context.memberships.listsOf(type.name).map(({ attribute }) => attribute)),
    plurals: request.profile.pluralsInScim1,
    unknown: context.unknownAttributes,
  });
  return applyOperations(context, type, idOf(request), operations, caller, pluralsOf);
}

/** 204 says as much as a very long list of members, unless the client asked for attributes. */
async function sendPatched(
  context: OperationContext,
  reply: FastifyReply,
  type: ResourceType,
  stored: StoredResource,
  request: FastifyRequest,
): Promise<FastifyReply> {
  const query = readScim1Query(request.url);
  if (query.attributes !== undefined || !(await hasManyMembers(context, type, stored.id)))
    return sendScim1Resource(context, reply, type, stored, query);
  return reply.code(204).header('etag', etag(stored.version)).send();
}

const OVERRIDE = 'x-http-method-override';
const OVERRIDDEN: readonly Method[] = ['PUT', 'PATCH', 'DELETE'];

/** Where something on the way lets only GET and POST through, the method is in a header (API §3.3.3). */
const overridden =
  (handlers: Endpoint['handlers']): Handler =>
  (request, reply) => {
    const asked = String(request.headers[OVERRIDE] ?? '').toUpperCase();
    const handler = handlers[OVERRIDDEN.find((method) => method === asked) ?? 'POST'];
    if (handler) return handler(request, reply);
    reply.header('allow', ['HEAD', ...Object.keys(handlers)].join(', '));
    throw methodNotAllowed(`POST is not allowed here without X-HTTP-Method-Override: ${OVERRIDDEN.join(', ')}`);
  };

async function withMembers(
  context: OperationContext,
  type: ResourceType,
  request: FastifyRequest,
  caller: Caller,
): Promise<unknown> {
  const { body, unknown } = await resolveMembers(context, type, request.body, caller);
  if (unknown > 0) {
    const event = { requestId: request.id, resourceType: type.name, members: unknown };
    request.log.warn(event, 'unknown members left out');
  }
  return body;
}

/** What is no object is for the operation to refuse. */
const bodyToScim2 = (type: ResourceType, body: unknown): unknown => (isObject(body) ? toScim2(type, body) : body);

// The route has the parameter.
const idOf = (request: FastifyRequest): string => (request.params as { id: string }).id;
