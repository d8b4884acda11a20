/** In which order operations are worked off: what one refers to comes before it (RFC 7644 §3.7, §3.7.1). */
import { groupCircles } from './circles.ts';
import { isFaulty, type BulkOperation, type ReadableOperation } from './operation.ts';

/** For each operation, the positions of those that must be done before it. */
export type Needs = readonly (readonly number[])[];

/** The elements that an operation changes, when it changes nothing else and is right whatever else was changed. */
export type ElementsOf = (operation: ReadableOperation) => ReadonlySet<string> | undefined;

/** What it refers to, and what came before it that may have changed its resource, or the elements that it changes. */
export function needsOf(operations: readonly BulkOperation[], elementsOf: ElementsOf): Needs {
  const creators = creatorsOf(operations);
  const changes = new Map<string, Changes>();
  let removal: number | undefined;
  return operations.map((operation, position) => {
    if (isFaulty(operation)) return [];
    const { method, target, references } = operation;
    const created = Array.from(references, (bulkId) => creators.get(bulkId));
    if (method === 'POST') return created.filter(isThere);
    const resource = `${target.type.name} ${target.id ?? ''}`;
    const before = changes.get(resource) ?? { elements: new Map() };
    const elements = elementsOf(operation);
    const changed = changesBefore(before, elements);
    changes.set(resource, changesAfter(before, elements, position));
    // A removal ends memberships, and so changes resources that it does not name.
    const ended = method === 'DELETE' ? undefined : removal;
    if (method === 'DELETE') removal = position;
    return [...created, ...changed, ended].filter(isThere);
  });
}

/** The latest changes of a resource: of all of it, and of single elements since then. */
interface Changes {
  readonly whole?: number;
  readonly elements: Map<string, number>;
}

/** A change of elements waits for none of the others, a change of all for each of them. */
function changesBefore(
  { whole, elements }: Changes,
  own: ReadonlySet<string> | undefined,
): readonly (number | undefined)[] {
  const latest = new Set(own ? Array.from(own, (element) => elements.get(element)) : elements.values());
  return [whole, ...latest];
}

function changesAfter(before: Changes, own: ReadonlySet<string> | undefined, position: number): Changes {
  if (!own) return { whole: position, elements: new Map() };
  for (const element of own) before.elements.set(element, position);
  return before;
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
