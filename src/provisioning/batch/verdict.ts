/** A decision as people read it before anything is done: what would be sent, or why nothing is. */
import type { LaneError } from '../../storage/store.ts';
import type { Decision, RestDecision, WriteDecision } from '../delivery.ts';
import type { LeadFields } from '../lead-target.ts';
import { laneError } from './settlement.ts';

/**
 * - `create`, `update`, `delete`: is written.
 * - `unchanged`: Salesforce was told all of it already.
 * - `skip`: the user needs no Lead, or none any more.
 * - `park`: waits for a person.
 * - `error`: could not be decided, because Salesforce was not to be asked.
 */
export const VERDICTS = ['create', 'update', 'delete', 'unchanged', 'skip', 'park', 'error'] as const;
export type VerdictKind = (typeof VERDICTS)[number];

export interface Verdict {
  readonly kind: VerdictKind;
  readonly reason: string;
  /** Absent where there is no Lead yet, or none is known. */
  readonly leadId?: string;
  /** What is sent. */
  readonly fields: LeadFields;
  readonly error?: LaneError;
}

export function verdictOf(decision: Decision): Verdict {
  switch (decision.kind) {
    case 'write':
      return writeVerdict(decision);
    case 'rest':
      return restVerdict(decision);
    case 'failed':
      return { kind: 'error', reason: decision.reason, fields: {}, error: laneError(decision.fault) };
  }
}

function writeVerdict({ write, action, reason, lead }: WriteDecision): Verdict {
  const leadId = 'leadId' in write ? write.leadId : lead.leadId;
  return {
    kind: action === 'skip' ? 'update' : action,
    reason,
    fields: write.kind === 'delete' ? {} : write.fields,
    ...(leadId !== undefined && { leadId }),
  };
}

function restVerdict({ state, reason, lead: { leadId }, error }: RestDecision): Verdict {
  const idle = state === 'idle' && leadId !== undefined ? 'unchanged' : 'skip';
  return {
    kind: state === 'parked' ? 'park' : idle,
    reason,
    fields: {},
    ...(leadId !== undefined && { leadId }),
    ...(error && { error }),
  };
}
