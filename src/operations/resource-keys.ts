/** Which values of a resource are found without a scan: unique attributes and the searched ones of `schemas/scim/indexes.json`. */
import { readPath } from '../scim/patch/path.ts';
import { comparable } from '../scim/comparable.ts';
import type { Json, JsonObject } from '../scim/json.ts';
import type { Attribute } from '../scim/schema/attribute.ts';
import type { AttributePath, ResourceType } from '../scim/schema/resource-type.ts';
import type { Registry } from '../scim/schema/registry.ts';
import type { ResourceKey } from '../storage/store.ts';

export interface Index {
  readonly path: AttributePath;
  readonly attribute: Attribute;
  readonly unique: boolean;
  /** Holds what comes after the last slash of values that have one: `robin` of `PRIMARY/robin`. */
  readonly ofTails: boolean;
}

/** By resource type name. */
export type ResourceIndexes = ReadonlyMap<string, readonly Index[]>;

/**
 * @param searched attribute paths by resource type name; one that ends with `/` is an index of tails
 * @throws TypeError when a path is no attribute of its type
 */
export function compileIndexes(
  registry: Registry,
  searched: Readonly<Record<string, readonly string[]>>,
): ResourceIndexes {
  return new Map(registry.resourceTypes.map((type) => [type.name, indexesOf(type, searched[type.name] ?? [])]));
}

/** How the store finds an attribute, by type name and canonical path. */
export function keyTables(
  indexes: ResourceIndexes,
): ReadonlyMap<string, ReadonlyMap<string, 'unique_key' | 'search_key'>> {
  const tables = (list: readonly Index[]) =>
    new Map(
      list.map((index) => [nameOfIndex(index), index.unique ? ('unique_key' as const) : ('search_key' as const)]),
    );
  return new Map(Array.from(indexes, ([type, list]) => [type, tables(list)]));
}

export function resourceKeys(indexes: ResourceIndexes, type: string, resource: JsonObject): readonly ResourceKey[] {
  return (indexes.get(type) ?? []).flatMap((index) => keysOf(index, resource));
}

function keysOf(index: Index, resource: JsonObject): readonly ResourceKey[] {
  const { path, attribute, unique, ofTails } = index;
  const texts = readPath(path, resource).map((value) => keyText(attribute, value));
  const distinct = new Set(texts.map((text) => (ofTails ? tailOf(text) : text)).filter((text) => text !== undefined));
  return Array.from(distinct, (value) => ({ attribute: nameOfIndex(index), value, unique }));
}

/** What the rows of an index are told from others by. */
export const nameOfIndex = ({ attribute, ofTails }: Index): string => `${attribute.path}${ofTails ? TAILS : ''}`;

const TAILS = '/';

const tailOf = (text = ''): string | undefined =>
  text.includes('/') ? text.slice(text.lastIndexOf('/') + 1) : undefined;

/** Values that are equal have the same text, by which look-ups compare too. */
function keyText(attribute: Attribute, value: Json): string | undefined {
  const text = comparable(attribute, value);
  return typeof text === 'boolean' ? String(text) : text;
}

function indexesOf(type: ResourceType, searched: readonly string[]): readonly Index[] {
  const top = [...type.attributes, ...type.extensions.flatMap(({ urn }) => type.extensionAttributes(urn))];
  const unique = top
    .filter(({ path }) => path !== 'id')
    .flatMap((attribute) => [attribute, ...attribute.subAttributes])
    .filter(({ uniqueness }) => uniqueness !== 'none')
    .map(({ path }) => path);
  return [
    ...unique.map((path) => toIndex(type, path, true)),
    ...searched.filter((path) => !unique.includes(path)).map((path) => toIndex(type, path, false)),
  ];
}

function toIndex(type: ResourceType, text: string, unique: boolean): Index {
  const ofTails = text.endsWith(TAILS);
  const path = type.resolve(ofTails ? text.slice(0, -TAILS.length) : text);
  const attribute = path?.subAttribute ?? path?.attribute;
  if (!path || !attribute) throw new TypeError(`${type.name} has no attribute ${text} to index`);
  return { path, attribute, unique, ofTails };
}
