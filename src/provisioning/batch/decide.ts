/** From a batch of claimed users to what is done with each: map, plan, and look up what the plans need to know. */
import type { ClaimedUser, Decision, DeliveryContext, RestDecision } from '../delivery.ts';
import { decideFirstContacts } from './first-contact.ts';
import { withHint } from '../policy/hints.ts';
import { planDelivery, planUnmapped } from './plan.ts';
import { park, rest, selectPlans, type Planned } from './planned.ts';
import { decideRemovals, decideResolves } from './removals.ts';
import { INHERITED } from './take-over.ts';
import { decideUpdates } from './updates.ts';

/**
 * @param deadline epoch milliseconds: no query is sent that could not end before it
 * @param until epoch milliseconds: who is not mapped by then is left out, but for the first
 */
export async function decideBatch(
  context: DeliveryContext,
  claimed: readonly ClaimedUser[],
  deadline: number,
  until = Infinity,
): Promise<readonly Decision[]> {
  const results = await planUsers(context, claimed, until);
  const unmappable = results.filter((one) => 'kind' in one);
  const all = results.filter((one) => 'plan' in one);
  const contacts = await decideFirstContacts(context, selectPlans(all, 'create'), deadline);
  const predecessors = new Set(contacts.adopted.flatMap(({ claimed: { found } }) => found?.from?.userId ?? []));
  const isInherited = ({ claimed: { lane } }: Planned): boolean => predecessors.has(lane.userId);
  const planned = all.filter((one) => !isInherited(one));
  const updates = [...selectPlans(planned, 'update'), ...contacts.adopted];
  return [
    ...unmappable,
    ...all.filter(isInherited).map((one) => ({ ...rest(one.claimed, 'gone', INHERITED), isInherited: true as const })),
    ...selectPlans(planned, 'skip').map((one) => rest(one.claimed, one.plan.gone ? 'gone' : 'idle', one.plan.reason)),
    ...(await decideUpdates(context.target, updates, deadline)),
    ...(await decideRemovals(context, [...selectPlans(planned, 'delete'), ...selectPlans(planned, 'close')], deadline)),
    ...(await decideResolves(context, selectPlans(planned, 'resolve'), deadline)),
    ...contacts.decisions,
  ];
}

async function planUsers(
  context: DeliveryContext,
  claimed: readonly ClaimedUser[],
  until: number,
): Promise<readonly (Planned | RestDecision)[]> {
  const results: (Planned | RestDecision)[] = [];
  for (const one of claimed) {
    if (results.length > 0 && context.now() >= until) break;
    results.push(await planUser(context, one));
  }
  return results;
}

/** A mapping that fails parks this user alone. */
export async function planUser(
  { mapping, target: { externalIdField } }: DeliveryContext,
  claimed: ClaimedUser,
): Promise<Planned | RestDecision> {
  const { lane, user } = claimed;
  const unmapped = planUnmapped({ lane, user, mapping });
  if (unmapped !== undefined) return { claimed, plan: unmapped };
  try {
    const mapped = user && (await mapping.map(user));
    const plan = planDelivery({ lane, user, mapped, mapping, externalIdField });
    return { claimed, plan, ...(mapped && { mapped }) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const code = 'MAPPING_ERROR';
    // What the mapping itself says may quote the user: it stays with the lane, and out of journal and log.
    return {
      ...park(claimed, withHint({ class: 'data', code, message })),
      reason: 'the mapping fails for this user',
    };
  }
}
