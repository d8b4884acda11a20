/** Which fields a standard Lead has, and which values they take (Object Reference: Lead). */
import { suggest } from './nearest.ts';
import type { LeadValue } from '../lead-target.ts';

type LeadFieldType =
  | 'id'
  | 'string'
  | 'textarea'
  | 'picklist'
  | 'phone'
  | 'email'
  | 'url'
  | 'reference'
  | 'address'
  | 'date'
  | 'datetime'
  | 'boolean'
  | 'int'
  | 'double'
  | 'currency';

export interface LeadField {
  readonly type: LeadFieldType;
  /** Most characters; absent where the type has no length. */
  readonly length?: number;
  /** Salesforce refuses a Lead without it. */
  readonly required?: boolean;
  readonly readOnly?: boolean;
}

/** What `schemas/lead-fields.json` holds. Custom fields are not in it: their types are the org's own. */
export type LeadFieldTable = Readonly<Record<string, LeadField>>;

type ValueKind = 'string' | 'number' | 'boolean';

const NOT_TEXT: Partial<Record<LeadFieldType, ValueKind>> = {
  boolean: 'boolean',
  int: 'number',
  double: 'number',
  currency: 'number',
};

const kindOfField = (field: LeadField): ValueKind => NOT_TEXT[field.type] ?? 'string';

/** Undefined for custom fields. */
export function findLeadField(table: LeadFieldTable, name: string): LeadField | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/** Fields made in the org, with or without a namespace; `__pc` comes from person accounts. */
const isCustom = (name: string): boolean => /__p?c$/i.test(name);

/** @returns why nothing can be written to a field of this name; undefined when it can */
export function explainUnwritable(table: LeadFieldTable, name: string): string | undefined {
  const field = findLeadField(table, name);
  if (field?.readOnly === true) return `Salesforce fills "${name}" itself; remove it`;
  if (field !== undefined || isCustom(name)) return undefined;
  const known = Object.keys(table).filter((other) => table[other]?.readOnly !== true);
  return `a Lead has no standard field "${name}"${suggest(name, known) || '; names of custom fields end in "__c"'}`;
}

/** @returns what a field of this type takes instead of `value`; undefined when it takes it */
export function explainMisfit(field: LeadField | undefined, value: LeadValue): string | undefined {
  if (field === undefined) return undefined;
  if (value === null) return field.required === true ? 'Salesforce requires this field; null cannot be set' : undefined;
  const kind = kindOfField(field);
  return kind === 'string' || typeof value === kind ? undefined : `must be a ${kind}`;
}

/** Salesforce's JSON parser refuses a number or a boolean where the field holds text. */
export function conform(field: LeadField | undefined, value: Exclude<LeadValue, null>): Exclude<LeadValue, null> {
  return field !== undefined && kindOfField(field) === 'string' ? String(value) : value;
}

/** @returns at most `length` UTF-16 units, never half of a surrogate pair */
export function truncate(text: string, length: number): string {
  if (text.length <= length) return text;
  const cut = text.slice(0, length);
  return /[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut;
}

export const isTextField = (field: LeadField): boolean => kindOfField(field) === 'string';
