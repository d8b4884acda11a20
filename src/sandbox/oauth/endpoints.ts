/** Which OAuth addresses there are (help: "OAuth Endpoints"). */
import { SalesforceError } from '../errors.ts';
import type { Org } from '../org.ts';
import type { Answer } from '../rest/call.ts';
import type { Row } from '../schema/field.ts';
import { originOf, type Endpoint, type ServiceRequest } from '../service-request.ts';
import { authenticate } from './authenticate.ts';
import type { TokenRequest } from './clients.ts';
import { answerIdentity, answerUserInfo, badToken } from './identity.ts';
import { answerSoap } from './soap-login.ts';
import { issueToken, revokeToken } from './token.ts';

/** Parameters come as a form; the query string is read too. */
const toTokenRequest = (org: Org, { body, query, headers, overlaps }: ServiceRequest): TokenRequest => ({
  org,
  origin: originOf(org, headers),
  host: headers.host ?? '',
  params: new URLSearchParams([...query, ...new URLSearchParams(body?.toString() ?? '')]),
  authorization: headers.authorization ?? '',
  overlaps,
});

function answerHolder(org: Org, request: ServiceRequest, answer: (origin: string, user: Row) => Answer): Answer {
  try {
    const { userId } = authenticate(org, request);
    const user = org.tableOf(org.typeNamed('User')).get(userId);
    return user ? answer(originOf(org, request.headers), user) : badToken();
  } catch (error) {
    if (error instanceof SalesforceError) return badToken();
    throw error;
  }
}

const TOKEN: Endpoint = {
  route: 'POST /services/oauth2/token',
  kind: 'token',
  run: (org, request) => issueToken(toTokenRequest(org, request)),
};

const REVOKE: Endpoint = {
  route: 'POST /services/oauth2/revoke',
  kind: 'other',
  run: (org, request) => revokeToken(toTokenRequest(org, request)),
};

const USER_INFO: Endpoint = {
  route: 'GET /services/oauth2/userinfo',
  kind: 'other',
  run: (org, request) => answerHolder(org, request, answerUserInfo),
};

const IDENTITY: Endpoint = {
  route: 'GET /id/{organization}/{user}',
  kind: 'other',
  run: (org, request) => answerHolder(org, request, answerIdentity),
};

const SOAP: Endpoint = {
  route: 'POST /services/Soap/u/{version}',
  kind: 'token',
  run: answerSoap,
};

const ENDPOINTS: ReadonlyMap<string, Endpoint> = new Map(
  [TOKEN, REVOKE, USER_INFO].map((endpoint) => [endpoint.route, endpoint]),
);

/** @param path without a query string */
export function findOAuthEndpoint(method: string, path: string): Endpoint | null {
  if (method === 'GET' && /^\/id\/[^/]+\/[^/]+$/.test(path)) return IDENTITY;
  if (method === 'POST' && /^\/services\/Soap\/u\/\d+\.\d(\/|$)/.test(path)) return SOAP;
  return ENDPOINTS.get(`${method} ${path.replace(/\/$/, '')}`) ?? null;
}
