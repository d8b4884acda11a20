/** Where data refers to a resource that another operation creates, and how its id gets there (RFC 7644 §3.7.2). */
import type { Json } from '../json.ts';

/** Deeper than any schema; what is nested without end is left for validation to refuse. */
const MAX_DEPTH = 32;

const WHOLE = /^bulkId:(.+)$/s;
/** A `$ref`, relative or absolute: the bulkId stands where the id will. */
const IN_URI = /^(\S*\/)bulkId:([^\s/?#]+)$/;
const QUOTED = /"(?:[^"\\]|\\.)*"/gs;

/**
 * A copy of `data` in which every reference is replaced: a string that is `bulkId:x`, a URI whose last segment it is, and
 * either of them between quotes in a `path`, as in `members[value eq "bulkId:x"]`.
 *
 * @param idOf what to put in the place of a bulkId
 */
export function replaceReferences(data: Json, idOf: (bulkId: string) => string, member = '', depth = 0): Json {
  if (typeof data === 'string') return member === 'path' ? replaceQuoted(data, idOf) : replaceText(data, idOf);
  if (typeof data !== 'object' || data === null || depth > MAX_DEPTH) return data;
  const replace = (value: Json, name: string): Json => replaceReferences(value, idOf, name, depth + 1);
  if (Array.isArray(data)) return data.map((element) => replace(element, member));
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, replace(value, name.toLowerCase())]));
}

/** The bulkIds that `data` refers to. */
export function referencesIn(data: Json): ReadonlySet<string> {
  const found = new Set<string>();
  replaceReferences(data, (bulkId) => {
    found.add(bulkId);
    return bulkId;
  });
  return found;
}

/** The bulkId that a string stands for as a whole. */
export const referenceOf = (text: string): string | undefined => WHOLE.exec(text)?.[1];

/** Names a bulkId in a fault's detail, without the half megabyte that one may have. */
export const describeBulkId = (bulkId: string): string =>
  `bulkId "${bulkId.length > 100 ? `${bulkId.slice(0, 100)}…` : bulkId}"`;

/** A path segment as it was meant; one that is no URI text stands for itself. */
export function decodeSegment(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function replaceText(text: string, idOf: (bulkId: string) => string): string {
  // Most strings hold none, and two expressions for each cost more than this.
  if (!text.includes('bulkId:')) return text;
  const bulkId = referenceOf(text);
  if (bulkId !== undefined) return idOf(bulkId);
  const [, before, segment] = IN_URI.exec(text) ?? [];
  return before === undefined || segment === undefined ? text : before + idOf(decodeSegment(segment));
}

function replaceQuoted(path: string, idOf: (bulkId: string) => string): string {
  if (!path.includes('bulkId:')) return path;
  return path.replace(QUOTED, (quoted) => {
    const text = textOf(quoted);
    const replaced = text === undefined ? undefined : replaceText(text, idOf);
    return replaced === undefined || replaced === text ? quoted : JSON.stringify(replaced);
  });
}

/** What is between the quotes; what is no JSON string is refused with the path. */
function textOf(quoted: string): string | undefined {
  try {
    // Quoted text is a string or no JSON at all.
    return JSON.parse(quoted) as string;
  } catch {
    return undefined;
  }
}
