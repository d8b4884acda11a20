/** In which campaigns the Lead of a user is to be, and what has to be done for that: pure. */
import { isObject, type JsonObject } from '../scim/json.ts';
import type { Lane } from '../storage/store.ts';
import type { MemberOutcome, MemberWrite } from './lead-target.ts';
import type { CampaignRule } from './mapping-file.ts';

/** What a lane knows, by campaign as the mapping names it; `unsure`: a write was sent and never confirmed. */
export interface Known {
  /** The Lead that this is about: another one is in none. */
  readonly leadId: string;
  readonly campaigns: Readonly<Record<string, 'in' | 'unsure'>>;
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
  const known = text === undefined ? undefined : (JSON.parse(text) as Known);
  return known?.leadId === leadId ? known : { leadId, campaigns: {} };
}

/** @returns nothing where Salesforce knows all of it */
export function planMembers(known: Known, wanted: readonly CampaignRule[]): readonly MemberWrite[] {
  const { leadId, campaigns } = known;
  const left = Object.keys(campaigns).filter((name) => !wanted.some(({ campaign }) => campaign === name));
  const joined = wanted.filter(({ campaign }) => campaigns[campaign] !== 'in');
  return [
    ...left.map((campaign) => ({ kind: 'leave', leadId, campaign }) as const),
    ...joined.map(({ campaign, status }) => ({
      kind: 'join' as const,
      leadId,
      campaign,
      ...(status !== undefined && { status }),
    })),
  ];
}

/** What is known while the writes are on their way: whatever happens then, the next attempt sends them again. */
export const whileWriting = ({ leadId, campaigns }: Known, writes: readonly MemberWrite[]): Known => ({
  leadId,
  campaigns: { ...campaigns, ...Object.fromEntries(writes.map(({ campaign }) => [campaign, 'unsure' as const])) },
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
    if (outcome?.kind === 'done' && write.kind === 'join') campaigns.set(write.campaign, 'in');
    else if (outcome?.kind === 'done') campaigns.delete(write.campaign);
    else if (outcome?.fault.committed !== 'no') campaigns.set(write.campaign, 'unsure');
  }
  return { leadId: known.leadId, campaigns: Object.fromEntries(campaigns) };
}
