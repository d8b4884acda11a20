/** Which rows a WHERE clause can possibly let through, found by index instead of by a scan. */
import type { Table } from '../records/table.ts';
import type { QueryScope } from './columns.ts';
import type { Condition } from './conditions.ts';
import { columnOf, operandsOf } from './predicate.ts';

type Ids = ReadonlySet<string>;

type Comparison = Extract<Condition, { kind: 'compare' }>['comparison'];

/** None of them is ever later than SystemModstamp, by whose order changes are known. */
const TIMES: ReadonlySet<string> = new Set(['SystemModstamp', 'LastModifiedDate', 'CreatedDate']);

/** What a client asks that keeps a copy: everything since a moment. */
function idsSince(scope: QueryScope, table: Table, comparison: Comparison): Ids | null {
  const { field, steps } = columnOf(scope, comparison);
  if (steps.length > 0 || !TIMES.has(field.name)) return null;
  const [operand] = operandsOf(scope, field, comparison);
  const since = operand?.kind === 'span' ? operand.start : operand?.value;
  if (typeof since !== 'string') return null;
  const ids = table.idsChangedSince(stampOf(since));
  // Looking up most rows one by one takes longer than a scan.
  return ids.size * 2 > table.size ? null : ids;
}

/** Comparisons fold case; stamps have a T. */
const stampOf = (text: string): string => text.toUpperCase();

function idsOfComparison(scope: QueryScope, table: Table, comparison: Comparison): Ids | null {
  if (['>', '>='].includes(comparison.operator)) return idsSince(scope, table, comparison);
  if (comparison.operator !== '=' && comparison.operator !== 'IN') return null;
  const { field, steps } = columnOf(scope, comparison);
  if (steps.length > 0 || (field.name !== 'Id' && !table.isIndexed(field.name))) return null;
  const ids = new Set<string>();
  for (const operand of operandsOf(scope, field, comparison)) {
    if (operand.kind !== 'value' || operand.value === null) return null;
    if (field.name === 'Id') ids.add(String(operand.value));
    else for (const id of table.idsWith(field.name, operand.value)) ids.add(id);
  }
  return ids;
}

const smallest = (sets: readonly (Ids | null)[]): Ids | null =>
  sets.reduce((best, ids) => (ids !== null && (best === null || ids.size < best.size) ? ids : best), null);

const union = (sets: readonly (Ids | null)[]): Ids | null => {
  const all = new Set<string>();
  for (const ids of sets) {
    if (ids === null) return null;
    for (const id of ids) all.add(id);
  }
  return all;
};

/** Ids that include every row the condition lets through; null when only a scan can tell. */
export function findCandidates(scope: QueryScope, table: Table, condition: Condition): Ids | null {
  if (condition.kind === 'not') return null;
  if (condition.kind === 'compare') return idsOfComparison(scope, table, condition.comparison);
  const sets = condition.parts.map((part) => findCandidates(scope, table, part));
  return condition.kind === 'and' ? smallest(sets) : union(sets);
}
