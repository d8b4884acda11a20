/** The first Lead of a user: one that is found by a field of the mapping is adopted, skipped or parked, else one is made. */
import type { Lane, LeadLink, LeadPredecessor } from '../../storage/store.ts';
import { decideConverted, type FoundConverted } from './converted.ts';
import type { Decision, DeliveryContext, WriteDecision } from '../delivery.ts';
import type { Fault, FoundLead } from '../lead-target.ts';
import {
  findMade,
  matchValue,
  outcomeUnknown,
  toldOfLikely,
  traceCreates,
  withoutCreate,
  type LostCreate,
} from './lost-create.ts';
import { isOwn, matchLead, nameOf, type Match } from './match.ts';
import { planDelivery } from './plan.ts';
import { find, lookupFailed, park, rest, type Planned, type PlanOf } from './planned.ts';
import { findLeaving, inherit, mayTakeOver } from './take-over.ts';
import { readTold, toldOf } from './told.ts';

type PlannedCreate = Planned<PlanOf<'create'>>;
type PlannedUpdate = Planned<PlanOf<'update'>>;

export interface FirstContacts {
  readonly decisions: readonly Decision[];
  /** Updates of the Leads that were found. */
  readonly adopted: readonly PlannedUpdate[];
}

/** Climbs the ladder of `match.by`: one query a rung, for those whom no rung before it gave a Lead. */
export async function decideFirstContacts(
  context: DeliveryContext,
  planned: readonly PlannedCreate[],
  deadline: number,
): Promise<FirstContacts> {
  const ladder = new Ladder(context);
  const users = planned.map(({ claimed }) => claimed);
  const lost = await traceCreates(context, users, deadline);
  let open = planned.filter((one) => !ladder.recover(one, lost.get(one.claimed)));
  for (const field of context.mapping.match.by) {
    const asked = open.filter((one) => valueOf(one, field) !== undefined);
    const values = asked.map((one) => valueOf(one, field) ?? '');
    const rung = await lookFor(context, field, values, deadline);
    if ('fault' in rung) {
      ladder.decisions.push(...asked.map((one) => lookupFailed(one, 'create', rung.fault)));
      open = open.filter((one) => !asked.includes(one));
    } else {
      open = open.filter((one) => !asked.includes(one) || !ladder.match(one, rung));
    }
  }
  for (const one of open) ladder.create(one);
  const converted = await decideConverted(context, ladder.converted, deadline);
  return { decisions: [...ladder.decisions, ...converted], adopted: ladder.adopted };
}

const valueOf = ({ plan }: PlannedCreate, field: string): string | undefined => matchValue(plan.fields, field);

/** What a rung of the ladder found. */
interface Rung {
  readonly field: string;
  readonly leads: readonly FoundLead[];
  /** Ids of those that belong to a user already, be it that nobody but us knows that its create made it. */
  readonly linked: ReadonlySet<string>;
  /** Of these, the ones whose user is gone. */
  readonly leaving: ReadonlyMap<string, Lane>;
}

async function lookFor(
  context: DeliveryContext,
  field: string,
  values: readonly string[],
  deadline: number,
): Promise<Rung | { readonly fault: Fault }> {
  const found = await find(context.target, { field }, values, deadline);
  if ('fault' in found) return found;
  const ids = found.leads.map(({ leadId }) => leadId);
  const linked = await context.store.findLinkedLeads(context.connector, ids);
  const free = ids.filter((leadId) => !linked.has(leadId));
  const made = await findMade(context, free, deadline);
  if ('fault' in made) return made;
  const leaving = await findLeaving(context, linked, made.lanes);
  const owned = new Set([...linked, ...made.lanes.flatMap(({ leadId }) => leadId ?? [])]);
  return { field, leads: found.leads, linked: owned, leaving };
}

/** What is decided on the way up, and so what those who come later find taken. */
class Ladder {
  readonly decisions: Decision[] = [];
  readonly adopted: PlannedUpdate[] = [];
  readonly converted: FoundConverted[] = [];
  readonly #context: DeliveryContext;
  /** Leads that users of this batch were given. */
  readonly #taken = new Set<string>();
  /** Values of Leads that are being made. */
  readonly #occupied = new Set<string>();

  constructor(context: DeliveryContext) {
    this.#context = context;
  }

  get #hasExternalIds(): boolean {
    return this.#context.target.externalIdField !== undefined;
  }

  /** Before the ladder is climbed: what an earlier create made. @returns whether the user is decided */
  recover(one: PlannedCreate, lost: LostCreate | undefined): boolean {
    switch (lost?.kind) {
      case undefined:
      case 'none':
        return false;
      case 'own':
        this.#link(one, { leadId: lost.leadId, origin: 'created', ...toldOf(one.claimed.lane), reason: RECOVERED });
        return true;
      case 'likely':
        return this.#recoverLikely(one, lost.leadIds);
      case 'untraceable':
        this.#parkUnknown(one, []);
        return true;
      case 'failed':
        this.decisions.push(lookupFailed(one, 'create', lost.fault));
        return true;
    }
  }

  /** Whoever wants no Lead adopted wants none that may be somebody else's. */
  #recoverLikely(one: PlannedCreate, leadIds: readonly [string, ...string[]]): true {
    const [leadId, ...others] = leadIds;
    if (others.length > 0 || this.#context.mapping.match.onMatch !== 'adopt') this.#parkUnknown(one, leadIds);
    else
      this.#link(one, { leadId, origin: 'adopted', ...toldOfLikely(one.claimed.lane, this.#context), reason: LIKELY });
    return true;
  }

  #parkUnknown({ claimed }: PlannedCreate, leadIds: readonly string[]): void {
    this.decisions.push(park(claimed, outcomeUnknown(leadIds)));
  }

  /**
   * A Lead of another user is no candidate, be it linked already or taken in this batch, unless that user is gone; who skips
   * what exists skips the user whose value such a Lead has.
   *
   * @returns whether the user is decided
   */
  match(one: PlannedCreate, { field, leads, linked, leaving }: Rung): boolean {
    const same = leads.filter(({ value }) => value?.trim().toLowerCase() === valueOf(one, field));
    if (this.#inherit(one, same, leaving, field)) return true;
    const isTaken = ({ leadId }: FoundLead): boolean => linked.has(leadId) || this.#taken.has(leadId);
    if (this.#context.mapping.match.onMatch === 'skip' && same.some(isTaken)) return this.#skipOccupied(one, field);
    const match = this.#ask(
      one,
      same.filter((lead) => !isTaken(lead)),
      field,
    );
    if (match.kind === 'create') return false;
    this.#decide(one, match);
    return true;
  }

  /** Of several Leads that deleted users left, none is chosen. */
  #inherit(one: PlannedCreate, same: readonly FoundLead[], leaving: Rung['leaving'], field: string): boolean {
    const { lane } = one.claimed;
    // It may have a Lead of its own.
    if (lane.origin !== undefined && !this.#hasExternalIds) return false;
    if (same.some((lead) => isOwn(lead, lane))) return false;
    const [old, ...others] = same.flatMap((lead) => {
      const left = this.#taken.has(lead.leadId) ? undefined : leaving.get(lead.leadId);
      return left !== undefined && mayTakeOver(lead, left) ? [left] : [];
    });
    if (old?.leadId === undefined || others.length > 0) return false;
    this.#taken.add(old.leadId);
    const { link, from, reason } = inherit(old, lane.userId, nameOf(field), this.#context);
    this.adopted.push(adopt(one, link, reason, this.#context, from));
    return true;
  }

  /** The ladder found nothing. */
  create(one: PlannedCreate): void {
    const { by, onMatch } = this.#context.mapping.match;
    const fields = by.filter((field) => valueOf(one, field) !== undefined);
    const placeOf = (field: string): string => `${field} ${valueOf(one, field) ?? ''}`;
    const occupied = fields.find((field) => this.#occupied.has(placeOf(field)));
    if (onMatch === 'skip' && occupied !== undefined) return void this.#skipOccupied(one, occupied);
    // A create that an earlier version sent: it is not written down what was in it.
    const { origin, sent } = one.claimed.lane;
    const isForgotten = origin === 'created' && sent === undefined && !this.#hasExternalIds;
    if (isForgotten && fields.length === 0) return this.#parkUnknown(one, []);
    for (const field of fields) this.#occupied.add(placeOf(field));
    this.#decide(one, this.#ask(one, [], fields[0]));
  }

  #skipOccupied({ claimed }: PlannedCreate, field: string): true {
    this.decisions.push(rest(claimed, 'idle', `another user with this ${nameOf(field)} has the Lead`));
    return true;
  }

  #ask({ claimed }: PlannedCreate, candidates: readonly FoundLead[], by: string | undefined): Match {
    return matchLead({
      lane: claimed.lane,
      candidates,
      ...(by !== undefined && { by }),
      onMatch: this.#context.mapping.match.onMatch,
    });
  }

  #link(one: PlannedCreate, { reason, ...link }: Omit<Extract<Match, { kind: 'link' }>, 'kind'>): void {
    this.#taken.add(link.leadId);
    this.adopted.push(adopt(one, link, reason, this.#context));
  }

  #decide(one: PlannedCreate, match: Match): void {
    switch (match.kind) {
      case 'create':
        this.decisions.push(create(one, this.#context.target.externalIdField));
        break;
      case 'link':
        this.#link(one, match);
        break;
      case 'converted':
        for (const { leadId } of match.leads) this.#taken.add(leadId);
        this.converted.push({ planned: one, match });
        break;
      case 'skip':
        this.decisions.push(rest(one.claimed, 'idle', match.reason));
        break;
      case 'park':
        this.decisions.push(park(one.claimed, match.error));
        break;
    }
  }
}

const RECOVERED = 'Lead of an earlier create whose answer was lost';
const LIKELY = 'Lead that an earlier create may have made, changed since; adopted';

const create = ({ claimed, plan }: PlannedCreate, externalIdField: string | undefined): WriteDecision => ({
  kind: 'write',
  claimed,
  write:
    externalIdField === undefined
      ? { kind: 'create', fields: plan.fields }
      : { kind: 'upsert', externalId: claimed.lane.userId, fields: plan.fields },
  action: 'create',
  reason: plan.reason,
  // Known where Salesforce did not show a Lead that may be there still.
  lead: { origin: claimed.lane.origin ?? 'created', told: JSON.stringify(plan.told ?? plan.fields) },
  then: 'idle',
});

/** The plan is made anew for the Lead that was found: what people wrote there is not overwritten by defaults. */
function adopt(
  { claimed, mapped }: PlannedCreate,
  link: LeadLink,
  reason: string,
  { mapping, target: { externalIdField } }: DeliveryContext,
  from?: LeadPredecessor,
): PlannedUpdate {
  const campaigns = from?.campaigns;
  const lane = { ...withoutCreate(claimed.lane), ...link, ...(campaigns !== undefined && { campaigns }) };
  const linked = { ...claimed, lane, found: from === undefined ? {} : { from } };
  const plan = planDelivery({ lane, user: claimed.user, mapped, mapping, externalIdField });
  // There may be nothing to tell a Lead that is there: it is the user's all the same.
  const nothing = { kind: 'update', leadId: link.leadId ?? '', fields: {}, told: readTold(link) ?? {} } as const;
  return {
    claimed: linked,
    ...(mapped && { mapped }),
    plan: { ...(plan.kind === 'update' ? plan : nothing), reason },
  };
}
