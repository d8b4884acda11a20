/** One value compared with others: the operators of RFC 7644 §3.4.2.2 in SQL. */
import { comparable } from '../../scim/comparable.ts';
import type { CompareOperator } from '../../scim/filter/filter.ts';
import type { Attribute } from '../../scim/schema/attribute.ts';
import { toMilliseconds, type Column } from './columns.ts';
import { oneOf, type Comparison } from './lookup.ts';
import { leafOf, valueText, type QueryContext, type Source } from './query-context.ts';
import type { SqlValue } from './transaction.ts';

/** A test of a value in a document; absent values fail all but `ne`. */
export function valueTest({ path, operator, values }: Comparison, source: Source, context: QueryContext): string {
  // Comparisons without an attribute never come here.
  const leaf = leafOf(path) as Attribute;
  const needles = values.map((value) => (value === null ? null : toSql(comparable(leaf, value), context)));
  return test(operator, valueText(context, leaf, source), needles, context);
}

export function columnTest({ operator, values }: Comparison, column: Column, context: QueryContext): string {
  if (!column.isInstant) return test(operator, column.sql, values.map(String), context);
  const instants = values.map((value) => toMilliseconds(String(value)) ?? null);
  if (instants.length > 1) return oneOfInstants(column.sql, instants, context);
  return compared(operator, column.sql, `cast(${context.parameters.add(instants[0] ?? null)} as numeric)`, context);
}

/** What lies between two milliseconds equals no column. */
function oneOfInstants(column: string, instants: readonly (number | null)[], context: QueryContext): string {
  const whole = instants.filter((instant) => Number.isInteger(instant)).map((value) => ({ value }));
  const given = context.dialect.rows(context.parameters.add(JSON.stringify(whole)), 'given', { value: 'bigint' });
  return `${column} in (select given.value from ${given})`;
}

function toSql(value: string | boolean | undefined, { dialect }: QueryContext): SqlValue {
  if (typeof value === 'boolean') return dialect.boolean(value);
  return value ?? null;
}

function test(operator: CompareOperator, left: string, needles: readonly SqlValue[], context: QueryContext): string {
  const [needle = null] = needles;
  if (needles.length > 1) return `coalesce(${oneOf(left, needles.map(String), context)}, false)`;
  if (needle === '' && SUBSTRING.has(operator)) return `${left} is not null`;
  return compared(operator, left, context.parameters.add(needle), context);
}

const SUBSTRING: ReadonlySet<CompareOperator> = new Set(['co', 'sw', 'ew']);
const ORDER = { eq: '=', gt: '>', ge: '>=', lt: '<', le: '<=' } as const;

function compared(operator: CompareOperator, left: string, right: string, { dialect }: QueryContext): string {
  switch (operator) {
    case 'ne':
      return `coalesce(${left} <> ${right}, true)`;
    case 'co':
      return `coalesce(${dialect.contains(left, right)}, false)`;
    case 'sw':
      return `coalesce(${dialect.startsWith(left, right)}, false)`;
    case 'ew':
      return `coalesce(${dialect.endsWith(left, right)}, false)`;
    default:
      return `coalesce(${left} ${ORDER[operator]} ${right}, false)`;
  }
}
