/** The resource that has a unique value, e.g. the User of a userName. */
import type { ResourceType } from '../scim/schema/resource-type.ts';
import type { Store, StoredResource } from '../storage/store.ts';

/** @param attribute name of an attribute of the type */
export async function findBy(
  store: Store,
  type: ResourceType,
  attribute: string,
  value: string,
): Promise<StoredResource | undefined> {
  const path = type.resolve(attribute);
  if (!path) throw new TypeError(`${type.name} has no attribute ${attribute}`);
  const filter = { kind: 'compare', operator: 'eq', path, value } as const;
  const types = [{ type: type.name, filter }];
  const { resources } = await store.queryResources({ types, offset: 0, limit: 1, locations: new Map() });
  return resources[0];
}
