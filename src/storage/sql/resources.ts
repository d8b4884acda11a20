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
  const counted = new Parameters();
  const countText = `select count(*) as total from resource where ${where(counted)}`;
  const count = await driver.read({ text: countText, values: counted.values, one: true });
  const totalResults = Number(count[0]?.['total']);
  if (query.limit === 0 || query.offset >= totalResults) return { totalResults, resources: [] };

  const paged = new Parameters();
  const page = `select seq from resource where ${where(paged)} order by seq limit ${paged.add(query.limit)} offset ${paged.add(query.offset)}`;
  const text = `select ${columns(dialect)} from resource where seq in (${page}) order by seq`;
  const rows = await driver.read({ text, values: paged.values });
  return { totalResults, resources: rows.map(toResource) };
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
