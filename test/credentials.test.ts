import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ConfigurationError, credentialUsers, readConfig } from '../src/config.ts';
import { parseCredentials, type CredentialKeys } from '../src/credentials.ts';
import { PROFILE_NAMES } from '../src/scim/profiles/profiles.ts';

const TOKEN = 'hidden-token-of-16-and-more';
const PASSWORD = 'hidden-password';
const KEYS = { SCIM_USERNAME: 'admin', SCIM_PASSWORD: 'admin', ADMIN_USERNAME: 'admin' };

/** Strings are taken as they are, everything else as JSON. */
const keysWith = (entries: unknown, more: Partial<CredentialKeys> = {}): CredentialKeys => ({
  ...KEYS,
  ...more,
  SCIM_CREDENTIALS: typeof entries === 'string' ? entries : JSON.stringify(entries),
});

function faultsOf(environment: Record<string, string>): readonly string[] {
  try {
    readConfig(environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
}

describe('the admin API', () => {
  const SCOPES = ['admin:read', 'admin:operate'];
  const adminsOf = (environment: Record<string, string>) => parseCredentials(readConfig(environment)).admins;

  it('is opened by the default of SCIM while that is in use, and not by it any more when it is not', () => {
    const everybody = { name: 'admin:admin', basic: { username: 'admin', password: 'admin' }, scopes: SCOPES };
    expect(adminsOf({})).toEqual([everybody]);
    expect(adminsOf({ SCIM_PASSWORD: 'of-our-own' })).toEqual([]);
  });

  it('is opened by ADMIN_USERNAME and ADMIN_PASSWORD, and by credentials of the list that have a scope of it', () => {
    const SCIM_CREDENTIALS = JSON.stringify([
      { name: 'ops', token: TOKEN, scopes: ['admin:read'] },
      { name: 'is', username: 'wso2is', password: PASSWORD },
    ]);
    const config = readConfig({ ADMIN_USERNAME: 'boss', ADMIN_PASSWORD: PASSWORD, SCIM_CREDENTIALS });
    const { admins, credentials } = parseCredentials(config);
    expect(admins).toEqual([
      { name: 'admin:boss', basic: { username: 'boss', password: PASSWORD }, scopes: SCOPES },
      { name: 'ops', token: TOKEN, scopes: ['admin:read'] },
    ]);
    expect(credentials.map(({ name }) => name)).toEqual(['basic:admin', 'is']);
  });

  it('has a user name of its own: the one of SCIM with another password is somebody else', () => {
    expect(faultsOf({ SCIM_PASSWORD: 'one-of-scim', ADMIN_PASSWORD: 'another-one' })).toEqual([]);
    expect(faultsOf({ SCIM_PASSWORD: 'the-same-for-both', ADMIN_PASSWORD: 'the-same-for-both' })).toEqual([
      'the admin credential admin:admin has the secret of a SCIM client: choose another',
    ]);
  });
});

describe('SCIM_CREDENTIALS', () => {
  it('adds to the credentials of the other keys, with everything allowed unless scopes says less', () => {
    const { credentials, faults } = parseCredentials(
      keysWith(
        [
          { name: 'entra', token: TOKEN, profile: 'entra' },
          { name: 'is', username: 'wso2is', password: PASSWORD, scopes: ['read'] },
        ],
        { SCIM_BEARER_TOKENS: 'first-token-of-all, second-token-of-all' },
      ),
    );
    expect(faults).toEqual([]);
    const scopes = ['read', 'write'];
    expect(credentials).toEqual([
      { name: 'basic:admin', basic: { username: 'admin', password: 'admin' }, scopes },
      { name: 'bearer:1', token: 'first-token-of-all', scopes },
      { name: 'bearer:2', token: 'second-token-of-all', scopes },
      { name: 'entra', token: TOKEN, profile: 'entra', scopes },
      { name: 'is', basic: { username: 'wso2is', password: PASSWORD }, scopes: ['read'] },
    ]);
  });

  it.each(PROFILE_NAMES)('takes the profile %s', (profile) => {
    expect(parseCredentials(keysWith([{ name: 'x', token: TOKEN, profile }])).faults).toEqual([]);
  });

  it('says which Users its credentials are, beside SCIM_ME', () => {
    const SCIM_CREDENTIALS = JSON.stringify([
      { name: 'hr', token: TOKEN, user: 'ada' },
      { name: 'is', username: 'wso2is', password: PASSWORD },
    ]);
    const users = credentialUsers(readConfig({ SCIM_CREDENTIALS, SCIM_ME: 'basic:admin=root,is=wso2' }));
    expect(Object.fromEntries(users)).toEqual({ 'basic:admin': 'root', is: 'wso2', hr: 'ada' });
  });

  it('comes from a file of its own, or as the list itself in CONFIG_FILE', () => {
    const folder = mkdtempSync(join(tmpdir(), 'scim-credentials-'));
    const file = (name: string, value: unknown): string => {
      writeFileSync(join(folder, name), JSON.stringify(value));
      return join(folder, name);
    };
    const list = [{ name: 'is', token: TOKEN, profile: 'wso2' }];
    const named = [
      readConfig({ SCIM_CREDENTIALS_FILE: file('list.json', list) }),
      readConfig({ CONFIG_FILE: file('config.json', { SCIM_CREDENTIALS: list }) }),
    ].map((config) => parseCredentials(config).credentials.at(-1));
    rmSync(folder, { recursive: true });
    const expected = { name: 'is', token: TOKEN, profile: 'wso2', scopes: ['read', 'write'] };
    expect(named).toEqual([expected, expected]);
  });
});

const MISSING = 'SCIM_CREDENTIALS[0] needs username and password, or token, and not both';
const NAME = { name: 'x' };

describe('what is wrong in SCIM_CREDENTIALS', () => {
  it.each<[string, unknown, readonly string[]]>([
    [
      'text that is no JSON',
      `[{"name":"x","token":"${TOKEN}"}`,
      ['SCIM_CREDENTIALS is not JSON: it must be a list of objects'],
    ],
    ['an object', { ...NAME, token: TOKEN }, ['SCIM_CREDENTIALS must be array']],
    ['a list of texts', [TOKEN], [MISSING, 'SCIM_CREDENTIALS[0] must be object']],
    ['no name', [{ token: TOKEN }], ["SCIM_CREDENTIALS[0] must have required property 'name'"]],
    ['neither kind', [NAME], [MISSING]],
    ['a user name alone', [{ ...NAME, username: PASSWORD }], [MISSING]],
    ['a password alone', [{ ...NAME, password: PASSWORD }], [MISSING]],
    ['both kinds', [{ ...NAME, username: 'is', password: PASSWORD, token: TOKEN }], [MISSING]],
    ['an unknown member', [{ ...NAME, token: TOKEN, tokens: TOKEN }], ['SCIM_CREDENTIALS[0] has no member tokens']],
    [
      'an unknown profile',
      [{ ...NAME, token: TOKEN, profile: PASSWORD }],
      ['SCIM_CREDENTIALS[0].profile must be one of default, wso2, entra, okta, strict'],
    ],
    [
      'an unknown scope',
      [{ ...NAME, token: TOKEN, scopes: ['read', 'admin'] }],
      ['SCIM_CREDENTIALS[0].scopes.1 must be one of read, write, admin:read, admin:operate'],
    ],
    [
      'no scope',
      [{ ...NAME, token: TOKEN, scopes: [] }],
      ['SCIM_CREDENTIALS[0].scopes must NOT have fewer than 1 items'],
    ],
    [
      'a short token',
      [{ ...NAME, token: 'hidden-15-chars' }],
      ['SCIM_CREDENTIALS[0].token must match pattern "^\\S{16,}$"'],
    ],
    [
      'a token with a space',
      [{ ...NAME, token: `${TOKEN} ${TOKEN}` }],
      ['SCIM_CREDENTIALS[0].token must match pattern "^\\S{16,}$"'],
    ],
    [
      'a short password',
      [{ ...NAME, username: 'is', password: 'hidden7' }],
      ['SCIM_CREDENTIALS[0].password must NOT have fewer than 8 characters'],
    ],
    [
      'a user name with a colon',
      [{ ...NAME, username: 'hidden:is', password: PASSWORD }],
      ['SCIM_CREDENTIALS[0].username must match pattern "^[^:]+$"'],
    ],
    [
      'a name that the journal would take for another',
      [{ name: 'basic:admin', token: TOKEN }],
      ['SCIM_CREDENTIALS[0].name must match pattern "^[A-Za-z0-9][\\w.-]{0,63}$"'],
    ],
    [
      'a User without a name',
      [{ ...NAME, token: TOKEN, user: '' }],
      ['SCIM_CREDENTIALS[0].user must NOT have fewer than 1 characters'],
    ],
    [
      'two of one name',
      [
        { ...NAME, token: TOKEN },
        { ...NAME, token: `${TOKEN}-2` },
      ],
      ['SCIM_CREDENTIALS: x is the name of two credentials: choose another'],
    ],
    [
      'two with one token',
      [
        { ...NAME, token: TOKEN },
        { name: 'y', token: TOKEN },
      ],
      ['SCIM_CREDENTIALS: y has the token of another credential'],
    ],
    [
      'two with one user name',
      [
        { ...NAME, username: 'is', password: PASSWORD },
        { name: 'y', username: 'is', password: `${PASSWORD}-2` },
      ],
      ['SCIM_CREDENTIALS: y has the username of another credential'],
    ],
    [
      'the user name of SCIM_USERNAME',
      [{ ...NAME, username: 'admin', password: PASSWORD }],
      ['SCIM_CREDENTIALS: x has the username of another credential'],
    ],
    [
      'scopes of SCIM and of the admin API in one',
      [{ ...NAME, token: TOKEN, scopes: ['read', 'admin:read'] }],
      ['SCIM_CREDENTIALS: x has scopes of SCIM and of the admin API: make two of it'],
    ],
    [
      'what the admin API does not know',
      [{ ...NAME, token: TOKEN, scopes: ['admin:read'], profile: 'okta', user: 'ada' }],
      [
        'SCIM_CREDENTIALS: x has a profile, which the admin API does not know: remove it',
        'SCIM_CREDENTIALS: x has a user, which the admin API does not know: remove it',
      ],
    ],
    [
      'one secret for SCIM and for the admin API',
      [
        { ...NAME, token: TOKEN },
        { name: 'ops', token: TOKEN, scopes: ['admin:read'] },
      ],
      ['the admin credential ops has the secret of a SCIM client: choose another'],
    ],
    [
      'several faults, all at once',
      [{ token: 'hidden' }, { name: 'y', token: TOKEN, profile: 'azure' }],
      [
        "SCIM_CREDENTIALS[0] must have required property 'name'",
        'SCIM_CREDENTIALS[0].token must match pattern "^\\S{16,}$"',
        'SCIM_CREDENTIALS[1].profile must be one of default, wso2, entra, okta, strict',
      ],
    ],
  ])('is named without a secret: %s', (_what, entries, expected) => {
    const keys = keysWith(entries);
    const { faults } = parseCredentials(keys);
    expect(faults).toEqual(expected);
    expect(faults.join('\n')).not.toContain('hidden');
    expect(faultsOf({ SCIM_CREDENTIALS: keys.SCIM_CREDENTIALS ?? '' })).toEqual(expected);
  });

  it('is a token of SCIM_BEARER_TOKENS that is there again', () => {
    const keys = keysWith([{ name: 'x', token: TOKEN }], { SCIM_BEARER_TOKENS: TOKEN });
    expect(parseCredentials(keys).faults).toEqual(['SCIM_CREDENTIALS: x has the token of another credential']);
  });

  it('lets nobody in by a list with a fault', () => {
    const { credentials } = parseCredentials(keysWith([{ name: 'x', token: TOKEN }, { name: 'y' }]));
    expect(credentials.map(({ name }) => name)).toEqual(['basic:admin']);
  });
});
