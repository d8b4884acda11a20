/** From a batch of claimed users to what is done with each: map, plan, and look up what the plans need to know. */
import type { ClaimedUser, Decision, DeliveryContext, RestDecision } from './delivery.ts';
import { decideFirstContacts } from './first-contact.ts';
import { planDelivery, planUnmapped } from './plan.ts';
import { park, rest, selectPlans, type Planned } from './planned.ts';
import { decideRemovals, decideResolves } from './removals.ts';
import { decideUpdates } from './updates.ts';

/** @param deadline epoch milliseconds: no query is sent that could not end before it */
export async function decideBatch(
  context: DeliveryContext,
  claimed: readonly ClaimedUser[],
  deadline: number,
): Promise<readonly Decision[]> {
  const results = await Promise.all(claimed.map((one) => planUser(context, one)));
  const unmappable = results.filter((one) => 'kind' in one);
  const planned = results.filter((one) => 'plan' in one);
  const contacts = await decideFirstContacts(context, selectPlans(planned, 'create'), deadline);
  const updates = [...selectPlans(planned, 'update'), ...contacts.adopted];
  return [
    ...unmappable,
    ...selectPlans(planned, 'skip').map((one) => rest(one.claimed, one.plan.gone ? 'gone' : 'idle', one.plan.reason)),
    ...(await decideUpdates(context.target, updates, deadline)),
    ...(await decideRemovals(context, [...selectPlans(planned, 'delete'), ...selectPlans(planned, 'close')], deadline)),
    ...(await decideResolves(context, selectPlans(planned, 'resolve'), deadline)),
    ...contacts.decisions,
  ];
}

/** A mapping that fails parks this user alone. */
export async function planUser({ mapping }: DeliveryContext, claimed: ClaimedUser): Promise<Planned | RestDecision> {
  const { lane, user } = claimed;
  const unmapped = planUnmapped({ lane, user, mapping });
  if (unmapped !== undefined) return { claimed, plan: unmapped };
  try {
    const mapped = user && (await mapping.map(user));
    return { claimed, plan: planDelivery({ lane, user, mapped, mapping }), ...(mapped && { mapped }) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const hint = 'correct the mapping file and restart, or change the user';
    // What the mapping itself says may quote the user: it stays with the lane, and out of journal and log.
    return {
      ...park(claimed, { class: 'data', code: 'MAPPING_ERROR', message, hint }),
      reason: 'the mapping fails for this user',
    };
  }
}
