/** Queries: filter, sort and page over the resources of one type or of several (RFC 7644 §3.4.2, RFC 9865). */
import { printCursor } from '../scim/cursor.ts';
import { tooMany } from '../scim/errors.ts';
import { parseKnownFilter, pathsOf } from '../scim/filter/known.ts';
import { parsePaging, type Paging } from '../scim/paging.ts';
import type { Profile } from '../scim/profiles/profile.ts';
import type { ResourceType } from '../scim/schema/resource-type.ts';
import { parseSort, type Sort } from '../scim/sort.ts';
import { StatementTimeout } from '../storage/errors.ts';
import type { ResourceQuery, TypeQuery } from '../storage/resource-query.ts';
import type { ResourcePage } from '../storage/store.ts';
import type { OperationContext } from './context.ts';
import { otherNameFilter } from './domain-names.ts';
import { locationOf } from './location.ts';
import { fitPage, MAX_PAGE_BYTES } from './page-size.ts';
import { refuseStateQuery } from './provisioning-state.ts';
import { refuseCostly } from './query-cost.ts';
import type { ProjectionOf } from './render.ts';

/** Resources a page: when the client does not say, and at most. */
export const PAGE_LIMITS = { defaultCount: 100, maxCount: 1000 } as const;

export interface ListQuery {
  readonly filter?: string | undefined;
  readonly sortBy?: string | undefined;
  readonly sortOrder?: string | undefined;
  /** Strings in a URL, numbers in a SearchRequest. */
  readonly startIndex?: unknown;
  readonly count?: unknown;
  readonly cursor?: string | undefined;
}

export interface ListedPage {
  readonly totalResults: number;
  /** As many as were asked for, or fewer where they are long: more follow while `totalResults` says so. */
  readonly resources: ResourcePage['resources'];
  /** Absent where a cursor says which page it is. */
  readonly startIndex?: number;
  readonly nextCursor?: string;
}

export interface ListOptions {
  readonly profile: Profile;
  /** What is answered of each resource; absent: nothing but what is stored with it. */
  readonly projectionOf?: ProjectionOf;
}

/** @throws ScimError invalidFilter, tooMany, invalidValue, invalidCursor or invalidCount */
export async function listResources(
  context: OperationContext,
  types: readonly ResourceType[],
  query: ListQuery,
  options: ListOptions,
): Promise<ListedPage> {
  const page = await listMatches(context, types, query, options);
  const isLookup = options.profile.findsNamesOfDomains && query.filter !== undefined && page.totalResults === 0;
  const other = isLookup ? otherNameFilter(context, types, query.filter) : undefined;
  if (other === undefined) return page;
  const found = await listMatches(context, types, { ...query, filter: other }, options);
  // Of several people with that name in several domains, none is meant more than the others.
  return found.totalResults === 1 ? found : page;
}

async function listMatches(
  context: OperationContext,
  types: readonly ResourceType[],
  query: ListQuery,
  { profile, projectionOf }: ListOptions,
): Promise<ListedPage> {
  const same = sameQuery(types, query);
  const paging = parsePaging(query, same, PAGE_LIMITS);
  const sort = parseSort(types, query);
  const asked = typeQueries(types, query, sort, profile);
  for (const one of asked) await refuseCostly(context, one, locations(context));
  const page = await readPage(context, {
    types: asked,
    descending: sort?.descending ?? false,
    locations: locations(context),
    limit: paging.count,
    maxBytes: MAX_PAGE_BYTES,
    ...placeOf(paging),
  });
  const { resources, totalResults, next } = projectionOf ? await fitPage(context, page, projectionOf) : page;
  if (paging.kind === 'index') return { totalResults, resources, startIndex: paging.startIndex };
  return { totalResults, resources, ...(next && { nextCursor: printCursor(same, paging.count, next) }) };
}

/** A client that were told of an outage would ask again, and in vain: what timed out will do so again. */
async function readPage({ store }: OperationContext, query: ResourceQuery): Promise<ResourcePage> {
  try {
    return await store.queryResources(query);
  } catch (error) {
    const isSearch = query.types.some(({ filter, sortBy }) => filter ?? sortBy);
    if (!isSearch || !(error instanceof StatementTimeout)) throw error;
    throw tooMany('the database gave this query up: ask for less at once, or by an attribute with an index', {
      cause: error,
    });
  }
}

/** What a cursor is for: all but the page itself. */
const sameQuery = (types: readonly ResourceType[], { filter, sortBy, sortOrder }: ListQuery): string =>
  JSON.stringify([types.map(({ name }) => name), filter ?? '', sortBy ?? '', sortOrder ?? '']);

const parseKnown = (types: readonly ResourceType[], filter: string, { unquotedFilters }: Profile) =>
  parseKnownFilter(types, filter, { unquoted: unquotedFilters });

const placeOf = (paging: Paging) =>
  paging.kind === 'index'
    ? { offset: paging.startIndex - 1 }
    : { offset: 0, ...(paging.after && { after: paging.after }) };

function typeQueries(
  types: readonly ResourceType[],
  query: ListQuery,
  sort: Sort | undefined,
  profile: Profile,
): readonly TypeQuery[] {
  const filters = query.filter === undefined ? undefined : parseKnown(types, query.filter, profile);
  refuseStateQuery('filter', filters?.flatMap(pathsOf) ?? []);
  refuseStateQuery('sortBy', sort?.paths.flatMap((path) => path ?? []) ?? []);
  return types.map(({ name }, index) => {
    const [filter, sortBy] = [filters?.[index], sort?.paths[index]];
    return { type: name, ...(filter && { filter }), ...(sortBy && { sortBy }) };
  });
}

const locations = (context: OperationContext): ReadonlyMap<string, string> =>
  new Map(context.registry.resourceTypes.map(({ name }) => [name, locationOf(context, name, '')]));
