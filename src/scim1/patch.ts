/** What a PATCH of SCIM 1.1 asks for: a partial resource, `meta.attributes` to remove, `"operation": "delete"` (API §3.3.2). */
import { invalidPath, invalidSyntax, invalidValue } from '../scim/errors.ts';
import { isObject, kindOf, memberOf, type Json, type JsonObject } from '../scim/json.ts';
import type { PatchOperation } from '../scim/patch/parse.ts';
import { isReadOnly, nameOfPath } from '../scim/patch/path.ts';
import type { Profile } from '../scim/profiles/profile.ts';
import type { Attribute } from '../scim/schema/attribute.ts';
import type { AttributePath, ResourceType } from '../scim/schema/resource-type.ts';
import { refuseUnknown } from '../scim/unknown.ts';
import { resolveScim1 } from './names.ts';
import { mergePlural, readPlural } from './plural.ts';
import { toScim2 } from './resource.ts';

export interface Scim1Patch {
  /** What can be said without knowing the resource. */
  readonly operations: readonly PatchOperation[];
  /** What becomes of plural attributes, from what they are; absent: there are none. */
  readonly pluralsOf?: (document: JsonObject) => readonly PatchOperation[];
}

export interface Scim1PatchOptions {
  /** Attributes whose elements are members, told apart by `value` and never read as a whole. */
  readonly lists: ReadonlySet<Attribute>;
  readonly plurals: Profile['pluralsInScim1'];
  readonly unknown?: 'refuse' | 'ignore' | undefined;
}

/**
 * Attributes that are removed go first; what the body says of them then stands alone. readOnly attributes are left out.
 *
 * @throws ScimError invalidSyntax, invalidValue or invalidPath
 */
export function readScim1Patch(type: ResourceType, body: unknown, options: Scim1PatchOptions): Scim1Patch {
  if (!isObject(body))
    throw invalidSyntax(`the body must be a JSON object with parts of a ${type.name}, got ${kindOf(body)}`);
  const removed = readRemovals(type, memberOf(body, 'meta'));
  const parts = partsOf(type, toScim2(type, body));
  if (options.unknown === 'refuse') refuseUnknownParts(type, parts);
  const plurals = parts.filter(isPlural);
  const ofLists = plurals.filter(({ path }) => options.lists.has(path.attribute));
  const ofDocument = plurals.filter((part) => !ofLists.includes(part));
  const operations = [
    ...removed.map((path) => ({ op: 'remove' as const, path: nameOfPath(path) })),
    ...singularOperations(parts),
    ...ofLists.flatMap(memberOperations),
  ];
  if (ofDocument.length === 0) return { operations };
  const merge = (document: JsonObject) => (part: PluralPart) =>
    mergeOperation(part, isRemoved(removed, part) ? [] : elementsAt(document, part.path), options.plurals);
  return { operations, pluralsOf: (document) => ofDocument.map(merge(document)) };
}

function singularOperations(parts: readonly Part[]): readonly PatchOperation[] {
  const singular = parts.filter((part) => !isPlural(part)).map(({ name, value }) => [name, value] as const);
  return singular.length > 0 ? [{ op: 'replace', value: Object.fromEntries(singular) }] : [];
}

function mergeOperation(
  { path: { attribute }, value }: PluralPart,
  before: readonly Json[],
  plurals: Scim1PatchOptions['plurals'],
): PatchOperation {
  const after = mergePlural(attribute, before, readPlural(attribute, value), plurals);
  return { op: 'replace', path: attribute.path, value: [...after] };
}

const isRemoved = (removed: readonly AttributePath[], { path }: PluralPart): boolean =>
  removed.some(({ attribute, subAttribute }) => attribute === path.attribute && !subAttribute);

/** An attribute that the body speaks of. */
interface Part {
  /** Canonical and complete where the schemas have it. */
  readonly name: string;
  readonly path: AttributePath | undefined;
  readonly value: Json;
}

interface PluralPart extends Part {
  readonly path: AttributePath & { readonly attribute: Attribute };
}

const isPlural = (part: Part): part is PluralPart =>
  part.path?.attribute?.multiValued === true && part.path.subAttribute === undefined;

/** Attributes of extensions beside the others, without those that clients send back because they have them. */
function partsOf(type: ResourceType, resource: JsonObject, prefix = ''): readonly Part[] {
  return Object.entries(resource).flatMap(([member, value]) => {
    const name = prefix + member;
    const path = type.resolve(name);
    if (path?.attribute?.path === 'schemas' || (path && isReadOnly(type, path))) return [];
    if (path && !path.attribute && isObject(value)) return partsOf(type, value, `${name}:`);
    return [{ name, path, value }];
  });
}

function readRemovals(type: ResourceType, meta: Json | undefined): readonly AttributePath[] {
  const names = isObject(meta) ? (memberOf(meta, 'attributes') ?? []) : [];
  if (!Array.isArray(names)) throw invalidValue(`meta.attributes must be a list of names, not ${kindOf(names)}`);
  return names.map((name) => {
    const path = typeof name === 'string' ? resolveScim1(type, name.trim()) : undefined;
    if (path === undefined) throw invalidPath(`meta.attributes: ${type.name} has no attribute ${nameIn(name)}`);
    return path;
  });
}

const nameIn = (name: Json): string => (typeof name === 'string' ? name.slice(0, 100) : kindOf(name));

function refuseUnknownParts(type: ResourceType, parts: readonly Part[]): void {
  const plain = parts.map((part) => [part.name, isPlural(part) ? withoutOperations(part.value) : part.value] as const);
  refuseUnknown(type, Object.fromEntries(plain));
}

const withoutOperations = (value: Json): Json =>
  Array.isArray(value) ? value.map(withoutOperation) : withoutOperation(value);

const withoutOperation = (element: Json): Json =>
  isObject(element)
    ? Object.fromEntries(Object.entries(element).filter(([name]) => name.toLowerCase() !== 'operation'))
    : element;

/** Members come and go one by one, whoever else is there. */
function memberOperations({ path: { attribute }, value }: PluralPart): readonly PatchOperation[] {
  const values = readPlural(attribute, value);
  const elements = (deletes: boolean) => values.filter((one) => one.deletes === deletes).map(({ element }) => element);
  const [deleted, added] = [elements(true).map(withValueAlone), elements(false)];
  const { path } = attribute;
  return [
    ...(deleted.length > 0 ? [{ op: 'remove' as const, path, value: deleted }] : []),
    ...(added.length > 0 ? [{ op: 'add' as const, path, value: added }] : []),
  ];
}

/** The rest of an element does not say who is meant. */
const withValueAlone = (element: Json): Json =>
  isObject(element) && element['value'] !== undefined ? { value: element['value'] } : element;

function elementsAt(document: JsonObject, { extension, attribute }: PluralPart['path']): readonly Json[] {
  const container = extension === undefined ? document : document[extension];
  const value = isObject(container) ? container[attribute.name] : undefined;
  return Array.isArray(value) ? value : [];
}
