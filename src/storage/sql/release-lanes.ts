/** Making parked lanes due again: of one user, of one error, or all. */
import { SAID_GONE } from '../said-gone.ts';
import type { ReleaseFilter } from '../store.ts';
import type { Dialect } from './dialect.ts';
import { FORGOTTEN } from './lanes.ts';
import { errorConditions } from './list-lanes.ts';
import { Parameters, type Statement, type Transaction } from './transaction.ts';

/** A lane under lease is being tried anyway. */
const WAITS = `(state = 'parked' or (state = 'due' and due_at > $2 and error is not null and lease is null))`;
const PARKED = `state = 'parked'`;

/** The Lead of a deleted user, which would be left behind if it were there after all. */
const LEAVES_LEAD = `(lane.lead_id is not null and not exists (select 1 from resource where resource.id = lane.user_id))`;

export function* releaseLanes(
  dialect: Dialect,
  connector: string,
  now: number,
  which: ReleaseFilter = {},
): Transaction<number> {
  const parts = which.forget === true ? FORGETTING : [{ set: '', where: '' }];
  let released = 0;
  for (const part of parts) released += (yield release(dialect, connector, now, which, part)).length;
  return released;
}

interface Part {
  readonly set: string;
  readonly where: string;
}

const FORGETTING: readonly Part[] = [
  { set: `, error = '${JSON.stringify(SAID_GONE)}'`, where: ` and ${LEAVES_LEAD}` },
  { set: `, ${FORGOTTEN}`, where: ` and not ${LEAVES_LEAD}` },
];

function release(
  dialect: Dialect,
  connector: string,
  now: number,
  which: ReleaseFilter,
  { set, where }: Part,
): Statement {
  const parameters = new Parameters();
  const first = [`connector = ${parameters.add(connector)}`];
  const due = parameters.add(now);
  const conditions =
    [
      ...first,
      which.waiting === true ? WAITS : PARKED,
      ...(which.userId === undefined ? [] : [`user_id = ${parameters.add(which.userId)}`]),
      ...errorConditions(dialect, which, parameters),
    ].join(' and ') + where;
  const text = `update lane set state = 'due', due_at = case when lease_until > ${due} then lease_until else ${due} end,
      attempts = 0${set}
    where ${conditions}${atMost(which.limit, conditions, parameters)} returning user_id`;
  return { text, values: parameters.values };
}

/** The conditions stand outside too: whoever waited for another release looks again, and finds the lane released. */
function atMost(limit: number | undefined, conditions: string, parameters: Parameters): string {
  if (limit === undefined) return '';
  return ` and user_id in (select user_id from lane where ${conditions} limit ${parameters.add(limit)})`;
}
