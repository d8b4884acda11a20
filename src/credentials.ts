/** Who may use SCIM and the admin API, from the configuration: HTTP Basic, static tokens, and those of SCIM_CREDENTIALS. */
import { Ajv, type ErrorObject } from 'ajv';
import type { AdminScope, Credential, Scope, ScimScope } from './http/auth.ts';
import { readSchemaFile } from './schema-files.ts';
import type { ProfileName } from './scim/profiles/profile.ts';

/** One entry of SCIM_CREDENTIALS (schemas/credentials.json). */
interface CredentialEntry {
  readonly name: string;
  readonly username?: string;
  readonly password?: string;
  readonly token?: string;
  readonly profile?: ProfileName;
  readonly scopes: readonly Scope[];
  readonly user?: string;
}

export interface CredentialKeys {
  readonly SCIM_USERNAME: string;
  readonly SCIM_PASSWORD: string;
  readonly SCIM_BEARER_TOKENS?: string;
  readonly SCIM_CREDENTIALS?: string;
  readonly ADMIN_USERNAME: string;
  readonly ADMIN_PASSWORD?: string;
}

export interface ParsedCredentials {
  /** Of SCIM clients. */
  readonly credentials: readonly Credential[];
  /** Of the admin API. */
  readonly admins: readonly Credential[];
  /** userNames by the name of the credential, of those that say which User they are. */
  readonly userNames: ReadonlyMap<string, string>;
  /** What is wrong in SCIM_CREDENTIALS, without its values. */
  readonly faults: readonly string[];
}

const EVERYTHING: readonly ScimScope[] = ['read', 'write'];
const ALL_OF_ADMIN: readonly AdminScope[] = ['admin:read', 'admin:operate'];

/** Known to everybody, and so good for this machine alone. */
export const DEFAULT_PASSWORD = 'admin';

export function parseCredentials(keys: CredentialKeys): ParsedCredentials {
  const { entries, faults } = parseEntries(keys.SCIM_CREDENTIALS);
  const added = entries.map(toCredential);
  const credentials = [...keyCredentials(keys), ...added.filter((one) => !isAdmin(one))];
  const admins = [...adminKeyCredentials(keys), ...added.filter(isAdmin)];
  return {
    credentials,
    admins,
    userNames: new Map(entries.flatMap(({ name, user }) => (user === undefined ? [] : [[name, user]]))),
    faults: [
      ...faults,
      ...entries.flatMap(mixed),
      ...namedTwice([...credentials, ...admins]),
      ...twice(credentials),
      ...twice(admins),
      ...shared(credentials, admins),
    ],
  };
}

/**
 * The password of ADMIN_USERNAME. Whoever chooses one for SCIM has left the default behind, which must then not stay open
 * next to it.
 *
 * @returns undefined when there is none, and so no such credential
 */
export const adminPassword = (keys: Pick<CredentialKeys, 'ADMIN_PASSWORD' | 'SCIM_PASSWORD'>): string | undefined =>
  keys.ADMIN_PASSWORD ?? (keys.SCIM_PASSWORD === DEFAULT_PASSWORD ? DEFAULT_PASSWORD : undefined);

const isAdminScope = (scope: Scope): boolean => ALL_OF_ADMIN.some((one) => one === scope);
const isAdmin = ({ scopes }: Pick<Credential, 'scopes'>): boolean => scopes.some(isAdminScope);

/** The static bearer tokens of SCIM_BEARER_TOKENS, one each. */
export function bearerTokens({ SCIM_BEARER_TOKENS: tokens = '' }: Pick<CredentialKeys, 'SCIM_BEARER_TOKENS'>) {
  return tokens
    .split(',')
    .map((token) => token.trim())
    .filter((token) => token !== '');
}

function keyCredentials(keys: CredentialKeys): readonly Credential[] {
  const { SCIM_USERNAME: username, SCIM_PASSWORD: password } = keys;
  return [
    { name: `basic:${username}`, basic: { username, password }, scopes: EVERYTHING },
    ...bearerTokens(keys).map((token, index) => ({ name: `bearer:${index + 1}`, token, scopes: EVERYTHING })),
  ];
}

function adminKeyCredentials(keys: CredentialKeys): readonly Credential[] {
  const { ADMIN_USERNAME: username } = keys;
  const password = adminPassword(keys);
  return password === undefined
    ? []
    : [{ name: `admin:${username}`, basic: { username, password }, scopes: ALL_OF_ADMIN }];
}

function toCredential({ name, username, password, token, profile, scopes }: CredentialEntry): Credential {
  return {
    name,
    scopes,
    ...(username !== undefined && password !== undefined && { basic: { username, password } }),
    ...(token !== undefined && { token }),
    ...(profile !== undefined && { profile }),
  };
}

// The file is part of this package and checked by its tests.
const schema = readSchemaFile('credentials.json') as object;
const ajv = new Ajv({ allErrors: true, useDefaults: true, strict: false });

function parseEntries(text: string | undefined): { entries: readonly CredentialEntry[]; faults: readonly string[] } {
  if (text === undefined) return { entries: [], faults: [] };
  const value = parseJson(text);
  if (value === undefined)
    return { entries: [], faults: ['SCIM_CREDENTIALS is not JSON: it must be a list of objects'] };
  if (ajv.validate(schema, value)) return { entries: value as readonly CredentialEntry[], faults: [] };
  return { entries: [], faults: [...new Set((ajv.errors ?? []).flatMap(describe))] };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The values are secrets, so no fault repeats one. */
function describe({ keyword, instancePath, params, message }: ErrorObject): readonly string[] {
  const [, index = '', ...members] = instancePath.split('/');
  const where = `SCIM_CREDENTIALS${index === '' ? '' : `[${index}]`}${members.map((member) => `.${member}`).join('')}`;
  // What each alternative lacks is said by `oneOf`.
  if (keyword === 'required' && params['missingProperty'] !== 'name') return [];
  if (keyword === 'oneOf') return [`${where} needs username and password, or token, and not both`];
  if (keyword === 'additionalProperties') return [`${where} has no member ${String(params['additionalProperty'])}`];
  if (keyword === 'enum') return [`${where} must be one of ${(params['allowedValues'] as string[]).join(', ')}`];
  return [`${where} ${message ?? 'is not valid'}`];
}

/** An identity provider that could also retry and push would be one secret with two doors. */
function mixed(entry: CredentialEntry): readonly string[] {
  if (!isAdmin(entry)) return [];
  const where = `SCIM_CREDENTIALS: ${entry.name}`;
  if (!entry.scopes.every(isAdminScope)) return [`${where} has scopes of SCIM and of the admin API: make two of it`];
  const useless = (['profile', 'user'] as const).filter((member) => entry[member] !== undefined);
  return useless.map((member) => `${where} has a ${member}, which the admin API does not know: remove it`);
}

/** Two clients of one name are one in the journal. */
function namedTwice(credentials: readonly Credential[]): readonly string[] {
  const names = credentials.map(({ name }) => name);
  const repeated = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  return [...repeated].map((name) => `SCIM_CREDENTIALS: ${name} is the name of two credentials: choose another`);
}

/** Two clients with one secret are one to the service. */
function twice(credentials: readonly Credential[]): readonly string[] {
  const secretOf = ({ basic, token }: Credential): string =>
    basic ? `basic ${basic.username}` : `token ${token ?? ''}`;
  const secrets = credentials.map(secretOf);
  const again = credentials.filter(
    (one, index) => secrets.indexOf(secretOf(one)) !== index && !isNamedBefore(credentials, one, index),
  );
  return again.map(
    ({ name, basic }) => `SCIM_CREDENTIALS: ${name} has the ${basic ? 'username' : 'token'} of another credential`,
  );
}

/** `namedTwice` has told of it. */
const isNamedBefore = (credentials: readonly Credential[], { name }: Credential, index: number): boolean =>
  credentials.findIndex((one) => one.name === name) !== index;

/** The default is on both sides, on loopback. */
function shared(clients: readonly Credential[], admins: readonly Credential[]): readonly string[] {
  const isSame = (a: Credential, b: Credential): boolean =>
    a.basic
      ? a.basic.username === b.basic?.username && a.basic.password === b.basic.password
      : a.token !== undefined && a.token === b.token;
  const isOpen = ({ basic }: Credential): boolean => basic?.password !== DEFAULT_PASSWORD;
  return admins
    .filter((admin) => isOpen(admin) && clients.some((client) => isSame(admin, client)))
    .map(({ name }) => `the admin credential ${name} has the secret of a SCIM client: choose another`);
}
