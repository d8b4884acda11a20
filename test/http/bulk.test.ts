/** Bulk over HTTP: what comes of each operation, and what is there afterwards (RFC 7644 §3.7). */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ENGINES } from '../support/engines.ts';
import { eventually, request, startService, type Answer, type TestService } from '../support/service.ts';

const BULK_REQUEST = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const BULK_RESPONSE = 'urn:ietf:params:scim:api:messages:2.0:BulkResponse';
const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';
const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const PROVISIONING = 'urn:scim-salesforce:params:scim:schemas:extension:provisioning:2.0:User';

type Body = Record<string, unknown>;
interface Result {
  readonly method?: string;
  readonly bulkId?: string;
  readonly location?: string;
  readonly version?: string;
  readonly status: string;
  readonly response?: Body;
}

describe.each(ENGINES)('Bulk on $name', (engine) => {
  let service: TestService;
  let serial = 0;

  beforeAll(async () => {
    service = await startService(engine);
  });
  afterAll(() => service.close());

  /** A name that no other test has. */
  const unique = (name: string): string => `${name}-${(serial += 1)}`;
  const send = (Operations: readonly unknown[], more: Body = {}): Promise<Answer> =>
    service.scim('POST', '/Bulk', { schemas: [BULK_REQUEST], Operations, ...more });
  const bulk = async (Operations: readonly unknown[], more: Body = {}): Promise<readonly Result[]> => {
    const { status, body } = await send(Operations, more);
    expect([status, body['schemas']]).toEqual([200, [BULK_RESPONSE]]);
    return body['Operations'] as Result[];
  };
  const statuses = (results: readonly Result[]): readonly string[] => results.map(({ status }) => status);
  const details = (results: readonly Result[]): readonly unknown[] =>
    results.map(({ response }) => response && [response['scimType'], response['detail']]);
  const read = async (result: Result | undefined): Promise<Body> => {
    const { status, body } = await request(result?.location ?? '', 'GET');
    expect(status).toBe(200);
    return body;
  };
  const idOf = (result: Result | undefined): string => result?.location?.split('/').at(-1) ?? '';
  const count = async (endpoint: string, filter: string): Promise<unknown> =>
    (await service.scim('GET', `${endpoint}?count=0&filter=${encodeURIComponent(filter)}`)).body['totalResults'];

  const user = (bulkId: string, userName: string, more: Body = {}) => ({
    method: 'POST',
    path: '/Users',
    bulkId,
    data: { schemas: [USER], userName, ...more },
  });
  const group = (bulkId: string, displayName: unknown, ...members: readonly string[]) => ({
    method: 'POST',
    path: '/Groups',
    bulkId,
    data: { schemas: [GROUP], displayName, members: members.map((member) => ({ value: `bulkId:${member}` })) },
  });
  const patch = (path: string, ...Operations: readonly Body[]) => ({
    method: 'PATCH',
    path,
    data: { schemas: [PATCH_OP], Operations },
  });
  const newUser = async (more: Body = {}): Promise<Body & { id: string; userName: string }> => {
    const { body } = await service.scim('POST', '/Users', { userName: unique('user'), ...more });
    return body as Body & { id: string; userName: string };
  };

  describe('bulkId (RFC 7644 §3.7.2)', () => {
    it('creates a user and a group that names the user, and answers as the RFC shows', async () => {
      const [alice, guides] = [unique('Alice'), unique('Tour Guides')];
      const results = await bulk([user('qwerty', alice), group('ytrewq', guides, 'qwerty')]);
      expect(results).toEqual([
        {
          location: expect.stringMatching(`^${service.app.scimUrl}/Users/[0-9a-f-]+$`) as unknown,
          method: 'POST',
          bulkId: 'qwerty',
          version: 'W/"1"',
          status: '201',
        },
        {
          location: expect.stringMatching(`^${service.app.scimUrl}/Groups/[0-9a-f-]+$`) as unknown,
          method: 'POST',
          bulkId: 'ytrewq',
          version: 'W/"1"',
          status: '201',
        },
      ]);
      expect(await read(results[0])).toMatchObject({ userName: alice, meta: { version: 'W/"1"' } });
      expect(await read(results[1])).toMatchObject({ displayName: guides, members: [{ value: idOf(results[0]) }] });
    });

    it('takes a group that names users who come after it, and answers in the order of the request', async () => {
      const results = await bulk([
        group('g', unique('group'), 'u', 'v'),
        user('u', unique('u')),
        patch('/Groups/bulkId:g', { op: 'replace', path: 'displayName', value: 'renamed' }),
        user('v', unique('v')),
      ]);
      expect(statuses(results)).toEqual(['201', '201', '200', '201']);
      expect(results.map(({ bulkId }) => bulkId)).toEqual(['g', 'u', undefined, 'v']);
      expect(results[2]?.location).toBe(results[0]?.location);
      const { displayName, members } = await read(results[0]);
      expect(displayName).toBe('renamed');
      expect((members as Body[]).map(({ value }) => value)).toEqual([idOf(results[1]), idOf(results[3])]);
    });

    it('puts the id into extensions and $ref', async () => {
      const $ref = `${service.app.scimUrl}/Users/bulkId:qwerty`;
      const results = await bulk([
        user('ytrewq', unique('Bob'), { [ENTERPRISE]: { manager: { value: 'bulkId:qwerty', $ref } } }),
        user('qwerty', unique('Alice')),
      ]);
      const { [ENTERPRISE]: enterprise } = await read(results[0]);
      expect(enterprise).toMatchObject({ manager: { value: idOf(results[1]), $ref: results[1]?.location } });
    });

    it('puts the id into values and paths of PATCH operations', async () => {
      const results = await bulk([
        user('u', unique('u')),
        user('v', unique('v')),
        group('g', unique('group'), 'u'),
        patch('/Groups/bulkId:g', { op: 'add', path: 'members', value: [{ value: 'bulkId:v' }] }),
        patch('/Groups/bulkId:g', { op: 'remove', path: 'members[value eq "bulkId:u"]' }),
      ]);
      expect(statuses(results)).toEqual(['201', '201', '201', '200', '200']);
      expect((await read(results[2]))['members']).toMatchObject([{ value: idOf(results[1]) }]);
    });

    it('changes and removes what it created', async () => {
      const results = await bulk([
        user('u', unique('u')),
        { method: 'PUT', path: '/Users/bulkId:u', version: 'W/"1"', data: { userName: unique('w'), title: 'Boss' } },
        patch('/Users/bulkId:u', { op: 'add', path: 'nickName', value: 'B' }),
        user('gone', unique('gone')),
        { method: 'DELETE', path: '/Users/bulkId:gone' },
      ]);
      expect(statuses(results)).toEqual(['201', '200', '200', '201', '204']);
      expect(results.map(({ version }) => version)).toEqual(['W/"1"', 'W/"2"', 'W/"3"', 'W/"1"', undefined]);
      expect(await read(results[0])).toMatchObject({ title: 'Boss', nickName: 'B' });
      expect((await request(results[3]?.location ?? '', 'GET')).status).toBe(404);
    });

    it('writes nothing of an operation that refers to no bulkId of the request', async () => {
      const name = unique('group');
      const results = await bulk([group('g', name, 'nobody'), patch('/Users/bulkId:no', { op: 'add', value: {} })]);
      expect(results.map(({ status, location }) => [status, location])).toEqual([
        ['400', undefined],
        ['400', undefined],
      ]);
      expect(details(results)).toEqual([
        ['invalidValue', 'Operations[0]: bulkId "nobody" is that of no POST in this request'],
        ['invalidValue', 'Operations[1]: bulkId "no" is that of no POST in this request'],
      ]);
      expect(await count('/Groups', `displayName eq "${name}"`)).toBe(0);
    });

    it('writes nothing of an operation that refers to one that failed, nor of those that refer to that', async () => {
      const [{ userName }, name] = [await newUser(), unique('group')];
      const results = await bulk([
        group('outer', name, 'inner'),
        group('inner', name, 'u'),
        user('u', userName),
        { method: 'PUT', path: '/Users/bulkId:u', data: { userName } },
      ]);
      expect(results.map(({ status, location }) => [status, location])).toEqual(Array(4).fill(['409', undefined]));
      expect(details(results)).toEqual([
        [undefined, 'Operations[0]: it refers to bulkId "inner", which failed'],
        [undefined, 'Operations[1]: it refers to bulkId "u", which failed'],
        ['uniqueness', expect.stringMatching(/^Operations\[2\]: userName/)],
        [undefined, 'Operations[3]: it refers to bulkId "u", which failed'],
      ]);
      expect(await count('/Groups', `displayName eq "${name}"`)).toBe(0);
    });

    it('does not repeat a bulkId of any length in every error', async () => {
      const long = 'x'.repeat(400_000);
      const answer = await send([user(long, ''), group('g', 'g', long)]);
      expect(answer.text.length).toBeLessThan(long.length + 2_000);
    });

    it('creates none of two resources of one bulkId', async () => {
      const results = await bulk([user('u', unique('u')), user('u', unique('u')), user('v', unique('v'))]);
      expect(statuses(results)).toEqual(['400', '400', '201']);
    });
  });

  describe('circles (RFC 7644 §3.7.1)', () => {
    const groupNames = async (prefix: string): Promise<unknown> => count('/Groups', `displayName sw "${prefix}"`);

    it.each([
      ['two', [['b'], ['a']]],
      ['three', [['b'], ['c'], ['a']]],
      ['three that all name each other and themselves', Array(3).fill(['a', 'b', 'c'])],
    ] as readonly [string, readonly (readonly string[])[]][])(
      'creates each group of a circle of %s once, and nothing else',
      async (_, members) => {
        const prefix = unique('circle');
        const bulkIds = ['a', 'b', 'c'];
        const results = await bulk(
          members.map((names, index) => group(bulkIds[index] ?? '', `${prefix}-${index}`, ...names)),
        );
        expect(results.map(({ status, version }) => [status, version])).toEqual(members.map(() => ['201', 'W/"1"']));
        expect(await groupNames(prefix)).toBe(members.length);
        for (const [index, names] of members.entries()) {
          const found = (await read(results[index]))['members'] as Body[];
          expect(found.map(({ value }) => value)).toEqual(names.map((name) => idOf(results[bulkIds.indexOf(name)])));
        }
      },
    );

    it('creates users who are each other’s managers', async () => {
      const manager = (bulkId: string) => ({ [ENTERPRISE]: { manager: { value: `bulkId:${bulkId}` } } });
      const results = await bulk([user('a', unique('a'), manager('b')), user('b', unique('b'), manager('a'))]);
      expect(statuses(results)).toEqual(['201', '201']);
      expect(await read(results[0])).toMatchObject({ [ENTERPRISE]: { manager: { value: idOf(results[1]) } } });
    });

    it('leaves nothing of a circle of which one is not valid, and says which', async () => {
      const prefix = unique('circle');
      const results = await bulk([
        group('a', `${prefix}-a`, 'b'),
        group('b', `${prefix}-b`, 'c'),
        group('c', 7, 'a'),
        group('d', `${prefix}-d`, 'a'),
        group('e', `${prefix}-e`),
      ]);
      expect(statuses(results)).toEqual(['409', '409', '400', '409', '201']);
      expect(details(results)).toEqual([
        [undefined, 'Operations[0]: it is in a circle with bulkId "c", which failed: nothing of the circle is created'],
        [undefined, 'Operations[1]: it is in a circle with bulkId "c", which failed: nothing of the circle is created'],
        ['invalidValue', expect.stringMatching(/^Operations\[2\]: displayName/)],
        [undefined, 'Operations[3]: it refers to bulkId "a", which failed'],
        undefined,
      ]);
      expect(await groupNames(prefix)).toBe(1);
    });

    it('leaves nothing of a circle of which one has a userName that is taken', async () => {
      const [{ userName }, free] = [await newUser(), unique('free')];
      const manager = (bulkId: string) => ({ [ENTERPRISE]: { manager: { value: `bulkId:${bulkId}` } } });
      const results = await bulk([user('a', free, manager('b')), user('b', userName, manager('a'))]);
      expect(details(results)).toEqual([
        [undefined, expect.stringMatching(/circle with bulkId "b"/)],
        ['uniqueness', expect.stringMatching(/^Operations\[1\]: userName/)],
      ]);
      expect(await count('/Users', `userName eq "${free}"`)).toBe(0);
      expect(statuses(await bulk([user('a', free)]))).toEqual(['201']);
    });
  });

  describe('results and errors (RFC 7644 §3.7.3)', () => {
    it('adds, replaces, changes and removes in one request', async () => {
      const [first, second, third] = [await newUser(), await newUser({ nickName: 'x' }), await newUser()];
      const base = service.app.scimUrl;
      const results = await bulk(
        [
          user('qwerty', unique('Alice')),
          { method: 'put', path: `/Users/${first.id}`, version: 'W/"1"', data: { userName: unique('Bob') } },
          {
            method: 'PATCH',
            path: `/Users/${second.id}`,
            version: 'W/"1"',
            // As the RFC has it: without the message around the operations.
            data: [
              { op: 'remove', path: 'nickName' },
              { op: 'add', path: 'title', value: 'Boss' },
            ],
          },
          { method: 'DELETE', path: `${base}/Users/${third.id}`, version: 'W/"1"' },
        ],
        { failOnErrors: 1 },
      );
      expect(results).toEqual([
        {
          method: 'POST',
          bulkId: 'qwerty',
          location: expect.stringContaining(`${base}/Users/`) as unknown,
          version: 'W/"1"',
          status: '201',
        },
        { method: 'PUT', location: `${base}/Users/${first.id}`, version: 'W/"2"', status: '200' },
        { method: 'PATCH', location: `${base}/Users/${second.id}`, version: 'W/"2"', status: '200' },
        { method: 'DELETE', location: `${base}/Users/${third.id}`, status: '204' },
      ]);
      const after = await read(results[2]);
      expect([after['nickName'], after['title']]).toEqual([undefined, 'Boss']);
    });

    it('tells of every operation what the single request would have been told, and goes on', async () => {
      const known = await newUser();
      const base = service.app.scimUrl;
      const results = await bulk([
        { method: 'POST', path: '/Users', bulkId: 'a', data: { displayName: 'x' } },
        { method: 'PUT', path: `/Users/${known.id}`, version: 'W/"9"', data: { userName: 'x' } },
        patch(`/Users/${known.id}`, { op: 'replace', path: 'nothing', value: 1 }),
        { method: 'DELETE', path: '/Users/nobody' },
        { method: 'GET', path: `/Users/${known.id}` },
        { method: 'PATCH', path: `/Users/${known.id}` },
        { method: 'DELETE', path: '/Nothing/1' },
        { ...user('c', unique('c')), path: `/Users/${known.id}` },
        user('b', unique('b')),
      ]);
      expect(results.map(({ status, method, location }) => [status, method, location])).toEqual([
        ['400', 'POST', undefined],
        ['412', 'PUT', `${base}/Users/${known.id}`],
        ['400', 'PATCH', `${base}/Users/${known.id}`],
        ['404', 'DELETE', `${base}/Users/nobody`],
        ['400', 'GET', `${base}/Users/${known.id}`],
        ['400', 'PATCH', `${base}/Users/${known.id}`],
        ['404', 'DELETE', undefined],
        ['405', 'POST', undefined],
        ['201', 'POST', expect.any(String)],
      ]);
      for (const [index, { status, response }] of results.slice(0, 8).entries())
        expect(response).toMatchObject({
          schemas: [ERROR],
          status,
          detail: expect.stringMatching(`^Operations\\[${index}\\]: `) as unknown,
        });
      expect(details(results).slice(0, 3)).toEqual([
        ['invalidValue', expect.stringContaining('userName')],
        [undefined, expect.stringContaining('If-Match')],
        ['invalidPath', expect.stringContaining('nothing')],
      ]);
    });

    it.each([1, 2, 3])('begins no operation after %i errors', async (failOnErrors) => {
      const prefix = unique('stop');
      const operations = Array.from({ length: 5 }, (_, index) => [
        user(`good${index}`, `${prefix}-${index}`),
        user(`bad${index}`, '', { userName: 7 }),
      ]).flat();
      const results = await bulk(operations, { failOnErrors });
      expect(results).toHaveLength(2 * failOnErrors);
      expect(statuses(results)).toEqual(Array(failOnErrors).fill(['201', '400']).flat());
      expect(await count('/Users', `userName sw "${prefix}"`)).toBe(failOnErrors);
    });

    it('answers the operations that were processed in the order of the request, whatever the order of work', async () => {
      const results = await bulk([group('g', unique('g'), 'u'), user('u', ''), user('v', unique('v'))], {
        failOnErrors: 1,
      });
      expect(results.map(({ bulkId }) => bulkId)).toEqual(['u']);
    });
  });

  describe('one after the other', () => {
    it('lets the first of two users of one userName win', async () => {
      const name = unique('same');
      const results = await bulk([user('a', name), user('b', name.toUpperCase()), user('c', unique('other'))]);
      expect(statuses(results)).toEqual(['201', '409', '201']);
    });

    it('gives on a userName that an operation before gave up', async () => {
      const [gone, renamed] = [await newUser(), await newUser()];
      const results = await bulk([
        { method: 'DELETE', path: `/Users/${gone.id}` },
        user('a', gone.userName),
        patch(`/Users/${renamed.id}`, { op: 'replace', path: 'userName', value: unique('renamed') }),
        user('b', renamed.userName),
      ]);
      expect(statuses(results)).toEqual(['204', '201', '200', '201']);
    });

    it('adds again who was a member until an operation before removed the user', async () => {
      const [u, g] = await bulk([user('u', unique('u')), group('g', unique('g'), 'u')]);
      const results = await bulk([
        { method: 'DELETE', path: u?.location },
        patch(`/Groups/${idOf(g)}`, { op: 'add', path: 'members', value: [{ value: idOf(u) }] }),
      ]);
      expect(results.map(({ status, version }) => [status, version])).toEqual([
        ['204', undefined],
        ['200', 'W/"3"'],
      ]);
      expect((await read(g))['members']).toMatchObject([{ value: idOf(u) }]);
    });

    it('comes to what single requests in the same order come to', async () => {
      const place = fc.nat(2);
      const name = fc.nat(4);
      const step = fc.oneof(
        fc.record({ kind: fc.constant('create' as const), name }),
        fc.record({ kind: fc.constant('rename' as const), place, name }),
        fc.record({ kind: fc.constant('retitle' as const), place, name }),
        fc.record({ kind: fc.constant('remove' as const), place }),
        fc.record({ kind: fc.constant('join' as const), place }),
        fc.record({ kind: fc.constant('leave' as const), place }),
      );
      type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;
      const start = async (prefix: string) => {
        const users = await bulk([0, 1, 2].map((index) => user(String(index), `${prefix}-start${index}`)));
        const [crowd] = await bulk([group('g', prefix)]);
        return { prefix, users: users.map(idOf), crowd: idOf(crowd) };
      };
      const toOperation = ({ prefix, users, crowd }: Awaited<ReturnType<typeof start>>, one: Step, index: number) => {
        const id = 'place' in one ? (users[one.place] ?? '') : '';
        const members = (op: string) => patch(`/Groups/${crowd}`, { op, path: 'members', value: [{ value: id }] });
        switch (one.kind) {
          case 'create':
            return user(`new${index}`, `${prefix}-${one.name}`);
          case 'rename':
            return { method: 'PUT', path: `/Users/${id}`, data: { userName: `${prefix}-${one.name}` } };
          case 'retitle':
            return patch(`/Users/${id}`, { op: 'replace', path: 'title', value: `title ${one.name}` });
          case 'remove':
            return { method: 'DELETE', path: `/Users/${id}` };
          case 'join':
            return members('add');
          case 'leave':
            return members('remove');
        }
      };
      const outcome = async ({ prefix, users, crowd }: Awaited<ReturnType<typeof start>>) => {
        const filter = encodeURIComponent(`userName sw "${prefix}-"`);
        const { body } = await service.scim('GET', `/Users?attributes=userName,title,meta.version&filter=${filter}`);
        const { body: left } = await service.scim('GET', `/Groups/${crowd}`);
        const members = ((left['members'] ?? []) as Body[]).map(({ value }) => users.indexOf(String(value)));
        const found = (body['Resources'] as Body[]).map(({ userName, title, meta }) => [
          String(userName).slice(prefix.length),
          title,
          meta,
        ]);
        return { found, members, version: (left['meta'] as Body)['version'] };
      };
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 12 }), async (steps) => {
          const [together, alone] = [await start(unique('together')), await start(unique('alone'))];
          const results = await bulk(steps.map((one, index) => toOperation(together, one, index)));
          const single: unknown[] = [];
          for (const [index, one] of steps.entries()) {
            const { method, path, data } = { data: undefined, ...toOperation(alone, one, index) };
            const { status, headers } = await service.scim(method, path, data);
            single.push([String(status), headers.get('etag') ?? undefined]);
          }
          expect(results.map(({ status, version }) => [status, version])).toEqual(single);
          expect(await outcome(together)).toEqual(await outcome(alone));
        }),
        { numRuns: 25 },
      );
    });

    it('loses nothing beside single requests for the same users', async () => {
      const users = await Promise.all(Array.from({ length: 5 }, () => newUser()));
      const add = (name: string) => ({ op: 'add', path: 'emails', value: [{ value: `${name}@example.com` }] });
      const answers = await Promise.all([
        ...users.map(({ id }) => service.scim('PATCH', `/Users/${id}`, { Operations: [add('before')] })),
        send(users.map(({ id }) => patch(`/Users/${id}`, add('bulk-a')))),
        send([...users].reverse().map(({ id }) => patch(`/Users/${id}`, add('bulk-b')))),
        ...users.map(({ id }) => service.scim('PATCH', `/Users/${id}`, { Operations: [add('after')] })),
      ]);
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
      for (const { id } of users) {
        const { body } = await service.scim('GET', `/Users/${id}`);
        expect(body['emails']).toHaveLength(4);
        expect(body).toMatchObject({ meta: { version: 'W/"5"' } });
      }
    });
  });

  it('makes users that are found like those of single requests', async () => {
    const data = (name: string) => ({
      userName: unique(name),
      displayName: 'Élodie',
      title: 'ÄRZTIN',
      externalId: 'bulk-found',
      emails: [{ value: 'Found@Example.com' }, { value: 'found@example.com', type: 'home' }],
    });
    await service.scim('POST', '/Users', data('Ünal'));
    const results = await bulk([user('a', '', data('Ünal')), user('b', '', data('Ünal'))]);
    expect(statuses(results)).toEqual(['201', '201']);
    for (const filter of [
      'userName sw "üNAL"',
      'emails.value eq "FOUND@example.com"',
      'externalId eq "bulk-found"',
      'title eq "ärztin"',
    ])
      expect([filter, await count('/Users', filter)]).toEqual([filter, 3]);
  });

  describe('provisioning', () => {
    it('makes a Lead of every user, and a journal entry that is found by the request', async () => {
      const prefix = unique('lead');
      const operations = Array.from({ length: 120 }, (_, index) =>
        user(String(index), `${prefix}-${index}`, {
          name: { familyName: `${prefix}-${index}` },
          [ENTERPRISE]: { organization: 'Example' },
        }),
      );
      const results = await bulk(operations);
      expect(new Set(statuses(results))).toEqual(new Set(['201']));
      const leads = await eventually(async () => {
        const found = (await service.leads()).filter(({ LastName }) => String(LastName).startsWith(`${prefix}-`));
        return found.length >= operations.length ? found : undefined;
      });
      expect(new Set(leads.map(({ LastName }) => LastName)).size).toBe(120);
      expect(leads).toHaveLength(120);
      const { body } = await service.scim('GET', `/Users/${idOf(results[119])}?attributes=${PROVISIONING}`);
      expect(body[PROVISIONING]).toMatchObject({ state: expect.any(String) as unknown });
    });
  });

  describe('limits (RFC 7644 §3.7.4)', () => {
    const expectFault = ({ status, body }: Answer, wanted: number, scimType: unknown, detail: RegExp): void => {
      expect([status, body['schemas'], body['status'], body['scimType']]).toEqual([
        wanted,
        [ERROR],
        String(wanted),
        scimType,
      ]);
      expect(body['detail']).toMatch(detail);
    };

    it('are told by ServiceProviderConfig', async () => {
      const { body } = await service.scim('GET', '/ServiceProviderConfig');
      expect(body['bulk']).toEqual({ supported: true, maxOperations: 1000, maxPayloadSize: 1048576 });
    });

    it('takes a thousand operations and refuses one more with 413, without a trace', async () => {
      const prefix = unique('many');
      const operations = Array.from({ length: 1001 }, (_, index) => user(String(index), `${prefix}-${index}`));
      expectFault(await send(operations), 413, undefined, /maxOperations \(1000\)/);
      expect(await count('/Users', `userName sw "${prefix}-"`)).toBe(0);
      expect(new Set(statuses(await bulk(operations.slice(1))))).toEqual(new Set(['201']));
      expect(await count('/Users', `userName sw "${prefix}-"`)).toBe(1000);
    });

    it('refuses a body that is too large with 413', async () => {
      const title = 'x'.repeat(1024 * 1024);
      expectFault(await send([user('a', 'a', { title })]), 413, undefined, /1048576/);
    });

    it.each<[title: string, body: unknown, scimType: string, detail: RegExp]>([
      ['another message', { schemas: [PATCH_OP], Operations: [] }, 'invalidSyntax', /BulkRequest/],
      ['no operations', { schemas: [BULK_REQUEST] }, 'invalidSyntax', /Operations/],
      ['no body', undefined, 'invalidSyntax', /BulkRequest/],
    ])('refuses %s with 400', async (_, body, scimType, detail) => {
      expectFault(await service.scim('POST', '/Bulk', body), 400, scimType, detail);
    });

    it('answers GET with 405, and nobody without credentials', async () => {
      expect((await service.scim('GET', '/Bulk')).status).toBe(405);
      const { status } = await request(`${service.app.scimUrl}/Bulk`, 'POST', {}, { authorization: '' });
      expect(status).toBe(401);
    });
  });
});
