/** What has to be done so that Salesforce knows a user's current state: the plan for one lane. */
import type { JsonObject } from '../scim/json.ts';
import type { Lane } from '../storage/store.ts';
import type { LeadFields, LeadValue } from './lead-target.ts';
import type { Mapping } from './mapping.ts';
import { readTold, UNSURE, type Told } from './told.ts';

export type Plan =
  /** No Lead is known yet; `fields` are all that have a value. */
  | { readonly kind: 'create'; readonly fields: LeadFields; readonly reason: string }
  | {
      readonly kind: 'update';
      readonly leadId: string;
      /** What differs from what Salesforce was told; null empties a field. */
      readonly fields: LeadFields;
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

export interface PlanInput {
  readonly lane: Lane;
  /** Undefined when the user was deleted. */
  readonly user: JsonObject | undefined;
  /** `mapping.map(user)`; undefined when the user was deleted. */
  readonly mapped: LeadFields | undefined;
  readonly mapping: Mapping;
}

export function planDelivery({ lane, user, mapped, mapping }: PlanInput): Plan {
  if (user === undefined) return planRemoval(lane, mapping);
  if (mapped === undefined) throw new TypeError('a user that exists is planned with its mapped fields');
  return user['active'] === false ? planInactive(lane, mapped, mapping) : planActive(lane, mapped, mapping);
}

function planActive(lane: Lane, mapped: LeadFields, mapping: Mapping): Plan {
  const told = readTold(lane);
  if (lane.leadId === undefined) return create(told, mapped, 'no Lead is known for this user');
  if (told === undefined || !mayCarry(told, mapping.deactivated.set)) {
    return update(lane.leadId, told, target(lane, mapped, mapping), 'mapped fields changed');
  }
  // Mapped fields come last: where the mapping says what Status an active user has, that is the one to restore.
  const fields = { ...mapping.reactivated.set, ...mapped };
  return update(lane.leadId, told, { all: fields, sent: fields }, 'user active again');
}

function planInactive(lane: Lane, mapped: LeadFields, mapping: Mapping): Plan {
  const { set } = mapping.deactivated;
  if (lane.leadId === undefined && lane.origin === undefined) return skip('inactive and never provisioned');
  if (lane.leadId === undefined) {
    const reason = 'user inactive; an earlier create may have reached Salesforce';
    return create(readTold(lane), { ...mapped, ...set }, reason);
  }
  const { all, sent } = target(lane, mapped, mapping);
  return update(lane.leadId, readTold(lane), { all: { ...all, ...set }, sent: { ...sent, ...set } }, 'user inactive');
}

interface Target {
  /** The state Salesforce should know. */
  readonly all: LeadFields;
  /** What may be written to get there. */
  readonly sent: LeadFields;
}

/** An adopted Lead that was never told anything holds what people wrote there; defaults do not replace that. */
function target(lane: Lane, mapped: LeadFields, mapping: Mapping): Target {
  const isNew = lane.origin === 'adopted' && lane.told === undefined;
  return { all: mapped, sent: isNew ? withoutFallbacks(mapped, mapping.fallbacks) : mapped };
}

function withoutFallbacks(fields: LeadFields, fallbacks: LeadFields): LeadFields {
  return pick(fields, (name, value) => !Object.hasOwn(fallbacks, name) || fallbacks[name] !== value);
}

/** What an earlier create may have written is emptied where the user has no value any more. */
function create(told: Told | undefined, mapped: LeadFields, reason: string): Plan {
  const fields = pick(mapped, (name, value) => value !== null || (told !== undefined && Object.hasOwn(told, name)));
  return { kind: 'create', fields, reason };
}

function update(leadId: string, told: Told | undefined, { all, sent }: Target, reason: string): Plan {
  const fields = delta(told, sent);
  if (Object.keys(fields).length === 0) return skip('no mapped change');
  return { kind: 'update', leadId, fields, told: withoutNulls(all), reason: told === undefined ? FIRST_TIME : reason };
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

const withoutNulls = (fields: LeadFields): LeadFields => pick(fields, (_name, value) => value !== null);

function pick(fields: LeadFields, keep: (name: string, value: LeadValue) => boolean): LeadFields {
  return Object.fromEntries(Object.entries(fields).filter(([name, value]) => keep(name, value)));
}

/** Whether the Lead may have every one of these values, as far as it was told. */
function mayCarry(told: Told, set: LeadFields): boolean {
  const entries = Object.entries(set);
  return entries.length > 0 && entries.every(([name, value]) => [value, UNSURE].includes(valueOf(told, name) ?? null));
}

type OnDelete = Mapping['deleted'][keyof Mapping['deleted']];

function planRemoval(lane: Lane, mapping: Mapping): Plan {
  if (lane.leadId === undefined && lane.origin !== 'created') return skip('user deleted; there was no Lead', true);
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
