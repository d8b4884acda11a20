/** A SCIM filter as a SQL condition (RFC 7644 §3.4.2.2); means what `scim/filter/evaluate.ts` means. */
import type { Filter, ValuePathFilter } from '../../scim/filter/filter.ts';
import type { Attribute } from '../../scim/schema/attribute.ts';
import type { AttributePath } from '../../scim/schema/resource-type.ts';
import { alternatives, toComparison } from './alternatives.ts';
import { columnOf, isColumn } from './columns.ts';
import { columnTest, valueTest } from './comparison.ts';
import { elementsOf } from './elements.ts';
import { lookUp, type Comparison } from './lookup.ts';
import { lookUpAny, lookUpElement } from './lookup-some.ts';
import {
  below,
  containerOf,
  elementOf,
  leafOf,
  nextAlias,
  RESOURCE,
  valueText,
  type QueryContext,
  type Source,
} from './query-context.ts';
import { isInSome, shownLists } from './shown.ts';

/** @returns a condition on the table `resource`; its values are added to `context.parameters` */
export function filterCondition(filter: Filter, context: QueryContext): string {
  return condition(filter, RESOURCE, context);
}

function condition(filter: Filter, source: Source, context: QueryContext): string {
  switch (filter.kind) {
    case 'and':
      return join(
        'and',
        filter.operands.map((operand) => condition(operand, source, context)),
      );
    case 'or':
      return anyOf(filter.operands, source, context);
    case 'not':
      return `not ${condition(filter.operand, source, context)}`;
    case 'present':
      return present(filter.path, source, context);
    case 'compare':
      return compare(toComparison(filter), source, context);
    case 'valuePath':
      return valuePath(filter, source, context);
  }
}

function anyOf(operands: readonly Filter[], source: Source, context: QueryContext): string {
  const { comparisons, others } = alternatives(operands);
  const any = join('or', [
    ...comparisons.map((comparison) => compare(comparison, source, context)),
    ...others.map((other) => condition(other, source, context)),
  ]);
  const isOne = comparisons.length + others.length === 1;
  const some = isOne || source.kind !== 'resource' ? undefined : lookUpAny(operands, context);
  return some === undefined ? any : `(resource.seq in (${some}) and ${any})`;
}

/** Halved again and again: SQLite refuses an expression that is 1,000 deep, which 1,000 terms in a row are. */
function join(operator: 'and' | 'or', terms: readonly string[]): string {
  if (terms.length === 1) return terms[0] ?? 'true';
  const middle = Math.ceil(terms.length / 2);
  return `(${join(operator, terms.slice(0, middle))} ${operator} ${join(operator, terms.slice(middle))})`;
}

function valuePath({ path, filter }: ValuePathFilter, source: Source, context: QueryContext): string {
  const { attribute } = path;
  if (!attribute) return 'false';
  // `meta` lies in columns, whose names say it all.
  if (attribute.path === 'meta') return condition(filter, source, context);
  const container = containerOf(source, path);
  if (!attribute.multiValued) return withinComplex(below(container, attribute.name), filter, context);
  const known = source.kind === 'resource' ? lookUpElement(path, filter, context) : undefined;
  const test = (element: Source): string => condition(filter, element, context);
  const some = someElement(attribute, container, context, test, known?.members);
  return known === undefined ? some : `(resource.seq in (${known.select}) and ${some})`;
}

function withinComplex(value: Source, filter: Filter, context: QueryContext): string {
  const { dialect } = context;
  return `(${dialect.member(value.json, value.path)} is not null and ${condition(filter, value, context)})`;
}

function present(path: AttributePath, source: Source, context: QueryContext): string {
  const leaf = leafOf(path);
  if (path.unknown !== undefined) return 'false';
  if (leaf?.path === 'meta' || (leaf && isColumn(leaf.path))) return 'true';
  const container = containerOf(source, path);
  if (!leaf) return holdsValue(container, context);
  return some(path, source, context, (value) => isFilled(leaf, value, context));
}

const isFilled = (leaf: Attribute, value: Source, context: QueryContext): string =>
  leaf.type === 'complex' ? holdsValue(value, context) : `coalesce(${valueText(context, leaf, value)} <> '', false)`;

const holdsValue = ({ json, path }: Source, { dialect }: QueryContext): string =>
  dialect.holdsValue(dialect.member(json, path));

function compare(comparison: Comparison, source: Source, context: QueryContext): string {
  const { path, operator, values } = comparison;
  const leaf = leafOf(path);
  if (values[0] === null) return `${operator === 'eq' ? 'not ' : ''}${present(path, source, context)}`;
  if (!leaf) return operator === 'ne' ? 'true' : 'false';
  const known = source.kind === 'resource' ? lookUp(comparison, context) : undefined;
  if (known !== undefined) return `resource.seq in (${known})`;
  const column = columnOf(leaf.path, context);
  if (column) return columnTest(comparison, column, context);
  const test = (value: Source): string => valueTest(comparison, value, context);
  if (operator !== 'ne' || !hasMany(path)) return some(path, source, context, test);
  return differs(comparison, source, context);
}

/** One differing value makes `ne` true, and so does having none at all. */
function differs(comparison: Comparison, source: Source, context: QueryContext): string {
  const leaf = leafOf(comparison.path) as Attribute;
  const isThere = (value: Source): string => `${valueText(context, leaf, value)} is not null`;
  const other = (value: Source): string => `(${isThere(value)} and ${valueTest(comparison, value, context)})`;
  return `(${some(comparison.path, source, context, other)} or not ${some(comparison.path, source, context, isThere)})`;
}

const hasMany = ({ attribute, subAttribute }: AttributePath): boolean =>
  attribute?.multiValued === true || subAttribute?.multiValued === true;

/** Whether a value at `path` passes the test; where one attribute has many, one of them will do. */
function some(path: AttributePath, source: Source, context: QueryContext, test: (value: Source) => string): string {
  const steps = [path.attribute, path.subAttribute].filter((step) => step !== undefined);
  return walk(steps, containerOf(source, path), context, test);
}

function walk(
  [step, ...rest]: readonly Attribute[],
  source: Source,
  context: QueryContext,
  test: (value: Source) => string,
): string {
  if (step === undefined) return test(source);
  // `value` of a plain element is the element.
  if (source.kind === 'value') return walk(rest, source, context, test);
  if (!step.multiValued) return walk(rest, below(source, step.name), context, test);
  return someElement(step, source, context, (element) => walk(rest, element, context, test));
}

/** @param members a condition on `member`, where it is known which row the element can be */
function someElement(
  attribute: Attribute,
  source: Source,
  context: QueryContext,
  test: (element: Source) => string,
  members?: string,
): string {
  const shown = shownLists(attribute, source, context);
  if (shown !== undefined) return isInSome(attribute, shown, context, test);
  const alias = nextAlias(context);
  const elements = elementsOf(attribute, source, context, alias, members);
  return `exists (select 1 from ${elements} where ${test(elementOf(attribute, alias))})`;
}
