/** How up to 200 records are saved, deleted or read in one call (sObject Collections). */
import {
  accessInsufficient,
  crossReferenceInvalid,
  entityDeleted,
  fieldNotWelcome,
  idOnInsert,
  jsonInvalid,
  malformedId,
  recordLimitReached,
  rolledBack,
  SalesforceError,
  typeInvalid,
} from '../errors.ts';
import { parseId } from '../ids.ts';
import { isObject } from '../records/read-body.ts';
import { renderRecord, type OutputRecord } from '../records/render.ts';
import { createRecord, deleteRecord, updateRecord, type SaveContext } from '../records/save.ts';
import { isDeleted } from '../records/table.ts';
import { isVisible } from '../records/visibility.ts';
import type { Org } from '../org.ts';
import type { Field, Row } from '../schema/field.ts';
import type { SObjectType } from '../schema/sobjects.ts';
import { ok, requireBody, requireType, saveContextOf, type Answer, type Call } from './call.ts';
import { selectFields } from './sobject-rows.ts';

const MAX_RECORDS = 200;

/** What became of one record; a failed one says why under `statusCode`. */
export interface RowResult {
  readonly id?: string;
  readonly success: boolean;
  readonly errors: readonly unknown[];
  readonly created?: boolean;
}

type RowRecord = Readonly<Record<string, unknown>>;

export const saved = (id: string, more: { created?: boolean } = {}): RowResult => ({
  id,
  success: true,
  errors: [],
  ...more,
});

const refused = (error: SalesforceError): RowResult => ({
  success: false,
  errors: error.items.map(({ errorCode, message, fields }) => ({
    statusCode: errorCode,
    message,
    fields: fields ?? [],
  })),
});

/** A malformed value spoils the whole request, as the platform reads the body before any row. */
function toResult(save: () => RowResult): RowResult {
  try {
    return save();
  } catch (error) {
    if (error instanceof SalesforceError && error.items[0]?.errorCode !== 'JSON_PARSER_ERROR') return refused(error);
    throw error;
  }
}

/** Runs `save` on each item; with `allOrNone` one failure undoes and fails all the others. */
export function saveEach<T>(org: Org, items: readonly T[], allOrNone: boolean, save: (item: T) => RowResult): Answer {
  const results = org.transactions.run(
    () => items.map((item) => toResult(() => save(item))),
    (all) => !allOrNone || all.every((result) => result.success),
  );
  if (!allOrNone || results.every((result) => result.success)) return ok(results);
  return ok(results.map((result) => (result.success ? refused(rolledBack()) : result)));
}

/** The `records` and `allOrNone` of a request body. */
export function readRecords(call: Call): { records: readonly RowRecord[]; allOrNone: boolean } {
  const body = requireBody(call);
  if (!isObject(body) || !Array.isArray(body['records']))
    throw jsonInvalid('The request body must hold a list of records');
  const records: unknown[] = body['records'];
  if (records.length > MAX_RECORDS) throw recordLimitReached();
  if (!records.every(isObject)) throw jsonInvalid('Each of the records must be an object');
  return { records, allOrNone: body['allOrNone'] === true };
}

/** The object that a record's `attributes.type` names. */
export function typeOf(org: Org, record: RowRecord): SObjectType {
  const { attributes } = record;
  const name = isObject(attributes) ? attributes['type'] : undefined;
  if (typeof name !== 'string') throw typeInvalid('each record must name its sObject type in attributes.type');
  const type = org.schema.get(name.toLowerCase());
  if (!type) throw typeInvalid(`sObject type '${name}' is not supported.`);
  return type;
}

export const keyOfId = (record: RowRecord): string | undefined =>
  Object.keys(record).find((key) => key.toLowerCase() === 'id');

/** A record by its id, or the error that a row of a collection gets. */
function findForRow(org: Org, type: SObjectType, text: unknown): Row {
  const id = typeof text === 'string' ? parseId(text) : null;
  if (id === null) throw malformedId(String(text));
  const row = org.tableOf(type).get(id);
  if (!row || !isVisible(org, row)) throw crossReferenceInvalid();
  if (isDeleted(row)) throw entityDeleted();
  return row;
}

function requireChangeable(type: SObjectType): void {
  if (!type.writeable) throw accessInsufficient();
}

export function createOne(context: SaveContext, record: RowRecord): RowResult {
  const type = typeOf(context.org, record);
  requireChangeable(type);
  if (keyOfId(record) !== undefined) throw idOnInsert();
  return saved(createRecord(context, type, record));
}

export function updateOne(context: SaveContext, record: RowRecord): RowResult {
  const type = typeOf(context.org, record);
  requireChangeable(type);
  const key = keyOfId(record);
  if (key === undefined) throw fieldNotWelcome('Id');
  const { [key]: id, ...body } = record;
  const row = findForRow(context.org, type, id);
  updateRecord(context, type, row, body);
  return saved(String(row['Id']));
}

export function createCollection(call: Call): Answer {
  const { records, allOrNone } = readRecords(call);
  const context = saveContextOf(call);
  return saveEach(call.org, records, allOrNone, (record) => createOne(context, record));
}

export function updateCollection(call: Call): Answer {
  const { records, allOrNone } = readRecords(call);
  const context = saveContextOf(call);
  return saveEach(call.org, records, allOrNone, (record) => updateOne(context, record));
}

export function deleteOne(context: SaveContext, id: string): RowResult {
  const sobject = context.org.keyPrefixes.get(id.slice(0, 3));
  if (parseId(id) === null || sobject === undefined) throw malformedId(id);
  const type = context.org.typeNamed(sobject);
  requireChangeable(type);
  const row = findForRow(context.org, type, id);
  deleteRecord(context, type, row);
  return saved(String(row['Id']));
}

const idsOf = (text: string | null): string[] =>
  (text ?? '')
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '');

export function deleteCollection(call: Call): Answer {
  const ids = idsOf(call.query.get('ids'));
  if (ids.length > MAX_RECORDS) throw recordLimitReached();
  const context = saveContextOf(call);
  const allOrNone = call.query.get('allOrNone') === 'true';
  return saveEach(call.org, ids, allOrNone, (id) => deleteOne(context, id));
}

function readOne(call: Call, type: SObjectType, id: string, fields: readonly Field[]): OutputRecord | null {
  const row = call.org.tableOf(type).get(parseId(id) ?? '');
  return row && !isDeleted(row) && isVisible(call.org, row) ? renderRecord(call.base, type, row, fields) : null;
}

function answerRead(call: Call, ids: readonly string[], names: readonly string[]): Answer {
  const type = requireType(call);
  if (ids.length > MAX_RECORDS) throw recordLimitReached();
  const fields = selectFields(type, names);
  return ok(ids.map((id) => readOne(call, type, id, fields)));
}

export const readCollection = (call: Call): Answer =>
  answerRead(call, idsOf(call.query.get('ids')), idsOf(call.query.get('fields')));

const isTextList = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');

/** The same with a body, for more ids than an address can hold. */
export function readCollectionByPost(call: Call): Answer {
  const body = requireBody(call);
  const { ids, fields } = isObject(body) ? body : {};
  if (!isTextList(ids) || !isTextList(fields)) throw jsonInvalid('The request body must hold lists of ids and fields');
  return answerRead(call, ids, fields);
}
