/** How a command works beside the service that may be running: on its database, and with its Salesforce. */
import { SharedClock, type Clock } from '../../clock.ts';
import { readConfig, type Config, type DatabaseConfig } from '../../config.ts';
import { openStoreBeside } from '../../database.ts';
import type { Environment } from '../../dot-env.ts';
import { newId, random } from '../../new-id.ts';
import type { Model } from '../../operations/model.ts';
import { CONNECTOR, membershipsRead, PROVISIONED_TYPE, readMapping, readModel, storeModel } from '../../parts.ts';
import type { ShownLists } from '../../provisioning/delivery.ts';
import type { Mapping } from '../../provisioning/mapping/mapping.ts';
import type { LookContext } from '../../provisioning/look/preview.ts';
import type { SalesforceLeads } from '../../salesforce/leads.ts';
import { createTarget } from '../../salesforce-target.ts';
import type { Store } from '../../storage/store.ts';
import { CommandFailed } from './errors.ts';

/** What a delivery is made with, besides the database. */
export interface Connected {
  readonly target: SalesforceLeads;
  readonly mapping: Mapping;
  readonly memberships: readonly ShownLists[];
  readonly leaseMs: number;
}

const SECOND = 1000;

/** A connection to Salesforce of its own. @throws ConfigurationError when the mapping cannot be used */
export function connectSalesforce(config: Config, model: Model, clock: Clock): Connected {
  const mapping = readMapping(config, model.registry);
  return {
    mapping,
    target: createTarget(config, standInUrl(config), clock),
    memberships: membershipsRead(mapping, model),
    leaseMs: config.LEASE_SECONDS * SECOND,
  };
}

/** The one that a running service has; undefined with a real Salesforce. */
const standInUrl = (config: Config): string | undefined =>
  config.SALESFORCE_LOGIN_URL === undefined ? `http://127.0.0.1:${config.SANDBOX_PORT}` : undefined;

export interface Beside {
  /** What a delivery is made with; its events are nobody's. */
  readonly context: LookContext;
  readonly clock: SharedClock;
}

/** @throws StorageUnavailable when there is no database, ConfigurationError when the mapping cannot be used */
export async function besideConnector<T>(environment: Environment, use: (beside: Beside) => Promise<T>): Promise<T> {
  const config = readConfig(environment);
  const model = readModel(config);
  const store = openBeside(config, model);
  try {
    const clock = new SharedClock(() => store.now());
    await clock.sync();
    const { target, ...connected } = connectSalesforce(config, model, clock);
    const context: LookContext = {
      ...connected,
      store,
      target,
      connector: CONNECTOR,
      resourceType: PROVISIONED_TYPE,
      now: () => clock.now(),
      newId,
      random,
      onEvent: () => undefined,
    };
    try {
      return await use({ context, clock });
    } finally {
      target.close();
    }
  } finally {
    await store.close();
  }
}

const openBeside = (config: DatabaseConfig, model: Model): Store =>
  openStoreBeside(config, { connectors: new Map(), ...storeModel(model) });

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
