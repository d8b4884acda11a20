import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { resourceKeys } from '../../src/operations/resource-keys.ts';
import { resourceMessage, toStored } from '../../src/operations/stored-resource.ts';
import { matches } from '../../src/scim/filter/evaluate.ts';
import type { Filter } from '../../src/scim/filter/filter.ts';
import { parseFilter } from '../../src/scim/filter/parse.ts';
import { printFilter } from '../../src/scim/filter/print.ts';
import type { JsonObject } from '../../src/scim/json.ts';
import type { ResourceType } from '../../src/scim/schema/resource-type.ts';
import type { Store } from '../../src/storage/store.ts';
import { filters, resources } from '../scim/support/arbitraries.ts';
import { ENGINES, indexes, openEngine, registry } from '../support/engines.ts';

const type = registry.resourceType('User') as ResourceType;
const LOCATION = 'http://x/Users/';
/** At the edges of what an index can hold and order. */
const EXTERNAL_IDS = [
  'é',
  'É',
  '\u{10ffff}a',
  '\ud7ff',
  '\ue000',
  'x'.repeat(400),
  `${'x'.repeat(9_000)}y`,
  '𝒳'.repeat(700),
  'ας',
].map((externalId) => ({ externalId }));
const entry = { operation: 'create', actor: 'a', requestId: 'r', changed: [] } as const;

describe.each(ENGINES)('a filter in $name', (engine) => {
  let store: Store;
  const messages = new Map<string, JsonObject>();

  beforeAll(async () => {
    store = await openEngine(engine);
    const samples = fc.sample(resources(type), { numRuns: 120, seed: 7 });
    for (const [index, sample] of samples.entries()) {
      const at = Date.UTC(2024, 0, 1) + index * 60_000;
      const resource = { ...sample, userName: `user${index}`, ...EXTERNAL_IDS[index] };
      const stored = toStored(type, resource, { id: randomUUID(), version: 1, createdAt: at, lastModifiedAt: at });
      const keys = resourceKeys(indexes, 'User', resource);
      await store.commit({ type: 'User', id: stored.id, after: { resource: stored, keys }, entry, at });
      messages.set(stored.id, resourceMessage(stored, `${LOCATION}${stored.id}`));
    }
  });
  afterAll(() => store.close());

  const found = async (filter: Filter): Promise<string[]> => {
    const page = await store.queryResources({
      type: 'User',
      filter,
      offset: 0,
      limit: 1_000,
      locationPrefix: LOCATION,
    });
    return page.resources.map(({ id }) => id).sort();
  };
  const expected = (filter: Filter): string[] =>
    [...messages]
      .filter(([, message]) => matches(filter, message))
      .map(([id]) => id)
      .sort();

  it('finds the resources that it matches in memory, whatever the filter', async () => {
    await fc.assert(
      fc.asyncProperty(filters(type), async (filter) => {
        expect({ filter: printFilter(filter), ids: await found(filter) }).toEqual({
          filter: printFilter(filter),
          ids: expected(filter),
        });
      }),
      { numRuns: 600 },
    );
  }, 60_000);

  it.each(['User', 'user', 'USER1', 'é', '\u{10ffff}', '\ud7ff', 'x'.repeat(400), 'x'.repeat(401), 'ΑΣ', 'user9'])(
    'finds by an index what begins with %j',
    async (prefix) => {
      for (const path of ['userName', 'externalId', 'emails.value', 'id']) {
        const filter = parseFilter(type, `${path} sw ${JSON.stringify(prefix)}`);
        expect(await found(filter)).toEqual(expected(filter));
      }
      const filter = parseFilter(type, `emails[value sw ${JSON.stringify(prefix)} and type pr]`);
      expect(await found(filter)).toEqual(expected(filter));
    },
  );

  it.each([
    'meta.created gt "2024-01-01T00:30:00"',
    'meta[created gt "2024-01-01T00:30:00Z" and resourceType eq "User"]',
    'userName ew ""',
    'name[givenName ne "x"]',
    'emails.primary ne true',
    'emails.type eq null',
    'emails[type eq "work" and value eq "a"]',
    'id pr and not (title pr)',
    'displayName gt "b" or displayName le "A"',
  ])('means the same for %s', async (text) => {
    const filter = parseFilter(type, text);
    expect(await found(filter)).toEqual(expected(filter));
  });

  it('tells values apart that are too long for an index and begin alike', async () => {
    const [long, other] = [`${'x'.repeat(9_000)}y`, `${'x'.repeat(9_000)}z`];
    expect(await found(parseFilter(type, `externalId eq "${long}"`))).toHaveLength(1);
    expect(await found(parseFilter(type, `externalId eq "${other}"`))).toEqual([]);
  });

  it('takes 2,000 terms and 50 levels', async () => {
    const terms = Array.from({ length: 2_000 }, (_, index) => `nickName eq "${index}"`).join(' or ');
    const nested = `${'not ('.repeat(49)}userName eq "user1"${')'.repeat(49)}`;
    for (const text of [terms, nested]) {
      const filter = parseFilter(type, text);
      expect(await found(filter)).toEqual(expected(filter));
    }
  });
});
