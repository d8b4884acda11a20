/** How resources leave the service in SCIM 1.1: rendered as for SCIM 2.0, then put into its words. */
import type { FastifyReply } from 'fastify';
import type { OperationContext } from '../../operations/context.ts';
import type { ListedPage } from '../../operations/list.ts';
import { locationOf } from '../../operations/location.ts';
import { renderResources } from '../../operations/render.ts';
import type { JsonObject } from '../../scim/json.ts';
import { etag } from '../../scim/preconditions.ts';
import { parseProjection, type Projection } from '../../scim/projection.ts';
import type { ResourceType } from '../../scim/schema/resource-type.ts';
import { listMessage } from '../../scim1/messages.ts';
import { withScim1Names } from '../../scim1/names.ts';
import type { Scim1Query } from '../../scim1/query.ts';
import { toScim1 } from '../../scim1/resource.ts';
import type { StoredResource } from '../../storage/store.ts';
import { SCIM1_CONTENT_TYPE } from './content-types.ts';

export const projectionOf = (type: ResourceType, { attributes }: Scim1Query): Projection | undefined =>
  parseProjection(withScim1Names(type), { attributes });

/** Answers with one resource. @param status 200 or 201 */
export async function sendScim1Resource(
  context: OperationContext,
  reply: FastifyReply,
  type: ResourceType,
  stored: StoredResource,
  query: Scim1Query,
  status: 200 | 201 = 200,
): Promise<FastifyReply> {
  const [resource = {}] = await render(context, type, [stored], query);
  reply.code(status).header('etag', etag(stored.version));
  reply.header('location', locationOf(context, type.name, stored.id));
  return sendMessage(reply, resource);
}

export async function sendScim1List(
  context: OperationContext,
  reply: FastifyReply,
  type: ResourceType,
  { resources, totalResults, startIndex = 1 }: ListedPage,
  query: Scim1Query,
): Promise<FastifyReply> {
  const messages = await render(context, type, resources, query);
  return sendMessage(reply, listMessage({ total: totalResults, startIndex, resources: messages }));
}

export const sendMessage = (reply: FastifyReply, message: JsonObject): FastifyReply =>
  reply.header('content-type', SCIM1_CONTENT_TYPE).send(JSON.stringify(message));

async function render(
  context: OperationContext,
  type: ResourceType,
  resources: readonly StoredResource[],
  query: Scim1Query,
): Promise<readonly JsonObject[]> {
  const projection = projectionOf(type, query);
  const texts = await renderResources(context, resources, () => projection);
  // `renderResources` writes objects.
  return texts.map((text) => toScim1(type, JSON.parse(text) as JsonObject));
}
