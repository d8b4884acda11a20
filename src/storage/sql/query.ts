/** Pages of resources by filter, order and place, each page cut before any document is read. */
import type { Place } from '../../scim/cursor.ts';
import type { ResourceQuery } from '../resource-query.ts';
import type { ResourcePage, StoredResource } from '../store.ts';
import { selectCandidates, orderOf } from './candidates.ts';
import { isAfter, orderBy } from './order.ts';
import type { StoreContext } from './query-context.ts';
import { resourceColumns, toResource } from './resources.ts';
import { Parameters, type Driver, type Row } from './transaction.ts';

/** More than any text holds. */
const MOST_BYTES = 2 ** 31 - 1;

export async function queryResources(
  driver: Driver,
  context: StoreContext,
  query: ResourceQuery,
): Promise<ResourcePage> {
  const rows = query.limit === 0 ? [] : await readRows(driver, context, query);
  const page = fitting(rows.slice(0, query.limit), query.maxBytes);
  const last = rows.length > page.length ? page.at(-1) : undefined;
  const totalResults = totalOf(query, rows) ?? (await countRows(driver, context, query));
  const listed = await readLong(driver, context, page);
  return {
    totalResults,
    resources: listed.map(({ resource }) => resource),
    places: listed.map(({ place }) => place),
    ...(last && { next: toPlace(last) }),
  };
}

/** A page that nothing follows tells how many there are, unless it lies beyond the end or nobody knows what was before it. */
function totalOf({ limit, offset, after }: ResourceQuery, rows: readonly Row[]): number | undefined {
  if (after || limit === 0 || rows.length > limit || (rows.length === 0 && offset > 0)) return undefined;
  return offset + rows.length;
}

/** The first of the rows, and as many more as `maxBytes` have room for. */
function fitting(rows: readonly Row[], maxBytes = MOST_BYTES): readonly Row[] {
  let left = maxBytes;
  const firstTooMany = rows.findIndex((row) => (left -= Number(row['bytes'])) < 0);
  return firstTooMany === -1 ? rows : rows.slice(0, Math.max(1, firstTooMany));
}

/**
 * One more than the page has, which tells whether another page follows. Documents that are longer than their share of
 * `maxBytes` are left out, so that together they never exceed it: of those it is known how long they are.
 */
async function readRows(driver: Driver, context: StoreContext, query: ResourceQuery): Promise<readonly Row[]> {
  const parameters = new Parameters();
  const { dialect } = context;
  const order = orderOf(context, query);
  const found = selectCandidates(context, query, parameters);
  const place = query.after ? `where ${isAfter(order, query.after, parameters)}` : '';
  const page = `select seq, sort_key from (${found}) as found ${place} ${orderBy(order, 'found')}
    limit ${parameters.add(query.limit + 1)} offset ${parameters.add(query.offset)}`;
  const bytes = dialect.documentBytes('document');
  const share = Math.floor((query.maxBytes ?? MOST_BYTES) / (query.limit + 1));
  const short = `case when ${bytes} <= ${parameters.add(share)} then ${dialect.documentText('document')} end`;
  const text = `select ${resourceColumns(dialect, short)}, ${bytes} as bytes, page.seq, page.sort_key
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

interface Listed {
  readonly resource: StoredResource;
  readonly place: Place;
}

/** The resources of rows, some of which lack their documents. */
async function readLong(driver: Driver, { dialect }: StoreContext, rows: readonly Row[]): Promise<readonly Listed[]> {
  const long = rows.filter(({ document }) => document === null).map(({ seq }) => ({ seq: Number(seq) }));
  const wanted = dialect.rows('$1', 'wanted', { seq: 'bigint' });
  const text = `select ${resourceColumns(dialect)}, seq from resource where seq in (select wanted.seq from ${wanted})`;
  const read = long.length === 0 ? [] : await driver.read({ text, values: [JSON.stringify(long)] });
  const whole = new Map(read.map((row) => [Number(row['seq']), row]));
  return rows.flatMap((row) => {
    // One that went meanwhile is not listed.
    const found = row['document'] === null ? whole.get(Number(row['seq'])) : row;
    return found ? [{ resource: toResource(found), place: toPlace(row) }] : [];
  });
}

function toPlace(row: Row): Place {
  const key = row['sort_key'];
  return { seq: Number(row['seq']), key: typeof key === 'number' || typeof key === 'string' ? key : null };
}
