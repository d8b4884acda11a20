/** What a literal in a WHERE clause means for the field it is compared with (SOQL: "fieldExpression Syntax"). */
import type { LiteralType } from '@jetstreamapp/soql-parser-js';
import { formatDate, parseDate, parseDateTime } from '../datetime.ts';
import { fieldInvalid, invalidFilter, malformedQuery } from '../errors.ts';
import { parseId } from '../ids.ts';
import type { Field, FieldType, FieldValue } from '../schema/field.ts';
import { spanOf } from './date-literals.ts';

/** Either one value, or the first and the first-after value of a span of time. */
export type Operand =
  | { readonly kind: 'value'; readonly value: FieldValue }
  | { readonly kind: 'span'; readonly start: string; readonly end: string };

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
  '"': '"',
  "'": "'",
  '\\': '\\',
};

/**
 * Takes the quotes and escapes off a string literal.
 *
 * @param keep escapes that stay as they are: LIKE reads \_ and \% itself
 */
export function unescapeText(literal: string, keep = ''): string {
  const text = literal.slice(1, -1);
  return text.replace(/\\(u[0-9a-fA-F]{4}|[\s\S])/g, (sequence, code: string) => {
    if (keep.includes(code)) return sequence;
    if (code.length === 5) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    const plain = ESCAPES[code] ?? ESCAPES[code.toLowerCase()];
    if (plain === undefined)
      throw malformedQuery(
        `Invalid string literal '${text}'. Illegal character sequence '${sequence}' in string literal.`,
      );
    return plain;
  });
}

type Kind = 'text' | 'number' | 'boolean' | 'date' | 'dateTime' | 'id';

const KINDS: Record<FieldType, Kind> = {
  id: 'id',
  reference: 'id',
  string: 'text',
  picklist: 'text',
  textarea: 'text',
  phone: 'text',
  email: 'text',
  url: 'text',
  address: 'text',
  boolean: 'boolean',
  int: 'number',
  double: 'number',
  currency: 'number',
  date: 'date',
  datetime: 'dateTime',
};

const LITERALS_OF: Record<Kind, readonly LiteralType[]> = {
  text: ['STRING'],
  id: ['STRING'],
  number: ['INTEGER', 'DECIMAL'],
  boolean: ['BOOLEAN'],
  date: ['DATE', 'DATE_LITERAL', 'DATE_N_LITERAL'],
  dateTime: ['DATETIME', 'DATE_LITERAL', 'DATE_N_LITERAL'],
};

const WORDS: Record<Kind, string> = {
  text: 'string and should be enclosed in quotes',
  id: 'id and should be enclosed in quotes',
  number: 'double and should not be enclosed in quotes',
  boolean: 'boolean and should not be enclosed in quotes',
  date: 'date and should not be enclosed in quotes',
  dateTime: 'dateTime and should not be enclosed in quotes',
};

function readId(literal: string): FieldValue {
  const text = unescapeText(literal);
  const id = parseId(text);
  if (id === null) throw invalidFilter(`invalid ID field: ${text}`);
  return id;
}

const READERS: Record<Kind, (literal: string) => FieldValue> = {
  text: (literal) => unescapeText(literal),
  id: readId,
  number: Number,
  boolean: (literal) => literal.toUpperCase() === 'TRUE',
  date: parseDate,
  dateTime: parseDateTime,
};

function readSpan(field: Field, literal: string, now: Date): Operand {
  const { start, end } = spanOf(literal, now);
  const write = field.type === 'date' ? formatDate : (date: Date) => date.toISOString().replace('Z', '+0000');
  return { kind: 'span', start: write(new Date(start)), end: write(new Date(end)) };
}

/** @throws SalesforceError INVALID_FIELD when the literal is of another type than the field */
export function readLiteral(field: Field, literal: string, type: LiteralType, now: Date): Operand {
  if (type === 'NULL') return { kind: 'value', value: null };
  const kind = KINDS[field.type];
  if (!LITERALS_OF[kind].includes(type))
    throw fieldInvalid(`value of filter criterion for field '${field.name}' must be of type ${WORDS[kind]}`);
  if (type === 'DATE_LITERAL' || type === 'DATE_N_LITERAL') return readSpan(field, literal, now);
  return { kind: 'value', value: READERS[kind](literal) };
}
