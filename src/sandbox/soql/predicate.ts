/** Which rows a WHERE clause lets through (SOQL: "Comparison Operators"). */
import type { LiteralType, Operator } from '@jetstreamapp/soql-parser-js';
import { fieldInvalid, malformedQuery } from '../errors.ts';
import type { Field, FieldValue, Row } from '../schema/field.ts';
import { findColumn, valueAt, type Column, type QueryScope } from './columns.ts';
import { comparable, compareValues, likePattern } from './compare.ts';
import type { Condition } from './conditions.ts';
import { readLiteral, unescapeText, type Operand } from './literals.ts';

export type Predicate = (row: Row) => boolean;

type Test = (value: FieldValue) => boolean;

type Comparison = Extract<Condition, { kind: 'compare' }>['comparison'];

type Order = '=' | '!=' | '<' | '<=' | '>' | '>=';

const ORDERS: Record<Order, (order: number) => boolean> = {
  '=': (order) => order === 0,
  '!=': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

/** A value within a span equals it; before it is below, after it above. */
const orderTo = (value: FieldValue, operand: Operand): number => {
  if (operand.kind === 'value') return compareValues(value, operand.value);
  if (compareValues(value, operand.start) < 0) return -1;
  return compareValues(value, operand.end) < 0 ? 0 : 1;
};

const isOrder = (operator: Operator): operator is Order => Object.hasOwn(ORDERS, operator);

/** Null is unequal to every value, and neither above nor below one. */
function orderTest(operator: Order, operand: Operand): Test {
  const accepts = ORDERS[operator];
  const isEquality = operator === '=' || operator === '!=';
  return (value) => (value !== null || isEquality) && accepts(orderTo(value, operand));
}

function setTest(operator: 'IN' | 'NOT IN', operands: readonly Operand[]): Test {
  const values = new Set(operands.map((operand) => (operand.kind === 'value' ? operand.value : operand.start)));
  return operator === 'IN' ? (value) => values.has(value) : (value) => !values.has(value);
}

function likeTest(literals: readonly string[]): Test {
  const patterns = literals.map((literal) => likePattern(unescapeText(literal, '_%\\')));
  return (value) => typeof value === 'string' && patterns.some((pattern) => pattern.test(value));
}

const toList = <T>(value: T | readonly T[]): readonly T[] =>
  // Safe: Array.isArray does not narrow a readonly array by itself.
  Array.isArray(value) ? (value as readonly T[]) : [value as T];

/** The literals of a comparison, read for the field they are compared with. */
export function operandsOf(scope: QueryScope, field: Field, comparison: Comparison): Operand[] {
  if (!('value' in comparison)) throw malformedQuery('a subquery in WHERE is not known to this stand-in');
  const types = toList<LiteralType | undefined>(comparison.literalType);
  return toList(comparison.value).map((literal, at) => {
    const operand = readLiteral(field, literal, types[at] ?? types[0] ?? 'STRING', scope.org.now());
    return operand.kind === 'value' ? { kind: 'value', value: comparable(field, operand.value) } : operand;
  });
}

function testOf(scope: QueryScope, column: Column, comparison: Comparison): Test {
  const { operator } = comparison;
  const { field } = column;
  if (operator === 'LIKE' && 'value' in comparison) return likeTest(toList(comparison.value));
  const operands = operandsOf(scope, field, comparison);
  if (operator === 'IN' || operator === 'NOT IN') return setTest(operator, operands);
  const [operand] = operands;
  if (operand && isOrder(operator)) return orderTest(operator, operand);
  throw malformedQuery(`the operator ${operator} is not known to this stand-in`);
}

export function columnOf(scope: QueryScope, comparison: Comparison): Column {
  if (!('field' in comparison)) throw malformedQuery('a function in WHERE is not known to this stand-in');
  const column = findColumn(scope, comparison.field);
  if (column.field.filterable) return column;
  throw fieldInvalid(`field '${column.field.name}' can not be filtered in a query call`);
}

function comparisonPredicate(scope: QueryScope, comparison: Comparison): Predicate {
  const column = columnOf(scope, comparison);
  const test = testOf(scope, column, comparison);
  const { field } = column;
  if (column.steps.length === 0) return (row) => test(comparable(field, row[field.name] ?? null));
  return (row) => test(comparable(field, valueAt(scope.org, row, column)));
}

/** @throws SalesforceError for unknown columns and for literals of the wrong type */
export function buildPredicate(scope: QueryScope, condition: Condition): Predicate {
  if (condition.kind === 'compare') return comparisonPredicate(scope, condition.comparison);
  if (condition.kind === 'not') {
    const part = buildPredicate(scope, condition.part);
    return (row) => !part(row);
  }
  const parts = condition.parts.map((part) => buildPredicate(scope, part));
  return condition.kind === 'and'
    ? (row) => parts.every((part) => part(row))
    : (row) => parts.some((part) => part(row));
}
