/**
 * Whether what a client got of this version is what it would get now (RFC 7644 §3.14): the lists that a resource is in, and the
 * names and types of those in its own lists, are shown and change no version.
 */
import { wants, type Projection } from '../scim/projection.ts';
import type { ResourceType } from '../scim/schema/resource-type.ts';
import type { StoredResource } from '../storage/store.ts';
import type { OperationContext } from './context.ts';

export async function isUnchanged(
  context: OperationContext,
  type: ResourceType,
  stored: StoredResource,
  projection: Projection | undefined,
): Promise<boolean> {
  return (
    (await areMembershipsUnchanged(context, type, stored, projection)) &&
    (await areMembersUnchanged(context, type, stored, projection))
  );
}

async function areMembershipsUnchanged(
  { memberships, store }: OperationContext,
  type: ResourceType,
  stored: StoredResource,
  projection: Projection | undefined,
): Promise<boolean> {
  for (const { attribute, lists } of memberships.shownBy(type.name)) {
    if (!wants(attribute, projection)) continue;
    const changedAt = await store.membershipsChangedAt(lists, stored.id);
    // At the same millisecond it may have been before or after.
    if (changedAt !== undefined && changedAt >= stored.lastModifiedAt) return false;
  }
  return true;
}

async function areMembersUnchanged(
  { memberships, store }: OperationContext,
  type: ResourceType,
  stored: StoredResource,
  projection: Projection | undefined,
): Promise<boolean> {
  for (const { attribute, name } of memberships.listsOf(type.name)) {
    if (!wants(attribute, projection)) continue;
    if (await store.haveMembersChanged(name, stored.id, stored.lastModifiedAt)) return false;
  }
  return true;
}
