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

/** Its end tells whose it is: nobody else was given the same one. @returns whether the caller still had it */
export function* holdJob(name: string, heldUntil: number, until: number): Transaction<boolean> {
  const text = 'update job set due_at = $3 where name = $1 and due_at = $2 returning name';
  const rows = yield { text, values: [name, heldUntil, until] };
  return rows.length > 0;
}
