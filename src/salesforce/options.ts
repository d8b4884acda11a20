/** What the Salesforce client is told when it is made, and what it reports while it works. */

export const DEFAULT_TIMEOUT_MS = 20_000;

/** How the service logs in; the flows are Salesforce's OAuth 2.0 grants for servers without a person present. */
export type SalesforceAuth =
  | {
      readonly kind: 'password';
      readonly clientId: string;
      readonly clientSecret?: string;
      readonly username: string;
      readonly password: string;
      /** Appended to the password; not needed from an address the org trusts. */
      readonly securityToken?: string;
    }
  | { readonly kind: 'client_credentials'; readonly clientId: string; readonly clientSecret: string }
  | {
      readonly kind: 'jwt_bearer';
      readonly clientId: string;
      readonly username: string;
      /** RSA key in PEM, PKCS#8 or PKCS#1. */
      readonly privateKey: string;
      /** Default: what Salesforce expects for `loginUrl`. */
      readonly audience?: string;
    };

export interface SalesforceOptions {
  /** `https://login.salesforce.com`, `https://test.salesforce.com` or the org's My Domain. */
  readonly loginUrl: string;
  /** Such as `67.0`. */
  readonly apiVersion: string;
  readonly auth: SalesforceAuth;
  /** API name of the external-id field on Lead; absent when the org has none. */
  readonly externalIdField?: string;
  /** Milliseconds one call may take from the first byte sent to the last one read. Default 20 s. */
  readonly timeoutMs?: number;
  /** Milliseconds without a call after which a session is no longer trusted. Default 90 min. */
  readonly sessionIdleMs?: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly onEvent?: (event: SalesforceEvent) => void;
}

/** Something worth a log line or a metric. Holds ids and codes, never secrets or personal data. */
export type SalesforceEvent =
  | { readonly kind: 'token refreshed'; readonly durationMs: number }
  | { readonly kind: 'token refused'; readonly code: string; readonly durationMs: number }
  | {
      readonly kind: 'call';
      readonly method: string;
      /** Path below the API version, without query or values. */
      readonly resource: string;
      /** Absent when no answer came. */
      readonly status?: number;
      /** Salesforce's or Node's error code; absent when the call as a whole succeeded. */
      readonly code?: string;
      readonly durationMs: number;
      /** Leads sent, or Leads read by a query. */
      readonly records: number;
    }
  /** API calls of the org in the last 24 hours, as the latest answer told. */
  | { readonly kind: 'quota'; readonly used: number; readonly max: number };
