/** PATCH: some attributes of a resource, all or none of the operations (RFC 7644 §3.5.2). */
import { checkImmutable } from '../scim/mutability.ts';
import { normaliseResource } from '../scim/normalise.ts';
import { applyPatch } from '../scim/patch/apply.ts';
import type { PatchOperation } from '../scim/patch/parse.ts';
import { readOperations } from '../scim/profiles/read-written.ts';
import type { ResourceType } from '../scim/schema/resource-type.ts';
import { isObject, type JsonObject } from '../scim/json.ts';
import type { StoredResource } from '../storage/store.ts';
import { changeResource, isUnconditional } from './change.ts';
import { commitResource } from './commit.ts';
import type { Caller, OperationContext } from './context.ts';
import { withoutOtherDomain } from './domain-names.ts';
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
  return applyOperations(context, type, id, readOperations(caller.profile, type, body, caller.rewritten), caller);
}

/**
 * The same for operations that are read already.
 *
 * @param furtherOf operations that depend on what the resource is, without its membership lists, which they leave alone
 */
export async function applyOperations(
  context: OperationContext,
  type: ResourceType,
  id: string,
  operations: readonly PatchOperation[],
  caller: Caller,
  furtherOf?: (document: JsonObject) => readonly PatchOperation[],
): Promise<StoredResource> {
  const { profile, rewritten } = caller;
  const touched = touchedLists(context, type, operations);
  const elementsAlone = !furtherOf && touchesElementsAlone(touched) && isUnconditional(caller);
  const apply = async (before: StoredResource): Promise<StoredResource> => {
    const held = await readTouchedMembers(context, type, id, touched);
    const document = parseStored(before);
    const resource = withHeld(document, held);
    const own = profile.findsNamesOfDomains ? operations.map(withoutDomainIn(context, type, document)) : operations;
    const patched = applyPatch(type, resource, [...own, ...(furtherOf?.(document) ?? [])], {
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

/** What SCIM 1.1 sends of a user holds its name as the client knows it. */
const withoutDomainIn =
  (context: OperationContext, type: ResourceType, document: JsonObject) =>
  (operation: PatchOperation): PatchOperation => {
    const { path, value } = operation;
    if (path !== undefined || !isObject(value)) return operation;
    return { ...operation, value: withoutOtherDomain(context, type, document, value) };
  };
