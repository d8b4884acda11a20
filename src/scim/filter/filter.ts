/** The tree of conditions that a filter is (RFC 7644 §3.4.2.2). */
import type { AttributePath } from '../schema/resource-type.ts';

export type CompareOperator = 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le';
export type CompareValue = string | number | boolean | null;

/** `and` and `or` take any number of operands: a filter of a thousand alternatives is wide, not deep. */
export type Filter = LogicalFilter | NotFilter | CompareFilter | PresentFilter | ValuePathFilter;

export interface LogicalFilter {
  readonly kind: 'and' | 'or';
  readonly operands: readonly Filter[];
}

export interface NotFilter {
  readonly kind: 'not';
  readonly operand: Filter;
}

/** Compared with null, `eq` means "has no value" and `ne` "has one". */
export interface CompareFilter {
  readonly kind: 'compare';
  readonly operator: CompareOperator;
  /** Never complex: a complex attribute stands for its `value` (save against null). */
  readonly path: AttributePath;
  readonly value: CompareValue;
}

export interface PresentFilter {
  readonly kind: 'present';
  readonly path: AttributePath;
}

/** One and the same element of `path` satisfies `filter`, whose own paths begin at the element. */
export interface ValuePathFilter {
  readonly kind: 'valuePath';
  readonly path: AttributePath;
  readonly filter: Filter;
}
