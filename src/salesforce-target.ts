/** From the configuration to a Salesforce client: which org, which flow, and its events as log lines. */
import type { Logger } from 'pino';
import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import type { AuthFlow } from './salesforce-config.ts';
import { SETTLE_MARGIN_MS } from './provisioning/batch/deliver-batch.ts';
import { createLeadTarget, type SalesforceLeads } from './salesforce/leads.ts';
import type { SalesforceAuth, SalesforceEvent } from './salesforce/options.ts';

/** The stand-in's custom field, unique and case-insensitive as we ask admins to make theirs. */
const SANDBOX_EXTERNAL_ID_FIELD = 'SCIM_Id__c';
/** The stand-in lets everybody in; these are not secrets. */
const SANDBOX_AUTH: SalesforceAuth = {
  kind: 'password',
  clientId: 'embedded',
  clientSecret: 'embedded',
  username: 'embedded',
  password: 'embedded',
};

/**
 * @param sandboxUrl of the embedded stand-in; undefined with a real org
 * @param onLogin called after each login
 */
export function createTarget(
  config: Config,
  sandboxUrl: string | undefined,
  clock: Clock,
  onEvent?: (event: SalesforceEvent) => void,
): SalesforceLeads {
  const externalIdField =
    config.SALESFORCE_EXTERNAL_ID_FIELD ?? (sandboxUrl === undefined ? undefined : SANDBOX_EXTERNAL_ID_FIELD);
  return createLeadTarget({
    loginUrl: config.SALESFORCE_LOGIN_URL ?? sandboxUrl ?? '',
    apiVersion: config.SALESFORCE_API_VERSION,
    auth: sandboxUrl === undefined ? AUTH[config.SALESFORCE_AUTH_FLOW](config) : SANDBOX_AUTH,
    ...(externalIdField !== undefined && { externalIdField }),
    timeoutMs: timeoutMs(config),
    now: () => clock.now(),
    ...(onEvent && { onEvent }),
  });
}

const SECOND = 1000;

/** The default gives way to a lease that is shorter. */
const timeoutMs = ({ SALESFORCE_TIMEOUT_SECONDS: timeout, LEASE_SECONDS: lease }: Config): number =>
  Math.min(timeout * SECOND, lease * SECOND - SETTLE_MARGIN_MS);

/** What a flow needs is there: the configuration was checked. */
const AUTH: Readonly<Record<AuthFlow, (config: Config) => SalesforceAuth>> = {
  password: (config) => ({
    kind: 'password',
    clientId: config.SALESFORCE_CLIENT_ID ?? '',
    ...(config.SALESFORCE_CLIENT_SECRET !== undefined && { clientSecret: config.SALESFORCE_CLIENT_SECRET }),
    username: config.SALESFORCE_USERNAME ?? '',
    password: config.SALESFORCE_PASSWORD ?? '',
    ...(config.SALESFORCE_SECURITY_TOKEN !== undefined && { securityToken: config.SALESFORCE_SECURITY_TOKEN }),
  }),
  client_credentials: (config) => ({
    kind: 'client_credentials',
    clientId: config.SALESFORCE_CLIENT_ID ?? '',
    clientSecret: config.SALESFORCE_CLIENT_SECRET ?? '',
  }),
  jwt_bearer: (config) => ({
    kind: 'jwt_bearer',
    clientId: config.SALESFORCE_CLIENT_ID ?? '',
    username: config.SALESFORCE_USERNAME ?? '',
    privateKey: config.SALESFORCE_PRIVATE_KEY ?? '',
  }),
};

export function salesforceLog(logger: Logger): (event: SalesforceEvent) => void {
  return ({ kind, ...event }) => {
    if (kind === 'token refused') return logger.error(event, 'salesforce token refused');
    if (kind === 'token refreshed') return logger.info(event, 'salesforce token refreshed');
    logger.debug(event, kind === 'call' ? 'salesforce called' : 'salesforce quota read');
  };
}
