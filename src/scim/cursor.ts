/** What a cursor holds: the place in a sorted list after which a page begins (RFC 9865 §2). */
import { createHash } from 'node:crypto';
import { invalidCount, invalidCursor } from './errors.ts';
import { isText } from './json.ts';

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
  const parts = parseHeld(held);
  // Anybody can compute the digest, so what is held is checked before it comes near a database (RFC 9865 §5.2).
  if (!parts) throw invalidCursor('cursor is not one of this service');
  const [itsCount, seq, key] = parts;
  if (itsCount !== count) throw invalidCount(`count must be ${itsCount} as in the first request of this cursor`);
  return { key, seq };
}

function parseHeld(held: string): readonly [number, number, Place['key']] | undefined {
  const value = parseJson(held);
  const [count, seq, key, ...others] = Array.isArray(value) ? (value as readonly unknown[]) : [];
  const isWhole = isIndex(count) && isIndex(seq) && isKey(key) && others.length === 0;
  return isWhole ? [count, seq, key] : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isIndex = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

const isKey = (value: unknown): value is Place['key'] =>
  value === null || Number.isFinite(value) || (typeof value === 'string' && isText(value));

const DIGEST_CHARACTERS = 16;

/** Tells damage and other queries; it guards nothing, for a cursor allows no more than the query itself does. */
function digest(query: string, held: string): string {
  return createHash('sha256')
    .update(JSON.stringify([query, held]))
    .digest('base64url')
    .slice(0, DIGEST_CHARACTERS);
}
