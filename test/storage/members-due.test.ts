/** Who is due when memberships change: all whose memberships are others now, and nobody else. */
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Change, MemberChange, Store } from '../../src/storage/store.ts';
import { ENGINES, openEngine, storedUser } from '../support/engines.ts';

const CONNECTOR = 'salesforce';
const LIST = 'Group.members';
const entry = { operation: 'patch', actor: 'basic:admin', requestId: 'r1', changed: ['members'] } as const;

const put = (...values: readonly string[]): MemberChange => ({
  list: LIST,
  put: values.map((value) => ({ value, element: JSON.stringify({ value }) })),
  removed: [],
});
const removed = (...values: readonly string[]): MemberChange => ({ list: LIST, put: [], removed: values });

const groupOf = (id: string, version: number, display: string) => {
  const document = JSON.stringify({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
    id,
    displayName: display,
  });
  return { type: 'Group', id, version, createdAt: 1_000, lastModifiedAt: 1_000, document };
};

const creation = (id: string, display: string, members: readonly string[]): Change => ({
  type: 'Group',
  id,
  after: { resource: groupOf(id, 1, display), keys: [], display },
  ...(members.length > 0 && { members: [put(...members)] }),
  entry: { ...entry, operation: 'create', changed: ['displayName', 'members'] },
  at: 2_000,
});

describe.each(ENGINES)('a change of memberships on $name', (engine) => {
  let store: Store;
  let users: Record<'direct' | 'nested' | 'deep' | 'outside', string>;
  let groups: Record<'outer' | 'middle' | 'inner', string>;

  const open = async (memberReaders: ReadonlyMap<string, readonly string[]>): Promise<void> => {
    store = await openEngine(engine, { memberReaders });
    users = {
      direct: await createUser(),
      nested: await createUser(),
      deep: await createUser(),
      outside: await createUser(),
    };
    const inner = await createGroup('Inner', users.deep);
    const middle = await createGroup('Middle', inner, users.nested);
    const outer = await createGroup('Outer', middle, users.direct, 'nobody');
    groups = { inner, middle, outer };
    await settleAll();
  };
  beforeEach(() => open(new Map([[CONNECTOR, [LIST]]])));
  afterEach(() => store.close());

  const createUser = async (): Promise<string> => {
    const resource = storedUser(randomUUID());
    await store.commit({ type: 'User', id: resource.id, after: { resource, keys: [] }, entry, at: 1_000 });
    return resource.id;
  };
  const createGroup = async (display: string, ...members: readonly string[]): Promise<string> => {
    const id = randomUUID();
    await store.commit(creation(id, display, members));
    return id;
  };
  const claim = (now: number) =>
    store.claimLanes({ connector: CONNECTOR, limit: 200, lease: String(now), leaseMs: 1_000, now });
  const settle = async (now: number, lanes: Awaited<ReturnType<typeof claim>>): Promise<void> => {
    const settlements = lanes.map(({ userId, tailSeq, doubts }) => ({
      userId,
      state: 'idle' as const,
      dueAt: now,
      attempts: 0,
      seenSeq: tailSeq,
      delivered: true,
      seenDoubts: doubts,
      lead: {},
      version: 1,
      attempt: { action: 'skip', reason: 'x', outcome: 'skipped', fields: [], durationMs: 1 } as const,
    }));
    await store.settleLanes(CONNECTOR, String(now), settlements, now);
  };
  const settleAll = async (): Promise<void> => settle(10_000, await claim(10_000));
  /** By the names that they have here. */
  const due = async (now = 20_000): Promise<readonly string[]> => {
    const names = new Map(Object.entries(users).map(([name, id]) => [id, name]));
    return (await claim(now)).map(({ userId }) => names.get(userId) ?? userId).sort();
  };
  const change = (id: string, ...members: readonly MemberChange[]) =>
    store.commitMembers({ type: 'Group', id, members, entry: { ...entry, requestId: 'r2' }, at: 11_000 });
  const rename = async (id: string, display: string): Promise<void> => {
    const version = (await store.readResource('Group', id))?.version ?? 0;
    await store.commit({
      type: 'Group',
      id,
      before: { version, keys: [] },
      after: { resource: groupOf(id, version + 1, display), keys: [], display },
      entry: { ...entry, operation: 'replace', changed: ['displayName'] },
      at: 11_000,
    });
  };
  const remove = async (type: string, id: string): Promise<void> => {
    const version = (await store.readResource(type, id))?.version ?? 0;
    const before = { version, keys: [] };
    await store.commit({ type, id, before, entry: { ...entry, operation: 'delete', changed: [] }, at: 11_000 });
  };

  const cases: readonly (readonly [string, () => Promise<unknown>, readonly string[]])[] = [
    ['who comes into a group', () => change(groups.inner, put(users.outside)), ['outside']],
    ['who leaves a group', () => change(groups.outer, removed(users.direct)), ['direct']],
    ['all below a group that comes into another', () => createGroup('New', groups.middle), ['deep', 'nested']],
    ['all below a group that leaves another', () => change(groups.outer, removed(groups.middle)), ['deep', 'nested']],
    ['all below a group with a new name', () => rename(groups.middle, 'Centre'), ['deep', 'nested']],
    ['all below a group that is deleted', () => remove('Group', groups.outer), ['deep', 'direct', 'nested']],
    ['those below a deleted group and nobody above it', () => remove('Group', groups.inner), ['deep']],
    ['a deleted user alone', () => remove('User', users.nested), ['nested']],
    ['those in a circle of groups once', () => change(groups.inner, put(groups.outer)), ['deep', 'direct', 'nested']],
    ['nobody where members stay as they are', () => change(groups.outer, put(users.direct)), []],
    ['nobody where strangers come', () => change(groups.outer, put('stranger')), []],
    ['nobody where an empty group comes', () => createGroup('Empty'), []],
    [
      'all of several changes in one transaction',
      () =>
        store.commitAll([
          [creation(randomUUID(), 'One', [users.outside])],
          [{ type: 'Group', id: groups.outer, members: [removed(users.direct)], entry, at: 11_000 }],
        ]),
      ['direct', 'outside'],
    ],
  ];
  it.each(cases)('makes due %s', async (_title, act, expected) => {
    await act();
    expect(await due()).toEqual(expected);
  });

  it.each(cases)('that no mapping reads makes nobody due but a deleted user (%s)', async (_title, act) => {
    await store.close();
    await open(new Map());
    await act();
    expect((await due()).filter((name) => name !== 'nested')).toEqual([]);
  });

  it('is traced to the request that made it, and wakes the worker', async () => {
    const heard: string[] = [];
    store.onDue((connector) => heard.push(connector));
    await rename(groups.inner, 'Core');
    expect(heard).toEqual([CONNECTOR]);
    const [lane] = await claim(20_000);
    const latest = (await store.readJournal(groups.inner, 1))[0];
    expect(lane).toMatchObject({ userId: users.deep, change: { requestId: 'r1' }, tailSeq: latest?.seq });
  });

  it('is not hidden by a delivery that is under way, whose user is due again at once', async () => {
    await change(groups.inner, put(users.outside));
    const lanes = await claim(20_000);
    await rename(groups.inner, 'Core');
    expect(await due(20_500)).toEqual(['deep']);
    await settle(20_000, lanes);
    expect(await due(20_600)).toEqual(['outside']);
  });

  it('lets no user be missed who joins while the groups around it change', async () => {
    const joining = await Promise.all(Array.from({ length: 20 }, createUser));
    await settleAll();
    const seen = new Set<string>();
    await Promise.all([
      ...joining.map((user) => change(groups.inner, put(user))),
      rename(groups.middle, 'One'),
      rename(groups.outer, 'Two'),
    ]);
    for (const { userId } of await claim(30_000)) seen.add(userId);
    expect([...joining, users.deep, users.nested, users.direct].filter((id) => !seen.has(id))).toEqual([]);
  });
});
