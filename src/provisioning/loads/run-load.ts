/** One bulk load from claim to settlement: the Leads of many new users by one job of Salesforce. */
import {
  deliverDecisions,
  mapUntil,
  SETTLE_MARGIN_MS,
  settleOutcomes,
  withDoubts,
  type Attempt,
  type BatchResult,
} from '../batch/deliver-batch.ts';
import { decideBatch } from '../batch/decide.ts';
import type { Decision, DeliveryContext, LoadPolicy, WriteDecision } from '../delivery.ts';
import { HeldLoad, LoadLost, pollWaits } from './held-load.ts';
import type { Fault, LeadLoader, LeadOutcome, LoadJob, LoadWrite } from '../lead-target.ts';
import { readUsers } from '../batch/read-users.ts';
import { rememberIntent } from '../batch/remember-intent.ts';
import { guardRemovals } from '../batch/removal-guard.ts';
import { closesGate, isUnsent } from '../batch/settlement.ts';

/** Lanes of one load: what one internal batch of Salesforce takes, and what memory holds with ease. */
const MAX_LANES = 10_000;
/** Lanes of one statement to the database, so that none is long. */
const CHUNK = 1_000;
/** Looks that fail in a row before somebody else, or this process later, tries anew. */
const MAX_FAILED_LOOKS = 5;

export interface LoadContext extends DeliveryContext {
  readonly load: LoadPolicy;
  /** @returns false when the process is to stop */
  readonly wait: (ms: number) => Promise<boolean>;
}

/**
 * - `done`: the job ended and is settled.
 * - `few`: the batches are the better way for those who wait.
 * - `refused`: this org makes no such job; they are the only way.
 * - `left`: the job is left to whoever comes first.
 */
export interface LoadResult extends BatchResult {
  readonly kind: 'done' | 'broken' | 'few' | 'refused' | 'left';
}

type LoadDecision = WriteDecision & { readonly write: LoadWrite };

/** @throws StorageUnavailable; the load is on disk then, and recovered when its hold ends */
export async function runLoad(context: LoadContext): Promise<LoadResult> {
  const { store, connector, leaseMs } = context;
  const startedAt = context.now();
  const claim = { connector, limit: MAX_LANES, lease: context.newId(), leaseMs, now: startedAt, which: 'new' } as const;
  const lanes = (await store.claimLanes(claim)).map(withDoubts);
  const attempt = { lease: claim.lease, startedAt, deadline: startedAt + leaseMs - SETTLE_MARGIN_MS };
  const users = await readUsers(context, lanes);
  const decided = await decideBatch(context, users, attempt.deadline, mapUntil(startedAt, leaseMs));
  const decisions = await guardRemovals(context, decided);
  const loading = fitting(context, decisions);
  const held = await begin(context, attempt, loading);
  const isHeld = new Set<Decision>(held ? loading : []);
  const others = await deliverOthers(
    context,
    attempt,
    decisions.filter((one) => !isHeld.has(one)),
  );
  await store.unclaimLanes({ ...claim, leaseUntil: startedAt + leaseMs, now: context.now() });
  if (!held) return { kind: 'few', claimed: lanes.length, ...others };
  return { claimed: lanes.length, ...(await runJob(context, held.load, held.decisions)) };
}

function fitting({ target, load }: LoadContext, decisions: readonly Decision[]): readonly LoadDecision[] {
  const creating = decisions.filter(isCreating);
  const writes = new Set(target.loader?.fitting(creating.map(({ write }) => write)));
  const some = creating.filter(({ write }) => writes.has(write));
  return some.length < load.from ? [] : some;
}

const isCreating = (decision: Decision): decision is LoadDecision =>
  decision.kind === 'write' && decision.write.kind === 'upsert' && decision.then === 'idle';

/** From here on nobody else gets these lanes until the job has ended. */
async function begin(context: LoadContext, { lease, startedAt }: Attempt, loading: readonly LoadDecision[]) {
  if (loading.length === 0) return undefined;
  const { store, connector, newId, now, leaseMs } = context;
  const load = { lease: newId(), startedAt, heldUntil: now() + leaseMs };
  const userIds = loading.map(({ claimed }) => claimed.lane.userId);
  const taken = await store.beginLoad({ connector, claim: lease, userIds, ...load });
  if (!taken) return undefined;
  const decisions = loading
    .filter(({ claimed }) => taken.has(claimed.lane.userId))
    .map((decision) => withLease(decision, load.lease));
  return { load: new HeldLoad(context, { ...load, users: taken.size, processed: 0 }), decisions };
}

const withLease = (decision: LoadDecision, lease: string): LoadDecision => ({
  ...decision,
  claimed: { ...decision.claimed, lane: { ...decision.claimed.lane, lease } },
});

/** What needs no call, and of the rest a batch: the others go back as they came, and are claimed as such. */
async function deliverOthers(context: LoadContext, attempt: Attempt, others: readonly Decision[]) {
  const writes = others.filter(({ kind }) => kind === 'write').slice(0, context.target.batchSize);
  const some = [...others.filter(({ kind }) => kind !== 'write'), ...writes];
  return some.length === 0 ? { reached: false } : await deliverDecisions(context, attempt, some);
}

type JobResult = Omit<LoadResult, 'claimed'>;

async function runJob(context: LoadContext, held: HeldLoad, decisions: readonly LoadDecision[]): Promise<JobResult> {
  try {
    const remembered = await inChunks(decisions, (some) => rememberIntent(context, some));
    // What was decided to be loaded is all that went in.
    return await driveJob(context, held, remembered as readonly LoadDecision[]);
  } catch (error) {
    if (error instanceof LoadLost) return { kind: 'left', reached: false };
    throw error;
  }
}

async function driveJob(context: LoadContext, held: HeldLoad, decisions: readonly LoadDecision[]): Promise<JobResult> {
  // The worker makes loads only where there is one.
  const loader = context.target.loader as LeadLoader;
  const opened = await loader.open(await held.keep());
  if (opened.kind === 'failed') return refuse(held, opened.fault);
  await noteJob(context, held, loader, opened.jobId);
  const { jobId } = opened;
  const writes = decisions.map(({ write }) => write);
  const uploaded = await loader.upload(jobId, writes, await held.keep());
  if (uploaded.kind === 'failed') return leave(held, uploaded.fault);
  const started = await loader.start(jobId, await held.keep());
  if (started.kind === 'failed') return leave(held, started.fault);
  const job = await waitForEnd(context, held, { loader, jobId });
  if (job === undefined) return leave(held);
  if (job.kind === 'failed') return leave(held, job.fault);
  const results = await loader.results(jobId, writes, await held.keep({ processed: job.processed }));
  if (results.kind === 'failed') return leave(held, results.fault);
  return settleJob(context, held, { decisions, job, outcomes: results.outcomes });
}

/** Without data it does no harm, but a job that nobody knows of should not stay open. */
async function noteJob({ onEvent }: LoadContext, held: HeldLoad, loader: LeadLoader, jobId: string): Promise<void> {
  try {
    await held.keep({ jobId });
    onEvent({ kind: 'load', event: 'load started', jobId, users: held.load.users });
  } catch (error) {
    await loader.abort(jobId, held.load.heldUntil);
    throw error;
  }
}

/** Codes that are about bulk jobs alone where everything else is answered. */
const NO_BULK: ReadonlySet<string> = new Set([
  'API_DISABLED_FOR_ORG',
  'API_CURRENTLY_DISABLED',
  'NOT_FOUND',
  'INVALID_TYPE',
]);

async function refuse(held: HeldLoad, fault: Fault): Promise<JobResult> {
  const words = `${fault.code}: ${fault.message}`;
  if (isUnsent(fault)) return leave(held, fault);
  const isOutage = closesGate(fault) && !NO_BULK.has(fault.code);
  await held.end(isOutage ? 'load ended' : 'load refused', isOutage ? words : `${words}; collections are used instead`);
  return isOutage ? { kind: 'broken', reached: false, gate: fault } : { kind: 'refused', reached: true };
}

/** Whoever sees to it next ends the job first, whatever has become of it. */
async function leave(held: HeldLoad, fault?: Fault): Promise<JobResult> {
  await held.giveBack();
  if (fault === undefined || isUnsent(fault)) return { kind: 'left', reached: false };
  // What is refused for itself would be refused again.
  return closesGate(fault) ? { kind: 'left', reached: false, gate: fault } : { kind: 'broken', reached: true };
}

interface Watched {
  readonly loader: LeadLoader;
  readonly jobId: string;
}

/** @returns undefined when the process is to stop */
export async function waitForEnd(
  context: LoadContext,
  held: HeldLoad,
  { loader, jobId }: Watched,
): Promise<LoadJob | { readonly kind: 'failed'; readonly fault: Fault } | undefined> {
  const { store, connector, load, leaseMs, wait } = context;
  let failures = 0;
  let isAborted = false;
  for (const waitMs of pollWaits(load, leaseMs)) {
    const job = await loader.look(jobId, await held.keep());
    if (job.kind === 'job') {
      failures = 0;
      if (hasEnded(job)) return job;
      await held.keep({ processed: job.processed });
    } else if ((failures += 1) === MAX_FAILED_LOOKS) return job;
    const { pause } = await store.readConnector(connector);
    // A pause ends what is sent as soon as Salesforce can.
    if (pause && !isAborted) isAborted = (await loader.abort(jobId, await held.keep())).kind === 'done';
    if (!(await wait(isAborted ? load.pollMs : waitMs))) return undefined;
  }
  // The waits have no end.
  throw new TypeError('unreachable');
}

const hasEnded = ({ state }: LoadJob): boolean => state === 'complete' || state === 'failed' || state === 'aborted';

interface Ended {
  readonly decisions: readonly LoadDecision[];
  readonly job: LoadJob;
  readonly outcomes: readonly (LeadOutcome | undefined)[];
}

async function settleJob(
  context: LoadContext,
  held: HeldLoad,
  { decisions, job, outcomes }: Ended,
): Promise<JobResult> {
  const { lease, startedAt } = held.load;
  const told = new Map(decisions.map((one, index) => [one, outcomes[index] ?? notProcessed(job)]));
  const results = await inChunks(decisions, async (some) => {
    const attempt = { lease, startedAt, deadline: await held.keep() };
    const own = new Map(some.map((one) => [one, told.get(one) as LeadOutcome]));
    return [await settleOutcomes(context, attempt, some, own)];
  });
  const done = [...told.values()].filter(({ kind }) => kind === 'done').length;
  await held.end('load ended', describe(job, done, decisions.length), job.state !== 'complete');
  const gate = results.find((result) => result.gate)?.gate;
  return { kind: job.state === 'complete' ? 'done' : 'broken', reached: !gate, ...(gate && { gate }) };
}

const describe = ({ state, message }: LoadJob, done: number, all: number): string =>
  `${state}, ${done} of ${all} Leads written${message === undefined ? '' : `: ${message}`}`;

const NOT_PROCESSED_MS = 60_000;

/** It may be under way where the job was broken off, so it is sent again after a while, as a batch. */
const notProcessed = ({ state, message }: LoadJob): LeadOutcome => ({
  kind: 'failed',
  fault: {
    scope: 'record',
    status: 200,
    code: 'BULK_NOT_PROCESSED',
    message: `the bulk job is ${state} and did not get to this record${message === undefined ? '' : `: ${message}`}`,
    fields: [],
    committed: 'maybe',
    retryAfterMs: NOT_PROCESSED_MS,
  },
});

async function inChunks<T, R>(
  all: readonly T[],
  act: (some: readonly T[]) => Promise<readonly R[]>,
): Promise<readonly R[]> {
  const results: R[] = [];
  for (let first = 0; first < all.length; first += CHUNK) results.push(...(await act(all.slice(first, first + CHUNK))));
  return results;
}
