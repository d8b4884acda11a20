/** The journal: what became of one resource, and forgetting what is old. */
import type { JournalEntry } from '../store.ts';
import type { Driver, Row, Transaction } from './transaction.ts';

export async function readJournal(driver: Driver, id: string, limit: number): Promise<readonly JournalEntry[]> {
  const text = 'select seq, at, kind, type, id, version, detail from journal where id = $1 order by seq desc limit $2';
  return (await driver.read({ text, values: [id, limit] })).map(toJournalEntry);
}

/** Entries lie in the order of time but for milliseconds, so the oldest tell when to stop and no index on `at` is needed. */
export function* pruneJournal(before: number, limit: number): Transaction<number> {
  const text = `delete from journal
    where at < $1 and seq in (select seq from journal order by seq limit $2)
    returning seq`;
  const rows = yield { text, values: [before, limit] };
  return rows.length;
}

function toJournalEntry(row: Row): JournalEntry {
  return {
    seq: Number(row['seq']),
    at: Number(row['at']),
    // Kind and detail are written by this program only, from the same types.
    kind: String(row['kind']) as JournalEntry['kind'],
    type: String(row['type']),
    id: String(row['id']),
    version: Number(row['version']),
    detail: JSON.parse(String(row['detail'])) as JournalEntry['detail'],
  };
}
