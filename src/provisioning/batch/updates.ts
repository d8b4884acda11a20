/** What is written to Leads that are known; a field that only fills what is empty is looked at first. */
import { linkOf, type Decision } from '../delivery.ts';
import type { LeadFields, LeadPage, LeadTarget } from '../lead-target.ts';
import { lookupFailed, rest, type Planned, type PlanOf } from './planned.ts';

type PlannedUpdate = Planned<PlanOf<'update'>>;

/** One query for all Leads of the batch that have such a field to fill; none when there is no such Lead. */
export async function decideUpdates(
  target: LeadTarget,
  planned: readonly PlannedUpdate[],
  deadline: number,
): Promise<readonly Decision[]> {
  const looking = planned.filter(({ plan }) => plan.ifEmpty !== undefined);
  const looked = await look(target, looking, deadline);
  const held = new Map(looked.kind === 'page' ? looked.leads.map(({ leadId, fields }) => [leadId, fields]) : []);
  return planned.map((one) => {
    if (one.plan.ifEmpty === undefined) return update(one, one.plan.fields);
    if (looked.kind === 'failed') return lookupFailed(one, 'update', looked.fault);
    return update(one, fillGaps(one.plan, held.get(one.plan.leadId) ?? {}));
  });
}

function look(target: LeadTarget, looking: readonly PlannedUpdate[], deadline: number): Promise<LeadPage> {
  if (looking.length === 0) return Promise.resolve({ kind: 'page', leads: [], total: 0 });
  const ids = new Set(looking.map(({ plan }) => plan.leadId));
  const fields = new Set(looking.flatMap(({ plan }) => plan.ifEmpty ?? []));
  return target.readLeads([...ids], [...fields], deadline);
}

/** @param held what the Lead holds; nothing is known of one that is gone, and the write will tell */
function fillGaps({ fields, ifEmpty = [] }: PlanOf<'update'>, held: LeadFields): LeadFields {
  const isFilled = (name: string): boolean => ifEmpty.includes(name) && (held[name] ?? '') !== '';
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !isFilled(name)));
}

const NOTHING_EMPTY = 'the mapping only fills what is empty, and the Lead holds something there';

function update({ claimed, plan }: PlannedUpdate, fields: LeadFields): Decision {
  // What was looked at counts as told, so that it is looked at again only when the user's value changes.
  const lead = { ...linkOf(claimed), told: JSON.stringify(plan.told) };
  if (Object.keys(fields).length === 0)
    return { ...rest(claimed, 'idle', plan.ifEmpty === undefined ? plan.reason : NOTHING_EMPTY), lead };
  const write = { kind: 'update', leadId: plan.leadId, fields } as const;
  return { kind: 'write', claimed, write, action: 'update', reason: plan.reason, lead, then: 'idle' };
}
