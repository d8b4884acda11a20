/** How two values compare in a query: text in any case, null below everything. */
import type { Field, FieldValue } from '../schema/field.ts';

const isExact = (field: Field): boolean => field.type === 'id' || field.type === 'reference';

/** The form of a value that comparisons use; ids alone keep their case. */
export const comparable = (field: Field, value: FieldValue): FieldValue =>
  typeof value === 'string' && !isExact(field) ? value.toLowerCase() : value;

/** @returns a number below, equal to or above 0 */
export function compareValues(left: FieldValue, right: FieldValue): number {
  if (left === right) return 0;
  if (left === null) return -1;
  if (right === null) return 1;
  return left < right ? -1 : 1;
}

/** The pattern of LIKE: % any text, _ one character, a backslash before either takes the meaning away. */
export function likePattern(text: string): RegExp {
  const source = text.replace(
    /\\([%_\\])|([%_])|[.*+?^${}()|[\]\\/-]/g,
    (found, escaped?: string, wildcard?: string) => {
      if (wildcard !== undefined) return wildcard === '%' ? '[^]*' : '[^]';
      return escaped === undefined || escaped === '\\' ? `\\${escaped ?? found}` : escaped;
    },
  );
  return new RegExp(`^${source}$`, 'iu');
}
