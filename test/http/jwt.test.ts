/** OAuth bearer tokens that are JWTs (RFC 6750, RFC 7519, RFC 9068). */
import { createHmac } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { UnsecuredJWT } from 'jose';
import { InvalidToken, type VerifyJwt } from '../../src/http/auth.ts';
import { jwtVerifier } from '../../src/http/jwt.ts';
import { ENGINES } from '../support/engines.ts';
import { request, startService, type TestService } from '../support/service.ts';
import { AUDIENCE, ISSUER, newKey, sign, startJwks, type Claims, type Jwks, type Key } from './support/issuer.ts';

const NOW = Date.UTC(2026, 0, 1, 12);
const SECOND = 1_000;

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('a verifier of JWTs', () => {
  let key: Key;
  let jwks: Jwks;
  let now: number;
  const verifier = (cooldownMs?: number): VerifyJwt =>
    jwtVerifier({
      issuer: ISSUER,
      audience: AUDIENCE,
      jwksUrl: jwks.url,
      now: () => now,
      ...(cooldownMs !== undefined && { cooldownMs }),
    });

  beforeAll(async () => {
    key = await newKey('first');
  });
  beforeEach(async () => {
    now = NOW;
    jwks = await startJwks(key);
  });
  afterEach(() => jwks.close());

  it.each(['RS256', 'PS256', 'ES256', 'EdDSA'])('accepts %s', async (alg) => {
    const another = await newKey(alg, alg);
    jwks.publish(another);
    expect(await verifier()(await sign(another, NOW))).toEqual({ name: 'jwt:hr-system', scopes: ['read', 'write'] });
  });

  it.each<[string, Claims, readonly string[]]>([
    ['nothing is said', {}, ['read', 'write']],
    ['scope has both', { scope: 'scim:read scim:write' }, ['read', 'write']],
    ['scope has one among others', { scope: 'openid scim.read profile' }, ['read']],
    ['scp is a list, as Okta has it', { scp: ['scim:write'] }, ['write']],
    ['scp is a text, as Entra ID has it', { scp: 'Scim.Read' }, ['read']],
    ['roles of an application, as Entra ID has them', { roles: ['Scim.Read', 'Scim.Write'] }, ['read', 'write']],
    ['only others are said', { scope: 'openid email' }, []],
    ['a scope only ends like one of ours', { scope: 'mail.read bread write:x' }, []],
    ['an empty scope is said', { scope: '' }, []],
  ])('gives scopes when %s', async (_when, claims, scopes) => {
    expect(await verifier()(await sign(key, NOW, claims))).toMatchObject({ scopes });
  });

  it.each<[string, Claims, string]>([
    ['client_id', { azp: 'b', appid: 'c' }, 'jwt:hr-system'],
    ['azp', { client_id: undefined, azp: 'keycloak-client' }, 'jwt:keycloak-client'],
    [
      'appid',
      { client_id: undefined, appid: '00000014-0000-0000-c000-000000000000' },
      'jwt:00000014-0000-0000-c000-000000000000',
    ],
    ['sub', { client_id: undefined }, 'jwt:hr'],
    ['nobody', { client_id: undefined, sub: undefined }, 'jwt:unknown'],
    ['what can be printed', { client_id: `line\nbreak ${'x'.repeat(200)}` }, `jwt:line?break ${'x'.repeat(117)}`],
  ])('calls its bearer by %s', async (_claim, claims, name) => {
    expect(await verifier()(await sign(key, NOW, claims))).toMatchObject({ name });
  });

  it('accepts what the provisioning service of Entra ID sends when its secret token is left empty', async () => {
    const issuer = 'https://sts.windows.net/11111111-2222-3333-4444-555555555555/';
    const audience = '8adf8e6e-67b2-4cf2-a259-e3dc5476c621';
    const appid = '00000014-0000-0000-c000-000000000000';
    const verify = jwtVerifier({ issuer, audience, jwksUrl: jwks.url, now: () => now });
    const entra = { iss: issuer, aud: audience, client_id: undefined, appid, oid: 'x', sub: 'x', tid: 'y', ver: '1.0' };
    const token = await sign(key, NOW, entra, { typ: 'JWT', x5t: 'x' });
    expect(await verify(token)).toEqual({ name: `jwt:${appid}`, scopes: ['read', 'write'] });
  });

  const at = (seconds: number): number => NOW / SECOND + seconds;
  it.each<[string, Claims]>([
    ['expired within the tolerance', { exp: at(-29) }],
    ['valid from a moment on that is within it', { nbf: at(29) }],
    ['for several, us among them', { aud: ['other', AUDIENCE] }],
  ])('accepts one that is %s', async (_what, claims) => {
    await expect(verifier()(await sign(key, NOW, claims))).resolves.toBeDefined();
  });

  it.each<[string, Claims, string]>([
    ['has expired', { exp: at(-31) }, 'the bearer token has expired'],
    ['never expires', { exp: undefined }, '(exp)'],
    ['is not valid yet', { nbf: at(31) }, '(nbf)'],
    ['is of another issuer', { iss: 'https://sts.example.com' }, '(iss)'],
    ['has no issuer', { iss: undefined }, '(iss)'],
    ['is for another audience', { aud: 'other' }, '(aud)'],
    ['is for nobody', { aud: undefined }, '(aud)'],
  ])('refuses one that %s', async (_what, claims, message) => {
    const refused = verifier()(await sign(key, NOW, claims));
    await expect(refused).rejects.toThrow(InvalidToken);
    await expect(refused).rejects.toThrow(message);
  });

  it.each<[string, () => Promise<string>, string]>([
    ['of a stranger who uses the same key id', async () => sign(await newKey('first'), NOW), 'has a wrong signature'],
    [
      'of a key that is not published',
      async () => sign(await newKey('unknown'), NOW),
      'is signed with no key of its issuer',
    ],
    [
      'whose claims were changed',
      async () => {
        const [header, , signature] = (await sign(key, NOW)).split('.');
        return `${header}.${base64url({ iss: ISSUER, aud: AUDIENCE, exp: at(9_999), client_id: 'root' })}.${signature}`;
      },
      'has a wrong signature',
    ],
    [
      'without a signature',
      async () => new UnsecuredJWT({ iss: ISSUER, aud: AUDIENCE, exp: at(300) }).encode(),
      'is not signed with RS256, PS256, ES256, EdDSA',
    ],
    [
      'signed with the public key as a shared secret',
      async () => {
        const text = `${base64url({ alg: 'HS256', kid: 'first' })}.${base64url({ iss: ISSUER, aud: AUDIENCE, exp: at(300) })}`;
        return `${text}.${createHmac('sha256', JSON.stringify(key.jwk)).update(text).digest('base64url')}`;
      },
      'is not signed with',
    ],
    ['of an algorithm beyond those', async () => sign(await newKey('x', 'ES512'), NOW), 'is not signed with'],
    [
      'with a critical extension that is unknown',
      async () => `${base64url({ alg: 'ES256', crit: ['x'], x: 1 })}.e30.AA`,
      'is no JWT',
    ],
    ['that is no JSON', async () => 'aaaa.bbbb.cccc', 'is no JWT that can be read'],
  ])('refuses one %s', async (_what, token, message) => {
    await expect(verifier()(await token())).rejects.toThrow(message);
  });

  it('fetches the keys once for many tokens', async () => {
    const verify = verifier();
    const tokens = await Promise.all(Array.from({ length: 20 }, (_, n) => sign(key, NOW, { jti: String(n) })));
    await Promise.all(tokens.map(verify));
    for (const token of tokens) await verify(token);
    expect(jwks.fetches()).toBe(1);
  });

  it('follows a key rotation: the new key when it is first used, the old one no longer once it is withdrawn', async () => {
    const verify = verifier(0);
    const [old, next] = [key, await newKey('second')];
    await verify(await sign(old, NOW));
    jwks.publish(old, next);
    await verify(await sign(next, NOW));
    await verify(await sign(old, NOW));
    expect(jwks.fetches()).toBe(2);
    jwks.publish(next);
    await expect(verify(await sign(await newKey('third'), NOW))).rejects.toThrow('is signed with no key of its issuer');
    await expect(verify(await sign(old, NOW))).rejects.toThrow('is signed with no key of its issuer');
    await expect(verify(await sign(next, NOW))).resolves.toBeDefined();
  });

  it('does not ask the issuer for every key id that somebody makes up', async () => {
    const verify = verifier();
    await verify(await sign(key, NOW));
    for (const kid of ['a', 'b', 'c'])
      await expect(verify(await sign({ ...key, kid }, NOW))).rejects.toThrow(InvalidToken);
    expect(jwks.fetches()).toBe(1);
  });

  it.each([
    ['answers 500', { status: 500, body: '' }],
    ['answers a page', { status: 200, body: '<html>' }],
    ['answers no keys', { status: 200, body: '{}' }],
    ['moves elsewhere', { status: 302, body: '' }],
  ])('calls nobody a liar while the issuer %s, and goes on when it is back', async (_what, instead) => {
    const verify = verifier();
    const token = await sign(key, NOW);
    jwks.answer(instead);
    await expect(verify(token)).rejects.toMatchObject({ status: 503 });
    jwks.answer(undefined);
    await expect(verify(token)).resolves.toBeDefined();
  });

  it('knows the keys of an issuer that went away', async () => {
    const verify = verifier();
    await verify(await sign(key, NOW));
    jwks.answer({ status: 500, body: '' });
    await expect(verify(await sign(key, NOW, { sub: 'another' }))).resolves.toBeDefined();
  });
});

describe.each(ENGINES)('JWTs at the SCIM endpoints on $name', (engine) => {
  let service: TestService;
  let jwks: Jwks;
  let key: Key;

  beforeAll(async () => {
    key = await newKey('first');
    jwks = await startJwks(key);
    service = await startService(engine, {
      SCIM_JWT_ISSUER: ISSUER,
      SCIM_JWT_AUDIENCE: AUDIENCE,
      SCIM_JWKS_URL: jwks.url,
      SCIM_BEARER_TOKENS: 'static.token.with-dots',
    });
  });
  afterAll(async () => {
    await service.close();
    await jwks.close();
  });

  const bearer = async (claims: Claims = {}): Promise<Record<string, string>> => ({
    authorization: `Bearer ${await sign(key, Date.now(), claims)}`,
  });

  it('let their bearer in for what their scopes say', async () => {
    const user = { userName: 'ada' };
    expect((await service.scim('POST', '/Users', user, await bearer())).status).toBe(201);
    const reader = await bearer({ scope: 'scim:read' });
    expect((await service.scim('GET', '/Users', undefined, reader)).status).toBe(200);
    const refused = await service.scim('POST', '/Users', { userName: 'grace' }, reader);
    expect([refused.status, refused.body['detail']]).toEqual([
      403,
      'the credential jwt:hr-system lacks the scope write',
    ]);
    const nobody = await service.scim('GET', '/Users', undefined, await bearer({ scope: 'openid' }));
    expect(nobody.status).toBe(403);
  });

  it('let their bearer in at SCIM 1.1, and without a scheme', async () => {
    const { authorization = '' } = await bearer();
    const scim1 = `${service.app.baseUrl}/scim/v1/Users`;
    expect((await request(scim1, 'GET', undefined, { authorization })).status).toBe(200);
    const raw = { authorization: authorization.replace('Bearer ', '') };
    expect((await service.scim('GET', '/Users', undefined, raw)).status).toBe(200);
  });

  it('are refused with 401 that says why, as RFC 6750 has it', async () => {
    const expired = await bearer({ exp: Math.floor(Date.now() / SECOND) - 3_600 });
    const { status, headers, body } = await service.scim('GET', '/Users', undefined, expired);
    expect([status, body['detail']]).toEqual([401, 'the bearer token has expired']);
    expect(headers.get('www-authenticate')).toContain(
      'Bearer realm="scim-salesforce", error="invalid_token", error_description="the bearer token has expired"',
    );
  });

  it('leave static tokens and Basic as they are, whatever a token looks like', async () => {
    const headers = { authorization: 'Bearer static.token.with-dots' };
    expect((await service.scim('GET', '/Users', undefined, headers)).status).toBe(200);
    expect((await service.scim('GET', '/Users')).status).toBe(200);
    const unknown = await service.scim('GET', '/Users', undefined, { authorization: 'Bearer nobody-knows-this-token' });
    expect([unknown.status, unknown.body['detail']]).toEqual([401, 'the bearer token is not known']);
  });

  it('are in no log', async () => {
    const { authorization = '' } = await bearer();
    await service.scim('GET', '/Users', undefined, { authorization });
    expect(service.log()).not.toContain(authorization.split('.')[2]);
  });
});

describe.each(ENGINES)('JWTs whose keys cannot be had on $name', (engine) => {
  it('are answered 503 and asked to come back', async () => {
    const key = await newKey('first');
    const jwks = await startJwks(key);
    await jwks.close();
    const service = await startService(engine, {
      SCIM_JWT_ISSUER: ISSUER,
      SCIM_JWT_AUDIENCE: AUDIENCE,
      SCIM_JWKS_URL: jwks.url,
    });
    try {
      const authorization = `Bearer ${await sign(key, Date.now())}`;
      const { status, headers, body } = await service.scim('GET', '/Users', undefined, { authorization });
      expect([status, body['detail']]).toEqual([503, 'the keys for bearer tokens are not available']);
      expect(headers.get('retry-after')).toBe('5');
      expect(headers.get('www-authenticate')).toBeNull();
      expect((await service.scim('GET', '/Users')).status).toBe(200);
    } finally {
      await service.close();
    }
  });
});
