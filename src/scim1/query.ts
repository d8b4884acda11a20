/** What a query string of SCIM 1.1 asks for, read from the raw text: WSO2 IS 5 puts names into it as they are (API §3.2.2). */

const PARAMETERS = ['attributes', 'filter', 'sortBy', 'sortOrder', 'startIndex', 'count'] as const;
type Parameter = (typeof PARAMETERS)[number];

export type Scim1Query = Readonly<Partial<Record<Parameter, string>>>;

/**
 * Reads `filter=userName%20Eq%20a+b&c=d`: all that does not begin a parameter of SCIM 1.1 belongs to the one before it.
 *
 * @param url with or without a query
 */
export function readScim1Query(url: string): Scim1Query {
  const start = url.indexOf('?');
  const query: Partial<Record<Parameter, string>> = {};
  for (const [name, text] of start === -1 ? [] : cut(url.slice(start + 1))) query[name] ??= decode(text);
  return query;
}

function cut(text: string): readonly (readonly [Parameter, string])[] {
  const parts: [Parameter, string][] = [];
  for (const segment of text.split('&')) {
    const name = nameOf(segment);
    const last = parts.at(-1);
    if (name !== undefined) parts.push([name, segment.slice(segment.indexOf('=') + 1)]);
    // An ampersand in a name is only to be expected in the raw one of a filter.
    else if (last?.[0] === 'filter') last[1] += `&${segment}`;
  }
  return parts;
}

function nameOf(segment: string): Parameter | undefined {
  const name = /^(\w+)=/.exec(segment)?.[1]?.toLowerCase();
  return PARAMETERS.find((parameter) => parameter.toLowerCase() === name);
}

/** Where spaces are written `%20`, a plus is a plus; a form writes its spaces so. */
function decode(text: string): string {
  const spaced = text.includes('%20') ? text : text.replaceAll('+', ' ');
  return spaced.replace(/(?:%[\da-f]{2})+/gi, decodeOrKeep);
}

/** `50%` is a name too. */
function decodeOrKeep(escapes: string): string {
  try {
    return decodeURIComponent(escapes);
  } catch {
    return escapes;
  }
}
