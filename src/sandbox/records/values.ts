/** Which JSON values a field takes, and what a value that is well-formed may still break. */
import { parseDate, parseDateTime } from '../datetime.ts';
import {
  emailInvalid,
  jsonInvalid,
  picklistRestricted,
  referenceMistyped,
  tooLong,
  type ErrorItem,
} from '../errors.ts';
import { parseId } from '../ids.ts';
import type { Field, FieldType, FieldValue } from '../schema/field.ts';

const EMAIL = /^[\w!#$%&'*+/=?^`{|}~.-]+@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]{2,}$/;

/** What the platform's JSON reader calls the kind of a value. */
function tokenOf(value: unknown): string {
  if (typeof value === 'string') return 'VALUE_STRING';
  if (typeof value === 'number') return Number.isInteger(value) ? 'VALUE_NUMBER_INT' : 'VALUE_NUMBER_FLOAT';
  if (typeof value === 'boolean') return value ? 'VALUE_TRUE' : 'VALUE_FALSE';
  return Array.isArray(value) ? 'START_ARRAY' : 'START_OBJECT';
}

function refuse(type: string, value: unknown): never {
  const text = typeof value === 'object' ? '' : ` value ${JSON.stringify(value).replace(/^"|"$/g, '')}`;
  throw jsonInvalid(
    `Cannot deserialize instance of ${type} from ${tokenOf(value)}${text} or request may be missing a required field`,
  );
}

// Salesforce trims text and keeps an empty one as null.
const readText = (value: unknown): FieldValue =>
  typeof value === 'string' ? value.trim() || null : refuse('string', value);

const readNumber =
  (type: string, accepts: (value: number) => boolean) =>
  (value: unknown): FieldValue =>
    typeof value === 'number' && accepts(value) ? value : refuse(type, value);

const readBoolean = (value: unknown): FieldValue => (typeof value === 'boolean' ? value : refuse('boolean', value));

const readTime =
  (type: string, parse: (text: string) => string | null) =>
  (value: unknown): FieldValue =>
    (typeof value === 'string' ? parse(value) : null) ?? refuse(type, value);

const readReference = (value: unknown): FieldValue => {
  const text = readText(value);
  return typeof text === 'string' ? (parseId(text) ?? text) : text;
};

const READERS: Record<FieldType, (value: unknown) => FieldValue> = {
  id: readReference,
  string: readText,
  picklist: readText,
  textarea: readText,
  phone: readText,
  email: readText,
  url: readText,
  boolean: readBoolean,
  int: readNumber('int', Number.isInteger),
  double: readNumber('double', Number.isFinite),
  currency: readNumber('double', Number.isFinite),
  reference: readReference,
  date: readTime('date', parseDate),
  datetime: readTime(
    'datetime',
    (text) => parseDateTime(text) ?? (parseDate(text) && parseDateTime(`${text}T00:00:00Z`)),
  ),
  address: (value) => refuse('address', value),
};

/**
 * Reads the JSON value of a field; null clears it (a boolean becomes false).
 *
 * @throws SalesforceError JSON_PARSER_ERROR when the JSON type is not the field's
 */
export function readValue(field: Field, value: unknown): FieldValue {
  if (value === null) return field.type === 'boolean' ? false : null;
  return READERS[field.type](value);
}

const hasType = (field: Field, id: string, keyPrefixes: ReadonlyMap<string, string>): boolean => {
  const owner = keyPrefixes.get(id.slice(0, 3));
  return parseId(id) !== null && (owner === undefined || field.referenceTo.includes(owner));
};

/**
 * Checks a value that has its field's JSON type.
 *
 * @param keyPrefixes object name by the first three characters of its ids
 */
export function checkValue(
  field: Field,
  value: FieldValue,
  keyPrefixes: ReadonlyMap<string, string>,
): ErrorItem | null {
  if (typeof value !== 'string') return null;
  if (field.type === 'reference')
    return hasType(field, value, keyPrefixes) ? null : referenceMistyped(field.label, value, field.name);
  if (field.length > 0 && value.length > field.length) return tooLong(field.label, value, field.length, field.name);
  if (field.restricted && !field.picklist.includes(value)) return picklistRestricted(field.label, value, field.name);
  return field.type === 'email' && !EMAIL.test(value) ? emailInvalid(field.label, value, field.name) : null;
}
