/** How one record is created, read, changed and deleted (sObject Rows). */
import { methodNotAllowed, unknownField } from '../errors.ts';
import { recordUrl, renderRecord } from '../records/render.ts';
import { createRecord, deleteRecord, updateRecord } from '../records/save.ts';
import { findVisible } from '../records/visibility.ts';
import type { Field, Row } from '../schema/field.ts';
import { findField, type SObjectType } from '../schema/sobjects.ts';
import { NO_CONTENT, ok, param, requireBody, requireType, saveContextOf, type Answer, type Call } from './call.ts';

/** @throws SalesforceError 405 for objects that this API only reads */
export function requireWriteable(type: SObjectType, method: string): void {
  if (!type.writeable) throw methodNotAllowed(method, 'HEAD,GET');
}

/** The fields that `names` lists, in its order and with Id; all of them without a list. */
export function selectFields(type: SObjectType, names: readonly string[] | null): readonly Field[] {
  if (names === null) return type.fields;
  const fields = names.map((name) => {
    const field = findField(type, name.trim());
    if (!field) throw unknownField(name.trim(), type.name);
    return field;
  });
  const [id] = type.fields;
  return [...new Set(id ? [...fields, id] : fields)];
}

const namesOf = (call: Call): string[] | null => call.query.get('fields')?.split(',') ?? null;

export const answerRecord = (call: Call, type: SObjectType, row: Row): Answer =>
  ok(renderRecord(call.base, type, row, selectFields(type, namesOf(call))));

export const answerCreated = (call: Call, type: SObjectType, id: string, more: object = {}): Answer => ({
  status: 201,
  headers: { Location: recordUrl(call.base, type.name, id) },
  body: { id, success: true, errors: [], ...more },
});

export function create(call: Call): Answer {
  const type = requireType(call);
  requireWriteable(type, 'POST');
  return answerCreated(call, type, createRecord(saveContextOf(call), type, requireBody(call)));
}

export function read(call: Call): Answer {
  const type = requireType(call);
  return answerRecord(call, type, findVisible(call.org, type, param(call, 'id')));
}

export function update(call: Call): Answer {
  const type = requireType(call);
  requireWriteable(type, 'PATCH');
  const body = requireBody(call);
  updateRecord(saveContextOf(call), type, findVisible(call.org, type, param(call, 'id')), body);
  return NO_CONTENT;
}

export function remove(call: Call): Answer {
  const type = requireType(call);
  requireWriteable(type, 'DELETE');
  deleteRecord(saveContextOf(call), type, findVisible(call.org, type, param(call, 'id')));
  return NO_CONTENT;
}
