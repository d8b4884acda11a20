/** Reads the data files of this package under `schemas/`, which lie beside `src` and `dist` alike. */
import { readFileSync, readdirSync } from 'node:fs';
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
