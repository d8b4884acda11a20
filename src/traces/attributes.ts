/** What spans say: names of the semantic conventions where there are some, ids and codes, never values of a user (docs/traces.md). */
import type { Attributes } from '@opentelemetry/api';
import {
  ATTR_ERROR_TYPE,
  ATTR_HTTP_REQUEST_METHOD,
  ATTR_HTTP_RESPONSE_STATUS_CODE,
  ATTR_HTTP_ROUTE,
  ATTR_URL_TEMPLATE,
} from '@opentelemetry/semantic-conventions/incubating';
import type { AnsweredRequest } from '../http/answered-request.ts';
import { outcomeOf } from '../metrics/call-outcome.ts';
import type { DeliveryEvent } from '../provisioning/delivery.ts';
import type { SalesforceEvent } from '../salesforce/options.ts';

/** Name, attributes and whether it went wrong. */
export interface SpanFacts {
  readonly name: string;
  readonly attributes: Attributes;
  readonly isError: boolean;
}

/** Node knows some thirty more, and none of them is served (HTTP spans, "Method"). */
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const SERVER_FAULT = 500;

export function requestFacts({ requestId, method, route, status }: AnsweredRequest): SpanFacts {
  const isKnown = route !== 'unknown';
  const verb = METHODS.has(method) ? method : undefined;
  const isError = status >= SERVER_FAULT;
  return {
    name: [verb ?? 'HTTP', ...(isKnown ? [route] : [])].join(' '),
    attributes: {
      [ATTR_HTTP_REQUEST_METHOD]: verb ?? '_OTHER',
      ...(isKnown && { [ATTR_HTTP_ROUTE]: route }),
      [ATTR_HTTP_RESPONSE_STATUS_CODE]: status,
      ...(isError && { [ATTR_ERROR_TYPE]: String(status) }),
      'scim.request.id': requestId,
    },
    isError,
  };
}

type CallEvent = Extract<SalesforceEvent, { kind: 'call' }>;

export function callFacts(event: CallEvent): SpanFacts {
  const { method, resource, status, code, records } = event;
  return {
    name: `${method} ${resource}`,
    attributes: {
      [ATTR_HTTP_REQUEST_METHOD]: method,
      [ATTR_URL_TEMPLATE]: resource,
      ...(status !== undefined && { [ATTR_HTTP_RESPONSE_STATUS_CODE]: status }),
      ...(code !== undefined && { [ATTR_ERROR_TYPE]: code }),
      'salesforce.records': records,
      'salesforce.outcome': outcomeOf(event),
    },
    isError: code !== undefined,
  };
}

type TokenEvent = Extract<SalesforceEvent, { kind: 'token refreshed' | 'token refused' }>;

export const tokenFacts = (event: TokenEvent): SpanFacts => ({
  name: 'POST oauth2/token',
  attributes: {
    [ATTR_HTTP_REQUEST_METHOD]: 'POST',
    [ATTR_URL_TEMPLATE]: 'oauth2/token',
    ...(event.kind === 'token refused' && { [ATTR_ERROR_TYPE]: event.code }),
  },
  isError: event.kind === 'token refused',
});

type AttemptEvent = Extract<DeliveryEvent, { kind: 'attempt' }>;

const IS_FINE: ReadonlySet<string> = new Set(['delivered', 'skipped', 'held']);

export function attemptFacts({ userId, attempt, entry, requestId, latencyMs }: AttemptEvent): SpanFacts {
  const { action, outcome, leadId, error } = entry;
  return {
    name: `lead ${action}`,
    attributes: {
      'scim.user.id': userId,
      ...(requestId !== undefined && { 'scim.request.id': requestId }),
      'scim.delivery.action': action,
      'scim.delivery.outcome': outcome,
      'scim.delivery.attempt': attempt,
      ...(latencyMs !== undefined && { 'scim.delivery.latency_ms': latencyMs }),
      ...(leadId !== undefined && { 'salesforce.lead.id': leadId }),
      ...(error && { 'scim.delivery.class': error.class, [ATTR_ERROR_TYPE]: error.code }),
    },
    isError: !IS_FINE.has(outcome),
  };
}
