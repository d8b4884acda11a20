/** What becomes of users whose Lead was converted: it is linked with the Contact it became, and left alone from then on. */
import type { LeadEnd, LeadLink } from '../../storage/store.ts';
import { linkOf, type ClaimedUser, type Decision, type DeliveryContext, type RestDecision } from '../delivery.ts';
import type { TracedLead } from '../lead-target.ts';
import type { Match } from './match.ts';
import { lookupFailed, park, rest, type Planned, type PlanOf } from './planned.ts';
import { withHint } from '../policy/hints.ts';

export interface FoundConverted {
  readonly planned: Planned<PlanOf<'create'>>;
  readonly match: Extract<Match, { kind: 'converted' }>;
}

/** One query for all Contacts; none where the mapping does not ask for them. */
export async function decideConverted(
  { target, mapping }: DeliveryContext,
  found: readonly FoundConverted[],
  deadline: number,
): Promise<readonly Decision[]> {
  if (found.length === 0) return [];
  if (mapping.converted === 'leave') return found.map((one) => endFound(one, []));
  const ids = found.flatMap(({ match }) => match.leads.map(({ leadId }) => leadId));
  const trace = await target.trace([...new Set(ids)], deadline);
  if (trace.kind === 'failed') return found.map(({ planned }) => lookupFailed(planned, 'create', trace.fault));
  return found.map((one) => endFound(one, trace.leads));
}

/** Several converted Leads are one person if they became one Contact. */
function endFound({ planned, match }: FoundConverted, traced: readonly TracedLead[]): RestDecision {
  const { claimed } = planned;
  const [{ leadId }] = match.leads;
  const own = traced.filter((lead) => match.leads.some((one) => one.leadId === lead.leadId));
  const [contactId, ...others] = new Set(own.flatMap((lead) => lead.contactId ?? []));
  if (others.length > 0) return park(claimed, severalContacts(match.leads.map((lead) => lead.leadId)));
  return {
    ...rest(claimed, 'idle', reasonOf(match.reason, contactId)),
    lead: { leadId, origin: match.origin, ended: endOf(contactId) },
  };
}

function severalContacts(leadIds: readonly string[]): NonNullable<RestDecision['error']> {
  const code = 'AMBIGUOUS_MATCH';
  const message = `the converted Leads of this user became several Contacts: ${leadIds.join(', ')}`;
  return withHint({ class: 'policy', code, message });
}

/** For a Lead that is linked already. */
export function end(
  claimed: ClaimedUser,
  { leadId, contactId }: Pick<LeadLink, 'leadId'> & Pick<LeadEnd, 'contactId'>,
): RestDecision {
  const link = { ...linkOf(claimed), ...(leadId !== undefined && { leadId }), ended: endOf(contactId) };
  return { ...rest(claimed, 'idle', reasonOf('its Lead was converted', contactId)), lead: link };
}

const endOf = (contactId: string | undefined): LeadEnd => ({
  kind: 'converted',
  ...(contactId !== undefined && { contactId }),
});

const reasonOf = (what: string, contactId: string | undefined): string =>
  `${what}${contactId === undefined ? '' : ` to Contact ${contactId}`}; it is not kept up to date any more`;
