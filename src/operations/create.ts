/** POST: a new resource (RFC 7644 §3.3). */
import { invalidSyntax } from '../scim/errors.ts';
import { isObject, kindOf, type JsonObject } from '../scim/json.ts';
import { normaliseResource } from '../scim/normalise.ts';
import type { ResourceType } from '../scim/schema/resource-type.ts';
import { refuseUnknown } from '../scim/unknown.ts';
import type { StoredResource } from '../storage/store.ts';
import { commitResource } from './commit.ts';
import type { Caller, OperationContext } from './context.ts';
import { NO_MEMBERS } from './members.ts';
import type { Model } from './model.ts';

/**
 * @returns the resource, on disk together with the order to provision it
 * @throws ScimError invalidSyntax, invalidValue or uniqueness
 */
export async function createResource(
  context: OperationContext,
  type: ResourceType,
  body: unknown,
  caller: Caller,
): Promise<StoredResource> {
  const resource = parseResource(context, type, body);
  return commitResource(context, { type, held: NO_MEMBERS, after: resource, operation: 'create' }, caller);
}

/** The body of a POST or PUT, normalised and valid. */
export function parseResource({ unknownAttributes }: Model, type: ResourceType, body: unknown): JsonObject {
  if (!isObject(body))
    throw invalidSyntax(`the body must be a JSON object that describes a ${type.name}, got ${kindOf(body)}`);
  if (unknownAttributes === 'refuse') refuseUnknown(type, body);
  const resource = normaliseResource(type, body);
  type.validate(resource);
  return resource;
}
