/** What is known of users right now, as the mapping reads it: their documents, and the lists that they are in. */
import type { JsonObject } from '../../scim/json.ts';
import type { LeasedLane, Membership, StoredResource } from '../../storage/store.ts';
import type { ClaimedUser, DeliveryContext } from '../delivery.ts';

/** @returns one for each lane, in the same order */
export async function readUsers(
  context: DeliveryContext,
  lanes: readonly LeasedLane[],
): Promise<readonly ClaimedUser[]> {
  const ids = lanes.map(({ userId }) => userId);
  const stored = await context.store.readResources(context.resourceType, ids);
  const users = await withMemberships(context, stored);
  const versions = new Map(stored.map(({ id, version }) => [id, version]));
  return lanes.map((lane) => {
    const user = users.get(lane.userId);
    return { lane, ...(user && { user }), version: versions.get(lane.userId) ?? 0 };
  });
}

/** @returns users by id: their documents, with the memberships that the mapping reads, by one query for each attribute */
async function withMemberships(
  { store, memberships = [] }: Pick<DeliveryContext, 'store' | 'memberships'>,
  stored: readonly StoredResource[],
): Promise<ReadonlyMap<string, JsonObject>> {
  // Documents are written by the operations only, as JSON objects.
  const users = new Map(stored.map(({ id, document }) => [id, JSON.parse(document) as JsonObject]));
  for (const { attribute, lists } of memberships) {
    const shown = byMember(await store.readMemberships(lists, [...users.keys()]));
    for (const [id, elements] of shown) users.set(id, { ...users.get(id), [attribute]: elements });
  }
  return users;
}

function byMember(memberships: readonly Membership[]): ReadonlyMap<string, JsonObject[]> {
  const elements = new Map<string, JsonObject[]>();
  for (const membership of memberships) {
    const known = elements.get(membership.member);
    if (known) known.push(toElement(membership));
    else elements.set(membership.member, [toElement(membership)]);
  }
  return elements;
}

/** As a GET shows it, without the address that it has on this server. */
const toElement = ({ owner, direct }: Membership): JsonObject => ({
  value: owner.id,
  ...(owner.display !== undefined && { display: owner.display }),
  type: direct ? 'direct' : 'indirect',
});
