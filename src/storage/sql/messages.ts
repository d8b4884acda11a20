/** Messages: from notices to what waits for a receiver, and what becomes of it. */
import type { GatherRequest, Notice, NoticeEvent, OutgoingMessage, WaitingMessage } from '../notice-store.ts';
import type { Dialect } from './dialect.ts';
import type { Driver, Row, Transaction } from './transaction.ts';

const COLUMNS = 'seq, id, webhook, event, body, at, attempts, due_at';
const NEW = { id: 'text', webhook: 'text', event: 'text', body: 'text', at: 'bigint' } as const;

/** Notices of parked users wait for those with the same code, the others go at once. */
const RIPE = `select seq from notice
  where event <> 'user.parked' or code in (
    select code from notice where event = 'user.parked' group by code having min(at) <= $1 or min(at) > $2)
  order by seq
  limit $3`;

/** Rows leave one table and come into the other together, so nothing is lost and two processes never tell the same. */
export async function gatherNotices(
  driver: Driver,
  dialect: Dialect,
  request: GatherRequest,
  toMessages: (notices: readonly Notice[]) => readonly OutgoingMessage[],
): Promise<number> {
  // Nearly always there are none, and then nothing is to be written.
  const some = await driver.read({ text: 'select seq from notice limit 1', values: [], one: true });
  return some.length === 0 ? 0 : driver.write(() => turn(dialect, request, toMessages));
}

function* turn(
  dialect: Dialect,
  { now, windowMs, limit }: GatherRequest,
  toMessages: (notices: readonly Notice[]) => readonly OutgoingMessage[],
): Transaction<number> {
  const text = `delete from notice where seq in (${RIPE}) returning seq, event, connector, at, code, user_id, detail`;
  // From the future: the clock went back.
  const rows = yield { text, values: [now - windowMs, now + windowMs, limit] };
  const notices = rows.toSorted((a, b) => Number(a['seq']) - Number(b['seq'])).map(toNotice);
  const messages = toMessages(notices);
  if (messages.length > 0) yield* addMessages(dialect, messages);
  return messages.length;
}

function* addMessages(dialect: Dialect, messages: readonly OutgoingMessage[]): Transaction<void> {
  const numbered = messages.map((message, position) => ({ ...message, position }));
  const source = dialect.rows('$1', 'm', { ...NEW, position: 'bigint' });
  const text = `insert into message (id, webhook, event, body, at, attempts, due_at)
    select m.id, m.webhook, m.event, m.body, m.at, 0, m.at from ${source} order by m.position`;
  yield { text, values: [JSON.stringify(numbered)], unread: true };
}

export async function firstMessage(driver: Driver, webhook: string): Promise<WaitingMessage | undefined> {
  const text = `select ${COLUMNS} from message where webhook = $1 order by seq limit 1`;
  const [row] = await driver.read({ text, values: [webhook] });
  return row && toMessage(row);
}

export function* removeMessage(seq: number): Transaction<void> {
  yield { text: 'delete from message where seq = $1', values: [seq], unread: true };
}

export function* delayMessage(seq: number, dueAt: number): Transaction<void> {
  const text = 'update message set attempts = attempts + 1, due_at = $2 where seq = $1';
  yield { text, values: [seq, dueAt], unread: true };
}

export function* dropMessages(before: number): Transaction<readonly WaitingMessage[]> {
  const rows = yield { text: `delete from message where at < $1 returning ${COLUMNS}`, values: [before] };
  return rows.map(toMessage);
}

const toNotice = (row: Row): Notice => ({
  // Event and detail are written by this program only, from the same types.
  event: String(row['event']) as NoticeEvent,
  connector: String(row['connector']),
  at: Number(row['at']),
  ...(typeof row['code'] === 'string' && { code: row['code'] }),
  ...(typeof row['user_id'] === 'string' && { userId: row['user_id'] }),
  detail: JSON.parse(String(row['detail'])) as Notice['detail'],
});

const toMessage = (row: Row): WaitingMessage => ({
  seq: Number(row['seq']),
  id: String(row['id']),
  webhook: String(row['webhook']),
  event: String(row['event']),
  body: String(row['body']),
  at: Number(row['at']),
  attempts: Number(row['attempts']),
  dueAt: Number(row['due_at']),
});
