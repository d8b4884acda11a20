/** What is about to be written, on disk before Salesforce is asked: whatever happens then, the next attempt knows of it. */
import type { Lane, LaneLink } from '../../storage/store.ts';
import type { Decision, DeliveryContext, RestDecision, WriteDecision } from '../delivery.ts';
import type { LeadFields } from '../lead-target.ts';
import { describeCreate } from './lost-create.ts';
import { rest } from './planned.ts';
import { AWAY, markUnsure, readTold, toldOf, wasAway } from './told.ts';

/** What is under way for the Lead may be done with by then; if not, it is looked at once more. */
const LOOK_AGAIN_MS = 5_000;

/** @returns the decisions that may go out: not those whose lease was lost, or whose Lead went to another user */
export async function rememberIntent(
  { store, connector, now }: DeliveryContext,
  decisions: readonly Decision[],
): Promise<readonly Decision[]> {
  const own = decisions.filter((decision) => decision.kind !== 'rest' || !decision.isInherited);
  const links = new Map(own.flatMap((decision) => linksOf(decision, now()).map((link) => [decision, link] as const)));
  const lease = own[0]?.claimed.lane.lease;
  if (links.size === 0 || lease === undefined) return own;
  const held = await store.linkLanes(connector, lease, [...links.values()], now());
  return own.flatMap((decision) => {
    const link = links.get(decision);
    if (link === undefined || held.has(link.userId)) return [decision];
    // Of a lane whose lease was lost nothing is settled.
    return link.leadId === undefined ? [] : [startAnew(decision, link.leadId)];
  });
}

const startAnew = ({ claimed }: Decision, leadId: string): RestDecision => ({
  ...rest(claimed, 'due', `Lead ${leadId} is another user's by now; looks anew`),
  lead: {},
  delayMs: LOOK_AGAIN_MS,
  isUntried: true,
});

function linksOf(decision: Decision, now: number): readonly LaneLink[] {
  if (decision.kind === 'failed') return [];
  const { claimed, lead } = decision;
  const from = claimed.found?.from;
  const link = {
    userId: claimed.lane.userId,
    origin: lead.origin ?? 'created',
    ...(lead.leadId !== undefined && { leadId: lead.leadId }),
    ...(from && { from }),
  };
  if (decision.kind === 'rest') return claimed.found ? [{ ...link, ...toldOf(lead) }] : [];
  if (isLast(decision) && !claimed.found) return [];
  const sent = decision.write.kind === 'create' ? { sent: describeCreate(now, decision.write.fields) } : {};
  return [{ ...link, ...sent, told: unsure(lead.told, decision.write, claimed.lane) }];
}

/** The last write to a Lead needs no intent: it is the same however often it is sent. But a Lead that was just found may be another user's by now. */
const isLast = ({ write, then }: WriteDecision): boolean => then === 'gone' || write.kind === 'delete';

/** That the Lead was as that of a deactivated user is known until Salesforce has confirmed that it is not. */
function unsure(told: string | undefined, write: WriteDecision['write'], lane: Lane): string {
  const sent: LeadFields = write.kind === 'delete' ? {} : write.fields;
  const fields = readTold(told === undefined ? {} : { told }) ?? {};
  const mark = wasAway(readTold(lane)) ? { [AWAY]: true } : {};
  return JSON.stringify({ ...markUnsure(fields, sent), ...mark });
}
