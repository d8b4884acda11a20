/** The first Lead of a user: one that is found by a field of the mapping is adopted, skipped or parked, else one is made. */
import type { LeadLink } from '../storage/store.ts';
import { decideConverted, type FoundConverted } from './converted.ts';
import type { Decision, DeliveryContext, WriteDecision } from './delivery.ts';
import type { FoundLead } from './lead-target.ts';
import { matchLead, nameOf, type Match } from './match.ts';
import { planDelivery } from './plan.ts';
import { find, lookupFailed, park, rest, type Planned, type PlanOf } from './planned.ts';

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
  let open = planned;
  for (const field of context.mapping.match.by) {
    const asked = open.filter((one) => valueOf(one, field) !== undefined);
    const values = asked.map((one) => valueOf(one, field) ?? '');
    const found = await find(context.target, { field }, values, deadline);
    if ('fault' in found) {
      ladder.decisions.push(...asked.map((one) => lookupFailed(one, 'create', found.fault)));
      open = open.filter((one) => !asked.includes(one));
    } else {
      const ids = found.leads.map(({ leadId }) => leadId);
      const linked = await context.store.findLinkedLeads(context.connector, ids);
      open = open.filter((one) => !asked.includes(one) || !ladder.match(one, { field, leads: found.leads, linked }));
    }
  }
  for (const one of open) ladder.create(one);
  const converted = await decideConverted(context, ladder.converted, deadline);
  return { decisions: [...ladder.decisions, ...converted], adopted: ladder.adopted };
}

/** Trimmed and folded, as Salesforce keeps and compares it; undefined where the user has no text there. */
function valueOf({ plan }: PlannedCreate, field: string): string | undefined {
  const value = plan.fields[field];
  return typeof value === 'string' ? value.trim().toLowerCase() : undefined;
}

/** What a rung of the ladder found. */
interface Rung {
  readonly field: string;
  readonly leads: readonly FoundLead[];
  /** Ids of those that belong to a user already. */
  readonly linked: ReadonlySet<string>;
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

  /**
   * A Lead of another user is no candidate, be it linked already or taken in this batch; who skips what exists skips the
   * user whose value such a Lead has.
   *
   * @returns whether the user is decided
   */
  match(one: PlannedCreate, { field, leads, linked }: Rung): boolean {
    const same = leads.filter(({ value }) => value?.trim().toLowerCase() === valueOf(one, field));
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

  /** The ladder found nothing. */
  create(one: PlannedCreate): void {
    const { by, onMatch } = this.#context.mapping.match;
    const fields = by.filter((field) => valueOf(one, field) !== undefined);
    const placeOf = (field: string): string => `${field} ${valueOf(one, field) ?? ''}`;
    const occupied = fields.find((field) => this.#occupied.has(placeOf(field)));
    if (onMatch === 'skip' && occupied !== undefined) return void this.#skipOccupied(one, occupied);
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
      hasExternalIdField: this.#context.target.externalIdField !== undefined,
      onMatch: this.#context.mapping.match.onMatch,
    });
  }

  #decide(one: PlannedCreate, match: Match): void {
    switch (match.kind) {
      case 'create':
        this.decisions.push(create(one, this.#context.target.externalIdField));
        break;
      case 'link':
        this.#taken.add(match.leadId);
        this.adopted.push(adopt(one, match, this.#context));
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

const create = ({ claimed, plan }: PlannedCreate, externalIdField: string | undefined): WriteDecision => ({
  kind: 'write',
  claimed,
  write:
    externalIdField === undefined
      ? { kind: 'create', fields: plan.fields }
      : { kind: 'upsert', externalId: claimed.lane.userId, fields: plan.fields },
  action: 'create',
  reason: plan.reason,
  lead: { origin: 'created', told: JSON.stringify(plan.fields) },
  then: 'idle',
});

/** The plan is made anew for the Lead that was found: what people wrote there is not overwritten by defaults. */
function adopt(
  { claimed, mapped }: PlannedCreate,
  { leadId, origin, reason }: Required<Pick<LeadLink, 'leadId' | 'origin'>> & { readonly reason: string },
  { mapping }: DeliveryContext,
): PlannedUpdate {
  const linked = { ...claimed, lane: { ...claimed.lane, leadId, origin } };
  const plan = planDelivery({ lane: linked.lane, user: claimed.user, mapped, mapping });
  // A mapping may have nothing to tell a Lead that is there; it gets the id of its user all the same.
  const nothing = { kind: 'update', leadId, fields: {}, told: {} } as const;
  return {
    claimed: linked,
    ...(mapped && { mapped }),
    plan: { ...(plan.kind === 'update' ? plan : nothing), reason },
  };
}
