/** Which class a fault is of, and so who has to do something about it. */
import type { Fault } from '../lead-target.ts';

/**
 * - `throttle`: Salesforce has a limit for everybody; wait.
 * - `outage`: Salesforce or the way to it is down; wait.
 * - `authentication`: this service may not work in the org at all; a person must change something first.
 * - `lock`: something else held the record; the same write succeeds soon.
 * - `data`: this user's Lead is refused as it is.
 * - `policy`: a rule or a state of the org forbids this write.
 * - `unknown`: none of these.
 */
export type FaultClass = 'throttle' | 'outage' | 'authentication' | 'lock' | 'data' | 'policy' | 'unknown';

export function classifyFault(fault: Fault): FaultClass {
  return RULES.find(({ applies }) => applies(fault))?.is ?? CODES.get(fault.code) ?? classifyUnlisted(fault);
}

/** What a proxy may answer to what one record holds as well as to everybody. */
const AMBIGUOUS = new Set(['HTTP_403', 'HTTP_404', 'HTTP_500', 'UNEXPECTED_RESPONSE']);

/** Whether a refusal of a whole call does not even tell whether a record was the reason. */
export function saysNothing(fault: Fault): boolean {
  const faultClass = classifyFault(fault);
  return fault.scope === 'request' && (faultClass === 'unknown' || faultClass === 'lock' || AMBIGUOUS.has(fault.code));
}

interface Rule {
  readonly applies: (fault: Fault) => boolean;
  readonly is: FaultClass;
}

/** Said by the token endpoint: RFC 6749 has lower-case codes where the REST API has upper-case ones. */
export const isOAuth = ({ code }: Fault): boolean => /^[a-z]+(_[a-z]+)*$/.test(code);

/** What a code alone does not tell; the first that applies decides. */
const RULES: readonly Rule[] = [
  // No answer came, or the call was never sent.
  { applies: ({ status }) => status === undefined, is: 'outage' },
  // Triggers and flows wrap the error of the row that they could not lock.
  { applies: ({ message }) => message.includes('UNABLE_TO_LOCK_ROW'), is: 'lock' },
  // How Salesforce words a login limit at the token endpoint is not documented.
  {
    applies: (fault) => isOAuth(fault) && /(^|[^a-z])rate([^a-z]|$)/i.test(`${fault.code} ${fault.message}`),
    is: 'throttle',
  },
  // Another token request of the same user is under way; it ends by itself.
  { applies: (fault) => isOAuth(fault) && /already being processed/i.test(fault.message), is: 'outage' },
  // The address, the API version or the external-id field is wrong, so every user would fail alike.
  { applies: ({ code, scope }) => code === 'NOT_FOUND' && scope === 'request', is: 'authentication' },
  { applies: ({ code, scope }) => code === 'INVALID_TYPE' && scope === 'request', is: 'authentication' },
  { applies: ({ code, scope }) => code === 'TXN_SECURITY_NO_ACCESS' && scope === 'request', is: 'authentication' },
  // A page of a proxy or a maintenance page, where Salesforce would have answered JSON.
  { applies: ({ code, scope }) => code === 'UNEXPECTED_RESPONSE' && scope === 'request', is: 'outage' },
];

/** The catalogue, class by class. */
export const CODES_BY_CLASS: Readonly<Record<FaultClass, readonly string[]>> = {
  throttle: [
    'REQUEST_LIMIT_EXCEEDED',
    'LOGIN_RATE_EXCEEDED',
    'TOO_MANY_APEX_REQUESTS',
    'STORAGE_LIMIT_EXCEEDED',
    'HTTP_429',
    'rate_limit_exceeded',
  ],
  outage: [
    'SERVER_UNAVAILABLE',
    'FUNCTIONALITY_TEMPORARILY_UNAVAILABLE',
    'INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE',
    // Without an error of Salesforce in the body these come from something in between.
    'HTTP_403',
    'HTTP_404',
    'HTTP_407',
    'HTTP_408',
    // Said by this service of a tunnel that a proxy does not open.
    'PROXY_REFUSED',
    // Said by this service of a query that something on the way refuses for its length.
    'QUERY_TOO_LONG',
    'server_error',
    'temporarily_unavailable',
    'unknown_error',
  ],
  authentication: [
    'INVALID_SESSION_ID',
    'INVALID_AUTH_HEADER',
    'INVALID_LOGIN',
    'API_DISABLED_FOR_ORG',
    'API_CURRENTLY_DISABLED',
    'ORG_LOCKED',
    'TRIAL_EXPIRED',
    'PASSWORD_LOCKOUT',
    'UNSUPPORTED_API_VERSION',
    'HTTP_401',
    'HTTP_410',
    'invalid_grant',
    'invalid_client',
    'invalid_client_id',
    'invalid_request',
    'invalid_scope',
    'invalid_app_access',
    'unauthorized_client',
    'unsupported_grant_type',
    'app_not_found',
    'inactive_user',
    'inactive_org',
  ],
  // DUPLICATE_VALUE: two first upserts of one key race, and the loser succeeds when it asks again.
  lock: [
    'UNABLE_TO_LOCK_ROW',
    'DUPLICATE_VALUE',
    'QUERY_TIMEOUT',
    'REQUEST_RUNNING_TOO_LONG',
    'ALL_OR_NONE_OPERATION_ROLLED_BACK',
    'PROCESSING_HALTED',
    // Said by this service of records that a bulk job did not get to.
    'BULK_NOT_PROCESSED',
  ],
  data: [
    'REQUIRED_FIELD_MISSING',
    'INVALID_FIELD',
    'INVALID_FIELD_FOR_INSERT_UPDATE',
    'STRING_TOO_LONG',
    'INVALID_EMAIL_ADDRESS',
    'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
    'FIELD_INTEGRITY_EXCEPTION',
    'FIELD_CUSTOM_VALIDATION_EXCEPTION',
    'FIELD_FILTER_VALIDATION_EXCEPTION',
    'NUMBER_OUTSIDE_VALID_RANGE',
    'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
    'CANNOT_EXECUTE_FLOW_TRIGGER',
    'INVALID_CROSS_REFERENCE_KEY',
    'INACTIVE_OWNER_OR_USER',
    'MALFORMED_ID',
    'INVALID_TYPE',
    'JSON_PARSER_ERROR',
    'MALFORMED_QUERY',
    'HTTP_413',
    'HTTP_414',
    'HTTP_431',
    'CAMPAIGN_NOT_FOUND',
    'CAMPAIGN_AMBIGUOUS',
  ],
  policy: [
    'DUPLICATES_DETECTED',
    'DUPLICATE_EXTERNAL_ID',
    'CANNOT_UPDATE_CONVERTED_LEAD',
    'ENTITY_IS_DELETED',
    'ENTITY_IS_LOCKED',
    'DELETE_FAILED',
    'NOT_FOUND',
    'INSUFFICIENT_ACCESS_OR_READONLY',
    'INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY',
    'TXN_SECURITY_NO_ACCESS',
    'LIMIT_EXCEEDED',
    'CAMPAIGN_NO_ACCESS',
  ],
  // The first two may pass; the others would be mistakes of this service.
  unknown: [
    'UNKNOWN_EXCEPTION',
    'UNEXPECTED_RESPONSE',
    'INVALID_QUERY_LOCATOR',
    'METHOD_NOT_ALLOWED',
    'UNSUPPORTED_MEDIA_TYPE',
    'BATCH_PROCESSING_HALTED',
    'EXCEEDED_ID_LIMIT',
    'HTTP_400',
  ],
};

const CODES: ReadonlyMap<string, FaultClass> = new Map(
  Object.entries(CODES_BY_CLASS).flatMap(([faultClass, codes]) =>
    // The keys of the table above are the classes.
    codes.map((code) => [code, faultClass as FaultClass] as const),
  ),
);

/** A code that is not in the table, or `HTTP_nnn` of an answer without any. */
function classifyUnlisted(fault: Fault): FaultClass {
  const { status = 0, retryAfterMs } = fault;
  if (status === 429 || (status === 503 && retryAfterMs !== undefined)) return 'throttle';
  if (status >= 500 || (status > 300 && status < 400)) return 'outage';
  return status === 401 || isOAuth(fault) ? 'authentication' : 'unknown';
}
