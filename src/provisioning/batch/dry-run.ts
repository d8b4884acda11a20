/** A dry run: lanes run as ever, and what they would write is recorded instead. */
import type { LeadLink } from '../../storage/store.ts';
import { linkOf, type ClaimedUser, type Decision, type DeliveryContext, type RestDecision } from '../delivery.ts';
import { membersToWrite } from './deliver-campaigns.ts';
import { withHint } from '../policy/hints.ts';
import type { MemberWrite } from '../lead-target.ts';
import { verdictOf } from './verdict.ts';

/** The code of a lane that waits for the end of the dry run. */
export const DRY_RUN = 'DRY_RUN';

/**
 * Parks what would be done, with the link that the lane had: a start without the dry run tries every parked lane again, and so
 * delivers it. What is settled as usual changes neither Lead nor link, and would be decided alike by another mapping.
 *
 * @param claimed the users as they were claimed: a decision to adopt names the Lead already
 */
export function withhold(
  context: Pick<DeliveryContext, 'mapping'>,
  decisions: readonly Decision[],
  claimed: readonly ClaimedUser[],
): readonly Decision[] {
  const before = new Map(claimed.map((one) => [one.lane.userId, one]));
  return decisions.map((decision) => {
    const original = before.get(decision.claimed.lane.userId) ?? decision.claimed;
    const members = membersToWrite(context, decision);
    const isWaiting = members.length > 0 || !isHarmless(decision, linkOf(original));
    return isWaiting ? waiting(decision, members, original) : decision;
  });
}

function isHarmless(decision: Decision, { leadId }: LeadLink): boolean {
  if (decision.kind !== 'rest') return decision.kind === 'failed';
  if (decision.state === 'parked') return true;
  return decision.state === 'gone'
    ? leadId === undefined && decision.lead.origin === undefined
    : leadId !== undefined && decision.lead.leadId === leadId;
}

function waiting(decision: Decision, members: readonly MemberWrite[], claimed: ClaimedUser): RestDecision {
  const message = `dry run: would ${[describe(decision), ...members.map(describeMember)].join(' and ')}`;
  const error = withHint({ class: 'policy', code: DRY_RUN, message });
  return { kind: 'rest', claimed, state: 'parked', reason: message, lead: linkOf(claimed), error };
}

const describeMember = ({ kind, campaign }: MemberWrite): string => `${kind} campaign ${campaign}`;

/** Names of fields, never their values. */
function describe(decision: Decision): string {
  const { kind, reason, leadId, fields } = verdictOf(decision);
  const lead = leadId === undefined ? 'a Lead' : `Lead ${leadId}`;
  if (decision.kind === 'rest') return `send nothing (${reason})`;
  if (kind === 'delete') return `delete ${lead} (${reason})`;
  return `${kind} ${lead} with ${Object.keys(fields).join(', ')} (${reason})`;
}
