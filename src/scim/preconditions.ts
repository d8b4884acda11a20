/** Whether a conditional request may go on: entity tags, If-Match, If-None-Match (RFC 7644 §3.14, RFC 9110 §13). */
import { preconditionFailed, preconditionRequired } from './errors.ts';

/** The headers of a request that depends on the version it meets. */
export interface Preconditions {
  readonly ifMatch?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
}

/** `meta.version` and the ETag header of one version; weak, because projections differ in bytes and not in meaning. */
export function etag(version: string | number): string {
  return `W/"${version}"`;
}

/**
 * Refuses a PUT, PATCH or DELETE of a resource at a version that the client did not mean.
 *
 * @param current the resource's tag
 * @param mustMatch whether a request without If-Match is refused as well
 * @throws ScimError preconditionFailed or preconditionRequired
 */
export function checkWrite({ ifMatch, ifNoneMatch }: Preconditions, current: string, mustMatch: boolean): void {
  if (mustMatch && ifMatch === undefined) {
    throw preconditionRequired('If-Match is missing: read the resource and send its ETag, so that no change is lost');
  }
  checkIfMatch(ifMatch, current);
  if (checkIfNoneMatch(ifNoneMatch, current)) return;
  throw preconditionFailed('the resource is at a version that If-None-Match rules out');
}

/**
 * Refuses a request whose If-Match names none of the current versions.
 *
 * Tags are compared weakly. RFC 9110 §13.1.1 wants the strong comparison, which no weak tag ever passes; the examples of
 * RFC 7644 §3.14 send weak tags in If-Match and expect success.
 *
 * @param current the resource's tag; undefined when there is no resource, which also `*` does not match
 * @throws ScimError preconditionFailed
 */
export function checkIfMatch(header: string | undefined, current: string | undefined): void {
  if (header === undefined || namesTag(header, current)) return;
  throw preconditionFailed(
    'the resource is not at the version that If-Match names: read it again and repeat the request',
  );
}

/**
 * Tells whether If-None-Match lets the request go on; if not, the answer is 304 to GET and 412 to a write.
 *
 * @param current the resource's tag; undefined when there is no resource
 */
export function checkIfNoneMatch(header: string | undefined, current: string | undefined): boolean {
  return header === undefined || !namesTag(header, current);
}

function namesTag(header: string, current: string | undefined): boolean {
  if (current === undefined) return false;
  if (header.trim() === '*') return true;
  return entityTags(header).map(opaqueTag).includes(opaqueTag(current));
}

/** One member of a list, which may be empty, and the comma after it; a comma may be part of a tag (RFC 9110 §8.8.3). */
const LIST_MEMBER = /[ \t]*(?:((?:W\/)?"[\x21\x23-\x7e\x80-\xff]*")[ \t]*)?(?:,|$)/gy;

/** None of a header that is not a list of tags throughout: what it was meant to say is anybody's guess. */
function entityTags(header: string): readonly string[] {
  const members = Array.from(header.matchAll(LIST_MEMBER));
  const isList = members.map(([text]) => text).join('') === header;
  return isList ? members.flatMap(([, tag]) => tag ?? []) : [];
}

function opaqueTag(tag: string): string {
  return tag.replace(/^W\//, '');
}
