/** What is recorded of a decision and its outcome: pure, so that every case is a row of a test table. */
import type { AttemptEntry, AttemptError, Lane, LaneError, Settlement } from '../../storage/store.ts';
import { classifyFault, saysNothing, type FaultClass } from '../policy/classify.ts';
import {
  linkOf,
  type ClaimedUser,
  type Decision,
  type FailedDecision,
  type RestDecision,
  type WriteDecision,
} from '../delivery.ts';
import { withHint, withHintOfParked } from '../policy/hints.ts';
import type { Fault, LeadOutcome, LeadWrite } from '../lead-target.ts';
import { attemptsOf, gatedDelayMs, RETRY, recordDelayMs } from '../policy/retry.ts';

export interface SettlementInput {
  /** Epoch milliseconds. */
  readonly now: number;
  readonly durationMs: number;
  /** At least 0, less than 1. */
  readonly random: number;
  /** When Salesforce last took a call of writes. */
  readonly answeredAt?: number | undefined;
}

export function settleRest(decision: RestDecision, { now, durationMs }: SettlementInput): Settlement {
  const { claimed, state, reason, lead, tried = { action: 'skip', fields: [] }, delayMs = 0 } = decision;
  const attempts = claimed.lane.attempts - (decision.isUntried ? 1 : 0);
  const isOpen = state === 'parked' || state === 'due' || state === 'held';
  // A user without a Lead is told apart from one whose Lead is up to date.
  const withoutLead = state === 'idle' && lead.leadId === undefined;
  const error = withoutLead ? { class: 'policy', code: 'SKIPPED', message: reason } : decision.error;
  return {
    ...common(claimed),
    state,
    dueAt: now + delayMs,
    attempts: isOpen ? attempts : 0,
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
    return mayStillCome(decision, outcome.fault) ? postpone(settlement, input.now + LATE_WRITE_MS) : settlement;
  }
  const lead = { ...decision.lead, leadId: outcome.leadId, ...(outcome.created && { origin: 'created' as const }) };
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

/** Somebody did not wait for the answer, or broke a bulk job off, so Salesforce may be at work on it still. */
const GAVE_UP = new Set(['ETIMEDOUT', 'HTTP_408', 'HTTP_502', 'HTTP_504', 'BULK_NOT_PROCESSED']);

/**
 * A create would be made again and then there would be two; an update or upsert would bring back an older state; what takes a
 * Lead away would do it to the next user of its e-mail. A connection that broke is most often one that was closed while it lay
 * idle, so updates do not wait for that; a user who is gone is in no hurry.
 */
const mayStillCome = ({ write, then }: WriteDecision, { committed, code, status }: Fault): boolean =>
  committed === 'maybe' &&
  (GAVE_UP.has(code) || ((write.kind === 'create' || then === 'gone') && status === undefined));

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
  if (fault.blame !== undefined) return fault.blame === 'all';
  return fault.scope === 'request' && !isUnsent(fault) && RETRY[classifyFault(fault)].gates;
}

/** The lease was nearly over: Salesforce was not asked at all. */
export const isUnsent = ({ code }: Fault): boolean => code === 'DEADLINE';

/** Whether asking for anybody else would be no use now. */
export const endsAll = (fault: Fault): boolean => closesGate(fault) || isUnsent(fault);

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
  const verdict = judge(lane, fault, input);
  const error = verdict.verdict === 'park' ? parkedError(fault, verdict.attempts) : laneError(fault);
  return {
    ...common(claimed),
    ...verdict,
    delivered: false,
    lead: linkAfterFault(claimed, fault),
    error: { ...error, ...(fault.scope === 'request' && { ofCall: true }) },
    attempt: {
      ...intended,
      outcome: OUTCOMES[verdict.verdict],
      error: withoutWords(error),
      durationMs: input.durationMs,
    },
  };
}

const OUTCOMES = { gated: 'gated', retry: 'retried', park: 'parked' } as const;

const UNSENT_MS = 1_000;

/** A gate costs no attempt; other faults are tried again as often as their class allows, then wait for somebody. */
function judge(lane: Lane, fault: Fault, input: SettlementInput) {
  const { attempts } = lane;
  const { now, random } = input;
  if (closesGate(fault))
    return { verdict: 'gated', state: 'due', dueAt: now + gatedDelayMs(fault), attempts: attempts - 1 } as const;
  if (isUnsent(fault))
    return { verdict: 'retry', state: 'due', dueAt: now + UNSENT_MS, attempts: attempts - 1 } as const;
  // Of a record that was never tried alone nothing is known.
  const faultClass = fault.blame === 'shared' ? 'unknown' : classifyFault(fault);
  if (attempts >= patienceOf(fault, faultClass) && isItsOwn(lane, fault, input))
    return { verdict: 'park', state: 'parked', dueAt: now, attempts } as const;
  const delayMs = recordDelayMs(fault, faultClass, attempts, random);
  return { verdict: 'retry', state: 'due', dueAt: now + delayMs, attempts } as const;
}

/** @returns attempts */
const patienceOf = (fault: Fault, faultClass: FaultClass): number =>
  fault.blame === 'own' && faultClass !== 'lock' ? 1 : attemptsOf(fault, faultClass);

/** Salesforce named the record, or took others while it refused this one. */
function isItsOwn({ lastAttemptAt }: Lane, fault: Fault, { answeredAt }: SettlementInput): boolean {
  if (!saysNothing(fault) || fault.blame === 'own') return true;
  const wasTakenSince = answeredAt !== undefined && lastAttemptAt !== undefined && answeredAt >= lastAttemptAt;
  return fault.blame === undefined && wasTakenSince;
}

/** The intent that was remembered before the write stands for as long as Salesforce may have carried it out. */
const linkAfterFault = (claimed: ClaimedUser, fault: Fault): Settlement['lead'] =>
  fault.committed === 'maybe' ? 'keep' : linkOf(claimed);

type FaultError = LaneError & { readonly class: FaultClass };

export const laneError = (fault: Fault): FaultError => withHint(errorOf(fault));

const parkedError = (fault: Fault, attempts: number): FaultError =>
  withHintOfParked(errorOf(fault), { attempts, isAlone: fault.blame === 'own' });

function errorOf(fault: Fault): FaultError {
  const named = fault.fields.length > 0 ? ` [${fault.fields.join(', ')}]` : '';
  return { class: classifyFault(fault), code: fault.code, message: `${fault.message}${named}` };
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
