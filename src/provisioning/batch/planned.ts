/** A claimed user with its plan, and the decisions that every kind of plan can come to. */
import type { LaneError } from '../../storage/store.ts';
import { withHint } from '../policy/hints.ts';
import { linkOf, type ClaimedUser, type FailedDecision, type RestDecision, type WriteDecision } from '../delivery.ts';
import type { Fault, FindBy, FoundLead, LeadFields, LeadTarget } from '../lead-target.ts';
import { withoutNulls, type Plan } from './plan.ts';

type PlanKind = Plan['kind'];
export type PlanOf<Kind extends PlanKind> = Extract<Plan, { kind: Kind }>;

export interface Planned<P extends Plan = Plan> {
  readonly claimed: ClaimedUser;
  /** What the mapping made of the user; absent when the user was deleted. */
  readonly mapped?: LeadFields;
  readonly plan: P;
}

export function selectPlans<Kind extends PlanKind>(
  all: readonly Planned[],
  kind: Kind,
): readonly Planned<PlanOf<Kind>>[] {
  // The filter is the proof; TypeScript does not narrow a member's union through it.
  return all.filter(({ plan }) => plan.kind === kind) as unknown as readonly Planned<PlanOf<Kind>>[];
}

export const rest = (claimed: ClaimedUser, state: RestDecision['state'], reason: string): RestDecision => ({
  kind: 'rest',
  claimed,
  state,
  reason,
  lead: linkOf(claimed),
});

export const park = (claimed: ClaimedUser, error: NonNullable<RestDecision['error']>): RestDecision => ({
  ...rest(claimed, 'parked', error.message),
  error,
});

/** Salesforce does not show the Lead, which proves nothing: it shows no more of one that sharing hides. */
export function leadNotVisible(leadId: string): LaneError {
  const code = 'LEAD_NOT_VISIBLE';
  const message = `Salesforce does not show Lead ${leadId}, and not that it was deleted`;
  return withHint({ class: 'policy', code, message });
}

/** The last word to a Lead that stays in Salesforce when its user is gone. */
export const close = (claimed: ClaimedUser, leadId: string, fields: LeadFields, reason: string): WriteDecision => ({
  kind: 'write',
  claimed,
  write: { kind: 'update', leadId, fields },
  action: 'update',
  reason,
  lead: linkOf(claimed),
  then: 'gone',
});

export const remove = (claimed: ClaimedUser, leadId: string, reason: string): WriteDecision => ({
  kind: 'write',
  claimed,
  write: { kind: 'delete', leadId },
  action: 'delete',
  reason,
  lead: linkOf(claimed),
  then: 'gone',
});

export const lookupFailed = (
  { claimed, plan, mapped }: Planned,
  action: FailedDecision['action'],
  fault: Fault,
): FailedDecision => ({
  kind: 'failed',
  claimed,
  action,
  reason: plan.reason,
  fields: action === 'create' ? withoutNulls(mapped ?? {}) : (mapped ?? {}),
  fault,
});

/** Asks Salesforce nothing when there is nothing to find. */
export async function find(
  target: LeadTarget,
  by: FindBy,
  values: readonly string[],
  deadline: number,
): Promise<{ readonly leads: readonly FoundLead[] } | { readonly fault: Fault }> {
  if (values.length === 0) return { leads: [] };
  const lookup = await target.find(by, [...new Set(values)], deadline);
  return lookup.kind === 'found' ? { leads: lookup.leads } : { fault: lookup.fault };
}
