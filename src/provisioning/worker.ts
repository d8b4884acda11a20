/** The delivery loop of one connector: when to claim, when to wait, when to leave Salesforce alone. */
import { ConnectorGate, type Passage } from './gate/connector-gate.ts';
import { deliverBatch, type BatchResult } from './batch/deliver-batch.ts';
import type { ClaimRequest } from '../storage/store.ts';
import type { DeliveryContext } from './delivery.ts';
import { LoadTurns } from './loads/load-turns.ts';

interface WorkerTiming {
  /** A batch is sent when no change came for this long … */
  readonly quietMs: number;
  /** … or when its first change waited this long, or when it is full. */
  readonly maxLingerMs: number;
  /** Longest sleep without a look at the database. */
  readonly pollMs: number;
}

/** Users that arrive together leave together, and one that arrives alone waits 25 ms. */
export const DEFAULT_TIMING: WorkerTiming = { quietMs: 25, maxLingerMs: 500, pollMs: 5_000 };

/** Pause after an error of our own, so that a broken database is not asked in a tight loop. */
const FAILURE_PAUSE_MS = 1_000;

/** Between two looks for what batches may have while others wait for a bulk load. */
const LOAD_WAIT_MS = 500;

export class Worker {
  readonly #context: DeliveryContext;
  readonly #timing: WorkerTiming;
  #changes = 0;
  readonly #gate: ConnectorGate;
  readonly #loads: LoadTurns;
  #stopped = false;
  #wake: (() => void) | undefined;
  #unsubscribe: (() => void) | undefined;
  #loop: Promise<void> | undefined;

  constructor(context: DeliveryContext, timing: WorkerTiming = DEFAULT_TIMING) {
    this.#context = context;
    this.#timing = timing;
    this.#gate = new ConnectorGate(context);
    this.#loads = new LoadTurns(context, async (result) => {
      await this.#gate.leave({ kind: 'go', limit: 0 }, result);
      this.#changes += 1;
      this.#wake?.();
    });
  }

  /** A start is somebody's act: a gate that waits for one opens, and what was parked is tried again. */
  async start(): Promise<void> {
    const { store, connector } = this.#context;
    await this.#gate.start();
    await store.releaseLanes(connector, this.#context.now());
    this.#unsubscribe = store.onDue((due) => {
      if (due !== connector) return;
      this.#changes += 1;
      this.#wake?.();
    });
    this.#loop = this.#run();
  }

  /** Claims nothing more; resolves when the batch in flight is settled, and a bulk load is left to who comes next. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#unsubscribe?.();
    this.#wake?.();
    await Promise.all([this.#loop, this.#loads.stop()]);
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      try {
        await this.#waitForWork();
        await this.#deliver();
      } catch (error) {
        this.#context.onEvent({ kind: 'batch failed', error });
        await this.#sleep(FAILURE_PAUSE_MS);
      }
    }
  }

  async #deliver(): Promise<void> {
    if (this.#stopped) return;
    const entry = await this.#gate.enter();
    if (entry.kind === 'stay') return this.#sleep(Math.min(entry.waitMs, this.#timing.pollMs));
    if (entry.kind === 'idle') {
      this.#changes = 0;
      return;
    }
    // Behind a gate one record asks for all.
    const which = entry.behind ? undefined : (entry.which ?? (await this.#loads.take(entry.load)));
    const result = await this.#deliverBehind(entry, which);
    this.#changes = result.claimed < entry.limit ? 0 : Math.max(0, this.#changes - result.claimed);
    const paceMs = await this.#gate.leave(entry, result);
    if (paceMs > 0) await this.#sleep(paceMs);
    // Those that wait for a load are due, and still nothing is to be done.
    else if (which && result.claimed === 0) await this.#sleep(LOAD_WAIT_MS, () => this.#changes > 0);
  }

  async #deliverBehind(passage: Passage, which: ClaimRequest['which']): Promise<BatchResult> {
    try {
      // A job may go on for hours: behind a gate it is asked of, and waited for beside the batches.
      if (passage.behind && passage.load) return await this.#loads.probe(passage.load);
      const { runBatch } = this.#context;
      const deliver = (): Promise<BatchResult> => deliverBatch(this.#context, passage.limit, which);
      return await (runBatch ? runBatch(deliver) : deliver());
    } catch (error) {
      await this.#gate.abandon(passage);
      throw error;
    }
  }

  async #waitForWork(): Promise<void> {
    if (this.#changes === 0) await this.#sleepUntilDue();
    const startedAt = this.#context.now();
    const full = this.#context.target.batchSize;
    for (let seen = 0; this.#changes > seen && this.#changes < full && !this.#stopped;) {
      seen = this.#changes;
      if (this.#context.now() - startedAt >= this.#timing.maxLingerMs) return;
      await this.#sleep(this.#timing.quietMs, () => this.#changes >= full);
    }
  }

  async #sleepUntilDue(): Promise<void> {
    const { store, connector, now } = this.#context;
    const dueAt = await store.nextDueAt(connector);
    const waitMs = dueAt === undefined ? this.#timing.pollMs : dueAt - now();
    if (waitMs > 0) await this.#sleep(Math.min(waitMs, this.#timing.pollMs), () => this.#changes > 0);
  }

  /** Ends early when the worker stops, or when something happened that makes `wanted` true. */
  #sleep(ms: number, wanted: () => boolean = () => false): Promise<void> {
    return new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
      const timer = setTimeout(finish, ms);
      this.#wake = () => {
        if (this.#stopped || wanted()) finish();
      };
      this.#wake();
    });
  }
}
