/** GET on a resource type: filter and page (RFC 7644 §3.4.2). */
import { invalidFilter } from '../scim/errors.ts';
import { parseFilter } from '../scim/filter/parse.ts';
import type { Filter } from '../scim/filter/filter.ts';
import { parsePage, type Page } from '../scim/paging.ts';
import type { ResourceType } from '../scim/schema/resource-type.ts';
import type { ResourcePage } from '../storage/store.ts';
import type { OperationContext } from './context.ts';

/** Resources a page: when the client does not say, and at most. */
export const PAGE_LIMITS = { defaultCount: 100, maxCount: 1000 } as const;

export interface ListQuery {
  readonly filter?: string | undefined;
  readonly startIndex?: string | undefined;
  readonly count?: string | undefined;
}

export interface ListedPage extends ResourcePage {
  readonly page: Page;
}

/** @throws ScimError invalidFilter or invalidValue */
export async function listResources(
  context: OperationContext,
  type: ResourceType,
  query: ListQuery,
): Promise<ListedPage> {
  const page = parsePage(query, PAGE_LIMITS);
  const filter = query.filter === undefined ? undefined : parseKnownFilter(type, query.filter);
  const found = await context.store.queryResources({
    type: type.name,
    ...(filter && { filter }),
    offset: page.startIndex - 1,
    limit: page.count,
    locationPrefix: `${context.baseUrl()}${type.endpoint}/`,
  });
  return { ...found, page };
}

/** A misspelt attribute would quietly find nobody, or with `ne` everybody: it is refused. */
function parseKnownFilter(type: ResourceType, text: string): Filter {
  const filter = parseFilter(type, text, { unquoted: true });
  const unknown = findUnknown(filter);
  if (unknown !== undefined) throw invalidFilter(`filter: ${type.name} has no attribute ${unknown}`);
  return filter;
}

function findUnknown(filter: Filter): string | undefined {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.operands.map(findUnknown).find((name) => name !== undefined);
    case 'not':
      return findUnknown(filter.operand);
    case 'valuePath':
      return filter.path.unknown ?? findUnknown(filter.filter);
    case 'compare':
    case 'present':
      return filter.path.unknown;
  }
}
