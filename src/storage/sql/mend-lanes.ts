/** What people do to lanes: repair what drifted, send one user at once. */
import type { LaneRepair } from '../store.ts';
import type { Dialect } from './dialect.ts';
import type { Transaction } from './transaction.ts';

const REPAIR = { user_id: 'text', seen: 'text', told: 'text' } as const;

export function* repairLanes(
  dialect: Dialect,
  connector: string,
  repairs: readonly LaneRepair[],
  now: number,
): Transaction<number> {
  const text = `update lane set state = 'due', due_at = $3, attempts = 0, told = repair.told
    from ${dialect.rows('$2', 'repair', REPAIR)}
    where lane.connector = $1 and lane.user_id = repair.user_id and lane.state = 'idle'
      and coalesce(lane.told, '') = coalesce(repair.seen, '')
    returning lane.user_id`;
  const json = repairs.map(({ userId, seen, told }) => ({ user_id: userId, seen: seen ?? null, told: told ?? null }));
  const rows = yield { text, values: [connector, JSON.stringify(json), now] };
  return rows.length;
}

export function* pushLane(connector: string, userId: string, resend: boolean, now: number): Transaction<boolean> {
  const text = `update lane set
      state = 'due',
      attempts = 0,
      doubts = doubts + $3,
      due_at = case when lease_until > $4 then lease_until else
        (select case when min(other.due_at) < $4 then min(other.due_at) - 1 else $4 end
          from lane as other where other.connector = $1 and other.state = 'due') end
    where connector = $1 and user_id = $2 returning user_id`;
  const rows = yield { text, values: [connector, userId, resend ? 1 : 0, now] };
  return rows.length > 0;
}
