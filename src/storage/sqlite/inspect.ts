/** What can be told of a SQLite file without changing it: whether the service can use it, and what is in it. */
import { accessSync, constants, existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { readSchemaVersion, readUnfinishedImport } from '../sql/inspect.ts';
import { SCHEMA_VERSION } from '../sql/migrations.ts';
import type { Inspection } from '../transfer.ts';
import { sqliteDialect } from './dialect.ts';
import { openSqliteToLook } from './open.ts';

/** @throws StorageUnavailable when the file is no database */
export async function inspectSqlite(path: string): Promise<Inspection> {
  const absent = { place: `SQLite file ${path}`, schema: 0, newest: SCHEMA_VERSION, obstacles: lackingRights(path) };
  if (path === ':memory:' || !existsSync(path) || absent.obstacles.length > 0) return absent;
  const reader = openSqliteToLook(path);
  try {
    const schema = await readSchemaVersion(reader, sqliteDialect);
    const unfinishedImport = await readUnfinishedImport(reader, sqliteDialect);
    return { ...absent, schema, ...(unfinishedImport !== undefined && { unfinishedImport }) };
  } finally {
    await reader.close();
  }
}

/** Files are made beside the database: its log, and the lock. */
function lackingRights(path: string): readonly string[] {
  if (path === ':memory:') return [];
  const folder = nearestFolder(resolve(path));
  return [
    ...(isAllowed(folder, constants.W_OK) ? [] : [`not allowed to make files in ${folder}: grant it`]),
    ...(!existsSync(path) || isAllowed(path, constants.R_OK | constants.W_OK)
      ? []
      : [`not allowed to read and write ${path}: grant it`]),
  ];
}

/** Missing folders are made at the start. */
function nearestFolder(path: string): string {
  const folder = dirname(path);
  return existsSync(folder) || folder === path ? folder : nearestFolder(folder);
}

function isAllowed(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
