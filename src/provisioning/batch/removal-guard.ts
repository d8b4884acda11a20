/** Whose Lead may be taken away now: a fault at the identity provider must not empty the org before somebody has seen it. */
import type { Decision, DeliveryContext, FailedDecision, RestDecision, WriteDecision } from '../delivery.ts';
import type { LeadFields } from '../lead-target.ts';
import { linkOf } from '../delivery.ts';
import type { Lane, Settlement } from '../../storage/store.ts';
import { isAway } from './plan.ts';
import { rest } from './planned.ts';
import { endsAll } from './settlement.ts';
import { readTold } from './told.ts';

const HOUR = 60 * 60_000;
export const HELD = 'REMOVAL_HELD';

/** @returns the decisions, with removals that are too many held and rejected ones left undone */
export async function guardRemovals(
  context: DeliveryContext,
  decisions: readonly Decision[],
): Promise<readonly Decision[]> {
  const { store, guard, connector, now, onEvent } = context;
  if (!guard || guard.percent >= 100) return decisions;
  const removals = new Set(decisions.filter((one): one is WriteDecision => isRemoval(context, one)));
  const asking = [...removals]
    .filter(({ claimed: { lane } }) => lane.verdict === undefined && !isHeld(lane))
    .sort((one, other) => one.claimed.lane.tailSeq - other.claimed.lane.tailSeq);
  const request = { connector, userIds: asking.map(userIdOf), now: now(), windowMs: HOUR, ...guard };
  const { admitted, tripped } = asking.length === 0 ? NOBODY : await store.admitRemovals(request);
  if (tripped) onEvent({ kind: 'removals held', users: asking.length - admitted.size });
  return decisions.map((decision) => {
    if (decision.kind !== 'write') return staysHeld(context, decision) ? hold(decision) : decision;
    if (!removals.has(decision)) return decision;
    if (decision.claimed.lane.verdict === 'rejected') return reject(context, decision);
    const mayGo = decision.claimed.lane.verdict === 'approved' || admitted.has(userIdOf(decision));
    return mayGo ? decision : hold(decision);
  });
}

const NOBODY = { admitted: new Set<string>(), tripped: false };

const userIdOf = ({ claimed }: WriteDecision): string => claimed.lane.userId;

/**
 * Waiting makes no removal wanted: it stays held, whatever else the user changes and whatever fault comes in between. An earlier
 * version says so by the error alone.
 */
const isHeld = ({ heldAt, error, verdict }: Lane): boolean =>
  verdict === undefined && (heldAt !== undefined || error?.code === HELD);

/** A mapping or a look-up that fails is told once the removal is approved: until then people find the user among those who are held. */
function staysHeld(context: DeliveryContext, decision: RestDecision | FailedDecision): boolean {
  const isInWay = decision.kind === 'failed' ? !endsAll(decision.fault) : decision.state === 'parked';
  return isInWay && isHeld(decision.claimed.lane) && wantsRemoval(context, decision);
}

/** The settlement of a user whose removal may be wanted still: who was held is so until somebody decides. */
export function withHeld(context: DeliveryContext, decision: Decision, settlement: Settlement): Settlement {
  const isOpen = settlement.state === 'due' || settlement.state === 'parked';
  const isStillHeld = isOpen && decision.claimed.lane.heldAt !== undefined && wantsRemoval(context, decision);
  return isStillHeld ? { ...settlement, stillHeld: true } : settlement;
}

/** As far as it is known where nothing was decided. */
function wantsRemoval(context: DeliveryContext, decision: Decision): boolean {
  if (decision.kind === 'write') return isRemoval(context, decision);
  const { user, lane } = decision.claimed;
  const { mapping } = context;
  if (user === undefined || isAway(user, mapping)) return true;
  return decision.kind === 'failed' && deactivates(decision.fields, mapping.deactivated.set, readTold(lane) ?? {});
}

/** Deletes the Lead, says the last word to it, or sets what the mapping sets for users who are inactive. */
function isRemoval({ mapping }: DeliveryContext, decision: Decision): boolean {
  if (decision.kind !== 'write') return false;
  const { write, then, claimed } = decision;
  if (write.kind === 'delete' || then === 'gone') return true;
  return write.kind === 'update' && deactivates(write.fields, mapping.deactivated.set, readTold(claimed.lane) ?? {});
}

function deactivates(fields: LeadFields, set: LeadFields, told: Readonly<Record<string, unknown>>): boolean {
  const entries = Object.entries(set);
  const willHave = ([name, value]: [string, unknown]): boolean => (fields[name] ?? told[name] ?? null) === value;
  return entries.some(([name]) => Object.hasOwn(fields, name)) && entries.every(willHave);
}

const hold = ({ claimed, reason }: Decision): Decision => ({
  ...rest(claimed, 'held', reason),
  error: {
    class: 'policy',
    code: HELD,
    message: 'too many Leads would be deleted, closed or deactivated within an hour',
    hint: 'Look whether these users are really meant to go; then release them, or release --reject them.',
  },
});

/** The Lead stays as it is; that of a user who is gone is free for whoever has its e-mail next. */
function reject({ target: { externalIdField } }: DeliveryContext, decision: WriteDecision): Decision {
  const { claimed, then, write } = decision;
  const reason = 'somebody rejected the removal: the Lead is left as it is';
  if (then !== 'gone') {
    const error = { class: 'policy', code: 'REMOVAL_REJECTED', message: reason };
    return { ...rest(claimed, 'idle', reason), error };
  }
  if (externalIdField === undefined || !('leadId' in write)) return rest(claimed, 'gone', reason);
  const fields = { [externalIdField]: null };
  const free = { kind: 'update', leadId: write.leadId, fields } as const;
  return { ...decision, write: free, action: 'update', reason, lead: linkOf(claimed) };
}
