/** Which attributes are membership lists, and which show them from the other side (RFC 7643 §4.1.2 `groups`, §4.2 `members`). */
import type { Attribute } from '../scim/schema/attribute.ts';
import type { Registry } from '../scim/schema/registry.ts';
import type { ResourceType } from '../scim/schema/resource-type.ts';
import type { MemberLists } from '../storage/member-lists.ts';

/** One entry of `schemas/scim/memberships.json`. */
export interface MembershipDefinition {
  readonly resourceType: string;
  /** Multi-valued and complex, with `value` and `$ref`. */
  readonly attribute: string;
  /** Names of readOnly attributes by the type of resource that shows there which lists it is in. */
  readonly shownAs?: Readonly<Record<string, string>>;
}

/** An attribute whose elements are rows instead of a part of the document. */
export interface MembershipList {
  /** Of the list in the store, e.g. `Group.members`. */
  readonly name: string;
  readonly attribute: Attribute;
}

/** A readOnly attribute that is worked out from lists of others. */
export interface ShownMemberships {
  readonly attribute: Attribute;
  readonly lists: readonly string[];
}

export interface Memberships {
  listsOf(type: string): readonly MembershipList[];
  shownBy(type: string): readonly ShownMemberships[];
  readonly stored: MemberLists;
}

/** @throws TypeError naming what is wrong with an entry */
export function compileMemberships(registry: Registry, definitions: readonly MembershipDefinition[]): Memberships {
  const lists = new Map<string, MembershipList[]>();
  const shown = new Map<string, { readonly attribute: Attribute; readonly lists: string[] }[]>();
  for (const definition of definitions) {
    const list = toList(registry, definition);
    append(lists, definition.resourceType, list);
    for (const [type, name] of Object.entries(definition.shownAs ?? {})) {
      const attribute = shownAttribute(registry, type, name);
      const known = shown.get(type)?.find((one) => one.attribute === attribute);
      if (known) known.lists.push(list.name);
      else append(shown, type, { attribute, lists: [list.name] });
    }
  }
  return {
    listsOf: (type) => lists.get(type) ?? [],
    shownBy: (type) => shown.get(type) ?? [],
    stored: {
      own: mapByPath(lists, ({ name }) => name),
      shown: mapByPath(shown, (one) => one.lists),
    },
  };
}

function append<T>(map: Map<string, T[]>, key: string, value: T): void {
  map.set(key, [...(map.get(key) ?? []), value]);
}

function mapByPath<T extends { readonly attribute: Attribute }, V>(
  byType: ReadonlyMap<string, readonly T[]>,
  valueOf: (item: T) => V,
): ReadonlyMap<string, ReadonlyMap<string, V>> {
  const paths = (items: readonly T[]) => new Map(items.map((item) => [item.attribute.path, valueOf(item)]));
  return new Map(Array.from(byType, ([type, items]) => [type, paths(items)]));
}

function toList(registry: Registry, { resourceType, attribute: name }: MembershipDefinition): MembershipList {
  const attribute = attributeOf(registry, resourceType, name);
  if (attribute.required) throw new TypeError(`membership list ${resourceType}.${name} must not be required`);
  return { name: `${resourceType}.${attribute.name}`, attribute };
}

function shownAttribute(registry: Registry, type: string, name: string): Attribute {
  const attribute = attributeOf(registry, type, name);
  if (attribute.mutability === 'readOnly') return attribute;
  throw new TypeError(`${type}.${name} shows memberships and must be readOnly`);
}

function attributeOf(registry: Registry, typeName: string, name: string): Attribute {
  const type: ResourceType | undefined = registry.resourceType(typeName);
  if (!type) throw new TypeError(`memberships name the unknown resource type ${typeName}`);
  const attribute = type.attributes.find((one) => one.name === name);
  if (!attribute) throw new TypeError(`the base schema of ${typeName} has no attribute ${name} for memberships`);
  const parts = ['value', '$ref', 'type', 'display'].filter((part) => !attribute.subAttribute(part));
  if (!attribute.multiValued || parts.length > 0)
    throw new TypeError(
      `${typeName}.${name} cannot hold memberships: it must be multi-valued with value, $ref, type, display`,
    );
  return attribute;
}
