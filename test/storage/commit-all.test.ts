/** Many changes in one transaction: each as `commit` would have done it, in order, units whole or not at all. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { UniquenessConflict, VersionConflict } from '../../src/storage/errors.ts';
import type { Change, MembersChange, Store, StoredResource } from '../../src/storage/store.ts';
import { ENGINES, openEngine, storedUser, userKeys } from '../support/engines.ts';

const entry = { operation: 'create', actor: 'basic:admin', requestId: 'r1', changed: ['userName'] } as const;

const creation = (resource: StoredResource, userName: string): Change => ({
  type: resource.type,
  id: resource.id,
  after: { resource, keys: resource.type === 'User' ? userKeys(userName) : [] },
  entry,
  at: 1_000,
});

const renaming = (before: StoredResource, oldName: string, newName: string): Change => ({
  type: 'User',
  id: before.id,
  before: { version: before.version, keys: userKeys(oldName) },
  after: { resource: storedUser(newName, before.version + 1, before.id), keys: userKeys(newName) },
  entry: { ...entry, operation: 'replace' },
  at: 2_000,
});

const removal = (before: StoredResource, userName: string): Change => ({
  type: 'User',
  id: before.id,
  before: { version: before.version, keys: userKeys(userName) },
  entry: { ...entry, operation: 'delete', changed: [] },
  at: 3_000,
});

const joining = (group: StoredResource, member: string): MembersChange => ({
  type: 'Group',
  id: group.id,
  members: [
    { list: 'Group.members', put: [{ value: member, element: JSON.stringify({ value: member }) }], removed: [] },
  ],
  entry: { ...entry, operation: 'patch', changed: ['members'] },
  at: 4_000,
});

const group = (): StoredResource => ({ ...storedUser('x'), type: 'Group' });
const written = { kind: 'written', resources: [undefined] };

describe.each(ENGINES)('commitAll on $name', (engine) => {
  let store: Store;

  beforeEach(async () => {
    store = await openEngine(engine);
  });
  afterEach(() => store.close());

  const create = async (userName: string): Promise<StoredResource> => {
    const resource = storedUser(userName);
    await store.commit(creation(resource, userName));
    return resource;
  };
  const versionOf = async (id: string, type = 'User'): Promise<number | undefined> =>
    (await store.readResource(type, id))?.version;

  it('keeps each resource with its journal entry and its due lane', async () => {
    const users = Array.from({ length: 150 }, (_, index) => storedUser(`user${index}`));
    const outcomes = await store.commitAll(users.map((user, index) => [creation(user, `user${index}`)]));
    expect(outcomes).toEqual(users.map(() => written));
    for (const user of users) {
      const [line, ...more] = await store.readJournal(user.id, 10);
      expect([line?.detail, more]).toEqual([entry, []]);
      expect(await store.readLane('salesforce', user.id)).toMatchObject({ state: 'due', tailSeq: line?.seq });
      expect(await versionOf(user.id)).toBe(1);
    }
  });

  it('numbers the journal in the order of the changes', async () => {
    const users = Array.from({ length: 20 }, (_, index) => storedUser(`user${index}`));
    await store.commitAll(users.map((user, index) => [creation(user, `user${index}`)]));
    const journals = await Promise.all(users.map(({ id }) => store.readJournal(id, 1)));
    const numbers = journals.map(([line]) => line?.seq ?? 0);
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  });

  it('lets the first of two creations of one userName win, and their neighbours be', async () => {
    const [before, first, second, after] = ['before', 'Same', 'same', 'after'].map((name) => storedUser(name)) as [
      StoredResource,
      StoredResource,
      StoredResource,
      StoredResource,
    ];
    const outcomes = await store.commitAll([
      [creation(before, 'before')],
      [creation(first, 'Same')],
      [creation(second, 'same')],
      [creation(after, 'after')],
    ]);
    expect(outcomes).toEqual([
      written,
      written,
      { kind: 'refused', at: 0, reason: new UniquenessConflict('userName') },
      written,
    ]);
    expect(await Promise.all([before, first, second, after].map(({ id }) => versionOf(id)))).toEqual([
      1,
      1,
      undefined,
      1,
    ]);
    expect(await store.readLane('salesforce', second.id)).toBeUndefined();
    expect(await store.readJournal(second.id, 1)).toEqual([]);
  });

  it('gives a unique value on from one change to the next, as one commit after the other would', async () => {
    const [gone, renamed] = [await create('gone'), await create('old')];
    const [heir, second] = [storedUser('gone'), storedUser('old')];
    const outcomes = await store.commitAll([
      [removal(gone, 'gone')],
      [creation(heir, 'gone')],
      [renaming(renamed, 'old', 'new')],
      [creation(second, 'old')],
    ]);
    expect(outcomes.map(({ kind }) => kind)).toEqual(['written', 'written', 'written', 'written']);
    expect(await Promise.all([gone, heir, renamed, second].map(({ id }) => versionOf(id)))).toEqual([
      undefined,
      1,
      2,
      1,
    ]);
  });

  it('refuses alone what was changed or removed since it was read', async () => {
    const [changed, other] = [await create('changed'), await create('other')];
    await store.commit(renaming(changed, 'changed', 'faster'));
    const outcomes = await store.commitAll([
      [renaming(changed, 'changed', 'slower')],
      [removal(changed, 'changed')],
      [renaming(other, 'other', 'done')],
    ]);
    const reason = new VersionConflict('User', changed.id);
    expect(outcomes).toEqual([{ kind: 'refused', at: 0, reason }, { kind: 'refused', at: 0, reason }, written]);
    expect((await store.readResource('User', changed.id))?.document).toContain('faster');
  });

  it('writes nothing of a unit of which one change is refused', async () => {
    await create('taken');
    const [a, b, c, d] = [storedUser('a'), storedUser('b'), storedUser('taken'), storedUser('d')];
    const outcomes = await store.commitAll([
      [creation(a, 'a'), creation(b, 'b'), creation(c, 'taken')],
      [creation(d, 'd')],
    ]);
    expect(outcomes).toEqual([{ kind: 'refused', at: 2, reason: new UniquenessConflict('userName') }, written]);
    expect(await Promise.all([a, b, c, d].map(({ id }) => versionOf(id)))).toEqual([
      undefined,
      undefined,
      undefined,
      1,
    ]);
    expect(await Promise.all([a, b].map(({ id }) => store.readLane('salesforce', id)))).toEqual([undefined, undefined]);
    await expect(create('b')).resolves.toBeDefined();
  });

  it('changes lists in turn with resources, and tells the version that each change of a list made', async () => {
    const [user, crowd] = [await create('bjensen'), group()];
    const outcomes = await store.commitAll([
      [creation(crowd, '')],
      [joining(crowd, user.id)],
      [joining(crowd, user.id)],
      [removal(user, 'bjensen')],
      [joining(crowd, 'somebody')],
      [joining(group(), user.id)],
    ]);
    const versions = outcomes.map((outcome) =>
      outcome.kind === 'written' ? outcome.resources[0]?.version : outcome.reason.name,
    );
    // The third finds what the second did; the removal ends the membership and so makes version 3.
    expect(versions).toEqual([undefined, 2, 2, undefined, 4, 'VersionConflict']);
    const members = await store.readMembers({ list: 'Group.members', owners: [crowd.id] });
    expect(members.map(({ value }) => value)).toEqual(['somebody']);
  });

  it('tells its listeners once that there is work, and of no type that nobody follows', async () => {
    const heard: string[] = [];
    const stop = store.onDue((connector) => heard.push(connector));
    await store.commitAll([[creation(group(), '')]]);
    expect(heard).toEqual([]);
    await store.commitAll([[creation(storedUser('a'), 'a')], [creation(storedUser('b'), 'b')]]);
    stop();
    expect(heard).toEqual(['salesforce']);
  });

  it('goes through beside others of the same users in another order', async () => {
    const names = Array.from({ length: 30 }, (_, index) => `user${index}`);
    const units = (order: readonly string[]) => order.map((name) => [creation(storedUser(name), name)]);
    const [forward, backward] = await Promise.all([
      store.commitAll(units(names)),
      store.commitAll(units([...names].reverse())),
    ]);
    const winners = [...forward, ...backward].filter(({ kind }) => kind === 'written');
    expect(winners).toHaveLength(names.length);
  });

  it('has nothing to do for no unit', async () => expect(await store.commitAll([])).toEqual([]));
});
