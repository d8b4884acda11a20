/** How a connector keeps within the API calls that its org has left. */
import { judgeBudget, QUOTA, type BudgetPolicy } from '../policy/budget.ts';
import type { DeliveryContext } from '../delivery.ts';
import type { GateKeeper } from './gate-keeper.ts';
import type { ApiUsage } from '../lead-target.ts';
import type { Budget, Gate } from '../../storage/store.ts';

/** What the org has left is written down at a new level at once, and otherwise no more often. */
const NOTE_EVERY_MS = 10_000;

type Asked =
  | { readonly kind: 'stay'; readonly waitMs: number }
  /** Nobody tells what is left: a record has to ask. */
  | { readonly kind: 'go'; readonly limit: number; readonly behind: Gate };

export class BudgetWatch {
  readonly #context: DeliveryContext;
  readonly #keeper: GateKeeper;
  #usage: ApiUsage | undefined;
  #noted: Pick<Budget, 'level' | 'at'> | undefined;

  constructor(context: DeliveryContext, keeper: GateKeeper) {
    this.#context = context;
    this.#keeper = keeper;
  }

  /** Asks Salesforce whether there are calls again. @returns undefined when there are, and the gate is open */
  async ask(gate: Gate): Promise<Asked | undefined> {
    const { target, budget, now, leaseMs } = this.#context;
    const answer = await target.askApiUsage?.(now() + leaseMs);
    if (answer?.kind === 'failed') {
      await this.#keeper.close(gate, answer.fault);
      return { kind: 'stay', waitMs: 0 };
    }
    const usage = target.apiUsage?.();
    this.#usage = usage;
    if (!usage || !budget) return { kind: 'go', limit: 1, behind: gate };
    const { level } = await this.#note(usage, budget);
    if (level === 'spent') await this.#close(gate, usage, budget);
    else await this.#keeper.open(gate);
    return level === 'spent' ? { kind: 'stay', waitMs: 0 } : undefined;
  }

  /** Looks at what the latest answer told. @returns milliseconds to wait before the next batch */
  async heed(): Promise<number> {
    const { target, budget } = this.#context;
    const usage = target.apiUsage?.();
    if (!budget || !usage || usage === this.#usage) return 0;
    this.#usage = usage;
    const { level, paceMs } = await this.#note(usage, budget);
    if (level !== 'spent') return paceMs;
    // From now on the gate waits, which somebody may end.
    await this.#close(undefined, usage, budget);
    return 0;
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

  #close(behind: Gate | undefined, { used, max }: ApiUsage, policy: BudgetPolicy): Promise<void> {
    const reason = `${used} of ${max} API calls in 24 hours are used; the last ${policy.reservePercent} % are kept for others`;
    const failures = (behind?.failures ?? 0) + 1;
    const until = this.#context.now() + policy.checkMs;
    return this.#keeper.write(behind, { class: QUOTA, reason, failures, until });
  }
}
