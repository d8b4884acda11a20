/** Which refusals of the token endpoint are final until a person changes something. */
import type { Fault } from '../provisioning/lead-target.ts';

/** Says so itself: another token request of this user is under way. */
const ALREADY_PROCESSED = /already being processed/i;

/** `rate_limit_exceeded`, `login rate exceeded`, LOGIN_RATE_EXCEEDED; not "integration". */
const RATE = /(^|[^a-z])rate([^a-z]|$)/i;

/** RFC 6749 §4.1.2.1 has these for trouble on the server's side. */
const SERVER_TROUBLE = new Set(['server_error', 'temporarily_unavailable', 'unknown_error']);

/**
 * Whether asking again with the same credentials can only do harm: ten bad passwords lock the user out.
 *
 * @param fault what the token endpoint answered
 */
export function isCredentialRefusal(fault: Fault): boolean {
  const { status, code, message } = fault;
  if (status !== 400 && status !== 401) return false;
  // A page of a proxy says nothing about the credentials.
  if (code.startsWith('HTTP_') || code === 'UNEXPECTED_RESPONSE' || SERVER_TROUBLE.has(code)) return false;
  return ![ALREADY_PROCESSED, RATE].some((pattern) => pattern.test(code) || pattern.test(message));
}
