/** What a request below /services/data goes through: session, version, quota, then its handler. */
import {
  concurrencyExceeded,
  mediaTypeUnsupported,
  quotaExceeded,
  resourceNotFound,
  SalesforceError,
  uploadTooLarge,
} from '../errors.ts';
import { authenticate } from '../oauth/authenticate.ts';
import type { Org } from '../org.ts';
import type { Endpoint, ServiceRequest } from '../service-request.ts';
import { answerError, ok, type Answer } from './call.ts';
import { readJson } from './json.ts';
import { limitInfo } from './limits.ts';
import { answerCall, findRoute, type Match } from './router.ts';
import type { Route } from './routes.ts';
import { runSubrequest } from './subrequest.ts';
import { listVersions, readVersion } from './versions.ts';

const ROOT = '/services/data';

function chargeCall(org: Org): void {
  const { maxDailyApiRequests, maxConcurrentRequests } = org.config;
  if (org.quota.used(org.now()) >= maxDailyApiRequests) throw quotaExceeded();
  if (maxConcurrentRequests !== null && org.inFlight > maxConcurrentRequests) throw concurrencyExceeded();
  org.quota.add(org.now());
}

/** Salesforce takes less JSON than bulk data. */
const MAX_JSON_BYTES = 50 * 1024 * 1024;

/** Bodies of GET and DELETE are ignored; clients send a content type with them all the same. */
function readBody({ method, headers, body }: ServiceRequest, kind: Route['body']): unknown {
  if (body === null || body.length === 0 || method === 'GET' || method === 'DELETE') return undefined;
  const wanted = kind === 'csv' ? /^text\/csv\b/i : /^application\/json\b/i;
  if (!wanted.test(headers['content-type'] ?? ''))
    throw mediaTypeUnsupported(kind === 'csv' ? 'text/csv' : 'application/json');
  if (kind === 'csv') return body.toString();
  if (body.length > MAX_JSON_BYTES) throw uploadTooLarge();
  return readJson(body.toString());
}

type Found = Match | SalesforceError;

function tryRoute(method: string, path: string): Found {
  try {
    return findRoute(method, path);
  } catch (error) {
    if (error instanceof SalesforceError) return error;
    throw error;
  }
}

function answerMatch(org: Org, request: ServiceRequest, userId: string, segment: string, found: Found): Answer {
  const version = readVersion(org.config, segment);
  chargeCall(org);
  if (found instanceof SalesforceError) throw found;
  const { route, params } = found;
  const { query, headers } = request;
  const body = readBody(request, route.body);
  return route.handle({ org, userId, ...version, params, query, headers, body, dispatch: runSubrequest });
}

/** Every answer to a live session says how much of the quota is used. */
function answerData(org: Org, request: ServiceRequest, segment: string, found: Found): Answer {
  return answerCall(() => {
    const { userId } = authenticate(org, request);
    const answer = answerCall(() => answerMatch(org, request, userId, segment, found));
    return { ...answer, headers: { 'Sforce-Limit-Info': limitInfo(org), ...answer.headers } };
  });
}

const VERSIONS: Endpoint = {
  route: `GET ${ROOT}`,
  kind: 'other',
  run: (org) => ok(listVersions(org.config)),
};

/** @param path without a query string, still percent-encoded */
export function findDataEndpoint(method: string, path: string): Endpoint | null {
  if (!path.startsWith(`${ROOT}/`) && path !== ROOT) return null;
  const [, segment = '', rest = '/'] = /^\/([^/]*)(\/.*)?$/s.exec(path.slice(ROOT.length)) ?? [];
  if (segment === '' && method === 'GET') return VERSIONS;
  const found = tryRoute(method, rest);
  const route = found instanceof SalesforceError ? `${method} (other)` : `${method} ${found.route.path}`;
  return { route, kind: 'api', run: (org, request) => answerData(org, request, segment, found) };
}

export const OTHER_ADDRESS: Endpoint = {
  route: '(other)',
  kind: 'other',
  run: () => answerError(resourceNotFound()),
};
