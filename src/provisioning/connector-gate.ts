/** Whether a connector may send now, and what the answers of Salesforce change about that. All processes share what it knows. */
import type { BatchResult } from './deliver-batch.ts';
import { countCall, isTripped, SHORT_FAILURES, type Calls } from './breaker.ts';
import { judgeBudget, type BudgetPolicy } from './budget.ts';
import { classifyFault } from './classify.ts';
import type { DeliveryContext } from './delivery.ts';
import { hintFor } from './hints.ts';
import type { ApiUsage, Fault } from './lead-target.ts';
import type { Budget, Gate, Load, Pause } from '../storage/store.ts';
import { gateDelayMs } from './retry.ts';

export interface Passage {
  readonly kind: 'go';
  /** Lanes to claim at most. */
  readonly limit: number;
  /** The gate that this batch asks Salesforce to open; one process does so at a time. */
  readonly behind?: Gate;
  /** The bulk load that there is, of whatever process. */
  readonly load?: Load;
}

export type Entry =
  | Passage
  /** Nothing may be sent for so many milliseconds, unless somebody acts. */
  | { readonly kind: 'stay'; readonly waitMs: number }
  /** The gate could be tried, but there is nothing to try it with. */
  | { readonly kind: 'idle' };

/** What the org has left is written down at a new level at once, and otherwise no more often. */
const NOTE_EVERY_MS = 10_000;

export class ConnectorGate {
  readonly #context: DeliveryContext;
  /** Of this process alone: whoever sees that too many fail closes the gate for all. */
  #calls: Calls = [];
  #isPaused = false;
  #usage: ApiUsage | undefined;
  #noted: Pick<Budget, 'level' | 'at'> | undefined;

  constructor(context: DeliveryContext) {
    this.#context = context;
  }

  async enter(): Promise<Entry> {
    const { store, connector, now } = this.#context;
    const { gate, pause, load } = await store.readConnector(connector);
    this.#tell(pause);
    if (pause) return { kind: 'stay', waitMs: Infinity };
    if (!gate) return load ? { ...this.#go(), load } : this.#go();
    // What was counted until then is what it was closed for, whichever process did.
    if (gate.failures > SHORT_FAILURES) this.#calls = [];
    const waitMs = (gate.until ?? Infinity) - now();
    return waitMs > 0 ? { kind: 'stay', waitMs } : this.#probe(gate, load);
  }

  /** @returns milliseconds to wait before the next batch */
  async leave({ behind }: Passage, { gate: fault, reached }: BatchResult): Promise<number> {
    const { store, connector, now } = this.#context;
    if (reached) this.#calls = countCall(this.#calls, { at: now(), failed: false });
    if (fault) await this.#close(behind, fault);
    else if (behind) await (reached ? this.#open(behind) : store.returnProbe(connector));
    return this.#heedBudget();
  }

  /** The batch failed for a reason of our own: Salesforce was told nothing, or nobody knows what it said. */
  async abandon({ behind }: Passage): Promise<void> {
    const { store, connector } = this.#context;
    if (behind) await store.returnProbe(connector);
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
    return gate.class === QUOTA && target.askApiUsage
      ? this.#askBudget(gate)
      : { kind: 'go', limit: 1, behind: gate, ...(isLeft && { load }) };
  }

  async #close(behind: Gate | undefined, fault: Fault): Promise<void> {
    const { now, random } = this.#context;
    const faultClass = classifyFault(fault);
    const seen = behind?.failures ?? 0;
    if (faultClass !== 'throttle') this.#calls = countCall(this.#calls, { at: now(), failed: true });
    const tripped = faultClass === 'authentication' || (faultClass === 'outage' && isTripped(this.#calls));
    const failures = (tripped ? Math.max(seen, SHORT_FAILURES) : seen) + 1;
    const waitMs = gateDelayMs(fault, faultClass, failures, random());
    const gate = { class: faultClass, failures, reason: `${fault.code}: ${fault.message}` };
    const hint = hintFor(fault);
    await this.#closeGate(behind, Number.isFinite(waitMs) ? { ...gate, until: now() + waitMs } : gate, hint);
  }

  async #closeGate(behind: Gate | undefined, gate: Gate, hint?: string): Promise<void> {
    const { store, connector, now, onEvent } = this.#context;
    const event = behind ? 'probe failed' : 'gate closed';
    await store.closeGate(connector, gate, event, now());
    onEvent({ kind: event, ...gate, ...(hint !== undefined && { hint }) });
  }

  async #open(gate: Gate): Promise<void> {
    const { store, connector, now, onEvent } = this.#context;
    await store.openGate(connector, gate, now());
    onEvent({ kind: 'gate opened' });
  }

  async #askBudget(gate: Gate): Promise<Entry> {
    const { target, budget, now, leaseMs } = this.#context;
    const answer = await target.askApiUsage?.(now() + leaseMs);
    if (answer?.kind === 'failed') {
      await this.#close(gate, answer.fault);
      return { kind: 'stay', waitMs: 0 };
    }
    const usage = target.apiUsage?.();
    this.#usage = usage;
    if (!usage || !budget) return { kind: 'go', limit: 1, behind: gate };
    const { level } = await this.#note(usage, budget);
    if (level === 'spent') await this.#closeForBudget(gate, usage, budget);
    else await this.#open(gate);
    return level === 'spent' ? { kind: 'stay', waitMs: 0 } : this.#go();
  }

  async #heedBudget(): Promise<number> {
    const { target, budget } = this.#context;
    const usage = target.apiUsage?.();
    if (!budget || !usage) return 0;
    const isNew = usage !== this.#usage;
    this.#usage = usage;
    if (!isNew) return 0;
    const { level, paceMs } = await this.#note(usage, budget);
    if (level === 'spent') await this.#closeForBudget(undefined, usage, budget);
    return paceMs;
  }

  async #note({ used, max }: ApiUsage, policy: BudgetPolicy): Promise<ReturnType<typeof judgeBudget>> {
    const { store, connector, now, onEvent } = this.#context;
    const judged = judgeBudget({ used, max }, policy);
    const { level } = judged;
    const at = now();
    if (this.#noted?.level === level && at - this.#noted.at < NOTE_EVERY_MS) return judged;
    this.#noted = { level, at };
    const before = await store.noteBudget(connector, { used, max, level, at });
    if (before !== level && level !== 'spent') onEvent({ kind: 'budget', level, used, max });
    return judged;
  }

  async #closeForBudget(behind: Gate | undefined, { used, max }: ApiUsage, policy: BudgetPolicy): Promise<void> {
    const reason = `${used} of ${max} API calls in 24 hours are used; the last ${policy.reservePercent} % are kept for others`;
    const failures = (behind?.failures ?? 0) + 1;
    const until = this.#context.now() + policy.checkMs;
    await this.#closeGate(behind, { class: QUOTA, reason, failures, until }, BUDGET_HINT);
  }
}

/** The class of a gate that is closed before Salesforce refuses anything. */
const QUOTA = 'quota';

const BUDGET_HINT =
  'Delivery goes on by itself when there are calls again; Setup > System Overview shows who uses them. SALESFORCE_API_RESERVE_PERCENT says how many are kept.';
