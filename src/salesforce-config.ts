/** Which keys say how Salesforce is reached, and what may be wrong between them. */

/** Checked values; absent where a key has neither value nor default. */
export interface SalesforceConfig {
  readonly SALESFORCE_LOGIN_URL?: string;
  readonly SALESFORCE_AUTH_FLOW: AuthFlow;
  readonly SALESFORCE_CLIENT_ID?: string;
  readonly SALESFORCE_CLIENT_SECRET?: string;
  readonly SALESFORCE_USERNAME?: string;
  readonly SALESFORCE_PASSWORD?: string;
  readonly SALESFORCE_SECURITY_TOKEN?: string;
  readonly SALESFORCE_PRIVATE_KEY?: string;
  readonly SALESFORCE_API_VERSION: string;
  readonly SALESFORCE_EXTERNAL_ID_FIELD?: string;
  readonly SALESFORCE_TIMEOUT_SECONDS: number;
  readonly SALESFORCE_API_RESERVE_PERCENT: number;
  readonly SALESFORCE_BULK_FROM: number;
}

export type AuthFlow = 'password' | 'client_credentials' | 'jwt_bearer';

/** What each flow cannot do without (Salesforce help, OAuth authorization flows). */
const FLOW_KEYS: Readonly<Record<AuthFlow, readonly (keyof SalesforceConfig)[]>> = {
  password: ['SALESFORCE_CLIENT_ID', 'SALESFORCE_USERNAME', 'SALESFORCE_PASSWORD'],
  client_credentials: ['SALESFORCE_CLIENT_ID', 'SALESFORCE_CLIENT_SECRET'],
  jwt_bearer: ['SALESFORCE_CLIENT_ID', 'SALESFORCE_USERNAME', 'SALESFORCE_PRIVATE_KEY'],
};

/** Without the field a job that is repeated would make every Lead twice. */
const bulkFaults = ({ SALESFORCE_BULK_FROM: from, SALESFORCE_EXTERNAL_ID_FIELD: field }: SalesforceConfig): string[] =>
  from > 0 && field === undefined
    ? ['SALESFORCE_BULK_FROM needs SALESFORCE_EXTERNAL_ID_FIELD: set both, or SALESFORCE_BULK_FROM to 0']
    : [];

interface Checked extends SalesforceConfig {
  readonly LEASE_SECONDS: number;
  readonly SANDBOX_PORT: number;
}

/** @param explicit keys that are set; others have their defaults */
export const salesforceFaults = (config: Checked, explicit: ReadonlySet<string>): readonly string[] => [
  ...loginFaults(config, explicit),
  ...timeoutFaults(config, explicit),
];

/** Of a lease: what settling takes, and a look-up before the write. */
const LEASE_MARGIN_SECONDS = 10;

/** Else a call that the org is still busy with would be given up before its time. */
function timeoutFaults(config: Checked, explicit: ReadonlySet<string>): readonly string[] {
  const { SALESFORCE_TIMEOUT_SECONDS: timeout, LEASE_SECONDS: lease } = config;
  const least = timeout + LEASE_MARGIN_SECONDS;
  if (!explicit.has('SALESFORCE_TIMEOUT_SECONDS') || lease >= least) return [];
  return [`SALESFORCE_TIMEOUT_SECONDS ${timeout} needs a lease that is longer: set LEASE_SECONDS to ${least} or more`];
}

function loginFaults(config: Checked, explicit: ReadonlySet<string>): readonly string[] {
  const flow = config.SALESFORCE_AUTH_FLOW;
  const needed = FLOW_KEYS[flow] as readonly (keyof SalesforceConfig)[] | undefined;
  if (config.SALESFORCE_LOGIN_URL !== undefined) {
    const missing = (needed ?? []).filter((key) => config[key] === undefined);
    return [...missing.map((key) => `${key} is needed by SALESFORCE_AUTH_FLOW ${flow}`), ...bulkFaults(config)];
  }
  const faults =
    config.SANDBOX_PORT === 0
      ? ['SALESFORCE_LOGIN_URL is needed when SANDBOX_PORT is 0: there is no Salesforce to provision to']
      : [];
  const orphans = [...explicit].filter((key) => /^SALESFORCE_(CLIENT|USERNAME|PASSWORD|SECURITY|PRIVATE)/.test(key));
  if (orphans.length > 0)
    faults.push(
      `${orphans.join(', ')} set without SALESFORCE_LOGIN_URL: say which Salesforce, e.g. https://login.salesforce.com`,
    );
  return faults;
}
