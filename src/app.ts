/** The composition root: builds every part from the configuration and knows in which order they start and stop. */
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createSecureContext } from 'node:tls';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { readTimeline, type UserTimeline } from './admin/cli/show.ts';
import type { Clock } from './clock.ts';
import { bearerTokens, ConfigurationError, DEFAULT_PASSWORD, LOOPBACK_HOSTS, type Config } from './config.ts';
import { openStore, openStoreBeside } from './database.ts';
import { createServer, SCIM_PATHS } from './http/server.ts';
import { newId, newRequestId, random } from './new-id.ts';
import { compileIndexes, keyTables, type ResourceIndexes } from './operations/resource-keys.ts';
import { Turns } from './operations/turns.ts';
import type { DeliveryContext } from './provisioning/delivery.ts';
import type { LeadTarget } from './provisioning/lead-target.ts';
import { createMapping, type Mapping, type MappingData } from './provisioning/mapping.ts';
import { DEFAULT_TIMING, Worker } from './provisioning/worker.ts';
import { deliveryLog } from './delivery-log.ts';
import type { SalesforceLeads } from './salesforce/leads.ts';
import { createTarget } from './salesforce-target.ts';
import { startSandbox, type Sandbox } from './sandbox/sandbox.ts';
import { readSchemaFile } from './schema-files.ts';
import { readRegistry } from './scim-schemas.ts';
import { parseFilter } from './scim/filter/parse.ts';
import type { Registry } from './scim/schema/registry.ts';
import type { ResourceType } from './scim/schema/resource-type.ts';
import type { Store, StoredResource } from './storage/store.ts';

/** The one Salesforce org of this service. */
const CONNECTOR = 'salesforce';
/** The resource type whose resources become Leads. */
const PROVISIONED_TYPE = 'User';
const SECOND = 1000;

export interface App {
  /** Where people and programs reach the service. */
  readonly baseUrl: string;
  readonly scimUrl: string;
  /** Absent with a real Salesforce. */
  readonly sandboxUrl?: string;
  /** Answers what it has begun, settles what it has sent, closes the database. */
  stop(): Promise<void>;
}

/**
 * Starts everything; when a part cannot start, those before it are stopped again.
 *
 * @throws ConfigurationError, StorageUnavailable, or the system's error when a port is taken
 */
export async function startApp(config: Config, clock: Clock, logger: Logger): Promise<App> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    const failures: unknown[] = [];
    for (const one of stops.splice(0).reverse()) await one().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  };
  try {
    return await start(config, clock, logger, stops, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(
  config: Config,
  clock: Clock,
  logger: Logger,
  stops: (() => Promise<void>)[],
  stop: () => Promise<void>,
): Promise<App> {
  const registry = readRegistry();
  const mapping = readMapping(config, registry);
  const indexes = readIndexes(registry);
  const storeOptions = {
    connectors: new Map([[PROVISIONED_TYPE, [CONNECTOR]]]),
    keyTables: keyTables(indexes),
    now: clock.now(),
  };
  const store = await openStore(config, storeOptions, (error) =>
    logger.warn({ err: error }, 'database connection lost'),
  );
  stops.push(() => store.close());
  const sandbox = await startEmbeddedSandbox(config);
  if (sandbox) stops.push(() => sandbox.close());
  // The stand-in keeps its Leads in memory: those that a database remembers died with the last one.
  if (sandbox) await store.forgetLeads(CONNECTOR, clock.now());
  const target = mendable('SALESFORCE_*', () => createTarget(config, sandbox?.url, clock, logger));
  stops.push(async () => target.close());
  const worker = new Worker(deliveryContext(config, { store, mapping, target, clock, logger }), DEFAULT_TIMING);
  const baseUrl = { current: config.BASE_URL };
  const server = await listen(config, logger, { registry, store, indexes, clock, target, baseUrl });
  stops.push(async () => server.close());
  await worker.start();
  stops.push(() => worker.stop());
  const url = baseUrl.current ?? derivedUrl(config, server);
  return { baseUrl: url, scimUrl: `${url}${SCIM_PATHS[0]}`, ...(sandbox && { sandboxUrl: sandbox.url }), stop };
}

// The files are part of this package and checked by its tests.
const MAPPING_DATA = {
  schema: readSchemaFile('mapping.json'),
  leadFields: readSchemaFile('lead-fields.json'),
} as MappingData;

function readMapping(config: Config, registry: Registry): Mapping {
  const userType = registry.resourceType(PROVISIONED_TYPE) as ResourceType;
  const path = config.MAPPING_FILE;
  try {
    const file =
      path === undefined ? readSchemaFile('lead-mapping.json') : (JSON.parse(readFileSync(path, 'utf8')) as unknown);
    return createMapping(file, userType, { ...MAPPING_DATA, externalIdField: config.SALESFORCE_EXTERNAL_ID_FIELD });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new ConfigurationError([`MAPPING_FILE ${path ?? 'schemas/lead-mapping.json'}: ${message}`]);
  }
}

// The file is part of this package and checked by its tests.
const readIndexes = (registry: Registry): ResourceIndexes =>
  compileIndexes(registry, readSchemaFile('scim/indexes.json') as Record<string, string[]>);

/** What `show` prints of a user; undefined when nothing is known. The service may run meanwhile. */
export function showUser(config: Config, idOrUserName: string): Promise<UserTimeline | undefined> {
  return besideService(config, (store, find) => readTimeline(store, CONNECTOR, idOrUserName, find));
}

/**
 * Makes parked users due; a running service delivers them within seconds.
 *
 * @param idOrUserName one user; all of them when absent
 * @returns how many users
 */
export function retryUsers(config: Config, clock: Clock, idOrUserName?: string): Promise<number> {
  return besideService(config, async (store, find) => {
    if (idOrUserName === undefined) return store.releaseLanes(CONNECTOR, clock.now());
    const id = (await find(idOrUserName))?.id ?? idOrUserName;
    return store.releaseLanes(CONNECTOR, clock.now(), id);
  });
}

type FindUser = (userName: string) => Promise<StoredResource | undefined>;

async function besideService<T>(config: Config, use: (store: Store, find: FindUser) => Promise<T>): Promise<T> {
  const registry = readRegistry();
  const store = openStoreBeside(config, { connectors: new Map(), keyTables: keyTables(readIndexes(registry)) });
  try {
    return await use(store, (userName) => findByUserName(registry, store, userName));
  } finally {
    await store.close();
  }
}

async function findByUserName(registry: Registry, store: Store, userName: string): Promise<StoredResource | undefined> {
  const type = registry.resourceType(PROVISIONED_TYPE) as ResourceType;
  const filter = parseFilter(type, `userName eq ${JSON.stringify(userName)}`);
  const { resources } = await store.queryResources({
    type: type.name,
    filter,
    offset: 0,
    limit: 1,
    locationPrefix: '',
  });
  return resources[0];
}

async function startEmbeddedSandbox(config: Config): Promise<Sandbox | undefined> {
  if (config.SALESFORCE_LOGIN_URL !== undefined) return undefined;
  return startSandbox({ port: config.SANDBOX_PORT }).catch(refuseTaken('SANDBOX_PORT', config.SANDBOX_PORT));
}

interface DeliveryParts {
  readonly store: Store;
  readonly mapping: Mapping;
  readonly target: LeadTarget;
  readonly clock: Clock;
  readonly logger: Logger;
}

const deliveryContext = (
  config: Config,
  { store, mapping, target, clock, logger }: DeliveryParts,
): DeliveryContext => ({
  store,
  target,
  mapping,
  connector: CONNECTOR,
  resourceType: PROVISIONED_TYPE,
  now: () => clock.now(),
  newId,
  random,
  leaseMs: config.LEASE_SECONDS * SECOND,
  onEvent: deliveryLog(logger, CONNECTOR),
});

interface ServerParts {
  readonly registry: Registry;
  readonly store: Store;
  readonly indexes: ResourceIndexes;
  readonly clock: Clock;
  readonly target: SalesforceLeads;
  /** Known for sure only once the port is. */
  readonly baseUrl: { current: string | undefined };
}

async function listen(config: Config, logger: Logger, parts: ServerParts): Promise<FastifyInstance> {
  const { registry, store, indexes, clock, target, baseUrl } = parts;
  const server = await createServer({
    context: {
      registry,
      store,
      indexes,
      turns: new Turns(),
      connector: CONNECTOR,
      now: () => clock.now(),
      newId,
      baseUrl: () => `${baseUrl.current ?? ''}${SCIM_PATHS[0]}`,
      leadUrl: (leadId) => target.leadUrl(leadId),
    },
    credentials: {
      basic: { username: config.SCIM_USERNAME, password: config.SCIM_PASSWORD },
      bearerTokens: bearerTokens(config),
    },
    logger,
    ready: () => store.ping(),
    newRequestId,
    ...(config.SCIM_PASSWORD === DEFAULT_PASSWORD && { hosts: LOOPBACK_HOSTS }),
    ...tlsOf(config),
  });
  await server.listen({ host: config.HOST, port: config.PORT }).catch(refuseTaken('PORT', config.PORT));
  baseUrl.current = (config.BASE_URL ?? derivedUrl(config, server)).replace(/\/+$/, '');
  return server;
}

/** What a part refuses of its settings is the operator's to mend. */
function mendable<T>(keys: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw new ConfigurationError([`${keys}: ${error instanceof Error ? error.message : String(error)}`]);
  }
}

/** A taken port is told by the key that chooses another. */
function refuseTaken(key: string, port: number): (error: unknown) => never {
  return (error) => {
    const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
    throw isTaken ? new ConfigurationError([`${key} ${port} is taken by another program: choose another`]) : error;
  };
}

function tlsOf(config: Config) {
  if (config.TLS_CERT_FILE === undefined || config.TLS_KEY_FILE === undefined) return {};
  const clientCa = config.TLS_CLIENT_CA_FILE;
  const tls = {
    tls: {
      cert: readPem('TLS_CERT_FILE', config.TLS_CERT_FILE),
      key: readPem('TLS_KEY_FILE', config.TLS_KEY_FILE),
      ...(clientCa !== undefined && { clientCa: readPem('TLS_CLIENT_CA_FILE', clientCa) }),
    },
  };
  mendable('TLS_CERT_FILE, TLS_KEY_FILE', () => createSecureContext(tls.tls));
  return tls;
}

function readPem(key: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigurationError([
      `${key} ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    ]);
  }
}

function derivedUrl(config: Config, server: FastifyInstance): string {
  // A server that listens on TCP has such an address.
  const { port } = server.server.address() as AddressInfo;
  const host = config.HOST.includes(':') ? `[${config.HOST}]` : config.HOST;
  return `${config.TLS_CERT_FILE === undefined ? 'http' : 'https'}://${host}:${port}`;
}
