/** Pages of lists: `limit` and `cursor` in, `nextCursor` out; nothing is kept for a cursor, so none expires. */
import { Type } from './schema.ts';
import { printCursor, readCursor, type Place } from '../../scim/cursor.ts';
import { ScimError } from '../../scim/errors.ts';
import { Problem } from './problem.ts';

export const PAGE_PARAMETERS = {
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200, default: 50, description: 'Entries of a page.' })),
  cursor: Type.Optional(
    Type.String({ description: '`nextCursor` of the page before, with the same other parameters; absent: the first.' }),
  ),
};

export const NEXT_CURSOR = Type.Optional(
  Type.String({ description: '`cursor` of the next page; absent on the last one.' }),
);

export interface PageRequest {
  readonly limit?: number;
  readonly cursor?: string;
}

/** The schema puts the default in before a handler runs. */
export const limitOf = ({ limit = 50 }: PageRequest): number => limit;

/** `limit` is no part of it: it may differ from page to page. */
const ANY_LIMIT = 0;

/**
 * @param query what must be the same for a cursor to mean anything
 * @throws Problem when the cursor is none of this list
 */
export function placeOf(query: readonly unknown[], { cursor = '' }: PageRequest): Place | undefined {
  try {
    return readCursor(JSON.stringify(query), ANY_LIMIT, cursor);
  } catch (error) {
    throw error instanceof ScimError ? badCursor() : error;
  }
}

export function badCursor(): Problem {
  const detail = 'must be the nextCursor of a page of the same query: leave it out to begin again';
  return new Problem('invalid-request', `cursor ${detail}`, [{ parameter: 'cursor', detail }]);
}

export const cursorAt = (query: readonly unknown[], place: Place): string =>
  printCursor(JSON.stringify(query), ANY_LIMIT, place);

/**
 * Cuts a page off what was read with one entry more than it holds.
 *
 * @returns its entries, and the cursor of the next page when there is one
 */
export function toPage<Entry>(
  read: readonly Entry[],
  limit: number,
  query: readonly unknown[],
  placeOfEntry: (entry: Entry) => Place,
): { readonly entries: readonly Entry[]; readonly next: { readonly nextCursor?: string } } {
  const entries = read.slice(0, limit);
  const last = entries.at(-1);
  const next = read.length > limit && last !== undefined ? { nextCursor: cursorAt(query, placeOfEntry(last)) } : {};
  return { entries, next };
}
