/** The form in which values of an attribute are compared and sorted: in memory, in a database and in its indexes alike. */
import { parseDateTime } from './date-time.ts';
import type { Json } from './json.ts';
import type { Attribute } from './schema/attribute.ts';
import type { AttributeType } from './schema/definition.ts';

/** Texts are ordered by their code points; false comes before true. */
export type Comparable = string | boolean;

/** @returns undefined for a value that is not of the attribute's type, or complex */
export function comparable(attribute: Attribute, value: Json): Comparable | undefined {
  return FORMS[attribute.type]?.(value, attribute);
}

/** One case for all texts that are not caseExact: databases differ in all letters beyond ASCII. */
export function foldCase(text: string): string {
  return text.toLowerCase();
}

/** Negative where `a` comes first. JavaScript's own order differs from the databases' beyond U+FFFF. */
export function compareTexts(a: string, b: string): number {
  for (let at = 0; at < a.length && at < b.length; at += 1) {
    const difference = rank(a.charCodeAt(at)) - rank(b.charCodeAt(at));
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** Surrogates stand for characters beyond all that one unit can hold, and so come last. */
const rank = (unit: number): number => (unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit);

type Form = (value: Json, attribute: Attribute) => Comparable | undefined;

const text: Form = (value, { caseExact }) =>
  typeof value !== 'string' ? undefined : caseExact ? value : foldCase(value);
const number: Form = (value) => (typeof value === 'number' ? numberText(value) : undefined);

const FORMS: Readonly<Partial<Record<AttributeType, Form>>> = {
  string: text,
  reference: text,
  binary: text,
  boolean: (value) => (typeof value === 'boolean' ? value : undefined),
  integer: number,
  decimal: number,
  dateTime: (value) => (typeof value === 'string' ? instantText(value) : undefined),
};

/** The bits of the number, turned so that their order is that of numbers: databases disagree in the last digit of decimals. */
export function numberText(value: number): string {
  const view = new DataView(new ArrayBuffer(8));
  // Without the sign of a negative zero.
  view.setFloat64(0, value + 0);
  const bits = view.getBigUint64(0);
  const ordered = bits >> 63n === 1n ? ~bits & ALL_BITS : bits | SIGN_BIT;
  return ordered.toString(16).padStart(16, '0');
}

const SIGN_BIT = 1n << 63n;
const ALL_BITS = (1n << 64n) - 1n;

/** Seconds that lie before the first that a dateTime can name, so that none is negative. */
const LONG_AGO = 100_000_000_000;

/** Seconds, and as many digits of a second as were written: the clients' own databases have up to nine. */
function instantText(dateTime: string): string | undefined {
  const milliseconds = parseDateTime(dateTime.replace(FRACTION, ''));
  if (milliseconds === undefined || parseDateTime(dateTime) === undefined) return undefined;
  const seconds = String(milliseconds / 1000 + LONG_AGO).padStart(12, '0');
  const digits = FRACTION.exec(dateTime)?.[1]?.replace(/0+$/, '') ?? '';
  return digits === '' ? seconds : `${seconds}.${digits}`;
}

const FRACTION = /\.(\d+)/;
