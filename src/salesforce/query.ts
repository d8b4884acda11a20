/** How records are read with SOQL: lists cut to what a URI holds, pages followed to the end (REST API Developer Guide, Query). */
import type { ApiReply, Connection } from './connection.ts';
import { done, failed, unexpectedResponse, type Result } from './errors.ts';
import { isObject, isText, listOf } from './json.ts';
import { quoteSoql } from './soql.ts';

export type Row = Readonly<Record<string, unknown>>;

/** Salesforce refuses a URI with its headers above 16 kB, and proxies often less. */
const MAX_URI_BYTES = 12_000;

/** Room for path, SELECT and FROM. */
const URI_OVERHEAD_BYTES = 1000;

/**
 * Reads every row whose `field` is one of `values`, with as few calls as the length of a URI allows.
 *
 * @param select API names of the fields to read
 * @param values of unequal length are fine; none may be longer than a URI
 */
export async function queryIn(
  connection: Connection,
  select: readonly string[],
  field: string,
  values: readonly string[],
  deadline: number,
): Promise<Result<readonly Row[]>> {
  const rows: Row[] = [];
  for (const literals of chunkLiterals(values.map(quoteSoql), overheadOf(select))) {
    const soql = `SELECT ${select.join(', ')} FROM Lead WHERE ${field} IN (${literals.join(',')})`;
    const result = await query(connection, soql, deadline);
    if (result.kind === 'failed') return result;
    rows.push(...result.value);
  }
  return done(rows);
}

/** Follows `nextRecordsUrl` until Salesforce says `done`. */
async function query(connection: Connection, soql: string, deadline: number): Promise<Result<readonly Row[]>> {
  const rows: Row[] = [];
  let path: string | undefined = `query?q=${encodeURIComponent(soql)}`;
  while (path !== undefined) {
    const page = await queryPage(connection, path, deadline);
    if (page.kind === 'failed') return page;
    rows.push(...page.value.rows);
    path = page.value.next;
  }
  return done(rows);
}

/** @param path of a first page with its SOQL, or the `next` of another page */
export async function queryPage(connection: Connection, path: string, deadline: number): Promise<Result<Page>> {
  const result = await connection.call({ method: 'GET', path, resource: 'query', records: countRecords, deadline });
  return result.kind === 'failed' ? result : readPage(result.value);
}

const countRecords = (body: unknown): number => listOf(body, 'records').length;

export interface Page {
  readonly rows: readonly Row[];
  /** Rows of all pages together. */
  readonly total: number;
  readonly next: string | undefined;
}

function readPage({ status, body }: ApiReply): Result<Page> {
  if (!isObject(body) || !Array.isArray(body['records']))
    return malformed(status, 'the answer to a query has no records');
  const rows = listOf(body, 'records').filter(isObject);
  const total = typeof body['totalSize'] === 'number' ? body['totalSize'] : rows.length;
  if (body['done'] !== false) return done({ rows, total, next: undefined });
  const next = body['nextRecordsUrl'];
  if (!isText(next) || !next.startsWith('/')) return malformed(status, 'a page of a query does not name the next one');
  return done({ rows, total, next });
}

const malformed = (status: number, message: string): Result<never> =>
  failed(unexpectedResponse(status, message, false));

/** A long list of fields takes room from the values. */
const overheadOf = (select: readonly string[]): number =>
  Math.max(URI_OVERHEAD_BYTES, encodeURIComponent(select.join(', ')).length + URI_OVERHEAD_BYTES / 2);

function chunkLiterals(literals: readonly string[], overhead: number): readonly (readonly string[])[] {
  const chunks: string[][] = [];
  let room = 0;
  for (const literal of literals) {
    const bytes = uriBytes(literal);
    if (bytes > room) {
      chunks.push([]);
      room = MAX_URI_BYTES - overhead;
    }
    chunks.at(-1)?.push(literal);
    room -= bytes;
  }
  return chunks;
}

/** With the comma behind it; `'` may go out as `%27`, though encodeURIComponent leaves it. */
const uriBytes = (literal: string): number => encodeURIComponent(`${literal},`).replaceAll("'", '%27').length;
