/** How resources leave the service: projected, with ETag and Location, as text wherever the stored text will do. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { OperationContext } from '../../operations/context.ts';
import type { ListedPage } from '../../operations/list.ts';
import { locationOf } from '../../operations/location.ts';
import { renderResources, type ProjectionOf } from '../../operations/render.ts';
import { LIST_RESPONSE_SCHEMA } from '../../scim/paging.ts';
import { etag } from '../../scim/preconditions.ts';
import { parseProjection, type Projection } from '../../scim/projection.ts';
import type { ResourceType } from '../../scim/schema/resource-type.ts';
import type { StoredResource } from '../../storage/store.ts';
import { SCIM_CONTENT_TYPE } from './content-types.ts';

/** Query parameters; a repeated one arrives as a list. */
export type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A parameter by its RFC name in any case; repeated ones are read as one comma list. */
export function parameter(query: Query, name: string): string | undefined {
  const value = query[name] ?? query[Object.keys(query).find((key) => key.toLowerCase() === name.toLowerCase()) ?? ''];
  return typeof value === 'string' || value === undefined ? value : value.join(',');
}

export function readProjection(type: ResourceType, query: Query): Projection | undefined {
  return parseProjection(type, {
    attributes: parameter(query, 'attributes'),
    excludedAttributes: parameter(query, 'excludedAttributes'),
  });
}

/** Answers with one resource. @param status 200 or 201 */
export async function sendResource(
  context: OperationContext,
  reply: FastifyReply,
  type: ResourceType,
  stored: StoredResource,
  query: Query,
  status = 200,
): Promise<FastifyReply> {
  const projection = readProjection(type, query);
  const [text] = await renderResources(context, [stored], () => projection);
  const location = locationOf(context, type.name, stored.id);
  reply.code(status).header('content-type', SCIM_CONTENT_TYPE).header('etag', etag(stored.version));
  return reply.header(status === 201 ? 'location' : 'content-location', location).send(text);
}

/** What a 200 would have named (RFC 9110 §15.4.5). */
export const sendUnchanged = (
  context: OperationContext,
  reply: FastifyReply,
  type: ResourceType,
  { id, version }: StoredResource,
): FastifyReply =>
  reply
    .code(304)
    .header('etag', etag(version))
    .header('content-location', locationOf(context, type.name, id))
    .send();

/** Elements of a membership list up to which a PATCH is answered with all of them. */
const MAX_ANSWERED_MEMBERS = 1000;

/**
 * Answers a PATCH with the resource; with 204 and nothing when that would be a very long list of members of which the client
 * changed a few and asked to see none (RFC 7644 §3.5.2 leaves the choice unless `attributes` is given). A client that needs
 * a body gets one without the list.
 */
export async function sendPatched(
  context: OperationContext,
  reply: FastifyReply,
  type: ResourceType,
  stored: StoredResource,
  { query: parameters, profile }: FastifyRequest,
): Promise<FastifyReply> {
  // Fastify's parser of queries makes it these.
  const query = parameters as Query;
  const isLong = !readProjection(type, query) && (await hasManyMembers(context, type, stored.id));
  if (!isLong) return sendResource(context, reply, type, stored, query);
  if (profile.answersPatchWithBody)
    return sendResource(context, reply, type, stored, { ...query, excludedAttributes: listNames(context, type) });
  return reply
    .code(204)
    .header('etag', etag(stored.version))
    .header('content-location', locationOf(context, type.name, stored.id))
    .send();
}

const listNames = ({ memberships }: OperationContext, type: ResourceType): string =>
  memberships
    .listsOf(type.name)
    .map(({ attribute }) => attribute.name)
    .join(',');

/** Whether an answer with all members would be long. */
export async function hasManyMembers(
  { memberships, store }: OperationContext,
  type: ResourceType,
  id: string,
): Promise<boolean> {
  for (const { name } of memberships.listsOf(type.name))
    if (await store.hasMoreMembers(name, id, MAX_ANSWERED_MEMBERS)) return true;
  return false;
}

/** Answers with a ListResponse (RFC 7644 §3.4.2). */
export async function sendList(
  context: OperationContext,
  reply: FastifyReply,
  list: ListedPage,
  projectionOf: ProjectionOf,
): Promise<FastifyReply> {
  const resources = await renderResources(context, list.resources, projectionOf);
  const head = JSON.stringify({
    schemas: [LIST_RESPONSE_SCHEMA],
    totalResults: list.totalResults,
    ...(list.startIndex !== undefined && { startIndex: list.startIndex }),
    itemsPerPage: resources.length,
    ...(list.nextCursor !== undefined && { nextCursor: list.nextCursor }),
  });
  reply.header('content-type', SCIM_CONTENT_TYPE);
  return reply.send(`${head.slice(0, -1)},"Resources":[${resources.join(',')}]}`);
}
