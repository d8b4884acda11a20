/** How a Lead differs from what its user says: the plan of a delivery to a Lead that was told exactly what it holds. */
import type { JsonObject } from '../../scim/json.ts';
import type { Lane } from '../../storage/store.ts';
import type { LeadFields, LeadValue, LiveLead } from '../lead-target.ts';
import type { Mapping } from '../mapping/mapping.ts';
import { isAway, planDelivery } from './plan.ts';
import { readTold } from './told.ts';

export interface Compared {
  /** Linked to the Lead. */
  readonly lane: Lane;
  readonly user: JsonObject;
  /** `mapping.map(user)` */
  readonly mapped: LeadFields;
  readonly mapping: Mapping;
  readonly lead: LiveLead;
}

/** @returns the fields that the Lead should hold and does not, with the values it should have; empty when it is as it should be */
export function driftOf({ lane, user, mapped, mapping, lead }: Compared): LeadFields {
  const wanted = isAway(user, mapping) ? { ...mapped, ...mapping.deactivated.set } : mapped;
  const held = Object.entries(wanted).map(([name, value]): [string, LeadValue] => {
    const live = lead.fields[name] ?? null;
    const isTheirs = isOwnOfAdopted(name, value, lane, mapping) || isFilled(name, live, mapping);
    return [name, isSame(live, value) || isTheirs ? value : live];
  });
  // What the plan asks of other fields is what was told: people may have changed those, and that is their right.
  const told = { ...readTold(lane), ...Object.fromEntries(held) };
  const linked = { ...lane, leadId: lead.leadId, told: JSON.stringify(told) };
  const plan = planDelivery({ lane: linked, user, mapped, mapping });
  return plan.kind === 'update' ? plan.fields : {};
}

/** Every field that a comparison looks at. */
export const comparedFields = ({ fieldNames, deactivated }: Mapping): readonly string[] => [
  ...new Set([...fieldNames, ...Object.keys(deactivated.set)]),
];

/** An adopted Lead keeps what people wrote where the mapping has no more than a default. */
const isOwnOfAdopted = (name: string, value: LeadValue, { origin }: Lane, { fallbacks }: Mapping): boolean =>
  origin === 'adopted' && Object.hasOwn(fallbacks, name) && fallbacks[name] === value;

/** What the mapping writes only where the Lead holds nothing. */
const isFilled = (name: string, live: LeadValue, { modes }: Mapping): boolean =>
  modes.get(name) === 'whenEmpty' && plain(live) !== null;

/** Whether Salesforce holds a value in the way in which it keeps such values. */
export function isSame(live: LeadValue, wanted: LeadValue): boolean {
  if (live === wanted) return true;
  // A checkbox cannot be empty.
  if (live === false && wanted === null) return true;
  const [kept, told] = [live, wanted].map(plain);
  if (kept === told) return true;
  if (typeof kept !== 'string' || typeof told !== 'string') return false;
  return isSameInstant(kept, told) || (kept.includes('@') && kept.toLowerCase() === told.toLowerCase());
}

/** Text is trimmed there, an empty one is none, and a line may end in two characters. */
function plain(value: LeadValue): LeadValue {
  if (typeof value !== 'string') return value;
  const text = value.replaceAll('\r\n', '\n').trim();
  return text === '' ? null : text;
}

const DATE_TIME = /^\d{4}-\d\d-\d\d(T\d\d:\d\d.*)?$/;

/** Salesforce writes `2026-01-01T00:00:00.000+0000` whatever it was sent. */
const isSameInstant = (one: string, other: string): boolean =>
  DATE_TIME.test(one) && DATE_TIME.test(other) && Date.parse(one) === Date.parse(other);
