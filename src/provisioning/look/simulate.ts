/** What the whole connector would do now, user by user and counted; nothing is written and no lane is touched. */
import type { Lane, LaneState, Store } from '../../storage/store.ts';
import { decideBatch } from '../batch/decide.ts';
import { readUsers } from '../batch/read-users.ts';
import type { Decision, DeliveryContext } from '../delivery.ts';
import type { Fault } from '../lead-target.ts';
import { asLeased } from './preview.ts';
import { endsAll, faultOf } from '../batch/settlement.ts';
import { verdictOf, VERDICTS, type Verdict, type VerdictKind } from '../batch/verdict.ts';

/** Decided together: their look-ups are one call. */
const PAGE_LANES = 1_000;

export interface Simulation {
  /** Users of each kind of verdict. */
  readonly counts: Readonly<Record<VerdictKind, number>>;
  /** Why: users and a few of them, the most frequent first. */
  readonly groups: readonly SimulatedGroup[];
  /** Why it ended before it was done. */
  readonly fault?: Fault;
}

export interface SimulatedGroup {
  readonly kind: VerdictKind;
  readonly reason: string;
  readonly code?: string;
  readonly users: number;
  readonly samples: readonly SimulatedUser[];
}

interface SimulatedUser extends Pick<Verdict, 'leadId' | 'error'> {
  readonly userId: string;
  /** Names of the fields that would be sent. */
  readonly fields: readonly string[];
}

interface SimulationOptions {
  /** Only lanes in this state; absent: every user. */
  readonly state?: LaneState;
  /** Users that are named of each reason. */
  readonly samples: number;
  readonly onProgress: (users: number) => void;
  readonly stopping?: AbortSignal;
}

/** @returns what was found until it was done, was stopped, or Salesforce was not to be asked any more */
export async function simulate(context: DeliveryContext, options: SimulationOptions): Promise<Simulation> {
  const tally = new Tally(options.samples);
  const shadow = shadowOf(context);
  let users = 0;
  for await (const lanes of pagesOf(context, options.state)) {
    const decisions = await decideLanes(shadow.context, lanes);
    shadow.link(lanes, decisions);
    for (const decision of decisions) tally.add(decision);
    users += lanes.length;
    options.onProgress(users);
    const fault = decisions.map((decision) => faultOf(decision, undefined)).find((one) => one && endsAll(one));
    if (fault) return { ...tally.result(), fault };
    if (options.stopping?.aborted) break;
  }
  return tally.result();
}

/** Every lane, a batch at a time. */
export async function* pagesOf(
  { store, connector }: DeliveryContext,
  state?: LaneState,
): AsyncGenerator<readonly Lane[]> {
  let after: string | undefined;
  do {
    const query = { connector, limit: PAGE_LANES, ...(state && { state }), ...(after !== undefined && { after }) };
    const lanes = await store.listLanes(query);
    if (lanes.length > 0) yield lanes;
    after = lanes.length < PAGE_LANES ? undefined : lanes.at(-1)?.userId;
  } while (after !== undefined);
}

/** As a delivery would, of lanes that nobody claims. */
export async function decideLanes(context: DeliveryContext, lanes: readonly Lane[]): Promise<readonly Decision[]> {
  const claimed = await readUsers(context, lanes.map(asLeased));
  return decideBatch(context, claimed, context.now() + context.leaseMs);
}

/** A Lead that one user would take is no candidate for those after it, although no lane knows of it. */
export function shadowOf(context: DeliveryContext) {
  const taken = new Set<string>();
  const findLinkedLeads: Store['findLinkedLeads'] = async (connector, leadIds) => {
    const linked = await context.store.findLinkedLeads(connector, leadIds);
    return new Set([...linked, ...leadIds.filter((leadId) => taken.has(leadId))]);
  };
  const readLanesOfLeads: Store['readLanesOfLeads'] = (connector, leadIds) =>
    context.store.readLanesOfLeads(
      connector,
      leadIds.filter((leadId) => !taken.has(leadId)),
    );
  return {
    context: { ...context, store: { ...context.store, findLinkedLeads, readLanesOfLeads } },
    link: (lanes: readonly Lane[], decisions: readonly Decision[]): void => {
      const known = new Set(lanes.map(({ leadId }) => leadId));
      for (const decision of decisions) {
        const leadId = decision.kind === 'failed' ? undefined : decision.lead.leadId;
        if (leadId !== undefined && (decision.claimed.found || !known.has(leadId))) taken.add(leadId);
      }
    },
  };
}

/** Record ids, which would make each user a reason of its own. */
const IDS = /\b00Q[a-zA-Z0-9]{12}(?:[a-zA-Z0-9]{3})?(?:, )?/g;

class Tally {
  readonly #samples: number;
  readonly #groups = new Map<string, SimulatedGroup & { users: number; samples: SimulatedUser[] }>();

  constructor(samples: number) {
    this.#samples = samples;
  }

  add(decision: Decision): void {
    const verdict = verdictOf(decision);
    const reason = verdict.reason.replace(IDS, '').replace(/:\s*$/, '');
    const code = verdict.error?.code;
    // Words of an error may quote the user's values.
    const key = JSON.stringify([verdict.kind, code ?? reason]);
    const group = this.#groups.get(key) ?? {
      kind: verdict.kind,
      reason,
      ...(code !== undefined && { code }),
      users: 0,
      samples: [],
    };
    group.users += 1;
    if (group.samples.length < this.#samples) group.samples.push(toSample(decision.claimed.lane.userId, verdict));
    this.#groups.set(key, group);
  }

  result(): Simulation {
    const groups = [...this.#groups.values()].sort((a, b) => b.users - a.users);
    const usersOf = (kind: VerdictKind): number =>
      groups.filter((group) => group.kind === kind).reduce((sum, { users }) => sum + users, 0);
    // One entry for each kind.
    const counts = Object.fromEntries(VERDICTS.map((kind) => [kind, usersOf(kind)])) as Simulation['counts'];
    return { counts, groups };
  }
}

const toSample = (userId: string, { leadId, fields, error }: Verdict): SimulatedUser => ({
  userId,
  fields: Object.keys(fields),
  ...(leadId !== undefined && { leadId }),
  ...(error && { error }),
});
