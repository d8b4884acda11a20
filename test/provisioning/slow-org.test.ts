/** An org whose triggers and flows take longer for a full collection than a call may: batches are as small as it needs. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ConnectorGate } from '../../src/provisioning/gate/connector-gate.ts';
import { deliverBatch } from '../../src/provisioning/batch/deliver-batch.ts';
import type { SalesforceLeads } from '../../src/salesforce/leads.ts';
import { ENGINES } from '../support/engines.ts';
import { CONNECTOR, openWorld, type World } from './support/connector-world.ts';

const USERS = 120;
const TIMEOUT_MS = 1_000;
/** All of them in one call would take longer than it may. */
const ROW_MS = 10;
const MINUTE = 60_000;

describe.each(ENGINES)('an org that is slow, on $name', (engine) => {
  let world: World;
  /** Time passes, and more of it where nothing is to be done. */
  let skipped: number;

  beforeEach(async () => {
    skipped = 0;
    const startedAt = performance.now();
    const now = (): number => Math.round(Date.UTC(2026, 0, 1) + performance.now() - startedAt + skipped);
    world = await openWorld(engine, now);
  });
  afterEach(() => world.close());

  const deliverAll = async (target: SalesforceLeads): Promise<readonly number[]> => {
    const context = world.context({ target });
    const gate = new ConnectorGate(context);
    const claimed: number[] = [];
    while ((await world.store.countLanes(CONNECTOR)).due > 0) {
      const entry = await gate.enter();
      const result = entry.kind === 'go' ? await deliverBatch(context, entry.limit) : undefined;
      if (result && entry.kind === 'go') await gate.leave(entry, result);
      if (result && result.claimed > 0) claimed.push(result.claimed);
      else {
        const { gate: closed } = await world.store.readConnector(CONNECTOR);
        const dueAt = (await world.store.nextDueAt(CONNECTOR)) ?? context.now();
        const waitMs = Math.max(1, Math.max(dueAt, closed?.until ?? 0) - context.now());
        // What nobody waits for any more is carried out in the stand-in's own time.
        if (waitMs > TIMEOUT_MS) await sleep(USERS * ROW_MS);
        skipped += waitMs;
      }
      if (claimed.length > USERS) throw new Error(`one at a time: ${claimed.join(' ')}`);
    }
    return claimed;
  };

  it.each([{ externalIdField: 'SCIM_Id__c' }, {}])(
    'is sent as many users at once as it does in time, and no Lead is made twice (%j)',
    async (options) => {
      const target = world.connect({ timeoutMs: TIMEOUT_MS, ...options });
      await Promise.all(
        Array.from({ length: USERS }, (_, at) => world.create({ userName: `u${at}`, emails: [`u${at}@example.com`] })),
      );
      await world.control('PATCH', '/config', { rowLatencyMs: ROW_MS });
      const claimed = await deliverAll(target);
      expect(claimed[0]).toBe(USERS);
      // A batch that ran out of time, one that asks whether Salesforce is there, and as few as its pace allows.
      expect(claimed.length).toBeLessThanOrEqual(25);
      expect(target.batchSize).toBeLessThanOrEqual(USERS / 2);
      expect(await world.leads()).toHaveLength(USERS);
      expect(await world.store.countLanes(CONNECTOR)).toMatchObject({ idle: USERS, parked: 0 });
    },
    MINUTE,
  );

  it(
    'is sent more at once again when it is not slow any more',
    async () => {
      const target = world.connect({ timeoutMs: TIMEOUT_MS, externalIdField: 'SCIM_Id__c' });
      const crowd = (from: number): Promise<readonly string[]> =>
        Promise.all(
          Array.from({ length: USERS }, (_, at) => from + at).map((at) =>
            world.create({ userName: `u${at}`, emails: [`u${at}@example.com`] }),
          ),
        );
      await crowd(0);
      await world.control('PATCH', '/config', { rowLatencyMs: ROW_MS });
      await deliverAll(target);
      const slow = target.batchSize;
      await world.control('PATCH', '/config', { rowLatencyMs: 0 });
      await crowd(USERS);
      await deliverAll(target);
      expect(target.batchSize).toBeGreaterThanOrEqual(2 * slow);
    },
    MINUTE,
  );
});
