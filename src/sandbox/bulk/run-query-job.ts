/** What a query job puts into its file: the rows of its query, one column for each selected field. */
import type { Org } from '../org.ts';
import { isObject } from '../records/read-body.ts';
import { runQuery } from '../soql/run-query.ts';
import type { QueryJob } from './job.ts';

const textOf = (value: unknown): string => {
  if (typeof value === 'string') return value;
  return value === null || value === undefined ? '' : JSON.stringify(value);
};

function valueAt(record: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, name) => (isObject(value) ? value[name] : undefined), record);
}

/** @throws SalesforceError as the query does */
export function runQueryJob(org: Org, job: QueryJob): void {
  const { columns, recordCount, page } = runQuery(org, job.base, job.query, job.operation === 'queryAll');
  const paths = columns.map((name) => name.split('.'));
  job.header = columns;
  job.rows = page(0, recordCount).map((record) => paths.map((path) => textOf(valueAt(record, path))));
}
