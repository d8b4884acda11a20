/** How a record looks in JSON: `attributes` first, then its fields. */
import type { Field, FieldValue, Row } from '../schema/field.ts';
import type { SObjectType } from '../schema/sobjects.ts';
import { buildAddress } from './row.ts';

export interface Attributes {
  readonly type: string;
  readonly url: string;
}

export type OutputValue = FieldValue | OutputRecord | Readonly<Record<string, FieldValue>>;

export interface OutputRecord {
  readonly attributes: Attributes | { readonly type: string };
  readonly [field: string]: unknown;
}

/** @param base `/services/data/vXX.X` */
export const recordUrl = (base: string, sobject: string, id: string): string => `${base}/sobjects/${sobject}/${id}`;

export const attributesOf = (base: string, type: SObjectType, row: Row): Attributes => ({
  type: type.name,
  url: recordUrl(base, type.name, String(row['Id'])),
});

export const outputValue = (field: Field, row: Row): OutputValue =>
  field.type === 'address' ? buildAddress(row) : (row[field.name] ?? null);

export function renderRecord(base: string, type: SObjectType, row: Row, fields: readonly Field[]): OutputRecord {
  const record: { attributes: Attributes; [field: string]: unknown } = { attributes: attributesOf(base, type, row) };
  for (const field of fields) record[field.name] = outputValue(field, row);
  return record;
}
