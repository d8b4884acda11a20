/** Where the crash suite takes its chances from: one seed, printed, that a failed run can be started with again. */

/** mulberry32: small, fast and the same everywhere; nothing here has to be unpredictable. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** At least 0, less than 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from `min` to `max`, both included. */
  int(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1));
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  pick<T>(items: readonly T[]): T {
    const item = items[this.int(0, items.length - 1)];
    if (item === undefined) throw new TypeError('nothing to pick from');
    return item;
  }

  /** One of the names, each as often as its weight says. */
  weighted<Name extends string>(weights: Readonly<Record<Name, number>>): Name {
    const entries = Object.entries<number>(weights) as [Name, number][];
    let rest = this.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [name, weight] of entries) if ((rest -= weight) < 0) return name;
    throw new TypeError('no weights');
  }

  /** A source of its own, so that what one client draws does not depend on how fast another is. */
  fork(): Random {
    return new Random(this.int(0, 2 ** 32 - 1));
  }
}

/** The chances of one scenario: the seed of the run, and the scenario's name. */
export function randomOf(scenario: string): Random {
  const seed = Number(process.env['CRASH_SEED'] ?? 1);
  const name = Buffer.from(scenario).reduce((hash, byte) => (Math.imul(hash, 31) + byte) | 0, 7);
  return new Random(seed ^ name);
}
