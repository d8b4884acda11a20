/** Copies a SQLite database to a new file while others write to it. */
import Database from 'libsql';
import { StorageUnavailable } from '../errors.ts';
import { openSqliteToLook } from './open.ts';

/**
 * `vacuum into` reads in one transaction: the copy is the database as it was at one moment, whatever is written meanwhile.
 *
 * @param copy path of a file that is empty or not there
 * @returns how many resources the copy holds
 * @throws StorageUnavailable when there is no database, no room, or the copy is not sound
 */
export async function backupSqlite(path: string, copy: string): Promise<number> {
  const source = openSqliteToLook(path);
  try {
    await source.read({ text: 'vacuum into $1', values: [copy] });
  } finally {
    await source.close();
  }
  return countSound(copy);
}

/** A backup that nobody has read is none. */
function countSound(copy: string): number {
  const connection = new Database(copy);
  try {
    const [first] = connection.pragma('integrity_check') as readonly { readonly integrity_check: string }[];
    if (first?.integrity_check !== 'ok')
      throw new StorageUnavailable(`the copy is damaged (${String(first?.integrity_check)}): check disk and database`);
    const { resources } = connection.prepare('select count(*) as resources from resource').get([]) as {
      readonly resources: number;
    };
    return resources;
  } finally {
    connection.close();
  }
}
