import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { matches } from '../../src/scim/filter/evaluate.ts';
import type { Filter } from '../../src/scim/filter/filter.ts';
import { parseFilter } from '../../src/scim/filter/parse.ts';
import { printFilter } from '../../src/scim/filter/print.ts';
import type { ResourceType } from '../../src/scim/schema/resource-type.ts';
import { filters } from '../scim/support/arbitraries.ts';
import { ENGINES } from '../support/engines.ts';
import { groupType, labType, LOCATIONS, openLab, userType, type Lab } from './support/lab.ts';

describe.each(ENGINES)('a filter in $name', (engine) => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await openLab(engine, { users: 100, groups: 30, labs: 120 });
  });
  afterAll(() => lab.store.close());

  const found = async (type: ResourceType, filter: Filter): Promise<unknown[]> => {
    const query = { types: [{ type: type.name, filter }], offset: 0, limit: 1_000, locations: LOCATIONS };
    return (await lab.store.queryResources(query)).resources.map(({ id }) => id);
  };
  const expected = (type: ResourceType, filter: Filter): unknown[] =>
    lab.messages.filter((message) => isOf(type, message) && matches(filter, message)).map(({ id }) => id);
  const isOf = (type: ResourceType, message: Lab['messages'][number]): boolean =>
    (message['meta'] as { resourceType: string }).resourceType === type.name;

  it.each([userType, groupType, labType])(
    'finds each $name that it matches in memory, whatever the filter',
    async (type) => {
      await fc.assert(
        fc.asyncProperty(filters(type), async (filter) => {
          const text = printFilter(filter);
          expect({ text, ids: await found(type, filter) }).toEqual({ text, ids: expected(type, filter) });
        }),
        { numRuns: 300 },
      );
    },
    120_000,
  );

  const same = async (type: ResourceType, text: string): Promise<unknown[]> => {
    const filter = parseFilter(type, text);
    const ids = await found(type, filter);
    expect(ids).toEqual(expected(type, filter));
    return ids;
  };

  it.each(['User', 'user', 'USER1', 'é', '\u{10ffff}', '\ud7ff', 'x'.repeat(400), 'x'.repeat(401), 'ΑΣ', 'user9'])(
    'finds by an index what begins with %j',
    async (prefix) => {
      for (const path of ['userName', 'externalId', 'emails.value', 'id'])
        await same(userType, `${path} sw ${JSON.stringify(prefix)}`);
      await same(userType, `emails[value sw ${JSON.stringify(prefix)} and type pr]`);
    },
  );

  it.each([
    ['/user7', 1],
    ['/USER7', 1],
    ['/user17', 1],
    ['/user27', 1],
    ['b/user27', 1],
    ['/b/user27', 1],
    ['/user8', 0],
    ['/', 0],
  ])('finds by an index what ends with %j', async (tail, count) => {
    expect(await same(userType, `userName ew "${tail}"`)).toHaveLength(count);
  });

  it.each([
    'meta.created gt "2024-01-01T00:30:00"',
    'meta.created lt "2024-01-01T00:30:00.0000001Z" and meta.created ge "2024-01-01T00:29:59.9999999Z"',
    'meta[created gt "2024-01-01T00:30:00Z" and resourceType eq "User"]',
    'meta.location co "http://x/Users"',
    'meta.version eq "W/\\"2\\""',
    'userName ew ""',
    'name[givenName ne "x"]',
    'emails.primary ne true',
    'emails.type eq null',
    'emails[type eq "work" and value eq "a"]',
    'emails[(value eq "a" or value eq "b") and type eq "work"]',
    'id pr and not (title pr)',
    'displayName gt "b" or displayName le "A"',
    'groups pr',
    'not (groups pr)',
    'groups.type eq "indirect"',
    'groups[type eq "direct" and display pr]',
    'groups[type eq "indirect" and display pr]',
    'groups[not (type eq "direct") and value pr]',
    'groups.type ne "direct"',
    'groups.display ne "a"',
    'not (groups.type eq "direct")',
    'groups.display co "a" or groups.$ref co "Groups"',
  ])('means the same for %s', async (text) => {
    await same(userType, text);
  });

  it.each(['members.value eq $', 'members[value eq $ and type eq "user"]', 'members[value eq $ or value eq "gone1"]'])(
    'finds groups by %s',
    async (text) => {
      const sizes = [];
      for (const { id } of lab.messages)
        sizes.push((await same(groupType, text.replace('$', JSON.stringify(id)))).length);
      expect(Math.max(...sizes)).toBeGreaterThan(0);
    },
  );

  it.each(['groups.value eq $', 'groups[value eq $ and type eq "direct"]', 'groups eq $ or groups eq "nope"'])(
    'finds users by %s',
    async (text) => {
      const sizes = [];
      for (const { id } of lab.messages.filter((message) => isOf(groupType, message)))
        sizes.push((await same(userType, text.replace('$', JSON.stringify(id)))).length);
      expect(Math.max(...sizes)).toBeGreaterThan(0);
    },
  );

  it('tells values apart that are too long for an index and begin alike', async () => {
    const [long, other] = [`${'x'.repeat(9_000)}y`, `${'x'.repeat(9_000)}z`];
    expect(await same(userType, `externalId eq "${long}"`)).toHaveLength(1);
    expect(await same(userType, `externalId eq "${other}"`)).toEqual([]);
  });

  it.each(['userName', 'id', 'nickName', 'emails.value', 'meta.created'])('takes 10,000 values of %s', async (path) => {
    const value = (index: number): string =>
      path === 'meta.created' ? new Date(Date.UTC(2024, 0, 1) + index * 60_000).toISOString() : `user${index}`;
    const terms = Array.from({ length: 10_000 }, (_, index) => `${path} eq "${value(index)}"`);
    await same(userType, terms.join(' or '));
  });

  it('takes 50 levels', async () => {
    expect(await same(userType, `${'not ('.repeat(49)}userName eq "user1"${')'.repeat(49)}`)).not.toEqual([]);
  });
});
