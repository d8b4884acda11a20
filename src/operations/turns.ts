/**
 * Changes of one resource, one after the other within this process. They would also be right without: a commit that lost the
 * race is computed anew. But of 50 PATCHes that an identity provider sends for one group at once, each round would let one win.
 */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Runs `action` when all that came before it for `key` are done, whatever became of them. */
  async take<T>(key: string, action: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key);
    const turn = before ? before.then(action, action) : action();
    this.#last.set(key, turn);
    try {
      return await turn;
    } finally {
      if (this.#last.get(key) === turn) this.#last.delete(key);
    }
  }
}
