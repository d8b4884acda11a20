/** The only reader of time. */

export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** Milliseconds since some start; goes on evenly whatever is done to the clock on the wall, also while the process is stopped. */
const elapsed = (): number => performance.now();

/** A reading that took longer says too little. */
const MAX_READING_MS = 1_000;

/**
 * The time that all processes on one database go by: read there now and then, counted on in between. So a clock that is set,
 * or differs between machines, ends no lease early and makes no batch wait.
 */
export class SharedClock implements Clock {
  readonly #read: () => Promise<number>;
  readonly #elapsed: () => number;
  #offset: number;
  #isSynced = false;

  /**
   * @param read the shared time, epoch milliseconds
   * @param elapsedMs for tests
   */
  constructor(read: () => Promise<number>, elapsedMs = elapsed, now = systemClock.now()) {
    this.#read = read;
    this.#elapsed = elapsedMs;
    this.#offset = now - elapsedMs();
  }

  now(): number {
    return Math.round(this.#offset + this.#elapsed());
  }

  /** Reads the shared time. @returns milliseconds that this clock went forward, or back when negative */
  async sync(): Promise<number> {
    const before = this.#elapsed();
    const shared = await this.#read();
    const tookMs = this.#elapsed() - before;
    const step = shared - (this.#offset + before + tookMs / 2);
    // Within what the reading itself may have cost there is nothing to correct.
    // The first is better than the clock of this machine, however long it took.
    if (this.#isSynced && (tookMs > MAX_READING_MS || Math.abs(step) <= tookMs / 2 + 1)) return 0;
    this.#isSynced = true;
    this.#offset += step;
    return step;
  }
}
