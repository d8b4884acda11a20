import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { bearerTokens, ConfigurationError, readConfig, readSandboxConfig } from '../src/config.ts';

const REAL_ORG = {
  SALESFORCE_LOGIN_URL: 'https://login.salesforce.com',
  SALESFORCE_CLIENT_ID: 'id',
  SALESFORCE_USERNAME: 'user@example.com',
  SALESFORCE_PASSWORD: 'password',
};

function faultsOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfig(environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
}

describe('configuration', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'scim-config-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };

  it('starts with nothing set, on loopback, with the embedded database and stand-in', () => {
    expect(readConfig({})).toEqual({
      HOST: '127.0.0.1',
      PORT: 8080,
      DATABASE_URL: 'sqlite:data/scim.sqlite',
      DATABASE_CONNECTIONS: 10,
      JOURNAL_DAYS: 90,
      LEASE_SECONDS: 60,
      DRAIN_SECONDS: 0,
      SCIM_USERNAME: 'admin',
      SCIM_PASSWORD: 'admin',
      SALESFORCE_AUTH_FLOW: 'password',
      SALESFORCE_API_VERSION: '67.0',
      SANDBOX_PORT: 8090,
      SANDBOX_HOST: '127.0.0.1',
      LOG_LEVEL: 'info',
    });
  });

  it('describes every key of its schema', () => {
    const { properties } = JSON.parse(readFileSync('schemas/config.json', 'utf8')) as {
      properties: Record<string, { description?: string }>;
    };
    expect(Object.entries(properties).filter(([, { description }]) => !description)).toEqual([]);
  });

  it('takes the environment before the file, counts an empty variable as unset and other variables as none of its own', () => {
    const CONFIG_FILE = file('config.json', JSON.stringify({ PORT: 9000, LOG_LEVEL: 'warn' }));
    expect(readConfig({ CONFIG_FILE, PORT: '9001', LOG_LEVEL: '', HOME: '/x' })).toMatchObject({
      PORT: 9001,
      LOG_LEVEL: 'warn',
    });
  });

  it('reads a secret from the file that <KEY>_FILE names, without the line end', () => {
    const config = readConfig({ SCIM_PASSWORD_FILE: file('password', 's3cret\n') });
    expect(config.SCIM_PASSWORD).toBe('s3cret');
    expect(Object.keys(config)).not.toContain('SCIM_PASSWORD_FILE');
  });

  it('splits the bearer tokens', () => {
    const config = readConfig({ SCIM_BEARER_TOKENS: ' token-of-16-chars-a , token-of-16-chars-b' });
    expect(bearerTokens(config)).toEqual(['token-of-16-chars-a', 'token-of-16-chars-b']);
  });

  it('lets the stand-in alone take any free port', () => {
    expect(readSandboxConfig({ SANDBOX_PORT: '0' })).toMatchObject({ SANDBOX_PORT: 0 });
  });

  it.each([
    ['a port that is no number', { PORT: 'eighty' }, /^PORT must be integer/],
    ['a port beyond the range', { PORT: '70000' }, /^PORT must be <= 65535/],
    ['an unknown log level', { LOG_LEVEL: 'loud' }, /^LOG_LEVEL must be one of fatal, error/],
    [
      'an unknown flow',
      { SALESFORCE_AUTH_FLOW: 'magic' },
      /^SALESFORCE_AUTH_FLOW must be one of password, client_credentials, jwt_bearer/,
    ],
    ['a database it does not know', { DATABASE_URL: 'mysql://x' }, /^DATABASE_URL does not look right/],
    ['default credentials beyond loopback', { HOST: '0.0.0.0' }, /^HOST 0\.0\.0\.0 .*SCIM_PASSWORD/],
    [
      'the default password beyond loopback',
      { HOST: '0.0.0.0', SCIM_USERNAME: 'x' },
      /^HOST 0\.0\.0\.0 .*SCIM_PASSWORD/,
    ],
    ['a colon in the user name', { SCIM_USERNAME: 'a:b' }, /^SCIM_USERNAME/],
    [
      'a short bearer token',
      { SCIM_BEARER_TOKENS: 'long-enough-token-1,short' },
      /^SCIM_BEARER_TOKENS .*16 characters/,
    ],
    ['a certificate without its key', { TLS_CERT_FILE: 'x.pem' }, /^TLS_CERT_FILE needs TLS_KEY_FILE/],
    [
      'a secret given twice',
      { SCIM_PASSWORD: 'x', SCIM_PASSWORD_FILE: '/dev/null' },
      /SCIM_PASSWORD and SCIM_PASSWORD_FILE/,
    ],
    [
      'a secret file that is not there',
      { SCIM_PASSWORD_FILE: '/nowhere' },
      /^SCIM_PASSWORD_FILE \/nowhere cannot be read/,
    ],
    [
      'a config file that is not there',
      { CONFIG_FILE: '/nowhere.json' },
      /^CONFIG_FILE \/nowhere\.json cannot be read/,
    ],
    [
      'Salesforce credentials without an org',
      { SALESFORCE_USERNAME: 'x' },
      /^SALESFORCE_USERNAME set without SALESFORCE_LOGIN_URL/,
    ],
    ['no Salesforce at all', { SANDBOX_PORT: '0' }, /^SALESFORCE_LOGIN_URL is needed/],
    [
      'a flow without its secret',
      { ...REAL_ORG, SALESFORCE_AUTH_FLOW: 'client_credentials' },
      /^SALESFORCE_CLIENT_SECRET is needed by/,
    ],
    [
      'an external id field that is no custom field',
      { ...REAL_ORG, SALESFORCE_EXTERNAL_ID_FIELD: 'Email' },
      /^SALESFORCE_EXTERNAL_ID_FIELD/,
    ],
  ])('refuses %s by name', (_title, environment, fault) => {
    const faults = faultsOf(environment);
    expect(faults).toEqual([expect.stringMatching(fault)]);
  });

  it('refuses an unknown key of the file and names the one that was meant', () => {
    const CONFIG_FILE = file('config.json', JSON.stringify({ salesforceLoginUrl: 'https://x' }));
    expect(faultsOf({ CONFIG_FILE })).toEqual([
      'salesforceLoginUrl is not a known key: did you mean SALESFORCE_LOGIN_URL?',
    ]);
  });

  it('names all faults at once', () => {
    expect(faultsOf({ PORT: 'x', LOG_LEVEL: 'y', SALESFORCE_LOGIN_URL: 'ftp://z' }).length).toBeGreaterThanOrEqual(3);
  });
});
