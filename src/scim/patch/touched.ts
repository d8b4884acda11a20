/** Which elements of a multi-valued attribute a PATCH can change, so that no others need to be read (RFC 7644 §3.5.2). */
import type { Filter } from '../filter/filter.ts';
import { isObject, memberOf, type Json } from '../json.ts';
import type { Attribute } from '../schema/attribute.ts';
import type { ResourceType } from '../schema/resource-type.ts';
import type { PatchOperation, PatchVerb } from './parse.ts';
import { parsePath, type Path } from './path.ts';

export interface Touched {
  /** The `value` of each of these elements; or that it depends on all elements. */
  readonly values: ReadonlySet<string> | 'all';
  /** Whether the operations touch nothing else of the resource. */
  readonly alone: boolean;
}

/** @throws ScimError for a path that cannot be read */
export function touchedElements(
  resourceType: ResourceType,
  attribute: Attribute,
  operations: readonly PatchOperation[],
): Touched {
  const targets = operations.flatMap((operation) => targetsOf(resourceType, operation));
  const own = targets.filter(({ path }) => path.attribute === attribute);
  const sets = own.map(touchedBy).filter((set) => set !== 'all');
  const values = sets.length < own.length ? 'all' : new Set(sets.flatMap((set) => [...set]));
  return { values, alone: own.length > 0 && own.length === targets.length };
}

interface TargetedValue {
  readonly op: PatchVerb;
  readonly path: Path;
  readonly value: Json | undefined;
}

/** Without a path the members of the value are the targets; unknown ones are nobody's. */
function targetsOf(resourceType: ResourceType, { op, path, value }: PatchOperation): readonly TargetedValue[] {
  if (path !== undefined) return [{ op, path: parsePath(resourceType, path), value }];
  const members = isObject(value) ? Object.entries(value) : [];
  return members.flatMap(([name, member]) => {
    const target = name.includes('[') ? parsePath(resourceType, name) : resourceType.resolve(name);
    return target === undefined ? [] : [{ op, path: target, value: member }];
  });
}

function touchedBy({ op, path, value }: TargetedValue): Touched['values'] {
  if (path.filter !== undefined) return chosenBy(path.filter) ?? 'all';
  if (path.subAttribute !== undefined) return 'all';
  const namesElements = op === 'add' || (op === 'remove' && value !== undefined && value !== null);
  return namesElements ? (valuesNamed(value) ?? 'all') : 'all';
}

/** @returns undefined where an element is told apart by something else than its `value` */
function valuesNamed(value: Json | undefined): ReadonlySet<string> | undefined {
  const elements = Array.isArray(value) ? value : [value ?? ''];
  const values = elements.filter((element) => element !== null && element !== '').map(valueOf);
  const named = values.filter((one) => typeof one === 'string');
  return named.length === values.length ? new Set(named) : undefined;
}

const valueOf = (element: Json): Json | undefined => (isObject(element) ? memberOf(element, 'value') : element);

/** The elements that `value eq "…"` leaves, alone, with others in an `and`, or as one of several in an `or`. */
function chosenBy(filter: Filter): ReadonlySet<string> | undefined {
  switch (filter.kind) {
    case 'compare': {
      const isValue = filter.operator === 'eq' && filter.path.attribute?.name === 'value';
      return isValue && typeof filter.value === 'string' ? new Set([filter.value]) : undefined;
    }
    case 'and':
      return filter.operands.map(chosenBy).find((set) => set !== undefined);
    case 'or': {
      const sets = filter.operands.map(chosenBy).filter((set) => set !== undefined);
      return sets.length === filter.operands.length ? new Set(sets.flatMap((set) => [...set])) : undefined;
    }
    default:
      return undefined;
  }
}
