/** How many conditions of a filter look at every resource, because no index knows the answer. */
import type { CompareFilter, Filter } from './filter.ts';

/** @param indexed paths of attributes of which an index knows the values */
export function countScans(filter: Filter, indexed: ReadonlySet<string>): number {
  switch (filter.kind) {
    case 'and':
      return countAll(filter.operands, indexed);
    case 'or':
      return sum(distinct(filter.operands).map((operand) => countScans(operand, indexed)));
    case 'not':
      return Math.max(1, countScans(filter.operand, indexed));
    case 'valuePath':
      return countScans(filter.filter, indexed);
    case 'compare':
      return isLookedUp(filter, indexed) ? 0 : 1;
    case 'present':
      return 1;
  }
}

/** What an index finds is little, whatever else is asked of it. */
function countAll(operands: readonly Filter[], indexed: ReadonlySet<string>): number {
  const counts = operands.map((operand) => countScans(operand, indexed));
  return counts.includes(0) ? 0 : sum(counts);
}

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

const pathOf = ({ path }: CompareFilter): string => (path.subAttribute ?? path.attribute)?.path ?? '';

const isLookedUp = (filter: CompareFilter, indexed: ReadonlySet<string>): boolean =>
  (filter.operator === 'eq' || filter.operator === 'sw') && indexed.has(pathOf(filter));

/** Alternatives of one attribute, `a eq "1" or a eq "2"`, are looked for together. */
function distinct(operands: readonly Filter[]): readonly Filter[] {
  const seen = new Set<string>();
  return operands.filter((operand) => {
    if (operand.kind !== 'compare' || operand.operator !== 'eq') return true;
    const path = pathOf(operand);
    return !seen.has(path) && seen.add(path);
  });
}
