import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import { openImporter, openSnapshot, openStore } from '../../src/database.ts';
import { derive } from '../../src/operations/derive.ts';
import { parseFilter } from '../../src/scim/filter/parse.ts';
import type { JsonObject } from '../../src/scim/json.ts';
import type { ResourceType } from '../../src/scim/schema/resource-type.ts';
import type { LeasedLane, Settlement, Store } from '../../src/storage/store.ts';
import {
  RECORD_KINDS,
  type Importer,
  type NumberedRecord,
  type Snapshot,
  type TransferHeader,
  type TransferRecord,
} from '../../src/storage/transfer.ts';
import { indexes, LASTING_ENGINES, registry, storeOptions, type Database } from '../support/engines.ts';
import { inTurns } from '../support/in-turns.ts';
import { settlement } from './support/settlement.ts';

const CONNECTOR = 'salesforce';
const LEAD = {
  leadId: '00Q000000000001AAA',
  origin: 'created',
  told: '{"LastName":"Å","Company":"x"}',
  ended: { kind: 'converted' },
} as const;
const entry = { operation: 'create', actor: 'basic:admin', requestId: 'r1', changed: ['userName'] } as const;
const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';

describe.each(LASTING_ENGINES)('a move out of $name', (engine) => {
  const databases: Database[] = [];
  const opened: Pick<Store, 'close'>[] = [];

  afterEach(async () => {
    for (const one of opened.splice(0).reverse()) await one.close();
    for (const database of databases.splice(0)) await database.drop();
  });

  const newDatabase = async (of = engine): Promise<Database> => {
    const database = await of.create();
    databases.push(database);
    return database;
  };
  const kept = <T extends Pick<Store, 'close'>>(one: T): T => {
    opened.push(one);
    return one;
  };
  const open = (database: Database): Promise<Store> =>
    openStore({ DATABASE_URL: database.url }, storeOptions, () => undefined);
  const serve = async (database: Database): Promise<Store> => kept(await open(database));
  const snapshot = async (database: Database, now = 10_000): Promise<Snapshot> =>
    kept(await openSnapshot({ DATABASE_URL: database.url }, now));
  const importer = async (database: Database): Promise<Importer> =>
    kept(await openImporter({ DATABASE_URL: database.url }, 0));
  const close = async (one: Pick<Store, 'close'>): Promise<void> => {
    opened.splice(opened.indexOf(one), 1);
    await one.close();
  };

  const create = async (
    store: Store,
    userName: string,
    more: JsonObject = {},
    type = 'User',
    members: readonly string[] = [],
  ): Promise<string> => {
    const id = randomUUID();
    const resource: JsonObject = { schemas: [USER], id, userName, ...more };
    await store.commit({
      type,
      id,
      after: {
        resource: { type, id, version: 1, createdAt: 1_000, lastModifiedAt: 1_000, document: JSON.stringify(resource) },
        ...derive({ registry, indexes }, type, resource),
      },
      ...(members.length > 0 && {
        members: [
          {
            list: 'Group.members',
            put: members.map((value) => ({ value, element: `{"value":"${value}"}` })),
            removed: [],
          },
        ],
      }),
      entry,
      at: 1_000,
    });
    return id;
  };
  const claim = (store: Store, limit: number): Promise<readonly LeasedLane[]> =>
    store.claimLanes({ connector: CONNECTOR, limit, lease: 'lease', leaseMs: 60_000, now: 2_000 });
  const settle = (store: Store, lane: LeasedLane, more: Partial<Settlement>): Promise<unknown> =>
    store.settleLanes(CONNECTOR, 'lease', [settlement(lane, { lead: LEAD, ...more })], 3_000);

  /** Users in every state, a group, a gate, a pause and a gap in the sequence. */
  const fill = async (store: Store): Promise<void> => {
    const gone = await create(store, 'gone');
    await create(store, 'bjensen', { emails: [{ value: 'B@Example.com', type: 'work' }], title: 'Ångström 𝒳 \u2028' });
    const robin = await create(store, 'robin', { name: { familyName: 'Hood', givenName: 'Robin' }, active: false });
    await create(store, 'last');
    await create(store, 'crowd', { displayName: 'Crowd ÄÖ' }, 'Group', ['x', robin, 'y']);
    await store.commit({ type: 'User', id: gone, before: { version: 1, keys: [] }, entry, at: 1_500 });
    const [first, second] = await claim(store, 2);
    if (!first || !second) throw new Error('nothing was due');
    await settle(store, first, {});
    const error = { class: 'data', code: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', message: 'no "sheriffs"', hint: 'x' };
    await settle(store, second, { state: 'parked', delivered: false, attempts: 3, lead: {}, error });
    const gate = { class: 'throttled', reason: 'REQUEST_LIMIT_EXCEEDED', failures: 2, until: 9_000 };
    await store.closeGate(CONNECTOR, gate, 'gate closed', 4_000);
    await store.pauseConnector(CONNECTOR, { reason: 'moving', actor: 'admin', at: 5_000 });
  };

  interface Export {
    readonly header: TransferHeader;
    readonly records: readonly TransferRecord[];
  }
  const exportAll = async (database: Database, now?: number): Promise<Export> => {
    const source = await snapshot(database, now);
    const records: TransferRecord[] = [];
    for (const kind of RECORD_KINDS) for await (const page of source.pages(kind)) records.push(...page);
    const header = { id: randomUUID(), schema: source.schema, sequences: source.sequences };
    expect(RECORD_KINDS.map((kind) => source.counts[kind])).toEqual(
      RECORD_KINDS.map((kind) => records.filter((record) => record.kind === kind).length),
    );
    await close(source);
    return { header, records };
  };
  const numbered = (records: readonly TransferRecord[]): readonly NumberedRecord[] =>
    records.map((record, index) => {
      const { kind, type, document } = record;
      if (kind !== 'resource') return { line: index + 2, record };
      return {
        line: index + 2,
        record,
        derived: derive({ registry, indexes }, type as string, document as JsonObject),
      };
    });
  const importAll = async (database: Database, { header, records }: Export): Promise<void> => {
    const target = await importer(database);
    expect(await target.begin(header, 1, 'derivation')).toEqual({ kind: 'begun', line: 1 });
    await target.write(header.id, 1, records.length + 1, numbered(records));
    await target.finish(header.id, 2);
    await close(target);
  };

  it.each(LASTING_ENGINES)('keeps every record, number and state in $name', async (other) => {
    const [source, target] = [await newDatabase(), await newDatabase(other)];
    const store = await serve(source);
    await fill(store);
    const before = await exportAll(source);
    await close(store);
    await importAll(target, before);
    const after = await exportAll(target);
    expect(after.records).toEqual(before.records);
    expect(after.header.sequences).toEqual(before.header.sequences);
    expect(before.records.filter(({ kind }) => kind === 'lane')).toHaveLength(4);
    expect(before.records.find((record) => record['state'] === 'parked')).toMatchObject({
      attempts: 3,
      error: { code: 'FIELD_CUSTOM_VALIDATION_EXCEPTION' },
    });
  });

  it.each(LASTING_ENGINES)('keeps values that are too long for an index unique and found in $name', async (other) => {
    const [source, target] = [await newDatabase(), await newDatabase(other)];
    const store = await serve(source);
    const names = [500, 3_000].map((length) => 'x'.repeat(length));
    for (const name of names) await create(store, name);
    const moved = await exportAll(source);
    await close(store);
    await importAll(target, moved);
    const next = await serve(target);
    const type = registry.resourceType('User') as ResourceType;
    for (const name of names) {
      const filter = parseFilter(type, `userName eq "${name}"`);
      const query = { types: [{ type: 'User', filter }], offset: 0, limit: 10, locations: new Map() };
      expect((await next.queryResources(query)).totalResults).toBe(1);
      await expect(create(next, name)).rejects.toThrow('another resource holds this value of userName');
    }
    await close(next);
  });

  it.each(LASTING_ENGINES)('goes on in $name as if nothing had happened: found by keys, numbered on', async (other) => {
    const [source, target] = [await newDatabase(), await newDatabase(other)];
    const store = await serve(source);
    await fill(store);
    const removed = await create(store, 'removed');
    await store.commit({ type: 'User', id: removed, before: { version: 1, keys: [] }, entry, at: 1_500 });
    const moved = await exportAll(source);
    await close(store);
    await importAll(target, moved);
    const next = await serve(target);
    const type = registry.resourceType('User') as ResourceType;
    for (const text of ['userName eq "BJENSEN"', 'emails.value eq "b@example.com"']) {
      const types = [{ type: 'User', filter: parseFilter(type, text) }];
      const query = { types, offset: 0, limit: 10, locations: new Map() };
      expect((await next.queryResources(query)).totalResults).toBe(1);
    }
    await expect(create(next, 'Robin')).rejects.toThrow('another resource holds this value of userName');
    const id = await create(next, 'new');
    const [latest] = await next.readJournal(id, 1);
    expect(latest?.seq).toBeGreaterThan(moved.header.sequences.journal);
    await close(next);
    const { header, records } = await exportAll(target);
    const created = records.find((record) => record['id'] === id);
    expect(created?.['seq']).toBeGreaterThan(moved.header.sequences.resource);
    expect(header.sequences.resource).toBe(created?.['seq']);
  });

  it('shows one moment, whatever is written meanwhile', async () => {
    const database = await newDatabase();
    const store = await serve(database);
    for (let index = 0; index < 5; index += 1) await create(store, `u${index}`);
    const source = await snapshot(database);
    expect(source.counts).toMatchObject({ resource: 5, journal: 5 });
    await create(store, 'later');
    const records: TransferRecord[] = [];
    for (const kind of RECORD_KINDS)
      for await (const page of source.pages(kind)) {
        records.push(...page);
        await create(store, randomUUID());
      }
    expect(records).toHaveLength(15);
  });

  it('takes a lane that is being delivered for due, without its lease', async () => {
    const database = await newDatabase();
    const store = await serve(database);
    await create(store, 'bjensen');
    await claim(store, 1);
    const { records } = await exportAll(database, 10_000);
    const lane = records.find(({ kind }) => kind === 'lane');
    expect(lane).toMatchObject({ state: 'due', dueAt: 10_000, attempts: 1 });
    expect(Object.keys(lane ?? {}).filter((member) => member.startsWith('lease'))).toEqual([]);
  });

  it('pages through more than a page holds, in order, and through rows that are large', async () => {
    const database = await newDatabase();
    const store = await serve(database);
    const title = 'x'.repeat(9_000);
    await inTurns(1_203, (index) => create(store, `u${index}`, { title }));
    const source = await snapshot(database);
    const pages: number[] = [];
    const seqs: number[] = [];
    for await (const page of source.pages('resource')) {
      pages.push(page.length);
      seqs.push(...page.map((record) => record['seq'] as number));
    }
    expect(pages[0]).toBe(1_000);
    expect(pages[1]).toBeLessThan(500);
    expect(seqs).toHaveLength(1_203);
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
    let lanes = 0;
    for await (const page of source.pages('lane')) lanes += page.length;
    expect(lanes).toBe(1_203);
  });

  describe('an import', () => {
    const started = async (): Promise<{ target: Importer; moved: Export; database: Database }> => {
      const source = await newDatabase();
      const store = await serve(source);
      await fill(store);
      const moved = await exportAll(source);
      await close(store);
      const database = await newDatabase();
      const target = await importer(database);
      await target.begin(moved.header, 1, 'derivation');
      return { target, moved, database };
    };

    it('goes on where it stopped, and no service starts before it is finished', async () => {
      const { target, moved, database } = await started();
      const all = numbered(moved.records);
      await target.write(moved.header.id, 1, 4, all.slice(0, 3));
      await close(target);
      await expect(open(database)).rejects.toThrow(`the import of ${moved.header.id} is unfinished: run import again`);
      await expect(snapshot(database)).rejects.toThrow('is unfinished');
      const again = await importer(database);
      expect(await again.begin(moved.header, 2, 'derivation')).toEqual({ kind: 'resumed', line: 4 });
      await again.write(moved.header.id, 4, all.length + 1, all.slice(3));
      await again.finish(moved.header.id, 3);
      expect(await again.begin(moved.header, 4, 'derivation')).toEqual({ kind: 'finished', finishedAt: 3 });
      await close(again);
      expect((await exportAll(database)).records).toEqual(moved.records);
      await serve(database);
    });

    it('is refused beside an unfinished one of another file', async () => {
      const { target, moved } = await started();
      await expect(target.begin({ ...moved.header, id: 'another' }, 2, 'derivation')).rejects.toThrow(
        `the import of ${moved.header.id} is unfinished: run import again with the file of that export`,
      );
    });

    it('writes no line twice when two processes run it', async () => {
      const { target, moved } = await started();
      const all = numbered(moved.records);
      await target.write(moved.header.id, 1, 4, all.slice(0, 3));
      await expect(target.write(moved.header.id, 1, 4, all.slice(0, 3))).rejects.toThrow('another process');
    });

    it('is refused by a database that holds anything', async () => {
      const { moved } = await started();
      const used = await newDatabase();
      const store = await serve(used);
      await create(store, 'bjensen');
      await close(store);
      const target = await importer(used);
      await expect(target.begin(moved.header, 1, 'derivation')).rejects.toThrow('the database is not empty');
    });

    it('names line and attribute of a unique value that comes twice, and keeps nothing of those lines', async () => {
      const { target, moved } = await started();
      const { header, records } = moved;
      const [first] = records;
      const twice = { ...first, kind: 'resource', seq: 900, id: 'other' } as const;
      const all = numbered([...records, twice]);
      await expect(target.write(header.id, 1, all.length + 1, all)).rejects.toThrow(
        `line ${all.length + 1}: another resource has this value of userName already`,
      );
      await target.write(header.id, 1, records.length + 1, numbered(records));
      const late = {
        line: 99,
        record: { ...twice, seq: 901, id: 'third' },
        ...(all[0]?.derived && { derived: all[0].derived }),
      };
      await expect(target.write(header.id, records.length + 1, 99, [late])).rejects.toThrow(
        'line 99: another resource has this value of userName already',
      );
    });

    it.each([
      ['a record with the number of another', { seq: 2, id: 'other' }, 'this resource is in the database already'],
      ['a text where a number belongs', { seq: 'x' }, 'seq of this resource is not a whole number'],
      ['a record without what every row has', { id: undefined }, 'id of this resource is not a text'],
      ['a document that is none', { document: 'x' }, 'document of this resource is not an object'],
    ])('names the line of %s', async (_what, members: Record<string, unknown>, message) => {
      const { target, moved } = await started();
      const [first, second] = moved.records;
      if (!first || !second) throw new Error('too few records');
      const bad = { ...second, ...members };
      const lines = [
        { line: 2, record: first },
        { line: 3, record: bad as TransferRecord },
      ];
      await expect(target.write(moved.header.id, 1, 3, lines)).rejects.toThrow(`line 3: ${message}`);
    });
  });
});
