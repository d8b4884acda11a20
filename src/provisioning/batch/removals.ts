/** What becomes of the Leads of deleted users: each is looked at first, for a converted Lead is a Contact's history. */
import { SAID_GONE } from '../../storage/said-gone.ts';
import type { ClaimedUser, Decision, DeliveryContext, RestDecision } from '../delivery.ts';
import type { LeadFields, LeadTarget, Trace } from '../lead-target.ts';
import { outcomeUnknown, traceCreates, withoutCreate } from './lost-create.ts';
import { close, find, leadNotVisible, lookupFailed, park, remove, rest, type Planned, type PlanOf } from './planned.ts';
import { toldOf } from './told.ts';

type Removal = Planned<PlanOf<'delete'> | PlanOf<'close'>>;

export async function decideRemovals(
  { target, store, connector }: DeliveryContext,
  planned: readonly Removal[],
  deadline: number,
): Promise<readonly Decision[]> {
  const ids = planned.map(({ plan }) => plan.leadId);
  const found = await find(target, 'id', ids, deadline);
  if ('fault' in found) return planned.map((one) => lookupFailed(one, 'delete', found.fault));
  const missing = ids.filter((id) => !found.leads.some(({ leadId }) => leadId === id));
  const trace = await traceMissing(target, missing, deadline);
  if (trace.kind === 'failed') return planned.map((one) => lookupFailed(one, 'delete', trace.fault));
  const lanes = await store.readLanesOfLeads(connector, ids);
  return planned.map((one) => {
    const { claimed, plan } = one;
    if (lanes.some(({ leadId, userId }) => leadId === plan.leadId && userId !== claimed.lane.userId))
      return rest(claimed, 'gone', "user deleted; its Lead is another user's as well and is left alone");
    const lead = found.leads.find(({ leadId }) => leadId === plan.leadId);
    if (!lead) {
      const isDeleted =
        claimed.lane.error?.code === SAID_GONE.code ||
        trace.leads.some((one) => one.leadId === plan.leadId && one.isDeleted);
      return isDeleted
        ? rest(claimed, 'gone', 'user deleted; its Lead was gone already')
        : park(claimed, leadNotVisible(plan.leadId));
    }
    if (lead.isConverted) return rest(claimed, 'gone', 'user deleted; its Lead was converted and is left alone');
    return plan.kind === 'delete'
      ? remove(claimed, plan.leadId, plan.reason)
      : close(claimed, plan.leadId, released(plan.fields, target), plan.reason);
  });
}

const traceMissing = (target: LeadTarget, leadIds: readonly string[], deadline: number): Promise<Trace> =>
  leadIds.length === 0 ? Promise.resolve({ kind: 'traced', leads: [] }) : target.trace(leadIds, deadline);

/** A Lead that stays is free again for the next user of its e-mail: with the old id it would be a stranger's, and a second be made. */
const released = (fields: LeadFields, { externalIdField }: LeadTarget): LeadFields =>
  externalIdField === undefined ? fields : { ...fields, [externalIdField]: null };

type Resolve = Planned<PlanOf<'resolve'>>;

/** The user is gone and nobody knows whether its Lead was made: the external id tells, or what was sent. */
export async function decideResolves(
  context: DeliveryContext,
  planned: readonly Resolve[],
  deadline: number,
): Promise<readonly Decision[]> {
  const { target } = context;
  if (target.externalIdField === undefined) return resolveCreates(context, planned, deadline);
  const ids = planned.map(({ claimed }) => claimed.lane.userId);
  const found = await find(target, 'externalId', ids, deadline);
  if ('fault' in found) return planned.map((one) => lookupFailed(one, 'delete', found.fault));
  return planned.map((one) => {
    const { userId } = one.claimed.lane;
    const lead = found.leads.find(({ externalId }) => externalId?.toLowerCase() === userId.toLowerCase());
    if (!lead) return lookAgain(one.claimed);
    return lead.isConverted ? nothingToRemove(one.claimed) : resolve(one, lead.leadId, target);
  });
}

async function resolveCreates(
  context: DeliveryContext,
  planned: readonly Resolve[],
  deadline: number,
): Promise<readonly Decision[]> {
  const users = planned.map(({ claimed }) => claimed);
  const lost = await traceCreates(context, users, deadline);
  return planned.map((one) => {
    const trace = lost.get(one.claimed);
    switch (trace?.kind) {
      case 'own':
        return resolve(linkedWith(one, trace.leadId), trace.leadId, context.target);
      case 'none':
        return lookAgain(one.claimed);
      case 'failed':
        return lookupFailed(one, 'delete', trace.fault);
      case 'likely':
        return unresolvable(one.claimed, trace.leadIds);
      case 'untraceable':
      case undefined:
        return unresolvable(one.claimed, []);
    }
  });
}

/** The database says whether it is another user's since it was looked for. */
const linkedWith = ({ claimed, ...rest }: Resolve, leadId: string): Resolve => ({
  ...rest,
  claimed: { ...claimed, lane: { ...withoutCreate(claimed.lane), ...toldOf(claimed.lane), leadId }, found: {} },
});

const resolve = ({ claimed, plan }: Resolve, leadId: string, target: LeadTarget): Decision =>
  plan.closeWith
    ? close(claimed, leadId, released(plan.closeWith, target), plan.reason)
    : remove(claimed, leadId, plan.reason);

/** A create that nobody waits for any more is carried out within this time, as far as anybody can tell. */
const LOOK_AGAIN_MS = 60_000;

/** Twice: a look that could not be made leaves an error with the lane, one that found nothing leaves none. */
const lookAgain = (claimed: ClaimedUser): RestDecision =>
  claimed.lane.attempts > 1 && claimed.lane.error === undefined
    ? nothingToRemove(claimed)
    : {
        ...rest(claimed, 'due', 'user deleted; its Lead may still be under way and is looked for again'),
        delayMs: LOOK_AGAIN_MS,
      };

const nothingToRemove = (claimed: ClaimedUser): RestDecision =>
  rest(claimed, 'gone', 'user deleted; no Lead of its own to remove');

const unresolvable = (claimed: ClaimedUser, leadIds: readonly string[]): RestDecision =>
  park(claimed, {
    ...outcomeUnknown(leadIds),
    hint: 'The user was deleted while its Lead was being created: look for the Lead in Salesforce and delete it there. SALESFORCE_EXTERNAL_ID_FIELD avoids this.',
  });
