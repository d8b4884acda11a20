/** Reads data files: those of this package under `schemas/`, which lie beside `src` and `dist` alike, and folders of a deployment. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = new URL('../schemas/', import.meta.url);

/** @param name relative to `schemas/`, e.g. `config.json` */
export function readSchemaFile(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, root), 'utf8'));
}

/** Path of a data file, for messages and for defaults that name one. */
export const schemaFilePath = (name: string): string => fileURLToPath(new URL(name, root));

/** @returns names of the JSON files in a folder below `schemas/` */
export function listSchemaFiles(folder: string): readonly string[] {
  return readdirSync(new URL(folder, root))
    .filter((name) => name.endsWith('.json'))
    .sort();
}

/** A JSON file with what it holds, or why it cannot be read. */
export type JsonFile =
  | { readonly path: string; readonly value: unknown; readonly fault?: undefined }
  | { readonly path: string; readonly fault: string };

/**
 * The JSON files that lie in a folder, by name.
 *
 * @throws Error of the system when there is no such folder
 */
export function readJsonFiles(folder: string): readonly JsonFile[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return names.sort().map((name) => readJsonFile(join(folder, name)));
}

function readJsonFile(path: string): JsonFile {
  try {
    return { path, value: JSON.parse(readFileSync(path, 'utf8')) };
  } catch (error) {
    return { path, fault: error instanceof Error ? error.message : String(error) };
  }
}
