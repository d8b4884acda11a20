/** How a batch goes out, and whose a fault is that refuses a whole call: one record's, or Salesforce's. */
import { classifyFault, saysNothing } from '../policy/classify.ts';
import { needsStorage, RETRY } from '../policy/retry.ts';
import type { WriteDecision } from '../delivery.ts';
import type { Outcomes } from './late-writes.ts';
import type { Fault, LeadOutcome, LeadTarget } from '../lead-target.ts';
import { closesGate, endsAll } from './settlement.ts';

/** Records that are tried alone, none of which is taken, before the others count as refused with them. */
export const SAMPLE = 4;
/** Calls of one batch: what is not found by then waits for the next. */
const MAX_CALLS = 50;
/** Records of a call in which a create is repeated for the first time … */
const FIRST_REPEAT = 50;
/** … and what it is divided by each further time: alone by the fifth attempt. */
const REPEAT_DIVISOR = 4;

interface SendContext {
  readonly target: Pick<LeadTarget, 'write'>;
  /** At least 0, less than 1. */
  readonly random: () => number;
}

/** @returns an outcome for each write; of a call that was refused as a whole it says whose the fault is */
export async function sendWrites(
  context: SendContext,
  writes: readonly WriteDecision[],
  deadline: number,
): Promise<Outcomes> {
  const sending = new Sending(context, deadline);
  for (const call of callsOf(writes)) await sending.offer(call);
  return sending.outcomes();
}

type Call = readonly WriteDecision[];
type Kind = WriteDecision['write']['kind'];
type Failure = Extract<LeadOutcome, { kind: 'failed' }>;

/** Who failed before does not spoil the call of others. */
function callsOf(writes: readonly WriteDecision[]): readonly Call[] {
  const suspects = writes.filter(isSuspect);
  const creates = suspects.filter(({ write }) => write.kind === 'create');
  const calls = [
    writes.filter((one) => !isSuspect(one)),
    suspects.filter(({ write }) => write.kind !== 'create'),
    ...chunksOf(creates),
  ];
  return calls.filter(({ length }) => length > 0);
}

/** Who was refused by name spoils nobody's call. */
const isSuspect = ({ claimed: { lane } }: WriteDecision): boolean =>
  lane.attempts > 1 && lane.error?.ofCall === true && lane.error.class !== 'lock';

/** A plain create may not be repeated before it was looked for, so it is isolated from attempt to attempt. */
function chunksOf(creates: Call): readonly Call[] {
  const repeats = Math.max(...creates.map(({ claimed }) => claimed.lane.attempts)) - 2;
  const size = Math.max(1, Math.floor(FIRST_REPEAT / REPEAT_DIVISOR ** repeats));
  return creates.flatMap((_, at) => (at % size === 0 ? [creates.slice(at, at + size)] : []));
}

class Sending {
  readonly #context: SendContext;
  readonly #deadline: number;
  readonly #outcomes = new Map<WriteDecision, LeadOutcome>();
  /** Kinds of writes of which Salesforce took a call, whatever it said of the records in it. */
  readonly #taken = new Set<Kind>();
  /** Kinds of writes of which one was carried out. */
  readonly #done = new Set<Kind>();
  /** Refused alone: before any of their kind was taken, and since. */
  readonly #alone = new Set<WriteDecision>();
  readonly #spoilers = new Set<WriteDecision>();
  #calls = 0;
  /** What ends it all: the gate closes, or the lease is over. */
  #end: Fault | undefined;

  constructor(context: SendContext, deadline: number) {
    this.#context = context;
    this.#deadline = deadline;
  }

  async offer(call: Call): Promise<void> {
    const refusal = this.#lastRefusal();
    if (refusal && this.#isHopeless()) {
      this.#leave(call, { ...refusal, committed: 'no' });
      return;
    }
    if (!this.#mayCall()) {
      // What was sent before is judged by what was said of it.
      for (const one of call) this.#outcomes.set(one, { kind: 'failed', fault: this.#end ?? OUT_OF_CALLS });
      return;
    }
    const refused = await this.#send(call);
    for (const kind of new Set(refused.map(({ write }) => write.kind)))
      await this.#isolate(
        kind,
        refused.filter(({ write }) => write.kind === kind),
      );
  }

  outcomes(): Outcomes {
    return new Map([...this.#outcomes].map(([one, outcome]) => [one, this.#judge(one, outcome)]));
  }

  /** Some of them alone, anywhere in the call, until one is taken: if none is, the fault is not one record's. */
  async #isolate(kind: Kind, refused: Call): Promise<void> {
    const open = this.#shuffle(refused.filter((one) => this.#mayRepeat(one)));
    if (open.length === 1 && refused.length === 1 && this.#alone.has(open[0] as WriteDecision)) return;
    for (let tried = 0; tried < SAMPLE && !this.#taken.has(kind) && this.#mayCall(); tried += 1) {
      const one = open.pop();
      if (!one) break;
      await this.#send([one]);
    }
    if (!this.#taken.has(kind)) return;
    await this.#bisect(open, false);
    // It may have been the last moment of an outage.
    for (const one of [...this.#alone].filter(({ write }) => write.kind === kind))
      if (this.#mayCall() && this.#mayRepeat(one)) await this.#send([one]);
  }

  /** @returns whether all of them were taken */
  async #bisect(call: Call, isSpoilt: boolean): Promise<boolean> {
    let open = call;
    if (!isSpoilt || call.length === 1) {
      if (call.length === 0) return true;
      if (!this.#mayCall()) return false;
      const refused = await this.#send(call);
      if (refused.length === 0 || call.length === 1) return refused.length === 0;
      open = refused.filter((one) => this.#mayRepeat(one));
    }
    const middle = Math.ceil(open.length / 2);
    const isClean = await this.#bisect(open.slice(0, middle), false);
    // Where the first half is not what spoils it, the second is.
    await this.#bisect(open.slice(middle), isClean);
    return false;
  }

  /** @returns those that were refused with all others of their call */
  async #send(call: Call): Promise<Call> {
    if (this.#end) {
      this.#leave(call, this.#end);
      return [];
    }
    this.#calls += 1;
    const writes = call.map(({ write }) => write);
    const answers = await this.#context.target.write(writes, this.#deadline);
    for (const [at, one] of call.entries()) this.#note(one, answers[at] ?? missing);
    const refused = call.filter((one) => isRefused(this.#outcomes.get(one)));
    const [only] = call;
    if (only && call.length === 1) this.#noteAlone(only, refused.length === 1);
    for (const one of call) if (wasTaken(this.#outcomes.get(one))) this.#taken.add(one.write.kind);
    return refused;
  }

  /** What an earlier call may have done is not undone by a refusal of a later one. */
  #note(one: WriteDecision, outcome: LeadOutcome): void {
    const before = this.#outcomes.get(one);
    const wasUnsure = before?.kind === 'failed' && before.fault.committed === 'maybe';
    const noted = wasUnsure && outcome.kind === 'failed' ? withFault(outcome, { committed: 'maybe' }) : outcome;
    this.#outcomes.set(one, noted);
    if (outcome.kind === 'done') this.#done.add(one.write.kind);
    if (outcome.kind === 'failed' && !isRefused(outcome) && endsAll(outcome.fault)) this.#end ??= outcome.fault;
  }

  #noteAlone(one: WriteDecision, isRefused: boolean): void {
    this.#alone.delete(one);
    if (isRefused) (this.#taken.has(one.write.kind) ? this.#spoilers : this.#alone).add(one);
  }

  #leave(call: Call, fault: Fault): void {
    for (const one of call) this.#note(one, { kind: 'failed', fault });
  }

  #judge(one: WriteDecision, outcome: LeadOutcome): LeadOutcome {
    if (outcome.kind === 'failed' && this.#isForAll(one, outcome.fault)) return withFault(outcome, { blame: 'all' });
    if (outcome.kind !== 'failed' || !isRefused(outcome)) return outcome;
    if (this.#spoilers.has(one)) return withFault(outcome, { blame: 'own' });
    if (this.#taken.size === 0 && this.#alone.size > 1 && saysNothing(outcome.fault))
      return withFault(outcome, { blame: 'all' });
    if (this.#alone.has(one) || (this.#taken.size === 0 && closesGate(outcome.fault))) return outcome;
    if (this.#end) return { kind: 'failed', fault: { ...this.#end, committed: outcome.fault.committed } };
    return withFault(outcome, { blame: 'shared' });
  }

  /** Salesforce says of records too what it says of calls: that a limit is reached, or that the org is read-only. */
  #isForAll({ write }: WriteDecision, fault: Fault): boolean {
    if (fault.scope !== 'record' || !RETRY[classifyFault(fault)].gates) return false;
    return needsStorage(fault) ? !this.#done.has(write.kind) : this.#done.size === 0;
  }

  #isHopeless(): boolean {
    return this.#taken.size === 0 && this.#alone.size >= SAMPLE;
  }

  #lastRefusal(): Fault | undefined {
    const [one] = [...this.#alone].slice(-1);
    const outcome = one && this.#outcomes.get(one);
    return outcome?.kind === 'failed' ? outcome.fault : undefined;
  }

  #mayCall(): boolean {
    return this.#end === undefined && this.#calls < MAX_CALLS;
  }

  /** All but a plain create come to the same, however often they are carried out. */
  #mayRepeat(one: WriteDecision): boolean {
    const outcome = this.#outcomes.get(one);
    return outcome?.kind === 'failed' && (one.write.kind !== 'create' || outcome.fault.committed === 'no');
  }

  /** Neighbours may have more in common than that they arrived together. */
  #shuffle(call: Call): WriteDecision[] {
    const keyed = call.map((one) => ({ one, key: this.#context.random() }));
    return keyed.sort((a, b) => a.key - b.key).map(({ one }) => one);
  }
}

/** As little asked as what a lease has no time for, and so no attempt. */
const OUT_OF_CALLS: Fault = {
  scope: 'request',
  code: 'DEADLINE',
  message: `not sent: its batch has made ${MAX_CALLS} calls`,
  fields: [],
  committed: 'no',
};

const withFault = (outcome: Failure, more: Partial<Fault>): Failure => ({
  ...outcome,
  fault: { ...outcome.fault, ...more },
});

const isRefused = (outcome: LeadOutcome | undefined): boolean =>
  outcome?.kind === 'failed' &&
  outcome.fault.scope === 'request' &&
  (saysNothing(outcome.fault) || !endsAll(outcome.fault));

const wasTaken = (outcome: LeadOutcome | undefined): boolean =>
  outcome?.kind === 'done' || (outcome?.kind === 'failed' && outcome.fault.scope === 'record');

export const missing: LeadOutcome = {
  kind: 'failed',
  fault: {
    scope: 'record',
    // A status makes it no transport fault: it is tried a few times and then parked.
    status: 200,
    code: 'NO_OUTCOME',
    message: 'Salesforce told nothing of this record',
    fields: [],
    committed: 'maybe',
  },
};
