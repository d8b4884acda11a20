/** The delivery loop of one connector: when to claim, when to wait, when to leave Salesforce alone. */
import { deliverBatch } from './deliver-batch.ts';
import { classifyFault } from './classify.ts';
import type { DeliveryContext } from './delivery.ts';
import { hintFor } from './hints.ts';
import type { Fault } from './lead-target.ts';
import type { Gate } from '../storage/store.ts';
import { gateDelayMs } from './retry.ts';

export interface WorkerTiming {
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

export class Worker {
  readonly #context: DeliveryContext;
  readonly #timing: WorkerTiming;
  #changes = 0;
  /** The connector's gate as it was before the last batch; all processes share it. */
  #gate: Gate | undefined;
  #stopped = false;
  #wake: (() => void) | undefined;
  #unsubscribe: (() => void) | undefined;
  #loop: Promise<void> | undefined;

  constructor(context: DeliveryContext, timing: WorkerTiming = DEFAULT_TIMING) {
    this.#context = context;
    this.#timing = timing;
  }

  /** A start is somebody's act: a gate that waits for one opens, and what was parked is tried again. */
  async start(): Promise<void> {
    const { store, connector } = this.#context;
    await store.probeGate(connector, this.#context.now());
    await store.releaseLanes(connector, this.#context.now());
    this.#unsubscribe = store.onDue((due) => {
      if (due !== connector) return;
      this.#changes += 1;
      this.#wake?.();
    });
    this.#loop = this.#run();
  }

  /** Claims nothing more; resolves when the batch in flight is settled. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#unsubscribe?.();
    this.#wake?.();
    await this.#loop;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      try {
        await this.#waitForWork();
        if (!(await this.#waitAtGate())) await this.#deliver();
      } catch (error) {
        this.#context.onEvent({ kind: 'batch failed', error });
        await this.#sleep(FAILURE_PAUSE_MS);
      }
    }
  }

  async #deliver(): Promise<void> {
    // After a closed gate one record asks whether Salesforce is back.
    const limit = this.#gate ? 1 : this.#context.target.batchSize;
    const { claimed, gate, reached } = await deliverBatch(this.#context, limit);
    this.#changes = claimed < limit ? 0 : Math.max(0, this.#changes - claimed);
    if (gate) return this.#closeGate(gate);
    if (reached) await this.#openGate();
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

  /** @returns whether to stay away for now: the gate is closed, and was waited at a while, or the worker stops */
  async #waitAtGate(): Promise<boolean> {
    if (this.#stopped) return true;
    const { store, connector, now } = this.#context;
    const gate = await store.readGate(connector);
    this.#gate = gate;
    if (!gate || (gate.until !== undefined && gate.until <= now())) return false;
    const waitMs = gate.until === undefined ? this.#timing.pollMs : gate.until - now();
    await this.#sleep(Math.min(waitMs, this.#timing.pollMs));
    return true;
  }

  async #closeGate(fault: Fault): Promise<void> {
    const { store, connector, now, random, onEvent } = this.#context;
    const failures = (this.#gate?.failures ?? 0) + 1;
    const faultClass = classifyFault(fault);
    const waitMs = gateDelayMs(fault, faultClass, failures, random());
    const gate = {
      class: faultClass,
      failures,
      reason: `${fault.code}: ${fault.message}`,
      ...(Number.isFinite(waitMs) && { until: now() + waitMs }),
    };
    await store.closeGate(connector, gate);
    const hint = hintFor(fault);
    onEvent({ kind: 'gate closed', ...gate, ...(hint !== undefined && { hint }) });
  }

  async #openGate(): Promise<void> {
    if (!this.#gate) return;
    await this.#context.store.openGate(this.#context.connector, this.#gate);
    this.#context.onEvent({ kind: 'gate opened' });
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
