/** How Leads are read with what they hold: some by id, or page by page all that this service keeps. */
import type { LeadListRequest, LeadPage, LeadValue, LiveLead } from '../provisioning/lead-target.ts';
import type { Connection } from './connection.ts';
import { isText } from './json.ts';
import { queryIn, queryPage, queryPath, type Row } from './query.ts';

export async function readLeads(
  connection: Connection,
  externalIdField: string | undefined,
  leadIds: readonly string[],
  fields: readonly string[],
  deadline: number,
): Promise<LeadPage> {
  if (leadIds.length === 0) return { kind: 'page', leads: [], total: 0 };
  const select = selectOf(fields, externalIdField, []);
  const result = await queryIn(connection, { select, field: 'Id', values: [...new Set(leadIds)] }, deadline);
  if (result.kind === 'failed') return result;
  const leads = toLeads(result.value, fields, externalIdField);
  return { kind: 'page', leads, total: leads.length };
}

/** @throws TypeError when all Leads of an org without an external-id field are asked for */
export async function listLeads(
  connection: Connection,
  externalIdField: string | undefined,
  request: LeadListRequest,
  deadline: number,
): Promise<LeadPage> {
  const result = await queryPage(connection, request.next ?? firstPage(externalIdField, request), deadline);
  if (result.kind === 'failed') return result;
  const { rows, total, next } = result.value;
  const leads = toLeads(rows, request.fields, externalIdField);
  return { kind: 'page', leads, total, ...(next !== undefined && { next }) };
}

/** Deleted Leads are told by queryAll only. */
function firstPage(externalIdField: string | undefined, { fields, changedSince }: LeadListRequest): string {
  const conditions = [
    ...(externalIdField === undefined ? [] : [`${externalIdField} != null`]),
    ...(changedSince === undefined ? [] : [`SystemModstamp >= ${new Date(changedSince).toISOString()}`]),
  ];
  if (externalIdField === undefined && changedSince === undefined)
    throw new TypeError('without an external-id field only changed Leads can be listed');
  const select = selectOf(fields, externalIdField, ['IsDeleted']);
  const soql = `SELECT ${select.join(', ')} FROM Lead WHERE ${conditions.join(' AND ')}`;
  return queryPath(changedSince === undefined ? 'query' : 'queryAll', soql);
}

/** A field that is named twice is refused, and names have no case. */
function selectOf(
  fields: readonly string[],
  externalIdField: string | undefined,
  more: readonly string[],
): readonly string[] {
  const names = ['Id', 'IsConverted', ...more, ...(externalIdField === undefined ? [] : [externalIdField]), ...fields];
  return [...new Map(names.map((name) => [name.toLowerCase(), name])).values()];
}

function toLeads(
  rows: readonly Row[],
  fields: readonly string[],
  externalIdField: string | undefined,
): readonly LiveLead[] {
  return rows.flatMap((row) => {
    const values = new Map(Object.entries(row).map(([name, value]) => [name.toLowerCase(), value]));
    const leadId = values.get('id');
    if (!isText(leadId)) return [];
    const externalId = externalIdField === undefined ? undefined : values.get(externalIdField.toLowerCase());
    return [
      {
        leadId,
        isConverted: values.get('isconverted') === true,
        isDeleted: values.get('isdeleted') === true,
        fields: Object.fromEntries(fields.map((name) => [name, toValue(values.get(name.toLowerCase()))])),
        ...(isText(externalId) ? { externalId } : {}),
      },
    ];
  });
}

/** A compound field, which no mapping can fill, has no value of its own. */
const toValue = (value: unknown): LeadValue =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
