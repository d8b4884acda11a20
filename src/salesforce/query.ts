/** How records are read with SOQL: lists cut to what a URI holds and asked for together, pages followed to the end (REST API Developer Guide, Query). */
import type { Fault } from '../provisioning/lead-target.ts';
import { callTogether, MAX_PARTS, type Part } from './composite.ts';
import type { ApiReply, Connection } from './connection.ts';
import { done, failed, unexpectedResponse, type Result } from './errors.ts';
import { isObject, isText, listOf } from './json.ts';
import { quoteSoql } from './soql.ts';

export type Row = Readonly<Record<string, unknown>>;

/** Salesforce refuses a URI with its headers above 16 kB; those that a proxy might refuse travel in a body. */
const MAX_URI_BYTES = 12_000;

/** Room for path, SELECT and FROM. */
const URI_OVERHEAD_BYTES = 1000;

/** Which records are asked for, and what of them. */
interface Question {
  /** Default `Lead`. */
  readonly sobject?: string;
  /** API names of the fields to read. */
  readonly select: readonly string[];
  readonly field: string;
  /** Of unequal length are fine; none may be longer than a URI. */
  readonly values: readonly string[];
  /** Also those in the recycle bin. */
  readonly withDeleted?: boolean;
}

/**
 * Reads every record whose `field` is one of `values`, with as few calls as the length of a URI, and the number of queries that
 * travel together, allow.
 */
export async function queryIn(
  connection: Connection,
  { sobject = 'Lead', select, field, values, withDeleted = false }: Question,
  deadline: number,
): Promise<Result<readonly Row[]>> {
  const resource = withDeleted ? 'queryAll' : 'query';
  const parts = chunkLiterals(values.map(quoteSoql), overheadOf(select)).map((literals) => {
    const soql = `SELECT ${select.join(', ')} FROM ${sobject} WHERE ${field} IN (${literals.join(',')})`;
    return partOf(resource, queryPath(resource, soql));
  });
  const rows: Row[] = [];
  for (let first = 0; first < parts.length; first += MAX_PARTS) {
    const results = await callTogether(connection, parts.slice(first, first + MAX_PARTS), deadline);
    for (const result of results) {
      const read = await readAll(connection, result, resource, deadline);
      if (read.kind === 'failed') return read;
      rows.push(...read.value);
    }
  }
  return done(rows);
}

type Resource = 'query' | 'queryAll';

/** As it goes out, so that its length is known. */
export const queryPath = (resource: Resource, soql: string): string =>
  `${resource}?q=${encodeURIComponent(soql).replaceAll("'", '%27')}`;

const partOf = (resource: Resource, path: string): Part => ({ method: 'GET', path, resource, records: countRecords });

/** Follows `nextRecordsUrl` until Salesforce says `done`. */
async function readAll(
  connection: Connection,
  first: Result<ApiReply>,
  resource: Resource,
  deadline: number,
): Promise<Result<readonly Row[]>> {
  const rows: Row[] = [];
  for (let result = first; ;) {
    if (result.kind === 'failed') return failed(faultOfQuery(result.fault));
    const page = readPage(result.value);
    if (page.kind === 'failed') return page;
    rows.push(...page.value.rows);
    if (page.value.next === undefined) return done(rows);
    result = await connection.call({ ...partOf(resource, page.value.next), deadline });
  }
}

/** @param path of a first page with its SOQL, or the `next` of another page */
export async function queryPage(connection: Connection, path: string, deadline: number): Promise<Result<Page>> {
  // There is a result for each part.
  const [result] = (await callTogether(connection, [partOf('query', path)], deadline)) as [Result<ApiReply>];
  return result.kind === 'failed' ? failed(faultOfQuery(result.fault)) : readPage(result.value);
}

const TOO_LONG: ReadonlySet<string> = new Set(['HTTP_413', 'HTTP_414', 'HTTP_431']);

/** How long a query is says nothing of any record that it asks for. */
const faultOfQuery = (fault: Fault): Fault => (TOO_LONG.has(fault.code) ? { ...fault, code: 'QUERY_TOO_LONG' } : fault);

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
