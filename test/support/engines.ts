/** The database engines that every contract suite runs on. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { openStore } from '../../src/database.ts';
import { readModel, storeModel } from '../../src/parts.ts';
import type { ResourceKey, Store, StoredResource } from '../../src/storage/store.ts';

export interface Database {
  readonly url: string;
  drop(): Promise<void>;
}

export interface Engine {
  readonly name: string;
  /** An empty database that nobody else uses. */
  create(): Promise<Database>;
}

const model = readModel({ UNIQUE_GROUP_NAMES: true, UNKNOWN_ATTRIBUTES: 'ignore' });
export const { registry, indexes, memberships } = model;
export const storeOptions = {
  connectors: new Map([['User', ['salesforce']]]),
  ...storeModel(model),
  now: 0,
};

export const ENGINES: readonly Engine[] = [
  { name: 'SQLite', create: () => Promise.resolve({ url: 'sqlite::memory:', drop: () => Promise.resolve() }) },
  { name: 'PostgreSQL', create: createPostgres },
];

/** The same engines with databases that are there for several processes, or several openings of one. */
export const LASTING_ENGINES: readonly Engine[] = [
  { name: 'SQLite', create: createFile },
  { name: 'PostgreSQL', create: createPostgres },
];

function createFile(): Promise<Database> {
  const folder = mkdtempSync(join(tmpdir(), 'scim-database-'));
  const drop = async (): Promise<void> => rmSync(folder, { recursive: true });
  return Promise.resolve({ url: `sqlite:${join(folder, 'scim.sqlite')}`, drop });
}

/** A store on a database of its own, which goes when the store is closed. */
export async function openEngine(engine: Engine, more: Partial<Parameters<typeof openStore>[1]> = {}): Promise<Store> {
  const database = await engine.create();
  const options = { ...storeOptions, ...more };
  const store = await openStore({ DATABASE_URL: database.url }, options, () => undefined);
  return {
    ...store,
    close: async () => {
      await store.close();
      await database.drop();
    },
  };
}

/** A schema of its own in the PostgreSQL of this run. */
async function createPostgres(): Promise<Database> {
  const server = process.env['TEST_POSTGRES_URL'];
  if (!server) throw new Error('no PostgreSQL: jest did not run its global set-up');
  const schema = `test_${randomUUID().replaceAll('-', '')}`;
  const admin = new pg.Client({ connectionString: server });
  await admin.connect();
  await admin.query(`create schema ${schema}`);
  const url = new URL(server);
  url.searchParams.set('options', `-c search_path=${schema}`);
  return {
    url: url.href,
    drop: async () => {
      await admin.query(`drop schema ${schema} cascade`);
      await admin.end();
    },
  };
}

export function storedUser(userName: string, version = 1, id: string = randomUUID()): StoredResource {
  const document = JSON.stringify({ schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], id, userName });
  return { type: 'User', id, version, createdAt: 1_000, lastModifiedAt: 1_000 * version, document };
}

export const userKeys = (userName: string): readonly ResourceKey[] => [
  { attribute: 'userName', value: userName.toLowerCase(), unique: true },
];
