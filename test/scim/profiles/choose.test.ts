/** Which profile a request gets. */
import { describe, expect, it } from '@jest/globals';
import { readSchemaFile } from '../../../src/schema-files.ts';
import { chooseProfile, PROFILE_NAMES } from '../../../src/scim/profiles/profiles.ts';

describe('chooseProfile', () => {
  it.each([
    ['the credential', { credential: 'okta', userAgent: 'wso2/scim2/client', fallback: 'entra' }, 'okta'],
    [
      'the default of a credential',
      { credential: 'default', userAgent: 'wso2/scim2/client', fallback: 'entra' },
      'default',
    ],
    ['the User-Agent of WSO2 IS 6 and 7', { userAgent: 'wso2/scim2/client', fallback: 'entra' }, 'wso2'],
    ['the User-Agent of WSO2 IS 5', { userAgent: 'Jakarta Commons-HttpClient/3.1', fallback: 'default' }, 'wso2'],
    ['the User-Agent of Okta', { userAgent: 'Okta SCIM Client 1.0.0', fallback: 'default' }, 'okta'],
    ['the fallback for others', { userAgent: 'curl/8', fallback: 'entra' }, 'entra'],
    ['the fallback for none', { fallback: 'strict' }, 'strict'],
  ] as const)('takes %s', (_title, choice, name) => {
    expect(chooseProfile(choice).name).toBe(name);
  });

  it('has the names that the configuration offers', () => {
    expect(readSchemaFile('credentials.json')).toHaveProperty('items.properties.profile.enum', PROFILE_NAMES);
    expect(readSchemaFile('config.json')).toHaveProperty('properties.SCIM_PROFILE.enum', PROFILE_NAMES);
  });
});
