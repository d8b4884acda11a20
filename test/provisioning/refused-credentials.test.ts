/** Credentials that Salesforce refuses are not tried until the user is locked out: not by several processes, nor by one that is restarted again and again. */
import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ConnectorGate, type Entry } from '../../src/provisioning/gate/connector-gate.ts';
import { deliverBatch, type BatchResult } from '../../src/provisioning/batch/deliver-batch.ts';
import type { DeliveryContext } from '../../src/provisioning/delivery.ts';
import type { SalesforceAuth } from '../../src/salesforce/options.ts';
import type { Gate } from '../../src/storage/store.ts';
import { ENGINES } from '../support/engines.ts';
import { CONNECTOR, openWorld, type World } from './support/connector-world.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const TEN_MINUTES = 10 * MINUTE;
const ALWAYS = 100_000;
/** Salesforce's default; an org may set 3. */
const LOCKED_AFTER = 10;

const privateKey = generateKeyPairSync('rsa', { modulusLength: 2048 })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();

interface Flow {
  readonly auth: SalesforceAuth;
  /** The same user with other secrets. */
  readonly mended: SalesforceAuth;
  readonly off: object;
  readonly on: object;
}

const FLOWS: readonly Flow[] = [
  {
    auth: { kind: 'password', clientId: 'id', username: 'user@example.com', password: 'wrong' },
    mended: { kind: 'password', clientId: 'id', username: 'user@example.com', password: 'right' },
    off: { passwordFlow: false },
    on: { passwordFlow: true },
  },
  {
    auth: { kind: 'client_credentials', clientId: 'id', clientSecret: 'wrong' },
    mended: { kind: 'client_credentials', clientId: 'id', clientSecret: 'right' },
    off: { clientCredentialsFlow: 'no-run-as-user' },
    on: { clientCredentialsFlow: 'on' },
  },
  {
    auth: { kind: 'jwt_bearer', clientId: 'id', username: 'user@example.com', privateKey },
    mended: { kind: 'jwt_bearer', clientId: 'other', username: 'user@example.com', privateKey },
    off: { jwtBearerFlow: false },
    on: { jwtBearerFlow: true },
  },
];

describe.each(ENGINES)('on $name', (engine) => {
  describe.each(FLOWS)('the flow $auth.kind', ({ auth, mended, off, on }) => {
    let now: number;
    let world: World;
    let names: number;

    beforeEach(async () => {
      now = Date.UTC(2026, 0, 1);
      names = 0;
      world = await openWorld(engine, () => now);
    });
    afterEach(() => world.close());

    interface Process {
      readonly context: DeliveryContext;
      readonly gate: ConnectorGate;
    }

    const start = async (credentials: SalesforceAuth = auth): Promise<Process> => {
      const target = world.connect({ externalIdField: 'SCIM_Id__c', auth: credentials });
      const context = world.context({ target });
      const gate = new ConnectorGate(context);
      await gate.start();
      return { context, gate };
    };
    const step = async ({ context, gate }: Process): Promise<{ entry: Entry; result?: BatchResult }> => {
      const entry = await gate.enter();
      if (entry.kind !== 'go') return { entry };
      const result = await deliverBatch(context, entry.limit);
      await gate.leave(entry, result);
      return { entry, result };
    };
    const create = (): Promise<string> => {
      const name = `u${(names += 1)}`;
      return world.create({ userName: name, emails: [`${name}@example.com`] });
    };
    const gateNow = async (): Promise<Gate | undefined> => (await world.store.readConnector(CONNECTOR)).gate;
    const resume = (): Promise<boolean> =>
      world.store.resumeConnector(CONNECTOR, { reason: 'mended', actor: 'admin', at: now });
    const configure = (switches: object): Promise<unknown> => world.control('PATCH', '/config', switches);
    const tokenCalls = async (): Promise<number> => (await world.calls()).token;
    /** What a supervisor does with a process that it takes for broken. */
    const restartFor = async (ms: number, everyMs: number, processes = 1): Promise<void> => {
      for (const until = now + ms; now < until; now += everyMs)
        for (let at = 0; at < processes; at += 1) {
          const process = await start();
          for (let turn = 0; turn < 3; turn += 1) await step(process);
        }
    };

    it('does not lock the user out when two processes are restarted all the time', async () => {
      await create();
      await configure(off);
      await restartFor(TEN_MINUTES, 20 * SECOND, 2);
      const { token, logins } = await world.calls();
      expect(logins.refused).toBeLessThan(LOCKED_AFTER);
      expect(token).toBeLessThan(LOCKED_AFTER);
      expect(await gateNow()).toMatchObject({ class: 'authentication' });
    });

    it('tries a restarted process once its wait is over, and twice as late the next time', async () => {
      await create();
      await configure(off);
      const startedAt = now;
      const tried: number[] = [];
      for (let calls = 0; tried.length < 4; calls = await tokenCalls()) {
        await restartFor(15 * SECOND, 15 * SECOND);
        if ((await tokenCalls()) > calls) tried.push((now - 15 * SECOND - startedAt) / MINUTE);
      }
      expect(tried).toEqual([0, 1, 3, 7]);
    });

    it('tells at a start that the credentials are not tried yet, when they are, and what to do', async () => {
      await create();
      await configure(off);
      await step(await start());
      world.events.length = 0;
      await start();
      expect(world.events).toMatchObject([
        { kind: 'gate closed', class: 'authentication', until: now + MINUTE, hint: expect.stringContaining('resume') },
      ]);
    });

    it('tries changed credentials at once', async () => {
      const id = await create();
      await configure(off);
      await restartFor(10 * MINUTE, MINUTE);
      await configure(on);
      const process = await start(mended);
      for (let turn = 0; turn < 2; turn += 1) await step(process);
      expect(await world.lane(id)).toMatchObject({ state: 'idle' });
      expect(await gateNow()).toBeUndefined();
    });

    it('is resumed for all processes: none closes the gate again for what it remembers', async () => {
      const processes = [await start(), await start(), await start()];
      await create();
      await configure(off);
      // Each of them is told before it knows of the others.
      const entries = await Promise.all(processes.map(({ gate }) => gate.enter()));
      for (const [at, { context, gate }] of processes.entries()) {
        const entry = entries[at] as Entry;
        if (entry.kind !== 'go') throw new Error('the gate was open');
        await create();
        await gate.leave(entry, await deliverBatch(context, entry.limit));
      }
      expect((await world.calls()).logins.refused).toBe(3);
      await configure(on);
      await resume();
      for (const process of processes) {
        const id = await create();
        for (let turn = 0; turn < 2; turn += 1) await step(process);
        expect(await world.lane(id)).toMatchObject({ state: 'idle' });
        expect(await gateNow()).toBeUndefined();
      }
    });

    it('costs one login a resume where nothing was mended, however many processes there are', async () => {
      const processes = [await start(), await start()];
      await create();
      await configure(off);
      for (const process of processes) await step(process);
      const before = await tokenCalls();
      for (let times = 1; times <= 3; times += 1) {
        await resume();
        for (let turn = 0; turn < 3; turn += 1) for (const process of processes) await step(process);
        expect((await tokenCalls()) - before).toBe(times);
      }
    });

    it('lets a process with the right credentials work beside one with refused ones, which stays quiet', async () => {
      const old = await start();
      await create();
      await configure(off);
      await step(old);
      await configure(on);
      const fresh = await start(mended);
      const before = await tokenCalls();
      for (let turn = 0; turn < 5; turn += 1) {
        const id = await create();
        await step(old);
        for (let look = 0; look < 2; look += 1) await step(fresh);
        expect(await world.lane(id)).toMatchObject({ state: 'idle' });
        now += MINUTE;
      }
      expect((await tokenCalls()) - before).toBe(1);
      expect((await old.gate.enter()).kind).toBe('stay');
    });

    it('costs fewer than one login in 30 s when sessions are refused for good, over restarts and with two processes', async () => {
      await create();
      await world.fault({ path: '/services/data' }, { status: 401, errorCode: 'INVALID_SESSION_ID' }, ALWAYS);
      await restartFor(TEN_MINUTES, 20 * SECOND, 2);
      const { token, logins } = await world.calls();
      expect(token).toBeLessThan(TEN_MINUTES / (30 * SECOND));
      expect(logins.refused).toBe(0);
    });
  });
});
