/** Whose session a request belongs to (REST API guide: "Authorization Header"). */
import { authHeaderInvalid, sessionInvalid } from '../errors.ts';
import type { Org } from '../org.ts';
import type { ServiceRequest } from '../service-request.ts';
import type { Session } from './sessions.ts';

/** Both schemes work: `Bearer` is today's, `OAuth` is what older clients send. */
function readToken({ headers, query }: ServiceRequest): string | null {
  const { authorization } = headers;
  if (authorization === undefined) return query.get('oauth_token');
  const token = /^(?:Bearer|OAuth)\s+(\S+)$/i.exec(authorization)?.[1];
  if (token === undefined) throw authHeaderInvalid();
  return token;
}

/** @throws SalesforceError 401 without a live session */
export function authenticate(org: Org, request: ServiceRequest): Session {
  const session = org.sessions.use(readToken(request) ?? '', org.config.sessionTimeoutMs, org.now());
  if (!session) throw sessionInvalid();
  return session;
}
