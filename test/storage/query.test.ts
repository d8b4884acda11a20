/** Sorting, index and cursor paging, queries over several types (RFC 7644 §3.4.2, RFC 9865). */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Place } from '../../src/scim/cursor.ts';
import { matches } from '../../src/scim/filter/evaluate.ts';
import { parseKnownFilter } from '../../src/scim/filter/known.ts';
import type { Json, JsonObject } from '../../src/scim/json.ts';
import type { ResourceType } from '../../src/scim/schema/resource-type.ts';
import { compareSortKeys, parseSort, sortKey, type Sort } from '../../src/scim/sort.ts';
import type { TypeQuery } from '../../src/storage/resource-query.ts';
import { allPaths } from '../scim/support/arbitraries.ts';
import { ENGINES } from '../support/engines.ts';
import { groupType, labType, LOCATIONS, openLab, registry, userType, type Lab } from './support/lab.ts';

interface Asked {
  readonly types: readonly ResourceType[];
  readonly filter?: string;
  readonly sortBy?: string;
  readonly sortOrder?: string;
}

const typeOf = (message: JsonObject): ResourceType | undefined =>
  registry.resourceType((message['meta'] as { resourceType: string }).resourceType);

/** Every attribute that a list can be sorted by. */
function sortable(type: ResourceType): readonly string[] {
  const names = allPaths(type).map(({ attribute, subAttribute }) => (subAttribute ?? attribute).path);
  return names.filter((sortBy) => {
    try {
      return parseSort([type], { sortBy }) !== undefined;
    } catch {
      return false;
    }
  });
}

const asked: fc.Arbitrary<Asked> = fc
  .constantFrom([userType], [groupType], [labType], [userType, groupType, labType], [labType, groupType])
  .chain((types) =>
    fc.record(
      {
        types: fc.constant(types),
        sortBy: fc.constantFrom(...types.flatMap(sortable)),
        sortOrder: fc.constantFrom('ascending', 'DESCENDING', ''),
        filter: fc.constantFrom(
          'meta.created gt "2024-01-01T01:00:00Z"',
          'displayName pr or externalId eq "x"',
          'not (displayName sw "a")',
          'meta.resourceType ne "User"',
          'displayName eq "a" or displayName eq "É"',
        ),
      },
      { requiredKeys: ['types'] },
    ),
  );

describe.each(ENGINES)('a query in $name', (engine) => {
  let lab: Lab;

  beforeAll(async () => {
    lab = await openLab(engine, { users: 50, groups: 20, labs: 80 });
  });
  afterAll(() => lab.store.close());

  const ids = (resources: readonly { readonly id?: Json }[]): unknown[] => resources.map(({ id }) => id);

  function typeQueries({ types, filter, ...sorted }: Asked): { types: TypeQuery[]; descending: boolean } {
    const filters = filter === undefined ? [] : parseKnownFilter(types, filter, {});
    const sort = parseSort(types, sorted);
    return {
      descending: sort?.descending ?? false,
      types: types.map(({ name }, index) => {
        const [one, sortBy] = [filters[index], sort?.paths[index]];
        return { type: name, ...(one && { filter: one }), ...(sortBy && { sortBy }) };
      }),
    };
  }

  const query = (one: Asked, page: { offset: number; limit: number; after?: Place; maxBytes?: number }) =>
    lab.store.queryResources({ ...typeQueries(one), ...page, locations: LOCATIONS });

  function expected({ types, filter, ...sorted }: Asked): JsonObject[] {
    const filters = filter === undefined ? undefined : parseKnownFilter(types, filter, {});
    const found = lab.messages.filter((message) => {
      const at = types.findIndex((type) => type === typeOf(message));
      return at >= 0 && (filters?.[at] === undefined || matches(filters[at], message));
    });
    const sort = parseSort(types, sorted);
    return sort ? sortedBy(types, sort, found) : found;
  }

  function sortedBy(types: readonly ResourceType[], { paths, descending }: Sort, found: JsonObject[]): JsonObject[] {
    const keyOf = (message: JsonObject) => {
      const path = paths[types.findIndex((type) => type === typeOf(message))];
      return path && sortKey(path, message);
    };
    return [...found].sort((a, b) => compareSortKeys(keyOf(a), keyOf(b), descending));
  }

  it('sorts by any attribute as the same comparison in memory does', async () => {
    await fc.assert(
      fc.asyncProperty(asked, async (one) => {
        const { resources, totalResults } = await query(one, { offset: 0, limit: 1_000 });
        const all = expected(one);
        expect({ one: nameOf(one), ids: ids(resources) }).toEqual({ one: nameOf(one), ids: ids(all) });
        expect(totalResults).toBe(all.length);
      }),
      { numRuns: 300 },
    );
  });

  it('cuts pages by index out of the same list, with the same total', async () => {
    const pages = fc.record({ offset: fc.integer({ min: 0, max: 160 }), limit: fc.integer({ min: 0, max: 30 }) });
    await fc.assert(
      fc.asyncProperty(asked, pages, async (one, page) => {
        const { resources, totalResults } = await query(one, page);
        const all = expected(one);
        expect(ids(resources)).toEqual(ids(all.slice(page.offset, page.offset + page.limit)));
        expect(totalResults).toBe(all.length);
      }),
      { numRuns: 200 },
    );
  });

  it('comes by all of the list with the place of each last resource, each once and in order', async () => {
    await fc.assert(
      fc.asyncProperty(asked, fc.integer({ min: 1, max: 40 }), async (one, limit) => {
        const all = expected(one);
        expect(await walk(one, limit, all.length)).toEqual(ids(all));
      }),
      { numRuns: 150 },
    );
  });

  it('ends pages before they are too long, and goes on with those behind', async () => {
    const sizes = fc.record({ limit: fc.integer({ min: 1, max: 160 }), maxBytes: fc.integer({ min: 1, max: 60_000 }) });
    await fc.assert(
      fc.asyncProperty(asked, sizes, async (one, { limit, maxBytes }) => {
        const all = expected(one);
        const lengths: number[] = [];
        expect(await walk(one, limit, all.length, { maxBytes, lengths })).toEqual(ids(all));
        // One resource is answered however long it is. The engines store a document in other bytes than its text has.
        expect(lengths.every((length) => length < 2 * maxBytes)).toBe(true);
      }),
      { numRuns: 150 },
    );
  });

  interface Sizes {
    readonly maxBytes: number;
    /** Takes the lengths of pages with several resources. */
    readonly lengths: number[];
  }

  async function walk(one: Asked, limit: number, total: number, sizes?: Sizes): Promise<unknown[]> {
    const seen: unknown[] = [];
    let after: Place | undefined;
    do {
      const page = await query(one, {
        offset: 0,
        limit,
        ...(after && { after }),
        ...(sizes && { maxBytes: sizes.maxBytes }),
      });
      expect(page.totalResults).toBe(total);
      expect(page.resources.length).toBeGreaterThan(total === 0 ? -1 : 0);
      expect(page.places).toHaveLength(page.resources.length);
      if (page.resources.length > 1)
        sizes?.lengths.push(page.resources.map(({ document }) => document).join('').length);
      seen.push(...ids(page.resources));
      after = page.next;
    } while (after);
    return seen;
  }

  const nameOf = ({ types, ...rest }: Asked): object => ({ ...rest, types: types.map(({ name }) => name) });
});
