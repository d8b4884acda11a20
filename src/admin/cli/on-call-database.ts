/** By the database, beside the service that may be running: the same operations, without the service. */
import { hostname } from 'node:os';
import { SharedClock } from '../../clock.ts';
import { readConfig, readDatabaseConfig } from '../../config.ts';
import { openStoreBeside } from '../../database.ts';
import type { Environment } from '../../dot-env.ts';
import { newId, random } from '../../new-id.ts';
import type { Model } from '../../operations/model.ts';
import { Turns } from '../../operations/turns.ts';
import { readPackageVersion } from '../../package-version.ts';
import { CONNECTOR, PROVISIONED_TYPE, readModel, storeModel } from '../../parts.ts';
import type { LookContext } from '../../provisioning/look/preview.ts';
import { ReconcileRuns } from '../../provisioning/look/reconcile-runs.ts';
import type { ResourceType } from '../../scim/schema/resource-type.ts';
import type { Store } from '../../storage/store.ts';
import { compileChecks } from '../api/checks.ts';
import type { AdminContext } from '../api/context.ts';
import { OPERATIONS, type Answer, type OperationName } from '../api/operations.ts';
import { Problem } from '../api/problem.ts';
import { adminRoutes } from '../api/routes.ts';
import { connectSalesforce, type Connected } from './beside-service.ts';
import { Refused, UsageError } from './errors.ts';
import type { Asked, OnCall } from './on-call.ts';

/** Who did it, as the journal names commands. */
export const ACTOR = 'command line';

/**
 * What only needs the database works with a configuration that has no more than that; what asks Salesforce or maps users reads
 * all of it, when it does.
 *
 * @throws ConfigurationError, StorageUnavailable
 */
export async function openDatabaseWay(environment: Environment): Promise<OnCall> {
  const config = readDatabaseConfig(environment);
  const model = readModel(config);
  const store = openStoreBeside(config, { connectors: new Map(), ...storeModel(model) });
  try {
    return await overStore(environment, config.DATABASE_URL, model, store);
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function overStore(environment: Environment, databaseUrl: string, model: Model, store: Store): Promise<OnCall> {
  const clock = new SharedClock(() => store.now());
  await clock.sync();
  const connected = once(() => connectSalesforce(readConfig(environment), model, clock));
  const look = lookOver(store, clock, connected, isDryRun(environment));
  const reconciliations = new ReconcileRuns(look);
  const routes = adminRoutes({
    operations: {
      ...model,
      store,
      turns: new Turns(),
      connector: CONNECTOR,
      now: () => clock.now(),
      newId,
      baseUrl: () => '',
      leadUrl: (leadId) => connected.made()?.target.leadUrl(leadId),
    },
    look,
    reconciliations,
    // The package has it.
    type: model.registry.resourceType(PROVISIONED_TYPE) as ResourceType,
    ...factsOf(databaseUrl, clock.now()),
    clients: () => store.readClients(),
  });
  const requestId = newId();
  return {
    ask: async <Name extends OperationName>(name: Name, { params = {}, query = {}, body }: Asked = {}) => {
      const { method, path } = OPERATIONS[name];
      const route = routes.find((one) => one.method === method && one.path === path);
      if (!route) throw new TypeError(`the admin API has no operation ${name}`);
      const given = Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined));
      try {
        const asked = compileChecks(route)({ params, query: given, body });
        // A route answers what its schema says: the suites of the admin API hold it to that.
        return plain((await route.handle({ ...asked, actor: ACTOR, requestId })) as Answer<Name>);
      } catch (error) {
        throw error instanceof Problem ? refusal(error) : error;
      }
    },
    close: async () => {
      await reconciliations.stop();
      connected.made()?.target.close();
      await store.close();
    },
  };
}

const refusal = ({ kind, message }: Problem): Error =>
  kind === 'invalid-request' ? new UsageError(message) : new Refused(kind, message);

/** As it would come over the wire. */
const plain = <T>(answer: T): T => JSON.parse(JSON.stringify(answer)) as T;

interface Once<T> {
  (): T;
  /** Undefined when nobody asked yet. */
  made(): T | undefined;
}

function once<T>(make: () => T): Once<T> {
  let made: { readonly value: T } | undefined;
  return Object.assign(() => (made ??= { value: make() }).value, { made: () => made?.value });
}

/** What the store knows at once; the rest of the configuration is read by whoever needs it. */
function lookOver(store: Store, clock: SharedClock, connected: () => Connected, dryRun: boolean): LookContext {
  return {
    dryRun,
    store,
    connector: CONNECTOR,
    resourceType: PROVISIONED_TYPE,
    now: () => clock.now(),
    newId,
    random,
    onEvent: () => undefined,
    get target() {
      return connected().target;
    },
    get mapping() {
      return connected().mapping;
    },
    get memberships() {
      return connected().memberships;
    },
    get leaseMs() {
      return connected().leaseMs;
    },
  };
}

/** Of the service on this database, which runs with this configuration if it is one. */
function isDryRun(environment: Environment): boolean {
  try {
    return readConfig(environment).DRY_RUN;
  } catch {
    return false;
  }
}

const ABSENT = 'no command asks this of a database';

/** What tells of a process that serves, which is not there. */
const factsOf = (databaseUrl: string, now: number): Pick<AdminContext, 'service' | 'mapping' | 'configuration'> => ({
  service: {
    version: readPackageVersion(),
    startedAt: now,
    instance: { id: newId(), host: hostname(), pid: process.pid },
    database: databaseUrl.startsWith('sqlite:') ? 'sqlite' : 'postgresql',
    salesforceUrl: '',
  },
  mapping: {
    path: '',
    file: {},
    get current(): never {
      throw new TypeError(ABSENT);
    },
    compile: () => {
      throw new TypeError(ABSENT);
    },
  },
  configuration: [],
});
