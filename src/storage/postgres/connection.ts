/** How every connection to PostgreSQL is made. */
import type { ClientConfig } from 'pg';

/** A request that waits longer for a connection is answered 503. */
const CONNECT_TIMEOUT_MS = 5_000;

export const connectionConfig = (url: string): ClientConfig => ({
  connectionString: url,
  application_name: 'scim-salesforce',
  connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  keepAlive: true,
});
