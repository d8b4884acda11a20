/** The guard over removals: how many Leads were taken away lately, who may take more, and what people decided. */
import type { Admission, Pause, RemovalRequest, Verdict } from '../store.ts';
import type { Dialect } from './dialect.ts';
import { writeConnectorEntry } from './journal.ts';
import type { Transaction } from './transaction.ts';

/** One process at a time, by the lock on the guard's row: two that count at once would both find room. */
export function* admitRemovals(dialect: Dialect, request: RemovalRequest): Transaction<Admission> {
  const { connector, userIds, now, windowMs, atLeast } = request;
  yield* lockGuard(connector);
  const before = now - windowMs;
  yield { text: 'delete from removal where connector = $1 and at <= $2', values: [connector, before], unread: true };
  const counted = yield* count('select count(*) as rows from removal where connector = $1', [connector]);
  const known = yield* readKnown(dialect, connector, userIds);
  const fresh = userIds.filter((userId) => !known.has(userId));
  if (fresh.length === 0) return { admitted: known, tripped: false };
  const held = yield* count(`select (${HELD}) + (${HELD_BEFORE}) as rows`, [connector]);
  const allowed = counted + fresh.length <= atLeast ? atLeast : yield* limitOf(request, counted + fresh.length);
  const admitted = held > 0 ? [] : fresh.slice(0, Math.max(0, allowed - counted));
  yield* remember(dialect, connector, admitted, now);
  const tripped = held === 0 && admitted.length < fresh.length;
  const reason = `more than ${allowed} Leads within the hour would be deleted, closed or deactivated`;
  if (tripped) yield* writeConnectorEntry(connector, { event: 'removals held', reason }, now);
  return { admitted: new Set([...known, ...admitted]), tripped };
}

/** Waiting for a verdict, in whichever state: a change, an outage or a mapping that fails is none. Nothing waits in an idle lane. */
const HELD = `select count(*) from lane
  where connector = $1 and held_at is not null and state <> 'idle' and coalesce(verdict_seq, -1) <> tail_seq`;
/** By a process of an earlier version. */
const HELD_BEFORE = `select count(*) from lane where connector = $1 and state = 'held' and held_at is null`;

/** The column `since` has no meaning any more. */
function* lockGuard(connector: string): Transaction<void> {
  const text = `insert into guard (connector, since) values ($1, 0)
    on conflict (connector) do update set since = excluded.since`;
  yield { text, values: [connector], unread: true };
}

function* count(text: string, values: readonly (string | number)[]): Transaction<number> {
  const [row] = yield { text, values };
  return Number(row?.['rows']);
}

function* readKnown(dialect: Dialect, connector: string, userIds: readonly string[]): Transaction<ReadonlySet<string>> {
  const source = dialect.rows('$2', 'asked', { user_id: 'text' });
  const text = `select user_id from removal where connector = $1 and user_id in (select asked.user_id from ${source})`;
  const rows = yield { text, values: [connector, JSON.stringify(userIds.map((userId) => ({ user_id: userId })))] };
  return new Set(rows.map((row) => String(row['user_id'])));
}

/** Counts no more Leads than it takes to know; those that are gone already were linked when the count began. */
function* limitOf({ connector, atLeast, percent }: RemovalRequest, wanted: number): Transaction<number> {
  if (percent === 0) return atLeast;
  const linked = yield* count(
    `select count(*) as rows from (
       select 1 as linked from lane where connector = $1 and lead_id is not null limit $2
     ) as few`,
    [connector, Math.ceil((wanted * 100) / percent)],
  );
  const gone = yield* count(
    `select count(*) as rows from removal where connector = $1 and not exists (
       select 1 from lane
       where lane.user_id = removal.user_id and lane.connector = removal.connector and lane.lead_id is not null
     )`,
    [connector],
  );
  return Math.max(atLeast, Math.floor(((linked + gone) * percent) / 100));
}

function* remember(dialect: Dialect, connector: string, userIds: readonly string[], now: number): Transaction<void> {
  if (userIds.length === 0) return;
  const source = dialect.rows('$2', 'admitted', { user_id: 'text' });
  const text = `insert into removal (connector, user_id, at)
    select $1, admitted.user_id, cast($3 as bigint) from ${source}`;
  const json = JSON.stringify(userIds.map((userId) => ({ user_id: userId })));
  yield { text, values: [connector, json, now], unread: true };
}

/** @returns how many lanes are due again */
export function* judgeHeld(
  connector: string,
  verdict: Verdict,
  { actor, at }: Pick<Pause, 'actor' | 'at'>,
  userId?: string,
): Transaction<number> {
  const text = `update lane set state = 'due', due_at = $2, attempts = 0, verdict = $3, verdict_seq = tail_seq
    where connector = $1 and state = 'held'${userId === undefined ? '' : ' and user_id = $4'} returning user_id`;
  const judged = yield { text, values: [connector, at, verdict, ...(userId === undefined ? [] : [userId])] };
  if (judged.length === 0) return 0;
  if (verdict === 'approved' && userId === undefined) yield* countAnew(connector);
  const event = verdict === 'approved' ? 'removals approved' : 'removals rejected';
  yield* writeConnectorEntry(connector, { event, actor, users: judged.length }, at);
  return judged.length;
}

/** Forgotten rather than told by their time: a clock that is set back would forget those that come next as well. */
function* countAnew(connector: string): Transaction<void> {
  yield* lockGuard(connector);
  yield { text: 'delete from removal where connector = $1', values: [connector], unread: true };
}
