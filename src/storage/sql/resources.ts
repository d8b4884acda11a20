/** Reading resources by their ids. */
import type { StoredResource } from '../store.ts';
import type { Dialect } from './dialect.ts';
import type { Driver, Row } from './transaction.ts';

/** @param document the text of the document, where not of all */
export const resourceColumns = (dialect: Dialect, document = dialect.documentText('document')): string =>
  `type, id, version, created_at, last_modified_at, ${document} as document`;

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
  const text = `select ${resourceColumns(dialect)} from resource where id = $1 and type = $2`;
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
  const text = `select ${resourceColumns(dialect)} from resource where type = $1 and id in (select wanted.id from ${wanted})`;
  const rows = await driver.read({ text, values: [type, JSON.stringify(ids.map((id) => ({ id })))] });
  return rows.map(toResource);
}
