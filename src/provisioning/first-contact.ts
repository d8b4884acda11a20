/** The first Lead of a user: an existing one with the same e-mail is adopted, skipped or parked, else one is made. */
import type { LeadLink } from '../storage/store.ts';
import type { Decision, DeliveryContext, RestDecision, WriteDecision } from './delivery.ts';
import type { FoundLead } from './lead-target.ts';
import { matchLead } from './match.ts';
import { planDelivery } from './plan.ts';
import { find, lookupFailed, park, rest, update, type Planned, type PlanOf } from './planned.ts';

export async function decideFirstContacts(
  context: DeliveryContext,
  planned: readonly Planned<PlanOf<'create'>>[],
  deadline: number,
): Promise<readonly Decision[]> {
  const emails = planned.map(emailOf).filter((email) => email !== undefined);
  const found = await find(context.target, 'email', emails, deadline);
  if ('fault' in found) return planned.map((one) => lookupFailed(one, 'create', found.fault));
  const ids = found.leads.map(({ leadId }) => leadId);
  const linked = await context.store.findLinkedLeads(context.connector, ids);
  return matchAll(context, planned, found.leads, linked);
}

function emailOf({ plan }: Planned<PlanOf<'create'>>): string | undefined {
  const email = plan.fields['Email'];
  return typeof email === 'string' ? email.toLowerCase() : undefined;
}

/**
 * A Lead of another user is no candidate, be it linked already or taken in this batch; who skips what exists skips the
 * user whose e-mail such a Lead has.
 */
function matchAll(
  context: DeliveryContext,
  planned: readonly Planned<PlanOf<'create'>>[],
  leads: readonly FoundLead[],
  linked: ReadonlySet<string>,
): readonly (WriteDecision | RestDecision)[] {
  const taken = new Set(linked);
  const occupied = new Set(leads.filter(({ leadId }) => linked.has(leadId)).map(({ email }) => email?.toLowerCase()));
  return planned.map((one) => {
    const email = emailOf(one);
    if (email !== undefined && occupied.has(email) && context.mapping.match.onMatch === 'skip') {
      return rest(one.claimed, 'idle', 'another user with this e-mail has the Lead');
    }
    const candidates = leads.filter((lead) => lead.email?.toLowerCase() === email && !taken.has(lead.leadId));
    const decision = matchOne(context, one, email === undefined ? [] : candidates);
    if (decision.lead.leadId !== undefined) taken.add(decision.lead.leadId);
    if (decision.kind === 'write') occupied.add(email);
    return decision;
  });
}

function matchOne(
  { target, mapping }: DeliveryContext,
  planned: Planned<PlanOf<'create'>>,
  candidates: readonly FoundLead[],
): WriteDecision | RestDecision {
  const { claimed } = planned;
  const match = matchLead({
    lane: claimed.lane,
    candidates,
    hasEmail: emailOf(planned) !== undefined,
    hasExternalIdField: target.externalIdField !== undefined,
    onMatch: mapping.match.onMatch,
  });
  switch (match.kind) {
    case 'create':
      return create(planned, target.externalIdField);
    case 'link':
      return adopt(planned, match, { mapping, externalIdField: target.externalIdField });
    case 'skip':
      return rest(claimed, 'idle', match.reason);
    case 'park':
      return park(claimed, match.error);
  }
}

const create = ({ claimed, plan }: Planned<PlanOf<'create'>>, externalIdField: string | undefined): WriteDecision => ({
  kind: 'write',
  claimed,
  write:
    externalIdField === undefined
      ? { kind: 'create', fields: plan.fields }
      : { kind: 'upsert', externalId: claimed.lane.userId, fields: plan.fields },
  action: 'create',
  reason: plan.reason,
  lead: { origin: 'created', told: JSON.stringify(plan.fields) },
  then: 'idle',
});

interface AdoptWith {
  readonly mapping: DeliveryContext['mapping'];
  readonly externalIdField: string | undefined;
}

/** The plan is made anew for the Lead that was found: what people wrote there is not overwritten by defaults. */
function adopt(
  { claimed, mapped }: Planned<PlanOf<'create'>>,
  { leadId, origin, reason }: Required<Pick<LeadLink, 'leadId' | 'origin'>> & { readonly reason: string },
  { mapping, externalIdField }: AdoptWith,
): WriteDecision | RestDecision {
  const linked = { ...claimed, lane: { ...claimed.lane, leadId, origin } };
  const plan = planDelivery({ lane: linked.lane, user: claimed.user, mapped, mapping });
  return plan.kind === 'update' ? update(linked, { ...plan, reason }, externalIdField) : rest(linked, 'idle', reason);
}
