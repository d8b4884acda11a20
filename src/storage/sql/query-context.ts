/** What conditions and orders are put together with, and where the values lie that they ask for. */
import type { Attribute } from '../../scim/schema/attribute.ts';
import type { AttributePath } from '../../scim/schema/resource-type.ts';
import type { MemberLists } from '../member-lists.ts';
import type { Dialect } from './dialect.ts';
import type { Parameters } from './transaction.ts';

export interface StoreContext {
  readonly dialect: Dialect;
  /** Attributes that are found through a key table instead of the document, by type name and path. */
  readonly keyTables: KeyTables;
  readonly memberLists: MemberLists;
}

export type KeyTables = ReadonlyMap<string, ReadonlyMap<string, 'unique_key' | 'search_key'>>;

/** One statement's part about resources of one type, which are rows of `resource`. */
export interface QueryContext extends StoreContext {
  readonly type: string;
  /** What the location of a resource begins with, by type name. */
  readonly locations: ReadonlyMap<string, string>;
  readonly parameters: Parameters;
  /** Names the elements that are looked through, so that nested ones differ. */
  readonly aliases: { count: number };
  /** Takes what the statement walks through from lists to those that hold them. */
  readonly walks?: Walk[];
}

export interface Walk {
  /** `steps`: the select has a row for each. `climbs`: it has `owner` and `above`, from where it goes on, until all above each owner are known. */
  readonly kind: 'steps' | 'climbs';
  readonly select: string;
}

/** Where the attributes of a condition lie: in the resource, in one element or complex value of it, or the value itself. */
export interface Source {
  readonly kind: 'resource' | 'object' | 'value';
  /** A JSON expression. */
  readonly json: string;
  /** Members below it. */
  readonly path: readonly string[];
}

/** The values are in their comparable form (`scim/fold.ts`); most documents are as they are. */
export const RESOURCE: Source = {
  kind: 'resource',
  json: 'coalesce(resource.folded, resource.document)',
  path: [],
};

/** What lies below a source, in the member of this name. */
export const below = (source: Source, name: string): Source => ({
  kind: 'object',
  json: source.json,
  path: [...source.path, name],
});

/** Where the attribute of a path lies: in the resource or in an extension of it. */
export const containerOf = (source: Source, { extension }: AttributePath): Source =>
  extension === undefined ? source : { ...source, path: [...source.path, extension] };

/** One element of an attribute, as a row of `elementsOf`. */
export const elementOf = (attribute: Attribute, alias: string): Source => ({
  kind: attribute.type === 'complex' ? 'object' : 'value',
  json: `${alias}.value`,
  path: [],
});

export const leafOf = ({ attribute, subAttribute }: AttributePath): Attribute | undefined => subAttribute ?? attribute;

/** The value of a simple attribute, as it is compared and sorted. */
export function valueText({ dialect }: StoreContext, leaf: Attribute, { json, path }: Source): string {
  const scalar = dialect.scalar(json, path);
  if (leaf.type === 'boolean') return scalar;
  return dialect.text(leaf.caseExact ? scalar : dialect.lower(scalar));
}

export function nextAlias({ aliases }: QueryContext): string {
  aliases.count += 1;
  return `e${String(aliases.count)}`;
}
