/** Which values each switch takes, and how a change of them is read. */
import { parseId } from './ids.ts';
import type { SandboxConfig } from './config.ts';
import { PICKLIST_FIELDS } from './schema/picklist-fields.ts';

const MINUTE = 60_000;

interface Check {
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const flag: Check = { expected: 'true or false', accepts: (value) => typeof value === 'boolean' };

const wholeNumber = (min: number, max = Number.MAX_SAFE_INTEGER): Check => ({
  expected: `a whole number from ${min} to ${max}`,
  accepts: (value) => Number.isInteger(value) && Number(value) >= min && Number(value) <= max,
});

const oneOf = (...words: string[]): Check => ({
  expected: `one of ${words.join(', ')}`,
  accepts: (value) => typeof value === 'string' && words.includes(value),
});

const orNull = (check: Check): Check => ({
  expected: `${check.expected}, or null`,
  accepts: (value) => value === null || check.accepts(value),
});

const listOf = (expected: string, accepts: (item: Record<string, unknown>) => boolean): Check => ({
  expected: `a list of ${expected}`,
  accepts: (value) => Array.isArray(value) && value.every((item) => isObject(item) && accepts(item)),
});

const optional = (value: unknown, type: 'boolean' | 'string'): boolean => value === undefined || typeof value === type;

const isOneOf = (value: unknown, ...words: readonly unknown[]): boolean => words.includes(value);

const isOutage = (value: unknown): boolean =>
  isObject(value) &&
  Object.keys(value).every((key) => isOneOf(key, 'status', 'body', 'on')) &&
  wholeNumber(500, 599).accepts(value['status']) &&
  isOneOf(value['body'], 'json', 'html', 'empty') &&
  isOneOf(value['on'], undefined, 'all', 'api', 'token');

const isPicklist = (value: unknown): boolean => typeof value === 'string' && PICKLIST_FIELDS.has(value);

const CHECKS: Record<keyof SandboxConfig, Check> = {
  sessionTimeoutMs: wholeNumber(1),
  shareSessions: flag,
  passwordFlow: flag,
  clientCredentialsFlow: oneOf('on', 'wrong-domain', 'no-run-as-user'),
  jwtBearerFlow: flag,
  soapLogin: flag,
  myDomainHost: orNull({
    expected: 'a host, or host:port',
    accepts: (value) => typeof value === 'string' && /^([\w.-]+|\[[\da-f:]+\])(:\d{1,5})?$/i.test(value),
  }),
  tokenRequests: oneOf('on', 'one-at-a-time', 'busy'),
  tokenLatencyMs: wholeNumber(0, 10 * MINUTE),
  maxLoginsPerHour: wholeNumber(0),
  loginWindowMs: wholeNumber(1),
  maxDailyApiRequests: wholeNumber(0),
  maxConcurrentRequests: orNull(wholeNumber(0)),
  latencyMs: wholeNumber(0, 10 * MINUTE),
  rowLatencyMs: wholeNumber(0, MINUTE),
  rowLockRate: {
    expected: 'a number from 0 to 1',
    accepts: (value) => typeof value === 'number' && value >= 0 && value <= 1,
  },
  outage: orNull({
    expected: '{status: 500 to 599, body: json, html or empty, on?: all, api or token}',
    accepts: isOutage,
  }),
  connectionReset: oneOf('off', 'before', 'after'),
  duplicateRule: oneOf('off', 'alert', 'block'),
  duplicateResultKey: oneOf('duplicateResut', 'duplicateResult'),
  validationRule: orNull({
    expected: '{field, value, message}',
    accepts: (value) => isObject(value) && isText(value['field']) && isText(value['message']) && 'value' in value,
  }),
  stateCountryPicklists: flag,
  restrictedPicklists: {
    expected: 'a list of picklist fields such as LeadSource',
    accepts: (value) => Array.isArray(value) && value.every(isPicklist),
  },
  externalIdField: orNull({
    expected: 'a custom field name such as SCIM_Id__c',
    accepts: (value) => typeof value === 'string' && /^[A-Za-z]\w{0,39}__c$/.test(value),
  }),
  externalIdUnique: flag,
  hiddenRecords: {
    expected: 'a list of record ids',
    accepts: (value) => Array.isArray(value) && value.every((id) => typeof id === 'string' && parseId(id) !== null),
  },
  assignmentRuleOwner: orNull({
    expected: 'the id of a User (005…) or queue (00G…)',
    accepts: (value) => typeof value === 'string' && /^(005|00G)\w{12}(\w{3})?$/.test(value),
  }),
  queryPageSize: wholeNumber(1, 2000),
  bulkStepMs: wholeNumber(0, 60 * MINUTE),
  minApiVersion: wholeNumber(1),
  maxApiVersion: wholeNumber(1),
  users: orNull(
    listOf(
      '{username, password, active?}',
      (user) => isText(user['username']) && isText(user['password']) && optional(user['active'], 'boolean'),
    ),
  ),
  clients: orNull(
    listOf(
      '{clientId, clientSecret?, certificate?}',
      (client) =>
        isText(client['clientId']) &&
        optional(client['clientSecret'], 'string') &&
        optional(client['certificate'], 'string'),
    ),
  ),
};

const isSwitch = (key: string): key is keyof SandboxConfig => Object.hasOwn(CHECKS, key);

function findProblem(key: string, value: unknown): string | null {
  if (!isSwitch(key)) return `${key}: unknown switch`;
  return CHECKS[key].accepts(value) ? null : `${key}: must be ${CHECKS[key].expected}`;
}

/**
 * Lays `changes` over `config`.
 *
 * @throws TypeError naming every switch that is unknown or has a bad value
 */
export function changeConfig(config: SandboxConfig, changes: unknown): SandboxConfig {
  if (!isObject(changes)) throw new TypeError('the switches must be one JSON object');
  const problems = Object.entries(changes).flatMap(([key, value]) => findProblem(key, value) ?? []);
  if (problems.length > 0) throw new TypeError(problems.join('; '));
  // Safe: every key is a switch and every value passed its check.
  return { ...config, ...(changes as Partial<SandboxConfig>) };
}
