/** How Leads are found by id, external id or another field. */
import type { FindBy, FoundLead, Lookup } from '../provisioning/lead-target.ts';
import type { Connection } from './connection.ts';
import { fieldOf, isText } from './json.ts';
import { queryIn } from './query.ts';

/** @throws TypeError when asked for external ids in an org that has no such field */
export async function findLeads(
  connection: Connection,
  externalIdField: string | undefined,
  by: FindBy,
  values: readonly string[],
  deadline: number,
): Promise<Lookup> {
  const field = searched(by, externalIdField);
  const added = [externalIdField, field].filter((name) => name !== undefined && name !== 'Id');
  const select = [...new Set(['Id', 'IsConverted', ...added])] as readonly string[];
  const result = await queryIn(
    connection,
    { select, field, values: distinct(values.filter(canMatch(by)), by) },
    deadline,
  );
  if (result.kind === 'failed') return result;
  return { kind: 'found', leads: result.value.flatMap((row) => readLead(row, externalIdField, field)) };
}

function searched(by: FindBy, externalIdField: string | undefined): string {
  if (typeof by === 'object') return by.field;
  if (by === 'id') return 'Id';
  if (externalIdField === undefined) throw new TypeError('the org has no external-id field to find Leads by');
  return externalIdField;
}

const LEAD_ID = /^[a-zA-Z0-9]{15}([a-zA-Z0-9]{3})?$/;

/** No field that Salesforce searches holds more, and no Lead an e-mail address that is longer. */
const MAX_LENGTH = 255;
const MAX_EMAIL_LENGTH = 80;

export const isLeadId = (value: string): boolean => LEAD_ID.test(value);

/** An empty string would match every Lead whose field is empty; a malformed id would have the whole query refused. */
function canMatch(by: FindBy): (value: string) => boolean {
  if (by === 'id') return isLeadId;
  const length = typeof by === 'object' && by.field === 'Email' ? MAX_EMAIL_LENGTH : MAX_LENGTH;
  return (value) => value.trim() !== '' && value.length <= length;
}

/** Ids differ by case (in their first 15 characters), other values do not. */
function distinct(values: readonly string[], by: FindBy): readonly string[] {
  const keyed = values.map((value): [string, string] => [by === 'id' ? value : value.toLowerCase(), value]);
  return [...new Map(keyed).values()];
}

function readLead(
  row: Readonly<Record<string, unknown>>,
  externalIdField: string | undefined,
  field: string,
): readonly FoundLead[] {
  const { Id: leadId, IsConverted: isConverted } = row;
  if (!isText(leadId)) return [];
  const externalId = externalIdField === undefined ? undefined : fieldOf(row, externalIdField);
  const value = field === 'Id' ? undefined : fieldOf(row, field);
  return [
    {
      leadId,
      isConverted: isConverted === true,
      ...(isText(value) ? { value } : {}),
      ...(isText(externalId) ? { externalId } : {}),
    },
  ];
}
