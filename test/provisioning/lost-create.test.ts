/** A create whose answer was lost: what it made is found again, told from what others made, and never made twice. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { deliverBatch } from '../../src/provisioning/batch/deliver-batch.ts';
import type { Fault, LeadTarget } from '../../src/provisioning/lead-target.ts';
import { createMapping } from '../../src/provisioning/mapping/mapping.ts';
import { readSchemaFile } from '../../src/schema-files.ts';
import type { SalesforceLeads } from '../../src/salesforce/leads.ts';
import { openStore } from '../../src/database.ts';
import { ENGINES, LASTING_ENGINES, storedUser, storeOptions, userKeys } from '../support/engines.ts';
import { userType } from '../scim/support/registries.ts';
import { mappingData } from './support/mapping.ts';
import { CONNECTOR, openWorld, type World } from './support/connector-world.ts';

const MINUTE = 60_000;
const LOST: Fault = {
  scope: 'request',
  code: 'ECONNRESET',
  message: 'socket hang up',
  fields: [],
  committed: 'maybe',
};

describe.each(ENGINES)('a create whose answer was lost, on $name', (engine) => {
  let world: World;
  let now: number;
  let target: SalesforceLeads;
  /** What Salesforce has not carried out yet. */
  let underWay: (() => Promise<unknown>)[];
  beforeEach(async () => {
    now = Date.UTC(2026, 0, 1);
    world = await openWorld(engine, () => now);
    target = world.connect({});
    underWay = [];
  });
  afterEach(() => world.close());

  const deliver = (over: LeadTarget = target): Promise<void> => world.deliver({ target: over });
  /** Cuts the first write off, which is carried out when the test says so. */
  const cutOff = (fault: Fault = LOST): LeadTarget => {
    let isFirst = true;
    return {
      ...target,
      write: (writes, deadline) => {
        if (!isFirst) return target.write(writes, deadline);
        isFirst = false;
        underWay.push(() => target.write(writes, now + MINUTE));
        return Promise.resolve(writes.map(() => ({ kind: 'failed', fault })));
      },
    };
  };
  const arrive = async (): Promise<void> => {
    for (const write of underWay.splice(0)) await write();
  };
  const later = async (ms = MINUTE): Promise<void> => {
    now += ms;
    await deliver();
  };
  const create = (more: object = {}): Promise<string> =>
    world.create({ userName: 'robin', title: 'one', emails: [{ value: 'robin@example.com' }], ...more });
  const enter = async (email: string, more: object = {}): Promise<void> => {
    const form = {
      grant_type: 'password',
      client_id: 'x',
      client_secret: 'x',
      username: 'sales@example.com',
      password: 'x',
    };
    const login = { method: 'POST', body: new URLSearchParams(form) };
    const answer = await fetch(`${world.sandbox.url}/services/oauth2/token`, login);
    const authorization = `Bearer ${((await answer.json()) as { access_token: string }).access_token}`;
    const body = JSON.stringify({ LastName: 'robin', Company: '[unknown]', Email: email, ...more });
    const headers = { authorization, 'content-type': 'application/json' };
    await fetch(`${world.sandbox.url}/services/data/v67.0/sobjects/Lead`, { method: 'POST', headers, body });
  };

  it.each([
    ['a reset', LOST],
    ['a bad gateway', { ...LOST, status: 502, code: 'HTTP_502' }],
    ['a gateway that gave up', { ...LOST, status: 504, code: 'HTTP_504' }],
    ['a pipe that broke', { ...LOST, code: 'EPIPE' }],
  ])('is not made again while it may come: after %s', async (_title, fault) => {
    const id = await create();
    await deliver(cutOff(fault));
    await world.patch(id, 'title', 'two');
    await deliver();
    expect(await world.leads()).toEqual([]);
    await later(MINUTE / 2);
    await arrive();
    await later();
    expect(await world.leads()).toMatchObject([{ Title: 'two' }]);
    expect(await world.lane(id)).toMatchObject({ state: 'idle', origin: 'created' });
  });

  it('is found by the e-mail that it had, when the user has another one by then', async () => {
    const id = await create();
    await deliver(cutOff());
    await world.patch(id, 'emails', [{ value: 'hood@example.com' }]);
    await arrive();
    await later();
    expect(await world.leads()).toMatchObject([{ Email: 'hood@example.com' }]);
    expect(await world.lane(id)).toMatchObject({ state: 'idle', origin: 'created' });
    await world.remove(id);
    await deliver();
    expect(await world.leads()).toEqual([]);
  });

  it('is found by any field of match.by', async () => {
    const mapping = createMapping(
      { ...(readSchemaFile('lead-mapping.json') as object), match: { by: ['Email', 'Phone'] } },
      userType,
      mappingData,
    );
    const id = await world.create({ userName: 'robin', phoneNumbers: [{ value: '+44 1' }] });
    await deliverBatch(world.context({ target: cutOff(), mapping }));
    await arrive();
    now += MINUTE;
    await deliverBatch(world.context({ target, mapping }));
    expect(await world.leads()).toHaveLength(1);
    expect(await world.lane(id)).toMatchObject({ state: 'idle', origin: 'created' });
  });

  it('is made again, with the new e-mail, when it never arrived', async () => {
    const id = await create();
    await deliver(cutOff());
    await world.patch(id, 'emails', [{ value: 'hood@example.com' }]);
    await later();
    expect(await world.leads()).toMatchObject([{ Email: 'hood@example.com' }]);
    expect(await world.lane(id)).toMatchObject({ state: 'idle', origin: 'created' });
    expect(await world.lane(id)).not.toHaveProperty('sent');
  });

  it('is not taken for what somebody else enters meanwhile: that is adopted, and closed at the end', async () => {
    const id = await create();
    await deliver(cutOff());
    await enter('robin@example.com', { Title: 'one' });
    await later();
    expect(await world.lane(id)).toMatchObject({ state: 'idle', origin: 'adopted' });
    await world.remove(id);
    await deliver();
    expect(await world.leads()).toMatchObject([{ Status: 'Closed - Not Converted' }]);
  });

  it.each([
    ['with', true],
    ['without', false],
  ])(
    'leaves what people wrote to the Lead that is adopted in its place, %s an external-id field',
    async (_, hasField) => {
      if (hasField) target = world.target;
      const id = await create({ title: undefined });
      await deliver(cutOff({ ...LOST, code: 'ETIMEDOUT' }));
      const written = { Title: 'Outlaw', LeadSource: 'Web', Status: 'Working - Contacted' };
      await enter('robin@example.com', written);
      await later();
      expect(await world.leads()).toMatchObject([written]);
      expect(await world.lane(id)).toMatchObject({ state: 'idle', origin: 'adopted' });
      await world.patch(id, 'displayName', 'x');
      await deliver();
      expect(await world.leads()).toMatchObject([written]);
    },
  );

  it('leaves what people wrote there also after a crash between the look and its record', async () => {
    const id = await create();
    await deliver(cutOff());
    const written = { LeadSource: 'Web', Rating: 'Hot' };
    await enter('robin@example.com', written);
    await world.patch(id, 'active', false);
    now += MINUTE;
    const store = { ...world.store, settleLanes: () => Promise.reject(new Error('killed')) };
    const context = world.context({ target, store, settleRetryMs: 0, guard: { atLeast: 0, percent: 0 } });
    await expect(deliverBatch(context)).rejects.toThrow('killed');
    await world.patch(id, 'active', true);
    await later();
    expect(await world.leads()).toMatchObject([written]);
    expect(await world.lane(id)).toMatchObject({ state: 'idle', origin: 'adopted' });
  });

  it('is told from what somebody else enters meanwhile, when both are there', async () => {
    const id = await create();
    await deliver(cutOff());
    await enter('robin@example.com', { Title: 'one' });
    await arrive();
    await later();
    expect(await world.lane(id)).toMatchObject({ state: 'idle', origin: 'created' });
    await world.remove(id);
    await deliver();
    expect(await world.leads()).toMatchObject([{ Title: 'one', Status: 'Open - Not Contacted' }]);
  });

  it('is adopted when it is not what was sent any more, also by the e-mail that it had', async () => {
    const id = await create();
    await deliver(cutOff());
    await arrive();
    const [lead] = await world.leads();
    await target.write([{ kind: 'update', leadId: lead?.Id ?? '', fields: { LastName: 'Locksley' } }], now + MINUTE);
    await world.patch(id, 'emails', [{ value: 'hood@example.com' }]);
    await later();
    expect(await world.leads()).toMatchObject([{ Email: 'hood@example.com', LastName: 'robin' }]);
    expect(await world.lane(id)).toMatchObject({ state: 'idle', origin: 'adopted' });
  });

  it('waits for a person where it held nothing to find it by, although the user has an e-mail by then', async () => {
    const id = await world.create({ userName: 'robin' });
    await deliver(cutOff());
    await arrive();
    await world.patch(id, 'emails', [{ value: 'robin@example.com' }]);
    await later();
    expect(await world.leads()).toHaveLength(1);
    expect(await world.lane(id)).toMatchObject({ state: 'parked', error: { code: 'CREATE_OUTCOME_UNKNOWN' } });
  });

  it.each([
    ['with', true],
    ['without', false],
  ])('leaves nothing behind of a user who is deleted meanwhile, %s an external-id field', async (_title, hasField) => {
    if (hasField) target = world.target;
    const id = await create();
    await deliver(cutOff({ ...LOST, code: 'ETIMEDOUT' }));
    await world.remove(id);
    await later();
    expect(await world.lane(id)).toMatchObject({ state: 'due', dueAt: now + MINUTE });
    await arrive();
    await later();
    expect([await world.leads(), await world.lane(id)]).toEqual([[], undefined]);
    expect((await world.store.readJournal(id, 1))[0]?.detail).toMatchObject({ action: 'delete', outcome: 'delivered' });
  });

  it('is forgotten with its user when two looks did not find it', async () => {
    target = world.target;
    const id = await create();
    await deliver(cutOff({ ...LOST, code: 'ETIMEDOUT' }));
    await world.remove(id);
    await later();
    await later();
    expect(await world.lane(id)).toBeUndefined();
  });

  it.each([
    ['with', true],
    ['without', false],
  ])('is looked for twice, however often Salesforce could not say, %s an external-id field', async (_, hasField) => {
    if (hasField) target = world.target;
    const id = await create();
    await deliver(cutOff({ ...LOST, code: 'ETIMEDOUT' }));
    await world.remove(id);
    await world.fault({ path: '/query' }, { status: 400, errorCode: 'UNKNOWN_EXCEPTION' });
    await later();
    await later();
    await arrive();
    await later();
    expect([await world.leads(), await world.lane(id)]).toEqual([[], undefined]);
  });

  it("is nobody else's meanwhile, whoever comes with the same e-mail", async () => {
    const id = await create();
    await deliver(cutOff());
    await arrive();
    const [made] = await world.leads();
    const other = await create({ userName: 'hood' });
    await deliver();
    await later();
    expect(await world.lane(id)).toMatchObject({ state: 'idle', origin: 'created', leadId: made?.Id });
    expect(await world.lane(other)).toMatchObject({ state: 'idle', origin: 'created' });
    expect(await world.leads()).toHaveLength(2);
  });

  it('is not taken for what another user lost before it: both are gone with their users', async () => {
    const first = await create({ userName: 'hood', title: 'one' });
    await deliver(cutOff());
    underWay = [];
    now += MINUTE / 2;
    const second = await create({ title: 'two' });
    await deliver(cutOff());
    await arrive();
    await world.remove(first);
    await world.remove(second);
    for (let look = 0; look < 4; look += 1) await later(MINUTE / 2);
    expect(await world.leads()).toEqual([]);
    expect([await world.lane(first), await world.lane(second)]).toEqual([undefined, undefined]);
  });

  describe('while its deleted user waits, and somebody comes with the same e-mail', () => {
    let gone: string;
    let next: string;
    beforeEach(async () => {
      gone = await create({ title: 'old', phoneNumbers: [{ value: '+44 1' }] });
      await deliver(cutOff());
      await world.remove(gone);
    });
    const come = async (more: object = {}): Promise<void> => {
      next = await create({ userName: 'hood', title: 'new', ...more });
    };
    const state = async (): Promise<unknown> => [(await world.leads()).length, await world.lane(gone)];

    it.each([
      ['at once', 0],
      ['when it is looked for', MINUTE],
    ])('is the Lead of that user: %s', async (_title, ms) => {
      await arrive();
      const [made] = await world.leads();
      now += ms;
      await come();
      await deliver();
      await later(2 * MINUTE);
      await later();
      expect(await state()).toEqual([1, undefined]);
      expect(await world.leads()).toMatchObject([{ Id: made?.Id, Title: 'new', Phone: null }]);
      expect(await world.lane(next)).toMatchObject({ state: 'idle', origin: 'created' });
      await world.remove(next);
      await deliver();
      expect(await state()).toEqual([0, undefined]);
    });

    it('is deleted when it comes after the Lead of that user', async () => {
      await come();
      await deliver();
      await arrive();
      await later();
      await later();
      expect(await state()).toEqual([1, undefined]);
      expect(await world.leads()).toMatchObject([{ Title: 'new', LastName: 'hood' }]);
    });

    it('is not deleted when another process gives it to that user between the look and the deletion', async () => {
      await arrive();
      await come({ active: false });
      await deliver();
      now += MINUTE;
      const [lead] = await world.leads();
      const late: LeadTarget = {
        ...target,
        readLeads: async (...asked) => {
          const page = await target.readLeads(...asked);
          await world.store.linkFoundLeads(CONNECTOR, [{ userId: next, leadId: lead?.Id ?? '', origin: 'adopted' }]);
          return page;
        },
      };
      await deliver(late);
      await later();
      await later();
      expect(await state()).toEqual([1, undefined]);
    });
  });
});

describe.each(LASTING_ENGINES)('a create that a killed process had sent, on $name', (engine) => {
  it('is not made again at once by the next start, although nobody else is there', async () => {
    const database = await engine.create();
    const open = (now: number) => openStore({ DATABASE_URL: database.url }, { ...storeOptions, now }, () => undefined);
    const claim = { connector: CONNECTOR, limit: 10, lease: 'killed', leaseMs: MINUTE, now: 1_000 };
    const store = await open(1_000);
    const resource = storedUser('robin');
    const entry = { operation: 'create', actor: 'a', requestId: 'r', changed: [] } as const;
    const after = { resource, keys: userKeys('robin') };
    await store.commit({ type: 'User', id: resource.id, after, entry, at: 1 });
    await store.claimLanes(claim);
    const sent = JSON.stringify({ at: 1_000, fields: { LastName: 'robin' } });
    await store.linkLanes(CONNECTOR, 'killed', [{ userId: resource.id, origin: 'created', told: '{}', sent }], 1_000);
    await store.close();
    const next = await open(2_000);
    expect(await next.claimLanes({ ...claim, lease: 'next', now: 2_000 })).toEqual([]);
    expect(await next.claimLanes({ ...claim, lease: 'next', now: 1_000 + MINUTE })).toMatchObject([{ sent }]);
    await next.close();
    await database.drop();
  });
});
