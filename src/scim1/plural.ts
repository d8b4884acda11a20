/** What the values of a plural attribute are after a PATCH of SCIM 1.1 (API §3.3.2). */
import { foldCase } from '../scim/comparable.ts';
import { equalJson, isObject, memberOf, type Json } from '../scim/json.ts';
import type { Profile } from '../scim/profiles/profile.ts';
import type { Attribute } from '../scim/schema/attribute.ts';
import { canonicalElement, isPrimary } from '../scim/value.ts';

/** What a client wants of one value. */
export interface PluralValue {
  readonly element: Json;
  /** Whether the client said `"operation": "delete"`. */
  readonly deletes: boolean;
}

/** The elements that a client sent, in their one form, without the `operation` that is none of their parts. */
export function readPlural(attribute: Attribute, value: Json): readonly PluralValue[] {
  return (Array.isArray(value) ? value : [value]).flatMap((item) => {
    const operation = isObject(item) ? memberOf(item, 'operation') : undefined;
    const deletes = typeof operation === 'string' && operation.toLowerCase() === 'delete';
    const element = canonicalElement(attribute, item);
    if (element !== undefined) return [{ element, deletes }];
    // A bare "" is how WSO2 IS clears a claim.
    return item === '' ? [{ element: { value: '' }, deletes }] : [];
  });
}

/**
 * @param before elements that are there, in their one form
 * @returns new elements; those given stay as they are
 */
export function mergePlural(
  attribute: Attribute,
  before: readonly Json[],
  sent: readonly PluralValue[],
  how: Profile['pluralsInScim1'],
): readonly Json[] {
  const keyOf = keyOfElements(attribute);
  const deleted = sent.filter(({ deletes }) => deletes);
  const kept = deleted.reduce((list, { element }) => without(list, element, keyOf), before);
  const written = sent.filter(({ deletes }) => !deletes).map(({ element }) => element);
  const others = written.some(isPrimary) ? kept.map(withoutPrimary) : kept;
  return how === 'merge' ? mergeByKey(others, written, keyOf) : replaceByType(others, written);
}

/** What elements are matched by: their `value`, in any case where it has none; undefined without one. */
type KeyOf = (element: Json) => Json | undefined;

function keyOfElements(attribute: Attribute): KeyOf {
  const { caseExact } = attribute.subAttribute('value') ?? attribute;
  return (element) => {
    const value = isObject(element) ? element['value'] : element;
    return typeof value === 'string' && !caseExact ? foldCase(value) : value;
  };
}

function matching(list: readonly Json[], element: Json, keyOf: KeyOf): readonly Json[] {
  const key = keyOf(element);
  return key === undefined ? [] : list.filter((one) => keyOf(one) === key);
}

const withoutPrimary = (element: Json): Json => (isPrimary(element) ? { ...element, primary: false } : element);

/** "Matched by comparing the value Sub-Attribute"; where there is none or it is not unique, by all that were sent. */
function without(list: readonly Json[], element: Json, keyOf: KeyOf): readonly Json[] {
  const matches = matching(list, element, keyOf);
  if (matches.length === 1) return list.filter((one) => one !== matches[0]);
  return list.filter((one) => !hasParts(one, element));
}

/** Whether an element has all the parts that the client named. */
function hasParts(element: Json, named: Json): boolean {
  if (!isObject(element) || !isObject(named)) return element === named;
  return Object.entries(named).every(([name, part]) => equalJson(element[name], part));
}

function mergeByKey(before: readonly Json[], written: readonly Json[], keyOf: KeyOf): readonly Json[] {
  return written.filter(isAssigned).reduce<readonly Json[]>((list, element) => {
    const [match, ...others] = matching(list, element, keyOf);
    if (match !== undefined && others.length === 0)
      return list.map((one) => (one === match ? mergeElement(one, element) : one));
    return list.some((one) => equalJson(one, element)) ? list : [...list, element];
  }, before);
}

const mergeElement = (before: Json, element: Json): Json =>
  isObject(before) && isObject(element) ? { ...before, ...element } : element;

/**
 * What WSO2 IS sends of a type is all there is of that type: one claim holds the work address, another those without a type.
 * They keep their place, so that the first e-mail stays the first.
 */
function replaceByType(before: readonly Json[], written: readonly Json[]): readonly Json[] {
  const byType = groupByType(written);
  const placed = new Set<string>();
  const list = before.flatMap((one) => {
    const type = typeOf(one);
    const elements = byType.get(type);
    if (!elements) return [one];
    if (placed.has(type)) return [];
    placed.add(type);
    return elements;
  });
  const added = [...byType].filter(([type]) => !placed.has(type)).flatMap(([, elements]) => elements);
  return [...list, ...added].filter(isAssigned);
}

function groupByType(elements: readonly Json[]): Map<string, Json[]> {
  const groups = new Map<string, Json[]>();
  for (const element of elements) groups.set(typeOf(element), [...(groups.get(typeOf(element)) ?? []), element]);
  return groups;
}

/** Of an element without a type: empty. */
function typeOf(element: Json): string {
  const type = isObject(element) ? element['type'] : undefined;
  return typeof type === 'string' ? foldCase(type) : '';
}

/** A value of "" is no value, in any part that holds one. */
function isAssigned(element: Json): boolean {
  if (!isObject(element)) return element !== '';
  const parts = Object.entries(element).filter(([name]) => name !== 'type' && name !== 'primary');
  return parts.length === 0 || parts.some(([, part]) => part !== '');
}
