/** Paging and the ListResponse message (RFC 7644 §3.4.2, §3.4.2.4; RFC 9865). */
import { readCursor, type Place } from './cursor.ts';
import { invalidCount, invalidValue } from './errors.ts';
import type { JsonObject } from './json.ts';

export const LIST_RESPONSE_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';

/** Which page is asked for: by its index, or by the cursor of the page before it. */
export type Paging = IndexPaging | CursorPaging;

export interface IndexPaging {
  readonly kind: 'index';
  /** 1 is the first resource. */
  readonly startIndex: number;
  /** At most this many resources; 0 asks for the total only. */
  readonly count: number;
}

export interface CursorPaging {
  readonly kind: 'cursor';
  readonly count: number;
  /** Absent: the first page. */
  readonly after?: Place;
}

export interface PageLimits {
  readonly defaultCount: number;
  readonly maxCount: number;
}

/** Query parameters are strings, members of a SearchRequest are numbers: both are read. */
export interface PageQuery {
  readonly startIndex?: unknown;
  readonly count?: unknown;
  readonly cursor?: string | undefined;
}

/**
 * Reads `startIndex` and `count`, or `cursor` and `count`.
 *
 * @param query all else that a cursor is bound to
 * @throws ScimError invalidValue, invalidCursor or invalidCount
 */
export function parsePaging(page: PageQuery, query: string, limits: PageLimits): Paging {
  return page.cursor === undefined ? parseIndex(page, limits) : parseCursor(page, page.cursor, query, limits);
}

/** Too small a number means the smallest, too large a count the largest page. */
function parseIndex(page: PageQuery, limits: PageLimits): IndexPaging {
  const startIndex = parseInteger('startIndex', page.startIndex) ?? 1;
  const count = parseInteger('count', page.count) ?? limits.defaultCount;
  return { kind: 'index', startIndex: Math.max(1, startIndex), count: Math.min(Math.max(0, count), limits.maxCount) };
}

/** A client that follows cursors must know how large its pages are: too large a count is refused here (RFC 9865 §2.1). */
function parseCursor(page: PageQuery, cursor: string, query: string, limits: PageLimits): CursorPaging {
  if (parseInteger('startIndex', page.startIndex) !== undefined)
    throw invalidValue('startIndex and cursor cannot be given together');
  const count = parseCount(page.count, limits);
  const after = readCursor(query, count, cursor);
  return { kind: 'cursor', count, ...(after && { after }) };
}

function parseCount(value: unknown, { defaultCount, maxCount }: PageLimits): number {
  const count = Math.max(0, parseInteger('count', value, invalidCount) ?? defaultCount);
  if (count <= maxCount) return count;
  throw invalidCount(`count must be at most ${maxCount} with a cursor`);
}

function parseInteger(parameter: string, value: unknown, fault = invalidValue): number | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const number = typeof value === 'string' && /^[+-]?\d+$/.test(value.trim()) ? Number(value) : value;
  if (typeof number === 'number' && Number.isInteger(number)) return clampToSafe(number);
  throw fault(`${parameter} must be an integer`);
}

/** Twenty nines are an integer to a client and must not become 1e20 in a SQL statement. */
function clampToSafe(number: number): number {
  return Math.min(Math.max(number, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);
}

/** The answer to a query. `Resources` is always there: WSO2 IS and test suites read it also when it is empty. */
export function listResponse(list: {
  readonly total: number;
  readonly startIndex: number;
  readonly resources: readonly JsonObject[];
}): JsonObject {
  return {
    schemas: [LIST_RESPONSE_SCHEMA],
    totalResults: list.total,
    startIndex: list.startIndex,
    itemsPerPage: list.resources.length,
    Resources: [...list.resources],
  };
}
