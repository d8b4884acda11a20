/** From the plans of a batch to the writes that carry them out: looks existing Leads up, in one query for the whole batch. */
import type { LaneLink, LeadLink } from '../storage/store.ts';
import {
  linkOf,
  type ClaimedUser,
  type Decision,
  type DeliveryContext,
  type RestDecision,
  type WriteDecision,
} from './delivery.ts';
import type { Fault, FindBy, FoundLead, LeadFields } from './lead-target.ts';
import { matchLead } from './match.ts';
import { planDelivery, type Plan } from './plan.ts';

type PlanOf<Kind extends Plan['kind']> = Extract<Plan, { kind: Kind }>;
interface Planned<Kind extends Plan['kind'] = Plan['kind']> {
  readonly claimed: ClaimedUser;
  readonly plan: PlanOf<Kind>;
}

/** @param deadline epoch milliseconds: no query is sent that could not end before it */
export async function decideBatch(
  context: DeliveryContext,
  claimed: readonly ClaimedUser[],
  deadline: number,
): Promise<readonly Decision[]> {
  const planned = await Promise.all(claimed.map((one) => planUser(context, one)));
  const decided = planned.filter((one): one is Decision => 'kind' in one);
  const plans = planned.filter((one): one is Planned => 'plan' in one);
  return [
    ...decided,
    ...select(plans, 'skip').map(skip),
    ...select(plans, 'update').map(update),
    ...select(plans, 'close').map(close),
    ...(await decideDeletes(context, select(plans, 'delete'), deadline)),
    ...(await decideResolves(context, select(plans, 'resolve'), deadline)),
    ...(await decideCreates(context, select(plans, 'create'), deadline)),
  ];
}

function select<Kind extends Plan['kind']>(plans: readonly Planned[], kind: Kind): readonly Planned<Kind>[] {
  return plans.filter((one): one is Planned<Kind> => one.plan.kind === kind);
}

/** A mapping that fails parks this user alone. */
async function planUser(context: DeliveryContext, claimed: ClaimedUser): Promise<Planned | RestDecision> {
  const { mapping } = context;
  const { lane, user } = claimed;
  try {
    const mapped = user && (await mapping.map(user));
    return { claimed, plan: planDelivery({ lane, user, mapped, mapping }) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const hint = 'correct the mapping file and restart, or change the user';
    const reason = 'the mapping failed for this user';
    return { ...park(claimed, reason), error: { class: 'data', code: 'MAPPING_ERROR', message, hint } };
  }
}

const park = (claimed: ClaimedUser, reason: string): RestDecision => ({
  kind: 'rest',
  claimed,
  state: 'parked',
  reason,
  lead: linkOf(claimed),
});

const skip = ({ claimed, plan }: Planned<'skip'>): RestDecision => ({
  kind: 'rest',
  claimed,
  state: plan.gone ? 'gone' : 'idle',
  reason: plan.reason,
  lead: linkOf(claimed),
});

const update = ({ claimed, plan }: Planned<'update'>): WriteDecision => ({
  kind: 'write',
  claimed,
  write: { kind: 'update', leadId: plan.leadId, fields: plan.fields },
  action: 'update',
  reason: plan.reason,
  lead: { ...linkOf(claimed), told: JSON.stringify(plan.told) },
  then: 'idle',
});

const close = ({ claimed, plan }: Planned<'close'>): WriteDecision => ({
  kind: 'write',
  claimed,
  write: { kind: 'update', leadId: plan.leadId, fields: plan.fields },
  action: 'update',
  reason: plan.reason,
  lead: linkOf(claimed),
  then: 'gone',
});

const remove = (claimed: ClaimedUser, leadId: string, reason: string): WriteDecision => ({
  kind: 'write',
  claimed,
  write: { kind: 'delete', leadId },
  action: 'delete',
  reason,
  lead: linkOf(claimed),
  then: 'gone',
});

/** A Lead that was converted is a Contact's history now: it is never deleted, so each is looked at before. */
async function decideDeletes(
  context: DeliveryContext,
  planned: readonly Planned<'delete'>[],
  deadline: number,
): Promise<readonly Decision[]> {
  const found = await find(
    context,
    'id',
    planned.map(({ plan }) => plan.leadId),
    deadline,
  );
  if ('fault' in found)
    return planned.map(({ claimed, plan }) => failed(claimed, 'delete', plan.reason, {}, found.fault));
  return planned.map(({ claimed, plan }) => {
    const lead = found.leads.find(({ leadId }) => leadId === plan.leadId);
    if (!lead) return gone(claimed, 'user deleted; its Lead was gone already');
    if (lead.isConverted) return gone(claimed, 'user deleted; its Lead was converted and is left alone');
    return remove(claimed, plan.leadId, plan.reason);
  });
}

/** The user is gone and nobody knows whether its Lead was made: the external id tells. */
async function decideResolves(
  context: DeliveryContext,
  planned: readonly Planned<'resolve'>[],
  deadline: number,
): Promise<readonly Decision[]> {
  if (context.target.externalIdField === undefined) return planned.map(({ claimed }) => unresolvable(claimed));
  const found = await find(
    context,
    'externalId',
    planned.map(({ claimed }) => claimed.lane.userId),
    deadline,
  );
  if ('fault' in found)
    return planned.map(({ claimed, plan }) => failed(claimed, 'delete', plan.reason, {}, found.fault));
  return planned.map(({ claimed, plan }) => {
    const lead = found.leads.find(({ externalId }) => externalId?.toLowerCase() === claimed.lane.userId.toLowerCase());
    if (!lead || lead.isConverted) return gone(claimed, 'user deleted; no Lead of its own to delete');
    return remove(claimed, lead.leadId, plan.reason);
  });
}

const gone = (claimed: ClaimedUser, reason: string): RestDecision => ({
  kind: 'rest',
  claimed,
  state: 'gone',
  reason,
  lead: linkOf(claimed),
});

function unresolvable(claimed: ClaimedUser): RestDecision {
  const message = 'the user was deleted while its Lead was being created, and the answer of Salesforce was lost';
  const hint = 'look for the Lead in Salesforce and delete it there; an external id field avoids this';
  return { ...park(claimed, message), error: { class: 'policy', code: 'CREATE_OUTCOME_UNKNOWN', message, hint } };
}

/** First contact: an existing Lead with the same e-mail is adopted, skipped or parked; else one is made. */
async function decideCreates(
  context: DeliveryContext,
  planned: readonly Planned<'create'>[],
  deadline: number,
): Promise<readonly Decision[]> {
  const emails = planned.map(({ plan }) => emailOf(plan.fields)).filter((email) => email !== undefined);
  const found = await find(context, 'email', [...new Set(emails)], deadline);
  if ('fault' in found) {
    return planned.map(({ claimed, plan }) => failed(claimed, 'create', plan.reason, plan.fields, found.fault));
  }
  const linked = await context.store.findLinkedLeads(
    context.connector,
    found.leads.map(({ leadId }) => leadId),
  );
  const decisions = matchAll(
    context,
    planned,
    found.leads.filter(({ leadId }) => !linked.has(leadId)),
  );
  return rememberIntent(context, decisions);
}

const emailOf = (fields: LeadFields): string | undefined =>
  typeof fields['Email'] === 'string' ? fields['Email'] : undefined;

/** Two users of one batch may have the same e-mail: a Lead that one of them takes is no candidate for the other. */
function matchAll(
  context: DeliveryContext,
  planned: readonly Planned<'create'>[],
  leads: readonly FoundLead[],
): readonly Decision[] {
  const taken = new Set<string>();
  return planned.map((one) => {
    const email = emailOf(one.plan.fields)?.toLowerCase();
    const candidates = leads.filter((lead) => lead.email?.toLowerCase() === email && !taken.has(lead.leadId));
    const decision = matchOne(context, one, email === undefined ? [] : candidates);
    if (decision.lead.leadId !== undefined) taken.add(decision.lead.leadId);
    return decision;
  });
}

function matchOne(
  { target, mapping }: DeliveryContext,
  { claimed, plan }: Planned<'create'>,
  candidates: readonly FoundLead[],
): WriteDecision | RestDecision {
  const match = matchLead({
    lane: claimed.lane,
    candidates,
    hasEmail: emailOf(plan.fields) !== undefined,
    hasExternalIdField: target.externalIdField !== undefined,
    onMatch: mapping.match.onMatch,
  });
  switch (match.kind) {
    case 'create':
      return create(claimed, plan, target.externalIdField);
    case 'link':
      return adopt(claimed, plan, { leadId: match.leadId, origin: match.origin }, match.reason, target.externalIdField);
    case 'skip':
      return { kind: 'rest', claimed, state: 'idle', reason: match.reason, lead: {} };
    case 'park':
      return { ...park(claimed, match.error.message), error: match.error };
  }
}

const create = (claimed: ClaimedUser, plan: PlanOf<'create'>, externalIdField: string | undefined): WriteDecision => ({
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

const adopt = (
  claimed: ClaimedUser,
  plan: PlanOf<'create'>,
  link: Required<Pick<LeadLink, 'leadId' | 'origin'>>,
  reason: string,
  externalIdField: string | undefined,
): WriteDecision => ({
  kind: 'write',
  claimed,
  write: {
    kind: 'update',
    leadId: link.leadId,
    fields: externalIdField === undefined ? plan.fields : { ...plan.fields, [externalIdField]: claimed.lane.userId },
  },
  action: 'update',
  reason,
  lead: { ...link, told: JSON.stringify(plan.fields) },
  then: 'idle',
});

/** On disk before Salesforce is asked: after a crash the next attempt knows whose the Lead is. A lost lease sends nothing. */
async function rememberIntent(context: DeliveryContext, decisions: readonly Decision[]): Promise<readonly Decision[]> {
  const writes = decisions.filter((decision): decision is WriteDecision => decision.kind === 'write');
  const [first] = writes;
  if (!first) return decisions;
  const links = writes.map(({ claimed, lead }): LaneLink => ({
    userId: claimed.lane.userId,
    origin: lead.origin ?? 'created',
    ...(lead.leadId !== undefined && { leadId: lead.leadId }),
  }));
  const held = await context.store.linkLanes(context.connector, first.claimed.lane.lease, links);
  return decisions.filter((decision) => decision.kind !== 'write' || held.has(decision.claimed.lane.userId));
}

async function find(
  { target }: DeliveryContext,
  by: FindBy,
  values: readonly string[],
  deadline: number,
): Promise<{ leads: readonly FoundLead[] } | { fault: Fault }> {
  if (values.length === 0) return { leads: [] };
  const lookup = await target.find(by, values, deadline);
  return lookup.kind === 'found' ? { leads: lookup.leads } : { fault: lookup.fault };
}

const failed = (
  claimed: ClaimedUser,
  action: 'create' | 'delete',
  reason: string,
  fields: LeadFields,
  fault: Fault,
): Decision => ({ kind: 'failed', claimed, action, reason, fields, fault });
