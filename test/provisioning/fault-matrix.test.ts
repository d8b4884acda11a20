/** Every fault that Salesforce, the token endpoint or the network has × create, update, delete × one record and many. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FaultClass } from '../../src/provisioning/policy/classify.ts';
import { Worker } from '../../src/provisioning/worker.ts';
import type { Lane } from '../../src/storage/store.ts';
import { ENGINES } from '../support/engines.ts';
import { faultOf, OAUTH, REST, type Row } from './classify.cases.ts';
import { CONNECTOR, openWorld, type World } from './support/connector-world.ts';
import { compileFields } from './support/mapping.ts';

const DAY = 24 * 3_600_000;
/** Longer than any wait, so that a lane that is under way is told from one that waits. */
const LEASE_MS = 400 * DAY;
const CLIENT_TIMEOUT_MS = 150;
/** Where all answers come, and a busy machine may take its time for them. */
const PATIENT_MS = 2_000;
const MANY = 3;

const mapping = compileFields({ Email: { from: 'emails.value' }, Title: { from: 'title' } });

type Operation = 'create' | 'update' | 'delete';
const OPERATIONS: readonly Operation[] = ['create', 'update', 'delete'];

/** What the stand-in does to the first call of each kind. */
interface Sky {
  readonly title: string;
  readonly action: object;
  readonly is: FaultClass;
  /** Whether what came of it is about one record. */
  readonly perRecord?: true;
  /** The token endpoint is hit instead. */
  readonly token?: true;
}

const isRecord = ([, , , , rest]: Row): boolean => rest?.scope === 'record';
const titleOf = (row: Row): string => `${row[1] ?? 'no answer'} ${row[2]} ${faultOf(row).message.slice(0, 50)}`;

const HTML = '<html><body>Down for maintenance</body></html>';
const several = ['/services/data/v67.0/sobjects/Lead/00Q1', '/services/data/v67.0/sobjects/Lead/00Q2'];

function answerOf(row: Row): object {
  const [, status, code] = row;
  const { message, retryAfterMs } = faultOf(row);
  const headers = retryAfterMs === undefined ? {} : { headers: { 'Retry-After': String(retryAfterMs / 1000) } };
  if (status === 300) return { status, body: several };
  if (code.startsWith('HTTP_') || code === 'UNEXPECTED_RESPONSE') return { status, body: HTML, ...headers };
  return { status, body: [{ errorCode: code, message }], ...headers };
}

const wholeCall: readonly Sky[] = REST.filter((row) => !isRecord(row)).map((row) => ({
  title: titleOf(row),
  action: answerOf(row),
  is: row[0],
}));

/** Known as answers to a whole call only. */
const ABOUT_EVERYBODY = new Set(['NOT_FOUND', 'INVALID_TYPE', 'TXN_SECURITY_NO_ACCESS', 'TOO_FAST']);
const isOfCalls = (code: string): boolean => ABOUT_EVERYBODY.has(code) || /^(HTTP_|UNEXPECTED)/.test(code);

const recordRows: readonly Row[] = REST.filter((row) => isRecord(row) || !(isOfCalls(row[2]) || row[1] === 300));

const refusal = ([, , code, message = code]: Row): object => ({
  success: false,
  errors: code === 'UNEXPECTED_RESPONSE' ? [] : [{ statusCode: code, message, fields: [] }],
});

const oneRecord: readonly Sky[] = recordRows.map((row) => ({
  title: titleOf(row),
  action: { status: 200, body: [refusal(row)] },
  is: row[0],
  perRecord: true,
}));

const transport: readonly Sky[] = [
  { title: 'a reset before it was carried out', action: { reset: 'before' }, is: 'outage' },
  { title: 'a reset after it was carried out', action: { reset: 'after' }, is: 'outage' },
  { title: 'no answer in time', action: { delayMs: 2 * CLIENT_TIMEOUT_MS }, is: 'outage' },
  { title: 'an HTML page with status 200', action: { status: 200, body: HTML }, is: 'outage' },
  { title: 'an empty body with status 500', action: { status: 500, body: '' }, is: 'outage' },
  { title: 'an empty body with status 503', action: { status: 503, body: '' }, is: 'outage' },
  { title: 'an empty body with status 204', action: { status: 204, body: '' }, is: 'outage' },
  { title: 'fewer results than records', action: { status: 200, body: [] }, is: 'outage' },
  { title: 'a JSON object instead of results', action: { status: 200, body: {} }, is: 'outage' },
];

const token: readonly Sky[] = OAUTH.map((row) => {
  const [is, status, code] = row;
  const { message } = faultOf(row);
  return {
    title: `token endpoint: ${titleOf(row)}`,
    action: { status, body: { error: code, error_description: message } },
    is,
    token: true,
  };
});

/** What the stand-in is asked when each operation is carried out; `upsert` is how a create is sent. */
const MATCH: Readonly<Record<Operation, object>> = {
  create: { method: 'PATCH', path: '/composite/sobjects/Lead/' },
  update: { method: 'PATCH', path: '/composite/sobjects$' },
  delete: { method: 'DELETE', path: '/composite/sobjects' },
};
/** Where the org has no external id field. */
const PLAIN_CREATE = { method: 'POST', path: '/composite/sobjects$' };
const TOKEN = { path: '/services/oauth2/token' };

/** Said of a record that is not there: a delete has nothing more to do. */
const GONE = /^\S+ (ENTITY_IS_DELETED|NOT_FOUND|INVALID_CROSS_REFERENCE_KEY) /;

describe.each(ENGINES)('every fault on $name', (engine) => {
  describe.each([
    { kind: 'an external id field', externalIdField: 'SCIM_Id__c' },
    { kind: 'no external id field', externalIdField: undefined },
  ])('in an org with $kind', ({ externalIdField }) => {
    let now = Date.UTC(2026, 0, 1);
    let names = 0;
    let world: World;
    let worker: Worker;
    /** Who is there and up to date: each sky leaves as many as the next one needs. */
    const pool: string[] = [];
    let bystander: string;
    const live = new Map<string, { readonly userName: string; title: string }>();

    beforeAll(async () => {
      world = await openWorld(engine, () => now);
      await startWorker();
      bystander = await create();
      pool.splice(0);
    });
    const startWorker = async (timeoutMs = PATIENT_MS): Promise<void> => {
      const options = { timeoutMs, ...(externalIdField !== undefined && { externalIdField }) };
      const context = world.context({ target: world.connect(options), leaseMs: LEASE_MS, mapping });
      worker = new Worker(context, { quietMs: 1, maxLingerMs: 10, pollMs: 3 });
      await worker.start();
    };
    afterAll(async () => {
      await worker.stop();
      await world.close();
    });
    /** Another worker meanwhile, whose client gives a call up sooner. */
    const impatiently = async (work: () => Promise<void>): Promise<void> => {
      await worker.stop();
      await startWorker(CLIENT_TIMEOUT_MS);
      await work();
      await worker.stop();
      await startWorker();
    };

    const by = () => ({ reason: 'so that all goes in one batch', actor: 'test', at: now });
    const create = async (): Promise<string> => {
      const userName = `u${(names += 1)}`;
      const id = await world.create({ userName, title: 'new', emails: [`${userName}@example.com`] });
      live.set(id, { userName, title: 'new' });
      pool.push(id);
      return id;
    };
    const update = async (id: string): Promise<void> => {
      const title = `t${(names += 1)}`;
      await world.patch(id, 'title', title);
      (live.get(id) as { title: string }).title = title;
    };
    const remove = async (id: string): Promise<void> => {
      await world.remove(id);
      live.delete(id);
    };

    /** Time passes only while nothing is under way, and then to when something is to be done. */
    const settle = async (realMs = 0): Promise<void> => {
      for (let look = 0; look < 2_000; look += 1) {
        const { due } = await world.store.countLanes(CONNECTOR);
        if (due === 0) return;
        const dueAt = (await world.store.nextDueAt(CONNECTOR)) ?? now;
        const { gate } = await world.store.readConnector(CONNECTOR);
        if (gate && gate.until === undefined) await world.store.resumeConnector(CONNECTOR, by());
        else if (dueAt < now + 30 * DAY) {
          const then = Math.max(now, dueAt, gate?.until ?? now);
          // What a client no longer waits for may still arrive: that takes real time.
          if (then > now) await sleep(realMs);
          now = then;
        }
        await sleep(2);
      }
      throw new Error(`lanes stay due: ${JSON.stringify(await world.store.readConnector(CONNECTOR))}`);
    };

    interface Users {
      readonly create: readonly string[];
      readonly update: readonly string[];
      readonly delete: readonly string[];
    }

    /** What each operation is done to, all of it in one batch under this sky. */
    const play = async (size: number, faults: readonly object[], realMs = 0): Promise<Users> => {
      while (pool.length < 2 * size) await create();
      await settle();
      const there = pool.splice(0, 2 * size);
      await world.store.pauseConnector(CONNECTOR, by());
      const created = [];
      for (let index = 0; index < size; index += 1) created.push(await create());
      for (const id of there.slice(0, size)) await update(id);
      for (const id of there.slice(size)) await remove(id);
      await world.control('POST', '/faults', faults);
      await world.store.resumeConnector(CONNECTOR, by());
      await settle(realMs);
      pool.push(...there.slice(0, size));
      return { create: created, update: there.slice(0, size), delete: there.slice(size) };
    };

    const faultsOf = ({ action, token: isToken }: Sky, times = 1): readonly object[] =>
      isToken
        ? [{ match: TOKEN, times, action }]
        : [...Object.values(MATCH), PLAIN_CREATE].map((match) => ({ match, times, action }));

    /** Each user who is there has one Lead, which is up to date; nobody else has one. */
    const expectTruth = async (): Promise<void> => {
      const leads = await world.leads();
      const found = leads.map((lead) => `${String(lead['Email'])} ${String(lead['Title'])}`).sort();
      const wanted = [...live.values()].map(({ userName, title }) => `${userName}@example.com ${title}`).sort();
      expect(found).toEqual(wanted);
    };

    const parked = async (ids: readonly string[]): Promise<readonly Lane[]> =>
      (await Promise.all(ids.map((id) => world.lane(id)))).filter((lane) => lane?.state === 'parked') as Lane[];

    /** Leads that only an untrue answer left there. */
    const tidy = async (): Promise<void> => {
      const emails = new Set([...live.values()].map(({ userName }) => `${userName}@example.com`));
      for (const lead of await world.leads())
        if (!emails.has(String(lead['Email']))) await world.control('DELETE', `/records/Lead/${lead.Id}`);
    };

    /** Whether a lane waits for somebody then. */
    const waitsFor = ({ is, token: isToken }: Sky, size: number): boolean =>
      (is === 'data' || is === 'policy') && !isToken && size === 1;

    const check = (sky: Sky, size: number): Promise<void> =>
      'delayMs' in sky.action ? impatiently(() => checkFor(sky, size, 2 * CLIENT_TIMEOUT_MS)) : checkFor(sky, size);

    const checkFor = async (sky: Sky, size: number, realMs = 0): Promise<void> => {
      if (sky.token) await world.control('DELETE', '/sessions');
      const waits = waitsFor(sky, size);
      // A batch that is refused is halved until each of its three records stands alone.
      const users = await play(size, faultsOf(sky, waits ? 3 : 1), realMs);
      for (const operation of OPERATIONS) {
        const isDone = operation === 'delete' && sky.perRecord === true && GONE.test(sky.title);
        const lanes = await parked(users[operation]);
        expect([operation, lanes.length]).toEqual([operation, waits && !isDone ? size : 0]);
        for (const lane of lanes) expect(lane.error?.class).toBe(sky.is);
      }
      await world.control('POST', '/faults', []);
      // Nobody else waits for what is parked.
      await update(bystander);
      await settle();
      expect(await world.lane(bystander)).toMatchObject({ state: 'idle', attempts: 0 });
      await world.store.releaseLanes(CONNECTOR, now);
      await settle();
      await tidy();
      await expectTruth();
    };

    // How a create is sent matters to what may have reached Salesforce; all else is the same.
    const skies = externalIdField === undefined ? transport : [...wholeCall, ...transport, ...token];
    const rows = externalIdField === undefined ? oneRecord.slice(0, 3) : oneRecord;

    it(`of one record alone leaves it delivered, or parked with its class (${skies.length} faults)`, async () => {
      for (const sky of skies) await check(sky, 1).catch(blame(sky));
    }, 120_000);

    it(`of ${MANY} records of each kind leaves all delivered (${skies.length} faults)`, async () => {
      for (const sky of skies) await check(sky, MANY).catch(blame(sky));
    }, 120_000);

    it(`in the row of one record leaves it delivered, or parked with its class (${rows.length} faults)`, async () => {
      for (const sky of rows) await check(sky, 1).catch(blame(sky));
    }, 120_000);

    it(`in the rows of one call leaves each delivered or parked for itself (${recordRows.length} faults at once)`, async () => {
      const action = { status: 200, body: recordRows.map(refusal) };
      const users = await play(recordRows.length, faultsOf({ title: 'all', action, is: 'data' }));
      const expected = recordRows
        .filter(([is]) => is === 'data' || is === 'policy')
        .map(titledError)
        .sort();
      for (const operation of OPERATIONS) {
        const wanted = operation === 'delete' ? expected.filter((title) => !GONE_ERROR.test(title)) : expected;
        const lanes = await parked(users[operation]);
        expect([operation, ...lanes.map(({ error }) => `${error?.class} ${error?.code}`).sort()]).toEqual([
          operation,
          ...wanted,
        ]);
      }
      await world.store.releaseLanes(CONNECTOR, now);
      await settle();
      await tidy();
      await expectTruth();
    });
  });
});

const GONE_ERROR = /^\S+ (ENTITY_IS_DELETED|NOT_FOUND|INVALID_CROSS_REFERENCE_KEY)$/;

const titledError = ([is, , code]: Row): string => `${is} ${code}`;

const blame =
  ({ title }: Sky) =>
  (error: unknown): never => {
    throw new Error(`${title}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  };
