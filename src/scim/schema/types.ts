/** Which JSON value each simple attribute type takes (RFC 7643 §2.3). */
import { isDateTime } from '../date-time.ts';
import { isText, type Json } from '../json.ts';
import type { AttributeType } from './definition.ts';

export type SimpleType = Exclude<AttributeType, 'complex'>;

interface TypeRule {
  /** Completes "must be …" in a fault's detail. */
  readonly expected: string;
  readonly accepts: (value: Json) => boolean;
  readonly jsonSchema: Readonly<Record<string, unknown>>;
}

const text: TypeRule = {
  expected: 'a string',
  accepts: (value) => typeof value === 'string' && isText(value),
  jsonSchema: { type: 'string', format: 'text' },
};

/** References and binaries are any string: clients send relative URIs and certificates that are not DER. */
export const TYPES: Readonly<Record<SimpleType, TypeRule>> = {
  string: text,
  reference: text,
  binary: text,
  boolean: {
    expected: 'a boolean',
    accepts: (value) => typeof value === 'boolean',
    jsonSchema: { type: 'boolean' },
  },
  decimal: {
    expected: 'a number',
    accepts: (value) => typeof value === 'number' && Number.isFinite(value),
    jsonSchema: { type: 'number' },
  },
  integer: {
    expected: 'an integer',
    // A larger one would come back as another.
    accepts: (value) => Number.isSafeInteger(value),
    jsonSchema: { type: 'integer', minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER },
  },
  dateTime: {
    expected: 'a dateTime such as 2024-01-31T09:30:00Z',
    accepts: (value) => typeof value === 'string' && isDateTime(value),
    jsonSchema: { type: 'string', format: 'dateTime' },
  },
};
