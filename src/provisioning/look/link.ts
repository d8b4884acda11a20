/** Leads that exist already, linked to their users by the rules of a first contact; of the Leads only the external id is written. */
import type { FoundLink } from '../../storage/store.ts';
import type { Decision } from '../delivery.ts';
import { takeHeldJob, type HeldJob } from './hold-job.ts';
import type { Fault, LeadOutcome } from '../lead-target.ts';
import type { LookContext } from './preview.ts';
import { endsAll, faultOf, laneError } from '../batch/settlement.ts';
import { decideLanes, pagesOf, shadowOf } from './simulate.ts';
import { verdictOf } from '../batch/verdict.ts';

/**
 * - `linked`: the user has its Lead now, and the Lead the user's external id.
 * - `none`: no Lead is there; one would be created.
 * - `ambiguous`: waits for a person, with the code that a delivery would park it with.
 * - `skipped`: the user needs no Lead.
 * - `refused`: Salesforce did not take the external id.
 * - `busy`: a delivery was faster.
 */
export const LINKINGS = ['linked', 'none', 'ambiguous', 'skipped', 'refused', 'busy'] as const;
type Linking = (typeof LINKINGS)[number];

export interface LinkedUser {
  readonly kind: Linking;
  readonly userId: string;
  readonly leadId?: string;
  readonly code?: string;
  /** Why, without values. */
  readonly reason: string;
}

export interface LinkReport {
  readonly counts: Readonly<Record<Linking, number>>;
  readonly samples: readonly LinkedUser[];
  readonly fault?: Fault;
  /** False: it was stopped, or Salesforce could not be asked. */
  readonly complete: boolean;
}

interface LinkOptions {
  /** Only tells what would be linked. */
  readonly dryRun: boolean;
  /** Users named of each kind. */
  readonly samples: number;
  /** @param done lanes looked at */
  readonly onProgress: (done: number) => void;
  readonly stopping?: AbortSignal;
}

/** @throws JobBusy, StorageUnavailable */
export async function linkLeads(context: LookContext, options: LinkOptions): Promise<LinkReport> {
  const job = await takeHeldJob(context.store, 'link', context.now);
  try {
    return await linkAll(context, options, job);
  } finally {
    await job.giveBack();
  }
}

async function linkAll(context: LookContext, options: LinkOptions, job: HeldJob): Promise<LinkReport> {
  const found: LinkedUser[] = [];
  const counts = new Map<Linking, number>();
  const add = (user: LinkedUser): void => {
    const count = (counts.get(user.kind) ?? 0) + 1;
    counts.set(user.kind, count);
    if (count <= options.samples) found.push(user);
  };
  const shadow = shadowOf(context);
  let done = 0;
  let fault: Fault | undefined;
  let isStopped = false;
  for await (const page of pagesOf(context)) {
    const lanes = page.filter(({ leadId }) => leadId === undefined);
    const decisions = await decideLanes(shadow.context, lanes);
    shadow.link(lanes, decisions);
    const linked = await linkPage(context, decisions, options.dryRun);
    linked.users.forEach(add);
    done += page.length;
    options.onProgress(done);
    fault = linked.fault;
    isStopped = options.stopping?.aborted === true || !(await job.keep());
    if (fault || isStopped) break;
  }
  const all = Object.fromEntries(LINKINGS.map((kind) => [kind, counts.get(kind) ?? 0])) as LinkReport['counts'];
  return { counts: all, samples: found, complete: !fault && !isStopped, ...(fault && { fault }) };
}

interface LinkedPage {
  readonly users: readonly LinkedUser[];
  /** Salesforce must not be asked any more. */
  readonly fault?: Fault;
}

async function linkPage(context: LookContext, decisions: readonly Decision[], dryRun: boolean): Promise<LinkedPage> {
  const links = decisions.flatMap(linkOfDecision);
  const others = decisions.filter((decision) => linkOfDecision(decision).length === 0).map(toUser);
  const lookupFault = decisions.map((decision) => faultOf(decision, undefined)).find((one) => one && endsAll(one));
  if (lookupFault) return { users: [], fault: lookupFault };
  if (dryRun) return { users: [...others, ...links.map(({ link, reason }) => toLinked(link, reason))] };
  const outcomes = await mark(context, links);
  const marked = links.filter((_, index) => outcomes[index]?.kind !== 'failed');
  const taken = await context.store.linkFoundLeads(
    context.connector,
    marked.map(({ link }) => link),
  );
  const users = links.map(({ link, reason }, index) => {
    const outcome = outcomes[index];
    if (outcome?.kind === 'failed') return toRefused(link, outcome.fault);
    return taken.has(link.userId)
      ? toLinked(link, reason)
      : { ...toLinked(link, 'a delivery was faster'), kind: 'busy' as const };
  });
  const fault = outcomes
    .map((one) => (one.kind === 'failed' ? one.fault : undefined))
    .find((one) => one && endsAll(one));
  return { users: [...others, ...users], ...(fault && { fault }) };
}

interface Found {
  readonly link: FoundLink;
  readonly reason: string;
}

/** A decision about a user without a Lead that names one has found it. */
function linkOfDecision(decision: Decision): readonly Found[] {
  if (decision.kind === 'failed' || decision.lead.leadId === undefined) return [];
  // A Lead that moves from a deleted user moves by a delivery.
  if (decision.claimed.found?.from !== undefined) return [];
  // A converted Lead takes no external id.
  if (decision.lead.ended !== undefined) return [];
  if (decision.kind === 'write' && decision.write.kind !== 'update') return [];
  const { leadId, origin = 'adopted' } = decision.lead;
  return [{ link: { userId: decision.claimed.lane.userId, leadId, origin }, reason: decision.reason }];
}

/** The external id first: if nothing more comes of it, the next look finds the Lead by it. */
async function mark({ target, now, leaseMs }: LookContext, links: readonly Found[]): Promise<readonly LeadOutcome[]> {
  const { externalIdField } = target;
  if (externalIdField === undefined || links.length === 0) return links.map(({ link }) => done(link));
  const writes = links.map(({ link: { leadId, userId } }) => {
    return { kind: 'update' as const, leadId, fields: { [externalIdField]: userId } };
  });
  return target.write(writes, now() + leaseMs);
}

const done = ({ leadId }: FoundLink): LeadOutcome => ({ kind: 'done', leadId, created: false });

const toLinked = ({ userId, leadId }: FoundLink, reason: string): LinkedUser => ({
  kind: 'linked',
  userId,
  leadId,
  reason,
});

const toRefused = ({ userId, leadId }: FoundLink, fault: Fault): LinkedUser => {
  const { code, message } = laneError(fault);
  return { kind: 'refused', userId, leadId, code, reason: message };
};

function toUser(decision: Decision): LinkedUser {
  const { kind, reason, error } = verdictOf(decision);
  const about = { userId: decision.claimed.lane.userId, reason, ...(error && { code: error.code }) };
  if (kind === 'create') return { kind: 'none', ...about };
  return { kind: kind === 'park' ? 'ambiguous' : kind === 'error' ? 'refused' : 'skipped', ...about };
}
