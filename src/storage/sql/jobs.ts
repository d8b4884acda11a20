/** Jobs that run once in a while, whatever the number of processes: a row each, and whoever moves it on has the turn. */
import type { Transaction } from './transaction.ts';

/** @returns whether the job was due and is the caller's now */
export function* takeJob(name: string, everyMs: number, now: number): Transaction<boolean> {
  const text = `insert into job (name, due_at) values ($1, $2)
    on conflict (name) do update set due_at = excluded.due_at
    where job.due_at <= $3 or job.due_at > $4
    returning name`;
  // Due later than two whole turns from now: the clock went back.
  const rows = yield { text, values: [name, now + everyMs, now, now + 2 * everyMs] };
  return rows.length > 0;
}
