/** DELETE: the resource is gone, and its Lead will follow (RFC 7644 §3.6). */
import type { ResourceType } from '../scim/schema/resource-type.ts';
import { changeResource } from './change.ts';
import { commitRemoval } from './commit.ts';
import type { Caller, OperationContext } from './context.ts';

/** @throws ScimError notFound or preconditionFailed */
export async function removeResource(
  context: OperationContext,
  type: ResourceType,
  id: string,
  caller: Caller,
): Promise<void> {
  await changeResource(context, type, id, caller, (before) => commitRemoval(context, before, caller));
}
