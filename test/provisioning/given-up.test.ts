/** A write whose answer nobody waits for any more may be carried out later: nothing of its user is sent until that is over. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { DeliveryContext } from '../../src/provisioning/delivery.ts';
import { createMapping } from '../../src/provisioning/mapping/mapping.ts';
import type { SalesforceLeads } from '../../src/salesforce/leads.ts';
import { readSchemaFile } from '../../src/schema-files.ts';
import { ENGINES } from '../support/engines.ts';
import { userType } from '../scim/support/registries.ts';
import { mappingData } from './support/mapping.ts';
import { CONNECTOR, openWorld, type World } from './support/connector-world.ts';

const TIMEOUT_MS = 150;
/** The stand-in commits this long after the call came, when its client has left. */
const LATE_MS = 400;
const MINUTE = 60_000;
const WRITES = { path: '/composite/sobjects' };

describe.each(ENGINES)('a write that was given up on, on $name', (engine) => {
  let world: World;
  let now: number;
  let target: SalesforceLeads;
  beforeEach(async () => {
    now = Date.UTC(2026, 0, 1);
    world = await openWorld(engine, () => now);
  });
  afterEach(() => world.close());

  const connect = (externalIdField?: string): void => {
    target = world.connect({ timeoutMs: TIMEOUT_MS, ...(externalIdField !== undefined && { externalIdField }) });
  };
  const deliver = (more: Partial<DeliveryContext> = {}): Promise<void> => world.deliver({ target, ...more });
  const create = (title: string): Promise<string> =>
    world.create({ userName: 'robin', title, emails: [{ value: 'robin@example.com' }] });
  const titles = async (): Promise<readonly unknown[]> => (await world.leads()).map(({ Title }) => Title);
  const giveUp = async (more: Partial<DeliveryContext> = {}): Promise<void> => {
    await world.fault(WRITES, { delayMs: LATE_MS });
    await deliver(more);
  };

  it('brings no older state back: a newer one waits until it can come no more', async () => {
    connect('SCIM_Id__c');
    const id = await create('one');
    await deliver();
    await world.patch(id, 'title', 'two');
    await giveUp();
    await world.patch(id, 'title', 'three');
    await deliver();
    await sleep(LATE_MS);
    expect(await titles()).toEqual(['two']);
    now += MINUTE;
    await deliver();
    expect(await titles()).toEqual(['three']);
    expect(await world.lane(id)).toMatchObject({ state: 'idle' });
  });

  it.each(['a change of the user', 'a retry by hand', 'the end of a pause'])(
    'makes no second Lead where there is no external id, whatever %s wants',
    async (what) => {
      connect();
      const id = await create('one');
      await giveUp();
      if (what === 'a change of the user') await world.patch(id, 'title', 'two');
      if (what === 'a retry by hand') await world.store.releaseLanes(CONNECTOR, now, { userId: id, waiting: true });
      if (what === 'the end of a pause')
        await world.store.resumeConnector(CONNECTOR, { reason: 'over', actor: 'boss', at: now });
      await world.store.hastenLanes(CONNECTOR, now);
      await deliver();
      await sleep(LATE_MS);
      now += MINUTE;
      await deliver();
      expect(await titles()).toEqual([what === 'a change of the user' ? 'two' : 'one']);
      expect(await world.lane(id)).toMatchObject({ state: 'idle' });
    },
  );

  describe.each(['delete', 'close'])('where it was to %s the Lead of a user who is gone', (created) => {
    const mapping = createMapping(
      { ...(readSchemaFile('lead-mapping.json') as object), deleted: { created, adopted: 'close' } },
      userType,
      mappingData,
    );
    /** A user is gone, and what takes its Lead away is answered by nobody. @returns id of the user who comes next */
    const replace = async (takeAway: () => Promise<void>): Promise<string> => {
      connect('SCIM_Id__c');
      const old = await create('one');
      await deliver({ mapping });
      await world.remove(old);
      await takeAway();
      return create('two');
    };

    it('is not done to the next user of the same e-mail, who waits until it can come no more', async () => {
      const id = await replace(() => giveUp({ mapping }));
      await deliver({ mapping });
      expect(await world.lane(id)).toMatchObject({ state: 'due', attempts: 0 });
      await sleep(LATE_MS);
      now += MINUTE;
      await deliver({ mapping });
      expect(await world.leads()).toMatchObject([{ Title: 'two', Status: 'Open - Not Contacted', SCIM_Id__c: id }]);
      expect(await world.lane(id)).toMatchObject({ state: 'idle', leadId: (await world.leads())[0]?.Id });
    });

    it('leaves the Lead to the next user of the same e-mail if it never came, be it for a connection that broke', async () => {
      const id = await replace(async () => {
        await world.fault(WRITES, { reset: 'before' });
        await deliver({ mapping });
      });
      const [lead] = await world.leads();
      await deliver({ mapping });
      expect(await world.lane(id)).toMatchObject({ state: 'due' });
      now += MINUTE;
      await deliver({ mapping });
      expect(await world.leads()).toMatchObject([{ Id: lead?.Id, Title: 'two', SCIM_Id__c: id }]);
    });
  });
});
