/** Whether what a client got of this version is what it would get now: memberships are shown, and change no version (RFC 7644 §3.14). */
import { wants, type Projection } from '../scim/projection.ts';
import type { ResourceType } from '../scim/schema/resource-type.ts';
import type { StoredResource } from '../storage/store.ts';
import type { OperationContext } from './context.ts';

export async function isUnchanged(
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
