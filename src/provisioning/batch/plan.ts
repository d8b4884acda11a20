/** What has to be done so that Salesforce knows a user's current state: the plan for one lane. */
import type { JsonObject } from '../../scim/json.ts';
import type { Lane } from '../../storage/store.ts';
import type { LeadFields, LeadValue } from '../lead-target.ts';
import type { Mapping } from '../mapping/mapping.ts';
import { AWAY, readTold, UNSURE, wasAway, type Told } from './told.ts';

export type Plan =
  /** No Lead is known yet; `fields` are all that have a value. */
  | {
      readonly kind: 'create';
      readonly fields: LeadFields;
      /** What Salesforce will have been told afterwards, where that is more than `fields`. */
      readonly told?: LeadFields;
      readonly reason: string;
    }
  | {
      readonly kind: 'update';
      readonly leadId: string;
      /** What differs from what Salesforce was told, of a Lead that was just found perhaps nothing; null empties a field. */
      readonly fields: LeadFields;
      /** Of these, the ones that are written only where the Lead holds nothing; absent when there is none. */
      readonly ifEmpty?: readonly string[];
      /** What Salesforce will have been told afterwards. */
      readonly told: LeadFields;
      readonly reason: string;
    }
  | { readonly kind: 'delete'; readonly leadId: string; readonly reason: string }
  /** The user is gone and the Lead stays: set `fields`, then forget it. */
  | { readonly kind: 'close'; readonly leadId: string; readonly fields: LeadFields; readonly reason: string }
  /**
   * The user is gone, but a create may be on its way: find the Lead by its external id, then delete it, or set
   * `closeWith` where the mapping does not delete.
   */
  | { readonly kind: 'resolve'; readonly closeWith?: LeadFields; readonly reason: string }
  /** Nothing is sent. `gone`: the lane has no purpose any more. */
  | { readonly kind: 'skip'; readonly reason: string; readonly gone: boolean };

interface PlanInput {
  readonly lane: Lane;
  /** Undefined when the user was deleted. */
  readonly user: JsonObject | undefined;
  /** `mapping.map(user)`; undefined where `planUnmapped` gives the plan. */
  readonly mapped: LeadFields | undefined;
  readonly mapping: Mapping;
  /** Lead field that holds the id of its user; absent: none is written. */
  readonly externalIdField?: string | undefined;
}

/** What the plan of a user who exists is made from. */
type Present = Pick<PlanInput, 'lane' | 'mapping' | 'externalIdField'> & { readonly mapped: LeadFields };

export function planDelivery(input: PlanInput): Plan {
  const { user, mapped, mapping } = input;
  const unmapped = planUnmapped(input);
  if (unmapped !== undefined) return unmapped;
  if (user === undefined || mapped === undefined)
    throw new TypeError('a user that exists is planned with its mapped fields');
  const away = whyAway(user, mapping);
  const present = { ...input, mapped };
  return away === undefined ? planActive(present) : planAway(present, away);
}

/** The plan for a user whose fields do not matter, so that no mapping can fail where none is needed. */
export function planUnmapped({ lane, user, mapping }: Pick<PlanInput, 'lane' | 'user' | 'mapping'>): Plan | undefined {
  if (lane.ended !== undefined) return planEnded(user);
  if (user === undefined) return planRemoval(lane, mapping);
  const away = whyAway(user, mapping);
  const isUnknown = lane.leadId === undefined && lane.origin === undefined;
  return away !== undefined && isUnknown ? skip(away.never) : undefined;
}

/** Why the Lead is as that of a deactivated user, in the words of the journal. */
interface Away {
  readonly never: string;
  readonly lost: string;
  readonly changed: string;
  readonly unchanged: string;
}

/** Whether the Lead of a user who exists is to be as that of a deactivated one. */
export const isAway = (user: JsonObject, mapping: Mapping): boolean => whyAway(user, mapping) !== undefined;

function whyAway(user: JsonObject, mapping: Mapping): Away | undefined {
  if (!mapping.isInScope(user)) return OUT_OF_SCOPE;
  return user['active'] === false ? INACTIVE : undefined;
}

const INACTIVE: Away = {
  never: 'inactive and never provisioned',
  lost: 'user inactive; an earlier create may have reached Salesforce',
  changed: 'user inactive',
  unchanged: 'no mapped change',
};

const OUT_OF_SCOPE: Away = {
  never: 'out of scope and never provisioned',
  lost: 'user out of scope; an earlier create may have reached Salesforce',
  changed: 'user out of scope',
  unchanged: 'user out of scope; no mapped change',
};

function planActive(present: Present): Plan {
  const { lane, mapped, mapping } = present;
  const told = readTold(lane);
  if (lane.leadId === undefined) return create(told, mapped, 'no Lead is known for this user');
  // Leads that an earlier version closed are known by their values alone.
  if (told === undefined || !(wasAway(told) || mayCarry(told, mapping.deactivated.set))) {
    return update(lane.leadId, told, target(present), { changed: 'mapped fields changed' });
  }
  const { set } = mapping.reactivated;
  const { all } = target(present);
  // Mapped fields come last: where the mapping says what Status an active user has, that is the one to restore. One that only
  // fills what is empty would find there what the deactivation set.
  const fields = {
    ...set,
    ...pick(all, (name) => mapping.modes.get(name) !== 'whenEmpty' || !Object.hasOwn(set, name)),
  };
  const ifEmpty = fillsGaps(mapping).filter((name) => !Object.hasOwn(set, name));
  return update(lane.leadId, told, { all: fields, sent: fields, ifEmpty }, { changed: 'user active again' });
}

function planAway(present: Present, away: Away): Plan {
  const { lane, mapped, mapping } = present;
  const { set } = mapping.deactivated;
  const mark = Object.keys(set).length > 0 ? { [AWAY]: true } : {};
  if (lane.leadId === undefined) {
    const plan = create(readTold(lane), { ...mapped, ...set }, away.lost);
    return { ...plan, told: { ...plan.fields, ...mark } };
  }
  const { all, sent, ifEmpty } = target(present);
  const wanted = {
    all: { ...all, ...set, ...mark },
    sent: { ...sent, ...set },
    ifEmpty: ifEmpty.filter((name) => !Object.hasOwn(set, name)),
  };
  return update(lane.leadId, readTold(lane), wanted, away);
}

interface Target {
  /** The state Salesforce should know. */
  readonly all: LeadFields;
  /** What may be written to get there. */
  readonly sent: LeadFields;
  /** Names of fields that are written only where the Lead holds nothing. */
  readonly ifEmpty: readonly string[];
}

const fillsGaps = ({ modes }: Mapping): readonly string[] =>
  [...modes].flatMap(([name, mode]) => (mode === 'whenEmpty' ? [name] : []));

/** An adopted Lead that was never told anything holds what people wrote there; defaults do not replace that. */
function target({ lane, mapped, mapping, externalIdField }: Present): Target {
  const isNew = lane.origin === 'adopted' && lane.told === undefined;
  const kept = pick(mapped, (name) => mapping.modes.get(name) !== 'onCreate');
  const all = { ...kept, ...markOf(lane, externalIdField) };
  return { all, sent: isNew ? withoutFallbacks(all, mapping) : all, ifEmpty: fillsGaps(mapping) };
}

/** A Lead that was not made with the id of its user gets it, so that it is recognised for good. */
function markOf(lane: Lane, field: string | undefined): LeadFields {
  if (field === undefined) return {};
  const wasTold = Object.hasOwn(readTold(lane) ?? {}, field);
  return lane.origin === 'adopted' || wasTold ? { [field]: lane.userId } : {};
}

/** A default may fill what is empty. */
function withoutFallbacks(fields: LeadFields, { fallbacks, modes }: Mapping): LeadFields {
  const isFallback = (name: string, value: LeadValue): boolean =>
    Object.hasOwn(fallbacks, name) && fallbacks[name] === value;
  return pick(fields, (name, value) => modes.get(name) === 'whenEmpty' || !isFallback(name, value));
}

/** What an earlier create may have written is emptied where the user has no value any more. */
function create(
  told: Told | undefined,
  mapped: LeadFields,
  reason: string,
): Omit<Extract<Plan, { kind: 'create' }>, 'told'> {
  const fields = pick(mapped, (name, value) => value !== null || (told !== undefined && Object.hasOwn(told, name)));
  return { kind: 'create', fields, reason };
}

function update(
  leadId: string,
  told: Told | undefined,
  { all, sent, ifEmpty }: Target,
  { changed, unchanged = 'no mapped change' }: Pick<Away, 'changed'> & Partial<Away>,
): Plan {
  const fields = delta(told, sent);
  // Of a Lead that was told nothing it has to be known what it is not told, or the next change would bring it.
  if (told !== undefined && Object.keys(fields).length === 0) return skip(unchanged);
  const looked = ifEmpty.filter((name) => Object.hasOwn(fields, name));
  return {
    kind: 'update',
    leadId,
    fields,
    ...(looked.length > 0 && { ifEmpty: looked }),
    told: withoutNulls(all),
    reason: told === undefined ? FIRST_TIME : changed,
  };
}

const FIRST_TIME = 'Lead linked; Salesforce was told nothing yet';

const skip = (reason: string, gone = false): Plan => ({ kind: 'skip', reason, gone });

/**
 * The fields to send so that a Lead that was told `told` knows `wanted`. Fields that are not wanted are left alone;
 * of a Lead whose state nobody knows, no field is emptied.
 */
export function delta(told: Told | undefined, wanted: LeadFields): LeadFields {
  if (told === undefined) return withoutNulls(wanted);
  return pick(wanted, (name, value) => value !== (valueOf(told, name) ?? null));
}

const valueOf = (told: Told, name: string): Told[string] | undefined =>
  Object.hasOwn(told, name) ? told[name] : undefined;

export const withoutNulls = (fields: LeadFields): LeadFields => pick(fields, (_name, value) => value !== null);

function pick(fields: LeadFields, keep: (name: string, value: LeadValue) => boolean): LeadFields {
  return Object.fromEntries(Object.entries(fields).filter(([name, value]) => keep(name, value)));
}

/** Whether the Lead may have every one of these values, as far as it was told. */
function mayCarry(told: Told, set: LeadFields): boolean {
  const entries = Object.entries(set);
  return entries.length > 0 && entries.every(([name, value]) => [value, UNSURE].includes(valueOf(told, name) ?? null));
}

/** Salesforce takes no change of a converted Lead, and nobody may delete the history of a Contact. */
const planEnded = (user: JsonObject | undefined): Plan =>
  user === undefined
    ? skip('user deleted; its Lead was converted and is left alone', true)
    : skip('its Lead was converted; it is not kept up to date any more');

type OnDelete = Mapping['deleted'][keyof Mapping['deleted']];

function planRemoval(lane: Lane, mapping: Mapping): Plan {
  if (lane.leadId === undefined && lane.origin === undefined) return skip('user deleted; there was no Lead', true);
  const origin = lane.origin ?? 'adopted';
  const action = mapping.deleted[origin];
  return lane.leadId === undefined
    ? UNKNOWN_LEAD[action](mapping)
    : KNOWN_LEAD[action]({ leadId: lane.leadId, mapping, whose: WHOSE[origin] });
}

const WHOSE = { created: 'Lead was created here', adopted: 'Lead was adopted' } as const;

const LEFT = skip('user deleted; the mapping leaves the Lead alone', true);

const UNKNOWN_LEAD: Readonly<Record<OnDelete, (mapping: Mapping) => Plan>> = {
  delete: () => ({ kind: 'resolve', reason: 'user deleted; its Lead may have been created' }),
  close: ({ deactivated }) => ({
    kind: 'resolve',
    closeWith: deactivated.set,
    reason: 'user deleted; its Lead may have been created',
  }),
  leave: () => LEFT,
};

interface Removal {
  readonly leadId: string;
  readonly mapping: Mapping;
  readonly whose: string;
}

const KNOWN_LEAD: Readonly<Record<OnDelete, (removal: Removal) => Plan>> = {
  delete: ({ leadId, whose }) => ({ kind: 'delete', leadId, reason: `user deleted; ${whose}` }),
  close: planClose,
  leave: () => LEFT,
};

function planClose({ leadId, mapping, whose }: Removal): Plan {
  const { set } = mapping.deactivated;
  if (Object.keys(set).length === 0) return skip('user deleted; the mapping has nothing to set', true);
  return { kind: 'close', leadId, fields: set, reason: `user deleted; ${whose}` };
}
