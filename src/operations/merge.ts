/** A resource that takes over what a client sent of it and keeps the rest: the PUT and the repeated POST of clients that send changes. */
import { checkImmutable } from '../scim/mutability.ts';
import type { JsonObject } from '../scim/json.ts';
import { normaliseResource } from '../scim/normalise.ts';
import { applyPatch } from '../scim/patch/apply.ts';
import type { ResourceType } from '../scim/schema/resource-type.ts';
import type { ChangeEntry, StoredResource } from '../storage/store.ts';
import { changeResource } from './change.ts';
import { commitResource } from './commit.ts';
import type { Caller, OperationContext } from './context.ts';
import { withoutOtherDomain } from './domain-names.ts';
import { readAllMembers, withHeld } from './members.ts';
import { parseStored } from './stored-resource.ts';

/**
 * Merges as a PATCH without a path does: complex attributes by their parts, lists as wholes, `""` clears.
 *
 * @param partial as it was sent; readOnly attributes in it are left out
 * @param operation what the journal calls it
 * @throws ScimError notFound, preconditionFailed, invalidValue, mutability or uniqueness
 */
export async function mergeResource(
  context: OperationContext,
  type: ResourceType,
  id: string,
  partial: JsonObject,
  operation: ChangeEntry['operation'],
  caller: Caller,
): Promise<StoredResource> {
  return changeResource(context, type, id, caller, async (before) => {
    const held = await readAllMembers(context, type, id);
    const resource = withHeld(parseStored(before), held);
    const { findsNamesOfDomains } = caller.profile;
    const value = findsNamesOfDomains ? withoutOtherDomain(context, type, resource, partial) : partial;
    const merged = applyPatch(type, resource, [{ op: 'replace', value }], { readOnly: 'ignore' });
    const after = normaliseResource(type, merged);
    type.validate(after);
    checkImmutable(type, resource, after);
    return commitResource(context, { type, before, held, after, operation }, caller);
  });
}
