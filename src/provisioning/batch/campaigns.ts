/** In which campaigns the Lead of a user is to be, and what has to be done for that: pure. */
import { isObject, type JsonObject } from '../../scim/json.ts';
import type { Lane } from '../../storage/store.ts';
import type { MemberOutcome, MemberWrite } from '../lead-target.ts';
import type { CampaignRule } from '../mapping/file.ts';

/** What a lane knows, by campaign as the mapping names it. */
export interface Known {
  /** The Lead that this is about: another one is in none. */
  readonly leadId: string;
  readonly campaigns: Readonly<Record<string, Membership>>;
}

export interface Membership {
  /** False: a write was sent and never confirmed. */
  readonly isSure: boolean;
  /** Absent where no answer told it yet. */
  readonly campaignId?: string;
}

/** @param user with its groups */
export function wantedCampaigns(rules: readonly CampaignRule[], user: JsonObject): readonly CampaignRule[] {
  const groups = Array.isArray(user['groups']) ? user['groups'].filter(isObject) : [];
  const names = new Set(groups.flatMap(({ display, value }) => [fold(display), fold(value)]));
  const wanted = rules.filter(({ group }) => names.has(fold(group)));
  // Two groups may lead into one campaign.
  return wanted.filter((rule, index) => wanted.findIndex(({ campaign }) => campaign === rule.campaign) === index);
}

const fold = (value: unknown): string => (typeof value === 'string' ? value.toLowerCase() : '');

export function readKnown({ campaigns: text }: Pick<Lane, 'campaigns'>, leadId: string): Known {
  // Only this file writes it.
  const known = text === undefined ? undefined : (JSON.parse(text) as Stored);
  if (known?.leadId !== leadId) return { leadId, campaigns: {} };
  return { leadId, campaigns: mapValues(known.campaigns, readMembership) };
}

/** What stood there before ids were kept. */
type Stored = Pick<Known, 'leadId'> & { readonly campaigns: Readonly<Record<string, Membership | 'in' | 'unsure'>> };

const readMembership = (stored: Membership | 'in' | 'unsure'): Membership =>
  typeof stored === 'string' ? { isSure: stored === 'in' } : stored;

const mapValues = <From, To>(
  values: Readonly<Record<string, From>>,
  map: (value: From) => To,
): Readonly<Record<string, To>> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value)]));

/** Somebody else's late write came in between. */
export const doubted = ({ leadId, campaigns }: Known): Known => ({
  leadId,
  campaigns: mapValues(campaigns, (membership) => ({ ...membership, isSure: false })),
});

/** @returns nothing where Salesforce knows all of it */
export function planMembers(known: Known, wanted: readonly CampaignRule[]): readonly MemberWrite[] {
  const { leadId, campaigns } = known;
  const left = Object.entries(campaigns).filter(([name]) => !wanted.some(({ campaign }) => campaign === name));
  const joined = wanted.filter(({ campaign }) => campaigns[campaign]?.isSure !== true);
  return [
    ...left.map(([campaign, membership]) => ({ kind: 'leave' as const, leadId, campaign, ...idOf(membership) })),
    ...joined.map(({ campaign, status }) => ({
      kind: 'join' as const,
      leadId,
      campaign,
      ...(status !== undefined && { status }),
    })),
  ];
}

const idOf = (of: Pick<Membership, 'campaignId'> = {}): Pick<Membership, 'campaignId'> =>
  of.campaignId === undefined ? {} : { campaignId: of.campaignId };

/** What is known while the writes are on their way: whatever happens then, the next attempt sends them again. */
export const whileWriting = ({ leadId, campaigns }: Known, writes: readonly MemberWrite[]): Known => ({
  leadId,
  campaigns: {
    ...campaigns,
    ...Object.fromEntries(writes.map(({ campaign }) => [campaign, { ...idOf(campaigns[campaign]), isSure: false }])),
  },
});

/** What is known once Salesforce has answered. */
export function afterWriting(
  known: Known,
  writes: readonly MemberWrite[],
  outcomeOf: (write: MemberWrite) => MemberOutcome | undefined,
): Known {
  const campaigns = new Map(Object.entries(known.campaigns));
  for (const write of writes) {
    const outcome = outcomeOf(write);
    const { campaign, kind } = write;
    if (outcome?.kind === 'done' && kind === 'join') campaigns.set(campaign, { ...idOf(outcome), isSure: true });
    else if (outcome?.kind === 'done') campaigns.delete(campaign);
    else if (outcome?.fault.committed !== 'no')
      campaigns.set(campaign, { ...idOf(campaigns.get(campaign)), isSure: false });
  }
  return { leadId: known.leadId, campaigns: Object.fromEntries(campaigns) };
}
