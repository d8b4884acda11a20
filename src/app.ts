/** The composition root: builds every part from the configuration and knows in which order they start and stop. */
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSecureContext } from 'node:tls';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import { admin } from './admin.ts';
import { ClientsSeen } from './clients-seen.ts';
import { SharedClock, systemClock, type Clock } from './clock.ts';
import {
  credentialUsers,
  ConfigurationError,
  hasDefaultPassword,
  LOOPBACK_HOSTS,
  standInFault,
  type Config,
  type Origins,
} from './config.ts';
import { parseCredentials } from './credentials.ts';
import { openStore } from './database.ts';
import type { VerifyJwt } from './http/auth.ts';
import { jwtVerifier } from './http/jwt.ts';
import { bearerOf } from './http/metrics.ts';
import { createServer, SCIM1_PATHS, SCIM_PATHS } from './http/server.ts';
import { startJobs } from './jobs.ts';
import { createMetrics, type Metrics } from './metrics/metrics.ts';
import { newId, newRequestId, random } from './new-id.ts';
import type { OperationContext } from './operations/context.ts';
import type { Model } from './operations/model.ts';
import { Turns } from './operations/turns.ts';
import { createOrgCheck } from './org-check.ts';
import {
  CONNECTOR,
  membershipsRead,
  parseMappingFile,
  PROVISIONED_TYPE,
  readMapping,
  readModel,
  storeModel,
  testMapping,
} from './parts.ts';
import { budgetPolicy } from './provisioning/policy/budget.ts';
import type { DeliveryContext, ShownLists } from './provisioning/delivery.ts';
import { loadPolicy } from './provisioning/loads/load-turns.ts';
import type { LeadTarget } from './provisioning/lead-target.ts';
import type { MappingFile } from './provisioning/mapping/file.ts';
import type { Mapping } from './provisioning/mapping/mapping.ts';
import type { LookContext } from './provisioning/look/preview.ts';
import { ReconcileRuns } from './provisioning/look/reconcile-runs.ts';
import { DEFAULT_TIMING, Worker } from './provisioning/worker.ts';
import { deliveryLog } from './delivery-log.ts';
import type { SalesforceLeads } from './salesforce/leads.ts';
import { createTarget, salesforceLog } from './salesforce-target.ts';
import { startSandbox, type Sandbox } from './sandbox/sandbox.ts';
import { startTraces } from './start-traces.ts';
import { startWebhooks } from './start-webhooks.ts';
import { StorageUnavailable } from './storage/errors.ts';
import type { Store } from './storage/store.ts';
import { noteOrg, orgFault } from './org-of-database.ts';
import type { Traces } from './traces/traces.ts';

const SECOND = 1000;

export interface App {
  /** Where people and programs reach the service. */
  readonly baseUrl: string;
  readonly scimUrl: string;
  /** Absent with a real Salesforce. */
  readonly sandboxUrl?: string;
  /** Is not ready for DRAIN_SECONDS, answers what it has begun, settles what it has sent, closes the database. */
  stop(): Promise<void>;
}

/**
 * Starts everything; when a part cannot start, those before it are stopped again.
 *
 * @param origins where the values of the configuration are from, for people to see
 * @throws ConfigurationError, StorageUnavailable, or the system's error when a port is taken
 */
export async function startApp(config: Config, logger: Logger, origins: Origins = new Map()): Promise<App> {
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    const failures: unknown[] = [];
    for (const one of stops.splice(0).reverse()) await one().catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  };
  try {
    return await start(config, { logger, origins }, stops, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(
  config: Config,
  { logger, origins }: { readonly logger: Logger; readonly origins: Origins },
  stops: (() => Promise<void>)[],
  stop: () => Promise<void>,
): Promise<App> {
  const fault = standInFault(config);
  if (fault !== undefined) throw new ConfigurationError([fault]);
  const model = readModel(config);
  const mapping = readMapping(config, model.registry);
  await testMapping(config, mapping);
  const memberships = membershipsRead(mapping, model);
  const storeOptions = {
    connectors: new Map([[PROVISIONED_TYPE, [CONNECTOR]]]),
    memberReaders: new Map([[CONNECTOR, memberships.flatMap(({ lists }) => lists)]]),
    ...storeModel(model),
    onRebuilt: (resources: number) => logger.info({ resources }, 'indexes rebuilt'),
    now: systemClock.now(),
  };
  const metrics = createMetrics();
  const onIdleError = ({ message, cause }: Error): void => {
    const err = new StorageUnavailable(`an idle connection was lost: ${message}`, { cause });
    logger.warn({ err }, 'database connection lost');
  };
  const store = await openStore(config, storeOptions, onIdleError, metrics.onGroupCommit);
  stops.push(() => store.close());
  const clock = new SharedClock(() => store.now());
  await clock.sync();
  const traces = await startTraces(config, clock, logger);
  stops.push(async () => traces?.stop());
  const clients = new ClientsSeen(store, () => clock.now());
  stops.push(startJobs({ store, clock, connector: CONNECTOR, journalDays: config.JOURNAL_DAYS, clients, logger }));
  const wrongOrg = await orgFault(store, CONNECTOR, config.SALESFORCE_LOGIN_URL);
  if (wrongOrg !== undefined) throw new ConfigurationError([wrongOrg]);
  await noteOrg(store, config.SALESFORCE_LOGIN_URL);
  const sandbox = await startEmbeddedSandbox(config, logger);
  if (sandbox) stops.push(() => sandbox.close());
  // Without a file the Leads that a database remembers died with the last stand-in; after a kill some may have. An upsert of all makes it true.
  if (sandbox && sandbox.memory !== 'whole') await store.forgetLeads(CONNECTOR, clock.now());
  const onSalesforce = toAll(salesforceLog(logger), metrics.onSalesforce, traces?.onSalesforce);
  const target: SalesforceLeads = mendable('SALESFORCE_*', () =>
    createTarget(config, sandbox?.url, clock, (event) => {
      onSalesforce(event);
      if (event.kind === 'token refreshed') checkOrg();
    }),
  );
  const checkOrg = createOrgCheck({
    mapping: parseMappingFile(config) as MappingFile,
    externalIdField: target.externalIdField,
    describeLead: () => target.describeLead(),
    logger,
  });
  stops.push(async () => target.close());
  const delivery = deliveryContext(config, { store, mapping, memberships, target, clock, logger, metrics, traces });
  const worker = new Worker(delivery, DEFAULT_TIMING);
  const look: LookContext = { ...delivery, target, onEvent: () => undefined };
  const reconciliations = new ReconcileRuns(look);
  stops.push(() => reconciliations.stop());
  const baseUrl = { current: config.BASE_URL };
  const life = { isStopping: false };
  const salesforceUrl = config.SALESFORCE_LOGIN_URL ?? sandbox?.url ?? '';
  const parts = {
    model,
    store,
    clock,
    target,
    metrics,
    traces,
    baseUrl,
    life,
    look,
    reconciliations,
    mapping,
    clients,
    origins,
    salesforceUrl,
  };
  const server = await listen(config, logger, parts);
  stops.push(await startWebhooks(config, { store, clock, metrics, logger, baseUrl: () => baseUrl.current ?? '' }));
  // Both at once: requests and the batch in flight share the deadline of the stop.
  stops.push(async () => {
    await Promise.all([server.close(), worker.stop()]);
  });
  if (config.DRY_RUN) logger.warn({ connector: CONNECTOR }, 'dry run: nothing is written to salesforce');
  await worker.start();
  stops.push(async () => {
    life.isStopping = true;
    if (config.DRAIN_SECONDS > 0) await sleep(config.DRAIN_SECONDS * SECOND);
  });
  const url = baseUrl.current ?? derivedUrl(config, server);
  return { baseUrl: url, scimUrl: `${url}${SCIM_PATHS[0]}`, ...(sandbox && { sandboxUrl: sandbox.url }), stop };
}

async function startEmbeddedSandbox(config: Config, logger: Logger): Promise<Sandbox | undefined> {
  if (config.SALESFORCE_LOGIN_URL !== undefined) return undefined;
  const { SANDBOX_FILE: file } = config;
  return startSandbox({
    port: config.SANDBOX_PORT,
    ...(file !== undefined && { file }),
    onFileError: (error) => logger.warn({ err: error }, 'stand-in not saved'),
  }).catch(refuseTaken('SANDBOX_PORT', config.SANDBOX_PORT));
}

interface DeliveryParts {
  readonly store: Store;
  readonly mapping: Mapping;
  readonly memberships: readonly ShownLists[];
  readonly target: LeadTarget;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Undefined: they are off. */
  readonly traces: Traces | undefined;
}

const deliveryContext = (
  config: Config,
  { store, mapping, memberships, target, clock, logger, metrics, traces }: DeliveryParts,
): DeliveryContext => ({
  ...loadOf(config),
  store,
  target,
  mapping,
  memberships,
  connector: CONNECTOR,
  resourceType: PROVISIONED_TYPE,
  now: () => clock.now(),
  newId,
  random,
  leaseMs: config.LEASE_SECONDS * SECOND,
  budget: budgetPolicy(config.SALESFORCE_API_RESERVE_PERCENT),
  guard: { atLeast: config.REMOVAL_GUARD_COUNT, percent: config.REMOVAL_GUARD_PERCENT },
  onEvent: toAll(deliveryLog(logger, CONNECTOR), metrics.onDelivery, traces?.onDelivery),
  ...(traces && { runBatch: traces.runBatch }),
  dryRun: config.DRY_RUN,
});

function loadOf(config: Config): Pick<DeliveryContext, 'load'> {
  const load = loadPolicy(config.SALESFORCE_BULK_FROM);
  return load ? { load } : {};
}

/** @param listeners those that are there are told, one after the other */
function toAll<Event>(...listeners: readonly (((event: Event) => void) | undefined)[]): (event: Event) => void {
  const present = listeners.filter((listener) => listener !== undefined);
  return (event) => {
    for (const listener of present) listener(event);
  };
}

interface ServerParts {
  readonly model: Model;
  readonly store: Store;
  readonly clock: Clock;
  readonly target: SalesforceLeads;
  readonly metrics: Metrics;
  /** Undefined: they are off. */
  readonly traces: Traces | undefined;
  /** Known for sure only once the port is. */
  readonly baseUrl: { current: string | undefined };
  /** A balancer sends nothing more to a process that is not ready, while it still answers. */
  readonly life: { readonly isStopping: boolean };
  readonly look: LookContext;
  readonly reconciliations: ReconcileRuns;
  readonly mapping: Mapping;
  readonly clients: ClientsSeen;
  readonly origins: Origins;
  readonly salesforceUrl: string;
}

async function listen(config: Config, logger: Logger, parts: ServerParts): Promise<FastifyInstance> {
  const { store, clock, clients, metrics, traces, baseUrl, life } = parts;
  const context = operationContext(config, parts);
  const { credentials, admins } = parseCredentials(config);
  const server = await createServer({
    context,
    credentials: [...credentials, ...admins],
    others: [admin(config, { ...parts, operations: context })],
    onClient: (call) => clients.note(call),
    ...jwtOf(config, clock),
    profile: config.SCIM_PROFILE,
    users: credentialUsers(config),
    scim1: {
      baseUrl: () => `${baseUrl.current ?? ''}${SCIM1_PATHS[0]}`,
      writeErrors: config.SCIM1_WRITE_ERRORS,
      noMatch: config.SCIM1_NO_MATCH,
    },
    logger,
    ready: async () => {
      if (life.isStopping) throw new Error('the process is stopping');
      await store.now();
    },
    metrics: {
      page: () => metrics.page({ store, connector: CONNECTOR, now: () => clock.now() }),
      ...(config.METRICS_TOKEN !== undefined && { mayRead: bearerOf(config.METRICS_TOKEN) }),
    },
    onAnswered: toAll(metrics.onAnswered, traces?.onAnswered),
    ...(traces && { beginTrace: traces.beginTrace }),
    newRequestId,
    ...(hasDefaultPassword(config) && { hosts: LOOPBACK_HOSTS }),
    ...tlsOf(config),
  });
  await server.listen({ host: config.HOST, port: config.PORT }).catch(refuseTaken('PORT', config.PORT));
  baseUrl.current = (config.BASE_URL ?? derivedUrl(config, server)).replace(/\/+$/, '');
  return server;
}

/** The configuration has all three keys or none. */
function jwtOf(config: Config, clock: Clock): { verifyJwt?: VerifyJwt } {
  const { SCIM_JWT_ISSUER: issuer, SCIM_JWT_AUDIENCE: audience, SCIM_JWKS_URL: jwksUrl } = config;
  if (issuer === undefined || audience === undefined || jwksUrl === undefined) return {};
  return { verifyJwt: jwtVerifier({ issuer, audience, jwksUrl, now: () => clock.now() }) };
}

const operationContext = (config: Config, { model, store, clock, target, baseUrl }: ServerParts): OperationContext => ({
  ...model,
  requireIfMatch: config.REQUIRE_IF_MATCH,
  store,
  turns: new Turns(),
  connector: CONNECTOR,
  now: () => clock.now(),
  newId,
  baseUrl: () => `${baseUrl.current ?? ''}${SCIM_PATHS[0]}`,
  leadUrl: (leadId) => target.leadUrl(leadId),
});

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
