/** How up to 200 Leads are written with one call (REST API Developer Guide, sObject Collections). */
import type { LeadFields, LeadOutcome } from '../provisioning/lead-target.ts';
import type { ApiCall, ApiReply, Connection } from './connection.ts';
import { failed, faultFromRecord, unexpectedResponse } from './errors.ts';
import { isObject, isText } from './json.ts';

/** Records that one collection may hold. */
export const MAX_RECORDS = 200;

export interface UpsertRecord {
  readonly externalId: string;
  readonly fields: LeadFields;
}

export interface UpdateRecord {
  readonly leadId: string;
  readonly fields: LeadFields;
}

const RESOURCE = 'composite/sobjects';
const ATTRIBUTES = { type: 'Lead' };

export function createLeads(
  connection: Connection,
  records: readonly LeadFields[],
  deadline: number,
): Promise<readonly LeadOutcome[]> {
  const rows = records.map((fields) => ({ attributes: ATTRIBUTES, ...omit(fields, ['id', 'attributes']) }));
  return write(connection, { method: 'POST', ...bodyOf(RESOURCE, rows), deadline }, true);
}

/** @returns outcomes whose `leadId` is the id of the member */
export function createMembers(
  connection: Connection,
  records: readonly LeadFields[],
  deadline: number,
): Promise<readonly LeadOutcome[]> {
  const rows = records.map((fields) => ({ attributes: { type: 'CampaignMember' }, ...fields }));
  return write(connection, { method: 'POST', ...bodyOf(RESOURCE, rows), deadline }, true);
}

export function updateLeads(
  connection: Connection,
  records: readonly UpdateRecord[],
  deadline: number,
): Promise<readonly LeadOutcome[]> {
  const rows = records.map(({ leadId, fields }) => ({
    attributes: ATTRIBUTES,
    id: leadId,
    ...omit(fields, ['id', 'attributes']),
  }));
  return write(connection, { method: 'PATCH', ...bodyOf(RESOURCE, rows), deadline }, false);
}

/** @param field API name of the external-id field; its value stands in each record, once */
export function upsertLeads(
  connection: Connection,
  field: string,
  records: readonly UpsertRecord[],
  deadline: number,
): Promise<readonly LeadOutcome[]> {
  const rows = records.map(({ externalId, fields }) => ({
    attributes: ATTRIBUTES,
    [field]: externalId,
    ...omit(fields, ['id', 'attributes', field]),
  }));
  const resource = `${RESOURCE}/Lead/${encodeURIComponent(field)}`;
  return write(connection, { method: 'PATCH', ...bodyOf(resource, rows), deadline }, false);
}

/** Of whatever object the ids are. */
export async function deleteLeads(
  connection: Connection,
  leadIds: readonly string[],
  deadline: number,
): Promise<readonly LeadOutcome[]> {
  const ids = leadIds.map(encodeURIComponent).join(',');
  const path = `${RESOURCE}?ids=${ids}&allOrNone=false`;
  const call: WriteCall = { method: 'DELETE', path, resource: RESOURCE, records: leadIds.length, deadline };
  const outcomes = await write(connection, call, false);
  return outcomes.map((outcome, index) => (isGone(outcome) ? deleted(leadIds[index] ?? '') : outcome));
}

/** Said of a record that is in the recycle bin, was never there, or has left it. */
const GONE = new Set(['ENTITY_IS_DELETED', 'NOT_FOUND', 'INVALID_CROSS_REFERENCE_KEY']);

/** NOT_FOUND for the whole request means a wrong address, not a missing Lead. */
const isGone = (outcome: LeadOutcome): boolean =>
  outcome.kind === 'failed' && outcome.fault.scope === 'record' && GONE.has(outcome.fault.code);

const deleted = (leadId: string): LeadOutcome => ({ kind: 'done', leadId, created: false });

type WriteCall = ApiCall & { readonly records: number };

const bodyOf = (
  resource: string,
  records: readonly object[],
): Pick<WriteCall, 'path' | 'resource' | 'body' | 'records'> => ({
  path: resource,
  resource,
  body: { allOrNone: false, records },
  records: records.length,
});

/** Field names are case-insensitive on the wire, so a mapped `ID` would compete with the record's own. */
function omit(fields: LeadFields, names: readonly string[]): LeadFields {
  const taboo = new Set(names.map((name) => name.toLowerCase()));
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !taboo.has(name.toLowerCase())));
}

async function write(connection: Connection, call: WriteCall, creates: boolean): Promise<readonly LeadOutcome[]> {
  const result = await connection.call(call);
  if (result.kind === 'failed') return sameForAll(call.records, failed(result.fault));
  const rows = readRows(result.value, call.records);
  if (rows !== undefined) return rows.map((row) => readOutcome(row, result.value.status, creates));
  const message = `the answer is no list of ${call.records} results, one for each record`;
  return sameForAll(call.records, failed(unexpectedResponse(result.value.status, message, true)));
}

/** Results have no key but their place, so a list of another length says nothing about any record. */
function readRows({ body }: ApiReply, length: number): readonly Readonly<Record<string, unknown>>[] | undefined {
  if (!Array.isArray(body) || body.length !== length) return undefined;
  const rows = (body as readonly unknown[]).filter(isObject);
  return rows.length === length ? rows : undefined;
}

function readOutcome(row: Readonly<Record<string, unknown>>, status: number, creates: boolean): LeadOutcome {
  const { id, success, created, errors } = row;
  if (success !== true || !isText(id)) return failed(faultFromRecord(errors, status));
  return { kind: 'done', leadId: id, created: typeof created === 'boolean' ? created : creates };
}

const sameForAll = (count: number, outcome: LeadOutcome): readonly LeadOutcome[] =>
  Array.from({ length: count }, () => outcome);
