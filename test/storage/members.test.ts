import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { VersionConflict } from '../../src/storage/errors.ts';
import type { MemberChange, Store } from '../../src/storage/store.ts';
import { ENGINES, openEngine, storedUser } from '../support/engines.ts';

const LIST = 'Group.members';
const entry = { operation: 'patch', actor: 'basic:admin', requestId: 'r1', changed: ['members'] } as const;

const put = (...values: readonly string[]): MemberChange => ({
  list: LIST,
  put: values.map((value) => ({ value, element: JSON.stringify({ value }) })),
  removed: [],
});
const removed = (...values: readonly string[]): MemberChange => ({ list: LIST, put: [], removed: values });

describe.each(ENGINES)('membership lists on $name', (engine) => {
  let store: Store;

  beforeEach(async () => {
    store = await openEngine(engine);
  });
  afterEach(async () => {
    await store.close();
  });

  const createUser = async (displayName?: string): Promise<string> => {
    const resource = storedUser(randomUUID());
    const display = displayName === undefined ? {} : { display: displayName };
    await store.commit({ type: 'User', id: resource.id, after: { resource, keys: [], ...display }, entry, at: 1_000 });
    return resource.id;
  };
  const createGroup = async (display: string, ...members: readonly string[]): Promise<string> => {
    const id = randomUUID();
    const document = JSON.stringify({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
      id,
      displayName: display,
    });
    const resource = { type: 'Group', id, version: 1, createdAt: 1_000, lastModifiedAt: 1_000, document };
    await store.commit({
      type: 'Group',
      id,
      after: { resource, keys: [], display },
      members: [put(...members)],
      entry: { ...entry, operation: 'create' },
      at: 1_000,
    });
    return id;
  };
  const change = (id: string, ...members: readonly MemberChange[]) =>
    store.commitMembers({ type: 'Group', id, members, entry, at: 2_000 });
  const values = async (owner: string): Promise<readonly string[]> =>
    (await store.readMembers({ list: LIST, owners: [owner] })).map(({ value }) => value);

  it('keep their elements in the order in which they came, with what they name', async () => {
    const user = await createUser('Babs Jensen');
    const plain = await createUser();
    const group = await createGroup('Tour Guides', 'nobody', user);
    await change(group, put(plain));
    expect(await store.readMembers({ list: LIST, owners: [group] })).toEqual([
      { owner: group, value: 'nobody', element: '{"value":"nobody"}' },
      { owner: group, value: user, element: `{"value":"${user}"}`, target: { type: 'User', display: 'Babs Jensen' } },
      { owner: group, value: plain, element: `{"value":"${plain}"}`, target: { type: 'User' } },
    ]);
    expect(await store.readMembers({ list: LIST, owners: [group], values: [plain, 'other'] })).toHaveLength(1);
  });

  it('are measured before they are read, and no further than asked for', async () => {
    const name = 'x'.repeat(5_000);
    const [long, short] = [await createUser(name), await createUser('Babs')];
    const group = await createGroup(name, long, short);
    const [members, memberships] = [
      (atMost: number) => store.measureMembers({ list: LIST, owners: [group] }, atMost),
      (atMost: number) => store.measureMemberships([LIST], [long, short], atMost),
    ];
    expect(await members(1_000_000)).toBeGreaterThan(5_000);
    expect(await members(1_000_000)).toBeLessThan(5_600);
    expect(await memberships(1_000_000)).toBeGreaterThan(10_000);
    expect(await memberships(1_000_000)).toBeLessThan(10_600);
    expect(await memberships(1)).toBeLessThan(5_300);
    expect(await store.measureMembers({ list: LIST, owners: [] }, 1)).toBe(0);
    expect(await store.measureMemberships([LIST], [], 1)).toBe(0);
    expect(await store.measureMembers({ list: LIST, owners: ['nobody'] }, 1)).toBe(0);
  });

  it('are measured by the steps that it takes to find them, where lists all hold each other', async () => {
    const groups = Array.from({ length: 20 }, (_, at) => `group${at}`);
    const user = await createUser();
    const others = await Promise.all(groups.map(() => createUser()));
    const held = await createGroup('Held', user, ...others);
    for (const id of groups) {
      const resource = { ...storedUser(id, 1, id), type: 'Group' };
      await store.commit({ type: 'Group', id, after: { resource, keys: [] }, entry, at: 1_000 });
      await change(id, put(held, ...groups));
    }
    const members = [user, ...others];
    const steps = 20 * 20 + 20;
    expect(await store.measureMemberships([LIST], members, 1_000_000)).toBeGreaterThanOrEqual(
      members.length * steps * 16,
    );
    expect(await store.measureMemberships([LIST], members, 10_000)).toBeGreaterThan(10_000);
    expect(await store.measureMemberships([LIST], members, 10_000)).toBeLessThan(11_000);
  });

  it('give their resource its next version, and none when they hold all that already', async () => {
    const group = await createGroup('Tour Guides', 'a');
    expect(await change(group, put('b'))).toMatchObject({ id: group, version: 2, lastModifiedAt: 2_000 });
    expect(await change(group, put('a', 'b'), removed('c'))).toMatchObject({ version: 2 });
    expect(await change(group, removed('a'))).toMatchObject({ version: 3 });
    expect(await values(group)).toEqual(['b']);
    const journal = await store.readJournal(group, 10);
    expect(journal.map(({ version, detail }) => [version, 'changed' in detail && detail.changed])).toEqual([
      [3, ['members']],
      [2, ['members']],
      [1, ['members']],
    ]);
  });

  it('never let the time of change go back', async () => {
    const group = await createGroup('Tour Guides');
    await store.commitMembers({ type: 'Group', id: group, members: [put('a')], entry, at: 9_000 });
    const after = await store.commitMembers({ type: 'Group', id: group, members: [put('b')], entry, at: 10 });
    expect(after.lastModifiedAt).toBe(9_000);
  });

  it('lose nothing when many change at once', async () => {
    const group = await createGroup('Tour Guides', ...Array.from({ length: 20 }, (_, index) => `old-${index}`));
    const changes = Array.from({ length: 20 }, (_, index) => [put(`new-${index}`), removed(`old-${index}`)]).flat();
    await Promise.all(changes.map((one) => change(group, one)));
    expect(new Set(await values(group))).toEqual(new Set(Array.from({ length: 20 }, (_, index) => `new-${index}`)));
    expect((await store.readResource('Group', group))?.version).toBe(41);
  });

  it('of a resource that is gone are refused, and those it had are gone', async () => {
    const group = await createGroup('Tour Guides', 'a');
    await store.commit({ type: 'Group', id: group, before: { version: 1, keys: [] }, entry, at: 3_000 });
    expect(await values(group)).toEqual([]);
    await expect(change(group, put('b'))).rejects.toThrow(VersionConflict);
    expect(await values(group)).toEqual([]);
  });

  it('end with who is in them, and their resources get a new version and an entry in the journal', async () => {
    const user = await createUser();
    const groups = [await createGroup('A', user, 'x'), await createGroup('B', 'y', user), await createGroup('C', 'z')];
    await store.commit({
      type: 'User',
      id: user,
      before: { version: 1, keys: [] },
      entry: { ...entry, operation: 'delete' },
      at: 5_000,
    });
    expect(await Promise.all(groups.map(values))).toEqual([['x'], ['y'], ['z']]);
    const resources = await store.readResources('Group', groups);
    const byId = new Map(resources.map((resource) => [resource.id, [resource.version, resource.lastModifiedAt]]));
    expect(groups.map((id) => byId.get(id))).toEqual([
      [2, 5_000],
      [2, 5_000],
      [1, 1_000],
    ]);
    const [latest] = await store.readJournal(groups[0] ?? '', 1);
    expect(latest).toMatchObject({ version: 2, detail: { operation: 'patch', changed: ['members'], requestId: 'r1' } });
  });

  it('tell of a member in which lists it is, directly and through others, also in a circle', async () => {
    const [user, other] = [await createUser(), await createUser()];
    const inner = await createGroup('Inner', user);
    const middle = await createGroup('Middle', inner);
    const outer = await createGroup('Outer', middle, user);
    await change(inner, put(outer));
    const memberships = await store.readMemberships([LIST], [user, other]);
    expect(memberships).toEqual([
      { member: user, owner: { id: inner, type: 'Group', display: 'Inner' }, direct: true },
      { member: user, owner: { id: middle, type: 'Group', display: 'Middle' }, direct: false },
      { member: user, owner: { id: outer, type: 'Group', display: 'Outer' }, direct: true },
    ]);
    expect(await store.readMemberships(['Other.list'], [user])).toEqual([]);
  });

  it('tell when what a member is shown to be in changed last, through any number of lists', async () => {
    const user = await createUser();
    const other = await createUser();
    const inner = await createGroup('Inner', user);
    const outer = await createGroup('Outer');
    const changedAt = (): Promise<number | undefined> => store.membershipsChangedAt([LIST], user);
    const at = (time: number, id: string, ...members: readonly MemberChange[]) =>
      store.commitMembers({ type: 'Group', id, members, entry, at: time });
    expect([await store.membershipsChangedAt([LIST], other), await changedAt()]).toEqual([undefined, 1_000]);
    await at(2_000, inner, put(other));
    expect(await changedAt()).toBe(1_000);
    await at(3_000, outer, put(inner));
    expect(await changedAt()).toBe(3_000);
    await at(4_000, outer, put(user));
    await at(5_000, outer, removed(user));
    expect(await changedAt()).toBe(5_000);
    const group = await store.readResource('Group', outer);
    if (!group) throw new Error('the group is gone');
    const renamed = { ...group, version: group.version + 1 };
    const { version } = group;
    const rename = { ...entry, changed: ['displayName'] };
    const after = { resource: renamed, keys: [], display: 'Renamed' };
    await store.commit({ type: 'Group', id: outer, before: { version, keys: [] }, after, entry: rename, at: 6_000 });
    expect(await changedAt()).toBe(6_000);
    await at(7_000, inner, removed(user));
    expect(await changedAt()).toBe(7_000);
    const third = await createGroup('Third', user);
    const before = { version: 1, keys: [] };
    await store.commit({ type: 'Group', id: third, before, entry: { ...entry, operation: 'delete' }, at: 8_000 });
    expect(await changedAt()).toBe(8_000);
  });

  it('are told to be longer than a number without being counted', async () => {
    const group = await createGroup('Tour Guides', 'a', 'b', 'c');
    expect(await store.hasMoreMembers(LIST, group, 2)).toBe(true);
    expect(await store.hasMoreMembers(LIST, group, 3)).toBe(false);
  });

  it('take values and elements of any length and letter', async () => {
    const long = `${'ÄÖ𝒳'.repeat(2_000)}'"\\`;
    const group = await createGroup('Tour Guides', long);
    expect((await store.readMembers({ list: LIST, owners: [group] }))[0]?.element).toBe(
      JSON.stringify({ value: long }),
    );
    expect(await store.readMembers({ list: LIST, owners: [group], values: [long] })).toHaveLength(1);
    await change(group, removed(long));
    expect(await values(group)).toEqual([]);
  });
});
