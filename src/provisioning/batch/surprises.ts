/** What becomes of users whose Lead turned out, when it was written, to be converted, deleted or merged. */
import type { Lane, LaneError } from '../../storage/store.ts';
import { end } from './converted.ts';
import {
  linkOf,
  type Decision,
  type DeliveryContext,
  type FailedDecision,
  type RestDecision,
  type WriteDecision,
} from '../delivery.ts';
import { withHint } from '../policy/hints.ts';
import type { Outcomes } from './late-writes.ts';
import type { Fault, LeadTarget, TracedLead } from '../lead-target.ts';
import type { OnLost } from '../mapping/file.ts';
import type { Mapping } from '../mapping/mapping.ts';
import { find, leadNotVisible, park, rest } from './planned.ts';

/** How often a user starts anew before somebody has to look at it; each time it is another Lead that is gone. */
const MAX_ATTEMPTS = 5;
/** A Lead may have been merged into one that was merged itself. */
const MAX_MERGES = 5;

interface Surprise {
  readonly decision: WriteDecision;
  readonly fault: Fault;
  readonly kind: 'converted' | 'lost';
  /** Absent where an upsert met it: only its external id is known. */
  readonly leadId?: string;
}

/**
 * Puts in place of each write that met such a Lead what the mapping wants then. What the lane knows of its Lead is all that
 * changes here; it is due again, and planned from there.
 */
export async function resolveSurprises(
  context: DeliveryContext,
  decisions: readonly Decision[],
  outcomes: Outcomes,
  deadline: number,
): Promise<readonly Decision[]> {
  const surprises = decisions.flatMap((decision) => surpriseOf(decision, outcomes));
  if (surprises.length === 0) return decisions;
  const resolved = await resolve(context, surprises, deadline);
  return decisions.map((decision) => resolved.get(decision) ?? decision);
}

const CODES: Readonly<Partial<Record<string, Surprise['kind']>>> = {
  CANNOT_UPDATE_CONVERTED_LEAD: 'converted',
  ENTITY_IS_DELETED: 'lost',
  NOT_FOUND: 'lost',
  // What collections say of an id that left the recycle bin; also of an owner that does not exist.
  INVALID_CROSS_REFERENCE_KEY: 'lost',
};

function surpriseOf(decision: Decision, outcomes: Outcomes): readonly Surprise[] {
  const outcome = outcomes.get(decision);
  if (decision.kind !== 'write' || outcome?.kind !== 'failed') return [];
  const { fault } = outcome;
  const kind = CODES[fault.code];
  if (kind === undefined || fault.scope !== 'record' || isTired(decision.claimed.lane)) return [];
  const { write } = decision;
  if (write.kind === 'update') return [{ decision, fault, kind, leadId: write.leadId }];
  return write.kind === 'upsert' && kind === 'converted' ? [{ decision, fault, kind }] : [];
}

/** Attempts at a locked row were none at a Lead that is gone. */
const isTired = ({ attempts, error }: Lane): boolean => attempts >= MAX_ATTEMPTS && error?.class !== 'lock';

type Resolved = ReadonlyMap<Decision, Decision>;

async function resolve(context: DeliveryContext, surprises: readonly Surprise[], deadline: number): Promise<Resolved> {
  const known = await identify(context.target, surprises, deadline);
  if ('fault' in known) return failAll(surprises, known.fault);
  const fates = await traceAll(context, known.surprises, deadline);
  if ('fault' in fates) return failAll(surprises, fates.fault);
  const taken = new Set<string>();
  return new Map(
    known.surprises.flatMap((surprise) => {
      const decision = decide(context, surprise, fates, taken);
      if (decision?.lead.leadId !== undefined) taken.add(decision.lead.leadId);
      return decision === undefined ? [] : [[surprise.decision, decision] as const];
    }),
  );
}

/** Nothing is known of these Leads for now; the writes are made again when Salesforce answers. */
const failAll = (surprises: readonly Surprise[], fault: Fault): Resolved =>
  new Map(surprises.map(({ decision }) => [decision, failed(decision, fault)]));

const failed = ({ claimed, action, reason, write }: WriteDecision, fault: Fault): FailedDecision => ({
  kind: 'failed',
  claimed,
  action,
  reason,
  fields: write.kind === 'delete' ? {} : write.fields,
  fault,
});

/** Finds by external id what an upsert met. */
async function identify(
  target: LeadTarget,
  surprises: readonly Surprise[],
  deadline: number,
): Promise<{ readonly surprises: readonly Surprise[] } | { readonly fault: Fault }> {
  const nameless = surprises.filter(({ leadId }) => leadId === undefined);
  const ids = nameless.map(({ decision }) => decision.claimed.lane.userId);
  const found = await find(target, 'externalId', ids, deadline);
  if ('fault' in found) return found;
  return {
    surprises: surprises.map((surprise) => {
      if (surprise.leadId !== undefined) return surprise;
      const { userId } = surprise.decision.claimed.lane;
      const own = found.leads.find(({ externalId }) => externalId?.toLowerCase() === userId.toLowerCase());
      return own === undefined ? surprise : { ...surprise, leadId: own.leadId };
    }),
  };
}

interface Fates {
  readonly leads: ReadonlyMap<string, TracedLead>;
  /** Masters of merged Leads that belong to a user already. */
  readonly linked: ReadonlySet<string>;
}

/** The Leads themselves, then those that they were merged into. */
async function traceAll(
  { target, store, connector, mapping }: DeliveryContext,
  surprises: readonly Surprise[],
  deadline: number,
): Promise<Fates | { readonly fault: Fault }> {
  const leads = new Map<string, TracedLead>();
  const asksContact = mapping.converted === 'follow';
  const asked = surprises.filter(({ kind }) => kind === 'lost' || asksContact);
  let wanted = asked.flatMap(({ leadId }) => leadId ?? []);
  for (let merges = 0; wanted.length > 0 && merges <= MAX_MERGES; merges += 1) {
    const trace = await target.trace([...new Set(wanted)], deadline);
    if (trace.kind === 'failed') return { fault: trace.fault };
    for (const lead of trace.leads) leads.set(lead.leadId, lead);
    wanted = trace.leads.flatMap(({ masterId }) => (masterId === undefined || leads.has(masterId) ? [] : [masterId]));
  }
  const masters = [...leads.values()].flatMap(({ masterId }) => masterId ?? []);
  return { leads, linked: await store.findLinkedLeads(connector, masters) };
}

/** @returns undefined where the fault stands */
function decide(
  context: DeliveryContext,
  surprise: Surprise,
  fates: Fates,
  taken: ReadonlySet<string>,
): RestDecision | undefined {
  const lead = surprise.leadId === undefined ? undefined : fates.leads.get(surprise.leadId);
  const decision = isConverted(surprise, lead)
    ? decideConverted(surprise, lead)
    : decideLost(context, surprise, { lead, fates, taken });
  return decision && { ...decision, ...triedOf(surprise) };
}

/** What the Lead itself says counts more than the refusal, which is all there is of a Lead that nobody may see. */
const isConverted = ({ kind, leadId }: Surprise, lead: TracedLead | undefined): boolean =>
  lead?.isConverted ?? (kind === 'converted' && leadId !== undefined);

const decideConverted = (surprise: Surprise, lead: TracedLead | undefined): RestDecision =>
  surprise.decision.then === 'gone' ? goneWith(surprise, 'was converted') : endWith(surprise, lead);

interface Lost {
  readonly lead: TracedLead | undefined;
  readonly fates: Fates;
  readonly taken: ReadonlySet<string>;
}

/** What Salesforce says of a Lead in the recycle bin; all else it says of one that the integration user may not see, too. */
const PROOF = 'ENTITY_IS_DELETED';

/**
 * A Lead that left the recycle bin, or one that sharing hides: nothing tells them apart but an upsert, which Salesforce refuses
 * where the external id is taken. It is sent only where a Lead would be made.
 */
function decideUnseen({ decision: { claimed } }: Surprise, target: LeadTarget, mapping: Mapping): RestDecision {
  const { user } = claimed;
  const { leadId = '', ...known } = linkOf(claimed);
  const wantsLead = user !== undefined && mapping.isInScope(user) && user['active'] !== false;
  if (target.externalIdField === undefined || mapping.deletedInSalesforce !== 'recreate' || !wantsLead)
    return park(claimed, leadNotVisible(leadId));
  return {
    ...rest(claimed, 'due', 'Salesforce does not show its Lead: an upsert tells whether it is there'),
    // Where it is there still, Salesforce was told of it what it was told.
    lead: known,
  };
}

function decideLost(
  { mapping, target }: DeliveryContext,
  surprise: Surprise,
  { lead, fates, taken }: Lost,
): RestDecision | undefined {
  const { decision } = surprise;
  // Nobody has such a Lead.
  if (surprise.kind === 'converted' && surprise.leadId === undefined) return undefined;
  // It is there after all: what Salesforce misses is another record, or the Lead came out of the recycle bin just now.
  if (lead?.isDeleted === false) return undefined;
  if (lead === undefined && surprise.fault.code !== PROOF) return decideUnseen(surprise, target, mapping);
  if (decision.then === 'gone') return goneWith(surprise, 'was gone already');
  const master = masterOf(lead, fates);
  const isFree = master !== undefined && !fates.linked.has(master.leadId) && !taken.has(master.leadId);
  return isFree && mayBeOwn(master, decision)
    ? follow(decision, master.leadId)
    : ON_LOST[mapping.deletedInSalesforce](decision);
}

const triedOf = ({ decision: { action, write } }: Surprise): Pick<RestDecision, 'tried'> => ({
  tried: { action, fields: write.kind === 'delete' ? [] : Object.keys(write.fields) },
});

const endWith = ({ decision, leadId }: Surprise, lead: TracedLead | undefined): RestDecision =>
  end(decision.claimed, {
    ...(leadId !== undefined && { leadId }),
    ...(lead?.contactId !== undefined && { contactId: lead.contactId }),
  });

const goneWith = ({ decision: { claimed } }: Surprise, what: string): RestDecision =>
  rest(claimed, 'gone', `user deleted; its Lead ${what} and is left alone`);

/** The live Lead that stands for a merged one. */
function masterOf(lead: TracedLead | undefined, { leads }: Fates): TracedLead | undefined {
  let master = lead;
  for (let merges = 0; master?.isDeleted === true && merges <= MAX_MERGES; merges += 1)
    master = master.masterId === undefined ? undefined : leads.get(master.masterId);
  return master;
}

/** Merging keeps the external id of one of the two. */
const mayBeOwn = ({ externalId }: TracedLead, { claimed }: WriteDecision): boolean =>
  externalId === undefined || externalId.toLowerCase() === claimed.lane.userId.toLowerCase();

/** People made it what it is, so it is theirs from now on, as an adopted one is. */
const follow = ({ claimed }: WriteDecision, leadId: string): RestDecision => ({
  ...rest(claimed, 'due', `its Lead was merged into ${leadId}; that one is kept up to date from now on`),
  lead: { leadId, origin: 'adopted' },
});

const LEFT: LaneError = {
  class: 'policy',
  code: 'LEAD_DELETED',
  message: 'the Lead was deleted in Salesforce, and the mapping makes no other',
};

const ON_LOST: Readonly<Record<OnLost, (decision: WriteDecision) => RestDecision | undefined>> = {
  recreate: ({ claimed }) => ({
    ...rest(claimed, 'due', 'its Lead was deleted in Salesforce; the user starts anew'),
    lead: {},
  }),
  leave: ({ claimed }) => ({
    ...rest(claimed, 'idle', 'its Lead was deleted in Salesforce and is left alone'),
    lead: linkOf(claimed),
    error: withHint(LEFT),
  }),
  park: () => undefined,
};
