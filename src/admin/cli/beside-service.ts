/** How a command works beside the service that may be running: on its database, and with its Salesforce. */
import { SharedClock } from '../../clock.ts';
import type { Config, DatabaseConfig } from '../../config.ts';
import { openStoreBeside } from '../../database.ts';
import { newId, random } from '../../new-id.ts';
import { findBy } from '../../operations/find-by.ts';
import type { Model } from '../../operations/model.ts';
import { CONNECTOR, membershipsRead, PROVISIONED_TYPE, readMapping, readModel, storeModel } from '../../parts.ts';
import type { LookContext } from '../../provisioning/preview.ts';
import { createTarget } from '../../salesforce-target.ts';
import type { ResourceType } from '../../scim/schema/resource-type.ts';
import type { Store, StoredResource } from '../../storage/store.ts';
import { CommandFailed } from './errors.ts';

export type FindUser = (userName: string) => Promise<StoredResource | undefined>;

/** @throws StorageUnavailable when there is no database */
export async function besideService<T>(
  config: DatabaseConfig,
  use: (store: Store, find: FindUser, model: Model) => Promise<T>,
): Promise<T> {
  const model = readModel(config);
  // The package has it.
  const type = model.registry.resourceType(PROVISIONED_TYPE) as ResourceType;
  const store = openStoreBeside(config, { connectors: new Map(), ...storeModel(model) });
  try {
    return await use(store, (userName) => findBy(store, type, 'userName', userName), model);
  } finally {
    await store.close();
  }
}

export interface Beside {
  /** What a delivery is made with; its events are nobody's. */
  readonly context: LookContext;
  readonly find: FindUser;
  readonly model: Model;
  readonly clock: SharedClock;
}

const SECOND = 1000;

/**
 * The same, with a connection to Salesforce of its own.
 *
 * @throws StorageUnavailable, ConfigurationError when the mapping cannot be used
 */
export function besideConnector<T>(config: Config, use: (beside: Beside) => Promise<T>): Promise<T> {
  return besideService(config, async (store, find, model) => {
    const mapping = readMapping(config, model.registry);
    const clock = new SharedClock(() => store.now());
    await clock.sync();
    const target = createTarget(config, standInUrl(config), clock);
    const context: LookContext = {
      store,
      target,
      mapping,
      memberships: membershipsRead(mapping, model),
      connector: CONNECTOR,
      resourceType: PROVISIONED_TYPE,
      now: () => clock.now(),
      newId,
      random,
      leaseMs: config.LEASE_SECONDS * SECOND,
      onEvent: () => undefined,
    };
    try {
      return await use({ context, find, model, clock });
    } finally {
      target.close();
    }
  });
}

/** The one that a running service has; undefined with a real Salesforce. */
const standInUrl = (config: Config): string | undefined =>
  config.SALESFORCE_LOGIN_URL === undefined ? `http://127.0.0.1:${config.SANDBOX_PORT}` : undefined;

/** @returns the id of the user who has this id or userName; what was asked for when there is none, for a deleted one is known by id */
export async function userIdOf(store: Store, find: FindUser, idOrUserName: string): Promise<string> {
  const stored = (await store.readResource(PROVISIONED_TYPE, idOrUserName)) ?? (await find(idOrUserName));
  return stored?.id ?? idOrUserName;
}

/** Documents are written by the operations only; a User has a userName. */
export const userNameOf = ({ document }: StoredResource): string =>
  (JSON.parse(document) as { userName: string }).userName;

/** Long work asks Salesforce nothing while the service may not either. @throws CommandFailed */
export async function refuseClosedGate({ store, connector, now }: LookContext): Promise<void> {
  const { gate } = await store.readConnector(connector);
  if (!gate || (gate.until !== undefined && gate.until <= now())) return;
  const until =
    gate.until === undefined
      ? 'until "scim-salesforce resume" or a restart'
      : `until ${new Date(gate.until).toISOString()}`;
  throw new CommandFailed(`the gate to Salesforce is closed ${until}: ${gate.reason}`);
}
