/** The configuration: where each key comes from, whether it is right, and every fault at once. The only reader of `process.env`. */
import { readFileSync } from 'node:fs';
import { Ajv, type ErrorObject } from 'ajv';
import { adminPassword, bearerTokens, DEFAULT_PASSWORD, parseCredentials } from './credentials.ts';
import { parseCredentialUsers, type CredentialUsers } from './credential-users.ts';
import { readDotEnvFile, type Environment } from './dot-env.ts';
import { clientAddress, parseProxies } from './http/client-address.ts';
import { nearestName } from './provisioning/mapping/nearest.ts';
import { salesforceFaults, type SalesforceConfig } from './salesforce-config.ts';
import { readSchemaFile } from './schema-files.ts';
import type { ProfileName } from './scim/profiles/profile.ts';
import { readSecretFile } from './secret-file.ts';
import { ACCESS_KEYS } from './service-access.ts';
import { traceFaults, type TraceConfig } from './traces/settings.ts';
import { webhookFaults } from './webhooks/settings.ts';

/** Checked values of `schemas/config.json`; absent where a key has neither value nor default. */
export interface Config extends SalesforceConfig, TraceConfig {
  readonly HOST: string;
  readonly PORT: number;
  readonly BASE_URL?: string;
  readonly TRUSTED_PROXIES?: string;
  readonly TLS_CERT_FILE?: string;
  readonly TLS_KEY_FILE?: string;
  readonly TLS_CLIENT_CA_FILE?: string;
  readonly DATABASE_URL: string;
  readonly DATABASE_CONNECTIONS: number;
  readonly JOURNAL_DAYS: number;
  readonly LEASE_SECONDS: number;
  readonly DRAIN_SECONDS: number;
  readonly SCIM_USERNAME: string;
  readonly SCIM_PASSWORD: string;
  readonly SCIM_BEARER_TOKENS?: string;
  readonly SCIM_CREDENTIALS?: string;
  readonly SCIM_JWT_ISSUER?: string;
  readonly SCIM_JWT_AUDIENCE?: string;
  readonly SCIM_JWKS_URL?: string;
  readonly ADMIN_USERNAME: string;
  readonly ADMIN_PASSWORD?: string;
  readonly SCIM_PROFILE: ProfileName;
  readonly SCIM_ME?: string;
  readonly SCIM1_WRITE_ERRORS: 'scim2' | 'scim1';
  readonly SCIM1_NO_MATCH: '404' | 'list';
  readonly REQUIRE_IF_MATCH: boolean;
  readonly UNKNOWN_ATTRIBUTES: 'ignore' | 'refuse';
  readonly SCHEMAS_DIR?: string;
  readonly UNIQUE_GROUP_NAMES: boolean;
  readonly MAPPING_FILE?: string;
  readonly METRICS_TOKEN?: string;
  readonly WEBHOOK_URLS?: string;
  readonly WEBHOOK_SECRET?: string;
  readonly WEBHOOK_EVENTS?: string;
  readonly DRY_RUN: boolean;
  readonly REMOVAL_GUARD_COUNT: number;
  readonly REMOVAL_GUARD_PERCENT: number;
  readonly SANDBOX_PORT: number;
  readonly SANDBOX_HOST: string;
  readonly SANDBOX_FILE?: string;
  readonly LOG_LEVEL: string;
}

type Key = keyof Config;
type RawValues = Record<string, unknown>;

/** Everything that is wrong with the configuration; one fault a line. */
export class ConfigurationError extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(
      `the configuration has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`,
    );
    this.name = 'ConfigurationError';
    this.faults = faults;
  }
}

interface ConfigSchema {
  readonly properties: Readonly<
    Record<
      string,
      { readonly type: string; readonly description: string; readonly secret?: boolean; readonly default?: unknown }
    >
  >;
}

// The file is part of this package and checked by its tests.
const schema = readSchemaFile('config.json') as ConfigSchema;

export const LOOPBACK_HOSTS: ReadonlySet<string> = new Set(['127.0.0.1', '::1', '[::1]', 'localhost']);
const MIN_TOKEN_LENGTH = 16;

/** Of this process. */
export const processEnvironment = (): Environment => process.env;

/**
 * Reads the process environment, else the file that `CONFIG_FILE` names (JSON, same keys), else `.env`; a key set in more
 * than one place is taken from the first.
 *
 * @throws ConfigurationError naming every fault
 */
export function readConfig(environment: Environment = process.env): Config {
  return readConfiguration(environment).config;
}

/** Where a value is from; `file`: CONFIG_FILE or .env. */
export type Origin = 'default' | 'environment' | 'file';
/** By key; a key that is not there has its default, or nothing. */
export type Origins = ReadonlyMap<string, Origin>;

/** The same, with where each value is from. @throws ConfigurationError naming every fault */
export function readConfiguration(environment: Environment = process.env): { config: Config; origins: Origins } {
  return read(environment, crossFaults);
}

/**
 * The same for the stand-in alone, which needs no Salesforce and lets everybody in.
 *
 * @param flags of the command line: they win over every other place
 */
export function readSandboxConfig(
  flags: Environment = {},
  environment: Environment = process.env,
): Pick<Config, 'SANDBOX_FILE' | 'SANDBOX_HOST' | 'SANDBOX_PORT'> {
  return read({ ...environment, ...flags }, () => []).config;
}

export interface UnknownKey {
  readonly key: string;
  /** What was most likely meant; absent when nothing is near. */
  readonly nearest?: string;
}

/**
 * Keys in the environment and in `.env` that look like ours and are none, without their values. Other programs' variables are
 * none of our business, so they are no faults. An unknown key in the file of `CONFIG_FILE` is one.
 */
export function findUnknownKeys(environment: Environment = process.env): readonly UnknownKey[] {
  const known = [...knownKeys, ...ACCESS_KEYS, 'CONFIG_FILE'];
  const foreign = [...known, ...OF_OPENSSL];
  const strangers = Object.entries({ ...readDotEnvFile(), ...environment }).filter(([key]) => !foreign.includes(key));
  return strangers.flatMap(([key, value]): readonly UnknownKey[] => {
    const isOurs = OUR_PREFIX.test(key) && !isOfKubernetes(key, value);
    const nearest = isOurs ? nearestName(key, known) : nearestName(key, known, key.length < MIN_LENGTH ? 0 : MAX_SLIPS);
    return isOurs || nearest !== undefined ? [{ key, ...(nearest !== undefined && { nearest }) }] : [];
  });
}

const OUR_PREFIX = /^(SCIM1?|SALESFORCE|SANDBOX|WEBHOOK)_/i;
/** Where a machine has its trusted certificates: two letters from TLS_CERT_FILE. */
const OF_OPENSSL = ['SSL_CERT_FILE', 'SSL_CERT_DIR'];
/** Without our prefix only what is nearly a key of ours is taken for one: `HOME` is not `HOST`. */
const MIN_LENGTH = 8;
const MAX_SLIPS = 2;

/** Every container is told of the services of its namespace: `SCIM_SALESFORCE_SERVICE_HOST`, `SCIM_SALESFORCE_PORT=tcp://…`. */
const isOfKubernetes = (key: string, value = ''): boolean =>
  /_SERVICE_(HOST|PORT\w*)$|_PORT_\d+_(TCP|UDP|SCTP)\w*$/.test(key) || /^(tcp|udp|sctp):\/\//.test(value);

const DATABASE_KEYS = [
  'DATABASE_URL',
  'SCHEMAS_DIR',
  'UNIQUE_GROUP_NAMES',
  'UNKNOWN_ATTRIBUTES',
] as const satisfies readonly Key[];

export type DatabaseConfig = Pick<Config, (typeof DATABASE_KEYS)[number]>;

/** The same for commands that work on the database alone: what else is wrong, or not set where they run, is none of theirs. */
export function readDatabaseConfig(environment: Environment = process.env): DatabaseConfig {
  return read(environment, databaseFaults, new Set(DATABASE_KEYS)).config;
}

const MAPPING_KEYS = [
  ...DATABASE_KEYS,
  'MAPPING_FILE',
  'SALESFORCE_EXTERNAL_ID_FIELD',
] as const satisfies readonly Key[];

export type MappingConfig = Pick<Config, (typeof MAPPING_KEYS)[number]>;

/** The same for what becomes of users, whether Salesforce can be reached or not. */
export function readMappingConfig(environment: Environment = process.env): MappingConfig {
  return read(environment, () => [], new Set(MAPPING_KEYS)).config;
}

type CrossCheck = (config: Config, explicit: ReadonlySet<string>) => readonly string[];

/** @param wanted keys; all of them when absent */
function read(
  environment: Environment,
  crossCheck: CrossCheck,
  wanted?: ReadonlySet<string>,
): { config: Config; origins: Origins } {
  const faults: string[] = [];
  const ofWanted = (values: RawValues): RawValues =>
    wanted ? pick(values, (key) => wanted.has(secretOf(key) ?? key)) : values;
  const files = ofWanted({ ...readDotEnv(faults), ...readConfigFile(environment['CONFIG_FILE'], faults) });
  const own = ofWanted(pickKnown(environment));
  const config = check(resolveSecretFiles({ ...files, ...own }, faults), crossCheck, faults);
  if (faults.length > 0) throw new ConfigurationError(faults);
  return { config, origins: new Map([...originsOf(files, 'file'), ...originsOf(own, 'environment')]) };
}

const originsOf = (values: RawValues, origin: Origin): readonly (readonly [string, Origin])[] =>
  Object.keys(values).map((key) => [secretOf(key) ?? key, origin]);

/** @returns the secret whose value lies in the file that `key` names; undefined when it is no such key */
function secretOf(key: string): string | undefined {
  const secret = key.replace(/_FILE$/, '');
  return secret !== key && isSecret(secret) ? secret : undefined;
}

/** One key as people are shown it. */
export interface DescribedKey {
  readonly key: string;
  /** Absent where there is neither value nor default; secrets are in here too. */
  readonly value?: string | number | boolean;
  readonly origin: Origin;
  readonly isSecret: boolean;
  readonly description: string;
}

/** Every key there is. */
export const describeConfig = (config: Config, origins: Origins): readonly DescribedKey[] =>
  Object.entries(schema.properties).map(([key, { secret = false, description }]) => {
    const value = config[key as Key];
    return {
      key,
      ...(value !== undefined && { value }),
      origin: origins.get(key) ?? 'default',
      isSecret: secret,
      description,
    };
  });

/**
 * Why the service must not be served with the embedded stand-in: it would make all Leads anew, of a database that is
 * shared and may belong to an org.
 */
export function standInFault(config: Config): string | undefined {
  if (config.SALESFORCE_LOGIN_URL !== undefined || config.DATABASE_URL.startsWith('sqlite:')) return undefined;
  return 'SALESFORCE_LOGIN_URL is needed with PostgreSQL: the embedded stand-in forgets its Leads at each start, and this database may belong to an org';
}

/** Who the credentials are; those without a User are nobody. */
export const credentialUsers = (config: Config): CredentialUsers['userNames'] =>
  new Map([...readUsers(config).userNames, ...parseCredentials(config).userNames]);

const NOBODY: CredentialUsers = { userNames: new Map(), faults: [] };

function readUsers(config: Config): CredentialUsers {
  const { SCIM_ME: text } = config;
  if (typeof text !== 'string' || !areTexts(config)) return NOBODY;
  return parseCredentialUsers(
    text,
    parseCredentials(config).credentials.map(({ name }) => name),
  );
}

/** What is not has its fault already. */
const areTexts = ({ SCIM_BEARER_TOKENS: tokens, SCIM_CREDENTIALS: credentials }: Config): boolean =>
  [tokens, credentials].every((value) => value === undefined || typeof value === 'string');

const pick = (values: RawValues, isWanted: (key: string) => boolean): RawValues =>
  Object.fromEntries(Object.entries(values).filter(([key]) => isWanted(key)));

const isSecret = (key: string): boolean => schema.properties[key]?.secret === true;
const knownKeys = Object.keys(schema.properties).flatMap((key) => (isSecret(key) ? [key, `${key}_FILE`] : [key]));

/** Other programs' variables are none of our business; an empty one counts as unset, as docker compose passes them. */
function pickKnown(environment: Environment): RawValues {
  const set = knownKeys.filter((key) => environment[key] !== undefined && environment[key] !== '');
  return Object.fromEntries(set.map((key) => [key, environment[key]]));
}

function readDotEnv(faults: string[]): RawValues {
  try {
    return pickKnown(readDotEnvFile());
  } catch (error) {
    faults.push(`.env cannot be read: ${messageOf(error)}`);
    return {};
  }
}

function readConfigFile(path: string | undefined, faults: string[]): RawValues {
  if (path === undefined || path === '') return {};
  try {
    const values: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof values === 'object' && values !== null && !Array.isArray(values)) return withText(values as RawValues);
    faults.push(`CONFIG_FILE ${path} must hold a JSON object`);
  } catch (error) {
    faults.push(`CONFIG_FILE ${path} cannot be read: ${messageOf(error)}`);
  }
  return {};
}

/** In a file the credentials may be written as the list that they are. */
const withText = (values: RawValues): RawValues =>
  Array.isArray(values[LIST]) ? { ...values, [LIST]: JSON.stringify(values[LIST]) } : values;

const LIST = 'SCIM_CREDENTIALS' satisfies Key;

/** `<KEY>_FILE` of a secret names a file with its value. */
function resolveSecretFiles(values: RawValues, faults: string[]): RawValues {
  const resolved: RawValues = { ...values };
  for (const key of Object.keys(schema.properties).filter(isSecret)) {
    const path = values[`${key}_FILE`];
    if (path === undefined) continue;
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a plain record of configuration values
    delete resolved[`${key}_FILE`];
    if (values[key] !== undefined) faults.push(`${key} and ${key}_FILE are both set: keep one`);
    else resolved[key] = readSecret(`${key}_FILE`, path, faults);
  }
  return resolved;
}

function readSecret(key: string, path: unknown, faults: string[]): string | undefined {
  try {
    return readSecretFile(String(path));
  } catch (error) {
    faults.push(`${key} ${String(path)} cannot be read: ${messageOf(error)}`);
    return undefined;
  }
}

// It keeps what it compiled.
const ajv = new Ajv({ allErrors: true, coerceTypes: true, useDefaults: true, strict: false });

function check(values: RawValues, crossCheck: CrossCheck, faults: string[]): Config {
  const candidate = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
  const explicit = new Set(Object.keys(candidate));
  if (!ajv.validate(schema, candidate)) faults.push(...(ajv.errors ?? []).map(describe));
  // Valid by the schema, or the caller throws.
  const config = candidate as unknown as Config;
  faults.push(...crossCheck(config, explicit));
  return config;
}

function describe(error: ErrorObject): string {
  const key = error.instancePath.slice(1);
  if (error.keyword === 'additionalProperties') return unknownKey(String(error.params['additionalProperty']));
  if (error.keyword === 'enum')
    return `${key} must be one of ${(error.params['allowedValues'] as string[]).join(', ')}`;
  if (error.keyword === 'pattern') return `${key} does not look right: ${String(descriptionOf(key))}`;
  if (error.keyword === 'type') return `${key} must be ${TYPES[String(error.params['type'])] ?? 'of another type'}`;
  return `${key} ${error.message ?? 'is not valid'}`;
}

const TYPES: Readonly<Record<string, string>> = {
  integer: 'a whole number',
  boolean: 'true or false',
  string: 'a text',
};

const descriptionOf = (key: string): unknown =>
  (schema.properties[key] as { description?: string } | undefined)?.description;

function unknownKey(key: string): string {
  const near = nearestName(key, knownKeys);
  return `${key} is not a known key${near ? `: did you mean ${near}?` : '; schemas/config.json lists them all'}`;
}

/** Faults that lie between keys. */
function crossFaults(config: Config, explicit: ReadonlySet<string>): string[] {
  return [
    ...databaseFaults(config),
    ...hostFaults(config),
    ...tlsFaults(config),
    ...proxyFaults(config),
    ...tokenFaults(config),
    ...jwtFaults(config),
    ...(areTexts(config) ? parseCredentials(config).faults : []),
    ...readUsers(config).faults,
    ...webhookFaults(config),
    ...traceFaults(config),
    ...salesforceFaults(config, explicit),
  ];
}

/** The value may hold a password, so it is not repeated. */
function databaseFaults({ DATABASE_URL: url }: Config): string[] {
  if (typeof url !== 'string' || !/^postgres(ql)?:/.test(url) || isReadable(url)) return [];
  return ['DATABASE_URL is no URL: write characters such as @ : / # ? % in its password as %40 %3A %2F %23 %3F %25'];
}

function isReadable(url: string): boolean {
  try {
    decodeURIComponent(url);
    // Without a host it names a socket on this machine.
    return URL.canParse(url.replace('@/', '@localhost/'));
  } catch {
    return false;
  }
}

/** Whether somebody gets in who knows nothing. */
export const hasDefaultPassword = (config: Config): boolean =>
  [config.SCIM_PASSWORD, adminPassword(config)].includes(DEFAULT_PASSWORD);

function hostFaults(config: Config): string[] {
  if (LOOPBACK_HOSTS.has(config.HOST)) return [];
  const passwords = { SCIM: config.SCIM_PASSWORD, ADMIN: config.ADMIN_PASSWORD ?? DEFAULT_PASSWORD };
  const open = Object.entries(passwords).filter(([, password]) => password === DEFAULT_PASSWORD);
  if (open.length === 0) return [];
  const keys = open.map(([who]) => `${who}_PASSWORD (and ${who}_USERNAME)`).join(' and ');
  return [`HOST ${config.HOST} is reachable by others: set ${keys}, the default is for loopback only`];
}

function proxyFaults({ TRUSTED_PROXIES: text }: Config): string[] {
  if (text === undefined) return [];
  try {
    clientAddress(parseProxies(text));
    return [];
  } catch (error) {
    return [`TRUSTED_PROXIES must be IP addresses and CIDR ranges, comma separated: ${messageOf(error)}`];
  }
}

function tlsFaults(config: Config): string[] {
  const faults: string[] = [];
  if (config.TLS_CERT_FILE && !config.TLS_KEY_FILE) faults.push('TLS_CERT_FILE needs TLS_KEY_FILE');
  if (config.TLS_KEY_FILE && !config.TLS_CERT_FILE) faults.push('TLS_KEY_FILE needs TLS_CERT_FILE');
  if (config.TLS_CLIENT_CA_FILE && !config.TLS_CERT_FILE)
    faults.push('TLS_CLIENT_CA_FILE needs TLS_CERT_FILE and TLS_KEY_FILE');
  return faults;
}

function tokenFaults(config: Config): string[] {
  if (typeof config.SCIM_BEARER_TOKENS !== 'string') return [];
  const tooShort = bearerTokens(config).some((token) => token.length < MIN_TOKEN_LENGTH);
  return tooShort ? [`SCIM_BEARER_TOKENS holds a token of fewer than ${MIN_TOKEN_LENGTH} characters`] : [];
}

const JWT_KEYS = ['SCIM_JWT_ISSUER', 'SCIM_JWT_AUDIENCE', 'SCIM_JWKS_URL'] as const;

/** A key that is read over an open wire may be anybody's. */
function jwtFaults(config: Config): string[] {
  const missing = JWT_KEYS.filter((key) => config[key] === undefined);
  if (missing.length === JWT_KEYS.length) return [];
  const url = config.SCIM_JWKS_URL;
  if (typeof url !== 'string' || !/^https?:/.test(url)) return missing.map(neededByJwts);
  const isSafe = URL.canParse(url) && (url.startsWith('https:') || LOOPBACK_HOSTS.has(new URL(url).hostname));
  return [...missing.map(neededByJwts), ...(isSafe ? [] : ['SCIM_JWKS_URL must be an https URL'])];
}

const neededByJwts = (key: string): string => `${key} is needed too: JWTs need ${JWT_KEYS.join(', ')}`;

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
