/** Whether a user without a known Lead gets a new one or one that is in Salesforce already. */
import type { Lane, LaneError, LeadOrigin } from '../storage/store.ts';
import { hintFor } from './hints.ts';
import type { FoundLead } from './lead-target.ts';
import type { OnMatch } from './mapping-file.ts';

export type Match =
  | { readonly kind: 'create' }
  | { readonly kind: 'link'; readonly leadId: string; readonly origin: LeadOrigin; readonly reason: string }
  /** The Lead was converted: it is linked, and never written. Several may have become one Contact. */
  | {
      readonly kind: 'converted';
      readonly leads: readonly [FoundLead, ...FoundLead[]];
      readonly origin: LeadOrigin;
      readonly reason: string;
    }
  | { readonly kind: 'skip'; readonly reason: string }
  | { readonly kind: 'park'; readonly error: LaneError };

export interface MatchInput {
  readonly lane: Lane;
  /** Live Leads with the same value or external id that belong to no other lane and to no other user of this batch. */
  readonly candidates: readonly FoundLead[];
  /** The field by which they were looked for; absent where the user has a value in none. */
  readonly by?: string;
  readonly hasExternalIdField: boolean;
  readonly onMatch: OnMatch;
}

export function matchLead(input: MatchInput): Match {
  const { lane, candidates } = input;
  const own = candidates.filter((lead) => isOwn(lead, lane));
  if (own.length > 0) return linkOwn(own, lane);
  const free = input.onMatch === 'skip' ? candidates : freeOf(candidates);
  return recoverCreate(input, free) ?? ACTS[situationOf(free)][input.onMatch](free, nameOf(input.by));
}

/**
 * A Lead with another external id belongs to another user, whoever wrote it there. Of a converted one nobody can take the id
 * away, so the user who comes back is recognised all the same, where nothing else is.
 */
function freeOf(candidates: readonly FoundLead[]): readonly FoundLead[] {
  const free = candidates.filter(({ externalId }) => externalId === undefined);
  return free.length > 0 ? free : candidates.filter(({ isConverted }) => isConverted);
}

/** As people say it. */
export const nameOf = (by = 'Email'): string => (by === 'Email' ? 'e-mail' : by);

/** Salesforce compares external ids without case. */
function isOwn({ externalId }: FoundLead, { userId }: Lane): boolean {
  return externalId?.toLowerCase() === userId.toLowerCase();
}

function linkOwn(own: readonly FoundLead[], lane: Lane): Match {
  const [lead] = own;
  if (lead === undefined || own.length > 1)
    return park('AMBIGUOUS_MATCH', `several Leads have this user's external id`, own);
  // Every write of ours is remembered before it is sent; what nobody remembers may be somebody's, and is never deleted.
  const origin = lane.origin ?? 'adopted';
  if (lead.isConverted)
    return {
      kind: 'converted',
      leads: [lead],
      origin,
      reason: 'the Lead with the external id of this user was converted',
    };
  return link(lead, origin, 'Lead has the external id of this user');
}

/** Without an external id, the answer of an earlier create that got lost can only be found by e-mail. */
function recoverCreate({ lane, by, hasExternalIdField }: MatchInput, free: readonly FoundLead[]): Match | undefined {
  if (hasExternalIdField || lane.origin !== 'created') return undefined;
  if (by === undefined) return park('CREATE_OUTCOME_UNKNOWN', 'an earlier create may have reached Salesforce', []);
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

/** @param by what they have in common with the user, as people say it */
type Act = (free: readonly FoundLead[], by: string) => Match;

const create: Act = () => ({ kind: 'create' });
const skip: Act = (free, by) => ({ kind: 'skip', reason: `Salesforce has a Lead with this ${by}: ${idsOf(free)}` });
const refuse: Act = (free, by) => park('LEAD_EXISTS', `Salesforce has a Lead with this ${by}`, free);
const adopt: Act = ([lead], by) =>
  lead === undefined ? { kind: 'create' } : link(lead, 'adopted', `Lead with the same ${by} adopted`);
const follow: Act = ([lead, ...others], by) =>
  lead === undefined
    ? { kind: 'create' }
    : {
        kind: 'converted',
        leads: [lead, ...others],
        origin: 'adopted',
        reason: `the Lead with this ${by} was converted`,
      };
const refuseSeveral: Act = (free, by) => park('AMBIGUOUS_MATCH', `several Leads have this ${by}`, free);

const ACTS: Readonly<Record<Situation, Readonly<Record<OnMatch, Act>>>> = {
  none: { adopt: create, skip: create, park: create },
  one: { adopt, skip, park: refuse },
  converted: { adopt: follow, skip, park: refuse },
  several: { adopt: refuseSeveral, skip, park: refuse },
};

const link = ({ leadId }: FoundLead, origin: LeadOrigin, reason: string): Match => ({
  kind: 'link',
  leadId,
  origin,
  reason,
});

function park(code: string, text: string, leads: readonly FoundLead[]): Extract<Match, { kind: 'park' }> {
  const message = leads.length === 0 ? text : `${text}: ${idsOf(leads)}`;
  const hint = hintFor({ code, message });
  return { kind: 'park', error: { class: 'policy', code, message, ...(hint === undefined ? {} : { hint }) } };
}

const idsOf = (leads: readonly FoundLead[]): string => leads.map(({ leadId }) => leadId).join(', ');
