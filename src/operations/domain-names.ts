/** Names with and without a user store in front: WSO2 IS creates `PRIMARY/robin` and looks for `robin`, or the other way round. */
import { parseFilter } from '../scim/filter/parse.ts';
import { printFilter } from '../scim/filter/print.ts';
import type { ResourceType } from '../scim/schema/resource-type.ts';
import type { Model } from './model.ts';

/**
 * The filter for the same name with any domain in front, or without the one that it has: names of two domains are two people.
 *
 * @returns undefined for a filter that is no `eq` of a name whose tails are indexed
 */
export function otherNameFilter(
  { indexes }: Pick<Model, 'indexes'>,
  types: readonly ResourceType[],
  text: string,
): string | undefined {
  const [type, ...others] = types;
  if (!type || others.length > 0) return undefined;
  const filter = parseFilter(type, text, { unquoted: true });
  if (filter.kind !== 'compare' || filter.operator !== 'eq' || typeof filter.value !== 'string') return undefined;
  const { attribute, subAttribute } = filter.path;
  const names = indexes.get(type.name)?.filter(({ ofTails }) => ofTails) ?? [];
  if (subAttribute || !names.some((index) => index.attribute === attribute)) return undefined;
  const slash = filter.value.indexOf('/');
  if (slash === -1) return printFilter({ ...filter, operator: 'ew', value: `/${filter.value}` });
  return printFilter({ ...filter, value: filter.value.slice(slash + 1) });
}
