/** Which users have a Lead at all: those that the SCIM filter of a mapping fits. */
import { ScimError } from '../../scim/errors.ts';
import { matches } from '../../scim/filter/evaluate.ts';
import type { Filter } from '../../scim/filter/filter.ts';
import { parseKnownFilter } from '../../scim/filter/known.ts';
import type { JsonObject } from '../../scim/json.ts';
import type { ResourceType } from '../../scim/schema/resource-type.ts';
import type { Report } from './error.ts';

/** What is wrong with the filter is reported. @param text absent: every user is in scope */
export function compileScope(
  text: string | undefined,
  userType: ResourceType,
  report: Report,
): (user: JsonObject) => boolean {
  const filter = text === undefined ? undefined : parseScope(text, userType, report);
  return (user) => filter === undefined || matches(filter, user);
}

function parseScope(text: string, userType: ResourceType, report: Report): Filter | undefined {
  try {
    const [filter] = parseKnownFilter([userType], text, {});
    if (filter === undefined || !asksMeta(filter)) return filter;
    report(['scope'], 'asks for meta, which a mapping does not see; name another attribute');
  } catch (error) {
    if (!(error instanceof ScimError)) throw error;
    report(['scope'], error.detail.replace(/^filter: /, ''));
  }
  return undefined;
}

/** A stored user has no `meta`: it is made for each answer. */
function asksMeta(filter: Filter): boolean {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.operands.some(asksMeta);
    case 'not':
      return asksMeta(filter.operand);
    case 'valuePath':
    case 'compare':
    case 'present':
      return filter.path.attribute?.name === 'meta';
  }
}
