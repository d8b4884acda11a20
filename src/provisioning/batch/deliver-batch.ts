/** One batch from claim to settlement: read what is true now, decide, write, record. */
import { setTimeout as sleep } from 'node:timers/promises';
import { missing, sendWrites } from './send-writes.ts';
import {
  closesGate,
  faultOf,
  isUnsent,
  settleFailed,
  settleRest,
  settleWrite,
  type SettlementInput,
} from './settlement.ts';
import { saysNothing } from '../policy/classify.ts';
import { decideBatch } from './decide.ts';
import { deliverCampaigns, withCampaigns, type CampaignResult } from './deliver-campaigns.ts';
import type { ClaimedUser, Decision, DeliveryContext, DeliveryEvent } from '../delivery.ts';
import { withhold } from './dry-run.ts';
import type { Fault, LeadOutcome } from '../lead-target.ts';
import { readUsers } from './read-users.ts';
import { rememberIntent } from './remember-intent.ts';
import { guardRemovals, withHeld } from './removal-guard.ts';
import type { AttemptEntry, ClaimRequest, LeasedLane, Settlement } from '../../storage/store.ts';
import { doubtLateWrites, type Outcomes } from './late-writes.ts';
import { resolveSurprises } from './surprises.ts';
import { forgetCertainty } from './told.ts';

/** Kept of every lease for settling: no call may still be on its way when somebody else could claim the lane. */
export const SETTLE_MARGIN_MS = 5_000;
/** Tried for some minutes; then the lease and the fields marked unsure have to do. */
const SETTLE_ATTEMPTS = 300;
const SETTLE_RETRY_MS = 1_000;

/** The other half of a lease is for Salesforce. @returns epoch milliseconds */
export const mapUntil = (startedAt: number, leaseMs: number): number => startedAt + leaseMs / 2;

export interface BatchResult {
  /** Lanes that were claimed. */
  readonly claimed: number;
  /** Set when the whole connector should wait. */
  readonly gate?: Fault;
  /** Whether Salesforce answered for a record. */
  readonly reached: boolean;
}

/**
 * @param limit lanes; as many as Salesforce takes at once by default
 * @param which of the due lanes; all by default
 */
export async function deliverBatch(
  context: DeliveryContext,
  limit = context.target.batchSize,
  which?: ClaimRequest['which'],
): Promise<BatchResult> {
  const startedAt = context.now();
  const { connector, leaseMs } = context;
  const claim = { connector, limit, lease: context.newId(), leaseMs, now: startedAt, ...(which && { which }) };
  const lanes = (await context.store.claimLanes(claim)).map(withDoubts);
  if (lanes.length === 0) return { claimed: 0, reached: false };
  const deadline = startedAt + leaseMs - SETTLE_MARGIN_MS;
  const users = await readUsers(context, lanes);
  const decided = await decideBatch(context, users, deadline, mapUntil(startedAt, leaseMs));
  const wanted = context.dryRun ? withhold(context, decided, users) : await guardRemovals(context, decided);
  const result = await deliverDecisions(context, { lease: claim.lease, startedAt, deadline }, wanted);
  if (decided.length < lanes.length)
    await context.store.unclaimLanes({ ...claim, leaseUntil: startedAt + leaseMs, now: context.now() });
  context.onEvent({ kind: 'batch settled', lanes: lanes.length, durationMs: context.now() - startedAt });
  return { claimed: lanes.length, ...result };
}

/** One claim, and until when calls may be made for it. */
export interface Attempt {
  readonly lease: string;
  /** Epoch milliseconds. */
  readonly startedAt: number;
  /** Epoch milliseconds. */
  readonly deadline: number;
}

/** Writes what was decided, and records what came of it. */
export async function deliverDecisions(
  context: DeliveryContext,
  attempt: Attempt,
  wanted: readonly Decision[],
): Promise<Omit<BatchResult, 'claimed'>> {
  const decisions = await rememberIntent(context, wanted);
  const writes = decisions.filter((decision) => decision.kind === 'write');
  const outcomes = await sendWrites(context, writes, attempt.deadline);
  return settleOutcomes(context, attempt, decisions, outcomes);
}

/** Records what Salesforce said of writes, however they were sent. */
export async function settleOutcomes(
  context: DeliveryContext,
  { lease, startedAt, deadline }: Attempt,
  decisions: readonly Decision[],
  outcomes: Outcomes,
): Promise<Omit<BatchResult, 'claimed'>> {
  const judged = blameLookups(await resolveSurprises(context, decisions, outcomes, deadline), outcomes);
  const campaigns = await deliverCampaigns(context, judged, outcomes, deadline);
  const gate = judged
    .map((decision) => faultOf(decision, outcomes.get(decision)) ?? campaigns.get(decision)?.fault)
    .find((fault) => fault && closesGate(fault));
  await record(context, lease, startedAt, judged, outcomes, campaigns);
  const isAnswered = campaigns.size > 0 || context.dryRun === true || [...outcomes.values()].some(isAnswer);
  return { reached: !gate && isAnswered, ...(gate && { gate }) };
}

/** Whether Salesforce told of a record, be it a refusal. */
const isAnswer = (outcome: LeadOutcome): boolean =>
  outcome.kind === 'done' || !(saysNothing(outcome.fault) || isUnsent(outcome.fault));

/** A look-up that is refused for several users is nobody's fault while nothing else is answered either. */
function blameLookups(decisions: readonly Decision[], outcomes: Outcomes): readonly Decision[] {
  const lost = decisions.filter((one) => one.kind === 'failed' && saysNothing(one.fault));
  if (lost.length < 2) return decisions;
  const blame = [...outcomes.values()].some(isAnswer) ? 'shared' : 'all';
  const isLost = new Set(lost);
  return decisions.map((one) =>
    one.kind === 'failed' && isLost.has(one) ? { ...one, fault: { ...one.fault, blame } } : one,
  );
}

/** Somebody else's late write came in between: what Salesforce holds is not what it was told last. */
export const withDoubts = (lane: LeasedLane): LeasedLane =>
  lane.doubts > 0 && lane.told !== undefined ? { ...lane, told: forgetCertainty(lane.told, lane.doubted) } : lane;

async function record(
  context: DeliveryContext,
  lease: string,
  startedAt: number,
  decisions: readonly Decision[],
  outcomes: Outcomes,
  campaigns: ReadonlyMap<Decision, CampaignResult>,
): Promise<void> {
  const now = context.now();
  const answeredAt = context.target.answeredAt?.();
  const settlements = decisions.map((decision) => {
    const input = { now, durationMs: now - startedAt, random: context.random(), answeredAt };
    const settlement = settle(decision, outcomes.get(decision), input);
    const result = campaigns.get(decision);
    const whole = result ? withCampaigns(settlement, decision, result, input) : withHeld(context, decision, settlement);
    return traced(decision.claimed, whole);
  });
  const settled = await persist(context, async () => {
    const ids = await context.store.settleLanes(context.connector, lease, settlements, now);
    await doubtLateWrites(context, decisions, outcomes, settlements, ids);
    return ids;
  });
  const lanes = new Map(decisions.map(({ claimed }) => [claimed.lane.userId, claimed.lane]));
  for (const { userId, attempt } of settlements) {
    const lane = lanes.get(userId);
    if (lane && settled.has(userId)) context.onEvent(attemptEvent(lane, attempt, now));
  }
}

function attemptEvent(lane: LeasedLane, entry: AttemptEntry, now: number): DeliveryEvent {
  const { userId, attempts: attempt, change, headSeq, tailSeq } = lane;
  const event = { kind: 'attempt', userId, attempt, entry } as const;
  if (!change) return event;
  const { requestId, traceparent } = change;
  // A Lead that is sent once more says nothing about how long its change had to wait.
  const isFirst = entry.outcome === 'delivered' && headSeq < tailSeq;
  return {
    ...event,
    requestId,
    ...(traceparent !== undefined && { traceparent }),
    ...(isFirst && { latencyMs: Math.max(0, now - change.at) }),
  };
}

/**
 * What Salesforce did must not be forgotten because the database is away: who was cut off from it for longer than a lease is
 * also who may have written late. Settling twice is harmless, the lease guards it; a doubt too many costs one call.
 */
async function persist<T>(
  { settleRetryMs = SETTLE_RETRY_MS, onEvent }: DeliveryContext,
  act: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await act();
    } catch (error) {
      if (attempt === SETTLE_ATTEMPTS) throw error;
      if (attempt === 1) onEvent({ kind: 'batch failed', error });
      await sleep(settleRetryMs);
    }
  }
}

/** Says which changes, and which request, an attempt was made for. */
const traced = ({ lane }: ClaimedUser, settlement: Settlement): Settlement => ({
  ...settlement,
  attempt: {
    ...settlement.attempt,
    covers: { after: lane.headSeq, upTo: lane.tailSeq },
    ...(lane.change && { requestId: lane.change.requestId }),
  },
});

function settle(decision: Decision, outcome: LeadOutcome | undefined, input: SettlementInput): Settlement {
  switch (decision.kind) {
    case 'rest':
      return settleRest(decision, input);
    case 'failed':
      return settleFailed(decision, input);
    case 'write':
      return settleWrite(decision, outcome ?? missing, input);
  }
}
