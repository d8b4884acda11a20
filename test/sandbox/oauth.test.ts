/** Tokens: the grants, their refusals, and how sessions live and die. */
import { createHmac, createSign, generateKeyPairSync } from 'node:crypto';
import { request } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import type { SandboxConfig } from '../../src/sandbox/config.ts';
import { createClock, HOUR, LOGIN, MINUTE, start, type Client, type Json, type Reply } from './support.ts';

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const CONFIG: Partial<SandboxConfig> = {
  users: [
    { username: 'a@b.example', password: 'pw' },
    { username: 'gone@b.example', password: 'pw', active: false },
  ],
  clients: [{ clientId: 'app', clientSecret: 'secret' }],
};

const requestToken = (client: Client, params: Record<string, string>, headers = {}): Promise<Reply> =>
  client.raw('POST', '/services/oauth2/token', new URLSearchParams(params), headers);

const tokenOf = (reply: Reply): string => String((reply.json as Json)['access_token']);

const useToken = async ({ raw }: Client, token: string, scheme = 'Bearer'): Promise<number> =>
  (await raw('GET', '/services/data/v67.0/limits', undefined, { authorization: `${scheme} ${token}` })).status;

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');

const keys = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

function sign(claims: object): string {
  const text = `${encode({ alg: 'RS256' })}.${encode(claims)}`;
  return `${text}.${createSign('RSA-SHA256').update(text).sign(keys.privateKey, 'base64url')}`;
}

describe('the password grant', () => {
  it('answers a token of the org, its instance and a signature, and no expires_in', async () => {
    const clock = createClock();
    const client = await start({ now: clock.now });
    const { status, json } = await requestToken(client, LOGIN);
    const token = json as Json;
    const id = expect.stringMatching(/\/id\/00D[0-9A-Za-z]{15}\/005[0-9A-Za-z]{15}$/);
    const issuedAt = String(clock.now().getTime());
    expect(status).toBe(200);
    expect(token).toEqual({
      access_token: expect.stringMatching(/^00D[0-9A-Za-z]{12}![\w.]{80,}$/),
      instance_url: client.url,
      id,
      token_type: 'Bearer',
      issued_at: issuedAt,
      signature: createHmac('sha256', 'secret')
        .update(String(token['id']) + issuedAt)
        .digest('base64'),
    });
  });

  it('names as instance the address under which the client came', async () => {
    const { url } = await start();
    const named = url.replace('127.0.0.1', 'localhost');
    const response = await fetch(`${named}/services/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams(LOGIN),
    });
    expect(await response.json()).toMatchObject({ instance_url: named, id: expect.stringContaining(`${named}/id/`) });
  });

  it('takes a chunked body without Content-Length', async () => {
    const { url } = await start();
    const status = await new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/x-www-form-urlencoded', 'transfer-encoding': 'chunked' };
      const sent = request(`${url}/services/oauth2/token`, { method: 'POST', headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      sent.on('error', reject);
      sent.write('grant_type=password&client_id=app&');
      sent.end('username=a%40b.example&password=pw');
    });
    expect(status).toBe(200);
  });
});

const REFUSALS: readonly [string, Record<string, string>, string, string][] = [
  ['no grant type', {}, 'invalid_request', 'grant type is missing'],
  ['an unknown grant type', { grant_type: 'magic' }, 'unsupported_grant_type', 'grant type not supported'],
  ['a refresh token', { grant_type: 'refresh_token' }, 'unsupported_grant_type', 'grant type not supported'],
  ['no client', { ...LOGIN, client_id: '' }, 'invalid_client_id', 'client identifier invalid'],
  ['an unknown client', { ...LOGIN, client_id: 'x' }, 'invalid_client_id', 'client identifier invalid'],
  ['a wrong secret', { ...LOGIN, client_secret: 'x' }, 'invalid_client', 'invalid client credentials'],
  ['a wrong password', { ...LOGIN, password: 'x' }, 'invalid_grant', 'authentication failure'],
  ['an unknown user', { ...LOGIN, username: 'x' }, 'invalid_grant', 'authentication failure'],
  ['an inactive user', { ...LOGIN, username: 'gone@b.example' }, 'invalid_grant', 'inactive user'],
  ['no assertion', { grant_type: JWT_BEARER }, 'invalid_grant', 'invalid assertion'],
];

describe('the token endpoint', () => {
  it.each(REFUSALS)('refuses %s with 400', async (_title, params, error, description) => {
    const reply = await requestToken(await start({ config: CONFIG }), params);
    expect([reply.status, reply.json]).toEqual([400, { error, error_description: description }]);
  });

  it('refuses passwords with authentication failure when the flow is switched off', async () => {
    const reply = await requestToken(await start({ config: { passwordFlow: false } }), LOGIN);
    expect(reply.json).toEqual({ error: 'invalid_grant', error_description: 'authentication failure' });
  });

  it('refuses more logins of one user than an hour allows, until the hour is over', async () => {
    const clock = createClock();
    const client = await start({ now: clock.now, config: { maxLoginsPerHour: 2 } });
    expect((await requestToken(client, LOGIN)).status).toBe(200);
    const reply = await requestToken(client, LOGIN);
    expect([reply.status, reply.json]).toEqual([
      400,
      { error: 'invalid_grant', error_description: 'login rate exceeded' },
    ]);
    expect((await requestToken(client, { ...LOGIN, username: 'other@b.example' })).status).toBe(200);
    clock.advance(HOUR);
    expect((await requestToken(client, LOGIN)).status).toBe(200);
  });
});

describe('the client credentials grant', () => {
  const params = { grant_type: 'client_credentials' };
  const authorization = `Basic ${Buffer.from('app:secret').toString('base64')}`;

  it('takes the credentials as HTTP Basic or in the body, and logs in the run-as user', async () => {
    const client = await start({ config: CONFIG });
    const basic = await requestToken(client, params, { authorization });
    const body = await requestToken(client, { ...params, client_id: 'app', client_secret: 'secret' });
    expect(basic.json).toMatchObject({ token_type: 'Bearer', scope: 'api' });
    expect(await useToken(client, tokenOf(basic))).toBe(200);
    expect(tokenOf(body)).toBe(tokenOf(basic));
  });

  it.each([
    ['wrong-domain', 'request not supported on this domain'],
    ['no-run-as-user', 'no client credentials user enabled'],
  ] as const)('is refused as %s: %s', async (clientCredentialsFlow, description) => {
    const client = await start({ config: { clientCredentialsFlow } });
    const reply = await requestToken(client, { ...params, client_id: 'app' });
    expect([reply.status, reply.json]).toEqual([400, { error: 'invalid_grant', error_description: description }]);
  });
});

describe('the JWT bearer grant', () => {
  const clock = createClock();
  const claims = {
    iss: 'app',
    sub: 'a@b.example',
    aud: 'https://login.salesforce.com',
    exp: clock.now().getTime() / 1000 + 180,
  };
  const config: Partial<SandboxConfig> = { ...CONFIG, clients: [{ clientId: 'app', certificate: keys.publicKey }] };
  const ask = async (assertion: string, changes: Partial<SandboxConfig> = {}): Promise<Reply> =>
    requestToken(await start({ now: clock.now, config: { ...config, ...changes } }), {
      grant_type: JWT_BEARER,
      assertion,
    });

  it('logs in the user that a well signed assertion names', async () => {
    expect(await ask(sign(claims))).toMatchObject({ status: 200, json: { token_type: 'Bearer', scope: 'api' } });
  });

  it('reads an expiry that is a text, as simple-salesforce writes it', async () => {
    expect(await ask(sign({ ...claims, exp: String(claims.exp) }))).toMatchObject({ status: 200 });
  });

  it('verifies no signature when the client has no certificate', async () => {
    const unsigned = `${encode({ alg: 'RS256' })}.${encode(claims)}.AAAA`;
    expect(await ask(unsigned)).toMatchObject({ status: 400, json: { error_description: 'invalid assertion' } });
    expect(await ask(unsigned, { clients: [{ clientId: 'app' }] })).toMatchObject({ status: 200 });
  });

  it.each([
    ['the audience is elsewhere', { aud: 'https://example.com' }, 'invalid_grant', 'audience is invalid'],
    ['it has expired', { exp: clock.now().getTime() / 1000 }, 'invalid_grant', 'expired authorization code'],
    ['the user never approved', { sub: 'x' }, 'invalid_grant', "user hasn't approved this consumer"],
    ['the issuer is unknown', { iss: 'x' }, 'invalid_client_id', 'client identifier invalid'],
  ])('is refused when %s', async (_title, changes, error, description) => {
    const { status, json } = await ask(sign({ ...claims, ...changes }));
    expect([status, json]).toEqual([400, { error, error_description: description }]);
  });

  it('is an unknown grant type when switched off', async () => {
    expect(await ask(sign(claims), { jwtBearerFlow: false })).toMatchObject({
      json: { error: 'unsupported_grant_type' },
    });
  });
});

describe('a session', () => {
  it('works with both header schemes', async () => {
    const client = await start();
    expect(await useToken(client, client.token, 'Bearer')).toBe(200);
    expect(await useToken(client, client.token, 'OAuth')).toBe(200);
  });

  it('ends after two idle hours, and use keeps it alive', async () => {
    const clock = createClock();
    const client = await start({ now: clock.now });
    clock.advance(2 * HOUR - 1);
    expect(await useToken(client, client.token)).toBe(200);
    clock.advance(2 * HOUR - 1);
    expect(await useToken(client, client.token)).toBe(200);
    clock.advance(2 * HOUR);
    expect(await useToken(client, client.token)).toBe(401);
  });

  it('ends after the configured time-out', async () => {
    const clock = createClock();
    const client = await start({ now: clock.now, config: { sessionTimeoutMs: 15 * MINUTE } });
    clock.advance(15 * MINUTE);
    expect(await useToken(client, client.token)).toBe(401);
  });

  it('is shared by the logins of one user, unless the switch says no', async () => {
    const shared = await start();
    expect(tokenOf(await requestToken(shared, LOGIN))).toBe(shared.token);
    const own = await start({ config: { shareSessions: false } });
    expect(tokenOf(await requestToken(own, LOGIN))).not.toBe(own.token);
  });

  it('ends for everybody by revoke, and cannot be revoked twice', async () => {
    const client = await start();
    const revoke = () => client.raw('POST', '/services/oauth2/revoke', new URLSearchParams({ token: client.token }));
    expect(await revoke()).toMatchObject({ status: 200, text: '' });
    expect(await useToken(client, client.token)).toBe(401);
    expect(await revoke()).toMatchObject({ status: 400, json: { error: 'unsupported_token_type' } });
  });

  it('ends for all users when the control drops every session', async () => {
    const client = await start();
    expect((await client.raw('DELETE', '/sandbox/sessions')).status).toBe(204);
    expect(await useToken(client, client.token)).toBe(401);
  });

  it('tells who its user is, and nobody without it', async () => {
    const { raw, token } = await start();
    const authorization = `Bearer ${token}`;
    const info = await raw('GET', '/services/oauth2/userinfo', undefined, { authorization });
    expect(info.json).toMatchObject({ preferred_username: 'a@b.example', user_id: expect.stringMatching(/^005/) });
    expect(await raw('GET', '/services/oauth2/userinfo')).toMatchObject({ status: 403, text: 'Bad_OAuth_Token' });
  });
});
