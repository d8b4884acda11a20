/** Whether a conditional request may go on: entity tags, If-Match, If-None-Match (RFC 7644 §3.14, RFC 9110 §13). */
import { preconditionFailed } from './errors.ts';

/** `meta.version` and the ETag header of one version; weak, because projections differ in bytes and not in meaning. */
export function etag(version: string | number): string {
  return `W/"${version}"`;
}

/**
 * Refuses a write whose If-Match names none of the current versions.
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
    'the resource is not at the version that If-Match names: read it again and repeat the change',
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
  const wanted = opaqueTag(current);
  return Array.from(header.matchAll(ENTITY_TAG), ([tag]) => opaqueTag(tag)).includes(wanted);
}

/** RFC 9110 §8.8.3: a comma may be part of a tag, hence no split. */
const ENTITY_TAG = /(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"/g;

function opaqueTag(tag: string): string {
  return tag.replace(/^W\//, '');
}
