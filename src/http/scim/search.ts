/** Queries: GET on a type or on the root, and POST /.search on both (RFC 7644 §3.4.2, §3.4.3). */
import type { FastifyRequest } from 'fastify';
import type { OperationContext } from '../../operations/context.ts';
import { listResources } from '../../operations/list.ts';
import type { ProjectionOf } from '../../operations/render.ts';
import { parseProjection } from '../../scim/projection.ts';
import type { ResourceType } from '../../scim/schema/resource-type.ts';
import { parseSearchRequest, type SearchRequest } from '../../scim/search-request.ts';
import { parameter, sendList, type Query } from './answer.ts';
import type { Endpoint, Handler } from './endpoint.ts';

export function searchEndpoints(context: OperationContext): readonly Endpoint[] {
  const { resourceTypes } = context.registry;
  return [
    { path: '/', handlers: { GET: list(context, resourceTypes) } },
    { path: '/.search', handlers: { POST: search(context, resourceTypes) } },
    ...resourceTypes.map((type) => ({
      path: `${type.endpoint}/.search`,
      handlers: { POST: search(context, [type]) },
    })),
  ];
}

/** @param types one, or all of them at the root */
export const list = (context: OperationContext, types: readonly ResourceType[]): Handler =>
  answer(context, types, (request) => readQuery(request.query as Query));

const search = (context: OperationContext, types: readonly ResourceType[]): Handler =>
  answer(context, types, (request) => parseSearchRequest(request.body));

const PARAMETERS = [
  'filter',
  'sortBy',
  'sortOrder',
  'startIndex',
  'count',
  'cursor',
  'attributes',
  'excludedAttributes',
] as const satisfies readonly (keyof SearchRequest)[];

const readQuery = (query: Query): SearchRequest =>
  Object.fromEntries(PARAMETERS.map((name) => [name, parameter(query, name)]));

function answer(
  context: OperationContext,
  types: readonly ResourceType[],
  read: (request: FastifyRequest) => SearchRequest,
): Handler {
  return async (request, reply) => {
    const asked = read(request);
    const projectionOf = projectionsOf(types, asked);
    const page = await listResources(context, types, asked, { profile: request.profile, projectionOf });
    return sendList(context, reply, page, projectionOf);
  };
}

/** Names that one type does not have select nothing there. */
function projectionsOf(types: readonly ResourceType[], asked: SearchRequest): ProjectionOf {
  const projections = new Map(types.map((type) => [type, parseProjection(type, asked)]));
  return (type) => projections.get(type);
}
