/** The database engines that every contract suite runs on. */
import { randomUUID } from 'node:crypto';
import { compileIndexes, keyTables, type ResourceIndexes } from '../../src/operations/resource-keys.ts';
import { readSchemaFile } from '../../src/schema-files.ts';
import { readRegistry } from '../../src/scim-schemas.ts';
import { createSqlStore } from '../../src/storage/sql/sql-store.ts';
import { sqliteDialect } from '../../src/storage/sqlite/dialect.ts';
import { openSqlite } from '../../src/storage/sqlite/open.ts';
import type { ResourceKey, Store, StoredResource } from '../../src/storage/store.ts';

export interface Engine {
  readonly name: string;
  /** An empty store that nobody else uses. */
  open(): Promise<Store>;
}

export const registry = readRegistry();
export const indexes: ResourceIndexes = compileIndexes(
  registry,
  readSchemaFile('scim/indexes.json') as Record<string, string[]>,
);
export const storeOptions = {
  connectors: new Map([['User', ['salesforce']]]),
  keyTables: keyTables(indexes),
  soleOwner: true,
  now: 0,
};

export const ENGINES: readonly Engine[] = [
  { name: 'SQLite', open: () => createSqlStore(openSqlite(':memory:'), sqliteDialect, storeOptions) },
];

export function storedUser(userName: string, version = 1, id: string = randomUUID()): StoredResource {
  const document = JSON.stringify({ schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], id, userName });
  return { type: 'User', id, version, createdAt: 1_000, lastModifiedAt: 1_000 * version, document };
}

export const userKeys = (userName: string): readonly ResourceKey[] => [
  { attribute: 'userName', value: userName.toLowerCase(), unique: true },
];
