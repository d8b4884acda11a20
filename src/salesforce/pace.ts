/** How many Leads one call may hold: what Salesforce, with all its triggers and flows, does within a few seconds. */
import { MAX_RECORDS } from './collections.ts';
import { MAX_PARTS } from './composite.ts';

/** Of the time-out: far from it, and at its default from the 20 seconds above which Salesforce counts calls at the same time. */
const WANTED_SHARE = 1 / 4;
/** A call that held less than this share of what it might says little of how long a full one takes. */
const TELLING_SHARE = 1 / 2;
/** What went well is at most so many times outdone by the next call. */
const MAX_GROWTH = 5;

export class Pace {
  readonly #timeoutMs: number;
  #records = MAX_RECORDS;

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
  }

  /** Records that the next call may hold: 1–1,000, above 200 in full collections; 200 until Salesforce's speed is known. */
  get records(): number {
    return this.#records;
  }

  /** @param durationMs of a call with so many records */
  note(records: number, durationMs: number): void {
    const fitting = this.#fit(records, durationMs);
    if (records >= this.#records * TELLING_SHARE) this.#set(Math.min(fitting, records * MAX_GROWTH));
    else if (durationMs > this.#timeoutMs * WANTED_SHARE) this.#set(Math.min(fitting, this.#records));
  }

  /** No answer came in time. */
  noteTimeout(records: number): void {
    this.#set(Math.min(this.#fit(records, this.#timeoutMs), this.#records));
  }

  /** What would have taken as long as a call should. */
  #fit(records: number, durationMs: number): number {
    const wantedMs = this.#timeoutMs * WANTED_SHARE;
    return durationMs > 0 ? Math.floor((records * wantedMs) / durationMs) : Infinity;
  }

  #set(records: number): void {
    const most = Math.min(records, MAX_RECORDS * MAX_PARTS);
    this.#records = most > MAX_RECORDS ? most - (most % MAX_RECORDS) : Math.max(1, most);
  }
}
