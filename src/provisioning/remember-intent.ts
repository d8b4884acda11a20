/** What is about to be written, on disk before Salesforce is asked: whatever happens then, the next attempt knows of it. */
import type { LaneLink } from '../storage/store.ts';
import type { Decision, DeliveryContext, WriteDecision } from './delivery.ts';
import type { LeadFields } from './lead-target.ts';
import { markUnsure, readTold } from './told.ts';

/** @returns the decisions that may go out: not those whose lease was lost */
export async function rememberIntent(
  { store, connector }: DeliveryContext,
  decisions: readonly Decision[],
): Promise<readonly Decision[]> {
  const links = decisions.flatMap((decision) => (decision.kind === 'write' ? intentOf(decision) : []));
  const lease = decisions[0]?.claimed.lane.lease;
  if (links.length === 0 || lease === undefined) return decisions;
  const held = await store.linkLanes(connector, lease, links);
  const lost = new Set(links.map(({ userId }) => userId).filter((userId) => !held.has(userId)));
  return decisions.filter(({ claimed }) => !lost.has(claimed.lane.userId));
}

/** The last write to a Lead needs none: it is the same however often it is sent. */
function intentOf({ claimed, write, lead, then }: WriteDecision): readonly LaneLink[] {
  if (then === 'gone' || write.kind === 'delete') return [];
  const link = { userId: claimed.lane.userId, origin: lead.origin ?? 'created', told: unsure(lead.told, write.fields) };
  return [lead.leadId === undefined ? link : { ...link, leadId: lead.leadId }];
}

const unsure = (told: string | undefined, sent: LeadFields): string =>
  JSON.stringify(markUnsure(readTold(told === undefined ? {} : { told }) ?? {}, sent));
