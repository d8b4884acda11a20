/** What the worker would do with one user now, field by field beside what the Lead holds; nothing is written and no lane is touched. */
import type { JsonObject } from '../../scim/json.ts';
import type { Lane } from '../../storage/store.ts';
import { decideBatch } from '../batch/decide.ts';
import { withDoubts } from '../batch/deliver-batch.ts';
import { membersToWrite } from '../batch/deliver-campaigns.ts';
import { readUsers } from '../batch/read-users.ts';
import type { ClaimedUser, DeliveryContext } from '../delivery.ts';
import type { Fault, LeadFields, LeadReader, LeadValue, MemberWrite } from '../lead-target.ts';
import { verdictOf, type Verdict } from '../batch/verdict.ts';

export interface LookContext extends DeliveryContext {
  readonly target: DeliveryContext['target'] & LeadReader;
}

export interface Preview {
  readonly userId: string;
  readonly verdict: Verdict;
  /** Mapped fields and those that are sent, in that order. */
  readonly fields: readonly PreviewField[];
  /** Campaigns that the Lead would come into or leave. */
  readonly campaigns: readonly Pick<MemberWrite, 'kind' | 'campaign'>[];
  /** The Lead that the verdict names, as Salesforce holds it: undefined where it names none. */
  readonly lead?: 'read' | 'not found' | Fault;
}

export interface PreviewField {
  readonly name: string;
  /** What the mapping makes of the user; absent where the mapping leaves the field alone. */
  readonly mapped?: LeadValue;
  /** What Salesforce holds; absent where there is no Lead to read. */
  readonly live?: LeadValue;
  /** What would be sent; absent: nothing. */
  readonly sent?: LeadValue;
}

/**
 * @param user the state to preview; absent: the one that is stored
 * @returns undefined when nothing is known of such a user
 */
export async function previewUser(
  context: LookContext,
  userId: string,
  user?: JsonObject,
): Promise<Preview | undefined> {
  const lane = await context.store.readLane(context.connector, userId);
  const [stored] = await readUsers(context, [asLeased(lane ?? newLane(context.connector, userId))]);
  if (!stored || (!lane && !user && !stored.user)) return undefined;
  return preview(context, user ? { ...stored, user } : stored);
}

/** The same path as a delivery up to where it would write. */
async function preview(context: LookContext, claimed: ClaimedUser): Promise<Preview | undefined> {
  const deadline = context.now() + context.leaseMs;
  const [decision] = await decideBatch(context, [claimed], deadline);
  if (!decision) return undefined;
  const verdict = verdictOf(decision);
  const mapped = await mapLeniently(context, claimed);
  const names = [...new Set([...Object.keys(mapped), ...Object.keys(verdict.fields)])];
  const { leadId = claimed.lane.leadId } = verdict;
  const live = leadId === undefined ? undefined : await readLive(context, leadId, names, deadline);
  return {
    userId: claimed.lane.userId,
    verdict,
    fields: names.map((name) => ({
      name,
      ...valueIn('mapped', mapped, name),
      ...valueIn('live', live?.fields ?? {}, name),
      ...valueIn('sent', verdict.fields, name),
    })),
    campaigns: membersToWrite(context, decision).map(({ kind, campaign }) => ({ kind, campaign })),
    ...(live && { lead: live.state }),
  };
}

/** A mapping that fails is what the verdict tells. */
async function mapLeniently({ mapping }: LookContext, { user }: ClaimedUser): Promise<LeadFields> {
  if (!user) return {};
  return mapping.map(user).catch(() => ({}));
}

interface Live {
  readonly state: NonNullable<Preview['lead']>;
  readonly fields?: LeadFields;
}

async function readLive(
  { target }: LookContext,
  leadId: string,
  names: readonly string[],
  deadline: number,
): Promise<Live> {
  const page = await target.readLeads([leadId], names, deadline);
  if (page.kind === 'failed') return { state: page.fault };
  const [lead] = page.leads;
  return lead ? { state: 'read', fields: lead.fields } : { state: 'not found' };
}

const valueIn = (as: 'mapped' | 'live' | 'sent', fields: LeadFields, name: string): Partial<PreviewField> =>
  Object.hasOwn(fields, name) ? { [as]: fields[name] } : {};

/** Nobody holds it: a lane that is only looked at. */
export const asLeased = (lane: Lane): ClaimedUser['lane'] => withDoubts({ ...lane, lease: '' });

/** The lane that a new user would get. */
const newLane = (connector: string, userId: string): Lane => ({
  connector,
  userId,
  state: 'due',
  dueAt: 0,
  attempts: 0,
  tailSeq: 0,
  headSeq: 0,
  doubts: 0,
});
