/** How Leads come into campaigns and leave them (Object Reference: Campaign, CampaignMember). */
import type {
  Fault,
  LeadFields,
  LeadOutcome,
  LeadTarget,
  MemberOutcome,
  MemberWrite,
} from '../provisioning/lead-target.ts';
import { createMembers, deleteLeads, MAX_RECORDS } from './collections.ts';
import type { Connection } from './connection.ts';
import { done, failed, type Result } from './errors.ts';
import { isText } from './json.ts';
import { queryIn } from './query.ts';

/** Of each campaign, as the mapping names it, the ids that it may have: one is right, none and several are not. */
type Ids = ReadonlyMap<string, readonly string[]>;

/** Ids of campaigns by name are looked up once, and again when one of them was of no use. */
export function createMemberWriter(connection: Connection): LeadTarget['writeMembers'] {
  const known = new Map<string, string>();
  return async (writes, deadline) => {
    const ids = await resolveCampaigns(connection, known, writes, deadline);
    if (ids.kind === 'failed') return writes.map(() => ids);
    const outcomes = new Map<MemberWrite, MemberOutcome>([
      ...(await leave(connection, ids.value, only(writes, 'leave'), deadline)),
      ...(await join(connection, ids.value, only(writes, 'join'), deadline)),
    ]);
    for (const [{ campaign }, outcome] of outcomes) if (outcome.kind === 'failed') known.delete(campaign);
    return writes.map((write) => outcomes.get(write) ?? DONE);
  };
}

const DONE: MemberOutcome = { kind: 'done' };

const only = (writes: readonly MemberWrite[], kind: MemberWrite['kind']): readonly MemberWrite[] =>
  writes.filter((write) => write.kind === kind);

const CAMPAIGN_ID = /^701[a-zA-Z0-9]{12}([a-zA-Z0-9]{3})?$/;

async function resolveCampaigns(
  connection: Connection,
  known: Map<string, string>,
  writes: readonly MemberWrite[],
  deadline: number,
): Promise<Result<Ids>> {
  const names = [...new Set(writes.map(({ campaign }) => campaign))];
  const wanted = names.filter((name) => !CAMPAIGN_ID.test(name) && !known.has(name));
  const found = await queryIn(connection, ['Id', 'Name'], 'Name', wanted, deadline, 'Campaign');
  if (found.kind === 'failed') return found;
  const idsOf = (name: string): readonly string[] => {
    const id = CAMPAIGN_ID.test(name) ? name : known.get(name);
    return id === undefined ? idsOfName(name, found.value) : [id];
  };
  const ids = new Map(names.map((name) => [name, idsOf(name)] as const));
  for (const [name, [id, ...others]] of ids) if (id !== undefined && others.length === 0) known.set(name, id);
  return done(ids);
}

/** Salesforce compares names without case. */
const idsOfName = (name: string, rows: readonly Readonly<Record<string, unknown>>[]): readonly string[] =>
  rows.filter(({ Name }) => isText(Name) && Name.toLowerCase() === name.toLowerCase()).map(({ Id }) => String(Id));

type Outcomes = readonly (readonly [MemberWrite, MemberOutcome])[];

/** Members of a campaign that is gone went with it. */
async function leave(
  connection: Connection,
  campaigns: Ids,
  writes: readonly MemberWrite[],
  deadline: number,
): Promise<Outcomes> {
  if (writes.length === 0) return [];
  const leads = [...new Set(writes.map(({ leadId }) => leadId))];
  const select = ['Id', 'CampaignId', 'LeadId'];
  const found = await queryIn(connection, select, 'LeadId', leads, deadline, 'CampaignMember');
  if (found.kind === 'failed') return writes.map((write) => [write, found] as const);
  const members = new Map(found.value.map((row) => [nameOf(row['CampaignId'], row['LeadId']), String(row['Id'])]));
  const placed = writes.flatMap((write) => {
    const [campaignId] = campaigns.get(write.campaign) ?? [];
    const id = members.get(nameOf(campaignId, write.leadId));
    return id === undefined ? [] : [{ write, id }];
  });
  return inCollections(placed, (some) =>
    deleteLeads(
      connection,
      some.map(({ id }) => id),
      deadline,
    ),
  );
}

/** Ids are equal in their first 15 characters, however long they are written. */
const nameOf = (campaignId: unknown, leadId: unknown): string =>
  [campaignId, leadId].map((id) => String(id).slice(0, 15)).join(' ');

async function join(
  connection: Connection,
  campaigns: Ids,
  writes: readonly MemberWrite[],
  deadline: number,
): Promise<Outcomes> {
  const placed = writes.map((write) => ({ write, ids: campaigns.get(write.campaign) ?? [] }));
  const lost = placed.filter(({ ids }) => ids.length !== 1);
  const outcomes = await inCollections(
    placed.filter(({ ids }) => ids.length === 1),
    (some) => createMembers(connection, some.map(toRecord), deadline),
  );
  return [...lost.map(({ write, ids }) => [write, failed(unusable(write.campaign, ids))] as const), ...outcomes];
}

const toRecord = ({ write: { leadId, status }, ids: [id = ''] }: Placed): LeadFields => ({
  CampaignId: id,
  LeadId: leadId,
  ...(status !== undefined && { Status: status }),
});

interface Placed {
  readonly write: MemberWrite;
  readonly ids: readonly string[];
}

async function inCollections<T extends { readonly write: MemberWrite }>(
  placed: readonly T[],
  send: (some: readonly T[]) => Promise<readonly LeadOutcome[]>,
): Promise<Outcomes> {
  const outcomes: [MemberWrite, MemberOutcome][] = [];
  for (let start = 0; start < placed.length; start += MAX_RECORDS) {
    const some = placed.slice(start, start + MAX_RECORDS);
    const answers = await send(some);
    for (const [index, { write }] of some.entries()) outcomes.push([write, readOutcome(write, answers[index])]);
  }
  return outcomes;
}

/** `Already a campaign member`; and a Lead that was converted is a Contact's history, which nobody manages any more. */
const AS_GOOD_AS_DONE: ReadonlySet<string> = new Set(['DUPLICATE_VALUE', 'CANNOT_UPDATE_CONVERTED_LEAD']);

function readOutcome({ campaign }: MemberWrite, answer: LeadOutcome | undefined): MemberOutcome {
  if (answer?.kind !== 'failed') return DONE;
  const { fault } = answer;
  if (fault.scope === 'record' && AS_GOOD_AS_DONE.has(fault.code)) return DONE;
  return failed({ ...fault, message: `campaign ${campaign}: ${fault.message}` });
}

const unusable = (campaign: string, ids: readonly string[]): Fault => ({
  scope: 'record',
  status: 200,
  code: ids.length === 0 ? 'CAMPAIGN_NOT_FOUND' : 'CAMPAIGN_AMBIGUOUS',
  message: ids.length === 0 ? `no campaign is named ${campaign}` : `${campaign} is the name of ${ids.join(', ')}`,
  fields: [],
  committed: 'no',
});
