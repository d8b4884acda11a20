/** Reading resources: by id, by many ids, by filter and page. */
import type { ResourcePage, ResourceQuery, StoredResource } from '../store.ts';
import type { Dialect } from './dialect.ts';
import type { Driver, Row } from './transaction.ts';
import { Parameters } from './transaction.ts';
import { filterCondition, type FilterContext } from './filter.ts';

export type KeyTables = ReadonlyMap<string, FilterContext['keyTables']>;

const columns = (dialect: Dialect): string =>
  `type, id, version, created_at, last_modified_at, ${dialect.documentText('document')} as document`;

export function toResource(row: Row): StoredResource {
  return {
    type: String(row['type']),
    id: String(row['id']),
    version: Number(row['version']),
    createdAt: Number(row['created_at']),
    lastModifiedAt: Number(row['last_modified_at']),
    document: String(row['document']),
  };
}

export async function readResource(
  driver: Driver,
  dialect: Dialect,
  type: string,
  id: string,
): Promise<StoredResource | undefined> {
  const text = `select ${columns(dialect)} from resource where id = $1 and type = $2`;
  const rows = await driver.read({ text, values: [id, type], one: true });
  return rows[0] && toResource(rows[0]);
}

export async function readResources(
  driver: Driver,
  dialect: Dialect,
  type: string,
  ids: readonly string[],
): Promise<readonly StoredResource[]> {
  if (ids.length === 0) return [];
  const wanted = dialect.rows('$2', 'wanted', { id: 'text' });
  const text = `select ${columns(dialect)} from resource where type = $1 and id in (select wanted.id from ${wanted})`;
  const rows = await driver.read({ text, values: [type, JSON.stringify(ids.map((id) => ({ id })))] });
  return rows.map(toResource);
}

/** The page is cut on a covering index before any document is touched: deep pages stay cheap. */
export async function queryResources(
  driver: Driver,
  dialect: Dialect,
  keyTables: KeyTables,
  query: ResourceQuery,
): Promise<ResourcePage> {
  const where = (parameters: Parameters): string => matching(query, dialect, keyTables, parameters);
  const resources = query.limit === 0 ? [] : await readPage(driver, dialect, query, where);
  // A page that is not full is the last one, and tells how many there are.
  const isLast = resources.length < query.limit && (resources.length > 0 || query.offset === 0);
  if (isLast) return { totalResults: query.offset + resources.length, resources };
  const parameters = new Parameters();
  const text = `select count(*) as total from resource where ${where(parameters)}`;
  const count = await driver.read({ text, values: parameters.values, one: true, varied: true });
  return { totalResults: Number(count[0]?.['total']), resources };
}

async function readPage(
  driver: Driver,
  dialect: Dialect,
  { limit, offset }: ResourceQuery,
  where: (parameters: Parameters) => string,
): Promise<readonly StoredResource[]> {
  const parameters = new Parameters();
  const page = `select seq from resource where ${where(parameters)} order by seq limit ${parameters.add(limit)} offset ${parameters.add(offset)}`;
  const text = `select ${columns(dialect)} from resource where seq in (${page}) order by seq`;
  const rows = await driver.read({ text, values: parameters.values, varied: true });
  return rows.map(toResource);
}

function matching(query: ResourceQuery, dialect: Dialect, keyTables: KeyTables, parameters: Parameters): string {
  const ofType = `resource.type = ${parameters.add(query.type)}`;
  if (!query.filter) return ofType;
  const context = {
    dialect,
    parameters,
    type: query.type,
    locationPrefix: query.locationPrefix,
    keyTables: keyTables.get(query.type) ?? new Map<string, never>(),
  };
  return `${ofType} and ${filterCondition(query.filter, context)}`;
}
