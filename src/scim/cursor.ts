/** What a cursor holds: the place in a sorted list after which a page begins (RFC 9865 §2). */
import { createHash } from 'node:crypto';
import { invalidCount, invalidCursor } from './errors.ts';

/** The last resource of a page. Nothing is kept for a cursor, so that it never expires. */
export interface Place {
  /** Value that the list is sorted by; null where the resource has none or nothing is sorted. */
  readonly key: string | number | null;
  readonly seq: number;
}

/** @param query all that must be the same in the next request, but for `count` */
export function printCursor(query: string, count: number, { key, seq }: Place): string {
  const held = JSON.stringify([count, seq, key]);
  return `${digest(query, held)}${Buffer.from(held).toString('base64url')}`;
}

/**
 * Reads a cursor of the same query.
 *
 * @returns undefined for the empty one, which asks for the first page
 * @throws ScimError invalidCursor, or invalidCount when `count` is not that of the first request
 */
export function readCursor(query: string, count: number, cursor: string): Place | undefined {
  if (cursor === '') return undefined;
  const held = Buffer.from(cursor.slice(DIGEST_CHARACTERS), 'base64url').toString();
  if (cursor !== `${digest(query, held)}${Buffer.from(held).toString('base64url')}`)
    throw invalidCursor('cursor must be empty, or the nextCursor of a page of the same query');
  // Our own, as its digest says.
  const [itsCount, seq, key] = JSON.parse(held) as [number, number, Place['key']];
  if (itsCount !== count) throw invalidCount(`count must be ${itsCount} as in the first request of this cursor`);
  return { key, seq };
}

const DIGEST_CHARACTERS = 16;

/** Tells damage and other queries; it guards nothing, for a cursor allows no more than the query itself does. */
function digest(query: string, held: string): string {
  return createHash('sha256')
    .update(JSON.stringify([query, held]))
    .digest('base64url')
    .slice(0, DIGEST_CHARACTERS);
}
