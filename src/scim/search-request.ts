/** The SearchRequest message: a query in a body instead of a URL (RFC 7644 §3.4.3, RFC 9865 §3). */
import { invalidSyntax, invalidValue } from './errors.ts';
import { isObject, kindOf, memberOf, type Json, type JsonObject } from './json.ts';

export const SEARCH_REQUEST_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';

/** What can be asked of a list, in a body or in a URL. */
export interface SearchRequest {
  readonly filter?: string | undefined;
  readonly sortBy?: string | undefined;
  readonly sortOrder?: string | undefined;
  readonly startIndex?: unknown;
  readonly count?: unknown;
  readonly cursor?: string | undefined;
  /** Names with commas between them. */
  readonly attributes?: string | undefined;
  readonly excludedAttributes?: string | undefined;
}

/**
 * Reads a body; unknown members are passed over, and so are missing `schemas`.
 *
 * @throws ScimError invalidSyntax for what is no SearchRequest, invalidValue for a member of the wrong type
 */
export function parseSearchRequest(body: unknown): SearchRequest {
  if (!isObject(body)) throw invalidSyntax(`the body must be a SearchRequest, not ${kindOf(body)}`);
  refuseOtherMessages(memberOf(body, 'schemas'));
  return {
    filter: readText(body, 'filter'),
    sortBy: readText(body, 'sortBy'),
    sortOrder: readText(body, 'sortOrder'),
    startIndex: memberOf(body, 'startIndex'),
    count: memberOf(body, 'count'),
    cursor: readText(body, 'cursor'),
    attributes: readNames(body, 'attributes'),
    excludedAttributes: readNames(body, 'excludedAttributes'),
  };
}

/** Clients leave `schemas` out or misspell it; a PatchOp that came here by mistake must not find everybody. */
function refuseOtherMessages(schemas: Json | undefined): void {
  const urns = (Array.isArray(schemas) ? schemas : [schemas]).filter((urn) => typeof urn === 'string');
  const other = urns.find(isOtherMessage);
  if (other !== undefined) throw invalidSyntax(`the body must be a ${SEARCH_REQUEST_SCHEMA}, not a ${other}`);
}

const isOtherMessage = (urn: string): boolean =>
  urn.toLowerCase().startsWith('urn:ietf:params:scim:api:messages:') &&
  urn.toLowerCase() !== SEARCH_REQUEST_SCHEMA.toLowerCase();

function readText(body: JsonObject, name: string): string | undefined {
  const value = memberOf(body, name) ?? undefined;
  if (value === undefined || typeof value === 'string') return value;
  throw invalidValue(`${name} must be a string, not ${kindOf(value)}`);
}

/** A list of names, or one text with commas as in a URL. */
function readNames(body: JsonObject, name: string): string | undefined {
  const value = memberOf(body, name) ?? undefined;
  const names = Array.isArray(value) ? value : value === undefined ? [] : [value];
  if (names.every((one) => typeof one === 'string')) return value === undefined ? undefined : names.join(',');
  throw invalidValue(`${name} must be a list of attribute names`);
}
