/** What is recorded of a decision and its outcome: pure, so that every case is a row of a test table. */
import type { AttemptEntry, AttemptError, LaneError, Settlement } from '../storage/store.ts';
import { classifyFault, type FaultClass } from './classify.ts';
import {
  linkOf,
  type ClaimedUser,
  type Decision,
  type FailedDecision,
  type RestDecision,
  type WriteDecision,
} from './delivery.ts';
import { hintFor } from './hints.ts';
import type { Fault, LeadOutcome, LeadWrite } from './lead-target.ts';
import { RETRY, recordDelayMs } from './retry.ts';

export interface SettlementInput {
  /** Epoch milliseconds. */
  readonly now: number;
  readonly durationMs: number;
  /** At least 0, less than 1. */
  readonly random: number;
}

export function settleRest(decision: RestDecision, { now, durationMs }: SettlementInput): Settlement {
  const { claimed, state, reason, lead, tried = { action: 'skip', fields: [] } } = decision;
  const isOpen = state === 'parked' || state === 'due' || state === 'held';
  // A user without a Lead is told apart from one whose Lead is up to date.
  const withoutLead = state === 'idle' && lead.leadId === undefined;
  const error = withoutLead ? { class: 'policy', code: 'SKIPPED', message: reason } : decision.error;
  return {
    ...common(claimed),
    state,
    dueAt: now,
    attempts: isOpen ? claimed.lane.attempts : 0,
    delivered: !isOpen && !withoutLead,
    lead,
    ...(error && { error }),
    attempt: {
      ...tried,
      reason,
      outcome: REST_OUTCOMES[state],
      ...(lead.leadId !== undefined && { leadId: lead.leadId }),
      ...(error && { error: withoutWords(error) }),
      durationMs,
    },
  };
}

const REST_OUTCOMES = { idle: 'skipped', gone: 'skipped', due: 'retried', parked: 'parked', held: 'held' } as const;

export function settleWrite(decision: WriteDecision, outcome: LeadOutcome, input: SettlementInput): Settlement {
  const { claimed, write, action, reason, then } = decision;
  const fields = fieldNames(write);
  if (outcome.kind === 'failed') {
    const settlement = settleFault(claimed, { action, reason, fields }, outcome.fault, input);
    return mayStillCome(write, outcome.fault) ? postpone(settlement, input.now + LATE_WRITE_MS) : settlement;
  }
  const lead = { ...decision.lead, leadId: outcome.leadId };
  return {
    ...common(claimed),
    state: then,
    dueAt: input.now,
    attempts: 0,
    delivered: true,
    lead,
    attempt: { action, reason, outcome: 'delivered', fields, leadId: outcome.leadId, durationMs: input.durationMs },
  };
}

/** How long a write may still arrive that nobody waits for any more. */
const LATE_WRITE_MS = 60_000;

/** Somebody did not wait for the answer, so Salesforce may be at work on it still. */
const GAVE_UP = new Set(['ETIMEDOUT', 'HTTP_408', 'HTTP_504']);

/** A create would be made again and then there would be two; an update or upsert would bring back an older state. A Lead is deleted only once. */
const mayStillCome = (write: LeadWrite, { committed, code }: Fault): boolean =>
  write.kind !== 'delete' && committed === 'maybe' && GAVE_UP.has(code);

/** A change of the user waits as well. */
const postpone = (settlement: Settlement, notBefore: number): Settlement => ({
  ...settlement,
  notBefore,
  ...(settlement.state === 'due' && { dueAt: Math.max(settlement.dueAt, notBefore) }),
});

export function settleFailed(
  { claimed, action, reason, fields, fault }: FailedDecision,
  input: SettlementInput,
): Settlement {
  return settleFault(claimed, { action, reason, fields: Object.keys(fields) }, fault, input);
}

/** Whether a fault closes the gate of the whole connector instead of costing its users an attempt each. */
export function closesGate(fault: Fault): boolean {
  return fault.scope === 'request' && RETRY[classifyFault(fault)].gates;
}

export function faultOf(decision: Decision, outcome: LeadOutcome | undefined): Fault | undefined {
  if (decision.kind === 'failed') return decision.fault;
  return outcome?.kind === 'failed' ? outcome.fault : undefined;
}

type Intended = Pick<AttemptEntry, 'action' | 'reason' | 'fields'>;

/** What is recorded of a fault, whatever was intended. */
export function settleFault(
  claimed: ClaimedUser,
  intended: Intended,
  fault: Fault,
  input: SettlementInput,
): Settlement {
  const { lane } = claimed;
  const error = laneError(fault);
  const verdict = judge(lane.attempts, fault, input);
  return {
    ...common(claimed),
    ...verdict,
    delivered: false,
    lead: linkAfterFault(claimed, fault),
    error,
    attempt: {
      ...intended,
      outcome: OUTCOMES[verdict.verdict],
      error: withoutWords(error),
      durationMs: input.durationMs,
    },
  };
}

const OUTCOMES = { gated: 'gated', retry: 'retried', park: 'parked' } as const;

/** A gate costs no attempt; other faults are tried again as often as their class allows, then wait for somebody. */
function judge(attempts: number, fault: Fault, { now, random }: SettlementInput) {
  const faultClass = classifyFault(fault);
  if (closesGate(fault)) return { verdict: 'gated', state: 'due', dueAt: now, attempts: attempts - 1 } as const;
  if (attempts >= RETRY[faultClass].attempts)
    return { verdict: 'park', state: 'parked', dueAt: now, attempts } as const;
  const delayMs = recordDelayMs(fault, faultClass, attempts, random);
  return { verdict: 'retry', state: 'due', dueAt: now + delayMs, attempts } as const;
}

/** The intent that was remembered before the write stands for as long as Salesforce may have carried it out. */
const linkAfterFault = (claimed: ClaimedUser, fault: Fault): Settlement['lead'] =>
  fault.committed === 'maybe' ? 'keep' : linkOf(claimed);

export function laneError(fault: Fault): LaneError & { readonly class: FaultClass } {
  const hint = hintFor(fault);
  const named = fault.fields.length > 0 ? ` [${fault.fields.join(', ')}]` : '';
  return {
    class: classifyFault(fault),
    code: fault.code,
    message: `${fault.message}${named}`,
    ...(hint !== undefined && { hint }),
  };
}

/** Salesforce's words may quote the value it refused: they stay with the lane, and leave it with the fault. */
const withoutWords = ({ class: faultClass, code }: LaneError): AttemptError => ({ class: faultClass, code });

const common = ({ lane, version }: ClaimedUser) => ({
  userId: lane.userId,
  seenSeq: lane.tailSeq,
  seenDoubts: lane.doubts,
  version,
});

const fieldNames = (write: LeadWrite): readonly string[] => (write.kind === 'delete' ? [] : Object.keys(write.fields));
