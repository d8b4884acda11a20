/** Resources as the text that a client gets to see, with what is worked out when they are read: memberships, meta, provisioning. */
import type { Json, JsonObject } from '../scim/json.ts';
import { project, wants, type Projection } from '../scim/projection.ts';
import type { ResourceType } from '../scim/schema/resource-type.ts';
import type { Membership, StoredResource } from '../storage/store.ts';
import type { OperationContext } from './context.ts';
import { locationOf } from './location.ts';
import { memberElement } from './members.ts';
import { asksForProvisioning, withProvisioning } from './provisioning-state.ts';
import { hidesAttributes, resourceMessage, resourceText } from './stored-resource.ts';

export type ProjectionOf = (type: ResourceType) => Projection | undefined;

/** @returns JSON texts, one for each, whatever their types */
export async function renderResources(
  context: OperationContext,
  resources: readonly StoredResource[],
  projectionOf: ProjectionOf,
): Promise<readonly string[]> {
  const computed = new Map<string, JsonObject>();
  for (const [type, ids] of idsByType(context, resources)) {
    const projection = projectionOf(type);
    await Promise.all([
      addLists(context, type, ids, projection, computed),
      addShown(context, type, ids, projection, computed),
    ]);
  }
  return Promise.all(resources.map((one) => render(context, one, projectionOf, computed.get(one.id) ?? {})));
}

export function idsByType(
  { registry }: OperationContext,
  resources: readonly StoredResource[],
): ReadonlyMap<ResourceType, readonly string[]> {
  const types = new Map<ResourceType, string[]>();
  for (const { type: name, id } of resources) {
    const type = registry.resourceType(name);
    if (!type) continue;
    const ids = types.get(type);
    if (ids) ids.push(id);
    else types.set(type, [id]);
  }
  return types;
}

async function addLists(
  context: OperationContext,
  type: ResourceType,
  owners: readonly string[],
  projection: Projection | undefined,
  computed: Map<string, JsonObject>,
): Promise<void> {
  for (const { name: list, attribute } of context.memberships.listsOf(type.name)) {
    if (!wants(attribute, projection)) continue;
    const members = await context.store.readMembers({ list, owners });
    for (const member of members)
      elementsAt(computed, member.owner, attribute.name).push(memberElement(context, member));
  }
}

async function addShown(
  context: OperationContext,
  type: ResourceType,
  members: readonly string[],
  projection: Projection | undefined,
  computed: Map<string, JsonObject>,
): Promise<void> {
  for (const { attribute, lists } of context.memberships.shownBy(type.name)) {
    if (!wants(attribute, projection)) continue;
    const memberships = await context.store.readMemberships(lists, members);
    for (const membership of memberships)
      elementsAt(computed, membership.member, attribute.name).push(shownElement(context, membership));
  }
}

const shownElement = (context: OperationContext, { owner, direct }: Membership): JsonObject => ({
  value: owner.id,
  $ref: locationOf(context, owner.type, owner.id),
  ...(owner.display !== undefined && { display: owner.display }),
  type: direct ? 'direct' : 'indirect',
});

function elementsAt(computed: Map<string, JsonObject>, id: string, attribute: string): Json[] {
  const attributes = computed.get(id) ?? {};
  computed.set(id, attributes);
  // Nothing but lists is put there.
  return (attributes[attribute] ??= []) as Json[];
}

async function render(
  context: OperationContext,
  stored: StoredResource,
  projectionOf: ProjectionOf,
  computed: JsonObject,
): Promise<string> {
  const type = context.registry.resourceType(stored.type);
  if (!type) throw new TypeError(`${stored.type} is stored, and no resource type of this service`);
  const projection = projectionOf(type);
  const location = locationOf(context, type.name, stored.id);
  if (!projection && !hidesAttributes(type)) return resourceText(stored, location, computed);
  const message = resourceMessage(stored, location, computed);
  const whole = asksForProvisioning(projection) ? await withProvisioning(context, stored.id, message) : message;
  return JSON.stringify(project(type, whole, projection));
}
