/** How long a value may be in a key table: PostgreSQL refuses an index row of more than 2,704 bytes, and a client may send any. */
import { createHash } from 'node:crypto';

/** Characters of four bytes at most, and the digest, stay below the limit beside type, attribute and number. */
export const MAX_KEY_CHARACTERS = 400;

/** @returns the value; of a longer one what it begins with, and a digest of all of it */
export function keyValue(value: string): string {
  if (value.length <= MAX_KEY_CHARACTERS) return value;
  const start = Array.from(value).slice(0, MAX_KEY_CHARACTERS).join('');
  return `${start} ${createHash('sha256').update(value).digest('hex')}`;
}
