/** What became of creates without an external id whose answer was lost: Salesforce is asked for what was sent. */
import type { Lane, LaneError, LeadLink } from '../../storage/store.ts';
import type { ClaimedUser, DeliveryContext } from '../delivery.ts';
import { isSame } from './drift.ts';
import { withHint } from '../policy/hints.ts';
import type { Fault, FoundLead, LeadFields, LiveLead } from '../lead-target.ts';
import { find } from './planned.ts';
import { readTold } from './told.ts';

/** A create as it was sent. */
interface SentCreate {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly fields: LeadFields;
}

export const describeCreate = (at: number, fields: LeadFields): string =>
  JSON.stringify({ at, fields } satisfies SentCreate);

/** Only this file writes it. */
const readSent = ({ sent }: Pick<Lane, 'sent'>): SentCreate | undefined =>
  sent === undefined ? undefined : (JSON.parse(sent) as SentCreate);

/** It is known now what became of it, which is not to say that what it told is what a Lead that was found holds. */
export function withoutCreate(lane: ClaimedUser['lane']): ClaimedUser['lane'] {
  const { sent, told, ...known } = lane;
  return (sent ?? told) === undefined ? lane : known;
}

/** Of a Lead that it may have made, which was changed since: where it sent a default, that is left to whoever changed it. */
export function toldOfLikely(lane: Lane, { mapping: { fallbacks } }: DeliveryContext): Pick<LeadLink, 'told'> {
  const sent = Object.entries(readSent(lane)?.fields ?? {});
  const defaults = sent.filter(([name, value]) => Object.hasOwn(fallbacks, name) && fallbacks[name] === value);
  return { told: JSON.stringify({ ...readTold(lane), ...Object.fromEntries(defaults) }) };
}

export type LostCreate =
  /** It made this Lead. */
  | { readonly kind: 'own'; readonly leadId: string }
  /** Leads that it may have made, changed since by people or by the org. */
  | { readonly kind: 'likely'; readonly leadIds: readonly [string, ...string[]] }
  /** It made none. */
  | { readonly kind: 'none' }
  /** It held no value by which a Lead can be found. */
  | { readonly kind: 'untraceable' }
  | { readonly kind: 'failed'; readonly fault: Fault };

/** @param leadIds that it may have made */
export function outcomeUnknown(leadIds: readonly string[]): LaneError {
  const code = 'CREATE_OUTCOME_UNKNOWN';
  const what = 'an earlier create may have reached Salesforce';
  const message = leadIds.length === 0 ? what : `${what} and have made one of these Leads: ${leadIds.join(', ')}`;
  return withHint({ class: 'policy', code, message });
}

/** Clocks differ; and nobody else makes the same Lead in our name within this time. */
const CLOCK_MARGIN_MS = 5 * 60_000;

/** @returns one for each user for whom a create was sent; with an external-id field none: it tells more */
export async function traceCreates(
  context: DeliveryContext,
  users: readonly ClaimedUser[],
  deadline: number,
): Promise<ReadonlyMap<ClaimedUser, LostCreate>> {
  if (context.target.externalIdField !== undefined) return new Map();
  const asked = users.filter(({ lane }) => lane.sent !== undefined);
  if (asked.length === 0) return new Map();
  const all = await readLost(context);
  const lost = asked.flatMap((user) => lostOf(user.lane).map((one) => ({ ...one, user })));
  const found = await findSent(context, lost, all, deadline);
  if ('fault' in found) return new Map(lost.map(({ user }) => [user, { kind: 'failed', fault: found.fault }]));
  const traces = new Traces(context, found, all);
  return new Map(lost.map((one) => [one.user, traces.judge(one)]));
}

/** @returns of these Leads, which nobody is linked with, the lanes that made them as far as that is certain, each with its Lead */
export async function findMade(
  context: DeliveryContext,
  leadIds: readonly string[],
  deadline: number,
): Promise<{ readonly lanes: readonly Lane[] } | { readonly fault: Fault }> {
  if (context.target.externalIdField !== undefined || leadIds.length === 0) return { lanes: [] };
  const all = await readLost(context);
  if (all.length === 0) return { lanes: [] };
  const page = await context.target.readLeads(leadIds, fieldsOf(all), deadline);
  if (page.kind === 'failed') return page;
  return {
    lanes: page.leads.flatMap((lead) => {
      const maker = all.find(({ sent }) => isMadeBy(lead, sent, context));
      return maker === undefined ? [] : [{ ...maker.lane, leadId: lead.leadId }];
    }),
  };
}

interface Lost {
  readonly lane: Lane;
  readonly sent: SentCreate;
}

function lostOf(lane: Lane): readonly Lost[] {
  const sent = readSent(lane);
  return sent === undefined ? [] : [{ lane, sent }];
}

const readLost = async ({ store, connector }: DeliveryContext): Promise<readonly Lost[]> =>
  (await store.readLostCreates(connector)).flatMap(lostOf);

const fieldsOf = (lost: readonly Lost[]): readonly string[] => [
  ...new Set([...lost.flatMap(({ sent }) => Object.keys(sent.fields)), 'CreatedDate', 'CreatedById']),
];

interface FoundSent {
  /** By the field by which they were looked for; Leads of other users are left out. */
  readonly byField: ReadonlyMap<string, readonly FoundLead[]>;
  readonly leads: ReadonlyMap<string, LiveLead>;
}

/** One query for each field of `match.by`, and one for what the Leads hold that were found. */
async function findSent(
  { target, store, connector, mapping }: DeliveryContext,
  lost: readonly Lost[],
  all: readonly Lost[],
  deadline: number,
): Promise<FoundSent | { readonly fault: Fault }> {
  const byField = new Map<string, readonly FoundLead[]>();
  for (const field of mapping.match.by) {
    const values = lost.flatMap(({ sent }) => matchValue(sent.fields, field) ?? []);
    const found = await find(target, { field }, values, deadline);
    if ('fault' in found) return found;
    byField.set(field, found.leads);
  }
  const ids = [...new Set([...byField.values()].flat().map(({ leadId }) => leadId))];
  const linked = await store.findLinkedLeads(connector, ids);
  const free = ids.filter((leadId) => !linked.has(leadId));
  const page = await target.readLeads(free, fieldsOf([...lost, ...all]), deadline);
  if (page.kind === 'failed') return page;
  return { byField, leads: new Map(page.leads.map((lead) => [lead.leadId, lead])) };
}

/** Trimmed and folded, as Salesforce keeps and compares it; undefined where there is no text. */
export function matchValue(fields: LeadFields, field: string): string | undefined {
  const value = fields[field];
  return typeof value === 'string' ? value.trim().toLowerCase() : undefined;
}

class Traces {
  readonly #context: DeliveryContext;
  readonly #found: FoundSent;
  readonly #all: readonly Lost[];
  /** What others of the batch made. */
  readonly #taken = new Set<string>();

  /** @param all creates of which nobody knows yet what they made, those that are judged later or by others included */
  constructor(context: DeliveryContext, found: FoundSent, all: readonly Lost[]) {
    this.#context = context;
    this.#found = found;
    this.#all = all;
  }

  judge({ lane, sent }: Lost): LostCreate {
    const fields = this.#context.mapping.match.by.filter((field) => matchValue(sent.fields, field) !== undefined);
    if (fields.length === 0) return { kind: 'untraceable' };
    const possible = this.#candidates(sent, fields).filter((lead) => mayBeMadeBy(lead, sent, this.#context));
    const [own, ...others] = possible.filter((lead) => isMadeBy(lead, sent, this.#context));
    if (own !== undefined && others.length === 0) {
      this.#taken.add(own.leadId);
      return { kind: 'own', leadId: own.leadId };
    }
    const makers = this.#all.filter(({ lane: { userId } }) => userId !== lane.userId);
    const isAnothers = (lead: LiveLead): boolean => makers.some((one) => isMadeBy(lead, one.sent, this.#context));
    const isOpen = (lead: LiveLead): boolean => isMadeBy(lead, sent, this.#context) || !isAnothers(lead);
    const [first, ...more] = possible.filter(isOpen).map(({ leadId }) => leadId);
    return first === undefined ? { kind: 'none' } : { kind: 'likely', leadIds: [first, ...more] };
  }

  #candidates(sent: SentCreate, fields: readonly string[]): readonly LiveLead[] {
    const ids = fields.flatMap((field) =>
      (this.#found.byField.get(field) ?? [])
        .filter(({ value }) => value?.trim().toLowerCase() === matchValue(sent.fields, field))
        .map(({ leadId }) => leadId),
    );
    return [...new Set(ids)].flatMap((leadId) => {
      const lead = this.#taken.has(leadId) ? undefined : this.#found.leads.get(leadId);
      return lead === undefined || lead.isConverted ? [] : [lead];
    });
  }
}

/** Made since it was sent, and not by anybody else. */
function mayBeMadeBy(lead: LiveLead, { at }: SentCreate, { target }: DeliveryContext): boolean {
  const createdAt = Date.parse(String(lead.fields['CreatedDate']));
  if (createdAt < at - CLOCK_MARGIN_MS) return false;
  return target.userId() === undefined || isOurUser(lead, target);
}

/** As far as anything can tell: it is what was sent, to the last value. */
const isMadeBy = (lead: LiveLead, sent: SentCreate, context: DeliveryContext): boolean =>
  !lead.isConverted && mayBeMadeBy(lead, sent, context) && isOurUser(lead, context.target) && holds(lead, sent.fields);

function isOurUser({ fields: { CreatedById: creator = null } }: LiveLead, target: DeliveryContext['target']): boolean {
  const userId = target.userId();
  // Ids are equal in their first 15 characters, however long they are written.
  return userId !== undefined && String(creator).slice(0, 15) === userId.slice(0, 15);
}

const holds = (lead: LiveLead, sent: LeadFields): boolean =>
  Object.entries(sent).every(([name, value]) => isSame(lead.fields[name] ?? null, value));
