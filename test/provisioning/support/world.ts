/** Everything real but time: a store, the stand-in over HTTP, the client, and operations that change users. */
import { randomUUID } from 'node:crypto';
import type { OperationContext } from '../../../src/operations/context.ts';
import { createResource } from '../../../src/operations/create.ts';
import { patchResource } from '../../../src/operations/patch.ts';
import { removeResource } from '../../../src/operations/remove.ts';
import { Turns } from '../../../src/operations/turns.ts';
import { deliverBatch } from '../../../src/provisioning/batch/deliver-batch.ts';
import type { DeliveryEvent } from '../../../src/provisioning/delivery.ts';
import type { LookContext } from '../../../src/provisioning/look/preview.ts';
import { createLeadTarget } from '../../../src/salesforce/leads.ts';
import { startSandbox } from '../../../src/sandbox/sandbox.ts';
import type { ResourceType } from '../../../src/scim/schema/resource-type.ts';
import type { Lane, Store } from '../../../src/storage/store.ts';
import { callerWith } from '../../support/caller.ts';
import { indexes, memberships, openEngine, registry, type Engine } from '../../support/engines.ts';
import { request } from '../../support/service.ts';
import { compile, readSchema } from './mapping.ts';

export const CONNECTOR = 'salesforce';
export const EXTERNAL_ID = 'SCIM_Id__c';

export type Lead = Record<string, unknown> & { readonly Id: string };

const userType = registry.resourceType('User') as ResourceType;
const caller = callerWith();
/** Compiled once: it has no state, and takes longer than a delivery. */
const defaultMapping = compile(readSchema('lead-mapping'));

export type World = Awaited<ReturnType<typeof openWorld>>;

export async function openWorld(engine: Engine) {
  let now = Date.UTC(2026, 0, 1);
  const events: DeliveryEvent[] = [];
  const store: Store = await openEngine(engine);
  const sandbox = await startSandbox({ port: 0, now: () => new Date(now) });
  const connect = (externalIdField?: string) =>
    createLeadTarget({
      loginUrl: sandbox.url,
      apiVersion: '67.0',
      auth: { kind: 'password', clientId: 'id', username: 'user@example.com', password: 'password' },
      ...(externalIdField !== undefined && { externalIdField }),
      now: () => now,
    });
  const targets = { marked: connect(EXTERNAL_ID), plain: connect() };
  const operations = (): OperationContext => ({
    registry,
    store,
    indexes,
    memberships,
    turns: new Turns(),
    connector: CONNECTOR,
    now: () => now,
    newId: randomUUID,
    baseUrl: () => 'http://x',
    leadUrl: () => undefined,
  });
  const context = (more: Partial<LookContext> = {}): LookContext => ({
    store,
    target: targets.marked,
    mapping: defaultMapping,
    connector: CONNECTOR,
    resourceType: 'User',
    now: () => now,
    newId: randomUUID,
    random: () => 0.5,
    leaseMs: 60_000,
    onEvent: (event) => events.push(event),
    ...more,
  });
  const control = async (method: string, path: string, body?: unknown): Promise<unknown> =>
    (await request(`${sandbox.url}/sandbox${path}`, method, body, { 'content-type': 'application/json' })).body;
  /** As somebody who works in Salesforce does it. */
  const salesforce = async (method: string, path: string, body?: unknown): Promise<Record<string, unknown>> => {
    const token = await fetch(`${sandbox.url}/services/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'password',
        client_id: 'x',
        client_secret: 'x',
        username: 'sales@example.com',
        password: 'x',
      }),
    });
    const { access_token: accessToken } = (await token.json()) as { access_token: string };
    const headers = { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' };
    return (await request(`${sandbox.url}/services/data/v67.0/${path}`, method, body, headers)).body;
  };
  return {
    store,
    sandbox,
    events,
    /** Without an external-id field. */
    plain: targets.plain,
    context,
    salesforce,
    advance: (ms: number): void => void (now += ms),
    now: () => now,
    create: async (user: object): Promise<string> =>
      (await createResource(operations(), userType, user, caller)).resource.id,
    patch: (id: string, path: string, value: unknown) =>
      patchResource(operations(), userType, id, { Operations: [{ op: 'replace', path, value }] }, caller),
    remove: (id: string): Promise<void> => removeResource(operations(), userType, id, caller),
    lane: async (id: string): Promise<Lane> => (await store.readLane(CONNECTOR, id)) as Lane,
    leads: async (): Promise<Lead[]> => (await control('GET', '/records/Lead')) as Lead[],
    /** Somebody in Salesforce makes a Contact of the user's Lead. */
    convert: async (id: string): Promise<unknown> =>
      control('POST', `/records/Lead/${(await store.readLane(CONNECTOR, id))?.leadId ?? ''}/convert`),
    calls: async (): Promise<number> => ((await control('GET', '/calls')) as { api: number }).api,
    fault: (match: object, action: object, times = 1): Promise<unknown> =>
      control('POST', '/faults', [{ match, times, action }]),
    /** Delivers until nothing is due. */
    deliver: async (more: Partial<LookContext> = {}): Promise<void> => {
      while ((await deliverBatch(context(more))).claimed > 0);
    },
    close: async (): Promise<void> => {
      targets.marked.close();
      targets.plain.close();
      await sandbox.close();
      await store.close();
    },
  };
}

export const person = (userName: string, more: object = {}): object => ({
  userName,
  name: { givenName: 'Given', familyName: userName },
  emails: [{ value: `${userName}@example.com`, primary: true }],
  ...more,
});
