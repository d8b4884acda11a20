/** How many Leads one call may hold: what Salesforce, with all its triggers and flows, does within a few seconds. */
import { MAX_RECORDS } from './collections.ts';
import { MAX_PARTS } from './composite.ts';

const SECOND = 1000;

/** Far from the time-out of a call, and from the 20 seconds above which Salesforce counts calls at the same time. */
const WANTED_MS = 5 * SECOND;

export class Pace {
  #msPerRecord: number | undefined;

  /** Records that the next call may hold, in full collections: 200–1,000; 200 until Salesforce's speed is known. */
  get records(): number {
    if (this.#msPerRecord === undefined) return MAX_RECORDS;
    const collections = Math.floor(WANTED_MS / (this.#msPerRecord * MAX_RECORDS));
    return MAX_RECORDS * Math.max(1, Math.min(MAX_PARTS, collections));
  }

  /** @param durationMs of a call with so many records, of which small ones tell little; undefined when no answer came */
  note(records: number, durationMs: number | undefined): void {
    if (durationMs === undefined) this.#msPerRecord = undefined;
    else if (records >= MAX_RECORDS) this.#msPerRecord = durationMs / records;
  }
}
