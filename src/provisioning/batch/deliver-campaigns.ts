/** Campaigns of the Leads of one batch: after the Leads themselves, because a member needs the id of its Lead. */
import type { AttemptEntry, Settlement } from '../../storage/store.ts';
import {
  afterWriting,
  doubted,
  planMembers,
  readKnown,
  wantedCampaigns,
  whileWriting,
  type Known,
} from './campaigns.ts';
import type { Decision, DeliveryContext, RestDecision, WriteDecision } from '../delivery.ts';
import type { Outcomes } from './late-writes.ts';
import type { Fault, MemberOutcome, MemberWrite } from '../lead-target.ts';
import { settleFault, type SettlementInput } from './settlement.ts';

interface Planned {
  readonly decision: Decision;
  readonly known: Known;
  readonly writes: readonly MemberWrite[];
}

/** What the campaigns of one user came to. */
export interface CampaignResult {
  readonly known: Known;
  readonly joined: readonly string[];
  readonly left: readonly string[];
  /** The first one, where there was any. */
  readonly fault?: Fault;
}

/** @returns results of those for whom there was something to do and whose lease is still held; it costs no call where nothing is */
export async function deliverCampaigns(
  context: DeliveryContext,
  decisions: readonly Decision[],
  outcomes: Outcomes,
  deadline: number,
): Promise<ReadonlyMap<Decision, CampaignResult>> {
  if (context.dryRun) return new Map();
  const planned = decisions.flatMap((decision) => {
    const leadId = leadOf(decision, outcomes);
    return leadId === undefined ? [] : planOne(context, decision, leadId);
  });
  const [first] = planned;
  if (!first) return new Map();
  const { lease } = first.decision.claimed.lane;
  const notes = planned.map(({ decision, known, writes }) => ({
    userId: decision.claimed.lane.userId,
    campaigns: JSON.stringify(whileWriting(known, writes)),
  }));
  const held = await context.store.noteCampaigns(context.connector, lease, notes);
  const going = planned.filter(({ decision }) => held.has(decision.claimed.lane.userId));
  const writes = going.flatMap((one) => one.writes);
  const answers = await context.target.writeMembers(writes, deadline);
  const told = new Map(writes.map((write, index) => [write, answers[index]]));
  return new Map(going.map((one) => [one.decision, toResult(one, (write) => told.get(write))]));
}

/** What is to be done for the campaigns of a user once its Lead stands as decided; the id of a new Lead is empty. */
export function membersToWrite(context: MappingOf, decision: Decision): readonly MemberWrite[] {
  if (decision.kind === 'failed' || !keepsLead(decision)) return [];
  return planOne(context, decision, decision.lead.leadId ?? '').flatMap(({ writes }) => writes);
}

type MappingOf = Pick<DeliveryContext, 'mapping'>;

/** @returns nothing where nothing is to be done */
function planOne({ mapping }: MappingOf, decision: Decision, leadId: string): readonly Planned[] {
  const { lane, user } = decision.claimed;
  if (user === undefined) return [];
  const read = readKnown(lane, leadId);
  const known = lane.doubts === 0 ? read : doubted(read);
  const writes = planMembers(known, wantedCampaigns(mapping.campaigns, user));
  return writes.length === 0 ? [] : [{ decision, known, writes }];
}

/** Whether there is a Lead once the decision is carried out, and it is one still. */
const keepsLead = (decision: WriteDecision | RestDecision): boolean =>
  decision.kind === 'write'
    ? decision.then === 'idle'
    : decision.state === 'idle' && decision.lead.leadId !== undefined && !decision.lead.ended;

/** Of a Lead that stands as it was decided; undefined for all others. */
function leadOf(decision: Decision, outcomes: Outcomes): string | undefined {
  if (decision.kind === 'failed' || !keepsLead(decision)) return undefined;
  if (decision.kind === 'rest') return decision.lead.leadId;
  const outcome = outcomes.get(decision);
  return outcome?.kind === 'done' ? outcome.leadId : undefined;
}

function toResult(
  { known, writes }: Planned,
  outcomeOf: (write: MemberWrite) => MemberOutcome | undefined,
): CampaignResult {
  const done = writes.filter((write) => outcomeOf(write)?.kind === 'done');
  const [fault] = writes.map(outcomeOf).flatMap((outcome) => (outcome?.kind === 'failed' ? [outcome.fault] : []));
  const campaignsOf = (kind: MemberWrite['kind']): readonly string[] =>
    done.filter((write) => write.kind === kind).map(({ campaign }) => campaign);
  return {
    known: afterWriting(known, writes, outcomeOf),
    joined: campaignsOf('join'),
    left: campaignsOf('leave'),
    ...(fault && { fault }),
  };
}

/** The settlement of a user whose Lead is as it should be, with what became of its campaigns. */
export function withCampaigns(
  settlement: Settlement,
  { claimed }: Decision,
  result: CampaignResult,
  input: SettlementInput,
): Settlement {
  const attempt = describe(settlement.attempt, result);
  const campaigns = JSON.stringify(result.known);
  if (!result.fault) return { ...settlement, campaigns, attempt };
  const failed = settleFault(claimed, attempt, result.fault, input);
  return { ...failed, lead: settlement.lead, campaigns, attempt: { ...attempt, ...failed.attempt } };
}

const describe = (attempt: AttemptEntry, { joined, left }: CampaignResult): AttemptEntry => ({
  ...attempt,
  ...(attempt.action === 'skip' && {
    action: 'update',
    reason: 'campaigns of its groups changed',
    outcome: 'delivered',
  }),
  ...(joined.length > 0 && { joined }),
  ...(left.length > 0 && { left }),
});
