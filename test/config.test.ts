import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  ConfigurationError,
  credentialUsers,
  describeConfig,
  findUnknownKeys,
  readConfig,
  readConfiguration,
  readDatabaseConfig,
  readSandboxConfig,
} from '../src/config.ts';
import { bearerTokens } from '../src/credentials.ts';

const REAL_ORG = {
  SALESFORCE_LOGIN_URL: 'https://login.salesforce.com',
  SALESFORCE_CLIENT_ID: 'id',
  SALESFORCE_USERNAME: 'user@example.com',
  SALESFORCE_PASSWORD: 'password',
};

const GOOD_SECRET = `whsec_${'A'.repeat(44)}`;

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
      DRY_RUN: false,
      SCIM_USERNAME: 'admin',
      SCIM_PASSWORD: 'admin',
      ADMIN_USERNAME: 'admin',
      SCIM_PROFILE: 'default',
      SCIM1_WRITE_ERRORS: 'scim2',
      SCIM1_NO_MATCH: '404',
      REQUIRE_IF_MATCH: false,
      UNKNOWN_ATTRIBUTES: 'ignore',
      UNIQUE_GROUP_NAMES: true,
      SALESFORCE_AUTH_FLOW: 'password',
      SALESFORCE_API_VERSION: '67.0',
      SALESFORCE_TIMEOUT_SECONDS: 20,
      SALESFORCE_API_RESERVE_PERCENT: 10,
      SALESFORCE_BULK_FROM: 0,
      REMOVAL_GUARD_COUNT: 10,
      REMOVAL_GUARD_PERCENT: 10,
      SANDBOX_PORT: 8090,
      SANDBOX_HOST: '127.0.0.1',
      OTEL_SDK_DISABLED: false,
      OTEL_TRACES_SAMPLER: 'parentbased_always_on',
      LOG_LEVEL: 'info',
    });
  });

  it('refuses a time-out of calls that the lease does not outlast', () => {
    expect(faultsOf({ SALESFORCE_TIMEOUT_SECONDS: '60' })).toEqual([
      'SALESFORCE_TIMEOUT_SECONDS 60 needs a lease that is longer: set LEASE_SECONDS to 70 or more',
    ]);
    expect(faultsOf({ SALESFORCE_TIMEOUT_SECONDS: '60', LEASE_SECONDS: '70' })).toEqual([]);
    expect(faultsOf({ LEASE_SECONDS: '10' })).toEqual([]);
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

  it.each(['s3cret\n', 's3cret\r\n\r\n', '\uFEFFs3cret'])(
    'reads a secret from the file that <KEY>_FILE names: %j',
    (text) => {
      const config = readConfig({ SCIM_PASSWORD_FILE: file('password', text) });
      expect(config.SCIM_PASSWORD).toBe('s3cret');
      expect(Object.keys(config)).not.toContain('SCIM_PASSWORD_FILE');
    },
  );

  it('tells of every key where its value is from', () => {
    const CONFIG_FILE = file('config.json', JSON.stringify({ PORT: 9000, LOG_LEVEL: 'warn', JOURNAL_DAYS: 7 }));
    const SCIM_PASSWORD_FILE = file('password', 's3cret\n');
    const { config, origins } = readConfiguration({ CONFIG_FILE, LOG_LEVEL: 'error', SCIM_PASSWORD_FILE });
    const described = new Map(describeConfig(config, origins).map((one) => [one.key, one]));
    expect(described.get('PORT')).toMatchObject({ value: 9000, origin: 'file', isSecret: false });
    expect(described.get('LOG_LEVEL')).toMatchObject({ value: 'error', origin: 'environment' });
    expect(described.get('SCIM_PASSWORD')).toMatchObject({ origin: 'environment', isSecret: true });
    expect(described.get('HOST')).toMatchObject({ value: '127.0.0.1', origin: 'default' });
    expect(described.get('BASE_URL')).not.toHaveProperty('value');
    const { properties } = JSON.parse(readFileSync('schemas/config.json', 'utf8')) as { properties: object };
    expect([...described.keys()]).toEqual(Object.keys(properties));
  });

  it('splits the bearer tokens', () => {
    const config = readConfig({ SCIM_BEARER_TOKENS: ' token-of-16-chars-a , token-of-16-chars-b' });
    expect(bearerTokens(config)).toEqual(['token-of-16-chars-a', 'token-of-16-chars-b']);
  });

  it('reads which User each credential is, whatever signs their names hold', () => {
    const tokens = { SCIM_BEARER_TOKENS: 'token-of-16-chars-a,token-of-16-chars-b' };
    const SCIM_ME = 'bearer:2 =x, basic:a=b=Babs Jensen = ok , bearer:2=ops';
    expect(faultsOf({ ...tokens, SCIM_USERNAME: 'a=b', SCIM_ME })).toEqual([
      expect.stringMatching(
        /^SCIM_ME: "bearer:2 =x" must begin with .*basic:a=b=bjensen or bearer:1=bjensen or bearer:2=/,
      ),
    ]);
    const config = readConfig({ ...tokens, SCIM_USERNAME: 'a=b', SCIM_ME: SCIM_ME.slice(SCIM_ME.indexOf(',') + 1) });
    expect([...credentialUsers(config)]).toEqual([
      ['basic:a=b', 'Babs Jensen = ok'],
      ['bearer:2', 'ops'],
    ]);
    expect(credentialUsers(readConfig({})).size).toBe(0);
  });

  it('reads true and false', () => {
    expect(readConfig({ REQUIRE_IF_MATCH: 'true' })).toMatchObject({ REQUIRE_IF_MATCH: true });
    expect(faultsOf({ REQUIRE_IF_MATCH: 'perhaps' })).toEqual(['REQUIRE_IF_MATCH must be true or false']);
  });

  it('that a command needs for the database alone is read without the rest', () => {
    const rest = { PORT: 'none', SALESFORCE_LOGIN_URL: 'https://x.example', HOST: '0.0.0.0' };
    expect(readDatabaseConfig({ ...rest, DATABASE_URL_FILE: file('url', 'sqlite:x.sqlite\n') })).toMatchObject({
      DATABASE_URL: 'sqlite:x.sqlite',
      UNIQUE_GROUP_NAMES: true,
      UNKNOWN_ATTRIBUTES: 'ignore',
    });
    expect(() => readDatabaseConfig({ DATABASE_URL: 'mysql://x' })).toThrow(/DATABASE_URL does not look right/);
  });

  it('lets the stand-in alone take any free port', () => {
    expect(readSandboxConfig({ SANDBOX_PORT: '0' })).toMatchObject({ SANDBOX_PORT: 0 });
  });

  it.each([
    ['a port that is no number', { PORT: 'eighty' }, /^PORT must be a whole number$/],
    ['a port beyond the range', { PORT: '70000' }, /^PORT must be <= 65535/],
    ['an unknown log level', { LOG_LEVEL: 'loud' }, /^LOG_LEVEL must be one of fatal, error/],
    [
      'an unknown flow',
      { SALESFORCE_AUTH_FLOW: 'magic' },
      /^SALESFORCE_AUTH_FLOW must be one of password, client_credentials, jwt_bearer/,
    ],
    ['a database it does not know', { DATABASE_URL: 'mysql://x' }, /^DATABASE_URL does not look right/],
    [
      'default credentials beyond loopback',
      { HOST: '0.0.0.0' },
      /^HOST 0\.0\.0\.0 .*SCIM_PASSWORD \(and SCIM_USERNAME\) and ADMIN_PASSWORD \(and/,
    ],
    [
      'the default password of the admin API beyond loopback',
      { HOST: '0.0.0.0', SCIM_PASSWORD: 'x' },
      /^HOST 0\.0\.0\.0 is reachable by others: set ADMIN_PASSWORD \(and ADMIN_USERNAME\), the default/,
    ],
    ['a colon in the name of the admin', { ADMIN_USERNAME: 'a:b' }, /^ADMIN_USERNAME/],
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
    ['a credential that is not there', { SCIM_ME: 'bearer:1=ops' }, /^SCIM_ME: "bearer:1=ops" .*basic:admin=bjensen$/],
    ['an entry without a credential', { SCIM_ME: 'ops' }, /^SCIM_ME: "ops" must begin/],
    ['a credential without a user', { SCIM_ME: 'basic:admin=' }, /^SCIM_ME: "basic:admin=" lacks/],
    ['a credential with two users', { SCIM_ME: 'basic:admin=a,basic:admin=b' }, /^SCIM_ME: "basic:admin=b" .*keep one/],
    [
      'an unknown way with unknown attributes',
      { UNKNOWN_ATTRIBUTES: 'keep' },
      /^UNKNOWN_ATTRIBUTES must be one of ignore, refuse/,
    ],
    [
      'proxies that are no addresses',
      { TRUSTED_PROXIES: '10.0.0.0/8, proxy.example.com' },
      /^TRUSTED_PROXIES must be IP addresses and CIDR ranges, comma separated: .*proxy\.example\.com/,
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
      'bulk loads without the field that makes them harmless',
      { ...REAL_ORG, SALESFORCE_BULK_FROM: '2000' },
      /^SALESFORCE_BULK_FROM needs SALESFORCE_EXTERNAL_ID_FIELD/,
    ],
    [
      'an external id field that is no custom field',
      { ...REAL_ORG, SALESFORCE_EXTERNAL_ID_FIELD: 'Email' },
      /^SALESFORCE_EXTERNAL_ID_FIELD/,
    ],
    [
      'an issuer of JWTs without the rest',
      { SCIM_JWT_ISSUER: 'https://sts.example.com/', SCIM_JWKS_URL: 'https://sts.example.com/keys' },
      /^SCIM_JWT_AUDIENCE is needed too: JWTs need SCIM_JWT_ISSUER, SCIM_JWT_AUDIENCE, SCIM_JWKS_URL$/,
    ],
    [
      'keys over an open wire',
      { SCIM_JWT_ISSUER: 'x', SCIM_JWT_AUDIENCE: 'x', SCIM_JWKS_URL: 'http://sts.example.com/keys' },
      /^SCIM_JWKS_URL must be an https URL$/,
    ],
    [
      'a short token for the metrics',
      { METRICS_TOKEN: 'short' },
      /^METRICS_TOKEN must NOT have fewer than 16 characters$/,
    ],
    [
      'a receiver of notifications over an open wire, without its URL',
      { WEBHOOK_URLS: 'https://a.example.com,http://b.example.com/x?token=y', WEBHOOK_SECRET: GOOD_SECRET },
      /^WEBHOOK_URLS: number 2 must be an https URL without user name and password; http is for loopback alone$/,
    ],
    [
      'a receiver of notifications that is no URL',
      { WEBHOOK_URLS: 'a.example.com/hook', WEBHOOK_SECRET: GOOD_SECRET },
      /^WEBHOOK_URLS: number 1 must be an https URL/,
    ],
    [
      'notifications that nobody could verify',
      { WEBHOOK_URLS: 'https://a.example.com' },
      /^WEBHOOK_SECRET is needed by WEBHOOK_URLS/,
    ],
    [
      'a short secret of notifications',
      { WEBHOOK_URLS: 'https://a.example.com', WEBHOOK_SECRET: 'whsec_c2hvcnQ=' },
      /^WEBHOOK_SECRET must be whsec_ and 24 to 64 bytes in base64/,
    ],
    [
      'an event that there is none of',
      { WEBHOOK_URLS: 'http://127.0.0.1/hook', WEBHOOK_SECRET: GOOD_SECRET, WEBHOOK_EVENTS: 'gate.closed,gate.shut' },
      /^WEBHOOK_EVENTS: gate.shut is no event; there are user.parked, /,
    ],
    [
      'a receiver of traces that is no URL',
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' },
      /^OTEL_EXPORTER_OTLP_ENDPOINT must be an http or https URL without user name and password/,
    ],
    [
      'a receiver of traces with a password in its URL',
      { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://me:planted@traces.example.com' },
      /^OTEL_EXPORTER_OTLP_TRACES_ENDPOINT must be .* password, e\.g\. http:\/\/127\.0\.0\.1:4318$/,
    ],
    [
      'headers of traces that are none',
      { OTEL_EXPORTER_OTLP_HEADERS: 'api-key: planted' },
      /^OTEL_EXPORTER_OTLP_HEADERS must be name=value, comma separated, with values percent-encoded$/,
    ],
    ['attributes of traces that are none', { OTEL_RESOURCE_ATTRIBUTES: 'a=%zz' }, /^OTEL_RESOURCE_ATTRIBUTES must be/],
    [
      'another way to send traces',
      { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
      /^OTEL_EXPORTER_OTLP_PROTOCOL must be one of http\/protobuf$/,
    ],
    [
      'a sampler that there is none of',
      { OTEL_TRACES_SAMPLER: 'some' },
      /^OTEL_TRACES_SAMPLER must be one of always_on/,
    ],
    ['a share of traces beyond all', { OTEL_TRACES_SAMPLER_ARG: '2' }, /^OTEL_TRACES_SAMPLER_ARG must be <= 1$/],
    ['a secret of notifications that go nowhere', { WEBHOOK_SECRET: GOOD_SECRET }, /^WEBHOOK_URLS is not set/],
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

  it.each([
    ['SCIM_USERNAM', 'SCIM_USERNAME'],
    ['SALESFORCE_CLIENTID', 'SALESFORCE_CLIENT_ID'],
    ['SALESFORCE_PASSWORD_FIL', 'SALESFORCE_PASSWORD_FILE'],
    ['scim_password', 'SCIM_PASSWORD'],
    ['MAPING_FILE', 'MAPPING_FILE'],
    ['DATABASE_URI', 'DATABASE_URL'],
    ['LOGLEVEL', 'LOG_LEVEL'],
    ['SCIM_SOMETHING_ELSE_ALTOGETHER', undefined],
  ])('finds %s in the environment and knows the nearest key', (key, nearest) => {
    const found = findUnknownKeys({ [key]: 'a value that is a secret' });
    expect(found).toEqual([nearest === undefined ? { key } : { key, nearest }]);
  });

  it.each([
    ['keys of ours', { SCIM_USERNAME: 'x', SCIM_PASSWORD_FILE: 'x', CONFIG_FILE: 'x', METRICS_TOKEN: 'x' }],
    ['those of other programs', { HOME: 'x', PATH: 'x', HOSTNAME: 'x', POST: 'x', LOGNAME: 'x', DATABASE: 'x' }],
    ['where OpenSSL looks for certificates', { SSL_CERT_FILE: 'x', SSL_CERT_DIR: 'x' }],
    [
      'what Kubernetes tells of a service',
      {
        SCIM_SALESFORCE_SERVICE_HOST: '10.0.0.1',
        SCIM_SALESFORCE_SERVICE_PORT_HTTP: '8080',
        SCIM_SALESFORCE_PORT: 'tcp://10.0.0.1:8080',
        SCIM_SALESFORCE_PORT_8080_TCP_ADDR: '10.0.0.1',
      },
    ],
  ])('finds nothing wrong with %s', (_whose, environment) => {
    expect(findUnknownKeys(environment)).toEqual([]);
  });

  it('names all faults at once', () => {
    expect(faultsOf({ PORT: 'x', LOG_LEVEL: 'y', SALESFORCE_LOGIN_URL: 'ftp://z' }).length).toBeGreaterThanOrEqual(3);
  });
});
