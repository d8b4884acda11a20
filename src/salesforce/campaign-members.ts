/** How Leads come into campaigns and leave them (Object Reference: Campaign, CampaignMember). */
import type {
  Fault,
  LeadFields,
  LeadOutcome,
  LeadTarget,
  MemberOutcome,
  MemberWrite,
} from '../provisioning/lead-target.ts';
import { createCampaignMembers, deleteRecords, MAX_RECORDS, type Collection } from './collections.ts';
import { callTogether, MAX_PARTS } from './composite.ts';
import type { ApiReply, Connection } from './connection.ts';
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
    if (ids.kind === 'failed') return writes.map(() => failed(ofCampaigns(ids.fault)));
    const meant = writes.map((write) => ({ write, ids: idsOfWrite(write, ids.value) }));
    const [leavable, joining] = [only(meant, 'leave'), only(meant, 'join')];
    const unclear = leavable.filter((one) => one.ids.length > 1);
    const staying = new Set(joining.flatMap(membersOf));
    const leaves = leavable.filter((one) => one.ids.length === 1 && !membersOf(one).some((name) => staying.has(name)));
    const leaving = await findMembers(connection, leaves, deadline);
    const placed = [...leaving.sent, ...collectJoins(joining.filter(isUsable))];
    const outcomes = new Map<MemberWrite, MemberOutcome>([
      ...leaving.settled,
      ...[...unclear, ...joining.filter((one) => !isUsable(one))].map(
        (one) => [one.write, failed(unusable(one))] as const,
      ),
      ...(await send(connection, placed, deadline)),
    ]);
    for (const [{ campaign }, outcome] of outcomes) if (outcome.kind === 'failed') known.delete(campaign);
    return meant.map(({ write, ids: [campaignId] }) => {
      const outcome = outcomes.get(write) ?? DONE;
      if (outcome.kind === 'failed') return failed(ofCampaigns(outcome.fault));
      return campaignId === undefined ? outcome : { ...outcome, campaignId };
    });
  };
}

/** A write, and the ids that its campaign may have. */
interface Meant {
  readonly write: MemberWrite;
  readonly ids: readonly string[];
}

const idsOfWrite = ({ campaign, campaignId }: MemberWrite, ids: Ids): readonly string[] =>
  campaignId === undefined ? (ids.get(campaign) ?? []) : [campaignId];

/** Who leaves a campaign under one name and joins it under another stays, and so keeps its status there. */
const membersOf = ({ write: { leadId }, ids }: Meant): readonly string[] => ids.map((id) => nameOf(id, leadId));

const DONE: MemberOutcome = { kind: 'done' };

const only = (meant: readonly Meant[], kind: MemberWrite['kind']): readonly Meant[] =>
  meant.filter(({ write }) => write.kind === kind);

const CAMPAIGN_ID = /^701[a-zA-Z0-9]{12}([a-zA-Z0-9]{3})?$/;

async function resolveCampaigns(
  connection: Connection,
  known: Map<string, string>,
  writes: readonly MemberWrite[],
  deadline: number,
): Promise<Result<Ids>> {
  const named = writes.filter(({ campaignId }) => campaignId === undefined);
  const names = [...new Set(named.map(({ campaign }) => campaign))];
  const wanted = names.filter((name) => !CAMPAIGN_ID.test(name) && !known.has(name));
  const found = await queryIn(
    connection,
    { sobject: 'Campaign', select: ['Id', 'Name'], field: 'Name', values: wanted },
    deadline,
  );
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

/** A collection, and the writes that its records stand for. */
type Placed = Collection & { readonly writes: readonly MemberWrite[] };

/** Members of a campaign that is gone went with it. @returns what is to be sent, and what is settled without */
async function findMembers(
  connection: Connection,
  leaves: readonly Meant[],
  deadline: number,
): Promise<{ readonly sent: readonly Placed[]; readonly settled: Outcomes }> {
  const leads = [...new Set(leaves.map(({ write }) => write.leadId))];
  const select = ['Id', 'CampaignId', 'LeadId'];
  const question = { sobject: 'CampaignMember', select, field: 'LeadId', values: leads };
  const found = await queryIn(connection, question, deadline);
  if (found.kind === 'failed') return { sent: [], settled: leaves.map(({ write }) => [write, found] as const) };
  const members = new Map(found.value.map((row) => [nameOf(row['CampaignId'], row['LeadId']), String(row['Id'])]));
  const placed = leaves.flatMap(({ write, ids: [campaignId] }) => {
    const id = members.get(nameOf(campaignId, write.leadId));
    return id === undefined ? [] : [{ write, id }];
  });
  return { sent: inCollections(placed, (some) => deleteRecords(some.map(({ id }) => id))), settled: [] };
}

/** Ids are equal in their first 15 characters, however long they are written. */
const nameOf = (campaignId: unknown, leadId: unknown): string =>
  [campaignId, leadId].map((id) => String(id).slice(0, 15)).join(' ');

const isUsable = ({ ids }: Meant): boolean => ids.length === 1;

const collectJoins = (joins: readonly Meant[]): readonly Placed[] =>
  inCollections(joins, (some) => createCampaignMembers(some.map(toRecord)));

const toRecord = ({ write: { leadId, status }, ids: [id = ''] }: Meant): LeadFields => ({
  CampaignId: id,
  LeadId: leadId,
  ...(status !== undefined && { Status: status }),
});

function inCollections<T extends { readonly write: MemberWrite }>(
  all: readonly T[],
  make: (some: readonly T[]) => Collection,
): readonly Placed[] {
  const collections: Placed[] = [];
  for (let start = 0; start < all.length; start += MAX_RECORDS) {
    const some = all.slice(start, start + MAX_RECORDS);
    collections.push({ ...make(some), writes: some.map(({ write }) => write) });
  }
  return collections;
}

async function send(connection: Connection, placed: readonly Placed[], deadline: number): Promise<Outcomes> {
  const outcomes: (readonly [MemberWrite, MemberOutcome])[] = [];
  for (let first = 0; first < placed.length; first += MAX_PARTS) {
    const some = placed.slice(first, first + MAX_PARTS);
    const parts = some.map(({ part }) => part);
    const results = await callTogether(connection, parts, deadline);
    // There is a result for each part.
    for (const [at, one] of some.entries()) outcomes.push(...readOutcomes(one, results[at] as Result<ApiReply>));
  }
  return outcomes;
}

const readOutcomes = ({ read, writes }: Placed, result: Result<ApiReply>): Outcomes =>
  // A collection has an outcome for each of its records.
  read(result).map((answer, at) => {
    const write = writes[at] as MemberWrite;
    return [write, readOutcome(write, answer)] as const;
  });

/** `Already a campaign member`; and a Lead that was converted is a Contact's history, which nobody manages any more. */
const AS_GOOD_AS_DONE: ReadonlySet<string> = new Set(['DUPLICATE_VALUE', 'CANNOT_UPDATE_CONVERTED_LEAD']);

function readOutcome({ campaign }: MemberWrite, answer: LeadOutcome): MemberOutcome {
  if (answer.kind !== 'failed') return DONE;
  const { fault } = answer;
  if (fault.scope === 'record' && AS_GOOD_AS_DONE.has(fault.code)) return DONE;
  return failed({ ...fault, message: `campaign ${campaign}: ${fault.message}` });
}

/** Said of objects and fields that the integration user may not see. */
const UNSEEN: ReadonlySet<string> = new Set(['INVALID_TYPE', 'INVALID_FIELD', 'NOT_FOUND']);

/** Of a call about Leads this would concern everybody; here only who is to be in a campaign. */
const ofCampaigns = (fault: Fault): Fault =>
  UNSEEN.has(fault.code)
    ? { ...fault, scope: 'record', code: 'CAMPAIGN_NO_ACCESS', message: `${fault.code}: ${fault.message}` }
    : fault;

const unusable = ({ write: { campaign }, ids }: Meant): Fault => ({
  scope: 'record',
  status: 200,
  code: ids.length === 0 ? 'CAMPAIGN_NOT_FOUND' : 'CAMPAIGN_AMBIGUOUS',
  message: ids.length === 0 ? `no campaign is named ${campaign}` : `${campaign} is the name of ${ids.join(', ')}`,
  fields: [],
  committed: 'no',
});
