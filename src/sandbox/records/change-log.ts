/** Which rows changed since a moment: what a client asks that keeps a copy (SystemModstamp). */
import type { Row } from '../schema/field.ts';

interface Change {
  readonly id: string;
  readonly stamp: string;
}

/** Changes in the order of their stamps; a row stands here once for each change, until the next rebuild. */
export class ChangeLog {
  #changes: Change[] = [];

  get size(): number {
    return this.#changes.length;
  }

  /** A stamp that lies before the last one, because a clock went back or a write was taken back, counts as the last. */
  add(id: string, stamp: string): void {
    const last = this.#changes.at(-1)?.stamp ?? '';
    this.#changes.push({ id, stamp: stamp > last ? stamp : last });
  }

  /** Ids that include every row with that stamp or a later one; a row may come that has an earlier one. */
  since(stamp: string): Set<string> {
    return new Set(this.#changes.slice(this.#firstFrom(stamp)).map(({ id }) => id));
  }

  /** Keeps one change for each row. */
  rebuild(rows: Iterable<Row>): void {
    this.#changes = [...rows]
      .map((row) => ({ id: String(row['Id']), stamp: String(row['SystemModstamp'] ?? '') }))
      .sort((left, right) => (left.stamp < right.stamp ? -1 : Number(left.stamp > right.stamp)));
  }

  /** The place of the first change that is not before `stamp`, found by halving. */
  #firstFrom(stamp: string): number {
    let [low, high] = [0, this.#changes.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#changes[middle]?.stamp ?? '') < stamp) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
