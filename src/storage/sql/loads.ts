/** Bulk loads: one row a connector, and lanes that are nobody else's until its job has ended in Salesforce. */
import type { ConnectorEntry, Load, NewLoad } from '../store.ts';
import type { Dialect } from './dialect.ts';
import { writeConnectorEntry } from './journal.ts';
import { IS_NEW, ONE_LESS } from './new-lanes.ts';
import type { Driver, Row, Transaction } from './transaction.ts';

/**
 * When the lease of a lane in a load runs out: only the end of its job frees it. A job outlives the process that made it, and
 * would write what is old over what another process sent since.
 */
export const NEVER = Date.UTC(9999, 11, 31);

export async function countNewLanes(driver: Driver, connector: string, now: number, atMost: number): Promise<number> {
  const text = `select count(*) as lanes from (
      select 1 from lane where connector = $1 and state = 'due' and due_at <= $2 and ${IS_NEW} limit $3
    ) as waiting`;
  const [row] = await driver.read({ text, values: [connector, now, atMost] });
  return Number(row?.['lanes']);
}

export function* beginLoad(dialect: Dialect, load: NewLoad): Transaction<ReadonlySet<string> | undefined> {
  const { connector, claim, lease, userIds, startedAt, heldUntil } = load;
  const text = `insert into bulk_load (connector, lease, users, processed, started_at, held_until)
    values ($1, $2, 0, 0, $3, $4) on conflict (connector) do nothing returning connector`;
  const begun = yield { text, values: [connector, lease, startedAt, heldUntil] };
  if (begun.length === 0) return undefined;
  const json = JSON.stringify(userIds.map((userId) => ({ user_id: userId })));
  const taken = yield {
    text: `update lane set lease = $1, lease_until = ${NEVER}, due_at = ${NEVER}
      where connector = $2 and lease = $3
        and user_id in (select wanted.user_id from ${dialect.rows('$4', 'wanted', { user_id: 'text' })})
      returning user_id`,
    values: [lease, connector, claim, json],
  };
  const count = 'update bulk_load set users = $2 where connector = $1';
  const drop = 'delete from bulk_load where connector = $1';
  yield taken.length > 0
    ? { text: count, values: [connector, taken.length], unread: true }
    : { text: drop, values: [connector], unread: true };
  return taken.length > 0 ? new Set(taken.map((row) => String(row['user_id']))) : undefined;
}

export function* keepLoad(connector: string, seen: Load, more: Partial<Load>, now: number): Transaction<boolean> {
  const { jobId, processed, heldUntil } = { ...seen, ...more };
  const text = `update bulk_load set job_id = $4, processed = $5, held_until = $6
    where connector = $1 and lease = $2 and held_until = $3 returning connector`;
  const kept = yield { text, values: [connector, seen.lease, seen.heldUntil, jobId ?? null, processed, heldUntil] };
  if (kept.length > 0 && jobId !== seen.jobId)
    yield* writeConnectorEntry(connector, { event: 'load started', reason: `job ${jobId}`, users: seen.users }, now);
  return kept.length > 0;
}

export function* endLoad(
  connector: string,
  { lease, heldUntil }: Load,
  { dueAt, at, entry }: { readonly dueAt: number; readonly at: number; readonly entry: ConnectorEntry },
): Transaction<boolean> {
  const text = 'delete from bulk_load where connector = $1 and lease = $2 and held_until = $3 returning connector';
  const ended = yield { text, values: [connector, lease, heldUntil] };
  if (ended.length === 0) return false;
  yield {
    // They are found by when they are due: no index knows the leases.
    text: `update lane set lease = null, lease_until = $3, due_at = $3, attempts = ${ONE_LESS}
      where connector = $1 and state = 'due' and due_at = ${NEVER} and lease = $2`,
    values: [connector, lease, dueAt],
    unread: true,
  };
  yield* writeConnectorEntry(connector, entry, at);
  return true;
}

export function toLoad(row: Row): Load | undefined {
  if (typeof row['load_lease'] !== 'string') return undefined;
  return {
    lease: row['load_lease'],
    ...(typeof row['load_job'] === 'string' && { jobId: row['load_job'] }),
    users: Number(row['load_users']),
    processed: Number(row['load_processed']),
    startedAt: Number(row['load_started']),
    heldUntil: Number(row['load_held']),
  };
}
