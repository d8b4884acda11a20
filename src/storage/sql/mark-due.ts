/** What every change of a user does to its lanes: they are due. */
import type { Change } from '../store.ts';
import type { Dialect } from './dialect.ts';
import type { Statement } from './transaction.ts';

/** Which lanes a change of one type of resource makes due. */
export interface Followers {
  /** Connectors whose lanes follow the resource itself. */
  readonly connectors: readonly string[];
  /** By connector the membership lists that its mapping reads; empty where the type has none of them. */
  readonly readers: ReadonlyMap<string, readonly string[]>;
  /** Types of resources that have such lists. */
  readonly owners: readonly string[];
}

/**
 * Right after the journal entry of the change. A lane that is being delivered stays leased: its settlement sees the higher
 * `tail_seq` and makes it due again.
 */
export function markDue(dialect: Dialect, connector: string, { id, at }: Pick<Change, 'id' | 'at'>): Statement {
  const text = `insert into lane (connector, user_id, state, due_at, attempts, tail_seq, head_seq)
    values ($1, $2, 'due', $3, 0, ${dialect.latestJournalSeq}, 0)
    on conflict (user_id, connector) do update set ${dueSet('excluded.tail_seq', 'excluded.due_at')}`;
  return { text, values: [connector, id, at], unread: true };
}

/**
 * How a lane that is there becomes due. Two resources may change it at once, a user and its group, and the one whose
 * sequence number is lower may come here last: the number grows all the same, or a delivery in between would hide the change.
 */
export const dueSet = (seq: string, at: string): string => `state = 'due',
      attempts = 0,
      tail_seq = case when ${seq} > lane.tail_seq then ${seq} else lane.tail_seq + 1 end,
      due_at = case when lane.lease_until > ${at} then lane.lease_until else ${at} end`;
