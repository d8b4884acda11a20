/** A user who comes back under a new id takes over the Lead of the old one, as long as that was not taken away. */
import type { Lane, LeadLink, LeadPredecessor } from '../../storage/store.ts';
import type { DeliveryContext } from '../delivery.ts';
import type { FoundLead, LeadTarget } from '../lead-target.ts';
import { doubted, readKnown } from './campaigns.ts';
import { HELD } from './removal-guard.ts';
import { forgetCertainty, readTold } from './told.ts';

/**
 * @param linked Leads
 * @param made lanes with the Lead that they made and are not linked with yet
 * @returns lanes of users who are gone, by their Lead; not where somebody who is there has it as well
 */
export async function findLeaving(
  { store, connector, resourceType }: DeliveryContext,
  linked: ReadonlySet<string>,
  made: readonly Lane[],
): Promise<ReadonlyMap<string, Lane>> {
  const lanes = [...(linked.size === 0 ? [] : await store.readLanesOfLeads(connector, [...linked])), ...made];
  if (lanes.length === 0) return new Map();
  const users = await store.readResources(
    resourceType,
    lanes.map(({ userId }) => userId),
  );
  const present = new Set(users.map(({ id }) => id));
  const kept = new Set(lanes.filter(({ userId }) => present.has(userId)).map(({ leadId }) => leadId));
  return new Map(
    lanes.flatMap((lane) => (lane.leadId === undefined || kept.has(lane.leadId) ? [] : [[lane.leadId, lane] as const])),
  );
}

/** A converted Lead takes no change, and one with the mark of a third user is that user's. */
export const mayTakeOver = ({ isConverted, externalId }: FoundLead, { userId }: Lane): boolean =>
  !isConverted && (externalId === undefined || externalId.toLowerCase() === userId.toLowerCase());

export interface Inheritance {
  readonly link: LeadLink;
  readonly from: LeadPredecessor;
  /** For the journal. */
  readonly reason: string;
}

/** What decides what goes over. */
interface Heritage extends Pick<DeliveryContext, 'mapping'> {
  readonly target: Pick<LeadTarget, 'externalIdField'>;
}

/**
 * @param heir id of the user who gets the Lead
 * @param what both have in common, as people say it
 */
export function inherit(
  old: Lane,
  heir: string,
  what: string,
  { mapping, target: { externalIdField } }: Heritage,
): Inheritance {
  const { userId, leadId, origin = 'adopted' } = old;
  const campaigns = campaignsOf(old);
  const known = inheritedTold(old, Object.keys(mapping.deactivated.set));
  // It has the old user's id until it was told the new one's.
  const hasMark = externalIdField !== undefined && origin === 'created';
  const told = hasMark ? withUnsure(known ?? '{}', [externalIdField]) : known;
  return {
    link: { ...(leadId !== undefined && { leadId }), origin, ...(told !== undefined && { told }) },
    from: {
      userId,
      reason: `user deleted; user ${heir} has the same ${what} and takes over its Lead`,
      ...(campaigns !== undefined && { campaigns }),
    },
    reason: `Lead of a deleted user with the same ${what} taken over`,
  };
}

/** What the journal says of the old user where it is only looked at. */
export const INHERITED = 'user deleted; a user who came since takes over its Lead';

function inheritedTold(old: Lane, closing: readonly string[]): string | undefined {
  const { told, doubts, doubted, attempts, error } = old;
  if (told === undefined) return undefined;
  const known = doubts > 0 ? forgetCertainty(told, doubted) : told;
  // The last write to a Lead is not remembered before it is sent.
  const mayBeClosed = attempts > 1 || (error !== undefined && error.code !== HELD);
  return mayBeClosed ? withUnsure(known, closing) : known;
}

function campaignsOf(old: Lane): string | undefined {
  const { campaigns, leadId, doubts } = old;
  if (doubts === 0 || campaigns === undefined || leadId === undefined) return campaigns;
  return JSON.stringify(doubted(readKnown(old, leadId)));
}

const withUnsure = (told: string, names: readonly string[]): string =>
  JSON.stringify({
    ...readTold({ told }),
    ...readTold({ told: forgetCertainty('{}', names) }),
  });
