/** POST: a new resource (RFC 7644 §3.3), or the one that has its name already where the client's profile says so. */
import { invalidSyntax } from '../scim/errors.ts';
import { isObject, kindOf, type JsonObject } from '../scim/json.ts';
import { normaliseResource } from '../scim/normalise.ts';
import { readPath } from '../scim/patch/path.ts';
import { readWritten } from '../scim/profiles/read-written.ts';
import type { ResourceType } from '../scim/schema/resource-type.ts';
import { refuseUnknown } from '../scim/unknown.ts';
import { UniquenessConflict } from '../storage/errors.ts';
import type { StoredResource } from '../storage/store.ts';
import { commitResource } from './commit.ts';
import type { Caller, OperationContext } from './context.ts';
import { findBy } from './find-by.ts';
import { NO_MEMBERS } from './members.ts';
import { mergeResource } from './merge.ts';
import { parseStored } from './stored-resource.ts';

export interface Created {
  readonly resource: StoredResource;
  /** 200: it was there, and took over what was sent. */
  readonly status: 200 | 201;
}

/**
 * @returns the resource, on disk together with the order to provision it
 * @throws ScimError invalidSyntax, invalidValue or uniqueness
 */
export async function createResource(
  context: OperationContext,
  type: ResourceType,
  body: unknown,
  caller: Caller,
): Promise<Created> {
  const written = readResource(context, type, body, caller);
  const after = parseResource(type, written);
  try {
    const resource = await commitResource(context, { type, held: NO_MEMBERS, after, operation: 'create' }, caller);
    return { resource, status: 201 };
  } catch (error) {
    const existing = await findExisting(context, type, after, error, caller);
    if (!existing) throw error;
    return takeOver(context, type, existing, written, caller);
  }
}

/** The body of a POST or PUT, as the client's profile has it. */
export function readResource(
  { unknownAttributes }: OperationContext,
  type: ResourceType,
  body: unknown,
  { profile, rewritten }: Caller,
): JsonObject {
  const written = readWritten(profile, type, body, rewritten);
  if (!isObject(written))
    throw invalidSyntax(`the body must be a JSON object that describes a ${type.name}, got ${kindOf(written)}`);
  if (unknownAttributes === 'refuse') refuseUnknown(type, written);
  return written;
}

/** Normalised and valid. */
export function parseResource(type: ResourceType, written: JsonObject): JsonObject {
  const resource = normaliseResource(type, written);
  type.validate(resource);
  return resource;
}

/** The resource that holds a unique value which the new one was to have; undefined where that is none of the profile's. */
async function findExisting(
  { store }: OperationContext,
  type: ResourceType,
  after: JsonObject,
  error: unknown,
  { profile }: Caller,
): Promise<StoredResource | undefined> {
  const conflict = error instanceof Error && error.cause instanceof UniquenessConflict ? error.cause : undefined;
  if (!conflict || profile.onExisting === 'refuse') return undefined;
  const path = type.resolve(conflict.attribute);
  const [value] = path ? readPath(path, after) : [];
  const existing = typeof value === 'string' ? await findBy(store, type, conflict.attribute, value) : undefined;
  const isInactive = existing !== undefined && parseStored(existing)['active'] === false;
  return profile.onExisting === 'merge' || isInactive ? existing : undefined;
}

async function takeOver(
  context: OperationContext,
  type: ResourceType,
  { id }: StoredResource,
  written: JsonObject,
  caller: Caller,
): Promise<Created> {
  if (caller.profile.onExisting === 'reactivate') {
    caller.rewritten.add(`reactivated the ${type.name} that was there`);
    const partial = { active: true, ...written };
    return { resource: await mergeResource(context, type, id, partial, 'create', caller), status: 201 };
  }
  caller.rewritten.add(`merged into the ${type.name} that was there`);
  return { resource: await mergeResource(context, type, id, written, 'create', caller), status: 200 };
}
