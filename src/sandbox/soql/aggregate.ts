/** What COUNT and the other aggregate functions answer (SOQL: "Aggregate Functions"). */
import type { FieldFunctionExpression, FieldType as SelectItem, Query } from '@jetstreamapp/soql-parser-js';
import { malformedQuery } from '../errors.ts';
import type { OutputRecord } from '../records/render.ts';
import type { FieldValue, Row } from '../schema/field.ts';
import { findColumn, valueAt, type QueryScope } from './columns.ts';
import { comparable, compareValues } from './compare.ts';

const sum = (values: readonly FieldValue[]): number =>
  values.reduce<number>((total, value) => total + Number(value), 0);

const best = (values: readonly FieldValue[], sign: 1 | -1): FieldValue =>
  values.reduce((kept, value) => (kept === null || sign * compareValues(value, kept) > 0 ? value : kept), null);

/** Each is given the values that are not null. */
const FUNCTIONS: Readonly<Record<string, (values: readonly FieldValue[]) => FieldValue>> = {
  COUNT: (values) => values.length,
  COUNT_DISTINCT: (values) => new Set(values).size,
  MIN: (values) => best(values, -1),
  MAX: (values) => best(values, 1),
  SUM: (values) => (values.length === 0 ? null : sum(values)),
  AVG: (values) => (values.length === 0 ? null : sum(values) / values.length),
};

const isFunction = (item: SelectItem): item is FieldFunctionExpression =>
  item.type === 'FieldFunctionExpression' && item.isAggregateFn === true;

export const isAggregate = (query: Query): boolean =>
  query.groupBy !== undefined || (query.fields ?? []).some(isFunction);

/** `SELECT COUNT() FROM …` alone: its answer is totalSize. */
export function isPlainCount(query: Query): boolean {
  const [first, second] = query.fields ?? [];
  return second === undefined && first?.type === 'FieldFunctionExpression' && first.parameters.length === 0;
}

function groupNames(query: Query): string[] {
  return [query.groupBy ?? []].flat().map((clause) => {
    if ('field' in clause) return clause.field;
    throw malformedQuery('a function in GROUP BY is not known to this stand-in');
  });
}

type Group = readonly Row[];

function groupRows(scope: QueryScope, names: readonly string[], rows: readonly Row[]): Group[] {
  if (names.length === 0) return [rows];
  const columns = names.map((name) => findColumn(scope, name));
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const key = JSON.stringify(columns.map((column) => comparable(column.field, valueAt(scope.org, row, column))));
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  return [...groups.values()];
}

type Cell = (group: Group) => FieldValue;

function functionCell(scope: QueryScope, item: FieldFunctionExpression): Cell {
  const compute = FUNCTIONS[item.functionName.toUpperCase()];
  const [name] = item.parameters;
  if (!compute || typeof name !== 'string') throw malformedQuery(`unexpected token: '${item.functionName}'`);
  const column = findColumn(scope, name);
  return (group) => compute(group.map((row) => valueAt(scope.org, row, column)).filter((value) => value !== null));
}

function fieldCell(scope: QueryScope, name: string, grouped: readonly string[]): Cell {
  const column = findColumn(scope, name);
  if (!grouped.some((each) => each.toLowerCase() === name.toLowerCase()))
    throw malformedQuery(`Field must be grouped or aggregated: ${name}`);
  return ([first]) => (first ? valueAt(scope.org, first, column) : null);
}

/** The named cells of a result row; a function without an alias is expr0, expr1 and so on. */
function cellsOf(scope: QueryScope, query: Query): [string, Cell][] {
  const grouped = groupNames(query);
  let unnamed = 0;
  return (query.fields ?? []).map((item) => {
    if (item.type === 'Field') return [item.alias ?? item.field, fieldCell(scope, item.field, grouped)];
    if (!isFunction(item)) throw malformedQuery(`${item.type} next to an aggregate is not known to this stand-in`);
    return [item.alias ?? `expr${unnamed++}`, functionCell(scope, item)];
  });
}

export function aggregateRows(scope: QueryScope, query: Query, rows: readonly Row[]): OutputRecord[] {
  const cells = cellsOf(scope, query);
  return groupRows(scope, groupNames(query), rows).map((group) => ({
    attributes: { type: 'AggregateResult' },
    ...Object.fromEntries(cells.map(([name, cell]) => [name, cell(group)])),
  }));
}
