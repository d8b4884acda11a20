/** From a batch of claimed users to what is done with each: map, plan, and look up what the plans need to know. */
import type { ClaimedUser, Decision, DeliveryContext, RestDecision } from './delivery.ts';
import { decideFirstContacts } from './first-contact.ts';
import { planDelivery } from './plan.ts';
import { park, rest, selectPlans, update, type Planned } from './planned.ts';
import { decideRemovals, decideResolves } from './removals.ts';

/** @param deadline epoch milliseconds: no query is sent that could not end before it */
export async function decideBatch(
  context: DeliveryContext,
  claimed: readonly ClaimedUser[],
  deadline: number,
): Promise<readonly Decision[]> {
  const results = await Promise.all(claimed.map((one) => planUser(context, one)));
  const unmappable = results.filter((one) => 'kind' in one);
  const planned = results.filter((one) => 'plan' in one);
  return [
    ...unmappable,
    ...selectPlans(planned, 'skip').map((one) => rest(one.claimed, one.plan.gone ? 'gone' : 'idle', one.plan.reason)),
    ...selectPlans(planned, 'update').map((one) => update(one.claimed, one.plan, context.target.externalIdField)),
    ...(await decideRemovals(context, [...selectPlans(planned, 'delete'), ...selectPlans(planned, 'close')], deadline)),
    ...(await decideResolves(context, selectPlans(planned, 'resolve'), deadline)),
    ...(await decideFirstContacts(context, selectPlans(planned, 'create'), deadline)),
  ];
}

/** A mapping that fails parks this user alone. */
async function planUser({ mapping }: DeliveryContext, claimed: ClaimedUser): Promise<Planned | RestDecision> {
  const { lane, user } = claimed;
  try {
    const mapped = user && (await mapping.map(user));
    return { claimed, plan: planDelivery({ lane, user, mapped, mapping }), ...(mapped && { mapped }) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const hint = 'correct the mapping file and restart, or change the user';
    return park(claimed, { class: 'data', code: 'MAPPING_ERROR', message, hint });
  }
}
