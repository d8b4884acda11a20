/** In which order a query answers its rows (SOQL: ORDER BY). */
import type { OrderByClause, Query } from '@jetstreamapp/soql-parser-js';
import { malformedQuery } from '../errors.ts';
import type { Row } from '../schema/field.ts';
import { findColumn, valueAt, type QueryScope } from './columns.ts';
import { comparable, compareValues } from './compare.ts';

type Compare = (left: Row, right: Row) => number;

function compareBy(scope: QueryScope, clause: OrderByClause): Compare {
  if (!('field' in clause)) throw malformedQuery('a function in ORDER BY is not known to this stand-in');
  const column = findColumn(scope, clause.field);
  const direction = clause.order === 'DESC' ? -1 : 1;
  const nullsFirst = clause.nulls === 'LAST' ? -1 : 1;
  const read = (row: Row) => comparable(column.field, valueAt(scope.org, row, column));
  return (left, right) => {
    const [a, b] = [read(left), read(right)];
    const sign = a === null || b === null ? nullsFirst : direction;
    return sign * compareValues(a, b);
  };
}

/** Nulls come first unless the query says otherwise; rows that tie stay in the order of their making. */
export function sortRows(scope: QueryScope, rows: readonly Row[], orderBy: Query['orderBy']): readonly Row[] {
  if (orderBy === undefined) return rows;
  const compares = [orderBy].flat().map((clause) => compareBy(scope, clause));
  return rows.toSorted((left, right) => {
    for (const compare of compares) {
      const order = compare(left, right);
      if (order !== 0) return order;
    }
    return 0;
  });
}
