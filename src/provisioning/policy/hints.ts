/** What an operator should do about a fault, by its code. */
import type { Gate } from '../../storage/store.ts';
import type { Fault } from '../lead-target.ts';
import { QUOTA } from './budget.ts';
import type { FaultClass } from './classify.ts';

/** @returns the same with what to do about it, where anybody knows */
export function withHint<E extends Pick<Fault, 'code' | 'message'>>(error: E): E & { readonly hint?: string } {
  const hint = hintFor(error);
  return hint === undefined ? error : { ...error, hint };
}

/** @returns one or two sentences; undefined when the message says all there is to say */
export function hintFor({ code, message }: Pick<Fault, 'code' | 'message'>): string | undefined {
  const special = SPECIAL.find((hint) => hint.code === code && hint.message.test(message));
  return special?.hint ?? HINTS.get(code);
}

/** What became of a user who is tried no more by itself. */
interface GivenUp {
  /** Made for it. */
  readonly attempts: number;
  /** Whether Salesforce took others while it refused this one. */
  readonly isAlone: boolean;
}

/** @returns the same with what to do about it, which no longer is to wait */
export function withHintOfParked<E extends Pick<Fault, 'code' | 'message'> & { readonly class: FaultClass }>(
  error: E,
  givenUp: GivenUp,
): E & { readonly hint?: string } {
  const hint = hintOfParked(hintFor(error), error.class, givenUp);
  return hint === undefined ? error : { ...error, hint };
}

/** How hints say that somebody is tried again; what stands before it is why. */
const PROMISE = /[;.] [^;.]*by itself[^;.]*\.$/i;
const ALONE = 'Salesforce, or a proxy before it, refuses this user alone and takes others';

function hintOfParked(hint: string | undefined, faultClass: FaultClass, given: GivenUp): string | undefined {
  if (faultClass === 'data' || faultClass === 'policy' || hint?.includes(THEN_RETRY)) return hint;
  const cause = hint?.replace(PROMISE, '.');
  if (given.isAlone && faultClass !== 'lock')
    return cause === hint && hint !== undefined
      ? `${ALONE}. ${hint}`
      : `${ALONE}: look at its values, and at what the org does with them, ${THEN_RETRY}.`;
  const tried = `It was tried ${given.attempts} times; retry the user when that is over.`;
  return cause === undefined ? tried : `${cause} ${tried}`;
}

/** @returns what to do about a closed gate, whose reason begins with the code of its fault */
export function hintForGate({ class: cause, reason }: Pick<Gate, 'class' | 'reason'>): string | undefined {
  if (cause === QUOTA) return KEPT_FOR_OTHERS;
  const [, code = '', message = ''] = /^(\w+): (.*)$/s.exec(reason) ?? [];
  return hintFor({ code, message });
}

const KEPT_FOR_OTHERS =
  'Delivery goes on by itself when there are calls again; Setup > System Overview shows who uses them. SALESFORCE_API_RESERVE_PERCENT says how many are kept.';
const THEN_RETRY = 'then retry the user';
const SAME_ON_THE_WIRE = [
  'Salesforce does not say which of these it is; Setup > Login History does:',
  'wrong user name, password or security token;',
  'the user is locked out after bad passwords;',
  'the address of this server is not trusted and no security token is set;',
  'the username-password flow is off in the org (Setup > OAuth and OpenID Connect Settings);',
  'multi-factor authentication is in the way;',
  'SALESFORCE_LOGIN_URL is that of another org. Correct it and restart, or say resume: each bad try brings the user nearer to being locked out.',
].join(' ');

const API_OFF = 'Enable the API for the org, and the permission "API Enabled" for the integration user.';
const NO_ACCESS = `Give the integration user access to this Lead and to the records it refers to, ${THEN_RETRY}.`;
const LEAD_DELETED = 'The Lead was deleted in Salesforce: restore it from the recycle bin, then retry the user.';
const TOO_MANY_LOGINS =
  'Salesforce allows 3,600 logins an hour and user: find out what else logs in as SALESFORCE_USERNAME.';
const KEY_OR_SECRET =
  'Check SALESFORCE_CLIENT_ID and SALESFORCE_CLIENT_SECRET; a new consumer key takes some minutes to work.';
const ORG_CLOSED =
  'The org itself is locked or has expired: its administrator or Salesforce has to open it again; then say resume.';
const UNREACHABLE = 'Check the network, the proxy and SALESFORCE_LOGIN_URL; it is tried again by itself.';
const PROXY =
  'Check HTTPS_PROXY, with its login where the answer is 407, and whether the proxy lets this machine reach Salesforce; it is tried again by itself.';
const DOWN = 'Salesforce is down or being maintained, see https://status.salesforce.com; delivery goes on by itself.';
const ENOUGH = 'Salesforce has enough for now; delivery goes on by itself.';
const APP_SETTINGS =
  'Enable the flow of SALESFORCE_AUTH_FLOW in the app, and give it the scope "Manage user data via APIs (api)".';
const LOCKED = 'Something else is writing the same records; it is tried again by itself.';
const TOO_SLOW = 'Triggers or flows of the org take too long; it is tried again by itself.';
const OTHER_RECORD = 'Another record of the same call failed; this one is tried again by itself.';
const TOO_LARGE =
  'The Lead of this user is too large for a call: take large fields out of the mapping file, or add "truncate".';
const NOT_KNOWN =
  'This service does not know the error: the message and Salesforce support, by its error id, tell more.';
const CERTIFICATE =
  'The TLS certificate is not trusted: if a proxy inspects traffic, name its certificate in NODE_EXTRA_CA_CERTS.';

/** Hints that the message decides; the first that fits is given. */
const SPECIAL: readonly { readonly code: string; readonly message: RegExp; readonly hint: string }[] = [
  {
    code: 'invalid_grant',
    message: /not supported on this domain/i,
    hint: 'The client credentials flow works on the My Domain only: set SALESFORCE_LOGIN_URL to https://<name>.my.salesforce.com.',
  },
  {
    code: 'invalid_grant',
    message: /no client credentials user/i,
    hint: 'Choose a run-as user for the client credentials flow in the settings of the connected app.',
  },
  {
    code: 'invalid_grant',
    message: /hasn't approved/i,
    hint: 'Approve the connected app for SALESFORCE_USERNAME first: set its permitted users to "Admin approved users are pre-authorized" and add the user\'s profile or permission set.',
  },
  {
    code: 'invalid_grant',
    message: /audience|assertion|authorization code/i,
    hint: 'Salesforce refused the signed assertion: check that SALESFORCE_PRIVATE_KEY_FILE belongs to the certificate of the connected app, that SALESFORCE_LOGIN_URL is the right host, and that the clock of this machine is right.',
  },
  {
    code: 'invalid_grant',
    message: /inactive user/i,
    hint: 'The integration user is inactive or frozen: activate it in Salesforce.',
  },
  {
    code: 'invalid_grant',
    message: /\brate\b/i,
    hint: TOO_MANY_LOGINS,
  },
  {
    code: 'REQUEST_LIMIT_EXCEEDED',
    message: /TotalRequests/,
    hint: 'The org used up its API calls of the last 24 hours. Delivery goes on by itself when there are calls again; Setup > System Overview shows who uses them.',
  },
  {
    code: 'NOT_FOUND',
    message: /external ID field/i,
    hint: 'Check that the Lead has the field that SALESFORCE_EXTERNAL_ID_FIELD names, that it is marked as External ID, and that the integration user can see it. If the field is there, the Lead was deleted in Salesforce.',
  },
  {
    code: 'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
    message: /UNABLE_TO_LOCK_ROW/,
    hint: LOCKED,
  },
  {
    code: 'UNEXPECTED_RESPONSE',
    message: /gave no reason/,
    hint: NOT_KNOWN,
  },
];

const HINTS: ReadonlyMap<string, string> = new Map([
  ['MAPPING_ERROR', 'Correct the expression in the mapping file and restart, or change the user.'],
  [
    'LEAD_DELETED',
    'Take it out of the recycle bin, and the next change of the user is written to it again; or set "deletedInSalesforce": "recreate" in the mapping file.',
  ],
  ['AMBIGUOUS_MATCH', `Merge these Leads in Salesforce, or delete those that are too many, ${THEN_RETRY}.`],
  [
    'LEAD_EXISTS',
    'The mapping file has "onMatch": "park". Delete this Lead or change its e-mail, or set "adopt" or "skip"; then retry the user.',
  ],
  ['DRY_RUN', 'DRY_RUN is set: this is done after a start without it.'],
  [
    'CREATE_OUTCOME_UNKNOWN',
    'Nothing tells for certain which Lead it made. Look in Salesforce for one with the values of this user, and delete it or give it the e-mail of the user; then retry the user. With SALESFORCE_EXTERNAL_ID_FIELD set, such creates are repeated safely.',
  ],

  [
    'CAMPAIGN_NOT_FOUND',
    `The mapping file names a campaign that the org does not have, or that the integration user may not see: correct one of them, ${THEN_RETRY}.`,
  ],
  [
    'CAMPAIGN_AMBIGUOUS',
    'Several campaigns have this name: write the id of the right one (701…) into the mapping file.',
  ],
  [
    'CAMPAIGN_NO_ACCESS',
    `Let the integration user work with campaigns (the box "Marketing User", read on Campaign, create and delete on CampaignMember), ${THEN_RETRY}; or take "campaigns" out of the mapping file.`,
  ],

  ['invalid_grant', SAME_ON_THE_WIRE],
  ['INVALID_LOGIN', SAME_ON_THE_WIRE],
  ['invalid_client', KEY_OR_SECRET],
  ['invalid_client_id', KEY_OR_SECRET],
  ['invalid_request', 'Check that every key that SALESFORCE_AUTH_FLOW needs has a value.'],
  ['invalid_app_access', 'Let the integration user use the connected app: add its profile or permission set there.'],
  ['invalid_scope', APP_SETTINGS],
  ['unauthorized_client', APP_SETTINGS],
  ['app_not_found', 'Install the external client app in this org, or unblock it.'],
  ['inactive_user', 'The integration user is inactive or frozen: activate it in Salesforce.'],
  ['inactive_org', 'The org is locked, closed or suspended: ask Salesforce.'],
  [
    'unsupported_grant_type',
    'Check that SALESFORCE_LOGIN_URL begins with https:// and that the org allows the flow of SALESFORCE_AUTH_FLOW.',
  ],
  ['rate_limit_exceeded', TOO_MANY_LOGINS],
  ['LOGIN_RATE_EXCEEDED', TOO_MANY_LOGINS],

  [
    'INVALID_SESSION_ID',
    'A new login was refused as well: check that the integration user may use the REST API and that no policy ends its sessions.',
  ],
  [
    'INVALID_AUTH_HEADER',
    'Something between this service and Salesforce changes the Authorization header: check the proxy.',
  ],
  ['API_DISABLED_FOR_ORG', API_OFF],
  ['ORG_LOCKED', ORG_CLOSED],
  ['TRIAL_EXPIRED', ORG_CLOSED],
  [
    'PASSWORD_LOCKOUT',
    'The integration user is locked out after bad passwords: unlock it in Setup > Users, then say resume.',
  ],
  ['API_CURRENTLY_DISABLED', API_OFF],
  ['UNSUPPORTED_API_VERSION', 'Set SALESFORCE_API_VERSION to a version that the org offers.'],
  [
    'HTTP_401',
    'Something other than the REST API asks for a login: check SALESFORCE_LOGIN_URL and the proxy; then say resume.',
  ],
  ['HTTP_410', 'Set SALESFORCE_API_VERSION to a version that the org offers.'],
  [
    'NOT_FOUND',
    'Check SALESFORCE_LOGIN_URL and SALESFORCE_API_VERSION; if only this user is concerned, its Lead was deleted in Salesforce.',
  ],
  ['INVALID_TYPE', 'Give the integration user read, create, edit and delete on Lead.'],
  [
    'TXN_SECURITY_NO_ACCESS',
    'A transaction security policy of the org stops this service: exempt the integration user.',
  ],
  ['REQUEST_LIMIT_EXCEEDED', 'Too many calls ran at the same time in the org; it is tried again by itself.'],
  [
    'STORAGE_LIMIT_EXCEEDED',
    'The org has no data storage left: free some or buy more. Delivery goes on by itself then.',
  ],
  ['TOO_MANY_APEX_REQUESTS', ENOUGH],
  ['HTTP_429', ENOUGH],
  ['SERVER_UNAVAILABLE', DOWN],
  ['HTTP_500', DOWN],
  ['HTTP_502', DOWN],
  ['HTTP_503', DOWN],
  ['HTTP_504', DOWN],
  ['FUNCTIONALITY_TEMPORARILY_UNAVAILABLE', DOWN],
  ['INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE', DOWN],
  ['server_error', DOWN],
  ['temporarily_unavailable', DOWN],
  ['unknown_error', DOWN],

  ['UNABLE_TO_LOCK_ROW', LOCKED],
  ['QUERY_TIMEOUT', TOO_SLOW],
  ['REQUEST_RUNNING_TOO_LONG', TOO_SLOW],
  ['ALL_OR_NONE_OPERATION_ROLLED_BACK', OTHER_RECORD],
  ['PROCESSING_HALTED', OTHER_RECORD],
  ['BULK_NOT_PROCESSED', 'The bulk job ended before it came to this Lead; it is sent in a batch by itself.'],

  ['REQUIRED_FIELD_MISSING', 'Give these fields a "default" in the mapping file, or fill them for the user.'],
  [
    'INVALID_FIELD',
    'The Lead has no such field, or the integration user cannot see it: correct the mapping file or the field-level security.',
  ],
  [
    'INVALID_FIELD_FOR_INSERT_UPDATE',
    'Give the integration user edit access to these fields (field-level security), or take them out of the mapping file.',
  ],
  ['STRING_TOO_LONG', 'Add "truncate" to the field in the mapping file, or shorten the value.'],
  ['INVALID_EMAIL_ADDRESS', 'Correct the e-mail of the user, or map another one.'],
  [
    'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
    'Add the value to the picklist, or map it to one that is there, with an expression in the mapping file.',
  ],
  [
    'FIELD_INTEGRITY_EXCEPTION',
    'The org checks states and countries against picklists: map country codes to CountryCode and StateCode instead of Country and State.',
  ],
  [
    'FIELD_CUSTOM_VALIDATION_EXCEPTION',
    'A validation rule of the org refuses this Lead: change the user, the mapping file or the rule.',
  ],
  [
    'FIELD_FILTER_VALIDATION_EXCEPTION',
    'A lookup filter of the org refuses a record that the Lead refers to: correct its id in the mapping file.',
  ],
  ['NUMBER_OUTSIDE_VALID_RANGE', 'The number has too many digits for its field: correct the user or the mapping file.'],
  [
    'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
    'A trigger or flow of the org failed: the message says which. Ask who looks after it.',
  ],
  ['CANNOT_EXECUTE_FLOW_TRIGGER', 'A flow of the org failed: the message says which. Ask who looks after it.'],
  [
    'INVALID_CROSS_REFERENCE_KEY',
    'The Lead or a record that it refers to (owner, record type) does not exist: correct the id in the mapping file, or look whether the Lead was deleted.',
  ],
  ['MALFORMED_ID', 'A field that refers to a record needs its 15 or 18 character id: correct the mapping file.'],
  ['INACTIVE_OWNER_OR_USER', 'The owner of the Lead is inactive: give the Lead to an active user.'],
  [
    'JSON_PARSER_ERROR',
    'A field gets a value of another type, such as a text where a date belongs: correct the mapping file.',
  ],
  ['MALFORMED_QUERY', 'Correct the fields of "match" in the mapping file and SALESFORCE_EXTERNAL_ID_FIELD.'],
  ['HTTP_413', TOO_LARGE],
  ['HTTP_414', TOO_LARGE],
  ['HTTP_431', TOO_LARGE],
  [
    'DUPLICATE_VALUE',
    `Another Lead has this value in a unique field: merge the two, or change the value. If it is the external-id field, that is the user's own Lead and the integration user may not see it: give it View All on Lead, ${THEN_RETRY}.`,
  ],
  [
    'LEAD_NOT_VISIBLE',
    `Give the integration user View All on Lead (a permission set does), or share these Leads with it, ${THEN_RETRY}. If the Lead is gone for good, say retry --forget, and the user starts anew.`,
  ],

  [
    'DUPLICATES_DETECTED',
    `A duplicate rule blocks this Lead. Merge it with the Leads that are named, or let the rule allow the integration user, ${THEN_RETRY}.`,
  ],
  ['DUPLICATE_EXTERNAL_ID', `Several Leads have this external id: keep one, ${THEN_RETRY}; make the field unique.`],
  [
    'CANNOT_UPDATE_CONVERTED_LEAD',
    'The Lead was converted and cannot be changed any more; its Contact is kept up to date in Salesforce.',
  ],
  ['ENTITY_IS_DELETED', LEAD_DELETED],
  ['ENTITY_IS_LOCKED', `The Lead waits in an approval process: finish or recall it, ${THEN_RETRY}.`],
  ['DELETE_FAILED', 'Other records or a trigger keep the Lead from being deleted: the message says which.'],
  ['INSUFFICIENT_ACCESS_OR_READONLY', NO_ACCESS],
  ['INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY', NO_ACCESS],
  ['LIMIT_EXCEEDED', `The org has reached a limit that the message names: make room, ${THEN_RETRY}.`],

  ['UNKNOWN_EXCEPTION', NOT_KNOWN],
  ['INVALID_QUERY_LOCATOR', NOT_KNOWN],
  ['METHOD_NOT_ALLOWED', NOT_KNOWN],
  ['UNSUPPORTED_MEDIA_TYPE', NOT_KNOWN],
  ['BATCH_PROCESSING_HALTED', NOT_KNOWN],
  ['EXCEEDED_ID_LIMIT', NOT_KNOWN],
  ['HTTP_400', NOT_KNOWN],

  ['ECONNREFUSED', UNREACHABLE],
  ['ECONNRESET', UNREACHABLE],
  ['ENOTFOUND', UNREACHABLE],
  ['EAI_AGAIN', UNREACHABLE],
  ['ETIMEDOUT', UNREACHABLE],
  ['EHOSTUNREACH', UNREACHABLE],
  ['ENETUNREACH', UNREACHABLE],
  ['EPIPE', UNREACHABLE],
  ['EPROTO', UNREACHABLE],
  ['UNEXPECTED_RESPONSE', UNREACHABLE],
  ['HTTP_403', UNREACHABLE],
  ['HTTP_404', UNREACHABLE],
  ['HTTP_408', UNREACHABLE],
  ['HTTP_407', 'The proxy wants a login: put it into HTTPS_PROXY.'],
  ['PROXY_REFUSED', PROXY],
  ['ERR_INVALID_URL', PROXY],
  [
    'QUERY_TOO_LONG',
    'Something between this service and Salesforce refuses a query for its length: let the proxy pass URIs of 4 kB and bodies of 64 kB; it is tried again by itself.',
  ],
  ['SELF_SIGNED_CERT_IN_CHAIN', CERTIFICATE],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', CERTIFICATE],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', CERTIFICATE],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', CERTIFICATE],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'Another server answers under this name: check SALESFORCE_LOGIN_URL and the proxy.'],
  ['CERT_HAS_EXPIRED', 'The TLS certificate has expired: check the clock of this machine and the proxy.'],
]);
