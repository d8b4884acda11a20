/** How records are read with SOQL: lists cut to what a URI holds, pages followed to the end (REST API Developer Guide, Query). */
import type { ApiReply, Connection } from './connection.ts';
import { done, failed, unexpectedResponse, type Result } from './errors.ts';
import { isObject, isText, listOf } from './json.ts';
import { quoteSoql } from './soql.ts';

type Row = Readonly<Record<string, unknown>>;

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
  sobject = 'Lead',
): Promise<Result<readonly Row[]>> {
  const rows: Row[] = [];
  for (const literals of chunkLiterals(values.map(quoteSoql))) {
    const soql = `SELECT ${select.join(', ')} FROM ${sobject} WHERE ${field} IN (${literals.join(',')})`;
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
    const result = await connection.call({ method: 'GET', path, resource: 'query', records: countRecords, deadline });
    if (result.kind === 'failed') return result;
    const page = readPage(result.value);
    if (page.kind === 'failed') return page;
    rows.push(...page.value.rows);
    path = page.value.next;
  }
  return done(rows);
}

const countRecords = (body: unknown): number => listOf(body, 'records').length;

interface Page {
  readonly rows: readonly Row[];
  readonly next: string | undefined;
}

function readPage({ status, body }: ApiReply): Result<Page> {
  if (!isObject(body) || !Array.isArray(body['records']))
    return malformed(status, 'the answer to a query has no records');
  const rows = listOf(body, 'records').filter(isObject);
  if (body['done'] !== false) return done({ rows, next: undefined });
  const next = body['nextRecordsUrl'];
  if (!isText(next) || !next.startsWith('/')) return malformed(status, 'a page of a query does not name the next one');
  return done({ rows, next });
}

const malformed = (status: number, message: string): Result<never> =>
  failed(unexpectedResponse(status, message, false));

function chunkLiterals(literals: readonly string[]): readonly (readonly string[])[] {
  const chunks: string[][] = [];
  let room = 0;
  for (const literal of literals) {
    const bytes = uriBytes(literal);
    if (bytes > room) {
      chunks.push([]);
      room = MAX_URI_BYTES - URI_OVERHEAD_BYTES;
    }
    chunks.at(-1)?.push(literal);
    room -= bytes;
  }
  return chunks;
}

/** With the comma behind it; `'` may go out as `%27`, though encodeURIComponent leaves it. */
const uriBytes = (literal: string): number => encodeURIComponent(`${literal},`).replaceAll("'", '%27').length;
