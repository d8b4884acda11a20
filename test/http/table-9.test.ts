import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ENGINES } from '../support/engines.ts';
import { request, startService, type TestService } from '../support/service.ts';

const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const patch = (operation: unknown) => ({ schemas: [PATCH_OP], Operations: [operation] });
const manyTerms = Array.from({ length: 3_000 }, (_, index) => `title co "${index}"`).join(' or ');

/** One request for each row of RFC 7644 §3.12 table 9 and of RFC 9865 §2.1; `{id}` is a User that is there. */
const ROWS: readonly (readonly [string, number, string, string, unknown])[] = [
  ['invalidFilter', 400, 'GET', '/Users?filter=userName+eq', undefined],
  ['invalidFilter', 400, 'GET', '/Users?filter=password+sw+%22a%22', undefined],
  ['tooMany', 400, 'POST', '/Users/.search', { filter: manyTerms }],
  ['uniqueness', 409, 'POST', '/Users', { userName: 'TAKEN' }],
  ['mutability', 400, 'PATCH', '/Users/{id}', patch({ op: 'replace', path: 'groups', value: [{ value: 'x' }] })],
  ['invalidSyntax', 400, 'POST', '/Users', '{"userName":'],
  ['invalidPath', 400, 'PATCH', '/Users/{id}', patch({ op: 'replace', path: 'nope', value: 'x' })],
  ['noTarget', 400, 'PATCH', '/Users/{id}', patch({ op: 'remove' })],
  ['invalidValue', 400, 'POST', '/Users', { userName: 'valued', active: 'perhaps' }],
  ['sensitive', 403, 'GET', '/Users?userName=taken&Password=secret', undefined],
  ['invalidCursor', 400, 'GET', '/Users?cursor=nonsense', undefined],
  ['invalidCount', 400, 'GET', '/Users?cursor=&count=few', undefined],
];

describe.each(ENGINES)('the error keywords of the RFCs on $name', (engine) => {
  let service: TestService;
  let id: unknown;

  beforeAll(async () => {
    service = await startService(engine, { SCIM_ME: 'basic:admin=taken' });
    ({ id } = (await service.scim('POST', '/Users', { userName: 'taken' })).body);
  });
  afterAll(async () => {
    await service.close();
  });

  it.each(ROWS)('%s is answered with %i to %s %s', async (scimType, status, method, path, body) => {
    const answer = await service.scim(method, path.replace('{id}', String(id)), body);
    expect([answer.status, answer.body['scimType']]).toEqual([status, scimType]);
    expect(answer.body['status']).toBe(String(status));
    expect(answer.body['detail']).toMatch(/\w+ \w+/);
  });

  it('invalidVers is answered with 400 to a version that is not served', async () => {
    const answer = await request(service.app.scimUrl.replace('/v2', '/v3/Users'), 'GET');
    expect([answer.status, answer.body['scimType']]).toEqual([400, 'invalidVers']);
  });
});

describe.each(ENGINES)('the edges of HTTP on $name', (engine) => {
  let service: TestService;
  let id: string;

  beforeAll(async () => {
    service = await startService(engine, { SCIM_ME: 'basic:admin=Me', REQUIRE_IF_MATCH: 'true' });
    id = String((await service.scim('POST', '/Users', { userName: 'me' })).body['id']);
  });
  afterAll(async () => {
    await service.close();
  });

  it('answers /Me with the User of the credential, and with where it is', async () => {
    const answer = await service.scim('GET', '/Me');
    const location = `${service.app.scimUrl}/Users/${id}`;
    expect([answer.status, answer.body['userName'], answer.headers.get('content-location')]).toEqual([
      200,
      'me',
      location,
    ]);
    expect((answer.body['meta'] as Record<string, unknown>)['location']).toBe(location);
    const changed = await service.scim('PATCH', '/Me', patch({ op: 'replace', path: 'title', value: 'x' }), {
      'if-match': '*',
    });
    expect([changed.status, changed.body['title']]).toEqual([200, 'x']);
    expect((await service.scim('POST', '/Me', { userName: 'other' })).status).toBe(501);
  });

  it('refuses a change without If-Match with 428 when it is required, and one that meets another version with 412', async () => {
    const body = { userName: 'me', title: 'y' };
    expect((await service.scim('PUT', `/Users/${id}`, body)).status).toBe(428);
    expect((await service.scim('DELETE', `/Users/${id}`)).status).toBe(428);
    expect((await service.scim('PUT', `/Users/${id}`, body, { 'if-match': 'W/"99", W/"98"' })).status).toBe(412);
    expect((await service.scim('PUT', `/Users/${id}`, body, { 'if-match': '*', 'if-none-match': '*' })).status).toBe(
      412,
    );
    const etag = (await service.scim('GET', `/Users/${id}`)).headers.get('etag') ?? '';
    const answers = await Promise.all(
      ['a', 'b', 'c'].map((title) =>
        service.scim('PUT', `/Users/${id}`, { userName: 'me', title }, { 'if-match': `"x", ${etag}` }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412]);
  });

  it('answers a GET with 304 to who holds the version, and with 412 when If-Match names another', async () => {
    const etag = (await service.scim('GET', `/Users/${id}`)).headers.get('etag') ?? '';
    const get = async (headers: Record<string, string>): Promise<number> =>
      (await service.scim('GET', `/Users/${id}`, undefined, headers)).status;
    expect(await get({ 'if-none-match': `W/"0", ${etag}` })).toBe(304);
    expect(await get({ 'if-none-match': '*' })).toBe(304);
    expect(await get({ 'if-none-match': 'W/"0"' })).toBe(200);
    expect(await get({ 'if-match': 'W/"0"' })).toBe(412);
  });

  it.each([
    ['application/scim+json', 200],
    ['application/json; charset=utf-8', 200],
    ['text/html, */*;q=0.1', 200],
    ['application/*', 200],
    ['text/html', 406],
    ['application/json;q=0', 406],
  ])('answers Accept %s with %i', async (accept, status) => {
    const answer = await service.scim('GET', `/Users/${id}`, undefined, { accept });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toContain('application/scim+json');
  });

  it('takes .scim at the end of a path', async () => {
    expect((await service.scim('GET', `/Users/${id}.scim?attributes=userName`)).body['userName']).toBe('me');
    expect((await service.scim('GET', '/Users.scim?count=0')).body['totalResults']).toBe(1);
    const urn = 'urn:ietf:params:scim:schemas:core:2.0:User';
    expect((await service.scim('GET', `/Schemas/${urn}`)).body['id']).toBe(urn);
  });
});
