/** What each OAuth flow sends to the token endpoint. */
import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import { createGrant } from '../../src/salesforce/grants.ts';
import type { SalesforceAuth } from '../../src/salesforce/options.ts';
import { NOW, PASSWORD_AUTH } from './stub.ts';

const LOGIN = 'https://login.salesforce.com';

const formOf = async (auth: SalesforceAuth, loginUrl = LOGIN): Promise<Record<string, string>> =>
  Object.fromEntries(await createGrant({ auth, loginUrl })(NOW));

describe('the password flow', () => {
  it('sends the security token behind the password', async () => {
    expect(await formOf(PASSWORD_AUTH)).toEqual({
      grant_type: 'password',
      client_id: 'the-consumer-key',
      client_secret: 'the-consumer-secret',
      username: 'integration@example.com',
      password: 'pass&wordTok3n',
    });
  });

  it('leaves out the secret and the security token that it does not have', async () => {
    expect(await formOf({ kind: 'password', clientId: 'key', username: 'u', password: 'p' })).toEqual({
      grant_type: 'password',
      client_id: 'key',
      username: 'u',
      password: 'p',
    });
  });
});

describe('the client credentials flow', () => {
  it('sends the key and the secret', async () => {
    expect(await formOf({ kind: 'client_credentials', clientId: 'key', clientSecret: 'secret' })).toEqual({
      grant_type: 'client_credentials',
      client_id: 'key',
      client_secret: 'secret',
    });
  });
});

describe('the JWT bearer flow', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = (type: 'pkcs1' | 'pkcs8'): string => privateKey.export({ type, format: 'pem' }).toString();
  const auth = { kind: 'jwt_bearer', clientId: 'key', username: 'integration@example.com' } as const;

  it.each(['pkcs1', 'pkcs8'] as const)('signs an assertion of three minutes with a %s key', async (type) => {
    const form = await formOf({ ...auth, privateKey: pem(type) });
    expect(form['grant_type']).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
    const assertion = form['assertion'] ?? '';
    expect(decodeProtectedHeader(assertion)).toEqual({ alg: 'RS256' });
    const { payload } = await jwtVerify(assertion, publicKey, { currentDate: new Date(NOW) });
    expect(payload).toEqual({ iss: 'key', sub: auth.username, aud: LOGIN, exp: NOW / 1000 + 180 });
  });

  it.each([
    ['https://login.salesforce.com', 'https://login.salesforce.com'],
    ['https://test.salesforce.com', 'https://test.salesforce.com'],
    ['https://acme.my.salesforce.com', 'https://login.salesforce.com'],
    ['https://acme--uat.sandbox.my.salesforce.com', 'https://test.salesforce.com'],
    ['http://127.0.0.1:8090', 'http://127.0.0.1:8090'],
  ])('names as audience, for %s, %s', async (loginUrl, audience) => {
    const { assertion = '' } = await formOf({ ...auth, privateKey: pem('pkcs8') }, loginUrl);
    await expect(jwtVerify(assertion, publicKey, { audience, currentDate: new Date(NOW) })).resolves.toBeDefined();
  });

  it('names the audience it was given', async () => {
    const audience = 'https://community.example.com';
    const { assertion = '' } = await formOf({ ...auth, privateKey: pem('pkcs8'), audience });
    await expect(jwtVerify(assertion, publicKey, { audience, currentDate: new Date(NOW) })).resolves.toBeDefined();
  });

  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' });
  const short = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({ type: 'pkcs8', format: 'pem' });

  it.each([
    ['no PEM at all', 'secret-but-no-key'],
    ['a key of another kind', ec.toString()],
    ['a key that is too short', short.toString()],
  ])('refuses %s at the start, without repeating it', (_, privateKey) => {
    expect(() => createGrant({ auth: { ...auth, privateKey }, loginUrl: LOGIN })).toThrow(
      new TypeError('the private key for jwt_bearer is no RSA key of 2048 bits or more in PEM form'),
    );
  });
});
