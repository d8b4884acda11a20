/** What a user's provisioning looks like from SCIM: our readOnly extension, returned on request. */
import { invalidFilter, invalidValue } from '../scim/errors.ts';
import type { JsonObject } from '../scim/json.ts';
import type { Projection } from '../scim/projection.ts';
import type { AttributePath } from '../scim/schema/resource-type.ts';
import type { Lane } from '../storage/store.ts';
import type { OperationContext } from './context.ts';

export const PROVISIONING_SCHEMA = 'urn:scim-salesforce:params:scim:schemas:extension:provisioning:2.0:User';

export function asksForProvisioning(projection: Projection | undefined): boolean {
  if (projection?.kind !== 'only') return false;
  return [...projection.paths].some(
    (path) => path === PROVISIONING_SCHEMA || path.startsWith(`${PROVISIONING_SCHEMA}:`),
  );
}

/**
 * The state is of the lane and not of the resource, where a query would find that nobody has one.
 *
 * @param parameter that asks: `filter` or `sortBy`
 * @throws ScimError invalidFilter or invalidValue
 */
export function refuseStateQuery(parameter: 'filter' | 'sortBy', paths: readonly AttributePath[]): void {
  if (!paths.some(({ extension }) => extension === PROVISIONING_SCHEMA)) return;
  const detail = `${parameter}: ${PROVISIONING_SCHEMA} is returned on request and cannot be searched; "scim-salesforce lanes" lists users by state`;
  throw parameter === 'filter' ? invalidFilter(detail) : invalidValue(detail);
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
