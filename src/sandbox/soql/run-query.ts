/** What a query answers (Query, QueryAll, Query More Results). */
import type { Query } from '@jetstreamapp/soql-parser-js';
import { featureNotEnabled, outsideRange } from '../errors.ts';
import type { Org } from '../org.ts';
import { isDeleted, type Table } from '../records/table.ts';
import { isVisible } from '../records/visibility.ts';
import type { OutputRecord } from '../records/render.ts';
import type { Row } from '../schema/field.ts';
import type { SObjectType } from '../schema/sobjects.ts';
import { aggregateRows, isAggregate, isPlainCount } from './aggregate.ts';
import { findCandidates } from './candidates.ts';
import { findQueryType, type Column, type QueryScope } from './columns.ts';
import { buildCondition, type Condition } from './conditions.ts';
import { parseSoql } from './parse-soql.ts';
import { buildPredicate } from './predicate.ts';
import { renderColumns, selectColumns } from './select.ts';
import { sortRows } from './sort.ts';

const MAX_OFFSET = 2000;

/** A whole result; `page` renders a part of it. */
export interface QueryResult {
  readonly totalSize: number;
  /** As many as `totalSize`, but none for COUNT(), which answers a number only. */
  readonly recordCount: number;
  /** What the records have, in the order of SELECT; a name across a relationship has dots. Empty for aggregates. */
  readonly columns: readonly string[];
  readonly page: (start: number, size: number) => readonly OutputRecord[];
}

/** The rows to look at, in the order of their making. */
function rowsToTest(scope: QueryScope, table: Table, condition: Condition | null): Iterable<Row> {
  const ids = condition && findCandidates(scope, table, condition);
  if (!ids) return table.all();
  const rows = [...ids].sort().map((id) => table.get(id));
  return rows.filter((row) => row !== undefined);
}

function findRows(scope: QueryScope, query: Query, withDeleted: boolean): Row[] {
  const condition = query.where ? buildCondition(query.where) : null;
  const accepts = condition ? buildPredicate(scope, condition) : () => true;
  const rows: Row[] = [];
  for (const row of rowsToTest(scope, scope.org.tableOf(scope.type), condition))
    if ((withDeleted || !isDeleted(row)) && accepts(row) && isVisible(scope.org, row)) rows.push(row);
  return rows;
}

function cut<T>(rows: readonly T[], { offset = 0, limit = Infinity }: Query): readonly T[] {
  if (offset > MAX_OFFSET) throw outsideRange(`Maximum SOQL offset allowed is ${MAX_OFFSET}`);
  return rows.slice(offset, offset + limit);
}

function listResult<T>(
  items: readonly T[],
  columns: readonly string[],
  render: (item: T) => OutputRecord,
): QueryResult {
  const page = (start: number, size: number) => items.slice(start, start + size).map(render);
  return { totalSize: items.length, recordCount: items.length, columns, page };
}

const pathOf = ({ steps, field }: Column): string =>
  [...steps.map(({ relationship }) => relationship), field.name].join('.');

/**
 * Runs a query.
 *
 * @param base `/services/data/vXX.X`, for the links in `attributes`
 * @throws SalesforceError MALFORMED_QUERY, INVALID_TYPE, INVALID_FIELD and others
 */
export function runQuery(org: Org, base: string, soql: string, withDeleted: boolean): QueryResult {
  const query = parseSoql(soql);
  const type = findQueryType(org, soql, query.sObject ?? '');
  const scope: QueryScope = { org, soql, type, alias: query.sObjectAlias ?? null };
  if (isAggregate(query)) return runAggregate(scope, query, findRows(scope, query, withDeleted));
  const columns = selectColumns(scope, query);
  const rows = cut(sortRows(scope, findRows(scope, query, withDeleted), query.orderBy), query);
  const render = (row: Row): OutputRecord => renderColumns(scope, base, { type, row }, columns);
  return listResult(rows, columns.map(pathOf), render);
}

function runAggregate(scope: QueryScope, query: Query, rows: readonly Row[]): QueryResult {
  if (isPlainCount(query)) return { totalSize: cut(rows, query).length, recordCount: 0, columns: [], page: () => [] };
  return listResult(cut(aggregateRows(scope, query, rows), query), [], (record) => record);
}

/**
 * Checks the query of a bulk job before it runs.
 *
 * @returns the object it is about
 * @throws SalesforceError as the query would, and for aggregates, which bulk queries do not know
 */
export function checkQuery(org: Org, base: string, soql: string): SObjectType {
  const query = parseSoql(soql);
  if (isAggregate(query)) throw featureNotEnabled('Aggregate Relationships not supported in Bulk Query');
  runQuery(org, base, soql, false);
  return findQueryType(org, soql, query.sObject ?? '');
}
