/** Which switches the stand-in has, and their defaults. */

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

/** What every call meets while the service is down. */
export interface Outage {
  readonly status: number;
  /** An error array (OAuth's own shape for logins), a maintenance page, or nothing. */
  readonly body: 'json' | 'html' | 'empty';
  /** Default all: data calls and logins. */
  readonly on?: 'all' | 'api' | 'token';
}

export interface SandboxConfig {
  /** Milliseconds without a call after which a session is gone. */
  readonly sessionTimeoutMs: number;
  /** A second login of one user answers the session that user already has. */
  readonly shareSessions: boolean;
  readonly passwordFlow: boolean;
  readonly clientCredentialsFlow: 'on' | 'wrong-domain' | 'no-run-as-user';
  readonly jwtBearerFlow: boolean;
  /** SOAP login(), for versions up to 64.0; new orgs have it off. */
  readonly soapLogin: boolean;
  /**
   * The org's My Domain, `host` or `host:port`: `instance_url` names it wherever the client came in, and client
   * credentials are refused elsewhere. Null: every host is.
   */
  readonly myDomainHost: string | null;
  /** Whether token requests are answered, or refused as already being processed: those that overlap, or all. */
  readonly tokenRequests: 'on' | 'one-at-a-time' | 'busy';
  /** Milliseconds each token request takes longer. */
  readonly tokenLatencyMs: number;
  /** Token requests of one user in a rolling `loginWindowMs`. */
  readonly maxLoginsPerHour: number;
  readonly loginWindowMs: number;
  /** API calls of the org in rolling 24 hours. */
  readonly maxDailyApiRequests: number;
  /** Calls in flight at once; a data call above it is refused. Null for no limit. */
  readonly maxConcurrentRequests: number | null;
  /** Milliseconds each data call takes longer. */
  readonly latencyMs: number;
  /** Milliseconds that each record of a collection takes, as in an org with triggers and flows. */
  readonly rowLatencyMs: number;
  /** Share of row writes, 0 to 1, refused with UNABLE_TO_LOCK_ROW; spread evenly, not at random. */
  readonly rowLockRate: number;
  readonly outage: Outage | null;
  /** Cuts the connection of each data call before it is processed, or after it was committed. */
  readonly connectionReset: 'off' | 'before' | 'after';
  readonly duplicateRule: 'off' | 'alert' | 'block';
  /** How DUPLICATES_DETECTED spells its details: Salesforce's misspelling, or the word it should be. */
  readonly duplicateResultKey: 'duplicateResut' | 'duplicateResult';
  readonly validationRule: ValidationRule | null;
  /** Adds CountryCode and StateCode to Lead, and refuses countries and states that are in no list. */
  readonly stateCountryPicklists: boolean;
  /** Picklist fields of any object that take no other values than theirs. */
  readonly restrictedPicklists: readonly string[];
  /** API name of the custom external id field on Lead and Campaign; null for an org without one. */
  readonly externalIdField: string | null;
  readonly externalIdUnique: boolean;
  /** Ids of records that sharing keeps from every user of the API. */
  readonly hiddenRecords: readonly string[];
  /** User or queue that the active assignment rule gives new Leads to; null for no rule. */
  readonly assignmentRuleOwner: string | null;
  /** Most rows in one page of query results. */
  readonly queryPageSize: number;
  /** Milliseconds that a bulk job stays UploadComplete, and then again InProgress. */
  readonly bulkStepMs: number;
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
  soapLogin: true,
  myDomainHost: null,
  tokenRequests: 'on',
  tokenLatencyMs: 0,
  maxLoginsPerHour: 3600,
  loginWindowMs: 60 * MINUTE,
  maxDailyApiRequests: 100_000,
  maxConcurrentRequests: null,
  latencyMs: 0,
  rowLatencyMs: 0,
  rowLockRate: 0,
  outage: null,
  connectionReset: 'off',
  duplicateRule: 'off',
  duplicateResultKey: 'duplicateResut',
  validationRule: null,
  stateCountryPicklists: false,
  restrictedPicklists: [],
  externalIdField: 'SCIM_Id__c',
  externalIdUnique: true,
  hiddenRecords: [],
  assignmentRuleOwner: null,
  queryPageSize: 2000,
  bulkStepMs: 100,
  minApiVersion: 31,
  maxApiVersion: 68,
  users: null,
  clients: null,
};
