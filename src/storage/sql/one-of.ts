/** How a column is compared with values that are given, be they one or a hundred thousand. */
import type { Dialect } from './dialect.ts';
import { keyValue } from './key-value.ts';
import type { Parameters } from './transaction.ts';

/**
 * Many values are one parameter: a statement has 32,766 at most. One value is compared as such, so that no planner takes the
 * list for a long one.
 */
export function isOneOf(dialect: Dialect, column: string, values: readonly string[], parameters: Parameters): string {
  const [first = ''] = values;
  if (values.length === 1) return `${column} = ${parameters.add(keyValue(first))}`;
  return `${column} in (${valuesGiven(dialect, values, parameters)})`;
}

/** A `select` that gives the values as rows. */
export function valuesGiven(dialect: Dialect, values: readonly string[], parameters: Parameters): string {
  const [first = ''] = values;
  if (values.length === 1) return `select cast(${parameters.add(keyValue(first))} as text)`;
  const rows = JSON.stringify(values.map((value) => ({ value: keyValue(value) })));
  return `select given.value from ${dialect.rows(parameters.add(rows), 'given', { value: 'text' })}`;
}
