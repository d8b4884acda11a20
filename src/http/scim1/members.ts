/** Who the members of a SCIM 1.1 group are: WSO2 IS 5 names them by `display`, which holds their userName. */
import type { Caller, OperationContext } from '../../operations/context.ts';
import { listResources, PAGE_LIMITS } from '../../operations/list.ts';
import { parseStored } from '../../operations/stored-resource.ts';
import { foldCase } from '../../scim/comparable.ts';
import type { Profile } from '../../scim/profiles/profile.ts';
import type { ResourceType } from '../../scim/schema/resource-type.ts';
import { namesOfMembers, withMemberValues } from '../../scim1/members.ts';

export interface ResolvedMembers {
  readonly body: unknown;
  /** How many members were left out. */
  readonly unknown: number;
}

/**
 * The body with a `value` for each member that has a name alone. Members that nobody has the name of are left out: one
 * who is not here must not keep the others out of the group.
 *
 * @param body as it was sent, whatever it is
 */
export async function resolveMembers(
  context: OperationContext,
  type: ResourceType,
  body: unknown,
  { profile, rewritten }: Caller,
): Promise<ResolvedMembers> {
  const lists = context.memberships.listsOf(type.name).map(({ attribute }) => attribute);
  const names = namesOfMembers(lists, body);
  const users = context.registry.resourceType('User');
  if (names.length === 0 || !users) return { body, unknown: 0 };
  const ids = await idsByName(context, users, names, profile);
  const unknown = names.filter((name) => !ids.has(name)).length;
  if (unknown > 0) rewritten.add(`${unknown} members left out: no User has their names`);
  return { body: withMemberValues(lists, body, ids), unknown };
}

async function idsByName(
  context: OperationContext,
  users: ResourceType,
  names: readonly string[],
  profile: Profile,
): Promise<ReadonlyMap<string, string>> {
  const ids = await exactIds(context, users, names, profile);
  for (const name of names.filter((one) => !ids.has(one))) {
    const { resources } = await listResources(context, [users], { filter: named(name) }, { profile });
    const [only, ...others] = resources;
    if (only && others.length === 0) ids.set(name, only.id);
  }
  return ids;
}

/** Many at a time; the ones that this leaves are looked up as the client's profile has it. */
async function exactIds(
  context: OperationContext,
  users: ResourceType,
  names: readonly string[],
  profile: Profile,
): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  for (let start = 0; start < names.length; start += PAGE_LIMITS.maxCount) {
    const some = names.slice(start, start + PAGE_LIMITS.maxCount);
    const query = { filter: some.map(named).join(' or '), count: some.length };
    const { resources } = await listResources(context, [users], query, { profile });
    // Every User has a userName.
    const found = new Map(resources.map((user) => [foldCase(parseStored(user)['userName'] as string), user.id]));
    for (const name of some) {
      const id = found.get(foldCase(name));
      if (id !== undefined) ids.set(name, id);
    }
  }
  return ids;
}

const named = (name: string): string => `userName eq ${JSON.stringify(name)}`;
