/** Making parked lanes due again: of one user, of one error, or all. */
import type { ReleaseFilter } from '../store.ts';
import type { Dialect } from './dialect.ts';
import { errorConditions } from './list-lanes.ts';
import { Parameters, type Transaction } from './transaction.ts';

/** A lane under lease is being tried anyway. */
const WAITS = `(state = 'parked' or (state = 'due' and due_at > $2 and error is not null and lease is null))`;
const PARKED = `state = 'parked'`;

export function* releaseLanes(
  dialect: Dialect,
  connector: string,
  now: number,
  which: ReleaseFilter = {},
): Transaction<number> {
  const parameters = new Parameters();
  const first = [`connector = ${parameters.add(connector)}`];
  const due = parameters.add(now);
  const conditions = [
    ...first,
    which.waiting === true ? WAITS : PARKED,
    ...(which.userId === undefined ? [] : [`user_id = ${parameters.add(which.userId)}`]),
    ...errorConditions(dialect, which, parameters),
  ].join(' and ');
  const text = `update lane set state = 'due', due_at = case when lease_until > ${due} then lease_until else ${due} end, attempts = 0
    where ${conditions}${atMost(which.limit, conditions, parameters)} returning user_id`;
  const rows = yield { text, values: parameters.values };
  return rows.length;
}

/** The conditions stand outside too: whoever waited for another release looks again, and finds the lane released. */
function atMost(limit: number | undefined, conditions: string, parameters: Parameters): string {
  if (limit === undefined) return '';
  return ` and user_id in (select user_id from lane where ${conditions} limit ${parameters.add(limit)})`;
}
