/** How a record is laid out: all fields of its type, the computed ones worked out. */
import { formatDate } from '../datetime.ts';
import { toId15 } from '../ids.ts';
import type { FieldValue, Row } from '../schema/field.ts';
import type { SObjectType } from '../schema/sobjects.ts';

const ADDRESS_PARTS = ['City', 'Country', 'GeocodeAccuracy', 'Latitude', 'Longitude', 'PostalCode', 'State', 'Street'];

const lowerFirst = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

/** A row with the defaults of its type where `values` has nothing. */
export function buildRow(type: SObjectType, values: Row): Row {
  const row = { ...type.blank };
  for (const [name, value] of Object.entries(values)) if (value !== null && Object.hasOwn(row, name)) row[name] = value;
  return row;
}

/** A row that was kept, in the fields that its type has now. */
export const reviveRow = (type: SObjectType, kept: Row): Row =>
  Object.fromEntries(
    Object.entries(type.blank).map(([name, initial]) => [name, kept[name] ?? (name in kept ? null : initial)]),
  );

const fullName = (row: Row): string => [row['FirstName'], row['LastName']].filter((part) => part !== null).join(' ');

function computeMember(row: Row, now: Date): Row {
  const hasResponded = row['Status'] === 'Responded';
  const isLead = row['LeadId'] !== null && row['ContactId'] === null;
  return {
    HasResponded: hasResponded,
    FirstRespondedDate: row['FirstRespondedDate'] ?? (hasResponded ? formatDate(now) : null),
    LeadOrContactId: row['ContactId'] ?? row['LeadId'] ?? null,
    Type: isLead ? 'Lead' : 'Contact',
  };
}

const COMPUTED: Readonly<Record<string, (row: Row, now: Date) => Row>> = {
  Lead: (row) => ({ Name: fullName(row), PhotoUrl: `/services/images/photo/${toId15(String(row['Id']))}` }),
  Contact: (row) => ({ Name: fullName(row) }),
  CampaignMember: computeMember,
};

/** The row with the fields that follow from the others. */
export const compute = (type: SObjectType, row: Row, now: Date): Row => ({
  ...row,
  ...COMPUTED[type.name]?.(row, now),
});

/** The compound Address of a Lead; null when every part is. */
export function buildAddress(row: Row): Readonly<Record<string, FieldValue>> | null {
  if (ADDRESS_PARTS.every((part) => (row[part] ?? null) === null)) return null;
  return Object.fromEntries(ADDRESS_PARTS.map((part) => [lowerFirst(part), row[part] ?? null]));
}
