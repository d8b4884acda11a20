/** What is to be said of each Lead and each lane of a page, and how a lane would be repaired. */
import type { JsonObject } from '../../scim/json.ts';
import type { Lane, LaneRepair } from '../../storage/store.ts';
import { readUsers } from '../batch/read-users.ts';
import { driftOf } from '../batch/drift.ts';
import type { LeadFields, LiveLead } from '../lead-target.ts';
import { asLeased, type LookContext } from './preview.ts';
import type { Finding, FindingKind } from './reconcile-report.ts';
import { forgetCertainty, markUnsure, readTold } from '../batch/told.ts';

export interface Judged {
  readonly finding: Finding;
  /** The user needs no further look. */
  readonly isMet?: boolean;
  readonly repair?: LaneRepair;
}

export interface Told {
  readonly leads: readonly LiveLead[];
  /** Epoch milliseconds: when Salesforce was asked for them. */
  readonly askedAt: number;
}

/** @param isDelta whether Leads may be deleted, and may be none of ours */
export async function compareLeads(
  context: LookContext,
  { leads, askedAt }: Told,
  isDelta: boolean,
): Promise<readonly Judged[]> {
  const hasMarks = context.target.externalIdField !== undefined;
  const lanes = hasMarks ? await lanesOfMarks(context, leads) : await lanesOfLeads(context, leads);
  const users = await usersOf(context, [...lanes.values()]);
  const strangers = await strangersOf(context, leads, lanes);
  const judged = await inTurn(leads, async (lead) => {
    const lane = lanes.get(hasMarks ? fold(lead.externalId) : lead.leadId);
    if (!lane) return hasMarks ? judgeStranger(lead, strangers) : undefined;
    return judgeLead(context, { lead, lane, user: users.get(lane.userId), askedAt }, isDelta);
  });
  return judged.filter((one) => one !== undefined);
}

/**
 * @param known lanes as they were before Salesforce was asked for their Leads; what became of them meanwhile is read after their
 * users, so that a change which came in between is told from a difference
 * @param leads those of the lanes that Salesforce has
 */
export async function compareRest(
  context: LookContext,
  known: readonly Lane[],
  { leads, askedAt }: Told,
): Promise<readonly Judged[]> {
  const byId = new Map(leads.map((lead) => [lead.leadId, lead]));
  const users = await usersOf(
    context,
    known.filter(({ leadId }) => byId.has(leadId ?? '')),
  );
  const { store, connector } = context;
  const lanes = await store.readLanes(
    connector,
    known.map(({ userId }) => userId),
  );
  const judged = await inTurn(lanes, (lane) =>
    judgeLane(context, { lane, lead: byId.get(lane.leadId ?? ''), user: users.get(lane.userId), askedAt }),
  );
  return judged.flat();
}

interface Pair {
  /** Absent: Salesforce has it not. */
  readonly lead: LiveLead | undefined;
  readonly lane: Lane;
  /** Absent: the user was deleted, or is not compared. */
  readonly user: JsonObject | undefined;
  readonly askedAt: number;
}

async function judgeLead(
  context: LookContext,
  { lead, lane, user, askedAt }: Pair & { readonly lead: LiveLead },
  isDelta: boolean,
): Promise<Judged | undefined> {
  const { leadId } = lead;
  const { userId } = lane;
  if (lane.leadId !== undefined && lane.leadId !== leadId) {
    if (lead.isDeleted) return undefined;
    return { finding: { kind: 'duplicate', userId, leadId, otherLeadId: lane.leadId } };
  }
  const state = stateOf(lane, askedAt);
  if (state) return { finding: { kind: state, userId, leadId }, isMet: true };
  if (lead.isDeleted) return lane.leadId === undefined ? undefined : missing(lane, isDelta);
  if (lane.leadId === undefined) return unlinked(lane, leadId);
  return user ? compare(context, { lead, lane, user }) : { finding: { kind: 'waiting', userId, leadId } };
}

function judgeStranger(lead: LiveLead, known: ReadonlySet<string>): Judged | undefined {
  const { leadId, externalId, isDeleted, isConverted } = lead;
  if (isDeleted || externalId === undefined) return undefined;
  // Nobody can take the mark off a converted one.
  const kind = known.has(fold(externalId)) ? 'waiting' : isConverted ? 'converted' : 'orphaned';
  return { finding: { kind, userId: externalId, leadId } };
}

async function judgeLane(context: LookContext, { lane, lead, user, askedAt }: Pair): Promise<readonly Judged[]> {
  const { userId, leadId } = lane;
  const state = stateOf(lane, askedAt);
  if (state) return [{ finding: { kind: state, userId } }];
  if (leadId === undefined) return [{ finding: { kind: 'without Lead', userId } }];
  if (!lead) return [missing(lane, false)];
  if (!user) return [{ finding: { kind: 'waiting', userId, leadId } }];
  const isUnmarked = context.target.externalIdField !== undefined && fold(lead.externalId) !== fold(userId);
  const compared = await compare(context, { lead, lane, user });
  if (!isUnmarked || lead.isConverted) return [compared];
  const unmarked = { finding: { kind: 'unmarked', userId, leadId }, isMet: true } as const;
  return compared.finding.kind === 'unchanged' ? [unmarked] : [compared, unmarked];
}

/** Why a lane is not compared: also one that was delivered after Salesforce was asked is ahead of the answer. */
function stateOf(
  { state, lastAttemptAt = 0 }: Lane,
  askedAt: number,
): Extract<FindingKind, 'waiting' | 'parked'> | undefined {
  if (state === 'parked') return 'parked';
  return state !== 'idle' || lastAttemptAt > askedAt ? 'waiting' : undefined;
}

interface Compared {
  readonly lead: LiveLead;
  readonly lane: Lane;
  readonly user: JsonObject;
}

async function compare({ mapping }: LookContext, { lead, lane, user }: Compared): Promise<Judged> {
  const about = { userId: lane.userId, leadId: lead.leadId };
  if (lead.isConverted) return { finding: { kind: 'converted', ...about }, isMet: true };
  const mapped = await mapping.map(user).catch(() => undefined);
  if (!mapped) return { finding: { kind: 'unmappable', ...about }, isMet: true };
  const drift = driftOf({ lane, user, mapped, mapping, lead });
  const fields = Object.keys(drift);
  if (fields.length === 0) return { finding: { kind: 'unchanged', ...about }, isMet: true };
  return { finding: { kind: 'drifted', ...about, fields }, isMet: true, repair: repairDrift(lane, drift) };
}

const repairDrift = (lane: Lane, drift: LeadFields): LaneRepair => ({
  ...seenOf(lane),
  told: JSON.stringify(markUnsure(readTold(lane) ?? {}, drift)),
});

/** All of it is sent again, and Salesforce's answer decides what becomes of a Lead that is gone. */
function missing(lane: Lane, isMet: boolean): Judged {
  const { userId, leadId, told } = lane;
  const finding: Finding = { kind: 'missing', userId, ...(leadId !== undefined && { leadId }) };
  const repair = { ...seenOf(lane), ...(told !== undefined && { told: forgetCertainty(told) }) };
  return { finding, isMet, repair };
}

const unlinked = (lane: Lane, leadId: string): Judged => ({
  finding: { kind: 'unlinked', userId: lane.userId, leadId },
  isMet: true,
  repair: { ...seenOf(lane), ...(lane.told !== undefined && { told: lane.told }) },
});

const seenOf = ({ userId, told }: Lane): Pick<LaneRepair, 'userId' | 'seen'> => ({
  userId,
  ...(told !== undefined && { seen: told }),
});

/** Salesforce compares external ids without case. */
const fold = (id: string | undefined): string => id?.toLowerCase() ?? '';

/** As they are written there, and as this service writes them. */
const marksOf = (leads: readonly LiveLead[]): readonly string[] => [
  ...new Set(leads.flatMap(({ externalId }) => (externalId === undefined ? [] : [externalId, fold(externalId)]))),
];

async function lanesOfMarks(
  { store, connector }: LookContext,
  leads: readonly LiveLead[],
): Promise<ReadonlyMap<string, Lane>> {
  const lanes = await store.readLanes(connector, marksOf(leads));
  return new Map(lanes.map((lane) => [fold(lane.userId), lane]));
}

async function lanesOfLeads(
  { store, connector }: LookContext,
  leads: readonly LiveLead[],
): Promise<ReadonlyMap<string, Lane>> {
  const lanes = await store.readLanesOfLeads(
    connector,
    leads.map(({ leadId }) => leadId),
  );
  return new Map(lanes.map((lane) => [lane.leadId ?? '', lane]));
}

/** As a delivery reads them; of lanes that are compared. */
async function usersOf(context: LookContext, lanes: readonly Lane[]): Promise<ReadonlyMap<string, JsonObject>> {
  const compared = lanes.filter(({ state }) => state === 'idle');
  const read = await readUsers(context, compared.map(asLeased));
  return new Map(read.flatMap(({ lane, user }) => (user ? [[lane.userId, user] as const] : [])));
}

/** Users that have no lane, for whatever reason: their Leads are nobody's to delete. */
async function strangersOf(
  { store, resourceType }: LookContext,
  leads: readonly LiveLead[],
  lanes: ReadonlyMap<string, Lane>,
): Promise<ReadonlySet<string>> {
  const ids = marksOf(leads).filter((id) => !lanes.has(fold(id)));
  const users = await store.readResources(resourceType, ids);
  return new Set(users.map(({ id }) => fold(id)));
}

async function inTurn<T, R>(items: readonly T[], judge: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await judge(item));
  return results;
}
