/** Pages of resources by filter, order and place, each page cut before any document is read. */
import type { Place } from '../../scim/cursor.ts';
import type { ResourcePage, ResourceQuery } from '../store.ts';
import { selectCandidates, orderOf } from './candidates.ts';
import { isAfter, orderBy } from './order.ts';
import type { StoreContext } from './query-context.ts';
import { resourceColumns, toResource } from './resources.ts';
import { Parameters, type Driver, type Row } from './transaction.ts';

export async function queryResources(
  driver: Driver,
  context: StoreContext,
  query: ResourceQuery,
): Promise<ResourcePage> {
  const rows = query.limit === 0 ? [] : await readRows(driver, context, query);
  const page = rows.slice(0, query.limit);
  const last = rows.length > page.length ? page.at(-1) : undefined;
  const totalResults = totalOf(query, rows) ?? (await countRows(driver, context, query));
  return { totalResults, resources: page.map(toResource), ...(last && { next: toPlace(last) }) };
}

/** A page that nothing follows tells how many there are, unless it lies beyond the end or nobody knows what was before it. */
function totalOf({ limit, offset, after }: ResourceQuery, rows: readonly Row[]): number | undefined {
  if (after || limit === 0 || rows.length > limit || (rows.length === 0 && offset > 0)) return undefined;
  return offset + rows.length;
}

/** One more than the page has, which tells whether another page follows. */
async function readRows(driver: Driver, context: StoreContext, query: ResourceQuery): Promise<readonly Row[]> {
  const parameters = new Parameters();
  const order = orderOf(context, query);
  const found = selectCandidates(context, query, parameters);
  const place = query.after ? `where ${isAfter(order, query.after, parameters)}` : '';
  const page = `select seq, sort_key from (${found}) as found ${place} ${orderBy(order, 'found')}
    limit ${parameters.add(query.limit + 1)} offset ${parameters.add(query.offset)}`;
  const text = `select ${resourceColumns(context.dialect)}, page.seq, page.sort_key
    from (${page}) as page join resource on resource.seq = page.seq ${orderBy(order, 'page')}`;
  return driver.read({ text, values: parameters.values, varied: true });
}

async function countRows(driver: Driver, context: StoreContext, query: ResourceQuery): Promise<number> {
  const parameters = new Parameters();
  const types = query.types.map(({ type, filter }) => ({ type, ...(filter && { filter }) }));
  const text = `select count(*) as total from (${selectCandidates(context, { ...query, types }, parameters)}) as found`;
  const [row] = await driver.read({ text, values: parameters.values, one: true, varied: true });
  return Number(row?.['total']);
}

function toPlace(row: Row): Place {
  const key = row['sort_key'];
  return { seq: Number(row['seq']), key: typeof key === 'number' || typeof key === 'string' ? key : null };
}
