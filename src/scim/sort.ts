/** By which value resources are sorted, and in which order (RFC 7644 §3.4.2.3). */
import { comparable, compareTexts, type Comparable } from './comparable.ts';
import { invalidValue } from './errors.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import type { Attribute } from './schema/attribute.ts';
import type { AttributePath, ResourceType } from './schema/resource-type.ts';
import { isPrimary } from './value.ts';

/** Longer values that begin alike come one after the other in no order that means anything: a cursor holds the value, and a URL the cursor. */
export const MAX_SORT_CHARACTERS = 400;

export interface SortQuery {
  readonly sortBy?: string | undefined;
  readonly sortOrder?: string | undefined;
}

export interface Sort {
  /** The attribute in each type, in their order; undefined where a type does not have it. */
  readonly paths: readonly (AttributePath | undefined)[];
  readonly descending: boolean;
}

/**
 * Reads `sortBy` and `sortOrder`.
 *
 * @returns undefined when nothing is to be sorted
 * @throws ScimError invalidValue for a name that no type has, or that has no value to sort by
 */
export function parseSort(types: readonly ResourceType[], query: SortQuery): Sort | undefined {
  const descending = isDescending(query.sortOrder);
  const name = query.sortBy?.trim() ?? '';
  if (name === '') return undefined;
  const paths = types.map((type) => resolveSortPath(type, name));
  if (paths.every((path) => path === undefined)) throw invalidValue(`sortBy: there is no attribute ${name}`);
  return { paths, descending };
}

function isDescending(sortOrder = ''): boolean {
  const order = sortOrder.trim().toLowerCase();
  if (!['', 'ascending', 'descending'].includes(order)) throw invalidValue('sortOrder must be ascending or descending');
  return order === 'descending';
}

/** A complex attribute stands for its `value`, as in filters. */
function resolveSortPath(type: ResourceType, name: string): AttributePath | undefined {
  const path = type.resolve(name);
  if (path === undefined) return undefined;
  const { attribute, subAttribute } = path;
  if ([attribute, subAttribute].some((part) => part?.returned === 'never'))
    throw invalidValue(`sortBy: ${name} is never returned and cannot be sorted by`);
  if (attribute && (attribute.type !== 'complex' || subAttribute)) return path;
  const value = attribute?.subAttribute('value');
  if (value === undefined) throw invalidValue(`sortBy: ${name} has parts: name one of them, as in name.familyName`);
  return { ...path, subAttribute: value };
}

export type SortKey = Comparable | undefined;

/** The value by which a resource is sorted: of the primary element where an attribute has many, else of the first. */
export function sortKey({ extension, attribute, subAttribute }: AttributePath, resource: JsonObject): SortKey {
  const container = extension === undefined ? resource : resource[extension];
  if (attribute === undefined || !isObject(container)) return undefined;
  const element = elementOf(container[attribute.name]);
  if (subAttribute === undefined) return keyOf(attribute, element);
  return isObject(element) ? keyOf(subAttribute, elementOf(element[subAttribute.name])) : undefined;
}

/** Resources without a value come last, or first when descending. */
export function compareSortKeys(a: SortKey, b: SortKey, descending: boolean): number {
  if (a === undefined || b === undefined) return turn(Number(a === undefined) - Number(b === undefined), descending);
  if (typeof a === 'string' && typeof b === 'string') return turn(compareTexts(a, b), descending);
  return turn(Number(a) - Number(b), descending);
}

const turn = (difference: number, descending: boolean): number => (descending ? -difference : difference);

const elementOf = (value: Json | undefined): Json | undefined =>
  Array.isArray(value) ? (value.find(isPrimary) ?? value[0]) : value;

function keyOf(attribute: Attribute, value: Json | undefined): SortKey {
  const key = value === undefined || value === null ? undefined : comparable(attribute, value);
  return typeof key === 'string' ? beginning(key) : key;
}

function beginning(text: string): string {
  return text.length <= MAX_SORT_CHARACTERS ? text : Array.from(text).slice(0, MAX_SORT_CHARACTERS).join('');
}
