/** How many different conditions a filter has. */
import type { CompareFilter, Filter } from './filter.ts';

/** Alternatives of one attribute, `a eq "1" or a eq "2"`, are looked for together and count once. */
export function countConditions(filter: Filter): number {
  switch (filter.kind) {
    case 'and':
      return sum(filter.operands.map(countConditions));
    case 'or':
      return sum(distinct(filter.operands).map(countConditions));
    case 'not':
      return countConditions(filter.operand);
    case 'valuePath':
      return countConditions(filter.filter);
    case 'compare':
    case 'present':
      return 1;
  }
}

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

const pathOf = ({ path }: CompareFilter): string => (path.subAttribute ?? path.attribute)?.path ?? '';

function distinct(operands: readonly Filter[]): readonly Filter[] {
  const seen = new Set<string>();
  return operands.filter((operand) => {
    if (operand.kind !== 'compare' || operand.operator !== 'eq') return true;
    const path = pathOf(operand);
    return !seen.has(path) && seen.add(path);
  });
}
