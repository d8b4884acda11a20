/** Who gets into the admin API, and what it says to whom and to what it refuses (RFC 9457, RFC 9110 §15.5). */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ENGINES } from '../../support/engines.ts';
import { AUTHORIZATION, request, startService, type Answer, type TestService } from '../../support/service.ts';
import { describedApi, type DescribedApi } from './support.ts';

const basic = (username: string, password: string): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

const HEADERS = {
  boss: basic('boss', 'password-of-the-boss'),
  reader: 'Bearer token-of-the-reader',
  operator: 'Bearer token-of-the-operator',
  client: basic('scim', 'password-of-scim'),
  idp: 'Bearer token-of-the-provider',
} as const;
type Who = keyof typeof HEADERS;

const ENVIRONMENT = {
  SCIM_USERNAME: 'scim',
  SCIM_PASSWORD: 'password-of-scim',
  ADMIN_USERNAME: 'boss',
  ADMIN_PASSWORD: 'password-of-the-boss',
  SCIM_CREDENTIALS: JSON.stringify([
    { name: 'reader', token: 'token-of-the-reader', scopes: ['admin:read'] },
    { name: 'operator', token: 'token-of-the-operator', scopes: ['admin:operate'] },
    { name: 'idp', token: 'token-of-the-provider' },
  ]),
};

const PROBLEM = 'urn:scim-salesforce:params:admin:problem:';

describe.each(ENGINES)('the admin API on $name', (engine) => {
  let service: TestService;
  let api: DescribedApi;

  beforeAll(async () => {
    service = await startService(engine, ENVIRONMENT);
    const asBoss: TestService['admin'] = (method, path, body, headers) =>
      service.admin(method, path, body, { authorization: HEADERS.boss, ...headers });
    api = await describedApi({ ...service, admin: asBoss });
  });
  afterAll(() => service.close());

  const as = (who: Who, method: string, path: string, body?: unknown) =>
    api.call(method, path, body, { authorization: HEADERS[who] });
  const told = ({ status, body }: Answer): readonly unknown[] => [status, body['type'], body['detail']];

  describe('is not stopped by', () => {
    const many = (count: number, entry: (at: number) => readonly [string, unknown]): object =>
      Object.fromEntries(Array.from({ length: count }, (_, at) => entry(at)));

    it.each([
      [
        'a mapping of a thousand misspelt fields',
        { fields: many(1_000, (at) => [`Fieldx${at}`, { form: `nameX.y${at}` }]) },
      ],
      ['a mapping of thousands of unknown members', many(3_000, (at) => [`member${at}`, 1])],
      ['a mapping with a name of 200,000 letters', { ['z'.repeat(200_000)]: 1 }],
    ])('%s: other requests are answered meanwhile', async (_what, mapping) => {
      const startedAt = performance.now();
      const [{ status, body }] = await Promise.all([
        as('reader', 'POST', '/mapping/validate', mapping),
        as('reader', 'GET', '/config'),
      ]);
      expect([status, body['isValid']]).toEqual([200, false]);
      // It was half a minute; a busy machine takes its time as well.
      expect(performance.now() - startedAt).toBeLessThan(10_000);
    });

    it('a larger mapping: 413', async () => {
      const answer = await as('reader', 'POST', '/mapping/validate', { description: 'x'.repeat(300_000) });
      expect(told(answer).slice(0, 2)).toEqual([413, `${PROBLEM}too-large`]);
    });

    it('thousands of faults: fifty are told', async () => {
      const { status, body } = await as(
        'operator',
        'POST',
        '/pause',
        many(5_000, (at) => [`member${at}`, 1]),
      );
      expect([status, (body['errors'] as unknown[]).length]).toEqual([400, 50]);
      expect(body['detail']).toMatch(/; and 4951 more$/);
    });

    it.each(['/preview', '/mapping/try', '/mapping/validate'])('what is nested without end: %s', async (path) => {
      const body = `${'{"user":'.repeat(5_000)}1${'}'.repeat(5_000)}`;
      const answer = await as('boss', 'POST', path, body);
      expect(told(answer)).toEqual([400, `${PROBLEM}invalid-request`, 'is nested deeper than 100 levels']);
    });

    it.each([
      ['GET', '/users/%00', undefined, '#id'],
      ['GET', '/lanes?code=%00', undefined, '#code'],
      ['POST', '/users/%00/push', {}, '#id'],
      ['POST', '/pause', { reason: 'a\u0000b' }, '#/reason'],
      ['POST', '/pause', { reason: '\ud800' }, '#/reason'],
      ['POST', '/removals/approve', { userIds: ['a\u0000b'] }, '#/userIds/0'],
    ] as const)('text that no database keeps: %s %s %j', async (method, path, body, place) => {
      const answer = await as(method === 'GET' ? 'reader' : 'operator', method, path, body);
      expect(told(answer)).toEqual([
        400,
        `${PROBLEM}invalid-request`,
        `${place.replace(/^#(?!\/)/, '')} holds U+0000 or half a surrogate pair, which is no text that a database keeps`,
      ]);
    });
  });

  describe('lets in', () => {
    it.each([
      ['who has the password, to everything', 'boss', 200, 200],
      ['who has admin:read, to look', 'reader', 200, 403],
      ['who has admin:operate, to act', 'operator', 403, 200],
    ] as const)('%s', async (_what, who, looks, acts) => {
      const answers = [await as(who, 'GET', '/status'), await as(who, 'POST', '/lanes/retry', { all: true })];
      expect(answers.map(({ status }) => status)).toEqual([looks, acts]);
    });

    it.each([
      ['reader', 'POST', '/lanes/retry', { all: true }, 'the credential reader lacks the scope admin:operate'],
      ['operator', 'GET', '/users', undefined, 'the credential operator lacks the scope admin:read'],
      ['client', 'GET', '/status', undefined, 'the credential basic:scim lacks the scope admin:read'],
      ['idp', 'POST', '/users/x/retry', undefined, 'the credential idp lacks the scope admin:operate'],
    ] as const)('not %s to %s %s: 403 that names the scope', async (who, method, path, body, detail) => {
      expect(told(await as(who, method, path, body))).toEqual([403, `${PROBLEM}forbidden`, detail]);
    });

    it.each([
      ['nobody', undefined, 'credentials are missing: send HTTP Basic or a bearer token'],
      ['a wrong password', basic('boss', 'password-of-scim'), 'the user name or the password is wrong'],
      ['a wrong user name', basic('scim', 'password-of-the-boss'), 'the user name or the password is wrong'],
      ['the default', AUTHORIZATION, 'the user name or the password is wrong'],
      ['a wrong token', 'Bearer token-of-a-guess', 'the bearer token is not known'],
      ['what is no Basic', 'Basic !!!', 'the Authorization header is not valid HTTP Basic'],
    ])('not %s: 401 that says how to authenticate', async (_who, authorization, detail) => {
      const answer = await api.call('GET', '/status', undefined, { authorization: authorization ?? '' });
      expect(told(answer)).toEqual([401, `${PROBLEM}unauthorized`, detail]);
      expect(answer.headers.get('www-authenticate')).toMatch(/^Basic realm=.*, Bearer realm=/);
    });

    it('whoever is right by name and secret, whatever is asked for: 401 comes before 404 and 405', async () => {
      for (const [method, path] of [
        ['GET', '/nothing'],
        ['DELETE', '/status'],
      ] as const)
        expect((await service.admin(method, path, undefined, { authorization: 'Bearer x' })).status).toBe(401);
    });

    it('nobody of the admin API to SCIM', async () => {
      for (const who of ['boss', 'reader', 'operator'] as const) {
        const answer = await service.scim('GET', '/Users', undefined, { authorization: HEADERS[who] });
        expect([answer.status, answer.body['detail']]).toEqual([403, expect.stringMatching(/lacks the scope read$/)]);
      }
      expect((await service.scim('GET', '/Users', undefined, { authorization: HEADERS.idp })).status).toBe(200);
    });

    it('and logs no secret, be it right or wrong', () => {
      for (const secret of ['password-of', 'token-of', HEADERS.boss.slice(6), HEADERS.client.slice(6)])
        expect(service.log()).not.toContain(secret);
    });
  });

  describe('refuses', () => {
    it.each([
      ['an address that it does not have', 'GET', '/nothing', 404, 'not-found', /^\/admin\/api\/nothing is no address/],
      ['an address that is no URL', 'GET', '/users/%E0%A4%A', 400, 'invalid-request', /is not a valid URL$/],
      ['a method that it does not have', 'DELETE', '/users/x', 405, 'method-not-allowed', /allowed are HEAD, GET$/],
      ['another one', 'PUT', '/lanes/retry', 405, 'method-not-allowed', /allowed are POST$/],
      [
        'preflights, for no other site is let in',
        'OPTIONS',
        '/status',
        405,
        'method-not-allowed',
        /allowed are HEAD, GET$/,
      ],
    ] as const)('%s', async (_what, method, path, status, kind, detail) => {
      const answer = await as('boss', method, path);
      expect(told(answer)).toEqual([status, `${PROBLEM}${kind}`, expect.stringMatching(detail)]);
      expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
      expect(answer.headers.get('allow')).toBe(
        status === 405 ? /allowed are (.*)$/.exec(String(answer.body['detail']))?.[1] : null,
      );
    });

    const parameter = (name: string, detail: string) => [{ parameter: name, detail }];
    const pointer = (where: string, detail: string) => [{ pointer: where, detail }];
    const known = 'is no parameter of this: take state, class, code, limit, cursor';

    it.each([
      ['GET', '/lanes?state=lost', undefined, parameter('state', 'must be one of idle, due, parked, held')],
      ['GET', '/lanes?limit=0', undefined, parameter('limit', 'must be >= 1')],
      ['GET', '/lanes?limit=201', undefined, parameter('limit', 'must be <= 200')],
      ['GET', '/lanes?limit=many', undefined, parameter('limit', 'must be integer')],
      ['GET', '/lanes?stat=due', undefined, parameter('stat', known)],
      ['GET', '/lanes?state=due&state=idle', undefined, parameter('state', 'must be one of idle, due, parked, held')],
      [
        'GET',
        '/lanes?cursor=abc',
        undefined,
        parameter('cursor', 'must be the nextCursor of a page of the same query: leave it out to begin again'),
      ],
      [
        'GET',
        '/users?cursor=abc',
        undefined,
        parameter('cursor', 'must be the nextCursor of a page of the same query: leave it out to begin again'),
      ],
      ['GET', '/users?search=', undefined, parameter('search', 'must NOT have fewer than 1 characters')],
      ['GET', '/users/x?include=all', undefined, parameter('include', 'must be one of values')],
      ['GET', '/status?now=1', undefined, parameter('now', 'is no parameter of this: leave it out')],
      [
        'POST',
        '/lanes/retry',
        {},
        pointer('#/all', 'say which with code or class, or all: true for every parked user'),
      ],
      [
        'POST',
        '/lanes/retry',
        { all: true, code: 'X' },
        pointer('#/all', 'say which with code or class, or all: true for every parked user'),
      ],
      ['POST', '/lanes/retry', { all: false }, pointer('#/all', 'must be equal to constant')],
      ['POST', '/lanes/retry', { code: 7 }, pointer('#/code', 'must be string')],
      [
        'POST',
        '/lanes/retry',
        { 'co/de': 'X', all: true },
        pointer('#/co~1de', 'is no member of this: take class, code, all, waiting, forget'),
      ],
      ['POST', '/lanes/retry', [], pointer('#', 'must be object')],
      ['POST', '/lanes/retry', undefined, pointer('#', 'is missing: send a JSON body')],
      ['POST', '/users/x/retry', { force: true }, pointer('#/force', 'is no member of this: take forget')],
      ['POST', '/reconcile/cancel', { force: true }, pointer('#/force', 'is no member of this: leave it out')],
      ['POST', '/mapping/try', { mapping: {} }, pointer('#/user', 'is missing')],
      ['POST', '/mapping/validate', 'null', pointer('#', 'must be object')],
    ] as const)('%s %s with %j: 400 that points there', async (method, path, body, errors) => {
      const answer = await as('boss', method, path, body);
      expect([answer.status, answer.body['type'], answer.body['errors']]).toEqual([
        400,
        `${PROBLEM}invalid-request`,
        errors,
      ]);
    });

    it('names every fault at once', async () => {
      const { body } = await as('boss', 'GET', '/lanes?state=lost&limit=x&so=what');
      expect(new Set((body['errors'] as { parameter: string }[]).map((one) => one.parameter))).toEqual(
        new Set(['state', 'limit', 'so']),
      );
      expect(body['detail']).toContain('; ');
    });

    it.each([
      ['what is no JSON', '{"all": tru', 'application/json', 400, /^the body is not JSON: check its brackets/],
      ['a prototype', '{"__proto__": {}}', 'application/json', 400, /^the body is not JSON/],
      ['a form', 'all=true', 'application/x-www-form-urlencoded', 415, /Content-Type: application\/json$/],
      [
        'text, as a form of any page can send it',
        '{"all": true}',
        'text/plain',
        415,
        /Content-Type: application\/json$/,
      ],
      [
        'too much',
        `{"code": "${'x'.repeat(1_100_000)}"}`,
        'application/json',
        413,
        /^the body is larger than \d+ bytes$/,
      ],
    ])('%s', async (_what, body, type, status, detail) => {
      const url = `${service.app.baseUrl}/admin/api/lanes/retry`;
      const answer = await request(url, 'POST', body, { authorization: HEADERS.boss, 'content-type': type });
      expect([answer.status, answer.body['detail']]).toEqual([status, expect.stringMatching(detail)]);
    });

    it.each([
      ['of another site', { 'sec-fetch-site': 'cross-site' }, 403],
      ['of a neighbour', { 'sec-fetch-site': 'same-site' }, 403],
      ['of another origin, in a browser that says no more', { origin: 'https://evil.example' }, 403],
      ['of no origin', { origin: 'null' }, 403],
      ['of this service', { 'sec-fetch-site': 'same-origin', origin: 'https://behind-a-proxy.example' }, 200],
      ['that the user opened', { 'sec-fetch-site': 'none' }, 200],
    ])('or takes actions of a page %s', async (_whose, headers, status) => {
      const act = await api.call('POST', '/lanes/retry', { all: true }, { authorization: HEADERS.boss, ...headers });
      expect(act.status).toBe(status);
      const look = await api.call('GET', '/status', undefined, { authorization: HEADERS.boss, ...headers });
      expect([look.status, look.headers.get('access-control-allow-origin')]).toEqual([200, null]);
    });

    it('with the id of the request, that the log has as well, and nothing may be kept of any answer', async () => {
      const answer = await api.call('GET', '/users/nobody', undefined, {
        authorization: HEADERS.boss,
        'x-request-id': 'ticket-4711',
      });
      expect([answer.status, answer.body['instance']]).toEqual([404, 'ticket-4711']);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(service.log()).toContain('"requestId":"ticket-4711"');
    });
  });
});

describe.each(ENGINES)('the admin API on $name without a password of its own', (engine) => {
  const refused = async (environment: Record<string, string>, headers: Record<string, string>): Promise<Answer> => {
    const service = await startService(engine, environment);
    try {
      return await service.admin('GET', '/status', undefined, headers);
    } finally {
      await service.close();
    }
  };

  it('is closed once SCIM has one, and says how to open it', async () => {
    const { status, body } = await refused({ SCIM_PASSWORD: 'password-of-scim' }, {});
    expect([status, body['detail']]).toEqual([
      403,
      'the admin API has no credentials: set ADMIN_PASSWORD, or add one with admin:read to SCIM_CREDENTIALS',
    ]);
  });

  it('answers to loopback alone, so that no web page reaches it by another name', async () => {
    const service = await startService(engine);
    const port = Number(new URL(service.app.baseUrl).port);
    const { status, body } = await rebound(port);
    await service.close();
    expect([status, body['type'], body['detail']]).toEqual([
      421,
      `${PROBLEM}misdirected`,
      expect.stringMatching(/set SCIM_PASSWORD and ADMIN_PASSWORD$/),
    ]);
  });
});

/** fetch does not let a Host header through. */
async function rebound(port: number): Promise<{ status: number; body: Record<string, unknown> }> {
  const { get } = await import('node:http');
  return new Promise((resolve, reject) => {
    const headers = { host: 'evil.example', authorization: AUTHORIZATION };
    get({ port, host: '127.0.0.1', path: '/admin/api/status', headers }, (answer) => {
      let text = '';
      answer.on('data', (chunk) => (text += String(chunk)));
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, body: JSON.parse(text) as Record<string, unknown> }),
      );
    }).on('error', reject);
  });
}
