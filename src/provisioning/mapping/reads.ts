/** Which attributes a mapping file reads, as far as that decides what is looked up for it. */
import { isObject } from '../../scim/json.ts';

/** What is for people, editors and tests alone. */
const REMARKS: ReadonlySet<string> = new Set(['$schema', 'description', 'tests']);

/**
 * Told by the word, wherever it stands in a path, a filter or an expression: one too many costs some deliveries that change
 * nothing, one too few would leave Leads wrong.
 *
 * @param attribute name of an attribute of the base schema, e.g. `groups`
 */
export function readsAttribute(file: unknown, attribute: string): boolean {
  const word = new RegExp(`(?<![\\w$-])${attribute.replace('$', '\\$')}(?![\\w$-])`, 'i');
  const parts = isObject(file) ? Object.entries(file).filter(([name]) => !REMARKS.has(name)) : [];
  return textsOf(parts.map(([, part]) => part)).some((text) => word.test(text));
}

function textsOf(part: unknown): readonly string[] {
  if (typeof part === 'string') return [part];
  if (Array.isArray(part)) return part.flatMap(textsOf);
  return isObject(part) ? Object.values(part).flatMap(textsOf) : [];
}
