/** PATCH: some attributes of a resource, all or none of the operations (RFC 7644 §3.5.2). */
import { checkImmutable } from '../scim/mutability.ts';
import { normaliseResource } from '../scim/normalise.ts';
import { applyPatch } from '../scim/patch/apply.ts';
import { parsePatchOp } from '../scim/patch/parse.ts';
import type { ResourceType } from '../scim/schema/resource-type.ts';
import type { StoredResource } from '../storage/store.ts';
import { changeResource } from './change.ts';
import { commitResource } from './commit.ts';
import type { Caller, OperationContext } from './context.ts';
import { parseStored } from './stored-resource.ts';

/** @throws ScimError notFound, preconditionFailed, invalidSyntax, invalidPath, invalidFilter, noTarget, invalidValue, mutability or uniqueness */
export async function patchResource(
  context: OperationContext,
  type: ResourceType,
  id: string,
  body: unknown,
  caller: Caller,
): Promise<StoredResource> {
  const operations = parsePatchOp(body);
  return changeResource(context, type, id, caller, (before) => {
    const resource = parseStored(before);
    const after = normaliseResource(type, applyPatch(type, resource, operations));
    type.validate(after);
    checkImmutable(type, resource, after);
    return commitResource(context, type, before, after, 'patch', caller);
  });
}
