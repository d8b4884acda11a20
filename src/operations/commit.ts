/** From a computed resource to a durable one: stamps it, says what changed and commits, in the caller's name. */
import { isDeepStrictEqual } from 'node:util';
import { uniqueness } from '../scim/errors.ts';
import type { JsonObject } from '../scim/json.ts';
import type { ResourceType } from '../scim/schema/resource-type.ts';
import { UniquenessConflict } from '../storage/errors.ts';
import type { ChangeEntry, StoredResource } from '../storage/store.ts';
import type { Caller, OperationContext } from './context.ts';
import { resourceKeys } from './resource-keys.ts';
import { parseStored, toStored, withoutSecrets } from './stored-resource.ts';

/** @returns the stored resource; the one that is there when nothing changed */
export async function commitResource(
  context: OperationContext,
  type: ResourceType,
  before: StoredResource | undefined,
  after: JsonObject,
  operation: ChangeEntry['operation'],
  caller: Caller,
): Promise<StoredResource> {
  const changed = changedAttributes(before && parseStored(before), withoutSecrets(type, after));
  if (before && changed.length === 0) return before;
  const at = context.now();
  const resource = toStored(type, after, stampAfter(context, before, at));
  await commit(context, {
    type: type.name,
    id: resource.id,
    ...(before && { before: { version: before.version, keys: keysOf(context, before) } }),
    after: { resource, keys: keysOf(context, resource) },
    entry: { operation, actor: caller.actor, requestId: caller.requestId, changed },
    at,
  });
  return resource;
}

export async function commitRemoval(context: OperationContext, before: StoredResource, caller: Caller): Promise<void> {
  await commit(context, {
    type: before.type,
    id: before.id,
    before: { version: before.version, keys: keysOf(context, before) },
    entry: { operation: 'delete', actor: caller.actor, requestId: caller.requestId, changed: [] },
    at: context.now(),
  });
}

async function commit(
  context: OperationContext,
  change: Parameters<OperationContext['store']['commit']>[0],
): Promise<void> {
  try {
    await context.store.commit(change);
  } catch (error) {
    if (!(error instanceof UniquenessConflict)) throw error;
    throw uniqueness(`${error.attribute}: another ${change.type} already has this value`, { cause: error });
  }
}

/** Instants never go back, whatever the clock of this machine does. */
function stampAfter(context: OperationContext, before: StoredResource | undefined, at: number) {
  if (!before) return { id: context.newId(), version: 1, createdAt: at, lastModifiedAt: at };
  const { id, version, createdAt, lastModifiedAt } = before;
  return { id, version: version + 1, createdAt, lastModifiedAt: Math.max(at, lastModifiedAt) };
}

const keysOf = (context: OperationContext, stored: StoredResource) =>
  resourceKeys(context.indexes, stored.type, parseStored(stored));

function changedAttributes(before: JsonObject | undefined, after: JsonObject): readonly string[] {
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after)]);
  names.delete('id');
  return [...names].filter((name) => !isDeepStrictEqual(before?.[name], after[name]));
}
