/** How many users were delivered in each minute, and how long their changes had to wait: from the journal, so any process tells the same. */
import type { AttemptCount, AttemptEntry, Store } from '../storage/store.ts';

/** What the attempts of one minute came to. */
export interface Minute {
  /** Its beginning, epoch milliseconds. */
  readonly at: number;
  /** Attempts after which Salesforce was up to date, by writing. */
  readonly delivered: number;
  /** Attempts that are made again. */
  readonly failed: number;
  readonly parked: number;
  /** Half, and 95 of 100, of the changes waited no longer from their commit to their confirmation; absent when none was confirmed. */
  readonly latencyMsP50?: number;
  readonly latencyMsP95?: number;
}

const MINUTE = 60_000;
/** A settlement that the database did not take is tried again for a while, and tells when it was made first. */
const SETTLED_AFTER = 2 * MINUTE;

const COUNTED: Readonly<Record<AttemptEntry['outcome'], 'delivered' | 'failed' | 'parked' | undefined>> = {
  delivered: 'delivered',
  retried: 'failed',
  gated: 'failed',
  late: 'failed',
  parked: 'parked',
  // Nothing had to be written, or somebody has to say whether it may be.
  skipped: undefined,
  held: undefined,
};

/** Minutes that are over do not change: they are counted once. One by one, so that requests are answered between them. */
export class Throughput {
  readonly #store: Pick<Store, 'countAttempts'>;
  #known: ReadonlyMap<number, Minute> = new Map();

  constructor(store: Pick<Store, 'countAttempts'>) {
    this.#store = store;
  }

  /**
   * @param minutes how many, the one under way included
   * @param now epoch milliseconds
   * @returns oldest first
   */
  async read(minutes: number, now: number): Promise<readonly Minute[]> {
    const last = now - (now % MINUTE);
    const read: Minute[] = [];
    for (let at = last - (minutes - 1) * MINUTE; at <= last; at += MINUTE)
      read.push(this.#known.get(at) ?? summarise(at, await this.#store.countAttempts(at, at + MINUTE)));
    this.#known = new Map(read.filter(({ at }) => at + MINUTE + SETTLED_AFTER <= now).map((one) => [one.at, one]));
    return read;
  }
}

function summarise(at: number, counts: readonly AttemptCount[]): Minute {
  const total = { delivered: 0, failed: 0, parked: 0 };
  for (const { outcome, attempts } of counts) {
    const what = COUNTED[outcome];
    if (what !== undefined) total[what] += attempts;
  }
  const waits = counts.flatMap(({ latencyMs, attempts }) => (latencyMs === undefined ? [] : [{ latencyMs, attempts }]));
  waits.sort((a, b) => a.latencyMs - b.latencyMs);
  const [half, most] = [percentile(waits, 0.5), percentile(waits, 0.95)];
  return {
    at,
    ...total,
    ...(half !== undefined && { latencyMsP50: half }),
    ...(most !== undefined && { latencyMsP95: most }),
  };
}

/** The least wait that is no shorter than those of this share. @param waits shortest first */
function percentile(
  waits: readonly { readonly latencyMs: number; readonly attempts: number }[],
  share: number,
): number | undefined {
  let left = Math.ceil(share * waits.reduce((sum, { attempts }) => sum + attempts, 0));
  return waits.find(({ attempts }) => (left -= attempts) <= 0)?.latencyMs;
}
