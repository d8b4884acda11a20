/** What becomes of the Leads of deleted users: each is looked at first, for a converted Lead is a Contact's history. */
import type { ClaimedUser, Decision, DeliveryContext, RestDecision } from './delivery.ts';
import type { LeadFields, LeadTarget } from './lead-target.ts';
import { close, find, lookupFailed, park, remove, rest, type Planned, type PlanOf } from './planned.ts';

type Removal = Planned<PlanOf<'delete'> | PlanOf<'close'>>;

export async function decideRemovals(
  { target }: DeliveryContext,
  planned: readonly Removal[],
  deadline: number,
): Promise<readonly Decision[]> {
  const ids = planned.map(({ plan }) => plan.leadId);
  const found = await find(target, 'id', ids, deadline);
  if ('fault' in found) return planned.map((one) => lookupFailed(one, 'delete', found.fault));
  return planned.map((one) => {
    const { claimed, plan } = one;
    const lead = found.leads.find(({ leadId }) => leadId === plan.leadId);
    if (!lead) return rest(claimed, 'gone', 'user deleted; its Lead was gone already');
    if (lead.isConverted) return rest(claimed, 'gone', 'user deleted; its Lead was converted and is left alone');
    return plan.kind === 'delete'
      ? remove(claimed, plan.leadId, plan.reason)
      : close(claimed, plan.leadId, released(plan.fields, target), plan.reason);
  });
}

/** A Lead that stays is free again for the next user of its e-mail: with the old id it would be a stranger's, and a second be made. */
const released = (fields: LeadFields, { externalIdField }: LeadTarget): LeadFields =>
  externalIdField === undefined ? fields : { ...fields, [externalIdField]: null };

/** The user is gone and nobody knows whether its Lead was made: the external id tells. */
export async function decideResolves(
  { target }: DeliveryContext,
  planned: readonly Planned<PlanOf<'resolve'>>[],
  deadline: number,
): Promise<readonly Decision[]> {
  if (target.externalIdField === undefined) return planned.map(({ claimed }) => unresolvable(claimed));
  const ids = planned.map(({ claimed }) => claimed.lane.userId);
  const found = await find(target, 'externalId', ids, deadline);
  if ('fault' in found) return planned.map((one) => lookupFailed(one, 'delete', found.fault));
  return planned.map(({ claimed, plan }) => {
    const lead = found.leads.find(({ externalId }) => externalId?.toLowerCase() === claimed.lane.userId.toLowerCase());
    if (!lead || lead.isConverted) return rest(claimed, 'gone', 'user deleted; no Lead of its own to remove');
    if (plan.closeWith) return close(claimed, lead.leadId, released(plan.closeWith, target), plan.reason);
    return remove(claimed, lead.leadId, plan.reason);
  });
}

const unresolvable = (claimed: ClaimedUser): RestDecision =>
  park(claimed, {
    class: 'policy',
    code: 'CREATE_OUTCOME_UNKNOWN',
    message: 'the user was deleted while its Lead was being created, and the answer of Salesforce was lost',
    hint: 'look for the Lead in Salesforce and delete it there; an external id field avoids this',
  });
