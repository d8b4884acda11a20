/** The first Lead of a user: an existing one with the same e-mail is adopted, skipped or parked, else one is made. */
import type { LaneLink, LeadLink } from '../storage/store.ts';
import type { Decision, DeliveryContext, RestDecision, WriteDecision } from './delivery.ts';
import type { FoundLead, LeadFields } from './lead-target.ts';
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
  const free = found.leads.filter(({ leadId }) => !linked.has(leadId));
  return rememberIntent(context, matchAll(context, planned, free));
}

function emailOf({ plan }: Planned<PlanOf<'create'>>): string | undefined {
  const email = plan.fields['Email'];
  return typeof email === 'string' ? email.toLowerCase() : undefined;
}

/** Two users of one batch may have the same e-mail: a Lead that one of them takes is no candidate for the other. */
function matchAll(
  context: DeliveryContext,
  planned: readonly Planned<PlanOf<'create'>>[],
  leads: readonly FoundLead[],
): readonly (WriteDecision | RestDecision)[] {
  const taken = new Set<string>();
  return planned.map((one) => {
    const email = emailOf(one);
    const candidates = leads.filter((lead) => lead.email?.toLowerCase() === email && !taken.has(lead.leadId));
    const decision = matchOne(context, one, email === undefined ? [] : candidates);
    if (decision.lead.leadId !== undefined) taken.add(decision.lead.leadId);
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
  if (plan.kind !== 'update') return rest(linked, 'idle', reason);
  const decision = update(linked, { ...plan, reason });
  return {
    ...decision,
    write: { kind: 'update', leadId, fields: withExternalId(plan.fields, externalIdField, claimed.lane.userId) },
  };
}

const withExternalId = (fields: LeadFields, field: string | undefined, userId: string): LeadFields =>
  field === undefined ? fields : { ...fields, [field]: userId };

/** On disk before Salesforce is asked: after a crash the next attempt knows whose the Lead is. A lost lease sends nothing. */
async function rememberIntent(
  context: DeliveryContext,
  decisions: readonly (WriteDecision | RestDecision)[],
): Promise<readonly Decision[]> {
  const writes = decisions.filter((decision) => decision.kind === 'write');
  const [first] = writes;
  if (!first) return decisions;
  const links = writes.map(({ claimed, lead }): LaneLink => ({
    userId: claimed.lane.userId,
    origin: lead.origin ?? 'created',
    ...(lead.leadId !== undefined && { leadId: lead.leadId }),
  }));
  const held = await context.store.linkLanes(context.connector, first.claimed.lane.lease, links);
  return decisions.filter((decision) => decision.kind === 'rest' || held.has(decision.claimed.lane.userId));
}
