/** PATCH: some attributes of a resource, all or none of the operations (RFC 7644 §3.5.2). */
import { checkImmutable } from '../scim/mutability.ts';
import { normaliseResource } from '../scim/normalise.ts';
import { applyPatch } from '../scim/patch/apply.ts';
import { readOperations } from '../scim/profiles/read-written.ts';
import type { ResourceType } from '../scim/schema/resource-type.ts';
import type { StoredResource } from '../storage/store.ts';
import { changeResource, isUnconditional } from './change.ts';
import { commitResource } from './commit.ts';
import type { Caller, OperationContext } from './context.ts';
import { readTouchedMembers, touchedLists, touchesElementsAlone, withHeld } from './members.ts';
import { parseStored } from './stored-resource.ts';

/** @throws ScimError notFound, preconditionFailed, invalidSyntax, invalidPath, invalidFilter, noTarget, invalidValue, mutability or uniqueness */
export async function patchResource(
  context: OperationContext,
  type: ResourceType,
  id: string,
  body: unknown,
  caller: Caller,
): Promise<StoredResource> {
  const { profile, rewritten } = caller;
  const operations = readOperations(profile, type, body, rewritten);
  const touched = touchedLists(context, type, operations);
  const elementsAlone = touchesElementsAlone(touched) && isUnconditional(caller);
  const apply = async (before: StoredResource): Promise<StoredResource> => {
    const held = await readTouchedMembers(context, type, id, touched);
    const resource = withHeld(parseStored(before), held);
    const patched = applyPatch(type, resource, operations, {
      unknown: context.unknownAttributes,
      readOnly: profile.readOnlyInPatch,
      makesElements: profile.makesElements,
      onIgnored: (path) => rewritten.add(`${path} left out: it is readOnly`),
    });
    const after = normaliseResource(type, patched);
    type.validate(after);
    checkImmutable(type, resource, after);
    return commitResource(context, { type, before, held, after, operation: 'patch', elementsAlone }, caller);
  };
  return changeResource(context, type, id, caller, apply, { inTurn: !elementsAlone });
}
