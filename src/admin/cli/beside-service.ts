/** How a command opens the database beside the service that may be running on it, and finds users there. */
import type { DatabaseConfig } from '../../config.ts';
import { openStoreBeside } from '../../database.ts';
import { findBy } from '../../operations/find-by.ts';
import { PROVISIONED_TYPE, readModel, storeModel } from '../../parts.ts';
import type { ResourceType } from '../../scim/schema/resource-type.ts';
import type { Store, StoredResource } from '../../storage/store.ts';

export type FindUser = (userName: string) => Promise<StoredResource | undefined>;

/** @throws StorageUnavailable when there is no database */
export async function besideService<T>(
  config: DatabaseConfig,
  use: (store: Store, find: FindUser) => Promise<T>,
): Promise<T> {
  const model = readModel(config);
  // The package has it.
  const type = model.registry.resourceType(PROVISIONED_TYPE) as ResourceType;
  const store = openStoreBeside(config, { connectors: new Map(), ...storeModel(model) });
  try {
    return await use(store, (userName) => findBy(store, type, 'userName', userName));
  } finally {
    await store.close();
  }
}
