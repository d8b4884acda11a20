import { get } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ENGINES } from '../support/engines.ts';
import { AUTHORIZATION, request, startService, type Answer, type TestService } from '../support/service.ts';

const SCIM_JSON = 'application/scim+json; charset=utf-8';
const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const PROVISIONING = 'urn:scim-salesforce:params:scim:schemas:extension:provisioning:2.0:User';
const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

describe.each(ENGINES)('SCIM over HTTP on $name', (engine) => {
  let service: TestService;
  let counter = 0;

  beforeAll(async () => {
    service = await startService(engine, { SCIM_BEARER_TOKENS: 'token-of-16-chars-a,token-of-16-chars-b' });
  });
  afterAll(() => service.close());

  const scim = (method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer> =>
    service.scim(method, path, body, headers);
  const newUser = async (more: object = {}): Promise<Record<string, unknown> & { id: string; userName: string }> => {
    counter += 1;
    const { status, body } = await scim('POST', '/Users', { schemas: [USER], userName: `user${counter}`, ...more });
    expect(status).toBe(201);
    return body as Record<string, unknown> & { id: string; userName: string };
  };
  const sendRaw = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(service.app.baseUrl);
      let answer = '';
      const socket = connect(Number(port), hostname, () => socket.write(text));
      socket.on('data', (chunk) => (answer += String(chunk)));
      socket.on('error', reject).on('close', () => resolve(answer));
    });
  const expectFault = (answer: Answer, status: number, scimType: string | undefined, detail: RegExp): void => {
    expect(answer.headers.get('content-type')).toBe(SCIM_JSON);
    expect(answer.body).toEqual({
      schemas: [ERROR],
      status: String(status),
      ...(scimType !== undefined && { scimType }),
      detail: expect.stringMatching(detail) as unknown,
    });
    expect(answer.status).toBe(status);
  };

  describe('POST (RFC 7644 §3.3)', () => {
    it('answers 201 with Location, ETag and the normalised resource, and never with the password', async () => {
      const answer = await scim('POST', '/Users', {
        schemas: [],
        userName: 'Robin',
        password: 'robin123',
        emails: ['robin@wso2.com'],
      });
      const location = `${service.app.scimUrl}/Users/${String(answer.body['id'])}`;
      expect(answer.status).toBe(201);
      expect(answer.headers.get('content-type')).toBe(SCIM_JSON);
      expect(answer.headers.get('location')).toBe(location);
      expect(answer.headers.get('etag')).toBe('W/"1"');
      expect(answer.body).toEqual({
        schemas: [USER],
        id: expect.any(String) as unknown,
        userName: 'Robin',
        emails: [{ value: 'robin@wso2.com' }],
        meta: {
          resourceType: 'User',
          created: expect.any(String) as unknown,
          lastModified: expect.any(String) as unknown,
          location,
          version: 'W/"1"',
        },
      });
      expect(answer.text).not.toContain('robin123');
    });

    it('refuses a second user of the same userName in any case with 409 uniqueness', async () => {
      const user = await newUser();
      expectFault(
        await scim('POST', '/Users', { userName: user.userName.toUpperCase() }),
        409,
        'uniqueness',
        /userName/,
      );
    });

    it('takes a missing Content-Type for JSON', async () => {
      const answer = await fetch(`${service.app.scimUrl}/Users`, {
        method: 'POST',
        headers: { authorization: `Bearer token-of-16-chars-a` },
        body: new Blob(['{"userName":"untyped"}']),
      });
      expect(answer.status).toBe(201);
    });
  });

  describe('bad input', () => {
    const cases: readonly [
      title: string,
      method: string,
      path: string,
      body: unknown,
      status: number,
      scimType: string | undefined,
      detail: RegExp,
    ][] = [
      ['malformed JSON', 'POST', '/Users', '{"userName": "x"', 400, 'invalidSyntax', /not JSON/],
      ['an array', 'POST', '/Users', [], 400, 'invalidSyntax', /JSON object/],
      ['no body', 'POST', '/Users', undefined, 400, 'invalidSyntax', /JSON object/],
      ['a missing userName', 'POST', '/Users', { displayName: 'x' }, 400, 'invalidValue', /userName/],
      ['a number as userName', 'POST', '/Users', { userName: 5 }, 400, 'invalidValue', /userName/],
      ['a string as active', 'POST', '/Users', { userName: 'x', active: 'maybe' }, 400, 'invalidValue', /active/],
      [
        'a wrong base schema',
        'POST',
        '/Users',
        { schemas: ['urn:x:Other'], userName: 'x' },
        400,
        'invalidValue',
        /schemas/,
      ],
      ['U+0000 in a value', 'POST', '/Users', { userName: 'x', title: 'a\0b' }, 400, 'invalidValue', /title.*U\+0000/],
      [
        'half a surrogate pair',
        'POST',
        '/Users',
        '{"userName":"x\\ud800"}',
        400,
        'invalidValue',
        /userName.*surrogate/,
      ],
      [
        'U+0000 in a filter',
        'GET',
        '/Users?filter=userName%20eq%20%22a%5Cu0000%22',
        undefined,
        400,
        'invalidFilter',
        /U\+0000/,
      ],
      ['U+0000 in an id', 'GET', '/Users/a%00b', undefined, 404, undefined, /does not exist/],
      ['an unknown operator', 'GET', '/Users?filter=userName%20xx%20%22a%22', undefined, 400, 'invalidFilter', /xx/],
      [
        'an unknown filter attribute',
        'GET',
        '/Users?filter=nope%20eq%20%22a%22',
        undefined,
        400,
        'invalidFilter',
        /nope/,
      ],
      ['a count that is no number', 'GET', '/Users?count=many', undefined, 400, 'invalidValue', /count/],
      [
        'attributes together with excludedAttributes',
        'GET',
        '/Users?attributes=userName&excludedAttributes=name',
        undefined,
        400,
        'invalidValue',
        /excludedAttributes/,
      ],
      ['an unknown id', 'GET', '/Users/nobody', undefined, 404, undefined, /nobody/],
      ['a DELETE of an unknown id', 'DELETE', '/Users/nobody', undefined, 404, undefined, /nobody/],
      ['an id of 2,000 characters', 'GET', `/Users/${'x'.repeat(2_000)}`, undefined, 404, undefined, /id/],
      [
        'an unterminated string in a filter',
        'GET',
        '/Users?filter=userName%20eq%20%22Robin',
        undefined,
        400,
        'invalidFilter',
        /character/,
      ],
      ['an unknown endpoint', 'GET', '/Nothing', undefined, 404, undefined, /Nothing/],
      ['a malformed path', 'GET', '/Users/%E0%A4%A', undefined, 400, 'invalidSyntax', /path/],
      ['a filter on discovery', 'GET', '/Schemas?filter=id%20eq%20%22x%22', undefined, 403, undefined, /filter/],
      ['an unknown schema', 'GET', '/Schemas/urn:x', undefined, 404, undefined, /urn:x/],
      ['/Me of a credential that is nobody', 'GET', '/Me', undefined, 501, undefined, /Me/],
    ];
    it.each(cases)('refuses %s', async (_title, method, path, body, status, scimType, detail) => {
      expectFault(await scim(method, path, body), status, scimType, detail);
    });

    it('refuses a 2 MiB body with 413', async () => {
      expectFault(
        await scim('POST', '/Users', { userName: 'x', displayName: 'x'.repeat(2 * 1024 * 1024) }),
        413,
        undefined,
        /1048576 bytes/,
      );
    });

    it('refuses another media type with 415', async () => {
      expectFault(
        await scim('POST', '/Users', 'userName=x', { 'content-type': 'application/x-www-form-urlencoded' }),
        415,
        undefined,
        /application\/scim\+json/,
      );
    });

    it.each([
      ['without a charset', SCIM_JSON.split(';')[0] ?? '', undefined],
      ['of a charset that is none', 'application/json; charset=nonsense', undefined],
      ['that says UTF-8', SCIM_JSON, undefined],
      ['of the charset that it names', 'application/json; charset=ISO-8859-1', 'Müller'],
    ])('loses no letter of a body %s that is not UTF-8', async (_what, type, stored) => {
      const userName = `latin${(counter += 1)}`;
      const text = JSON.stringify({ schemas: [USER], userName, name: { familyName: 'Müller' } });
      const answer = await fetch(`${service.app.scimUrl}/Users`, {
        method: 'POST',
        body: Buffer.from(text, 'latin1'),
        headers: { authorization: AUTHORIZATION, 'content-type': type },
      });
      const { name, detail } = (await answer.json()) as { name?: { familyName: string }; detail?: string };
      expect([answer.status, name?.familyName]).toEqual([stored === undefined ? 400 : 201, stored]);
      if (stored === undefined) expect(detail).toContain('the body is not UTF-8');
    });

    it('takes UTF-8 for what it is under any charset', async () => {
      const headers = { 'content-type': 'application/json; charset=ISO-8859-1' };
      const body = { schemas: [USER], userName: `utf${(counter += 1)}`, nickName: 'Müller' };
      expect((await scim('POST', '/Users', body, headers)).body['nickName']).toBe('Müller');
    });

    it('refuses a compressed body with 415 and says so', async () => {
      const answer = await scim('POST', '/Users', {}, { 'content-encoding': 'gzip' });
      expectFault(answer, 415, undefined, /Content-Encoding gzip is not supported/);
      expect(answer.headers.get('accept-encoding')).toBe('identity');
    });

    it.each([
      ['a URL that is too long', `GET /scim/v2/Users?filter=${'x'.repeat(20_000)} HTTP/1.1`, 431, /POST to \/\.search/],
      ['what is no HTTP', 'GET / over the fence', 400, /the request is no HTTP/],
    ] as const)('answers %s as all other faults', async (_what, line, status, detail) => {
      const answer = await sendRaw(`${line}\r\nHost: x\r\n\r\n`);
      const [head = '', text = ''] = answer.split('\r\n\r\n');
      expect(head.split('\r\n')).toEqual(
        expect.arrayContaining([expect.stringMatching(`^HTTP/1.1 ${status} `), `Content-Type: ${SCIM_JSON}`]),
      );
      expect(JSON.parse(text)).toEqual({
        schemas: [ERROR],
        status: String(status),
        detail: expect.stringMatching(detail) as unknown,
      });
    });

    it('refuses TRACE with 405 and what is allowed', async () => {
      const line = `TRACE /scim/v2/Users HTTP/1.1\r\nConnection: close\r\nAuthorization: ${AUTHORIZATION}`;
      const answer = await sendRaw(`${line}\r\nHost: ${new URL(service.app.baseUrl).host}\r\n\r\n`);
      expect(answer).toMatch(/^HTTP\/1\.1 405 [^]*\r\nallow: HEAD, GET, POST\r\n/);
    });

    it.each([
      ['active', {}, /active must be a boolean/],
      ['title', {}, /title must be a string/],
      ['name', { familyName: {} }, /name\.familyName must be a string/],
      ['emails', [{ value: {} }], /emails\[0\]\.value must be a string/],
    ])('refuses an object in place of a value: %s', async (name, value, detail) => {
      const { id, userName } = await newUser({ nickName: 'kept' });
      const answer = await scim('PUT', `/Users/${id}`, { schemas: [USER], userName, [name]: value });
      expectFault(answer, 400, 'invalidValue', detail);
      expect((await scim('GET', `/Users/${id}`)).body['nickName']).toBe('kept');
    });

    it('does not quote the body of a malformed request, which may hold a password', async () => {
      const { text } = await scim('POST', '/Users', '{"password":"hunter2"');
      expect(text).not.toContain('hunter2');
    });

    it.each([
      ['path __proto__.x', [{ op: 'add', path: '__proto__.polluted', value: 1 }]],
      ['path constructor.prototype.x', [{ op: 'add', path: 'constructor.prototype.polluted', value: 1 }]],
      ['path name.__proto__.x', [{ op: 'add', path: 'name.__proto__.polluted', value: 1 }]],
    ])('refuses %s with 400 invalidPath and leaves Object.prototype alone', async (_title, Operations) => {
      const user = await newUser();
      expectFault(
        await scim('PATCH', `/Users/${user.id}`, { schemas: [PATCH], Operations }),
        400,
        'invalidPath',
        /__proto__|constructor/,
      );
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    });

    it('reaches no prototype through a literal __proto__ member', async () => {
      const { status } = await scim('POST', '/Users', '{"userName":"proto","__proto__":{"polluted":1}}');
      expect(status).toBe(400);
      expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    });
  });

  describe('authentication', () => {
    const ask = (authorization?: string) =>
      fetch(`${service.app.scimUrl}/Users?count=0`, authorization === undefined ? {} : { headers: { authorization } });
    const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;

    it.each([
      ['Basic', basic('admin:admin')],
      ['a bearer token', 'Bearer token-of-16-chars-b'],
      ['a bare token, as WSO2 IS 7 sends its API key', 'token-of-16-chars-a'],
    ])('lets %s in', async (_title, authorization) => {
      expect((await ask(authorization)).status).toBe(200);
    });

    it.each([
      ['nothing', undefined],
      ['a wrong password', basic('admin:wrong')],
      ['a wrong user name', basic('root:admin')],
      ['broken Basic', 'Basic ###'],
      ['an unknown token', 'Bearer token-of-16-chars-x'],
      ['an empty token', 'Bearer '],
    ])('refuses %s with 401, a challenge and a SCIM error', async (_title, authorization) => {
      const answer = await ask(authorization);
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toMatch(/Basic realm=.*Bearer realm=/);
      expect(answer.headers.get('content-type')).toBe(SCIM_JSON);
      expect(await answer.json()).toMatchObject({ schemas: [ERROR], status: '401' });
    });

    it('also guards paths that do not exist, and methods that are refused', async () => {
      expect((await fetch(`${service.app.scimUrl}/Nothing`)).status).toBe(401);
      expect((await fetch(`${service.app.scimUrl}/Users`, { method: 'DELETE' })).status).toBe(401);
    });

    it('answers to no other host name while the default password is in use', async () => {
      const ask = (host: string): Promise<number> =>
        new Promise((resolve, reject) => {
          const { hostname, port } = new URL(service.app.baseUrl);
          const headers = { host, authorization: AUTHORIZATION };
          get({ hostname, port, path: '/scim/v2/Users?count=0', headers }, (answer) => {
            answer.resume();
            resolve(answer.statusCode ?? 0);
          }).on('error', reject);
        });
      expect(await ask('evil.example')).toBe(421);
      expect(await ask('localhost:8080')).toBe(200);
    });

    it('takes over a request id that looks like one, and no other', async () => {
      const create = async (requestId: string): Promise<string> => {
        counter += 1;
        await scim('POST', '/Users', { userName: `traced${counter}` }, { 'x-request-id': requestId });
        return service.log();
      };
      expect(await create('proxy-id-1')).toContain('"requestId":"proxy-id-1"');
      expect(await create('x'.repeat(500))).not.toContain('xxxxx');
    });

    it('leaves health open and tells nothing else', async () => {
      for (const path of ['/healthz', '/readyz']) {
        const answer = await fetch(`${service.app.baseUrl}${path}`);
        expect([answer.status, Object.keys((await answer.json()) as object)]).toEqual([200, ['status']]);
      }
    });
  });

  describe('methods and paths', () => {
    it.each([
      ['DELETE', '/Users', 'HEAD, GET, POST'],
      ['POST', '/Users/x', 'HEAD, GET, PUT, PATCH, DELETE'],
      ['POST', '/ServiceProviderConfig', 'HEAD, GET'],
      ['PUT', '/Schemas', 'HEAD, GET'],
      ['PATCH', '/ResourceTypes/User', 'HEAD, GET'],
    ])('refuses %s %s with 405 and Allow before it reads the body', async (method, path, allow) => {
      const answer = await scim(method, path, '{"broken');
      expectFault(answer, 405, undefined, /allowed are/);
      expect(answer.headers.get('allow')).toBe(allow);
    });

    it('answers at /scim2 and with a slash at the end as at /scim/v2', async () => {
      const user = await newUser();
      for (const path of [`/scim2/Users/${user.id}`, `/scim2/Users/${user.id}/`, `/scim/v2/Users/${user.id}/`]) {
        expect((await request(`${service.app.baseUrl}${path}`, 'GET')).body).toMatchObject({ id: user.id });
      }
      expect((await scim('GET', '/Users/?count=1')).status).toBe(200);
      expect((await scim('POST', '/Users/', { userName: 'slash' })).status).toBe(201);
    });

    it('answers GET and DELETE that carry a JSON type and no body, as WSO2 sends them', async () => {
      const user = await newUser();
      const typed = { 'content-type': 'application/json' };
      expect((await scim('GET', `/Users/${user.id}`, undefined, typed)).status).toBe(200);
      const gone = await scim('DELETE', `/Users/${user.id}`, undefined, typed);
      expect([gone.status, gone.text]).toEqual([204, '']);
      expect((await scim('GET', `/Users/${user.id}`)).status).toBe(404);
    });
  });

  describe('GET (RFC 7644 §3.4)', () => {
    it('answers 304 when the client has this version', async () => {
      const user = await newUser();
      const unchanged = await scim('GET', `/Users/${user.id}`, undefined, { 'if-none-match': 'W/"1"' });
      const location = `${service.app.scimUrl}/Users/${user.id}`;
      expect([unchanged.status, unchanged.headers.get('content-location')]).toEqual([304, location]);
      expect((await scim('GET', `/Users/${user.id}`, undefined, { 'if-none-match': 'W/"7"' })).status).toBe(200);
    });

    it('answers only what was asked for, and always id and schemas', async () => {
      const user = await newUser({ name: { givenName: 'A', familyName: 'B' }, [ENTERPRISE]: { department: 'Legal' } });
      const only = await scim('GET', `/Users/${user.id}?attributes=Name.FamilyName`);
      expect(only.body).toEqual({ schemas: [USER], id: user.id, name: { familyName: 'B' } });
      const without = await scim('GET', `/Users/${user.id}?excludedAttributes=name,meta,${ENTERPRISE}`);
      expect(without.body).not.toHaveProperty('name');
      expect(without.body).toMatchObject({ id: user.id, userName: user.userName });
    });

    it('tells the provisioning state on request alone', async () => {
      const user = await newUser();
      expect(Object.keys((await scim('GET', `/Users/${user.id}`)).body)).not.toContain(PROVISIONING);
      const { body } = await scim('GET', `/Users/${user.id}?attributes=userName,${PROVISIONING}`);
      expect(body[PROVISIONING]).toMatchObject({ state: expect.stringMatching(/^(due|idle)$/) as unknown });
    });
  });

  describe('lists and filters (RFC 7644 §3.4.2)', () => {
    const list = (query: string): Promise<Answer> => scim('GET', `/Users?${query}`);
    const names = (answer: Answer): unknown[] =>
      (answer.body['Resources'] as { userName: string }[]).map(({ userName }) => userName);
    const filter = async (text: string): Promise<unknown[]> => names(await list(`filter=${encodeURIComponent(text)}`));

    beforeAll(async () => {
      await newUser({
        userName: 'Ann',
        externalId: 'E-1',
        emails: [
          { type: 'work', value: 'Ann@Example.com', primary: true },
          { type: 'home', value: 'a@home.example' },
        ],
        title: 'Boss',
        [ENTERPRISE]: { department: 'Sales', manager: { value: 'm1' } },
      });
      await newUser({
        userName: "bob o'neil",
        externalId: 'e-1',
        emails: [{ type: 'home', value: 'ann@example.com' }],
        active: false,
      });
    });

    it.each([
      ['userName eq "ANN"', ['Ann']],
      ['userName Eq ann', ['Ann']],
      ["userName Eq bob o'neil", ["bob o'neil"]],
      ['externalId eq "E-1"', ['Ann']],
      ['emails.value eq "ann@example.COM"', ['Ann', "bob o'neil"]],
      ['emails eq "ann@example.com"', ['Ann', "bob o'neil"]],
      ['emails[type eq "work" and value co "@example"]', ['Ann']],
      ['emails[type eq "work"].value eq "ann@example.com"', ['Ann']],
      ['emails[type eq "work" and value eq "a@home.example"]', []],
      ['emails[value eq "a@home.example"]', ['Ann']],
      ['title pr and not (active eq false)', ['Ann']],
      ['active eq False', ["bob o'neil"]],
      [`${ENTERPRISE}:department sw "sal"`, ['Ann']],
      [`${ENTERPRISE}:manager.value eq "m1"`, ['Ann']],
      [`schemas eq "${ENTERPRISE}" and userName pr and title pr`, ['Ann']],
      ['userName eq "nobody"', []],
      ['userName Eq null', []],
      ['emails[type eq "work"] or (active eq false and userName sw "bob")', ['Ann', "bob o'neil"]],
      ['meta.created gt "2099-01-01T00:00:00Z"', []],
      ['meta.created gt "2020-01-01T00:00:00+05:30" and title eq "boss"', ['Ann']],
    ])('finds by %s', async (text, expected) => {
      expect(await filter(text)).toEqual(expected);
    });

    it('finds by id without knowing anything else', async () => {
      const user = await newUser();
      expect(await filter(`id eq "${user.id}"`)).toEqual([user.userName]);
    });

    it('answers no match with 200 and an empty list', async () => {
      const { status, body } = await list('filter=userName%20eq%20%22nobody%22');
      expect([status, body]).toEqual([
        200,
        {
          schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
          totalResults: 0,
          startIndex: 1,
          itemsPerPage: 0,
          Resources: [],
        },
      ]);
    });

    it('pages with exact totals, count=0 and clamped bounds', async () => {
      const total = (await list('count=0')).body['totalResults'] as number;
      expect((await list('count=0')).body).toMatchObject({ itemsPerPage: 0, Resources: [] });
      expect((await list('startIndex=2&count=1')).body).toMatchObject({
        totalResults: total,
        startIndex: 2,
        itemsPerPage: 1,
      });
      expect((await list('startIndex=-3&count=-1')).body).toMatchObject({ startIndex: 1, itemsPerPage: 0 });
      expect((await list(`startIndex=${total + 5}`)).body).toMatchObject({
        totalResults: total,
        itemsPerPage: 0,
        Resources: [],
      });
    });

    it('answers a filter of 300 or-terms', async () => {
      const terms = Array.from({ length: 300 }, (_, index) => `userName eq "no${index}"`).concat('userName eq "ann"');
      expect(await filter(terms.join(' or '))).toEqual(['Ann']);
    });
  });

  describe('PUT and PATCH (RFC 7644 §3.5)', () => {
    const patch = (id: string, Operations: unknown[], headers?: Record<string, string>): Promise<Answer> =>
      scim('PATCH', `/Users/${id}`, { schemas: [PATCH], Operations }, headers);

    it('replaces the whole resource: what is left out is gone, id and meta in the body are ignored', async () => {
      const user = await newUser({ title: 'Boss', nickName: 'x' });
      const answer = await scim('PUT', `/Users/${user.id}`, {
        schemas: [USER],
        id: 'other',
        userName: user.userName,
        title: 'Chief',
      });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('etag')).toBe('W/"2"');
      expect(answer.body).toMatchObject({ id: user.id, title: 'Chief' });
      expect(answer.body).not.toHaveProperty('nickName');
    });

    it('answers PATCH with 200 and the resource, its version one higher', async () => {
      const user = await newUser({ name: { givenName: 'A', familyName: 'B' } });
      const answer = await patch(user.id, [{ op: 'Replace', path: 'name.familyName', value: 'C' }]);
      expect([answer.status, answer.headers.get('etag')]).toEqual([200, 'W/"2"']);
      expect(answer.body).toMatchObject({ name: { givenName: 'A', familyName: 'C' }, meta: { version: 'W/"2"' } });
    });

    it('keeps version and lastModified when nothing changes', async () => {
      const user = await newUser({ title: 'Boss' });
      const answer = await patch(user.id, [
        { op: 'replace', path: 'title', value: 'Boss' },
        { op: 'add', path: 'password', value: 'new-secret' },
      ]);
      expect(answer.status).toBe(200);
      expect(answer.body['meta']).toEqual(user['meta']);
      expect(answer.text).not.toContain('new-secret');
    });

    it('changes nothing when one operation of several fails', async () => {
      const user = await newUser({ title: 'Boss' });
      expectFault(
        await patch(user.id, [
          { op: 'replace', path: 'title', value: 'X' },
          { op: 'replace', path: 'id', value: 'x' },
        ]),
        400,
        'mutability',
        /id/,
      );
      expect((await scim('GET', `/Users/${user.id}`)).body).toMatchObject({
        title: 'Boss',
        meta: { version: 'W/"1"' },
      });
    });

    it('refuses a stale If-Match with 412 and takes the current one', async () => {
      const user = await newUser();
      const change = [{ op: 'replace', path: 'title', value: 'X' }];
      expectFault(await patch(user.id, change, { 'if-match': 'W/"9"' }), 412, undefined, /version/);
      expect((await patch(user.id, change, { 'if-match': 'W/"9", W/"1"' })).status).toBe(200);
      expect((await scim('DELETE', `/Users/${user.id}`, undefined, { 'if-match': 'W/"1"' })).status).toBe(412);
      expect((await scim('PUT', `/Users/${user.id}`, { userName: user.userName }, { 'if-match': '*' })).status).toBe(
        200,
      );
    });

    it('loses nothing of parallel PATCHes of one user', async () => {
      const user = await newUser();
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          patch(user.id, [{ op: 'add', path: 'emails', value: [{ value: `e${index}@example.com` }] }]),
        ),
      );
      expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200));
      const { body } = await scim('GET', `/Users/${user.id}`);
      expect(body['emails']).toHaveLength(50);
      expect(body).toMatchObject({ meta: { version: 'W/"51"' } });
    });

    it('refuses to take a userName that another user has with 409', async () => {
      const [first, second] = [await newUser(), await newUser()];
      expectFault(
        await patch(second.id, [{ op: 'replace', path: 'userName', value: first.userName }]),
        409,
        'uniqueness',
        /userName/,
      );
    });
  });

  describe('discovery (RFC 7644 §4)', () => {
    it('describes what is served', async () => {
      const { body } = await scim('GET', '/ServiceProviderConfig');
      expect(body).toMatchObject({
        patch: { supported: true },
        filter: { supported: true },
        etag: { supported: true },
        bulk: { supported: true },
        sort: { supported: true },
      });
    });

    it('lists types and schemas, and answers each by its id', async () => {
      for (const endpoint of ['/ResourceTypes', '/Schemas']) {
        const { body } = await scim('GET', endpoint);
        const resources = body['Resources'] as { id: string; meta: { location: string } }[];
        expect(resources.length).toBe(body['totalResults']);
        for (const { id, meta } of resources) {
          expect(meta.location).toBe(`${service.app.scimUrl}${endpoint}/${id}`);
          expect((await scim('GET', `${endpoint}/${id}`)).body).toMatchObject({ id });
        }
      }
    });
  });
});
