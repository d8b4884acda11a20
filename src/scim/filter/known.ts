/** A query's filter for each of the types that are searched; no type may know nothing of a name in it (RFC 7644 §3.4.2.1). */
import { invalidFilter } from '../errors.ts';
import type { AttributePath, ResourceType } from '../schema/resource-type.ts';
import type { Filter } from './filter.ts';
import { parseFilter, type FilterOptions } from './parse.ts';

/**
 * Parses a filter once for each type. An attribute that a type does not have has no value there; one that no type has is most
 * likely misspelt, and would quietly find nobody, or with `ne` everybody.
 *
 * @returns one filter for each type
 * @throws ScimError invalidFilter
 */
export function parseKnownFilter(
  types: readonly ResourceType[],
  text: string,
  options: FilterOptions,
): readonly Filter[] {
  const filters = types.map((type) => parseFilter(type, text, options));
  const [first = new Set<string>(), ...others] = filters.map((filter) => new Set(unknownNames(filter)));
  const unknown = [...first].find((name) => others.every((names) => names.has(name)));
  if (unknown !== undefined)
    throw invalidFilter(
      types.length === 1
        ? `filter: ${types[0]?.name ?? ''} has no attribute ${unknown}`
        : `filter: no resource type has an attribute ${unknown}`,
    );
  return filters;
}

const unknownNames = (filter: Filter): readonly string[] =>
  pathsOf(filter).flatMap(({ unknown }) => (unknown === undefined ? [] : [unknown]));

/** Every attribute that a filter asks for; of elements, their sub-attributes too. */
export function pathsOf(filter: Filter): readonly AttributePath[] {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.operands.flatMap(pathsOf);
    case 'not':
      return pathsOf(filter.operand);
    case 'valuePath':
      return [filter.path, ...pathsOf(filter.filter)];
    case 'compare':
    case 'present':
      return [filter.path];
  }
}
