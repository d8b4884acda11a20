/** Which operands of an `or` ask for any of several values of one attribute: `a eq "1" or a eq "2"` is one comparison. */
import type { CompareFilter, Filter } from '../../scim/filter/filter.ts';
import type { Comparison } from './lookup.ts';
import { leafOf } from './query-context.ts';

export interface Alternatives {
  readonly comparisons: readonly Comparison[];
  readonly others: readonly Filter[];
}

export function alternatives(operands: readonly Filter[]): Alternatives {
  const all = operands.flatMap(flatten);
  const comparisons = all.filter((operand) => operand.kind === 'compare').map(toComparison);
  return { comparisons: group(comparisons), others: all.filter(({ kind }) => kind !== 'compare') };
}

/** Makes one comparison of those that ask for a value of the same attribute. */
export function group(comparisons: readonly Comparison[]): readonly Comparison[] {
  const groups = new Map<
    string | Comparison,
    { readonly first: Comparison; readonly values: Comparison['values'][number][] }
  >();
  for (const comparison of comparisons) {
    const name = groupOf(comparison) ?? comparison;
    const known = groups.get(name);
    if (known) known.values.push(...comparison.values);
    else groups.set(name, { first: comparison, values: [...comparison.values] });
  }
  return Array.from(groups.values(), ({ first, values }) => ({ ...first, values }));
}

/** The one comparison that a filter is; undefined when it is more or something else. */
export function onlyComparison(filter: Filter): Comparison | undefined {
  const { comparisons, others } = alternatives([filter]);
  return others.length === 0 && comparisons.length === 1 ? comparisons[0] : undefined;
}

export const toComparison = ({ path, operator, value }: CompareFilter): Comparison => ({
  path,
  operator,
  values: [value],
});

const flatten = (filter: Filter): readonly Filter[] =>
  filter.kind === 'or' ? filter.operands.flatMap(flatten) : [filter];

/** Booleans and null are few: each is a comparison of its own. */
function groupOf({ path, operator, values: [value] }: Comparison): string | undefined {
  if (operator !== 'eq' || typeof value === 'boolean' || value === null) return undefined;
  return leafOf(path)?.path;
}
