import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { openStore } from '../../src/database.ts';
import { eventually } from '../support/service.ts';
import { StatementTimeout, StorageUnavailable } from '../../src/storage/errors.ts';
import { SCHEMA_VERSION } from '../../src/storage/sql/migrations.ts';
import type { Store } from '../../src/storage/store.ts';
import { ENGINES, storedUser, storeOptions, userKeys, type Database, type Engine } from '../support/engines.ts';

const entry = { operation: 'create', actor: 'a', requestId: 'r', changed: [] } as const;

describe('PostgreSQL shared by several processes', () => {
  let database: Database;
  const stores: Store[] = [];
  const clients: pg.Client[] = [];

  beforeEach(async () => {
    const engine = ENGINES.find(({ name }) => name === 'PostgreSQL');
    if (!engine) throw new Error('no PostgreSQL among the engines');
    database = await engine.create();
  });
  afterEach(async () => {
    for (const store of stores.splice(0)) await store.close();
    for (const client of clients.splice(0)) await client.end();
    await database.drop();
  });

  const open = async (url = database.url): Promise<Store> => {
    const store = await openStore({ DATABASE_URL: url }, storeOptions, () => undefined);
    stores.push(store);
    return store;
  };
  const admin = async (): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    clients.push(client);
    return client;
  };
  /** Until somebody waits for what the transaction of this client has locked. */
  const isWaitedFor = async (blocker: pg.Client): Promise<void> => {
    const { rows: pids } = await blocker.query<{ pid: number }>('select pg_backend_pid() as pid');
    const watcher = await admin();
    await eventually(async () => {
      const text = 'select 1 from pg_stat_activity where $1::integer = any(pg_blocking_pids(pid))';
      return (await watcher.query(text, [pids[0]?.pid])).rows.length > 0 ? true : undefined;
    });
  };
  const withOption = (option: string): string => {
    const url = new URL(database.url);
    url.searchParams.set('options', `${url.searchParams.get('options') ?? ''} ${option}`);
    return url.href;
  };
  const create = async (store: Store, userName: string): Promise<string> => {
    const user = storedUser(userName);
    await store.commit({
      type: 'User',
      id: user.id,
      after: { resource: user, keys: userKeys(userName) },
      entry,
      at: 1,
    });
    return user.id;
  };

  it('is migrated once by instances that start together', async () => {
    await Promise.all([open(), open(), open(), open()]);
    const { rows } = await (await admin()).query('select count(*)::integer as migrations from migration');
    expect(rows).toEqual([{ migrations: SCHEMA_VERSION }]);
  });

  it('leases every due lane to exactly one of several claimers', async () => {
    const [first, second] = [await open(), await open()];
    const ids = await Promise.all(
      Array.from({ length: 300 }, (_, index) => create(index % 2 ? first : second, `u${index}`)),
    );
    const claims = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        (index % 2 ? first : second).claimLanes({
          connector: 'salesforce',
          limit: 50,
          lease: `l${index}`,
          leaseMs: 60_000,
          now: 10,
        }),
      ),
    );
    const claimed = claims.flat().map(({ userId }) => userId);
    expect(new Set(claimed).size).toBe(claimed.length);
    const rest = await first.claimLanes({
      connector: 'salesforce',
      limit: 200,
      lease: 'rest',
      leaseMs: 60_000,
      now: 10,
    });
    expect(new Set([...claimed, ...rest.map(({ userId }) => userId)])).toEqual(new Set(ids));
  });

  it('keeps a userName unique between instances that create it at the same time', async () => {
    const [first, second] = [await open(), await open()];
    const results = await Promise.allSettled([create(first, 'same'), create(second, 'same'), create(first, 'same')]);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('lets instances commit the same users at once in opposite orders: each user is there once, and nobody is told of a deadlock', async () => {
    const names = Array.from({ length: 40 }, (_, index) => `same${index}`);
    const toUnit = (userName: string) => {
      const resource = storedUser(userName);
      return [{ type: 'User', id: resource.id, after: { resource, keys: userKeys(userName) }, entry, at: 1 }];
    };
    const [first, second] = [await open(), await open()];
    const outcomes = await Promise.all([
      first.commitAll(names.map(toUnit)),
      second.commitAll([...names].reverse().map(toUnit)),
    ]);
    expect(outcomes.flat().filter(({ kind }) => kind === 'written')).toHaveLength(names.length);
  });

  it('ends no membership without a version and an entry, also one that came while the deletion waited', async () => {
    const store = await open();
    const user = await create(store, 'leaver');
    const list = 'Group.members';
    const put = { list, put: [{ value: user, element: JSON.stringify({ value: user }) }], removed: [] };
    const group = async (members: readonly (typeof put)[]): Promise<string> => {
      const resource = { ...storedUser('x'), type: 'Group' };
      await store.commit({ type: 'Group', id: resource.id, after: { resource, keys: [] }, members, entry, at: 1 });
      return resource.id;
    };
    const [held, late] = [await group([put]), await group([])];
    const blocker = await admin();
    await blocker.query('begin');
    await blocker.query('select 1 from resource where id = $1 for update', [held]);
    const removal = { ...entry, operation: 'delete' } as const;
    const before = { version: 1, keys: userKeys('leaver') };
    const deletion = store.commit({ type: 'User', id: user, before, entry: removal, at: 2 });
    await isWaitedFor(blocker);
    await store.commitMembers({ type: 'Group', id: late, members: [put], entry, at: 2 });
    await blocker.query('commit');
    await deletion;
    expect(await store.readMembers({ list, owners: [held, late] })).toEqual([]);
    expect([
      (await store.readResource('Group', held))?.version,
      (await store.readResource('Group', late))?.version,
    ]).toEqual([2, 3]);
    expect((await store.readJournal(late, 1))[0]).toMatchObject({ version: 3, detail: { changed: ['members'] } });
  });

  const search = { types: [{ type: 'User', sortBy: {} }], offset: 0, limit: 1, locations: new Map<string, string>() };

  it('tells a statement that ran out of time from an outage', async () => {
    const store = await open();
    const blocker = await admin();
    await blocker.query('begin');
    await blocker.query('lock table resource in access exclusive mode');
    const answer = store.queryResources(search).catch((error: unknown) => error);
    await isWaitedFor(blocker);
    await (
      await admin()
    ).query(
      `select pg_cancel_backend(pid) from pg_stat_activity where wait_event_type = 'Lock' and query like '%sort_key%'`,
    );
    expect(await answer).toBeInstanceOf(StatementTimeout);
  });

  it('calls a statement that it cannot run a fault of the program, not an outage', async () => {
    const store = await open();
    await (await admin()).query('alter table resource rename column document to elsewhere');
    const error: unknown = await store.queryResources(search).catch((reason: unknown) => reason);
    expect(error).not.toBeInstanceOf(StorageUnavailable);
    expect(String(error)).toMatch(/refused a statement \(42703\).*document/);
  });

  it('goes on when the server ended its connections', async () => {
    const url = new URL(database.url);
    url.searchParams.set('application_name', 'to-be-ended');
    const store = await open(url.href);
    const id = await create(store, 'a');
    const ended = await (
      await admin()
    ).query(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'to-be-ended'`);
    expect(ended.rowCount).toBeGreaterThan(0);
    const read = (): Promise<unknown> => store.readResource('User', id).catch((error: unknown) => error);
    const answers = [await read(), await read(), await read()];
    expect(answers.at(-1)).toMatchObject({ id });
    for (const answer of answers) if (answer instanceof Error) expect(answer).toBeInstanceOf(StorageUnavailable);
  });

  it('survives that the server ends its connections in the middle of transactions', async () => {
    const url = new URL(database.url);
    url.searchParams.set('application_name', 'to-be-ended');
    const store = await open(url.href);
    const killer = await admin();
    let stopped = false;
    const failures: unknown[] = [];
    const client = async (name: string): Promise<void> => {
      for (let index = 0; !stopped; index += 1)
        await create(store, `${name}${index}`).catch((error: unknown) => failures.push(error));
    };
    const clients = ['a', 'b', 'c', 'd'].map(client);
    for (let round = 0; round < 20; round += 1) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      await killer.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'to-be-ended'`,
      );
    }
    stopped = true;
    await Promise.all(clients);
    expect(failures.length).toBeGreaterThan(0);
    for (const failure of failures) expect(failure).toBeInstanceOf(StorageUnavailable);
    await create(store, 'afterwards');
  });

  it('is refused when a newer program wrote it', async () => {
    await open();
    await (await admin()).query(`insert into migration (version, name, applied_at) values (99, 'from the future', 0)`);
    await expect(open()).rejects.toThrow(/schema version 99.*run the newer program/);
  });

  it('wakes the other processes when lanes become due, and when a listener lost its connection', async () => {
    const [here, there] = [await open(), await open()];
    const heard: string[] = [];
    there.onDue((connector) => heard.push(connector));
    // Once it listens it looks for itself, for what it may have missed.
    await eventually(async () => (heard.length === 1 ? true : undefined));
    await create(here, 'a');
    await eventually(async () => (heard.length === 2 ? true : undefined));
    await (
      await admin()
    ).query(
      `select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen%' and pid <> pg_backend_pid()`,
    );
    await eventually(async () => (heard.length === 3 ? true : undefined));
    expect(heard).toEqual(['salesforce', 'salesforce', 'salesforce']);
  });

  it('tells processes of another schema nothing', async () => {
    const engine = ENGINES.find(({ name }) => name === 'PostgreSQL') as Engine;
    const neighbour = await engine.create();
    const there = await open(neighbour.url);
    const heard: string[] = [];
    there.onDue((connector) => heard.push(connector));
    await eventually(async () => (heard.length === 1 ? true : undefined));
    const here = await open();
    await create(here, 'a');
    // A store sends what it still has to tell before it closes.
    await here.close();
    stores.splice(stores.indexOf(here), 1);
    await there.now();
    expect(heard).toEqual(['salesforce']);
    await there.close();
    stores.splice(stores.indexOf(there), 1);
    await neighbour.drop();
  });

  it.each([
    ['a read-only database', () => withOption('-c default_transaction_read_only=on'), /read-only.*name the primary/],
    ['a setting that the server does not know', () => withOption('-c nonsense=1'), /nonsense/],
    ['a server that is not there', () => 'postgres://u:pass-word@127.0.0.1:1/x', /ECONNREFUSED.*check host and port/],
  ])('names %s in one line without the password', async (_title, url, message) => {
    const error: unknown = await open(url()).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StorageUnavailable);
    expect((error as Error).message).toMatch(message);
    expect((error as Error).message).not.toMatch(/pass-word|\n/);
  });
});
