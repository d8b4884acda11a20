/** How a query is answered page by page (Query, QueryAll, Query More Results). */
import { invalidLocator, malformedQuery } from '../errors.ts';
import { ok, pageSizeOf, param, type Answer, type Call } from './call.ts';
import type { Cursor } from '../soql/cursors.ts';
import { runQuery } from '../soql/run-query.ts';

const LOCATOR_PREFIX = '0r8';

const pageAddress = (call: Call, locator: string, start: number): string => `${call.base}/query/${locator}-${start}`;

function answerPage(call: Call, locator: string, cursor: Cursor, start: number): Answer {
  const end = start + cursor.pageSize;
  const done = end >= cursor.recordCount;
  const next = done ? {} : { nextRecordsUrl: pageAddress(call, locator, end) };
  return ok({ totalSize: cursor.totalSize, done, ...next, records: cursor.page(start) });
}

function answerQuery(call: Call, withDeleted: boolean): Answer {
  const soql = call.query.get('q');
  if (soql === null) throw malformedQuery('A query string has to be specified');
  const { totalSize, recordCount, page } = runQuery(call.org, call.base, soql, withDeleted);
  const pageSize = pageSizeOf(call);
  const cursor: Cursor = { totalSize, recordCount, pageSize, page: (start) => page(start, pageSize) };
  const locator = call.org.newId(LOCATOR_PREFIX);
  if (recordCount > pageSize) call.org.cursors.keep(locator, cursor, call.org.now());
  return answerPage(call, locator, cursor, 0);
}

export const query = (call: Call): Answer => answerQuery(call, false);

export const queryAll = (call: Call): Answer => answerQuery(call, true);

export function queryMore(call: Call): Answer {
  const [locator = '', start = ''] = param(call, 'locator').split('-');
  const cursor = call.org.cursors.find(locator, call.org.now());
  if (!cursor || !/^\d+$/.test(start) || Number(start) > cursor.recordCount) throw invalidLocator();
  return answerPage(call, locator, cursor, Number(start));
}
