/** Read, compute, commit if nobody else was faster: what PUT, PATCH and DELETE have in common. */
import { conflict, notFound, preconditionFailed } from '../scim/errors.ts';
import { isText } from '../scim/json.ts';
import { checkWrite, etag } from '../scim/preconditions.ts';
import type { ResourceType } from '../scim/schema/resource-type.ts';
import { VersionConflict } from '../storage/errors.ts';
import type { StoredResource } from '../storage/store.ts';
import type { Caller, OperationContext } from './context.ts';

/** Rounds against writers of one resource in other processes before the client is told to try again. */
const MAX_ROUNDS = 10;

/**
 * @param apply computes and commits from what it is given; run again when a parallel request won
 * @param inTurn whether it waits for the changes of the resource before it, as what depends on all of it had better do
 * @throws ScimError notFound; preconditionFailed when If-Match names another version
 */
export async function changeResource<T>(
  context: OperationContext,
  type: ResourceType,
  id: string,
  caller: Caller,
  apply: (before: StoredResource) => Promise<T>,
  { inTurn }: { readonly inTurn: boolean } = { inTurn: true },
): Promise<T> {
  const change = (): Promise<T> => changeInRounds(context, type, id, caller, apply);
  return inTurn ? context.turns.take(`${type.name} ${id}`, change) : change();
}

/** Whether the request may meet any version of the resource. */
export const isUnconditional = ({ ifMatch, ifNoneMatch }: Caller): boolean =>
  ifMatch === undefined && ifNoneMatch === undefined;

async function changeInRounds<T>(
  context: OperationContext,
  type: ResourceType,
  id: string,
  caller: Caller,
  apply: (before: StoredResource) => Promise<T>,
): Promise<T> {
  for (let round = 1; round <= MAX_ROUNDS; round += 1) {
    const before = await readExisting(context, type, id);
    checkWrite(caller, etag(before.version), context.requireIfMatch ?? false);
    try {
      return await apply(before);
    } catch (error) {
      if (!(error instanceof VersionConflict)) throw error;
    }
  }
  const detail = `${type.name} ${id} is being changed by other requests: read it and repeat this one`;
  throw caller.ifMatch === undefined ? conflict(detail) : preconditionFailed(detail);
}

/** @throws ScimError notFound */
export async function readExisting(context: OperationContext, type: ResourceType, id: string): Promise<StoredResource> {
  const stored = isText(id) ? await context.store.readResource(type.name, id) : undefined;
  if (!stored) throw notFound(`${type.name} ${id} does not exist`);
  return stored;
}
