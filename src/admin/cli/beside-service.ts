/** How a command opens the database beside the service that may be running on it, and finds users there. */
import type { Config } from '../../config.ts';
import { openStoreBeside } from '../../database.ts';
import { PROVISIONED_TYPE, readModel, storeModel } from '../../parts.ts';
import { parseFilter } from '../../scim/filter/parse.ts';
import type { Registry } from '../../scim/schema/registry.ts';
import type { ResourceType } from '../../scim/schema/resource-type.ts';
import type { Store, StoredResource } from '../../storage/store.ts';

export type FindUser = (userName: string) => Promise<StoredResource | undefined>;

/** @throws StorageUnavailable when there is no database */
export async function besideService<T>(config: Config, use: (store: Store, find: FindUser) => Promise<T>): Promise<T> {
  const model = readModel(config);
  const { registry } = model;
  const store = openStoreBeside(config, { connectors: new Map(), ...storeModel(model) });
  try {
    return await use(store, (userName) => findByUserName(registry, store, userName));
  } finally {
    await store.close();
  }
}

async function findByUserName(registry: Registry, store: Store, userName: string): Promise<StoredResource | undefined> {
  const type = registry.resourceType(PROVISIONED_TYPE) as ResourceType;
  const filter = parseFilter(type, `userName eq ${JSON.stringify(userName)}`);
  const types = [{ type: type.name, filter }];
  const { resources } = await store.queryResources({ types, offset: 0, limit: 1, locations: new Map() });
  return resources[0];
}
