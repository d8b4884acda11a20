/** Whether a resource satisfies a filter (RFC 7644 §3.4.2.2). */
import { comparable, compareTexts, type Comparable } from '../comparable.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import type { AttributePath } from '../schema/resource-type.ts';
import type { CompareFilter, CompareOperator, Filter, ValuePathFilter } from './filter.ts';

export function matches(filter: Filter, resource: JsonObject): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.operands.every((operand) => matches(operand, resource));
    case 'or':
      return filter.operands.some((operand) => matches(operand, resource));
    case 'not':
      return !matches(filter.operand, resource);
    case 'present':
      return valuesAt(filter.path, resource).some(isPresent);
    case 'compare':
      return compares(filter, resource);
    case 'valuePath':
      return hasElement(filter, resource);
  }
}

/** The same for one element of a multi-valued attribute, with a filter from within brackets. */
export function matchesElement(filter: Filter, element: Json): boolean {
  return matches(filter, isObject(element) ? element : { value: element });
}

/**
 * The values at a path, one per element of a multi-valued attribute, without nulls.
 *
 * Names come from a schema, which has none that objects inherit: plain member access meets own members only.
 */
export function valuesAt({ extension, attribute, subAttribute }: AttributePath, resource: JsonObject): Json[] {
  const container = extension === undefined ? resource : resource[extension];
  if (attribute === undefined) return toList(extension === undefined ? undefined : container);
  const values = isObject(container) ? toList(container[attribute.name]) : [];
  if (subAttribute === undefined) return values;
  return values.flatMap((value) => (isObject(value) ? toList(value[subAttribute.name]) : []));
}

function toList(value: Json | undefined): Json[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value.filter((element) => element !== null) : [value];
}

/** "Has a non-empty or non-null value, or … contains a non-empty node for complex attributes" (table 3). */
function isPresent(value: Json | undefined): boolean {
  if (value === undefined || value === null || value === '') return false;
  return typeof value !== 'object' || Object.values(value).some(isPresent);
}

function hasElement({ path, filter }: ValuePathFilter, resource: JsonObject): boolean {
  return valuesAt(path, resource).some((element) => matchesElement(filter, element));
}

/** An attribute without a value is unequal to every value, and otherwise one differing element makes `ne` true. */
function compares({ operator, path, value }: CompareFilter, resource: JsonObject): boolean {
  const actual = valuesAt(path, resource);
  if (value === null) return actual.some(isPresent) === (operator === 'ne');
  if (actual.length === 0) return operator === 'ne';
  const attribute = path.subAttribute ?? path.attribute;
  if (attribute === undefined) return false;
  const expected = comparable(attribute, value);
  return actual.some((candidate) => COMPARE[operator](comparable(attribute, candidate), expected));
}

type Compare = (actual: Comparable | undefined, expected: Comparable | undefined) => boolean;

const text =
  (test: (actual: string, expected: string) => boolean): Compare =>
  (actual, expected) =>
    typeof actual === 'string' && typeof expected === 'string' && test(actual, expected);

const order = (test: (difference: number) => boolean): Compare =>
  text((actual, expected) => test(compareTexts(actual, expected)));

const COMPARE: Readonly<Record<CompareOperator, Compare>> = {
  eq: (actual, expected) => actual === expected,
  ne: (actual, expected) => actual !== expected,
  co: text((actual, expected) => actual.includes(expected)),
  sw: text((actual, expected) => actual.startsWith(expected)),
  ew: text((actual, expected) => actual.endsWith(expected)),
  gt: order((difference) => difference > 0),
  ge: order((difference) => difference >= 0),
  lt: order((difference) => difference < 0),
  le: order((difference) => difference <= 0),
};
