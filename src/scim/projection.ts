/** Which attributes a client gets to see (RFC 7644 §3.9, "returned" of RFC 7643 §2.2). */
import { invalidValue } from './errors.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { schemasOf } from './normalise.ts';
import type { Attribute } from './schema/attribute.ts';
import type { ResourceType } from './schema/resource-type.ts';

export interface Projection {
  readonly kind: 'only' | 'without';
  /** Canonical paths, as in `Attribute.path`, and extension URNs. */
  readonly paths: ReadonlySet<string>;
}

/**
 * Reads `attributes` or `excludedAttributes`. Names that the schemas do not have select nothing.
 *
 * @throws ScimError invalidValue when both parameters are given
 */
export function parseProjection(
  resourceType: ResourceType,
  query: { readonly attributes?: string | undefined; readonly excludedAttributes?: string | undefined },
): Projection | undefined {
  const { attributes = '', excludedAttributes = '' } = query;
  if (attributes !== '' && excludedAttributes !== '') {
    throw invalidValue('attributes and excludedAttributes cannot be given together');
  }
  if (attributes !== '') return { kind: 'only', paths: parsePaths(resourceType, attributes) };
  if (excludedAttributes !== '') return { kind: 'without', paths: parsePaths(resourceType, excludedAttributes) };
  return undefined;
}

/** Microsoft's test collection sends `emails[type eq "work"]`, which is no attribute name: the whole attribute will do. */
function parsePaths(resourceType: ResourceType, list: string): ReadonlySet<string> {
  const names = list.split(',').map((name) => name.replace(/\[.*/s, '').trim());
  const paths = names.map((name) => resourceType.resolve(name));
  return new Set(paths.flatMap((path) => (path?.subAttribute ?? path?.attribute)?.path ?? path?.extension ?? []));
}

/** Whether anything of an attribute is shown, so that it is worth finding out. */
export function wants(attribute: Attribute, projection: Projection | undefined): boolean {
  return isShown(attribute, projection, namesAny(projection, attribute));
}

/** Of an attribute that is to be left out, naming a part leaves the rest. */
function namesAny(projection: Projection | undefined, attribute: Attribute): boolean {
  const isPartNamed = attribute.subAttributes.some((subAttribute) => names(projection, subAttribute));
  return names(projection, attribute) || (projection?.kind === 'only' && isPartNamed);
}

/** A copy without what the client must not or does not want to see. Its `schemas` name what is left (RFC 7643 §3). */
export function project(resourceType: ResourceType, resource: JsonObject, projection?: Projection): JsonObject {
  const view = select(resourceType.attributes, resource, projection, false);
  for (const { urn } of resourceType.extensions) {
    const extension = resource[urn];
    if (!isObject(extension)) continue;
    const named = projection?.paths.has(urn) ?? false;
    const selected = select(resourceType.extensionAttributes(urn), extension, projection, named);
    if (Object.keys(selected).length > 0) view[urn] = selected;
  }
  view['schemas'] = schemasOf(resourceType, view);
  return view;
}

/** @param named whether the projection names what contains these attributes, and so all of them */
function select(
  attributes: readonly Attribute[],
  container: JsonObject,
  projection: Projection | undefined,
  named: boolean,
): JsonObject {
  const selected: JsonObject = {};
  for (const attribute of attributes) {
    const value = container[attribute.name];
    if (value === undefined || value === null) continue;
    const shown = show(attribute, value, projection, named || names(projection, attribute));
    if (shown !== undefined) selected[attribute.name] = shown;
  }
  return selected;
}

function show(attribute: Attribute, value: Json, projection: Projection | undefined, named: boolean): Json | undefined {
  const { subAttributes } = attribute;
  const namesParts = subAttributes.some((subAttribute) => names(projection, subAttribute));
  const onlyParts = projection?.kind === 'only' && namesParts && !named;
  if (!isShown(attribute, projection, named || onlyParts)) return undefined;
  if (!namesParts && subAttributes.every(isPlain)) return value;
  const partsNamed = projection?.kind === 'only' ? !onlyParts : named;
  return mapElements(value, (element) => select(subAttributes, element, projection, partsNamed));
}

function isShown({ returned }: Attribute, projection: Projection | undefined, named: boolean): boolean {
  if (returned === 'always' || returned === 'never') return returned === 'always';
  if (projection?.kind === 'only') return named;
  return returned === 'default' && !named;
}

/** Most complex attributes are shown as they are, and a group has thousands of members to spare the copying. */
function isPlain({ returned }: Attribute): boolean {
  return returned === 'default' || returned === 'always';
}

function names(projection: Projection | undefined, attribute: Attribute): boolean {
  return projection?.paths.has(attribute.path) ?? false;
}

/** An element with nothing to show is left out; a list that was empty before stays. */
function mapElements(value: Json, map: (element: JsonObject) => JsonObject): Json | undefined {
  if (Array.isArray(value)) {
    const elements = value.flatMap((element) => mapElements(element, map) ?? []);
    return elements.length > 0 || value.length === 0 ? elements : undefined;
  }
  const mapped = isObject(value) ? map(value) : value;
  return isObject(mapped) && Object.keys(mapped).length === 0 ? undefined : mapped;
}
