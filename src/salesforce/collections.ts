/** How up to 200 Leads are written with one call (REST API Developer Guide, sObject Collections). */
import type { LeadFields, LeadOutcome } from '../provisioning/lead-target.ts';
import type { Part } from './composite.ts';
import type { ApiReply } from './connection.ts';
import { failed, faultFromRecord, unexpectedResponse, type Result } from './errors.ts';
import { isObject, isText } from './json.ts';

/** Records that one collection may hold. */
export const MAX_RECORDS = 200;

interface UpsertRecord {
  readonly externalId: string;
  readonly fields: LeadFields;
}

interface UpdateRecord {
  readonly leadId: string;
  readonly fields: LeadFields;
}

const RESOURCE = 'composite/sobjects';
const ATTRIBUTES = { type: 'Lead' };

/** A call that writes up to 200 Leads of one kind, and what its result says of each. */
export interface Collection {
  readonly part: Part & { readonly records: number };
  /** @returns outcomes in the order of the records */
  readonly read: (result: Result<ApiReply>) => readonly LeadOutcome[];
}

/** @returns outcomes whose `leadId` is the id of the member */
export const createCampaignMembers = (records: readonly LeadFields[]): Collection =>
  collection(
    'POST',
    RESOURCE,
    records.map((fields) => ({ attributes: { type: 'CampaignMember' }, ...fields })),
    true,
  );

export const createLeads = (records: readonly LeadFields[]): Collection =>
  collection(
    'POST',
    RESOURCE,
    records.map((fields) => ({ attributes: ATTRIBUTES, ...omit(fields, ['id', 'attributes']) })),
    true,
  );

export const updateLeads = (records: readonly UpdateRecord[]): Collection =>
  collection(
    'PATCH',
    RESOURCE,
    records.map(({ leadId, fields }) => ({
      attributes: ATTRIBUTES,
      id: leadId,
      ...omit(fields, ['id', 'attributes']),
    })),
    false,
  );

/** @param field API name of the external-id field; its value stands in each record, once */
export const upsertLeads = (field: string, records: readonly UpsertRecord[]): Collection =>
  collection(
    'PATCH',
    `${RESOURCE}/Lead/${encodeURIComponent(field)}`,
    records.map(({ externalId, fields }) => ({
      attributes: ATTRIBUTES,
      [field]: externalId,
      ...omit(fields, ['id', 'attributes', field]),
    })),
    false,
  );

/** Of whatever object the ids are; outcomes have them as `leadId`. */
export function deleteRecords(ids: readonly string[]): Collection {
  const path = `${RESOURCE}?ids=${ids.map(encodeURIComponent).join(',')}&allOrNone=false`;
  const part = { method: 'DELETE', path, resource: RESOURCE, records: ids.length } as const;
  const read: Collection['read'] = (result) =>
    readOutcomes(result, ids.length, false).map((outcome, at) => (isGone(outcome) ? deleted(ids[at] ?? '') : outcome));
  return { part, read };
}

/** Said of a record that is in the recycle bin, was never there, or has left it. */
const GONE = new Set(['ENTITY_IS_DELETED', 'NOT_FOUND', 'INVALID_CROSS_REFERENCE_KEY']);

/** NOT_FOUND for the whole request means a wrong address, not a missing Lead. */
const isGone = (outcome: LeadOutcome): boolean =>
  outcome.kind === 'failed' && outcome.fault.scope === 'record' && GONE.has(outcome.fault.code);

const deleted = (leadId: string): LeadOutcome => ({ kind: 'done', leadId, created: false });

function collection(
  method: Part['method'],
  resource: string,
  records: readonly object[],
  creates: boolean,
): Collection {
  const body = { allOrNone: false, records };
  return {
    part: { method, path: resource, resource, body, records: records.length },
    read: (result) => readOutcomes(result, records.length, creates),
  };
}

/** Field names are case-insensitive on the wire, so a mapped `ID` would compete with the record's own. */
function omit(fields: LeadFields, names: readonly string[]): LeadFields {
  const taboo = new Set(names.map((name) => name.toLowerCase()));
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !taboo.has(name.toLowerCase())));
}

function readOutcomes(result: Result<ApiReply>, count: number, creates: boolean): readonly LeadOutcome[] {
  if (result.kind === 'failed') return sameForAll(count, failed(result.fault));
  const { status } = result.value;
  const rows = readRows(result.value, count);
  if (rows !== undefined) return rows.map((row) => readOutcome(row, status, creates));
  const message = `the answer is no list of ${count} results, one for each record`;
  return sameForAll(count, failed(unexpectedResponse(status, message, true)));
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
