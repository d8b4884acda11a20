/** What can be told of a database by looking alone: its schema version, and whether an import was cut short. */
import type { Dialect } from './dialect.ts';
import { schemaVersion } from './migrations.ts';
import { readSteps, type Driver } from './transaction.ts';

type Reader = Pick<Driver, 'read'>;

/** @returns 0 when there are no tables of this program */
export const readSchemaVersion = (reader: Reader, dialect: Dialect): Promise<number> =>
  readSteps(reader, schemaVersion(dialect));

/** @returns id of the export whose import is unfinished */
export async function readUnfinishedImport(reader: Reader, dialect: Dialect): Promise<string | undefined> {
  if (!(await hasTable(reader, dialect, 'import'))) return undefined;
  const [row] = await reader.read({ text: 'select id from import where finished_at is null', values: [] });
  return row && String(row['id']);
}

export const unfinishedImport = (id: string): string => `the import of ${id} is unfinished: run import again`;

async function hasTable(reader: Reader, dialect: Dialect, name: string): Promise<boolean> {
  const [row] = await reader.read({ text: dialect.countTables, values: [name] });
  return Number(row?.['tables']) > 0;
}
