/** What each credential of SCIM_CREDENTIALS may do, whose habits it has, and what it is called (RFC 7644 §2, §3.11). */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ENGINES } from '../support/engines.ts';
import { AUTHORIZATION, request, startService, type Answer, type TestService } from '../support/service.ts';

const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const BULK = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const SEARCH = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';

const basic = (username: string, password: string): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

const HEADERS = {
  reader: 'Bearer token-of-the-reader',
  writer: 'Bearer token-of-the-writer',
  is: basic('wso2is', 'password:with:colons'),
  hr: 'Bearer token-of-the-hr-system',
  ghost: 'Bearer token-of-the-ghost-client',
} as const;
type Client = keyof typeof HEADERS;

const SCIM_CREDENTIALS = JSON.stringify([
  { name: 'reader', token: 'token-of-the-reader', scopes: ['read'], user: 'Ada' },
  { name: 'writer', token: 'token-of-the-writer', scopes: ['write'] },
  { name: 'is', username: 'wso2is', password: 'password:with:colons', profile: 'wso2' },
  { name: 'hr', token: 'token-of-the-hr-system', user: 'ada' },
  { name: 'ghost', token: 'token-of-the-ghost-client', user: 'nobody' },
]);

describe.each(ENGINES)('credentials on $name', (engine) => {
  let service: TestService;
  let ada: string;

  beforeAll(async () => {
    service = await startService(engine, { SCIM_CREDENTIALS });
    const made = await as('hr', 'POST', '/Users', { userName: 'ada', title: 'Countess' });
    ada = String(made.body['id']);
  });
  afterAll(() => service.close());

  const as = (client: Client, method: string, path: string, body?: unknown, more: Record<string, string> = {}) =>
    service.scim(method, path, body, { authorization: HEADERS[client], ...more });
  const fault = ({ status, body }: Answer) => [status, body['detail']];
  const usersNamed = async (userName: string): Promise<unknown> =>
    (await as('hr', 'GET', `/Users?filter=${encodeURIComponent(`userName eq "${userName}"`)}`)).body['totalResults'];

  describe('with the scope read alone', () => {
    const searches = { schemas: [SEARCH], filter: 'userName eq "ada"' };

    it.each([
      ['a resource', 'GET', '/Users/{id}', undefined],
      ['a list', 'GET', '/Users', undefined],
      ['a list of every type', 'GET', '/', undefined],
      ['the head of a resource', 'HEAD', '/Users/{id}', undefined],
      ['/Me', 'GET', '/Me', undefined],
      ['the schemas', 'GET', '/Schemas', undefined],
      ['a search of a type', 'POST', '/Users/.search', searches],
      ['a search of everything', 'POST', '/.search', searches],
      ['a search with a slash and parameters behind', 'POST', '/Users/.search/?aadOptscim062020', searches],
    ])('get %s', async (_what, method, path, body) => {
      expect((await as('reader', method, path.replace('{id}', ada), body)).status).toBe(200);
    });

    const patch = { schemas: [PATCH_OP], Operations: [{ op: 'replace', path: 'title', value: 'x' }] };
    const bulk = { schemas: [BULK], Operations: [{ method: 'DELETE', path: '/Users/x' }] };
    const user = { userName: 'sneaky' };
    it.each([
      ['POST', '/Users', user],
      ['POST', '/Users?x=/.search', user],
      ['POST', '/Users/?x=/.search/', user],
      ['POST', '/Users%2F.search', user],
      ['POST', '/Bulk', bulk],
      ['POST', '/Bulk?x=/.search', bulk],
      ['PUT', '/Users/{id}', user],
      ['PATCH', '/Users/{id}', patch],
      ['PATCH', '/Me', patch],
      ['DELETE', '/Users/{id}', undefined],
      ['DELETE', '/Users/{id}/.search', undefined],
    ])('are refused %s %s with 403 that names the scope', async (method, path, body) => {
      const refused = await as('reader', method, path.replace('{id}', ada), body);
      expect(fault(refused)).toEqual([403, 'the credential reader lacks the scope write']);
      expect(refused.body['schemas']).toEqual(['urn:ietf:params:scim:api:messages:2.0:Error']);
      expect(await usersNamed('sneaky')).toBe(0);
      expect((await as('hr', 'GET', `/Users/${ada}`)).body).toMatchObject({ title: 'Countess' });
    });

    it('change nothing by SCIM 1.1, whatever method they say that a POST is', async () => {
      for (const method of ['PUT', 'PATCH', 'DELETE']) {
        const headers = { authorization: HEADERS.reader, 'x-http-method-override': method };
        for (const query of ['', '?x=/.search']) {
          const url = `${service.app.baseUrl}/scim/v1/Users/${ada}${query}`;
          expect((await request(url, 'POST', { userName: 'sneaky' }, headers)).status).toBe(403);
        }
      }
      expect((await as('hr', 'GET', `/Users/${ada}`)).body).toMatchObject({ userName: 'ada', title: 'Countess' });
    });

    it('learn whether they lack a scope before they are told of a body', async () => {
      expect((await as('reader', 'POST', '/Users', '{')).status).toBe(403);
    });
  });

  describe('with the scope write alone', () => {
    it('create, and read nothing', async () => {
      expect((await as('writer', 'POST', '/Users', { userName: 'byron' })).status).toBe(201);
      const lacks = [403, 'the credential writer lacks the scope read'];
      expect(fault(await as('writer', 'GET', '/Users'))).toEqual(lacks);
      expect(fault(await as('writer', 'POST', '/Users/.search', { schemas: [SEARCH] }))).toEqual(lacks);
    });
  });

  describe('of each kind', () => {
    it.each<[string, string]>([
      ['HTTP Basic', HEADERS.is],
      ['HTTP Basic of SCIM_USERNAME beside it', AUTHORIZATION],
      ['a bearer token', HEADERS.hr],
      ['a bearer token, in any case of the scheme', HEADERS.hr.replace('Bearer', 'bearer')],
      ['a token as the whole header, as WSO2 IS sends its API key', HEADERS.hr.replace('Bearer ', '')],
    ])('let in by %s', async (_kind, authorization) => {
      expect((await service.scim('GET', '/Users', undefined, { authorization })).status).toBe(200);
    });

    it.each<[string, string]>([
      ['the password of another', basic('admin', 'password:with:colons')],
      ['the start of a password', basic('wso2is', 'password')],
      ['a token as a password', basic('hr', 'token-of-the-hr-system')],
      ['the name of a credential as a token', 'Bearer hr'],
      ['a token with more behind it', `${HEADERS.hr}x`],
    ])('do not let in %s', async (_what, authorization) => {
      const refused = await service.scim('GET', '/Users', undefined, { authorization });
      expect(refused.status).toBe(401);
      expect(refused.headers.get('www-authenticate')).toMatch(/^Basic .*Bearer /);
    });
  });

  it('leave no secret in the log, let in or not', async () => {
    for (const authorization of [...Object.values(HEADERS), 'Bearer token-of-a-stranger', basic('wso2is', 'mistyped')])
      await service.scim('GET', '/Users', undefined, { authorization });
    expect(service.log()).toContain('request answered');
    const secrets = Object.values(HEADERS).map((authorization) => authorization.replace(/^\w+ /, ''));
    for (const secret of [...secrets, 'password:with:colons', 'token-of-a-stranger', 'mistyped'])
      expect(service.log()).not.toContain(secret);
  });

  describe('have the habits', () => {
    const repeat = async (client: Client, headers: Record<string, string>, userName: string): Promise<unknown> => {
      await as('hr', 'POST', '/Users', { userName });
      return (await as(client, 'POST', '/Users', { userName }, headers)).status;
    };

    it('of their profile, whatever their User-Agent says', async () => {
      expect(await repeat('is', { 'user-agent': 'Okta SCIM Client 1.0.0' }, 'own profile')).toBe(200);
    });

    it('of their User-Agent without one, and of SCIM_PROFILE without either', async () => {
      expect(await repeat('hr', { 'user-agent': 'wso2/scim2/client' }, 'by agent')).toBe(200);
      expect(await repeat('hr', { 'user-agent': 'curl/8' }, 'by neither')).toBe(409);
      const other = await startService(engine, { SCIM_CREDENTIALS, SCIM_PROFILE: 'wso2' });
      const post = async (): Promise<unknown> => (await other.scim('POST', '/Users', { userName: 'fallback' })).status;
      const statuses = [await post(), await post()];
      await other.close();
      expect(statuses).toEqual([201, 200]);
    });
  });

  describe('are users', () => {
    it.each<[Client, string]>([
      ['hr', 'ada'],
      ['reader', 'the userName in another case'],
    ])('that %s is by `user`: %s', async (client) => {
      const me = await as(client, 'GET', '/Me');
      expect([me.status, me.body['id']]).toEqual([200, ada]);
      expect(me.headers.get('content-location')).toBe(`${service.app.scimUrl}/Users/${ada}`);
    });

    it('or nobody', async () => {
      expect(fault(await as('ghost', 'GET', '/Me'))).toEqual([404, 'the User ghost is said to be does not exist']);
      expect(fault(await as('is', 'GET', '/Me'))).toEqual([
        501,
        expect.stringContaining('/Me is not supported for is'),
      ]);
    });
  });
});
