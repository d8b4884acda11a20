/** How a failed all-or-none request is taken back. */

/** Remembers how to undo each write and whom to tell of it, for as long as a transaction is open. */
export class Transactions {
  #undo: (() => void)[] = [];
  #tell: (() => void)[] = [];
  #depth = 0;

  /** Called with each write; outside a transaction there is nothing to remember. */
  remember(undo: () => void): void {
    if (this.#depth > 0) this.#undo.push(undo);
  }

  /** Calls `tell` once its write can no longer be taken back: at once outside a transaction, else when the outermost ends. */
  whenKept(tell: () => void): void {
    if (this.#depth > 0) this.#tell.push(tell);
    else tell();
  }

  /** Runs `work` and takes its writes back when `isKept` says no to its result. */
  run<T>(work: () => T, isKept: (result: T) => boolean): T {
    const mark = { undo: this.#undo.length, tell: this.#tell.length };
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
      if (this.#depth === 0) this.#end();
    }
  }

  #rollBackTo(mark: { readonly undo: number; readonly tell: number }): void {
    while (this.#undo.length > mark.undo) this.#undo.pop()?.();
    this.#tell.length = mark.tell;
  }

  #end(): void {
    const kept = this.#tell;
    this.#undo = [];
    this.#tell = [];
    for (const tell of kept) tell();
  }
}
