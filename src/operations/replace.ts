/** PUT: the whole resource anew (RFC 7644 §3.5.1). */
import { checkImmutable } from '../scim/mutability.ts';
import type { ResourceType } from '../scim/schema/resource-type.ts';
import type { StoredResource } from '../storage/store.ts';
import { changeResource } from './change.ts';
import { commitResource } from './commit.ts';
import type { Caller, OperationContext } from './context.ts';
import { parseResource, readResource } from './create.ts';
import { readAllMembers } from './members.ts';
import { mergeResource } from './merge.ts';
import { parseStored } from './stored-resource.ts';

/** @throws ScimError notFound, preconditionFailed, invalidSyntax, invalidValue, mutability or uniqueness */
export async function replaceResource(
  context: OperationContext,
  type: ResourceType,
  id: string,
  body: unknown,
  caller: Caller,
): Promise<StoredResource> {
  const written = readResource(context, type, body, caller);
  if (caller.profile.put === 'merges') {
    caller.rewritten.add('merged: attributes that the PUT leaves out stay');
    return mergeResource(context, type, id, written, 'replace', caller);
  }
  const after = parseResource(type, written);
  return changeResource(context, type, id, caller, async (before) => {
    checkImmutable(type, parseStored(before), after);
    const held = await readAllMembers(context, type, id);
    return commitResource(context, { type, before, held, after, operation: 'replace' }, caller);
  });
}
