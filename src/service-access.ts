/** How commands get to a running service: its address and credentials, from the environment or `.env`, never from arguments. */
import { readDotEnvFile, type Environment } from './dot-env.ts';
import { readSecretFile } from './secret-file.ts';

/** They are no keys of the service, and do no harm in its environment. */
export const ACCESS_KEYS = [
  'SCIM_SALESFORCE_URL',
  'SCIM_SALESFORCE_USERNAME',
  'SCIM_SALESFORCE_PASSWORD',
  'SCIM_SALESFORCE_PASSWORD_FILE',
  'SCIM_SALESFORCE_TOKEN',
  'SCIM_SALESFORCE_TOKEN_FILE',
] as const;

type AccessKey = (typeof ACCESS_KEYS)[number];

export interface ServiceAccess {
  /** Absent: commands work on the database. */
  readonly url?: string;
  /** Value of the header `Authorization`; absent when there are no credentials. */
  readonly authorization?: string;
}

/** @throws Error that names the keys which do not go together, or the file that cannot be read */
export function readServiceAccess(environment: Environment): ServiceAccess {
  const files = readDotEnvFile();
  const get = (key: AccessKey): string | undefined => (environment[key] ?? files[key]) || undefined;
  const secret = (key: 'SCIM_SALESFORCE_PASSWORD' | 'SCIM_SALESFORCE_TOKEN'): string | undefined => {
    const [value, path] = [get(key), get(`${key}_FILE`)];
    if (value !== undefined && path !== undefined) throw new Error(`${key} and ${key}_FILE are both set: keep one`);
    return path === undefined ? value : readSecret(`${key}_FILE`, path);
  };
  const url = get('SCIM_SALESFORCE_URL');
  const [token, username, password] = [
    secret('SCIM_SALESFORCE_TOKEN'),
    get('SCIM_SALESFORCE_USERNAME'),
    secret('SCIM_SALESFORCE_PASSWORD'),
  ];
  if (token !== undefined && (username ?? password) !== undefined)
    throw new Error('SCIM_SALESFORCE_TOKEN and SCIM_SALESFORCE_USERNAME or _PASSWORD are both set: keep one');
  if ((username === undefined) !== (password === undefined))
    throw new Error('SCIM_SALESFORCE_USERNAME and SCIM_SALESFORCE_PASSWORD go together: set the other one too');
  const authorization = authorizationOf(token, username, password);
  return { ...(url !== undefined && { url }), ...(authorization !== undefined && { authorization }) };
}

function authorizationOf(token?: string, username?: string, password?: string): string | undefined {
  if (token !== undefined) return `Bearer ${token}`;
  if (username === undefined || password === undefined) return undefined;
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

function readSecret(key: string, path: string): string {
  try {
    return readSecretFile(path);
  } catch (error) {
    throw new Error(`${key} ${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
