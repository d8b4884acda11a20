/** How much a filter looks at is known before it is run, whatever the resources are like. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { derive } from '../../src/operations/derive.ts';
import { parseStored, toStored } from '../../src/operations/stored-resource.ts';
import type { JsonObject } from '../../src/scim/json.ts';
import { parseFilter } from '../../src/scim/filter/parse.ts';
import type { ResourceType } from '../../src/scim/schema/resource-type.ts';
import { parseSort } from '../../src/scim/sort.ts';
import { countClimbs } from '../../src/storage/sql/climb.ts';
import type { Store } from '../../src/storage/store.ts';
import { filters } from '../scim/support/arbitraries.ts';
import { ENGINES, openEngine } from '../support/engines.ts';
import { groupType, labType, LOCATIONS, model, openLab, userType, type Lab } from './support/lab.ts';

const USERS = 50;
const ENOUGH = 3_000_000;
const entry = { operation: 'create', actor: 'a', requestId: 'r', changed: [] } as const;

const any = (count: number, term: (at: number) => string): string =>
  Array.from({ length: count }, (_, at) => term(at)).join(' or ');
const titles = (count: number): string => any(count, (at) => `title co "${at}"`);

async function create(
  store: Store,
  type: ResourceType,
  resource: JsonObject,
  id: string,
  ...members: string[]
): Promise<void> {
  const stored = toStored(type, { schemas: [], id, ...resource }, { id, version: 1, createdAt: 1, lastModifiedAt: 1 });
  const put = members.map((value) => ({ value, element: JSON.stringify({ value }) }));
  await store.commit({
    type: type.name,
    id,
    after: { resource: stored, ...derive(model, type.name, parseStored(stored)) },
    ...(put.length > 0 && { members: [{ list: 'Group.members', put, removed: [] }] }),
    entry,
    at: 1,
  });
}

describe.each(ENGINES)('the cost of a filter on $name', (engine) => {
  let store: Store;

  beforeAll(async () => {
    store = await openEngine(engine);
    const emails = (count: number) => Array.from({ length: count }, (_, at) => ({ value: `a${at}@example.com` }));
    const ids = Array.from({ length: USERS }, (_, at) => `id-${at}`);
    for (const [at, id] of ids.entries())
      await create(store, userType, { userName: `user${at}`, emails: emails(1), title: 'Clerk' }, id);
    await create(store, userType, { userName: 'long', title: 't'.repeat(300_000), emails: emails(4_000) }, 'long');
    await create(store, groupType, { displayName: 'All' }, 'all', ...ids);
  });
  afterAll(() => store.close());

  const looks = (text: string, type = userType): Promise<number> =>
    store.estimateLooks({ type: type.name, filter: parseFilter(type, text) }, LOCATIONS, ENOUGH);

  it.each([
    ['one scan', 'title co "x"'],
    ['ten scans', titles(10)],
    ['a look at groups', 'groups.display co "a"'],
    ['a unique value', 'id eq "x"'],
    ['500 unique values', any(500, (at) => `userName eq "${at}"`)],
  ])('is nothing for %s', async (_, text) => {
    expect(await looks(text)).toBe(0);
  });

  it('grows with the resources and with the conditions', async () => {
    const few = await looks(any(20, (at) => `nickName co "${at}"`));
    expect(few).toBe(20 * (USERS + 1));
    expect(await looks(any(40, (at) => `nickName co "${at}"`))).toBe(2 * few);
    expect(await looks(any(20, (at) => `not (nickName co "${at}")`))).toBe(few);
    expect(await looks(any(20, (at) => `meta.created gt "20${10 + at}-01-01T00:00:00Z"`))).toBe(few);
  });

  it.each([
    ['elements', (at: number) => `emails.value co "${at}"`, 4_000],
    ['elements between brackets', (at: number) => `emails[value co "${at}"]`, 4_000],
    ['the characters of a long text', (at: number) => `title co "${at}"`, 2_000],
    ['the memberships that an attribute shows', (at: number) => `groups.display co "${at}"`, USERS],
    ['the memberships of a look-up', (at: number) => `(groups.value eq "${at}" and title pr)`, USERS],
  ])('grows with %s', async (_, term, atLeast) => {
    expect(await looks(any(20, term))).toBeGreaterThan(20 * atLeast);
  });

  it('grows with the members of the groups that are looked at', async () => {
    expect(
      await looks(
        any(20, (at) => `members.display co "${at}"`),
        groupType,
      ),
    ).toBeGreaterThan(20 * USERS);
  });

  it('is that of what an index leaves', async () => {
    const all = await looks(titles(100));
    for (const found of ['userName eq "user1"', 'userName sw "user1"', 'emails[value eq "nobody" and type pr]'])
      expect(await looks(`${found} and (${titles(100)})`)).toBeLessThan(all / 3);
    expect(await looks(`(${titles(100)}) and userName eq "user1"`)).toBe(
      await looks(`userName eq "user1" and (${titles(100)})`),
    );
  });

  it.each(['userName sw ""', 'userName sw "u"', 'id sw "i"', 'emails.value eq "a0@example.com"', 'not (title eq "x")'])(
    'is that of all when %s leaves them all',
    async (prefix) => {
      const scans = any(100, (at) => `nickName co "${at}"`);
      // One of the 51 users has neither this id nor this address.
      expect(await looks(`${prefix} and (${scans})`)).toBeGreaterThanOrEqual((await looks(scans)) - 100);
    },
  );

  it('counts what an index gives for each prefix, and values of one attribute once', async () => {
    expect(await looks(any(20, (at) => `userName sw "u${at}"`))).toBe(20 * (USERS + 1));
    expect(await looks(any(2_000, (at) => `externalId eq "${at}"`))).toBe(0);
  });
});

const GROUPS = 300;

describe.each(ENGINES)('groups in a ring on $name', (engine) => {
  let store: Store;

  beforeAll(async () => {
    store = await openEngine(engine);
    for (let at = 0; at < GROUPS; at += 1) {
      await create(store, userType, { userName: `user${at}` }, `user${at}`);
      // Each holds the next one, so that all are above all, and one user.
      const members = [`group${(at + 1) % GROUPS}`, `user${at}`];
      await create(store, groupType, { displayName: `Group ${at}` }, `group${at}`, ...members);
    }
  }, 60_000);
  afterAll(() => store.close());

  const looks = (query: { filter?: string; sortBy?: string }): Promise<number> => {
    const sort = parseSort([userType], query)?.paths[0];
    return store.estimateLooks(
      {
        type: userType.name,
        ...(query.filter !== undefined && { filter: parseFilter(userType, query.filter) }),
        ...(sort && { sortBy: sort }),
      },
      LOCATIONS,
      ENOUGH,
    );
  };

  it.each([
    'groups pr',
    'groups.type eq "direct"',
    'groups.type pr',
    'groups.display co "Group"',
    'userName eq "user7" and groups.type eq "direct"',
    'groups[type eq "direct" and display co "Group"]',
    'groups[type eq "direct" and value eq "group7"]',
  ])('cost %s next to nothing', async (filter) => {
    expect(await looks({ filter })).toBeLessThan(100 * GROUPS);
  });

  it('cost a filter a step from each to those that hold it when it asks only whether somebody is in any by way of others', async () => {
    const own = await looks({ filter: 'groups.type eq "indirect"' });
    expect(own).toBeGreaterThan(GROUPS);
    expect(own).toBeLessThan(100 * GROUPS);
  });

  it.each([
    { filter: 'groups[type eq "indirect" and display co "Group"]' },
    { filter: 'groups[type ne "direct" and value eq "group7"]' },
    { filter: 'groups[type eq "indirect" and $ref co "Groups"]' },
    { filter: 'not (groups[type eq "indirect" and display eq "Group 7"])' },
    { filter: 'groups.type eq "direct"', sortBy: 'groups' },
    { sortBy: 'groups.display' },
  ])('cost the square of them with %j', async (query) => {
    expect(await looks(query)).toBeGreaterThanOrEqual(GROUPS * GROUPS);
  });
});

describe('steps from lists to those that hold them', () => {
  const dense = (count: number): Map<string, string[]> => {
    const all = Array.from({ length: count }, (_, at) => `list${at}`);
    return new Map(all.map((one) => [one, all.filter((other) => other !== one)]));
  };

  it.each([
    ['no list is in another', new Map(), 0],
    ['one is in another', new Map([['a', ['b']]]), 1],
    [
      'one is in another, which is in a third',
      new Map([
        ['a', ['b']],
        ['b', ['c']],
      ]),
      3,
    ],
    [
      'two hold each other',
      new Map([
        ['a', ['b']],
        ['b', ['a']],
      ]),
      4,
    ],
    ['ten all hold each other', dense(10), 10 * 10 * 9],
  ])('are counted when %s', (_, holders: ReadonlyMap<string, readonly string[]>, steps) => {
    expect(countClimbs(holders, 1_000_000)).toBe(steps);
  });

  it('are counted no further than asked for', () => {
    expect(countClimbs(dense(1_000), 10_000)).toBeLessThan(12_000);
  });
});

describe.each(ENGINES)('any filter on $name', (engine) => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await openLab(engine, { users: 5, groups: 5, labs: 5 });
  });
  afterAll(() => lab.store.close());

  it.each([userType, groupType, labType])(
    'of $name has a cost',
    async (type) => {
      await fc.assert(
        fc.asyncProperty(filters(type), async (filter) => {
          const operands = Array.from({ length: 11 }, () => filter);
          const looks = await lab.store.estimateLooks(
            { type: type.name, filter: { kind: 'and', operands } },
            LOCATIONS,
            ENOUGH,
          );
          expect(looks).toBeGreaterThanOrEqual(0);
        }),
        { numRuns: 200 },
      );
    },
    60_000,
  );
});
