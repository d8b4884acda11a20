/** Everything that delivers, real but for time: the stand-in over HTTP, the client, the store, the operations. */
import { randomUUID } from 'node:crypto';
import type { OperationContext } from '../../../src/operations/context.ts';
import { createResource } from '../../../src/operations/create.ts';
import { patchResource } from '../../../src/operations/patch.ts';
import { removeResource } from '../../../src/operations/remove.ts';
import { Turns } from '../../../src/operations/turns.ts';
import { deliverBatch } from '../../../src/provisioning/batch/deliver-batch.ts';
import type { DeliveryContext, DeliveryEvent } from '../../../src/provisioning/delivery.ts';
import { createMapping, type MappingData } from '../../../src/provisioning/mapping/mapping.ts';
import { createLeadTarget, type SalesforceLeads } from '../../../src/salesforce/leads.ts';
import type { SalesforceAuth } from '../../../src/salesforce/options.ts';
import { startSandbox, type Sandbox } from '../../../src/sandbox/sandbox.ts';
import { readSchemaFile } from '../../../src/schema-files.ts';
import type { ResourceType } from '../../../src/scim/schema/resource-type.ts';
import type { ConnectorEntry, Lane, Store } from '../../../src/storage/store.ts';
import { callerWith } from '../../support/caller.ts';
import { indexes, memberships, openEngine, registry, type Engine } from '../../support/engines.ts';
import { request } from '../../support/service.ts';

export const CONNECTOR = 'salesforce';
const userType = registry.resourceType('User') as ResourceType;
const caller = callerWith();
const mappingData = {
  schema: readSchemaFile('mapping.json'),
  leadFields: readSchemaFile('lead-fields.json'),
} as MappingData;
/** Compiled once: it has no state, and takes longer than a delivery. */
const defaultMapping = createMapping(readSchemaFile('lead-mapping.json'), userType, mappingData);

export type Lead = Readonly<Record<string, unknown>> & { readonly Id: string };

export interface Calls {
  /** Token requests. */
  readonly token: number;
  readonly api: number;
  readonly logins: { readonly granted: number; readonly refused: number };
}

export interface World {
  readonly store: Store;
  readonly sandbox: Sandbox;
  readonly target: SalesforceLeads;
  /** In the order in which they were told. */
  readonly events: DeliveryEvent[];
  context(more?: Partial<DeliveryContext>): DeliveryContext;
  /** Delivers until nothing is due. */
  deliver(more?: Partial<DeliveryContext>): Promise<void>;
  /** @param options of the client, e.g. no external-id field */
  connect(options?: ConnectOptions): SalesforceLeads;
  create(user: object): Promise<string>;
  patch(id: string, path: string, value: unknown): Promise<void>;
  remove(id: string): Promise<void>;
  lane(id: string): Promise<Lane | undefined>;
  leads(): Promise<readonly Lead[]>;
  calls(): Promise<Calls>;
  control(method: string, path: string, body?: unknown): Promise<unknown>;
  fault(match: object, action: object, times?: number): Promise<void>;
  /** What the journal tells of the connector, oldest first. */
  story(): Promise<readonly ConnectorEntry[]>;
  close(): Promise<void>;
}

interface ConnectOptions {
  readonly externalIdField?: string;
  readonly sessionIdleMs?: number;
  readonly timeoutMs?: number;
  /** Default: a user name and password. */
  readonly auth?: SalesforceAuth;
}

/** @param now epoch milliseconds; the stand-in's clock too */
export async function openWorld(engine: Engine, now: () => number): Promise<World> {
  const store = await openEngine(engine);
  const sandbox = await startSandbox({ port: 0, now: () => new Date(now()) });
  const targets: SalesforceLeads[] = [];
  const connect = (options: ConnectOptions = { externalIdField: 'SCIM_Id__c' }): SalesforceLeads => {
    const auth = { kind: 'password', clientId: 'id', username: 'user@example.com', password: 'password' } as const;
    const target = createLeadTarget({ loginUrl: sandbox.url, apiVersion: '67.0', auth, ...options, now });
    targets.push(target);
    return target;
  };
  const target = connect();
  const events: DeliveryEvent[] = [];
  const control = async (method: string, path: string, body?: unknown): Promise<unknown> =>
    (await request(`${sandbox.url}/sandbox${path}`, method, body, { 'content-type': 'application/json' })).body;
  const operations: OperationContext = {
    registry,
    store,
    indexes,
    memberships,
    turns: new Turns(),
    connector: CONNECTOR,
    now,
    newId: randomUUID,
    baseUrl: () => 'http://x',
    leadUrl: () => undefined,
  };
  const context = (more?: Partial<DeliveryContext>): DeliveryContext => ({
    store,
    target,
    mapping: defaultMapping,
    connector: CONNECTOR,
    resourceType: 'User',
    now,
    newId: randomUUID,
    random: () => 0.5,
    leaseMs: 60_000,
    // How many lanes a batch had is told after each, whatever became of them.
    onEvent: (event) => event.kind !== 'batch settled' && events.push(event),
    ...more,
  });
  return {
    store,
    sandbox,
    target,
    events,
    connect,
    control,
    context,
    deliver: async (more) => {
      while ((await deliverBatch(context(more))).claimed > 0);
    },
    create: async (user) => (await createResource(operations, userType, user, caller)).resource.id,
    patch: async (id, path, value) => {
      await patchResource(operations, userType, id, { Operations: [{ op: 'replace', path, value }] }, caller);
    },
    remove: (id) => removeResource(operations, userType, id, caller),
    lane: (id) => store.readLane(CONNECTOR, id),
    leads: async () => (await control('GET', '/records/Lead')) as Lead[],
    calls: async () => (await control('GET', '/calls')) as Calls,
    fault: async (match, action, times = 1) => {
      await control('POST', '/faults', [{ match, times, action }]);
    },
    story: async () =>
      (await store.readJournal(CONNECTOR, 1_000)).map(({ detail }) => detail as ConnectorEntry).reverse(),
    close: async () => {
      for (const one of targets) one.close();
      await sandbox.close();
      await store.close();
    },
  };
}
