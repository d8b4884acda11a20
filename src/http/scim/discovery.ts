/** ServiceProviderConfig, ResourceTypes and Schemas (RFC 7644 §4). */
import type { FastifyRequest } from 'fastify';
import type { OperationContext } from '../../operations/context.ts';
import { PAGE_LIMITS } from '../../operations/list.ts';
import { MAX_OPERATIONS } from '../../scim/bulk/request.ts';
import {
  resourceTypeMessage,
  schemaMessage,
  serviceProviderConfig,
  type AuthenticationScheme,
} from '../../scim/discovery.ts';
import { forbidden, notFound } from '../../scim/errors.ts';
import type { JsonObject } from '../../scim/json.ts';
import { listResponse } from '../../scim/paging.ts';
import { parameter, type Query } from './answer.ts';
import { SCIM_CONTENT_TYPE } from './content-types.ts';
import type { Endpoint, Handler } from './endpoint.ts';

/** Largest body. */
export const MAX_BODY_BYTES = 1024 * 1024;

export const AUTHENTICATION_SCHEMES: readonly AuthenticationScheme[] = [
  {
    type: 'httpbasic',
    name: 'HTTP Basic',
    description: 'User name and password in the Authorization header',
    specUri: 'https://www.rfc-editor.org/info/rfc7617',
    primary: true,
  },
  {
    type: 'oauthbearertoken',
    name: 'Bearer token',
    description: 'A token in the Authorization header',
    specUri: 'https://www.rfc-editor.org/info/rfc6750',
  },
];

export function discoveryEndpoints(context: OperationContext): readonly Endpoint[] {
  const { registry } = context;
  const types = (): JsonObject[] => registry.resourceTypes.map((type) => resourceTypeMessage(type, context.baseUrl()));
  const schemas = (): JsonObject[] => registry.schemas.map((schema) => schemaMessage(schema, context.baseUrl()));
  return [
    { path: '/ServiceProviderConfig', handlers: { GET: one(() => providerConfig(context)) } },
    { path: '/ResourceTypes', handlers: { GET: all(types) } },
    { path: '/ResourceTypes/:id', handlers: { GET: byId('ResourceType', types) } },
    { path: '/Schemas', handlers: { GET: all(schemas) } },
    { path: '/Schemas/:id', handlers: { GET: byId('Schema', schemas) } },
  ];
}

function providerConfig(context: OperationContext): JsonObject {
  return serviceProviderConfig({
    baseUrl: context.baseUrl(),
    bulk: { maxOperations: MAX_OPERATIONS, maxPayloadBytes: MAX_BODY_BYTES },
    sort: true,
    maxResults: PAGE_LIMITS.maxCount,
    defaultPageSize: PAGE_LIMITS.defaultCount,
    changePassword: false,
    authenticationSchemes: AUTHENTICATION_SCHEMES,
  });
}

const one =
  (message: () => JsonObject): Handler =>
  async (_request, reply) =>
    reply.header('content-type', SCIM_CONTENT_TYPE).send(JSON.stringify(message()));

const all =
  (messages: () => JsonObject[]): Handler =>
  async (request, reply) => {
    refuseFilter(request);
    const resources = messages();
    const list = listResponse({ total: resources.length, startIndex: 1, resources });
    return reply.header('content-type', SCIM_CONTENT_TYPE).send(JSON.stringify(list));
  };

const byId =
  (kind: string, messages: () => JsonObject[]): Handler =>
  async (request, reply) => {
    refuseFilter(request);
    // The route has the parameter.
    const { id } = request.params as { id: string };
    // Both kinds of message carry their id.
    const found = messages().find((message) => (message['id'] as string).toLowerCase() === id.toLowerCase());
    if (!found) throw notFound(`${kind} ${id} does not exist`);
    return reply.header('content-type', SCIM_CONTENT_TYPE).send(JSON.stringify(found));
  };

/** "If a filter is provided, the service provider SHOULD respond with 403" (RFC 7644 §4). */
function refuseFilter(request: FastifyRequest): void {
  if (parameter(request.query as Query, 'filter') !== undefined) throw forbidden('this endpoint takes no filter');
}
