/** From a computed resource to a durable one: stamps it, says what changed and commits, in the caller's name. */
import { isDeepStrictEqual } from 'node:util';
import { uniqueness } from '../scim/errors.ts';
import type { JsonObject } from '../scim/json.ts';
import type { ResourceType } from '../scim/schema/resource-type.ts';
import { UniquenessConflict } from '../storage/errors.ts';
import type { Change, ChangeEntry, MemberChange, StoredResource } from '../storage/store.ts';
import type { Caller, OperationContext } from './context.ts';
import { derive } from './derive.ts';
import { memberChanges, withoutLists, type HeldMembers } from './members.ts';
import { resourceKeys } from './resource-keys.ts';
import { parseStored, toStored, withoutSecrets, type Stamp } from './stored-resource.ts';

/** What one request makes of a resource. */
export interface Computed {
  readonly type: ResourceType;
  /** Absent: it is made. */
  readonly before?: StoredResource;
  /** Elements of membership lists that were there and that `after` says anew. */
  readonly held: HeldMembers;
  readonly after: JsonObject;
  readonly operation: ChangeEntry['operation'];
  /** The elements are right whatever else has changed meanwhile. */
  readonly elementsAlone?: boolean;
}

/** @returns the stored resource; the one that is there when nothing changed */
export async function commitResource(
  context: OperationContext,
  computed: Computed,
  caller: Caller,
): Promise<StoredResource> {
  const { type, before, held, after, operation } = computed;
  const document = withoutSecrets(type, withoutLists(context, type, after));
  const attributes = changedAttributes(before && parseStored(before), document);
  const members = memberChanges(context, type, held, after);
  if (before && attributes.length === 0 && members.length === 0) return before;
  const changed = [...attributes, ...members.map(attributeOf)];
  const entry = entryOf(caller, operation, changed);
  const at = context.now();
  if (before && attributes.length === 0 && computed.elementsAlone)
    return context.store.commitMembers({ type: type.name, id: before.id, members, entry, at });
  const resource = toStored(type, document, stampAfter(context, before, at));
  await commit(context, {
    type: type.name,
    id: resource.id,
    ...(before && { before: { version: before.version, keys: keysOf(context, before) } }),
    after: { resource, ...derive(context, type.name, parseStored(resource)) },
    ...(members.length > 0 && { members }),
    entry,
    at,
  });
  return resource;
}

/** Enough to tell clients apart; a journal that anybody can fill is none. */
const MAX_USER_AGENT = 100;

const entryOf = (
  { actor, requestId, traceparent, profile, userAgent, rewritten }: Caller,
  operation: ChangeEntry['operation'],
  changed: readonly string[],
): ChangeEntry => ({
  operation,
  actor,
  requestId,
  ...(traceparent !== undefined && { traceparent }),
  changed,
  ...(profile.name !== 'default' && { profile: profile.name }),
  ...(userAgent !== undefined && { userAgent: userAgent.slice(0, MAX_USER_AGENT) }),
  ...(rewritten.size > 0 && { rewritten: [...rewritten] }),
});

/** Of `Group.members`. */
const attributeOf = ({ list }: MemberChange): string => list.slice(list.indexOf('.') + 1);

export async function commitRemoval(context: OperationContext, before: StoredResource, caller: Caller): Promise<void> {
  await commit(context, {
    type: before.type,
    id: before.id,
    before: { version: before.version, keys: keysOf(context, before) },
    entry: entryOf(caller, 'delete', []),
    at: context.now(),
  });
}

async function commit(context: OperationContext, change: Change): Promise<void> {
  try {
    await context.store.commit(change);
  } catch (error) {
    if (!(error instanceof UniquenessConflict)) throw error;
    throw uniqueness(`${error.attribute}: another ${change.type} already has this value`, { cause: error });
  }
}

/** Instants never go back, whatever the clock of this machine does. */
function stampAfter(context: OperationContext, before: StoredResource | undefined, at: number): Stamp {
  if (!before) return { id: context.newId(), version: 1, createdAt: at, lastModifiedAt: at };
  const { id, version, createdAt, lastModifiedAt } = before;
  return { id, version: version + 1, createdAt, lastModifiedAt: Math.max(at, lastModifiedAt) };
}

const keysOf = ({ indexes }: OperationContext, stored: StoredResource) =>
  resourceKeys(indexes, stored.type, parseStored(stored));

function changedAttributes(before: JsonObject | undefined, after: JsonObject): readonly string[] {
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after)]);
  names.delete('id');
  return [...names].filter((name) => !isDeepStrictEqual(before?.[name], after[name]));
}
