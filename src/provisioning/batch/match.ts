/** Whether a user without a known Lead gets a new one or one that is in Salesforce already. */
import type { Lane, LaneError, LeadOrigin } from '../../storage/store.ts';
import { withHint } from '../policy/hints.ts';
import type { FoundLead } from '../lead-target.ts';
import type { OnMatch } from '../mapping/file.ts';
import { toldOf } from './told.ts';

export type Match =
  | { readonly kind: 'create' }
  | {
      readonly kind: 'link';
      readonly leadId: string;
      readonly origin: LeadOrigin;
      /** What Salesforce was told of this very Lead; absent: nothing. */
      readonly told?: string;
      readonly reason: string;
    }
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
  readonly onMatch: OnMatch;
}

export function matchLead(input: MatchInput): Match {
  const { lane, candidates } = input;
  const own = candidates.filter((lead) => isOwn(lead, lane));
  if (own.length > 0) return linkOwn(own, lane);
  const free = input.onMatch === 'skip' ? candidates : freeOf(candidates);
  return ACTS[situationOf(free)][input.onMatch](free, nameOf(input.by));
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
export function isOwn({ externalId }: FoundLead, { userId }: Lane): boolean {
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
  return { ...link(lead, origin, 'Lead has the external id of this user'), ...toldOf(lane) };
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
  return { kind: 'park', error: withHint({ class: 'policy', code, message }) };
}

const idsOf = (leads: readonly FoundLead[]): string => leads.map(({ leadId }) => leadId).join(', ');
