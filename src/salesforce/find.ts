/** How Leads are found by id, e-mail address or external id. */
import type { FindBy, FoundLead, Lookup } from '../provisioning/lead-target.ts';
import type { Connection } from './connection.ts';
import { isText } from './json.ts';
import { queryIn } from './query.ts';

/** @throws TypeError when asked for external ids in an org that has no such field */
export async function findLeads(
  connection: Connection,
  externalIdField: string | undefined,
  by: FindBy,
  values: readonly string[],
  deadline: number,
): Promise<Lookup> {
  const field = { id: 'Id', email: 'Email', externalId: externalIdField }[by];
  if (field === undefined) throw new TypeError('the org has no external-id field to find Leads by');
  const select = ['Id', 'Email', 'IsConverted', ...(externalIdField === undefined ? [] : [externalIdField])];
  const result = await queryIn(connection, select, field, distinct(values.filter(CAN_MATCH[by]), by), deadline);
  if (result.kind === 'failed') return result;
  return { kind: 'found', leads: result.value.flatMap((row) => readLead(row, externalIdField)) };
}

const LEAD_ID = /^[a-zA-Z0-9]{15}([a-zA-Z0-9]{3})?$/;

/** No Lead can hold an e-mail address or external id that is longer. */
const MAX_EMAIL_LENGTH = 80;
const MAX_EXTERNAL_ID_LENGTH = 255;

/** An empty string would match every Lead whose field is empty; a malformed id would have the whole query refused. */
const CAN_MATCH: Readonly<Record<FindBy, (value: string) => boolean>> = {
  id: (value) => LEAD_ID.test(value),
  email: (value) => value.trim() !== '' && value.length <= MAX_EMAIL_LENGTH,
  externalId: (value) => value.trim() !== '' && value.length <= MAX_EXTERNAL_ID_LENGTH,
};

/** Ids differ by case (in their first 15 characters), other values do not. */
function distinct(values: readonly string[], by: FindBy): readonly string[] {
  const keyed = values.map((value): [string, string] => [by === 'id' ? value : value.toLowerCase(), value]);
  return [...new Map(keyed).values()];
}

function readLead(row: Readonly<Record<string, unknown>>, externalIdField: string | undefined): readonly FoundLead[] {
  const { Id: leadId, Email: email, IsConverted: isConverted } = row;
  if (!isText(leadId)) return [];
  const externalId = externalIdField === undefined ? undefined : row[externalIdField];
  return [
    {
      leadId,
      isConverted: isConverted === true,
      ...(isText(email) ? { email } : {}),
      ...(isText(externalId) ? { externalId } : {}),
    },
  ];
}
