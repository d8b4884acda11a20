/** What Salesforce was last told of a Lead, field by field, and where that is not certain. */
import { isObject } from '../../scim/json.ts';
import type { LeadLink } from '../../storage/store.ts';
import type { LeadFields } from '../lead-target.ts';

/**
 * Stands for the value of a field whose last write was sent and never confirmed. No mapped value equals it, so the field is
 * sent again, be it to empty it: a user that went back to an earlier value meanwhile would else look unchanged.
 */
export const UNSURE = '\u0000unsure';

/**
 * Stands in `told` for that the Lead was made as that of a deactivated user, whatever the mapping file set then and sets now. No
 * field of Salesforce has such a name.
 */
export const AWAY = '#away';

export type Told = LeadFields;

/** Whether the Lead may be as that of a deactivated user. */
export const wasAway = (told: Told | undefined): boolean => told !== undefined && Object.hasOwn(told, AWAY);

/** What was told of fields. */
export const withoutAway = (told: Told): Told =>
  Object.fromEntries(Object.entries(told).filter(([name]) => name !== AWAY));

export function readTold({ told }: Pick<LeadLink, 'told'>): Told | undefined {
  if (told === undefined) return undefined;
  const fields: unknown = JSON.parse(told);
  // Only this file and the plans write `told`.
  return isObject(fields) ? (fields as Told) : undefined;
}

export const toldOf = ({ told }: LeadLink): Pick<LeadLink, 'told'> => (told === undefined ? {} : { told });

/**
 * What nobody may have written stays certain: it may be a default that was never sent, for people wrote something there.
 *
 * @param told JSON text of `Told`
 * @param names of fields that may have been set; all that were told by default
 * @returns the same fields and those, these not certain any more
 */
export function forgetCertainty(told: string, names?: readonly string[]): string {
  const fields = readTold({ told }) ?? {};
  const doubted = names ? Object.fromEntries(names.map((name) => [name, null])) : withoutAway(fields);
  return JSON.stringify(markUnsure(fields, doubted));
}

/** What is known while `sent` is on its way: `told` but for the fields that are being written. */
export function markUnsure(told: Told, sent: LeadFields): Told {
  return { ...told, ...Object.fromEntries(Object.keys(sent).map((name) => [name, UNSURE])) };
}
