/** What a resource is after a PATCH (RFC 7644 §3.5.2). */
import { invalidValue, mutability, ScimError } from '../errors.ts';
import { isObject, kindOf, type Json, type JsonObject } from '../json.ts';
import type { Profile } from '../profiles/profile.ts';
import type { Attribute } from '../schema/attribute.ts';
import type { ResourceType } from '../schema/resource-type.ts';
import { refuseUnknownInOperation } from '../unknown.ts';
import { attributeTarget } from './attribute-target.ts';
import { Draft } from './draft.ts';
import { elementsTarget, listTarget, subAttributeTarget } from './list-target.ts';
import type { PatchOperation, PatchVerb } from './parse.ts';
import { isReadOnly, nameOfPath, parsePath, refuseReadOnly, type Path } from './path.ts';
import type { Target } from './target.ts';
import { isClearing } from './value.ts';

export interface PatchOptions {
  /** `ignore` leaves operations on readOnly attributes out, as POST and PUT do: WSO2 IS sends `id` and `meta` to replace. */
  readonly readOnly?: 'refuse' | 'ignore';
  /** What becomes of members that the schemas do not have; absent: they are left out. */
  readonly unknown?: 'refuse' | 'ignore' | undefined;
  /** Where a filter matches no element: when one is made; absent: for a sub-attribute. */
  readonly makesElements?: Profile['makesElements'];
  /** Told the path of each operation that was left out. */
  readonly onIgnored?: (path: string) => void;
}

/**
 * Applies operations to a copy: all of them or, when one is refused, none.
 *
 * `resource` stays as it is; the result shares nothing with `operations`, but untouched lists with `resource`, because the
 * members of a large group are most of what there is to copy. Types and names in it are right; what depends on all
 * operations together, such as required attributes, is for `ResourceType.validate` to say.
 *
 * @throws ScimError naming the operation and what is wrong with it
 */
export function applyPatch(
  resourceType: ResourceType,
  resource: JsonObject,
  operations: readonly PatchOperation[],
  options: PatchOptions = {},
): JsonObject {
  const draft = new Draft(resourceType, resource);
  for (const [index, operation] of operations.entries()) {
    try {
      applyOperation(draft, operation, options);
    } catch (error) {
      throw error instanceof ScimError ? error.at(`Operations[${index}]`) : error;
    }
  }
  return draft.finish();
}

function applyOperation(draft: Draft, operation: PatchOperation, options: PatchOptions): void {
  const { op, path, value } = operation;
  if (options.unknown === 'refuse') refuseUnknownInOperation(draft.resourceType, operation);
  if (path === undefined) applyMembers(draft, op, value, options);
  else applyAt(draft, op, parsePath(draft.resourceType, path), value, options);
}

function applyAt(draft: Draft, op: PatchVerb, path: Path, value: Json | undefined, options: PatchOptions): void {
  if (path.attribute?.path === 'schemas') return;
  if (options.readOnly === 'ignore' && isReadOnly(draft.resourceType, path)) {
    options.onIgnored?.(nameOfPath(path));
    return;
  }
  refuseReadOnly(draft.resourceType, path);
  if (path.attribute === undefined) {
    applyToExtension(draft, op, path, value, options);
    return;
  }
  const target = targetAt(draft, path, path.attribute, options.makesElements);
  if (op === 'remove') target.remove(value);
  else target[op](given(value));
}

function targetAt(
  draft: Draft,
  path: Path,
  attribute: Attribute,
  makesElements: PatchOptions['makesElements'] = 'for a sub-attribute',
): Target {
  const { filter, subAttribute } = path;
  if (!attribute.multiValued) return attributeTarget(draft.container(path), attribute, subAttribute);
  const list = draft.list(path, attribute);
  if (subAttribute !== undefined) return subAttributeTarget(list, filter, subAttribute, makesElements);
  return filter === undefined ? listTarget(list) : elementsTarget(list, filter, makesElements);
}

function given(value: Json | undefined): Json {
  if (value === undefined) throw invalidValue('add and replace need a value');
  return value;
}

/** Without a path the members of the value are the targets; Entra ID's are paths themselves, filters and all. */
function applyMembers(
  draft: Draft,
  op: PatchVerb,
  value: Json | undefined,
  options: PatchOptions,
  extension?: string,
): void {
  if (!isObject(value)) throw invalidValue(`the value must be an object, not ${kindOf(value)}`);
  for (const [name, member] of Object.entries(value)) {
    const path = memberPath(draft.resourceType, extension === undefined ? name : `${extension}:${name}`);
    if (path !== undefined && !isEcho(draft, path, member, options)) applyAt(draft, op, path, member, options);
  }
}

/** A name that the schemas do not have is passed over, as it is in POST, unless `unknown` has refused it; a filter that does not parse is a fault. */
function memberPath(resourceType: ResourceType, name: string): Path | undefined {
  return name.includes('[') ? parsePath(resourceType, name) : resourceType.resolve(name);
}

/** What clients send back because they have it: `meta`, and the `id` as it is (Okta). Another id is a mistake to tell them of. */
function isEcho(draft: Draft, { attribute }: Path, value: Json, { readOnly }: PatchOptions): boolean {
  if (attribute?.path === 'meta') return true;
  if (attribute?.path !== 'id') return false;
  if (value === draft.id || readOnly === 'ignore') return true;
  throw mutability('id is readOnly and differs from the id of the resource');
}

function applyToExtension(
  draft: Draft,
  op: PatchVerb,
  path: Path,
  value: Json | undefined,
  options: PatchOptions,
): void {
  const urn = path.extension ?? '';
  const clears = op === 'remove' || (value !== undefined && isClearing(value));
  if (clears) draft.removeExtension(urn);
  else applyMembers(draft, op, value, options, urn);
}
