/** What becomes of writes that Salesforce answered when their lease was somebody else's already. */
import type { LateWrite, Settlement } from '../../storage/store.ts';
import type { Decision, DeliveryContext } from '../delivery.ts';
import type { LeadOutcome } from '../lead-target.ts';

/** What Salesforce said of each decision that was sent. */
export type Outcomes = ReadonlyMap<Decision, LeadOutcome>;

/**
 * A process that was stopped past its lease, between the check of the clock and the call, may have overwritten what another
 * one sent since. Nothing can call such a write back, so the lane is sent once more.
 *
 * @param settlements one for each decision, in the same order
 * @param settled users whose lease was still held
 */
export async function doubtLateWrites(
  { store, connector, now, onEvent }: DeliveryContext,
  decisions: readonly Decision[],
  outcomes: Outcomes,
  settlements: readonly Settlement[],
  settled: ReadonlySet<string>,
): Promise<void> {
  const late = settlements.flatMap((settlement, index): readonly LateWrite[] => {
    const decision = decisions[index];
    if (settled.has(settlement.userId) || decision === undefined) return [];
    return toLateWrite(decision, outcomes.get(decision), settlement);
  });
  if (late.length === 0) return;
  await store.doubtLanes(connector, late, now());
  for (const { userId, attempt } of late) onEvent({ kind: 'attempt', userId, attempt: 0, entry: attempt });
}

function toLateWrite(
  decision: Decision,
  outcome: LeadOutcome | undefined,
  { userId, version, attempt }: Settlement,
): readonly LateWrite[] {
  if (decision.kind !== 'write' || !outcome || !mayHaveHappened(outcome)) return [];
  const { leadId } = outcome.kind === 'failed' ? decision.lead : outcome;
  const origin = decision.lead.origin ?? 'created';
  const late = { userId, version, origin, attempt: { ...attempt, outcome: 'late' } } as const;
  return [leadId === undefined ? late : { ...late, leadId }];
}

const mayHaveHappened = (outcome: LeadOutcome): boolean =>
  outcome.kind !== 'failed' || outcome.fault.committed === 'maybe';
