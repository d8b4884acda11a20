/** Paging and the ListResponse message (RFC 7644 §3.4.2, §3.4.2.4). */
import { invalidValue } from './errors.ts';
import type { JsonObject } from './json.ts';

export const LIST_RESPONSE_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';

export interface Page {
  /** 1 is the first resource. */
  readonly startIndex: number;
  /** At most this many resources; 0 asks for the total only. */
  readonly count: number;
}

export interface PageLimits {
  readonly defaultCount: number;
  readonly maxCount: number;
}

/** Query parameters are strings, members of a SearchRequest are numbers: both are read. */
export interface PageQuery {
  readonly startIndex?: unknown;
  readonly count?: unknown;
}

/**
 * Reads `startIndex` and `count`; too small a number means the smallest, too large a count the largest page.
 *
 * @throws ScimError invalidValue naming the parameter that is not an integer
 */
export function parsePage(query: PageQuery, limits: PageLimits): Page {
  const startIndex = parseInteger('startIndex', query.startIndex) ?? 1;
  const count = parseInteger('count', query.count) ?? limits.defaultCount;
  return { startIndex: Math.max(1, startIndex), count: Math.min(Math.max(0, count), limits.maxCount) };
}

function parseInteger(parameter: string, value: unknown): number | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const number = typeof value === 'string' && /^[+-]?\d+$/.test(value.trim()) ? Number(value) : value;
  if (typeof number === 'number' && Number.isInteger(number)) return clampToSafe(number);
  throw invalidValue(`${parameter} must be an integer`);
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
