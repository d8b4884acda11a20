/** What every change of a user does to its lanes: they are due. */
import type { Change } from '../store.ts';
import type { Dialect } from './dialect.ts';
import type { Statement } from './transaction.ts';

/**
 * Right after the journal entry of the change. A lane that is being delivered stays leased: its settlement sees the higher
 * `tail_seq` and makes it due again.
 */
export function markDue(
  { latestJournalSeq }: Dialect,
  connector: string,
  { id, at }: Pick<Change, 'id' | 'at'>,
): Statement {
  const text = `insert into lane (connector, user_id, state, due_at, attempts, tail_seq, head_seq)
    values ($1, $2, 'due', $3, 0, ${latestJournalSeq}, 0)
    on conflict (user_id, connector) do update set
      state = 'due',
      attempts = 0,
      tail_seq = excluded.tail_seq,
      due_at = case when lane.lease_until > excluded.due_at then lane.lease_until else excluded.due_at end`;
  return { text, values: [connector, id, at], unread: true };
}
