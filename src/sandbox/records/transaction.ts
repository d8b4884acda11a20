/** How a failed all-or-none request is taken back. */

/** Remembers how to undo each write, for as long as a transaction is open. */
export class Transactions {
  #undo: (() => void)[] = [];
  #depth = 0;

  /** Called with each write; outside a transaction there is nothing to remember. */
  remember(undo: () => void): void {
    if (this.#depth > 0) this.#undo.push(undo);
  }

  /** Runs `work` and takes its writes back when `isKept` says no to its result. */
  run<T>(work: () => T, isKept: (result: T) => boolean): T {
    const mark = this.#undo.length;
    this.#depth += 1;
    try {
      const result = work();
      if (!isKept(result)) this.#rollBackTo(mark);
      return result;
    } catch (error) {
      this.#rollBackTo(mark);
      throw error;
    } finally {
      this.#depth -= 1;
      if (this.#depth === 0) this.#undo = [];
    }
  }

  #rollBackTo(mark: number): void {
    while (this.#undo.length > mark) this.#undo.pop()?.();
  }
}
