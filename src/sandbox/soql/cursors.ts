/** Where the rest of a long query result waits for queryMore (Query More Results). */
import type { OutputRecord } from '../records/render.ts';

const DAY = 24 * 60 * 60_000;
const LIFETIME_MS = 2 * DAY;
// Salesforce keeps ten open cursors for a user and drops the oldest.
const MAX_CURSORS = 10;

export interface Cursor {
  readonly totalSize: number;
  readonly recordCount: number;
  readonly pageSize: number;
  /** Renders the records from `start`, `pageSize` of them at most. */
  readonly page: (start: number) => readonly OutputRecord[];
}

interface Kept extends Cursor {
  readonly expiresAt: number;
}

export class CursorStore {
  readonly #byLocator = new Map<string, Kept>();

  keep(locator: string, cursor: Cursor, now: Date): void {
    this.#byLocator.set(locator, { ...cursor, expiresAt: now.getTime() + LIFETIME_MS });
    const [oldest] = this.#byLocator.keys();
    if (this.#byLocator.size > MAX_CURSORS && oldest !== undefined) this.#byLocator.delete(oldest);
  }

  /** The cursor, unless it was never there, is two days old, or was pushed out. */
  find(locator: string, now: Date): Cursor | null {
    const cursor = this.#byLocator.get(locator);
    return cursor && cursor.expiresAt > now.getTime() ? cursor : null;
  }
}
