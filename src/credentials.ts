/** Who may use SCIM, from the configuration: HTTP Basic, static tokens, and those of SCIM_CREDENTIALS. */
import { Ajv, type ErrorObject } from 'ajv';
import type { Credential, Scope } from './http/auth.ts';
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
}

export interface ParsedCredentials {
  readonly credentials: readonly Credential[];
  /** userNames by the name of the credential, of those that say which User they are. */
  readonly userNames: ReadonlyMap<string, string>;
  /** What is wrong in SCIM_CREDENTIALS, without its values. */
  readonly faults: readonly string[];
}

const EVERYTHING: readonly Scope[] = ['read', 'write'];

export function parseCredentials(keys: CredentialKeys): ParsedCredentials {
  const { entries, faults } = parseEntries(keys.SCIM_CREDENTIALS);
  const credentials = [...keyCredentials(keys), ...entries.map(toCredential)];
  return {
    credentials,
    userNames: new Map(entries.flatMap(({ name, user }) => (user === undefined ? [] : [[name, user]]))),
    faults: [...faults, ...twice(credentials)],
  };
}

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

function parseEntries(text: string | undefined): { entries: readonly CredentialEntry[]; faults: readonly string[] } {
  if (text === undefined) return { entries: [], faults: [] };
  const value = parseJson(text);
  const ajv = new Ajv({ allErrors: true, useDefaults: true, strict: false });
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

/** Two clients of one name are one in the journal; two with one secret are one to the service. */
function twice(credentials: readonly Credential[]): readonly string[] {
  const faults: string[] = [];
  const names = new Set<string>();
  const secrets = new Set<string>();
  for (const { name, basic, token } of credentials) {
    const secret = basic ? `basic ${basic.username}` : `token ${token ?? ''}`;
    if (names.has(name)) faults.push(`SCIM_CREDENTIALS: ${name} is the name of two credentials: choose another`);
    else if (secrets.has(secret))
      faults.push(`SCIM_CREDENTIALS: ${name} has the ${basic ? 'username' : 'token'} of another credential`);
    names.add(name);
    secrets.add(secret);
  }
  return faults;
}
