/** How a record is reached, and upserted, by an external id (sObject Rows by External ID). */
import { externalIdNotFound, fieldNotWelcome } from '../errors.ts';
import { isObject } from '../records/read-body.ts';
import { recordUrl } from '../records/render.ts';
import { createRecord, deleteRecord, updateRecord } from '../records/save.ts';
import { findVisible, isVisible } from '../records/visibility.ts';
import { idOf } from '../records/table.ts';
import { readValue } from '../records/values.ts';
import type { Field, Row } from '../schema/field.ts';
import { findField, type SObjectType } from '../schema/sobjects.ts';
import { NO_CONTENT, ok, param, requireBody, requireType, saveContextOf, type Answer, type Call } from './call.ts';
import { answerCreated, answerRecord, requireWriteable } from './sobject-rows.ts';

/** Below it an upsert that updates answers 204 without a body. */
const FIRST_VERSION_WITH_UPSERT_BODY = 46;

/** @throws SalesforceError 404 when the object has no such external id field */
export function requireExternalId(type: SObjectType, name: string): Field {
  const field = findField(type, name);
  if (!field?.externalId) throw externalIdNotFound(name);
  return field;
}

const isById = (call: Call): boolean => param(call, 'field').toLowerCase() === 'id';

/** The rows that the address means: one or none where the field is unique. */
function findRows(call: Call, type: SObjectType): Row[] {
  const value = param(call, 'value');
  if (isById(call)) return [findVisible(call.org, type, value)];
  const field = requireExternalId(type, param(call, 'field'));
  const rows = call.org.tableOf(type).liveWith(field.name, readValue(field, value));
  return rows.filter((row) => isVisible(call.org, row));
}

const multipleChoices = (call: Call, type: SObjectType, rows: readonly Row[]): Answer => ({
  status: 300,
  body: rows.map((row) => recordUrl(call.base, type.name, idOf(row))),
});

/** Does `act` on the one row that the address means. */
function withOne(call: Call, act: (type: SObjectType, row: Row) => Answer): Answer {
  const type = requireType(call);
  const [row, ...others] = findRows(call, type);
  if (!row) throw externalIdNotFound(param(call, 'value'));
  return others.length > 0 ? multipleChoices(call, type, [row, ...others]) : act(type, row);
}

export const readByExternalId = (call: Call): Answer => withOne(call, (type, row) => answerRecord(call, type, row));

export const removeByExternalId = (call: Call): Answer =>
  withOne(call, (type, row) => {
    requireWriteable(type, 'DELETE');
    deleteRecord(saveContextOf(call), type, row);
    return NO_CONTENT;
  });

function refuseField(body: unknown, name: string): void {
  const isNamed = (key: string): boolean => key.toLowerCase() === name.toLowerCase();
  if (isObject(body) && Object.keys(body).some(isNamed)) throw fieldNotWelcome(name);
}

function answerUpdated(call: Call, id: string): Answer {
  if (call.version < FIRST_VERSION_WITH_UPSERT_BODY) return NO_CONTENT;
  return ok({ id, success: true, errors: [], created: false });
}

function insert(call: Call, type: SObjectType, body: unknown): Answer {
  const value = param(call, 'value');
  if (call.query.get('updateOnly') === 'true') throw externalIdNotFound(value);
  const field = requireExternalId(type, param(call, 'field'));
  const extra = { [field.name]: readValue(field, value) };
  return answerCreated(call, type, createRecord(saveContextOf(call), type, body, extra), { created: true });
}

/** 201 created, 200 updated (204 below v46), 300 when several records have the value. */
export function upsertByExternalId(call: Call): Answer {
  const type = requireType(call);
  requireWriteable(type, 'PATCH');
  const rows = findRows(call, type);
  const body = requireBody(call);
  if (!isById(call)) refuseField(body, requireExternalId(type, param(call, 'field')).name);
  const [row, ...others] = rows;
  if (!row) return insert(call, type, body);
  if (others.length > 0) return multipleChoices(call, type, rows);
  updateRecord(saveContextOf(call), type, row, body);
  return answerUpdated(call, idOf(row));
}
