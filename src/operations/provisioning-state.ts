/** What a user's provisioning looks like from SCIM: our readOnly extension, returned on request. */
import type { JsonObject } from '../scim/json.ts';
import type { Projection } from '../scim/projection.ts';
import type { Lane } from '../storage/store.ts';
import type { OperationContext } from './context.ts';

export const PROVISIONING_SCHEMA = 'urn:scim-salesforce:params:scim:schemas:extension:provisioning:2.0:User';

export function asksForProvisioning(projection: Projection | undefined): boolean {
  if (projection?.kind !== 'only') return false;
  return [...projection.paths].some(
    (path) => path === PROVISIONING_SCHEMA || path.startsWith(`${PROVISIONING_SCHEMA}:`),
  );
}

/** @returns the resource with the extension; unchanged when nothing is provisioned for it */
export async function withProvisioning(
  context: OperationContext,
  id: string,
  resource: JsonObject,
): Promise<JsonObject> {
  const lane = await context.store.readLane(context.connector, id);
  if (!lane) return resource;
  const schemas = Array.isArray(resource['schemas']) ? resource['schemas'] : [];
  return {
    ...resource,
    schemas: [...schemas, PROVISIONING_SCHEMA],
    [PROVISIONING_SCHEMA]: describeLane(context, lane),
  };
}

function describeLane(context: OperationContext, lane: Lane): JsonObject {
  const leadUrl = lane.leadId === undefined ? undefined : context.leadUrl(lane.leadId);
  return {
    state: lane.state,
    attempts: lane.attempts,
    ...(lane.leadId !== undefined && { leadId: lane.leadId }),
    ...(leadUrl !== undefined && { leadUrl }),
    ...(lane.ended?.contactId !== undefined && { contactId: lane.ended.contactId }),
    ...(lane.lastAttemptAt !== undefined && { lastAttemptAt: new Date(lane.lastAttemptAt).toISOString() }),
    ...(lane.lastDeliveredAt !== undefined && { lastDeliveredAt: new Date(lane.lastDeliveredAt).toISOString() }),
    ...(lane.error && { lastError: [lane.error.code, lane.error.message, lane.error.hint].filter(Boolean).join(': ') }),
  };
}
