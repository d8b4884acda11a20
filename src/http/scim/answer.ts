/** How resources leave the service: projected, with ETag and Location, as text wherever the stored text will do. */
import type { FastifyReply } from 'fastify';
import type { OperationContext } from '../../operations/context.ts';
import type { ListedPage } from '../../operations/list.ts';
import { asksForProvisioning, withProvisioning } from '../../operations/provisioning-state.ts';
import { hidesAttributes, resourceMessage, resourceText } from '../../operations/stored-resource.ts';
import { LIST_RESPONSE_SCHEMA } from '../../scim/paging.ts';
import { etag } from '../../scim/preconditions.ts';
import { parseProjection, project, type Projection } from '../../scim/projection.ts';
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

export function locationOf(context: OperationContext, type: ResourceType, id: string): string {
  return `${context.baseUrl()}${type.endpoint}/${id}`;
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
  const location = locationOf(context, type, stored.id);
  reply.code(status).header('content-type', SCIM_CONTENT_TYPE).header('etag', etag(stored.version));
  if (status === 201) reply.header('location', location);
  return reply.send(await render(context, type, stored, projection));
}

/** Answers with a ListResponse (RFC 7644 §3.4.2). */
export async function sendList(
  context: OperationContext,
  reply: FastifyReply,
  type: ResourceType,
  list: ListedPage,
  query: Query,
): Promise<FastifyReply> {
  const projection = readProjection(type, query);
  const resources = await Promise.all(list.resources.map((stored) => render(context, type, stored, projection)));
  const head = JSON.stringify({
    schemas: [LIST_RESPONSE_SCHEMA],
    totalResults: list.totalResults,
    startIndex: list.page.startIndex,
    itemsPerPage: resources.length,
  });
  reply.header('content-type', SCIM_CONTENT_TYPE);
  return reply.send(`${head.slice(0, -1)},"Resources":[${resources.join(',')}]}`);
}

async function render(
  context: OperationContext,
  type: ResourceType,
  stored: StoredResource,
  projection: Projection | undefined,
): Promise<string> {
  const location = locationOf(context, type, stored.id);
  if (!projection && !hidesAttributes(type)) return resourceText(stored, location);
  const message = resourceMessage(stored, location);
  const whole = asksForProvisioning(projection) ? await withProvisioning(context, stored.id, message) : message;
  return JSON.stringify(project(type, whole, projection));
}
