/** When a worker makes a bulk load, beside its batches, and which lanes are left to these meanwhile. */
import type { ClaimRequest, Load } from '../../storage/store.ts';
import type { BatchResult } from '../batch/deliver-batch.ts';
import type { DeliveryContext, LoadPolicy } from '../delivery.ts';
import { recoverLoad } from './recover-load.ts';
import { runLoad, type LoadContext, type LoadResult } from './run-load.ts';

const MINUTE = 60_000;

const DEFAULT_POLLS = { pollMs: 1_000, maxPollMs: 15_000 };

/** @param from new users that have to wait; 0: none is ever enough */
export const loadPolicy = (from: number): LoadPolicy | undefined =>
  from === 0 ? undefined : { from, ...DEFAULT_POLLS };

/** How long the batches have it all, after a load came to this. */
const REST_MS: Readonly<Record<LoadResult['kind'], number>> = {
  done: 0,
  // A minute is what its lanes wait; the next job would most likely end alike.
  broken: 10 * MINUTE,
  few: MINUTE,
  refused: 60 * MINUTE,
  left: 0,
};

const FAILURE_MS = MINUTE;

export class LoadTurns {
  readonly #context: DeliveryContext;
  readonly #onEnd: (result: BatchResult) => Promise<void>;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  #restUntil = 0;

  /** @param onEnd is told of each load, as of a batch */
  constructor(context: DeliveryContext, onEnd: (result: BatchResult) => Promise<void>) {
    this.#context = context;
    this.#onEnd = onEnd;
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  /** Starts what is to be started. @param seen the load that the database tells of @returns the lanes that batches may have */
  async take(seen: Load | undefined): Promise<ClaimRequest['which']> {
    const { load: policy, now } = this.#context;
    if (!this.isRunning && seen && seen.heldUntil <= now()) this.#start(() => this.#recover(seen));
    if (!policy || !(await this.#isWorthIt(policy))) return undefined;
    if (!this.isRunning && !seen) this.#start(() => runLoad(this.#withWaits(policy)));
    return 'known';
  }

  /** Resolves when the load is left to whoever comes first: its job goes on in Salesforce. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #isWorthIt({ from }: LoadPolicy): Promise<boolean> {
    const { store, connector, target, dryRun, now } = this.#context;
    if (dryRun || !target.loader || target.externalIdField === undefined || now() < this.#restUntil) return false;
    return (await store.countNewLanes(connector, now(), from)) >= from;
  }

  /** Ends what another process, or this one, left behind. */
  #recover(seen: Load): Promise<LoadResult> {
    return recoverLoad(this.#withWaits(), seen);
  }

  /** Asks Salesforce of it once, and ends it where nothing has to be waited for. */
  probe(seen: Load): Promise<LoadResult> {
    return recoverLoad({ ...this.#withWaits(), wait: () => Promise.resolve(false) }, seen);
  }

  #withWaits(load = this.#context.load ?? { from: 0, ...DEFAULT_POLLS }): LoadContext {
    return { ...this.#context, load, wait: (ms) => waitFor(ms, this.#stop.signal) };
  }

  #start(act: () => Promise<LoadResult>): void {
    if (this.#stop.signal.aborted) return;
    this.#running = this.#run(act).finally(() => {
      this.#running = undefined;
    });
  }

  async #run(act: () => Promise<LoadResult>): Promise<void> {
    try {
      const result = await act();
      this.#restUntil = Math.max(this.#restUntil, this.#context.now() + REST_MS[result.kind]);
      await this.#onEnd(result);
    } catch (error) {
      this.#restUntil = this.#context.now() + FAILURE_MS;
      this.#context.onEvent({ kind: 'batch failed', error });
    }
  }
}

/** @returns false when it was to stop before */
function waitFor(ms: number, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', finish);
      resolve(!signal.aborted);
    };
    const timer = setTimeout(finish, ms);
    signal.addEventListener('abort', finish);
  });
}
