/** Sessions of the console: how one begins, what it opens, and what ends it. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SignJWT } from 'jose';
import { SESSION_COOKIE, SESSION_MS, Sessions } from '../../../src/admin/web/sessions.ts';
import type { Credential } from '../../../src/http/auth.ts';
import { ENGINES } from '../../support/engines.ts';
import { freePort } from '../../support/free-port.ts';
import { request, startService, type Answer, type TestService } from '../../support/service.ts';

const CONSOLE = { 'x-requested-with': 'scim-salesforce-console' };
const JSON_TYPE = { 'content-type': 'application/json' };
const NOBODY = { authorization: '' };
const PASSWORD = 'the password of this test';
const SCIM_CREDENTIALS = JSON.stringify([
  { name: 'dashboard', token: 'token-of-a-dashboard', scopes: ['admin:read'] },
  { name: 'robot', token: 'token-of-a-robot', scopes: ['admin:operate'] },
  { name: 'idp', username: 'idp', password: 'password-of-the-idp' },
]);
const ENVIRONMENT = { ADMIN_PASSWORD: PASSWORD, SCIM_CREDENTIALS, LOG_LEVEL: 'warn' };

const admin = (changes: Partial<Credential> = {}): Credential => ({
  name: 'admin:admin',
  basic: { username: 'admin', password: PASSWORD },
  scopes: ['admin:read', 'admin:operate'],
  ...changes,
});

/** Says what a session says, and is signed by nobody (RFC 7519 §6). */
function unsigned(): string {
  const claims = { sub: 'admin:admin', aud: 'scim-salesforce console', exp: 4_000_000_000 };
  return [{ alg: 'none' }, claims, undefined]
    .map((part) => (part ? Buffer.from(JSON.stringify(part)).toString('base64url') : ''))
    .join('.');
}

describe.each(ENGINES)('sessions on $name', (engine) => {
  let service: TestService;
  const call = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
    request(`${service.app.baseUrl}${path}`, method, body, {
      ...NOBODY,
      ...(body !== undefined && JSON_TYPE),
      ...headers,
    });
  const logIn = (username: string, password: string, headers: Record<string, string> = CONSOLE): Promise<Answer> =>
    call('POST', '/admin/session', { username, password }, headers);
  const cookieOf = ({ headers }: Answer): string => headers.getSetCookie()[0]?.split(';')[0] ?? '';

  beforeAll(async () => {
    service = await startService(engine, ENVIRONMENT);
  });
  afterAll(() => service.close());

  describe('logging in', () => {
    it('answers who somebody is, and a cookie that only this service gets', async () => {
      const answer = await logIn('admin', PASSWORD);
      expect([answer.status, answer.body]).toMatchObject([
        200,
        { session: { name: 'admin:admin', scopes: ['admin:read', 'admin:operate'] } },
      ]);
      expect(answer.headers.getSetCookie()).toEqual([
        expect.stringMatching(/^scim_console=[\w.-]+; Path=\/admin; Expires=[^;]+ GMT; HttpOnly; SameSite=Strict$/),
      ]);
      expect(answer.headers.get('cache-control')).toBe('no-store');
    });

    it('takes a token without a user name', async () => {
      const { body } = await logIn('', 'token-of-a-dashboard');
      expect(body).toMatchObject({ session: { name: 'dashboard', scopes: ['admin:read'] } });
    });

    it.each([
      ['a wrong password', { username: 'admin', password: 'x' }, 401, 'unauthorized'],
      ['an unknown user', { username: 'x', password: PASSWORD }, 401, 'unauthorized'],
      ['no password', { username: 'admin' }, 400, 'invalid-request'],
      ['a number for a password', { username: 'admin', password: 1 }, 400, 'invalid-request'],
      ['a SCIM client', { username: 'idp', password: 'password-of-the-idp' }, 403, 'forbidden'],
      ['who may act but not look', { password: 'token-of-a-robot' }, 403, 'forbidden'],
    ])('refuses %s', async (_what, body, status, kind) => {
      const answer = await call('POST', '/admin/session', body, CONSOLE);
      expect([answer.status, answer.body['type']]).toEqual([
        status,
        `urn:scim-salesforce:params:admin:problem:${kind}`,
      ]);
      expect(answer.headers.getSetCookie()).toEqual([]);
    });

    it.each([
      ['of another site', { ...CONSOLE, 'sec-fetch-site': 'cross-site' }, 403],
      ['of another origin', { ...CONSOLE, origin: 'https://evil.example' }, 403],
      ['without the header of the console', {}, 403],
    ])('refuses a page %s, whatever it knows', async (_what, headers, status) => {
      expect((await logIn('admin', PASSWORD, headers)).status).toBe(status);
    });

    it('is no form that another page could send', async () => {
      const form = { ...CONSOLE, 'content-type': 'application/x-www-form-urlencoded' };
      expect((await call('POST', '/admin/session', `username=admin&password=x`, form)).status).toBe(415);
    });
  });

  describe('a session', () => {
    let cookie: string;
    beforeAll(async () => {
      cookie = cookieOf(await logIn('admin', PASSWORD));
    });

    it('opens the admin API to the console, for reading and for acting', async () => {
      expect((await call('GET', '/admin/api/status', undefined, { cookie, ...CONSOLE })).status).toBe(200);
      expect((await call('POST', '/admin/api/resume', {}, { cookie, ...CONSOLE })).status).toBe(200);
      expect((await call('GET', '/admin/session', undefined, { cookie, ...CONSOLE })).body).toMatchObject({
        session: { name: 'admin:admin' },
      });
    });

    it.each([
      ['without the header of the console', {}, 401],
      ['from another site', { ...CONSOLE, 'sec-fetch-site': 'cross-site' }, 403],
      ['from a sibling site', { ...CONSOLE, 'sec-fetch-site': 'same-site' }, 403],
      ['from another origin', { ...CONSOLE, origin: 'https://evil.example' }, 403],
    ])('does not act %s', async (_what, headers, status) => {
      const answer = await call('POST', '/admin/api/pause', { reason: 'evil' }, { cookie, ...headers });
      expect(answer.status).toBe(status);
      const { body } = await call('GET', '/admin/api/status', undefined, { cookie, ...CONSOLE });
      expect(body['delivery']).toBe('running');
    });

    it.each([
      ['shows its user', 'admin%3Aadmin', 200],
      ['shows somebody else', 'dashboard', 401],
      ['shows nobody', '', 401],
    ])('answers a page that %s as it should', async (_what, user, status) => {
      const headers = { cookie, ...CONSOLE, 'x-console-user': user };
      expect((await call('GET', '/admin/api/status', undefined, headers)).status).toBe(status);
    });

    it('does not act for a page that shows somebody else, and says who is logged in', async () => {
      const headers = { cookie, ...CONSOLE, 'x-console-user': 'dashboard' };
      const { status, body } = await call('POST', '/admin/api/pause', { reason: 'as another' }, headers);
      expect([status, body['detail']]).toEqual([401, 'nothing was done: admin:admin is logged in now']);
      const after = await call('GET', '/admin/api/status', undefined, { cookie, ...CONSOLE });
      expect(after.body['delivery']).toBe('running');
    });

    it.each([
      ['shows its user', 'admin%3Aadmin', ''],
      ['shows somebody whose session it was before', 'dashboard', undefined],
    ])('is ended by a page that %s as it should', async (_what, user, left) => {
      const headers = { cookie, ...CONSOLE, 'x-console-user': user };
      const answer = await call('DELETE', '/admin/session', undefined, headers);
      const [value] = answer.headers.getSetCookie().map((one) => one.split(';')[0]?.slice(`${SESSION_COOKIE}=`.length));
      expect([answer.status, value]).toEqual([204, left]);
    });

    it('opens nothing of SCIM', async () => {
      expect((await call('GET', '/scim/v2/Users', undefined, { cookie, ...CONSOLE })).status).toBe(401);
    });

    it('acts under the name of its credential', async () => {
      await call('POST', '/admin/api/pause', { reason: 'by the console' }, { cookie, ...CONSOLE });
      const { body } = await call('GET', '/admin/api/status', undefined, { cookie, ...CONSOLE });
      expect(body['pause']).toMatchObject({ actor: 'admin:admin', reason: 'by the console' });
      await call('POST', '/admin/api/resume', {}, { cookie, ...CONSOLE });
    });

    it('of one who may only look refuses to act', async () => {
      // Made as the service makes it, from the same secret: so it counts as no attempt to log in.
      const reader: Credential = { name: 'dashboard', token: 'token-of-a-dashboard', scopes: ['admin:read'] };
      const { cookie: value } = await new Sessions([reader], Date.now).begin(reader);
      const headers = { cookie: `${SESSION_COOKIE}=${value}`, ...CONSOLE };
      const answer = await call('POST', '/admin/api/resume', {}, headers);
      expect([answer.status, answer.body['detail']]).toEqual([
        403,
        'the credential dashboard lacks the scope admin:operate',
      ]);
    });

    it.each([
      ['is missing', ''],
      ['is no token', 'scim_console=x'],
      ['was changed', 'changed'],
      ['is signed by nobody', `scim_console=${unsigned()}`],
    ])('that %s is refused, without asking for HTTP Basic', async (_what, given) => {
      const sent = given === 'changed' ? `${cookie.slice(0, -3)}abc` : given;
      const answer = await call('GET', '/admin/api/status', undefined, { cookie: sent, ...CONSOLE });
      expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Session realm="scim-salesforce"']);
      expect((await call('GET', '/admin/session', undefined, { cookie: sent, ...CONSOLE })).body).toEqual({});
    });

    it('is over for the browser once it logs out', async () => {
      const answer = await call('DELETE', '/admin/session', undefined, { cookie, ...CONSOLE });
      expect([answer.status, answer.headers.getSetCookie()]).toEqual([
        204,
        ['scim_console=; Max-Age=0; Path=/admin; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Strict'],
      ]);
    });

    it('holds in another process, and after a restart', async () => {
      const other = await startService(engine, ENVIRONMENT);
      const { status } = await request(`${other.app.baseUrl}/admin/api/status`, 'GET', undefined, {
        ...NOBODY,
        ...CONSOLE,
        cookie,
      });
      await other.close();
      expect(status).toBe(200);
    });

    it('ends when the password is changed', async () => {
      const other = await startService(engine, { ...ENVIRONMENT, ADMIN_PASSWORD: 'another password' });
      const { status, body } = await request(`${other.app.baseUrl}/admin/api/status`, 'GET', undefined, {
        ...NOBODY,
        ...CONSOLE,
        cookie,
      });
      await other.close();
      expect([status, body['detail']]).toEqual([401, 'the session has ended: log in again']);
    });
  });

  it('is Secure where people come by https', async () => {
    const port = await freePort();
    const other = await startService(engine, {
      ...ENVIRONMENT,
      PORT: String(port),
      BASE_URL: 'https://scim.example.com',
    });
    const body = { username: 'admin', password: PASSWORD };
    const headers = { ...NOBODY, ...CONSOLE, ...JSON_TYPE };
    const answer = await request(`http://127.0.0.1:${port}/admin/session`, 'POST', body, headers);
    await other.close();
    expect(answer.headers.getSetCookie()).toEqual([expect.stringMatching(/; HttpOnly; Secure; SameSite=Strict$/)]);
  });

  it('cannot be had by guessing: after ten attempts in a minute the right password is refused too', async () => {
    const other = await startService(engine, ENVIRONMENT);
    const guess = (password: string): Promise<Answer> =>
      request(
        `${other.app.baseUrl}/admin/session`,
        'POST',
        { username: 'admin', password },
        { ...NOBODY, ...CONSOLE, ...JSON_TYPE },
      );
    const guesses = await Promise.all(Array.from({ length: 10 }, (_none, at) => guess(`guess ${at}`)));
    const answer = await guess(PASSWORD);
    await other.close();
    expect(guesses.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 401));
    expect([answer.status, answer.body]).toMatchObject([
      429,
      { type: 'urn:scim-salesforce:params:admin:problem:too-many-requests', title: 'Too many attempts' },
    ]);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(answer.headers.getSetCookie()).toEqual([]);
  });

  describe('attempts to log in by way of a proxy', () => {
    const attempts = async (more: Record<string, string>): Promise<readonly number[]> => {
      const service = await startService(engine, { ...ENVIRONMENT, ...more });
      const guess = async (forwarded: string): Promise<number> => {
        const headers = { ...NOBODY, ...CONSOLE, ...JSON_TYPE, 'x-forwarded-for': forwarded };
        const body = { username: 'admin', password: 'guess' };
        return (await request(`${service.app.baseUrl}/admin/session`, 'POST', body, headers)).status;
      };
      for (let at = 0; at < 10; at += 1) await guess('192.0.2.1');
      const statuses = [await guess('192.0.2.1'), await guess('192.0.2.2')];
      await service.close();
      return statuses;
    };

    it('are counted for each person behind a proxy that is trusted', async () => {
      expect(await attempts({ TRUSTED_PROXIES: '10.0.0.0/8, 127.0.0.1' })).toEqual([429, 401]);
    });

    it('are counted for the connection otherwise, whatever a header says', async () => {
      expect(await attempts({ TRUSTED_PROXIES: '10.0.0.0/8' })).toEqual([429, 429]);
      expect(await attempts({})).toEqual([429, 429]);
    });
  });
});

describe('the cookie', () => {
  const START = Date.UTC(2026, 0, 1);
  const clock = { now: START };
  const sessionsOf = (...credentials: readonly Credential[]): Sessions => new Sessions(credentials, () => clock.now);
  const ended = { name: 'InvalidSession', message: 'the session has ended: log in again' };

  it('is good for eight hours, to the second', async () => {
    const sessions = sessionsOf(admin());
    const { cookie, expiresAt } = await sessions.begin(admin());
    expect([SESSION_MS, expiresAt]).toEqual([8 * 60 * 60 * 1000, START + SESSION_MS]);
    clock.now = START + SESSION_MS - 1000;
    expect(await sessions.read(cookie)).toMatchObject({ credential: { name: 'admin:admin' }, expiresAt });
    clock.now = START + SESSION_MS;
    await expect(sessions.read(cookie)).rejects.toMatchObject(ended);
    clock.now = START;
  });

  it.each([
    ['another password', sessionsOf(admin({ basic: { username: 'admin', password: 'other' } }))],
    ['no such credential', sessionsOf()],
    ['a credential of that name with a token', sessionsOf({ name: 'admin:admin', token: 'secret', scopes: [] })],
  ])('means nothing to a service with %s', async (_what, sessions) => {
    const { cookie } = await sessionsOf(admin()).begin(admin());
    await expect(sessions.read(cookie)).rejects.toMatchObject(ended);
  });

  it('of one credential is not that of another with the same secret', async () => {
    const sessions = sessionsOf(admin(), admin({ name: 'other' }));
    const { cookie } = await sessions.begin(admin());
    const [header, , signature] = cookie.split('.');
    const { cookie: others } = await sessions.begin(admin({ name: 'other' }));
    await expect(sessions.read([header, others.split('.')[1], signature].join('.'))).rejects.toMatchObject(ended);
  });

  it.each([
    ['is meant for something else', new SignJWT().setAudience('something else').setExpirationTime('1h')],
    ['never ends', new SignJWT().setAudience('scim-salesforce console')],
  ])('that %s is refused, whoever signed it', async (_what, token) => {
    const key = new TextEncoder().encode('whatever it is, it is not derived');
    const cookie = await token.setSubject('admin:admin').setProtectedHeader({ alg: 'HS256' }).sign(key);
    await expect(sessionsOf(admin()).read(cookie)).rejects.toMatchObject(ended);
  });
});
