/** Which switches the stand-in has, their defaults, and which values they take. */

/** A user who may log in; with none listed, everybody may. */
export interface SandboxUser {
  readonly username: string;
  /** What the password parameter must be: the password with any security token behind it. */
  readonly password: string;
  /** Default true; an inactive user can neither log in nor own Leads. */
  readonly active?: boolean;
}

/** A connected app; with none listed, every client id is one. */
export interface SandboxClient {
  readonly clientId: string;
  readonly clientSecret?: string;
  /** PEM certificate or public key; with it the signature of a JWT assertion is verified. */
  readonly certificate?: string;
}

/** An administrator's rule: a Lead whose `field` has `value` is refused with `message`. */
export interface ValidationRule {
  readonly field: string;
  readonly value: string | number | boolean | null;
  readonly message: string;
}

export interface SandboxConfig {
  /** Milliseconds without a call after which a session is gone. */
  readonly sessionTimeoutMs: number;
  /** A second login of one user answers the session that user already has. */
  readonly shareSessions: boolean;
  readonly passwordFlow: boolean;
  readonly clientCredentialsFlow: 'on' | 'wrong-domain' | 'no-run-as-user';
  readonly jwtBearerFlow: boolean;
  /** Token requests of one user in a rolling hour. */
  readonly maxLoginsPerHour: number;
  /** API calls of the org in rolling 24 hours. */
  readonly maxDailyApiRequests: number;
  /** Calls in flight at once; a data call above it is refused. Null for no limit. */
  readonly maxConcurrentRequests: number | null;
  /** Milliseconds each data call takes longer. */
  readonly latencyMs: number;
  /** Share of row writes, 0 to 1, refused with UNABLE_TO_LOCK_ROW; spread evenly, not at random. */
  readonly rowLockRate: number;
  readonly duplicateRule: 'off' | 'alert' | 'block';
  readonly validationRule: ValidationRule | null;
  /** API name of the custom external id field on Lead; null for an org without one. */
  readonly externalIdField: string | null;
  readonly externalIdUnique: boolean;
  /** User or queue that the active assignment rule gives new Leads to; null for no rule. */
  readonly assignmentRuleOwner: string | null;
  /** Most rows in one page of query results. */
  readonly queryPageSize: number;
  /** Versions below it are retired (410). */
  readonly minApiVersion: number;
  readonly maxApiVersion: number;
  readonly users: readonly SandboxUser[] | null;
  readonly clients: readonly SandboxClient[] | null;
}

const MINUTE = 60_000;

export const DEFAULT_CONFIG: SandboxConfig = {
  sessionTimeoutMs: 120 * MINUTE,
  shareSessions: true,
  passwordFlow: true,
  clientCredentialsFlow: 'on',
  jwtBearerFlow: true,
  maxLoginsPerHour: 3600,
  maxDailyApiRequests: 100_000,
  maxConcurrentRequests: null,
  latencyMs: 0,
  rowLockRate: 0,
  duplicateRule: 'off',
  validationRule: null,
  externalIdField: 'SCIM_Id__c',
  externalIdUnique: true,
  assignmentRuleOwner: null,
  queryPageSize: 2000,
  minApiVersion: 31,
  maxApiVersion: 68,
  users: null,
  clients: null,
};

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

const CHECKS: Record<keyof SandboxConfig, Check> = {
  sessionTimeoutMs: wholeNumber(1),
  shareSessions: flag,
  passwordFlow: flag,
  clientCredentialsFlow: oneOf('on', 'wrong-domain', 'no-run-as-user'),
  jwtBearerFlow: flag,
  maxLoginsPerHour: wholeNumber(0),
  maxDailyApiRequests: wholeNumber(0),
  maxConcurrentRequests: orNull(wholeNumber(0)),
  latencyMs: wholeNumber(0, 10 * MINUTE),
  rowLockRate: {
    expected: 'a number from 0 to 1',
    accepts: (value) => typeof value === 'number' && value >= 0 && value <= 1,
  },
  duplicateRule: oneOf('off', 'alert', 'block'),
  validationRule: orNull({
    expected: '{field, value, message}',
    accepts: (value) => isObject(value) && isText(value['field']) && isText(value['message']) && 'value' in value,
  }),
  externalIdField: orNull({
    expected: 'a custom field name such as SCIM_Id__c',
    accepts: (value) => typeof value === 'string' && /^[A-Za-z]\w{0,39}__c$/.test(value),
  }),
  externalIdUnique: flag,
  assignmentRuleOwner: orNull({
    expected: 'the id of a User (005…) or queue (00G…)',
    accepts: (value) => typeof value === 'string' && /^(005|00G)\w{12}(\w{3})?$/.test(value),
  }),
  queryPageSize: wholeNumber(1, 2000),
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
