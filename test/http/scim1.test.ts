/** SCIM 1.1 over HTTP: what WSO2 IS 5 sends as it sends it, and what the specification has besides. */
import { request as rawRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ENGINES } from '../support/engines.ts';
import { AUTHORIZATION, request, startService, type Answer, type TestService } from '../support/service.ts';

const CORE = 'urn:scim:schemas:core:1.0';
const ENTERPRISE = 'urn:scim:schemas:extension:enterprise:1.0';
const ERROR_2 = 'urn:ietf:params:scim:api:messages:2.0:Error';
const WSO2 = { 'user-agent': 'Jakarta Commons-HttpClient/3.1' };
const JSON_TYPE = { 'content-type': 'application/json' };

type Element = Record<string, unknown>;
const elements = (body: Record<string, unknown>, name: string): Element[] => (body[name] ?? []) as Element[];

/** What WSO2's SCIM 1.1 client makes of an answer, as was seen of it: null pointers and casts included. */
function reaction({ status, body, text }: Answer): 'accepted' | 'swallowed' | 'failed' {
  if ([200, 201, 204].includes(status)) return 'accepted';
  const errors = text === '' ? undefined : (body['Errors'] as Element[] | undefined);
  return typeof errors?.[0]?.['code'] === 'string' ? 'swallowed' : 'failed';
}

describe.each(ENGINES)('SCIM 1.1 on $name', (engine) => {
  let service: TestService;
  beforeAll(async () => {
    service = await startService(engine);
  });
  afterAll(() => service.close());

  const wso2 = (method: string, path: string, body?: unknown): Promise<Answer> =>
    request(
      `${service.app.baseUrl}/wso2/scim${path}`,
      method,
      body,
      body === undefined ? WSO2 : { ...WSO2, ...JSON_TYPE },
    );
  const scim1 = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
    request(`${service.app.baseUrl}/scim/v1${path}`, method, body, {
      ...(body !== undefined && JSON_TYPE),
      ...headers,
    });
  const idOf = ({ body }: Answer): string => body['id'] as string;
  const create = async (path: string, resource: object): Promise<string> => {
    const answer = await wso2('POST', path, { schemas: [CORE], ...resource });
    expect(answer.status).toBe(201);
    return idOf(answer);
  };
  const read = async (path: string): Promise<Record<string, unknown>> => (await scim1('GET', path)).body;

  describe('a user that WSO2 IS 5 provisions', () => {
    it('is created and answered with id, userName and the words of SCIM 1.1', async () => {
      const answer = await wso2('POST', '/Users', {
        emails: ['robin@wso2.com', { type: 'work', value: 'r@w.example' }],
        password: '',
        schemas: [CORE],
        userName: 'PRIMARY/first',
        addresses: [{ type: 'home', value: '1 Main' }],
        meta: { created: '2026-01-01T00:00:00Z', location: 'https://is/wso2/scim/Users/1' },
        id: 'local-id',
      });
      expect(answer.status).toBe(201);
      expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
      const location = `${service.app.baseUrl}/scim/v1/Users/${idOf(answer)}`;
      expect(answer.headers.get('location')).toBe(location);
      expect(answer.body).toEqual({
        schemas: [CORE],
        id: expect.not.stringMatching('local-id') as unknown,
        userName: 'PRIMARY/first',
        emails: [{ value: 'robin@wso2.com' }, { type: 'work', value: 'r@w.example' }],
        addresses: [{ type: 'home', formatted: '1 Main' }],
        meta: {
          created: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as unknown,
          lastModified: expect.stringMatching(/Z$/) as unknown,
          location,
          version: answer.headers.get('etag'),
        },
      });
    });

    it.each(['plain', 'PRIMARY/slash', 'mail@wso2.com', 'a+b&c=d', '50%', '%zz', 'a,b;c', "o'brien", '123', 'true'])(
      'is found by its raw name %s',
      async (userName) => {
        const id = await create('/Users', { userName });
        const { status, body } = await wso2('GET', `/Users?filter=userName%20Eq%20${userName}`);
        expect([status, body['totalResults']]).toEqual([200, 1]);
        expect(elements(body, 'Resources')[0]).toMatchObject({ id, userName });
      },
    );

    it.each([
      ['DOMAIN/there', 'there'],
      ['here', 'PRIMARY/here'],
    ])('is found as %s by the name %s', async (userName, asked) => {
      const id = await create('/Users', { userName });
      const { body } = await wso2('GET', `/Users?filter=userName%20Eq%20${asked}`);
      expect(elements(body, 'Resources').map((user) => user['id'])).toEqual([id]);
    });

    it.each([
      '/Users?filter=userName%20Eq%20ghost',
      '/Groups?filter=displayName%20Eq%20ghost',
      '/Users?filter=userName%20Eq%20null',
    ])('is not made up: %s is answered with 404 and Errors whose code is a string', async (path) => {
      const answer = await wso2('GET', path);
      expect(answer.status).toBe(404);
      const type = path.startsWith('/Users') ? 'User' : 'Group';
      expect(answer.body).toEqual({ Errors: [{ description: `no ${type} matches the filter`, code: '404' }] });
      expect(reaction(answer)).toBe('swallowed');
    });

    it('takes over what an update sends, and keeps the rest', async () => {
      const id = await create('/Users', {
        userName: 'changed',
        emails: ['old@wso2.com', { type: 'work', value: 'w@wso2.com' }],
        nickName: 'rob',
        name: { givenName: 'Robin', familyName: 'Hood' },
      });
      const answer = await wso2('PATCH', `/Users/${id}`, {
        emails: ['new@wso2.com'],
        schemas: [CORE],
        name: { familyName: 'of Loxley' },
        active: true,
        userName: 'changed',
        phoneNumbers: [{ type: 'mobile', value: '+94771234567' }],
      });
      expect(answer.status).toBe(200);
      expect(await read(`/Users/${id}`)).toMatchObject({
        nickName: 'rob',
        name: { givenName: 'Robin', familyName: 'of Loxley' },
        emails: [{ value: 'new@wso2.com' }, { type: 'work', value: 'w@wso2.com' }],
        phoneNumbers: [{ type: 'mobile', value: '+94771234567' }],
        active: true,
      });
    });

    it('is merged when it is sent twice', async () => {
      const id = await create('/Users', { userName: 'twice', title: 'Dr' });
      const again = await wso2('POST', '/Users', { schemas: [CORE], userName: 'twice', nickName: 'two' });
      expect([again.status, idOf(again)]).toEqual([200, id]);
      expect(again.body).toMatchObject({ title: 'Dr', nickName: 'two' });
    });

    it('keeps its letters, whatever the encoding of the machine that sends them', async () => {
      const body = JSON.stringify({ schemas: [CORE], userName: 'latin', displayName: 'Zoë Münch' });
      for (const [encoding, userName] of [
        ['latin1', 'latin'],
        ['utf8', 'utf'],
      ] as const) {
        const bytes = Buffer.from(body.replace('latin', userName), encoding);
        const answer = await sendBytes(`${service.app.baseUrl}/wso2/scim/Users`, bytes);
        expect(answer).toMatchObject({ displayName: 'Zoë Münch' });
      }
    });

    it('is deleted, and never at /Users/null', async () => {
      const id = await create('/Users', { userName: 'gone' });
      expect((await wso2('DELETE', '/Users/null')).status).toBe(404);
      expect((await wso2('DELETE', `/Users/${id}`)).status).toBe(204);
      expect((await wso2('GET', `/Users/${id}`)).status).toBe(404);
    });
  });

  describe('a write that fails', () => {
    it.each<[string, string, unknown, number]>([
      ['POST', '/Users', { schemas: [CORE] }, 400],
      ['POST', '/Users', '{', 400],
      ['PATCH', '/Users/null', { schemas: [CORE], userName: 'x' }, 404],
      ['DELETE', '/Users/null', undefined, 404],
      ['PUT', '/Nothing/1', {}, 404],
    ])('%s %s is noticed by WSO2 IS 5: its answer has no Errors', async (method, path, body, status) => {
      const answer = await wso2(method, path, body);
      expect(answer.status).toBe(status);
      expect(answer.body).toMatchObject({ schemas: [ERROR_2], status: String(status) });
      expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
      expect(reaction(answer)).toBe('failed');
    });

    it('names the attribute and no operation, of which the client sent none', async () => {
      const id = await create('/Users', { userName: 'faulty' });
      const { status, body } = await wso2('PATCH', `/Users/${id}`, { schemas: [CORE], active: 'perhaps' });
      expect([status, body['detail']]).toEqual([400, 'active must be a boolean, not a string']);
    });
  });

  describe('a group that WSO2 IS 5 provisions', () => {
    let robin: string;
    let tuck: string;
    beforeAll(async () => {
      robin = await create('/Users', { userName: 'robin' });
      tuck = await create('/Users', { userName: 'PRIMARY/tuck' });
    });
    const members = async (id: string): Promise<unknown[]> =>
      elements(await read(`/Groups/${id}`), 'members').map((member) => [member['value'], member['type']]);

    it('has the users that it names by id, though it calls them groups', async () => {
      const answer = await wso2('POST', '/Groups', {
        displayName: 'by id',
        schemas: [CORE],
        members: [{ display: 'robin', type: 'Group', value: robin }],
      });
      expect(answer.status).toBe(201);
      expect(answer.body).toMatchObject({ displayName: 'by id', id: expect.any(String) as unknown });
      expect(answer.body['members']).toEqual([{ value: robin, type: 'User', display: 'robin' }]);
    });

    it('gains and loses the users that it names by display, with or without a domain', async () => {
      const id = await create('/Groups', { displayName: 'Sales', members: [{ display: 'tuck' }] });
      expect(await members(id)).toEqual([[tuck, 'User']]);
      const patched = await wso2('PATCH', `/Groups/${id}`, {
        displayName: 'Sales',
        schemas: [CORE],
        members: [{ display: 'PRIMARY/robin' }, { display: 'PRIMARY/tuck', operation: 'delete' }],
      });
      expect(patched.status).toBe(200);
      expect(await members(id)).toEqual([[robin, 'User']]);
      const user = await read(`/Users/${robin}`);
      expect(elements(user, 'groups')).toContainEqual({ value: id, display: 'Sales', type: 'direct' });
    });

    it('takes the members that are known and says in the log how many are not', async () => {
      const id = await create('/Groups', {
        displayName: 'Some',
        members: [{ display: 'robin' }, { display: 'ghost one' }, { display: 'ghost "two"' }],
      });
      expect(await members(id)).toEqual([[robin, 'User']]);
      const noted = service
        .log()
        .split('\n')
        .filter((line) => line.includes('unknown members left out'));
      expect(noted.map((line) => (JSON.parse(line) as Element)['members'])).toEqual([2]);
      expect(noted[0]).not.toContain('ghost');
    });

    it('survives the deletion of a member that nobody knows', async () => {
      const id = await create('/Groups', { displayName: 'Left', members: [{ display: 'robin' }] });
      const body = { displayName: 'Left', members: [{ display: 'ghost', operation: 'delete' }] };
      expect((await wso2('PATCH', `/Groups/${id}`, body)).status).toBe(200);
      expect(await members(id)).toEqual([[robin, 'User']]);
    });

    it('takes the members of a PUT by display', async () => {
      const id = await create('/Groups', { displayName: 'Put' });
      const body = { displayName: 'Put', schemas: [CORE], members: [{ display: 'robin' }] };
      expect((await wso2('PUT', `/Groups/${id}`, body)).status).toBe(200);
      expect(await members(id)).toEqual([[robin, 'User']]);
    });

    it('is renamed, found by its new name and deleted', async () => {
      const id = await create('/Groups', { displayName: 'Old' });
      expect((await wso2('PATCH', `/Groups/${id}`, { displayName: 'Sales EU', schemas: [CORE] })).status).toBe(200);
      const { body } = await wso2('GET', '/Groups?filter=displayName%20Eq%20Sales%20EU');
      expect(elements(body, 'Resources').map((group) => group['id'])).toEqual([id]);
      expect((await wso2('DELETE', `/Groups/${id}`)).status).toBe(204);
    });

    it('has 1,200 members by display, and is answered without them when one more comes', async () => {
      const names = Array.from({ length: 1200 }, (_one, index) => `crowd${index}`);
      const Operations = names.map((userName) => ({
        method: 'POST',
        path: '/Users',
        bulkId: userName,
        data: { userName },
      }));
      for (let start = 0; start < names.length; start += 600)
        await service.scim('POST', '/Bulk', {
          schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
          Operations: Operations.slice(start, start + 600),
        });
      const id = await create('/Groups', { displayName: 'Crowd', members: names.map((display) => ({ display })) });
      expect(await members(id)).toHaveLength(1200);
      const patched = await wso2('PATCH', `/Groups/${id}`, { displayName: 'Crowd', members: [{ display: 'robin' }] });
      expect([patched.status, reaction(patched)]).toEqual([204, 'accepted']);
      expect(await members(id)).toHaveLength(1201);
    });
  });

  describe('a client that goes by the specification', () => {
    let ids: string[];
    beforeAll(async () => {
      ids = [];
      for (const [userName, department] of [
        ['spec.a', 'Eng'],
        ['spec.b', 'Sales'],
        ['spec.c', 'Sales'],
      ]) {
        const user = {
          schemas: [CORE, ENTERPRISE],
          userName,
          title: 'spec',
          [ENTERPRISE]: { department, manager: { managerId: 'm1' } },
        };
        ids.push(idOf(await scim1('POST', '/Users', user)));
      }
    });

    it('lists with filter, sorting, paging and attributes (API §3.2.2)', async () => {
      const { status, body } = await scim1(
        'GET',
        '/Users?filter=title%20eq%20%22spec%22&sortBy=userName&sortOrder=descending&startIndex=2&count=1&attributes=userName',
      );
      expect(status).toBe(200);
      expect(body).toEqual({
        schemas: [CORE],
        totalResults: 3,
        itemsPerPage: 1,
        startIndex: 2,
        Resources: [{ schemas: [CORE], id: ids[1], userName: 'spec.b' }],
      });
    });

    it.each([
      [`${ENTERPRISE}:department eq "Sales"`, ['spec.b', 'spec.c']],
      [`${ENTERPRISE}:manager.managerId eq "m1" and ${CORE}:userName sw "spec.a"`, ['spec.a']],
      [
        'title eq "spec" and (userName co ".c" or userName co ".d") and meta.created gt "2020-01-01T00:00:00Z"',
        ['spec.c'],
      ],
    ])('filters by %s', async (filter, names) => {
      const { body } = await scim1('GET', `/Users?filter=${encodeURIComponent(filter)}&sortBy=userName`);
      expect(elements(body, 'Resources').map(({ userName }) => userName)).toEqual(names);
    });

    it('gets extension attributes by their names of SCIM 1.1', async () => {
      const { body } = await scim1('GET', `/Users/${ids[0] ?? ''}?attributes=${ENTERPRISE}:manager.managerId`);
      expect(body).toEqual({ schemas: [CORE, ENTERPRISE], id: ids[0], [ENTERPRISE]: { manager: { managerId: 'm1' } } });
    });

    it('is refused a filter that cannot be read, and one on an unknown attribute, with Errors', async () => {
      for (const filter of ['userName%20zz%20%22a%22', 'shoeSize%20eq%20%22a%22']) {
        const answer = await scim1('GET', `/Users?filter=${filter}`);
        expect(answer.body).toEqual({ Errors: [{ description: expect.any(String) as unknown, code: '400' }] });
      }
    });

    it('merges plural attributes in a PATCH, and removes what meta.attributes names (API §3.3.2)', async () => {
      const id = idOf(
        await scim1('POST', '/Users', {
          userName: 'spec.patch',
          title: 'Dr',
          emails: [{ value: 'a@x.com', type: 'work' }],
        }),
      );
      const body = {
        schemas: [CORE],
        meta: { attributes: ['title'] },
        emails: [{ value: 'b@x.com' }, { value: 'A@x.com', type: 'home' }],
      };
      const patched = await scim1('PATCH', `/Users/${id}`, body);
      expect(patched.body['emails']).toEqual([{ value: 'A@x.com', type: 'home' }, { value: 'b@x.com' }]);
      expect(patched.body).not.toHaveProperty('title');
    });

    it('replaces with PUT, and is refused a second user of the same name', async () => {
      const id = idOf(await scim1('POST', '/Users', { userName: 'spec.put', title: 'Dr' }));
      const put = await scim1('PUT', `/Users/${id}`, { schemas: [CORE], userName: 'spec.put' });
      expect(put.status).toBe(200);
      expect(put.body).not.toHaveProperty('title');
      expect((await scim1('POST', '/Users', { userName: 'SPEC.put' })).status).toBe(409);
    });

    it('asks by version: If-None-Match is answered with 304, a stale If-Match with 412 (API §3.11)', async () => {
      const first = await scim1('POST', '/Users', { userName: 'spec.etag' });
      const [path, tag] = [`/Users/${idOf(first)}`, first.headers.get('etag') ?? ''];
      expect((await scim1('GET', path, undefined, { 'if-none-match': tag })).status).toBe(304);
      expect((await scim1('PATCH', path, { title: 'x' }, { 'if-match': tag })).status).toBe(200);
      expect((await scim1('PATCH', path, { title: 'y' }, { 'if-match': tag })).status).toBe(412);
    });

    it('puts the method into a header where it can only POST (API §3.3.3)', async () => {
      const path = `/Users/${idOf(await scim1('POST', '/Users', { userName: 'spec.override' }))}`;
      const by = (method: string) => ({ 'x-http-method-override': method });
      const patched = await scim1('POST', path, { title: 'Dr' }, by('patch'));
      expect([patched.status, patched.body['title']]).toEqual([200, 'Dr']);
      const refused = await scim1('POST', path, {});
      expect([refused.status, refused.headers.get('allow')]).toEqual([405, 'HEAD, GET, PUT, PATCH, DELETE']);
      expect((await scim1('POST', path, undefined, by('DELETE'))).status).toBe(204);
    });

    it('reads what the service can do at /ServiceProviderConfigs', async () => {
      for (const path of ['/ServiceProviderConfigs', '/ServiceProviderConfigs.json', '/ServiceProviderConfigs/']) {
        const { status, body } = await scim1('GET', path);
        expect(status).toBe(200);
        expect(body).toMatchObject({
          schemas: [CORE],
          patch: { supported: true },
          bulk: { supported: false },
          filter: { supported: true, maxResults: 1000 },
          xmlDataFormat: { supported: false },
        });
        expect(elements(body, 'authenticationSchemes').map(({ type }) => type)).toContain('httpbasic');
      }
    });

    it('reads the schema of users, extension included, by its URN, name or endpoint', async () => {
      const { body: list } = await scim1('GET', '/Schemas');
      expect(elements(list, 'Resources').map(({ id }) => id)).toEqual([`${CORE}:User`, `${CORE}:Group`]);
      for (const id of [`${CORE}:User`, 'User', 'Users']) {
        const { body } = await scim1('GET', `/Schemas/${id}`);
        expect(body).toMatchObject({ id: `${CORE}:User`, name: 'User', schema: CORE, endpoint: '/Users' });
        const attributes = elements(body, 'attributes');
        expect(attributes).toContainEqual(
          expect.objectContaining({ name: 'userName', type: 'string', required: true }),
        );
        expect(attributes).toContainEqual(
          expect.objectContaining({ name: 'addresses', multiValued: true, multiValuedAttributeChildName: 'address' }),
        );
        const manager = attributes.find(({ name }) => name === 'manager') ?? {};
        expect(manager['schema']).toBe(ENTERPRISE);
        expect(elements(manager, 'subAttributes').map(({ name }) => name)).toEqual(['managerId', 'displayName']);
      }
      expect((await scim1('GET', '/Schemas/Shoe')).status).toBe(404);
    });
  });

  describe('the edges of the endpoint', () => {
    it.each<[string, string, number]>([
      ['GET', '/Nothing', 404],
      ['GET', '', 404],
      ['GET', '/Users/nobody', 404],
      ['GET', '/Users/%zz', 400],
      ['GET', '/Users?access_token=x', 403],
    ])('%s %s is answered with Errors', async (method, path, status) => {
      const answer = await scim1(method, path);
      expect(answer.status).toBe(status);
      expect(answer.body).toEqual({ Errors: [{ description: expect.any(String) as unknown, code: String(status) }] });
    });

    it('lets nobody in without credentials, and says which it takes', async () => {
      const answer = await scim1('GET', '/Users', undefined, { authorization: '' });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toMatch(/^Basic realm=.*Bearer realm=/);
      expect(elements(answer.body, 'Errors')[0]).toMatchObject({ code: '401' });
    });

    it('has no XML', async () => {
      expect((await scim1('GET', '/Users', undefined, { accept: 'application/xml' })).status).toBe(406);
      expect((await scim1('POST', '/Users', '<User/>', { 'content-type': 'application/xml' })).status).toBe(415);
    });

    it.each(['POST', 'PUT', 'PATCH'])('answers a %s with 400 whatever is nested in it', async (method) => {
      const path =
        method === 'POST' ? '/Users' : `/Users/${idOf(await scim1('POST', '/Users', { userName: `deep ${method}` }))}`;
      const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
      for (const member of ['"emails":', '"name":', '"emails":[{"value":', `"${ENTERPRISE}":`]) {
        const end = member.includes('{') ? '}]' : '';
        const { status } = await scim1(method, path, `{"userName":"deeper",${member}${deep}${end}}`);
        expect(status).toBe(400);
      }
    });

    it('has no bulk, and tells a PATCH of SCIM 2.0 that it is none', async () => {
      expect((await scim1('POST', '/Bulk', { Operations: [] })).status).toBe(501);
      const id = idOf(await scim1('POST', '/Users', { userName: 'edge' }));
      const patchOp = { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: [] };
      expect((await scim1('PATCH', `/Users/${id}`, patchOp)).body['detail']).toBe(`schemas must contain ${CORE}`);
    });

    it('serves the same users as SCIM 2.0, each in its own words', async () => {
      const id = idOf(await scim1('POST', '/Users', { userName: 'both', [ENTERPRISE]: { department: 'Eng' } }));
      const { body } = await service.scim('GET', `/Users/${id}`);
      expect(body).toMatchObject({
        schemas: [
          'urn:ietf:params:scim:schemas:core:2.0:User',
          'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
        ],
        meta: { location: `${service.app.scimUrl}/Users/${id}` },
      });
    });
  });
});

describe.each(ENGINES)('SCIM 1.1 with SCIM1_WRITE_ERRORS=scim1 and SCIM1_NO_MATCH=list on $name', (engine) => {
  it('answers every failure with Errors, and a filter without a match with an empty list', async () => {
    const service = await startService(engine, { SCIM1_WRITE_ERRORS: 'scim1', SCIM1_NO_MATCH: 'list' });
    try {
      const url = `${service.app.baseUrl}/wso2/scim/Users`;
      const failed = await request(url, 'POST', { schemas: [CORE] }, { ...WSO2, ...JSON_TYPE });
      expect([failed.status, elements(failed.body, 'Errors')[0]?.['code']]).toEqual([400, '400']);
      const { status, body } = await request(`${url}?filter=userName%20Eq%20ghost`, 'GET', undefined, WSO2);
      expect(status).toBe(200);
      expect(body).toEqual({ schemas: [CORE], totalResults: 0, itemsPerPage: 0, startIndex: 1, Resources: [] });
    } finally {
      await service.close();
    }
  });
});

/** A body in an encoding that the header does not tell, as WSO2's HTTP client sends it. */
function sendBytes(url: string, bytes: Buffer): Promise<unknown> {
  const headers = { ...WSO2, ...JSON_TYPE, authorization: AUTHORIZATION, 'content-length': bytes.length };
  return new Promise((resolve, reject) => {
    const sent = rawRequest(url, { method: 'POST', headers }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () => resolve(JSON.parse(Buffer.concat(parts).toString('utf8'))));
    });
    sent.on('error', reject);
    sent.end(bytes);
  });
}
