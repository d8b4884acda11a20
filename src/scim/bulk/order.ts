/** In which order operations are worked off: what one refers to comes before it (RFC 7644 §3.7, §3.7.1). */
import { groupCircles } from './circles.ts';
import { isFaulty, type BulkOperation } from './operation.ts';

/** For each operation, the positions of those that must be done before it. */
export type Needs = readonly (readonly number[])[];

/** What it refers to, and what came before it that may have changed its resource. */
export function needsOf(operations: readonly BulkOperation[]): Needs {
  const creators = creatorsOf(operations);
  const latest = new Map<string, number>();
  let removal: number | undefined;
  return operations.map((operation, position) => {
    if (isFaulty(operation)) return [];
    const { method, target, references } = operation;
    const created = Array.from(references, (bulkId) => creators.get(bulkId));
    if (method === 'POST') return created.filter(isThere);
    const resource = `${target.type.name} ${target.id ?? ''}`;
    const before = latest.get(resource);
    latest.set(resource, position);
    // A removal ends memberships, and so changes resources that it does not name.
    const ended = method === 'DELETE' ? undefined : removal;
    if (method === 'DELETE') removal = position;
    return [...created, before, ended].filter(isThere);
  });
}

const isThere = (position: number | undefined): position is number => position !== undefined;

/** The position of the POST behind each bulkId. */
export function creatorsOf(operations: readonly BulkOperation[]): ReadonlyMap<string, number> {
  const creators = new Map<string, number>();
  for (const [position, { method, bulkId }] of operations.entries())
    if (method === 'POST' && bulkId !== undefined) creators.set(bulkId, position);
  return creators;
}

/**
 * Positions in the order of work; those that need each other in a circle are one unit. The order is the client's, except
 * that who needs something later waits until it is there: nothing is done earlier than the client put it.
 */
export function orderUnits(needs: Needs): readonly (readonly number[])[] {
  const turns = new Map<number, number>();
  const units = groupCircles(needs).map((members) => {
    const turn = Math.max(
      ...members,
      ...members.flatMap((member) => needs[member] ?? []).map((n) => turns.get(n) ?? 0),
    );
    for (const member of members) turns.set(member, turn);
    return { members, turn };
  });
  // Stable: what is needed stays before who needs it when both have the same turn.
  return units.sort((a, b) => a.turn - b.turn).map(({ members }) => members);
}
