/** Whether a user without a known Lead gets a new one or one that is in Salesforce already. */
import type { Lane, LaneError, LeadOrigin } from '../storage/store.ts';
import { hintFor } from './hints.ts';
import type { FoundLead } from './lead-target.ts';
import type { OnMatch } from './mapping-file.ts';

export type Match =
  | { readonly kind: 'create' }
  | { readonly kind: 'link'; readonly leadId: string; readonly origin: LeadOrigin; readonly reason: string }
  | { readonly kind: 'skip'; readonly reason: string }
  | { readonly kind: 'park'; readonly error: LaneError };

export interface MatchInput {
  readonly lane: Lane;
  /** Live Leads with the same e-mail or external id that belong to no other lane and to no other user of this batch. */
  readonly candidates: readonly FoundLead[];
  /** Whether the user has an e-mail by which candidates were looked for. */
  readonly hasEmail: boolean;
  readonly hasExternalIdField: boolean;
  readonly onMatch: OnMatch;
}

export function matchLead(input: MatchInput): Match {
  const { lane, candidates } = input;
  const own = candidates.filter((lead) => isOwn(lead, lane));
  if (own.length > 0) return linkOwn(own, lane);
  // A Lead with another external id belongs to another user, whoever wrote it there; who skips, skips it all the same.
  const free = input.onMatch === 'skip' ? candidates : candidates.filter((lead) => lead.externalId === undefined);
  return recoverCreate(input, free) ?? matchFree(free, input.onMatch);
}

/** Salesforce compares external ids without case. */
function isOwn({ externalId }: FoundLead, { userId }: Lane): boolean {
  return externalId?.toLowerCase() === userId.toLowerCase();
}

function linkOwn(own: readonly FoundLead[], lane: Lane): Match {
  const [lead] = own;
  if (lead === undefined || own.length > 1)
    return park('AMBIGUOUS_MATCH', `several Leads have this user's external id`, own);
  // Every write of ours is remembered before it is sent; what nobody remembers may be somebody's, and is never deleted.
  return link(lead, lane.origin ?? 'adopted', 'Lead has the external id of this user');
}

/** Without an external id, the answer of an earlier create that got lost can only be found by e-mail. */
function recoverCreate(
  { lane, hasEmail, hasExternalIdField }: MatchInput,
  free: readonly FoundLead[],
): Match | undefined {
  if (hasExternalIdField || lane.origin !== 'created') return undefined;
  if (!hasEmail) return park('CREATE_OUTCOME_UNKNOWN', 'an earlier create may have reached Salesforce', []);
  const [lead, ...others] = free.filter(({ isConverted }) => !isConverted);
  if (lead === undefined || others.length > 0) return undefined;
  return link(lead, 'created', 'Lead of an earlier create whose answer was lost');
}

type Situation = 'none' | 'one' | 'converted' | 'several';

function situationOf(free: readonly FoundLead[]): Situation {
  if (free.length === 0) return 'none';
  if (free.every(({ isConverted }) => isConverted)) return 'converted';
  return free.length === 1 ? 'one' : 'several';
}

type Act = (free: readonly FoundLead[]) => Match;

const create: Act = () => ({ kind: 'create' });
const skip: Act = (free) => ({ kind: 'skip', reason: `Salesforce has a Lead with this e-mail: ${idsOf(free)}` });
const refuse: Act = (free) => park('LEAD_EXISTS', 'Salesforce has a Lead with this e-mail', free);
const adopt: Act = ([lead]) =>
  lead === undefined ? { kind: 'create' } : link(lead, 'adopted', 'Lead with the same e-mail adopted');
const refuseConverted: Act = (free) => park('CONVERTED_LEAD', 'the Lead with this e-mail was converted', free);
const refuseSeveral: Act = (free) => park('AMBIGUOUS_MATCH', 'several Leads have this e-mail', free);

const ACTS: Readonly<Record<Situation, Readonly<Record<OnMatch, Act>>>> = {
  none: { adopt: create, skip: create, park: create },
  one: { adopt, skip, park: refuse },
  converted: { adopt: refuseConverted, skip, park: refuse },
  several: { adopt: refuseSeveral, skip, park: refuse },
};

const matchFree = (free: readonly FoundLead[], onMatch: OnMatch): Match => ACTS[situationOf(free)][onMatch](free);

const link = ({ leadId }: FoundLead, origin: LeadOrigin, reason: string): Match => ({
  kind: 'link',
  leadId,
  origin,
  reason,
});

function park(code: string, text: string, leads: readonly FoundLead[]): Match {
  const message = leads.length === 0 ? text : `${text}: ${idsOf(leads)}`;
  const hint = hintFor({ code, message });
  return { kind: 'park', error: { class: 'policy', code, message, ...(hint === undefined ? {} : { hint }) } };
}

const idsOf = (leads: readonly FoundLead[]): string => leads.map(({ leadId }) => leadId).join(', ');
