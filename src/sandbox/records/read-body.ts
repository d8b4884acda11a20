/** Which fields a request body sets, under their canonical names. */
import { fieldNotWelcome, jsonInvalid, notWriteable, unknownField } from '../errors.ts';
import type { Field, FieldValue } from '../schema/field.ts';
import { findField, type SObjectType } from '../schema/sobjects.ts';
import { readValue } from './values.ts';

export type Operation = 'create' | 'update';

const IS_ALLOWED: Record<Operation, (field: Field) => boolean> = {
  create: (field) => field.createable,
  update: (field) => field.updateable,
};

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function findKnownField(type: SObjectType, name: string): Field {
  const field = findField(type, name);
  if (!field) throw unknownField(name, type.name);
  if (field.name === 'Id') throw fieldNotWelcome('Id');
  return field;
}

/**
 * Reads the values that `body` sets.
 *
 * @throws SalesforceError for an unknown field, then for one that is read-only, then for a wrong JSON type
 */
export function readBody(type: SObjectType, body: unknown, operation: Operation): Record<string, FieldValue> {
  if (!isObject(body))
    throw jsonInvalid(`Cannot deserialize an sobject from ${Array.isArray(body) ? 'START_ARRAY' : 'a plain value'}`);
  const names = Object.keys(body).filter((name) => name !== 'attributes');
  const fields = names.map((name) => findKnownField(type, name));
  const refused = fields.filter((field) => !IS_ALLOWED[operation](field));
  if (refused.length > 0) throw notWriteable(refused.map((field) => field.name));
  return Object.fromEntries(fields.map((field, at) => [field.name, readValue(field, body[names[at] ?? ''])]));
}
