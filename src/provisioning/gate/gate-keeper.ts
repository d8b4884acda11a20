/** What the answers of Salesforce make of the gate: for how long it is closed, and when it is open again. */
import { countCall, isTripped, SHORT_FAILURES, type Calls } from '../policy/breaker.ts';
import { classifyFault, saysNothing, type FaultClass } from '../policy/classify.ts';
import type { DeliveryContext } from '../delivery.ts';
import { hintForGate } from '../policy/hints.ts';
import type { Fault } from '../lead-target.ts';
import { findRefusal, refuse } from './refused-credentials.ts';
import { gateDelayMs } from '../policy/retry.ts';
import type { RefusedCredentials } from '../../storage/refusal-store.ts';
import type { ConnectorState, Gate } from '../../storage/store.ts';

/** Of a gate that a fault closed which says nothing: it is asked with several records, for one may be refused for itself. */
export const UNKNOWN: FaultClass = 'unknown';

export class GateKeeper {
  readonly #context: DeliveryContext;
  /** Of this process alone: whoever sees that too many fail closes the gate for all. */
  #calls: Calls = [];

  constructor(context: DeliveryContext) {
    this.#context = context;
  }

  noteAnswer(): void {
    this.#calls = countCall(this.#calls, { at: this.#context.now(), failed: false });
  }

  /** What was counted until a gate tripped is what it was closed for, whichever process did. */
  noteGate({ failures }: Gate): void {
    if (failures > SHORT_FAILURES) this.#calls = [];
  }

  async close(behind: Gate | undefined, fault: Fault): Promise<void> {
    const { now, random } = this.#context;
    const faultClass = classifyFault(fault);
    const seen = behind?.failures ?? 0;
    if (faultClass !== 'throttle') this.#calls = countCall(this.#calls, { at: now(), failed: true });
    const tripped = faultClass === 'authentication' || (faultClass !== 'throttle' && isTripped(this.#calls));
    const failures = (tripped ? Math.max(seen, SHORT_FAILURES) : seen) + 1;
    const waitMs = gateDelayMs(fault, faultClass, failures, random());
    const gateClass = saysNothing(fault) ? UNKNOWN : faultClass;
    const gate = { class: gateClass, failures, reason: `${fault.code}: ${fault.message}` };
    if (Number.isFinite(waitMs)) return this.write(behind, { ...gate, until: now() + waitMs });
    return this.write(behind, gate, await refuse(this.#context));
  }

  async write(behind: Gate | undefined, gate: Gate, refused?: RefusedCredentials): Promise<void> {
    const { store, connector, now, onEvent } = this.#context;
    const event = behind ? 'probe failed' : 'gate closed';
    const hint = hintForGate(gate);
    const closing = hint === undefined ? gate : { ...gate, hint };
    await store.closeGate(connector, closing, event, now(), refused);
    onEvent({ kind: event, ...closing });
  }

  async open(gate: Gate): Promise<void> {
    const { store, connector, now, onEvent } = this.#context;
    await store.openGate(connector, gate, now());
    onEvent({ kind: 'gate opened' });
  }

  /** Who starts a process with credentials that were refused is told that they are not tried yet. */
  async tellRefusal(state: ConnectorState): Promise<void> {
    const { now, onEvent } = this.#context;
    const refusal = await findRefusal(this.#context, state);
    if (!state.gate || !refusal || (refusal.until ?? Infinity) <= now()) return;
    const until = refusal.until === undefined ? {} : { until: refusal.until };
    onEvent({ kind: 'gate closed', ...state.gate, ...until, hint: REFUSED_BEFORE });
  }
}

const REFUSED_BEFORE =
  'Salesforce refused these credentials before the start. Correct them and restart, or say resume when they were mended in Salesforce: each bad try brings the user nearer to being locked out.';
