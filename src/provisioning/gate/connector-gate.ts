/** Whether a connector may send now. All processes share what it knows. */
import { BudgetWatch } from './budget-watch.ts';
import type { BatchResult } from '../batch/deliver-batch.ts';
import { QUOTA } from '../policy/budget.ts';
import type { DeliveryContext } from '../delivery.ts';
import { GateKeeper, UNKNOWN } from './gate-keeper.ts';
import { admitStart, findRefusal, forgetRefusal, waitsForSomebody } from './refused-credentials.ts';
import { SAMPLE } from '../batch/send-writes.ts';
import { stopsNewOnly } from '../policy/retry.ts';
import type { Refusal } from '../../storage/refusal-store.ts';
import type { ConnectorState, Gate, Load, Pause } from '../../storage/store.ts';

export interface Passage {
  readonly kind: 'go';
  /** Lanes to claim at most. */
  readonly limit: number;
  /** Which of the due lanes; all by default. */
  readonly which?: 'known';
  /** The gate that this batch asks Salesforce to open; one process does so at a time. */
  readonly behind?: Gate;
  /** The bulk load that there is, of whatever process. */
  readonly load?: Load;
  /** The credentials that it goes out with were refused, and may be tried again. */
  readonly refusal?: Refusal;
}

export type Entry =
  | Passage
  /** Nothing may be sent for so many milliseconds, unless somebody acts. */
  | { readonly kind: 'stay'; readonly waitMs: number }
  /** The gate could be tried, but there is nothing to try it with. */
  | { readonly kind: 'idle' };

export class ConnectorGate {
  readonly #context: DeliveryContext;
  readonly #keeper: GateKeeper;
  readonly #budget: BudgetWatch;
  #isPaused = false;
  /** Whether it was closed when this process last looked: what this process remembers of it is of no use once it is open. */
  #wasClosed = false;

  constructor(context: DeliveryContext) {
    this.#context = context;
    this.#keeper = new GateKeeper(context);
    this.#budget = new BudgetWatch(context, this.#keeper);
  }

  /** A start is somebody's act: a gate that waits for one may be tried. */
  async start(): Promise<void> {
    const { store, connector } = this.#context;
    const state = await store.readConnector(connector);
    if (waitsForSomebody(state) || state.refused) await admitStart(this.#context);
    await this.#keeper.tellRefusal(await store.readConnector(connector));
  }

  async enter(): Promise<Entry> {
    const { store, connector, now } = this.#context;
    const state = await store.readConnector(connector);
    const { gate, pause, load } = state;
    this.#tell(pause);
    if (pause) return { kind: 'stay', waitMs: Infinity };
    const refusal = await findRefusal(this.#context, state);
    const refusedMs = waitOf(refusal, now());
    const waitMs = refusedMs || (await this.#waitOf(state));
    if (gate && waitMs > 0 && refusedMs === 0 && stopsNewOnly(gate)) return { ...this.#go(), which: 'known' };
    if (waitMs > 0) return { kind: 'stay', waitMs };
    const passage = gate ? await this.#probe(gate, load) : this.#open(load);
    return passage.kind === 'go' && refusal ? this.#withRefusal(passage, refusal) : passage;
  }

  /** @returns milliseconds to wait before the next batch */
  async leave({ behind, refusal }: Passage, { gate: fault, reached }: BatchResult): Promise<number> {
    const { store, connector } = this.#context;
    if (reached) this.#keeper.noteAnswer();
    if (reached && refusal) await forgetRefusal(this.#context);
    if (fault) await this.#keeper.close(behind, fault);
    else if (behind) await (reached ? this.#keeper.open(behind) : store.returnProbe(connector));
    this.#wasClosed ||= fault !== undefined;
    return this.#budget.heed();
  }

  /** The batch failed for a reason of our own: Salesforce was told nothing, or nobody knows what it said. */
  async abandon({ behind }: Passage): Promise<void> {
    const { store, connector } = this.#context;
    if (behind) await store.returnProbe(connector);
  }

  /** Of a process whose own credentials, if they were refused, may be tried. */
  async #waitOf({ gate, refused }: ConnectorState): Promise<number> {
    const { store, connector, target, now } = this.#context;
    if (!gate) return 0;
    this.#wasClosed = true;
    this.#keeper.noteGate(gate);
    const waitMs = waitOf(gate, now());
    if (waitMs === 0 || refused?.gate === undefined || !target.credentials) return waitMs;
    await store.retryGate(connector, now());
    // Somebody may have closed it anew.
    return 1;
  }

  #open(load: Load | undefined): Passage {
    if (this.#wasClosed) this.#context.target.reset?.();
    this.#wasClosed = false;
    return { ...this.#go(), ...(load && { load }) };
  }

  #withRefusal(passage: Passage, refusal: Refusal): Passage {
    this.#context.target.reset?.();
    return { ...passage, refusal };
  }

  #go(): Passage {
    return { kind: 'go', limit: this.#context.target.batchSize };
  }

  #tell(pause: Pause | undefined): void {
    const wasPaused = this.#isPaused;
    this.#isPaused = pause !== undefined;
    if (pause && !wasPaused) this.#context.onEvent({ kind: 'paused', reason: pause.reason, actor: pause.actor });
    if (!pause && wasPaused) this.#context.onEvent({ kind: 'resumed' });
  }

  async #probe(gate: Gate, load: Load | undefined): Promise<Entry> {
    const { store, connector, now, leaseMs, target } = this.#context;
    const dueAt = await store.nextDueAt(connector);
    const isLeft = load !== undefined && load.heldUntil <= now();
    if (!isLeft && (dueAt === undefined || dueAt > now())) return { kind: 'idle' };
    if (!(await store.takeProbe(connector, gate, now(), now() + leaseMs))) return { kind: 'stay', waitMs: Infinity };
    // Somebody let a gate be tried that waits for nobody else: the credentials may be right now.
    if (gate.failures === 0) target.reset?.();
    if (gate.class === QUOTA && target.askApiUsage) return (await this.#budget.ask(gate)) ?? this.#go();
    return { kind: 'go', limit: gate.class === UNKNOWN ? SAMPLE : 1, behind: gate, ...(isLeft && { load }) };
  }
}

const waitOf = (waiting: { readonly until?: number } | undefined, now: number): number =>
  waiting ? Math.max(0, (waiting.until ?? Infinity) - now) : 0;
