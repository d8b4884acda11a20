/** A bulk load that this process sees to: how far it is stands in the database before the next step is taken. */
import type { ConnectorEntry, Load } from '../../storage/store.ts';
import { SETTLE_MARGIN_MS } from '../batch/deliver-batch.ts';
import type { DeliveryContext, LoadPolicy } from '../delivery.ts';

/** How long after the end of a job that was broken off a batch of it may still be written. */
const BROKEN_OFF_MS = 60_000;

/** Another process sees to the load by now: nothing more may be done for it. */
export class LoadLost extends Error {
  constructor() {
    super('another process sees to the bulk load');
    this.name = 'LoadLost';
  }
}

export class HeldLoad {
  readonly #context: DeliveryContext;
  #load: Load;

  constructor(context: DeliveryContext, load: Load) {
    this.#context = context;
    this.#load = load;
  }

  get load(): Load {
    return this.#load;
  }

  /**
   * A sign of life, and what is known by now.
   *
   * @returns epoch milliseconds by which the next call has to end
   * @throws LoadLost
   */
  async keep(more: Pick<Partial<Load>, 'jobId' | 'processed'> = {}): Promise<number> {
    const { leaseMs, now } = this.#context;
    await this.#note({ ...more, heldUntil: now() + leaseMs });
    return this.#load.heldUntil - SETTLE_MARGIN_MS;
  }

  /** Whoever comes first sees to it from now on. */
  async giveBack(): Promise<void> {
    await this.#note({ heldUntil: this.#context.now() });
  }

  /** Nothing of the job can be written any more. @param isBrokenOff but for what was under way @throws LoadLost */
  async end(event: 'load ended' | 'load refused', reason: string, isBrokenOff = false): Promise<void> {
    const { store, connector, now, onEvent } = this.#context;
    const { users, jobId, startedAt } = this.#load;
    const named = jobId === undefined ? {} : { jobId };
    const entry: ConnectorEntry = { event, reason: jobId === undefined ? reason : `job ${jobId}: ${reason}`, users };
    const at = now();
    const dueAt = isBrokenOff ? at + BROKEN_OFF_MS : at;
    if (!(await store.endLoad(connector, this.#load, { dueAt, at, entry }))) throw new LoadLost();
    onEvent({ kind: 'load', event, ...named, reason, users, durationMs: at - startedAt });
  }

  async #note(more: Partial<Load>): Promise<void> {
    const { store, connector, now } = this.#context;
    if (!(await store.keepLoad(connector, this.#load, more, now()))) throw new LoadLost();
    this.#load = { ...this.#load, ...more };
  }
}

/** The waits between two looks at a job, each half as long again. */
export function* pollWaits({ pollMs, maxPollMs }: LoadPolicy, leaseMs: number): Generator<number, never> {
  // The hold is renewed at each look.
  const longest = Math.min(maxPollMs, leaseMs / 4);
  for (let waitMs = pollMs; ; waitMs *= 1.5) yield Math.min(waitMs, longest);
}
