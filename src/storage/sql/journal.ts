/** The journal: writing a change, reading what became of one resource, forgetting what is old. */
import type { Change, ConnectorEntry, JournalEntry } from '../store.ts';
import type { Dialect } from './dialect.ts';
import { noticeConnector } from './notices.ts';
import type { Driver, Row, Statement, Transaction } from './transaction.ts';

/** @param version that the change made, or that it removed */
export function writeEntry({
  type,
  id,
  version,
  entry,
  at,
}: Omit<Change, 'before' | 'after'> & { version: number }): Statement {
  const text = `insert into journal (at, kind, type, id, version, detail)
                values ($1, 'change', $2, $3, $4, $5)`;
  return { text, values: [at, type, id, version, JSON.stringify(entry)], unread: true };
}

/** Whoever wants to hear of it is told in the same transaction. */
export function* writeConnectorEntry(connector: string, entry: ConnectorEntry, at: number): Transaction<void> {
  const text = `insert into journal (at, kind, type, id, version, detail) values ($1, 'connector', 'Connector', $2, 0, $3)`;
  yield { text, values: [at, connector, JSON.stringify(entry)], unread: true };
  yield* noticeConnector(connector, entry, at);
}

const COLUMNS = 'seq, at, kind, type, id, version, detail';

export async function readJournal(
  driver: Driver,
  id: string,
  limit: number,
  before?: number,
): Promise<readonly JournalEntry[]> {
  const text = `select ${COLUMNS} from journal
    where id = $1${before === undefined ? '' : ' and seq < $3'} order by seq desc limit $2`;
  const values = before === undefined ? [id, limit] : [id, limit, before];
  return (await driver.read({ text, values })).map(toJournalEntry);
}

export async function readEntries(
  driver: Driver,
  dialect: Dialect,
  seqs: readonly number[],
): Promise<readonly JournalEntry[]> {
  if (seqs.length === 0) return [];
  const source = dialect.rows('$1', 'wanted', { seq: 'bigint' });
  const text = `select ${COLUMNS} from journal where seq in (select wanted.seq from ${source}) order by seq`;
  const json = JSON.stringify(seqs.map((seq) => ({ seq })));
  return (await driver.read({ text, values: [json] })).map(toJournalEntry);
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
