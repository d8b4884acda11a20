/** Names with and without a user store in front: WSO2 IS creates `PRIMARY/robin` and looks for `robin`, or the other way round. */
import { parseFilter } from '../scim/filter/parse.ts';
import { printFilter } from '../scim/filter/print.ts';
import { foldCase } from '../scim/comparable.ts';
import type { Json, JsonObject } from '../scim/json.ts';
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
  const filter = parseFilter(type, text, { unquoted: 'literally' });
  if (filter.kind !== 'compare' || filter.operator !== 'eq' || typeof filter.value !== 'string') return undefined;
  const { attribute, subAttribute } = filter.path;
  const names = indexes.get(type.name)?.filter(({ ofTails }) => ofTails) ?? [];
  if (subAttribute || !names.some((index) => index.attribute === attribute)) return undefined;
  const slash = filter.value.indexOf('/');
  if (slash === -1) return printFilter({ ...filter, operator: 'ew', value: `/${filter.value}` });
  return printFilter({ ...filter, value: filter.value.slice(slash + 1) });
}

/**
 * What a client wrote, without a name that is the stored one with or without a user store in front: WSO2 IS leaves it out of some
 * of its requests, and a user that lost it would be made a second time by the next that has it.
 */
export function withoutOtherDomain(
  { indexes }: Pick<Model, 'indexes'>,
  type: ResourceType,
  stored: JsonObject,
  partial: JsonObject,
): JsonObject {
  const names = indexes.get(type.name)?.filter(({ ofTails }) => ofTails) ?? [];
  const isOther = (member: string, value: Json): boolean => {
    const index = names.find(({ attribute }) => attribute === type.resolve(member)?.attribute);
    return index !== undefined && differInDomain(stored[index.attribute.name], value);
  };
  return Object.fromEntries(Object.entries(partial).filter(([member, value]) => !isOther(member, value)));
}

function differInDomain(before: Json | undefined, after: Json): boolean {
  if (typeof before !== 'string' || typeof after !== 'string') return false;
  const [longer, shorter] = [before, after].map(foldCase).sort((a, b) => b.length - a.length) as [string, string];
  return longer.endsWith(`/${shorter}`) && !shorter.includes('/');
}
