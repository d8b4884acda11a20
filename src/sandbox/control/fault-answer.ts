/** What a call that runs into a fault is answered. */
import type { Answer } from '../rest/call.ts';
import type { FaultAction } from './faults.ts';

const DEFAULT_STATUS: Readonly<Record<string, number>> = {
  INVALID_SESSION_ID: 401,
  REQUEST_LIMIT_EXCEEDED: 403,
  API_DISABLED_FOR_ORG: 403,
  API_CURRENTLY_DISABLED: 403,
  NOT_FOUND: 404,
  ENTITY_IS_DELETED: 404,
  UNKNOWN_EXCEPTION: 500,
  SERVER_UNAVAILABLE: 503,
};

const verbatim = (text: string) => ({
  type: text.trimStart().startsWith('<') ? 'text/html;charset=UTF-8' : 'text/plain',
  text,
});

/** The answer of a fault, in the error shape of the address it hits; null for one that only delays or resets. */
export function answerFault(action: FaultAction, isOAuth: boolean): Answer | null {
  const { status, errorCode, body, headers } = action;
  if (status === undefined && errorCode === undefined && body === undefined) return null;
  return { ...contentOf(action, isOAuth), ...(headers && { headers }) };
}

function contentOf({ status, errorCode, body }: FaultAction, isOAuth: boolean): Answer {
  const code = status ?? DEFAULT_STATUS[errorCode ?? ''] ?? 400;
  if (typeof body === 'string') return { status: code, raw: verbatim(body) };
  if (body !== undefined) return { status: code, body };
  if (errorCode === undefined) return { status: code };
  const message = 'injected by a fault of the stand-in';
  return { status: code, body: isOAuth ? { error: errorCode, error_description: message } : [{ message, errorCode }] };
}
