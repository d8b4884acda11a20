/** What the org says about its Lead: which fields there are and what they take (REST API Developer Guide, sObject Describe). */
import type { Fault } from '../provisioning/lead-target.ts';
import type { Connection } from './connection.ts';
import { failed, unexpectedResponse } from './errors.ts';
import { isObject, isText, listOf } from './json.ts';

export interface LeadField {
  /** API name. */
  readonly name: string;
  readonly label: string;
  /** Salesforce's own type names, such as `string`, `picklist`, `email`. */
  readonly type: string;
  /** Characters; 0 for types without a length. */
  readonly length: number;
  readonly createable: boolean;
  readonly updateable: boolean;
  /** Whether a query may ask for records that have a value in it. */
  readonly filterable: boolean;
  readonly nillable: boolean;
  /** Filled in by Salesforce when a create leaves it out. */
  readonly defaultedOnCreate: boolean;
  readonly externalId: boolean;
  readonly unique: boolean;
  readonly caseSensitive: boolean;
  readonly restrictedPicklist: boolean;
  /** Active values of a picklist. */
  readonly picklistValues: readonly string[];
}

export type LeadDescription =
  | { readonly kind: 'described'; readonly fields: readonly LeadField[] }
  | { readonly kind: 'failed'; readonly fault: Fault };

export async function describeLead(connection: Connection): Promise<LeadDescription> {
  const resource = 'sobjects/Lead/describe';
  const deadline = connection.nextDeadline();
  const result = await connection.call({ method: 'GET', path: resource, resource, deadline });
  if (result.kind === 'failed') return result;
  const fields = listOf(result.value.body, 'fields').filter(isObject).map(readField);
  if (fields.length > 0) return { kind: 'described', fields };
  return failed(unexpectedResponse(result.value.status, 'the description of Lead names no fields', false));
}

function readField(field: Readonly<Record<string, unknown>>): LeadField {
  const text = (key: string): string => (isText(field[key]) ? field[key] : '');
  const flag = (key: string): boolean => field[key] === true;
  return {
    name: text('name'),
    label: text('label'),
    type: text('type'),
    length: typeof field['length'] === 'number' ? field['length'] : 0,
    createable: flag('createable'),
    updateable: flag('updateable'),
    filterable: flag('filterable'),
    nillable: flag('nillable'),
    defaultedOnCreate: flag('defaultedOnCreate'),
    externalId: flag('externalId'),
    unique: flag('unique'),
    caseSensitive: flag('caseSensitive'),
    restrictedPicklist: flag('restrictedPicklist'),
    picklistValues: listOf(field, 'picklistValues').flatMap(readActiveValue),
  };
}

const readActiveValue = (entry: unknown): readonly string[] =>
  isObject(entry) && entry['active'] === true && isText(entry['value']) ? [entry['value']] : [];
