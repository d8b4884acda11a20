/** All rows of a query's list, `seq` and `sort_key`, in no order yet: of one type, of several, or out of an index. */
import type { ResourceQuery, TypeQuery } from '../resource-query.ts';
import { columnOf } from './columns.ts';
import { filterCondition } from './filter.ts';
import { keyTableOf, sortExpression, type Order } from './order.ts';
import { leafOf, type QueryContext, type StoreContext } from './query-context.ts';
import { Parameters } from './transaction.ts';

export function selectCandidates(context: StoreContext, query: ResourceQuery, parameters: Parameters): string {
  const { types } = query;
  if (types.length > 1 && types.every(({ filter, sortBy }) => !filter && !sortBy)) return ofTypes(types, parameters);
  const table = sortingTable(context, query);
  const select = (type: TypeQuery): string => {
    const own = contextOf(context, query, type.type, parameters);
    return table === undefined ? ofType(own, type) : ofKeyTable(table, own, type);
  };
  return types.map(select).join(' union all ');
}

export function orderOf(context: StoreContext, query: ResourceQuery): Order {
  const { types, descending = false } = query;
  const sorted = types.find(({ sortBy }) => sortBy !== undefined);
  const leaf = sorted?.sortBy && leafOf(sorted.sortBy);
  const column = leaf && columnOf(leaf.path, contextOf(context, query, sorted.type, new Parameters()));
  return {
    isSorted: sorted !== undefined,
    descending,
    isInstant: column?.isInstant ?? false,
    isComplete: sortingTable(context, query) !== undefined,
  };
}

function ofTypes(types: readonly TypeQuery[], parameters: Parameters): string {
  const names = types.map(({ type }) => parameters.add(type)).join(', ');
  return `select resource.seq, null as sort_key from resource where resource.type in (${names})`;
}

/** One select for each type, because each has its own plan. */
function ofType(context: QueryContext, { type, filter, sortBy }: TypeQuery): string {
  const sortKey = sortExpression(sortBy, context);
  const condition = filter ? ` and ${filterCondition(filter, context)}` : '';
  return `select resource.seq, ${sortKey} as sort_key
    from resource where resource.type = ${context.parameters.add(type)}${condition}`;
}

/** Rows that come in the order of a key table, so that a page is read from it alone. */
function ofKeyTable(table: string, { parameters }: QueryContext, { type, sortBy = {} }: TypeQuery): string {
  return `select seq, value as sort_key from ${table}
    where type = ${parameters.add(type)} and attribute = ${parameters.add(leafOf(sortBy)?.path ?? '')}`;
}

/** With a filter there is none: what a filter finds is sorted sooner than a whole index is walked through. */
function sortingTable(context: StoreContext, query: ResourceQuery): string | undefined {
  const [first, ...others] = query.types;
  if (!first || first.filter || others.length > 0) return undefined;
  return keyTableOf(first.sortBy, contextOf(context, query, first.type, new Parameters()));
}

const contextOf = (
  context: StoreContext,
  { locations }: ResourceQuery,
  type: string,
  parameters: Parameters,
): QueryContext => ({ ...context, type, locations, parameters, aliases: { count: 0 } });
