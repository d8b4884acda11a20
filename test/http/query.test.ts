import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { messyText } from '../scim/support/arbitraries.ts';
import { ENGINES } from '../support/engines.ts';
import { startService, type Answer, type TestService } from '../support/service.ts';

const LIST = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
const SEARCH = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';
const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const PROVISIONING = 'urn:scim-salesforce:params:scim:schemas:extension:provisioning:2.0:User';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

type Query = Readonly<Record<string, string | number>>;

const USERS = [
  { userName: 'beth', displayName: 'Ωmega', title: 'Clerk', [ENTERPRISE]: { department: 'b' } },
  { userName: 'Adam', displayName: 'éclair', emails: [{ value: 'z@x' }, { value: 'a@x', primary: true }] },
  { userName: 'carl', displayName: 'Éclair', emails: [{ value: 'b@x' }], [ENTERPRISE]: { department: 'A' } },
  { userName: 'İpek', active: false },
];

describe.each(ENGINES)('queries over HTTP on $name', (engine) => {
  let service: TestService;

  beforeAll(async () => {
    service = await startService(engine);
    for (const user of USERS) expect((await service.scim('POST', '/Users', user)).status).toBe(201);
    const ids = resources(await service.scim('GET', '/Users')).map(({ id }) => ({ value: id }));
    expect((await service.scim('POST', '/Groups', { displayName: 'beth', members: ids })).status).toBe(201);
  });
  afterAll(() => service.close());

  const resources = ({ body }: Answer): Record<string, unknown>[] => body['Resources'] as Record<string, unknown>[];
  const names = (answer: Answer): unknown[] =>
    resources(answer).map((resource) => resource['userName'] ?? resource['displayName']);
  const get = async (path: string, query: Query = {}): Promise<Answer> => {
    const text = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
    return service.scim('GET', `${path}?${text.join('&')}`);
  };
  const ask = async (path: string, query: Query): Promise<unknown[]> => {
    const answer = await get(path, query);
    expect(answer.status).toBe(200);
    return names(answer);
  };
  const expectFault = (answer: Answer, scimType: string, detail: RegExp): void => {
    expect(answer.body).toEqual({
      schemas: [ERROR],
      status: '400',
      scimType,
      detail: expect.stringMatching(detail) as unknown,
    });
    expect(answer.status).toBe(400);
  };

  it('says in ServiceProviderConfig what it can', async () => {
    expect((await get('/ServiceProviderConfig')).body).toMatchObject({
      filter: { supported: true, maxResults: 1000 },
      sort: { supported: true },
      pagination: {
        cursor: true,
        index: true,
        defaultPaginationMethod: 'index',
        defaultPageSize: 100,
        maxPageSize: 1000,
      },
    });
  });

  describe('sorting (RFC 7644 §3.4.2.3)', () => {
    it.each([
      ['userName', '', ['Adam', 'beth', 'carl', 'İpek']],
      ['USERNAME', 'DESCENDING', ['İpek', 'carl', 'beth', 'Adam']],
      ['displayName', 'ascending', ['Adam', 'carl', 'beth', 'İpek']],
      ['displayName', 'descending', ['İpek', 'beth', 'Adam', 'carl']],
      ['emails', '', ['Adam', 'carl', 'beth', 'İpek']],
      ['emails.value', 'descending', ['beth', 'İpek', 'carl', 'Adam']],
      [`${ENTERPRISE}:department`, '', ['carl', 'beth', 'Adam', 'İpek']],
      ['title', '', ['beth', 'Adam', 'carl', 'İpek']],
      ['active', '', ['İpek', 'beth', 'Adam', 'carl']],
      ['meta.created', 'descending', ['İpek', 'carl', 'Adam', 'beth']],
    ])('lists users by %s %s', async (sortBy, sortOrder, expected) => {
      expect(await ask('/Users', { sortBy, sortOrder })).toEqual(expected);
    });

    it.each([
      [{ sortBy: 'nope' }, 'invalidValue', /sortBy: there is no attribute nope/],
      [{ sortBy: 'name' }, 'invalidValue', /sortBy: name has parts/],
      [{ sortBy: ENTERPRISE }, 'invalidValue', /has parts/],
      [{ sortBy: `${PROVISIONING}:state` }, 'invalidValue', /cannot be searched/],
      [{ sortBy: 'password' }, 'invalidValue', /sortBy: password is never returned/],
      [{ sortBy: 'userName', sortOrder: 'up' }, 'invalidValue', /sortOrder must be ascending or descending/],
    ])('refuses %j with 400 %s', async (query, scimType, detail) => {
      expectFault(await get('/Users', query), scimType, detail);
    });
  });

  describe('filters', () => {
    it.each([
      ['displayName eq "ÉCLAIR"', ['Adam', 'carl']],
      ['displayName sw "ω"', ['beth']],
      ['userName eq "i̇pek"', ['İpek']],
      ['groups.display eq "beth" and title pr', ['beth']],
    ])('finds by %s', async (filter, expected) => {
      expect(await ask('/Users', { filter })).toEqual(expected);
    });

    it.each([
      ['password eq "x"', 'invalidFilter', /never returned/],
      ['nope eq "x"', 'invalidFilter', /User has no attribute nope/],
      [`${PROVISIONING}:state eq "parked"`, 'invalidFilter', /cannot be searched.*scim-salesforce lanes/],
      [`not (${PROVISIONING} pr)`, 'invalidFilter', /cannot be searched/],
    ])('refuses %s with 400 %s', async (filter, scimType, detail) => {
      expectFault(await get('/Users', { filter }), scimType, detail);
    });

    it('finds any of 10,000 values asked for in a body', async () => {
      const filter = Array.from({ length: 10_000 }, (_, at) => `userName eq "${at === 77 ? 'BETH' : `u${at}`}"`);
      const answer = await service.scim('POST', '/Users/.search', { filter: filter.join(' or ') });
      expect(names(answer)).toEqual(['beth']);
    });

    it.each([
      [10_001, 'invalidFilter', /more than 10000 conditions/, (at: number) => `userName eq "${at}"`],
      [2_001, 'tooMany', /2001 conditions are more than 2000/, (at: number) => `title co "${at}"`],
    ])('refuses %i conditions with 400 %s', async (count, scimType, detail, term) => {
      const filter = Array.from({ length: count }, (_, at) => term(at)).join(' or ');
      expectFault(await service.scim('POST', '/.search', { filter }), scimType, detail);
    });
  });

  describe('filters that would keep the database from everybody else', () => {
    const emails = Array.from({ length: 18_000 }, (_, at) => ({ value: `a${at}@example.com` }));
    let path: string;

    beforeAll(async () => {
      const { body } = await service.scim('POST', '/Users', { userName: 'many', emails });
      path = `/Users/${String(body['id'])}`;
    });
    afterAll(() => service.scim('DELETE', path));

    it.each([
      ['conditions on many elements', (terms: string) => terms],
      ['behind a prefix that leaves all', (terms: string) => `userName sw "" and (${terms})`],
      ['behind an index that leaves the largest', (terms: string) => `userName eq "many" and (${terms})`],
    ])('are refused with 400 tooMany: %s', async (_, filterOf) => {
      const terms = Array.from({ length: 1_900 }, (_unused, at) => `emails.value co "x${at}"`).join(' or ');
      const answer = await service.scim('POST', '/Users/.search', { filter: filterOf(terms) });
      expectFault(answer, 'tooMany', /would look at too many values of User/);
    });

    it('do not keep anybody from a single look', async () => {
      const answer = await service.scim('POST', '/Users/.search', { filter: 'emails.value co "a17999@"' });
      expect(names(answer)).toEqual(['many']);
    });
  });

  describe('several types (RFC 7644 §3.4.2.1)', () => {
    it.each(['', '/'])('lists all resources at the root "%s"', async (path) => {
      const answer = await service.scim('GET', path);
      expect(answer.body).toMatchObject({ schemas: [LIST], totalResults: 5, startIndex: 1, itemsPerPage: 5 });
      expect(resources(answer).map(({ meta }) => (meta as { resourceType: string }).resourceType)).toEqual([
        ...USERS.map(() => 'User'),
        'Group',
      ]);
    });

    it.each([
      ['userName eq "beth" or displayName eq "beth"', ['beth', 'beth']],
      ['members pr', ['beth']],
      ['title ne "x"', ['beth', 'Adam', 'carl', 'İpek', 'beth']],
      ['meta.resourceType eq "Group"', ['beth']],
      [`${ENTERPRISE}:department pr and active eq true`, []],
    ])('finds by %s: what a type does not have has no value there', async (filter, expected) => {
      expect(await ask('/', { filter })).toEqual(expected);
    });

    it('sorts across types, and shows of each what was asked for', async () => {
      const answer = await get('/', { sortBy: 'displayName', attributes: 'displayName,userName,members', count: 3 });
      expect(names(answer)).toEqual(['beth', 'Adam', 'carl']);
      expect(resources(answer)[0]).toMatchObject({ displayName: 'beth', members: { length: 4 } });
      expect(resources(answer)[1]).not.toHaveProperty('meta');
    });

    it('refuses an attribute that no type has with 400 invalidFilter', async () => {
      expectFault(await get('/', { filter: 'nope pr' }), 'invalidFilter', /no resource type has an attribute nope/);
    });
  });

  describe('POST /.search (RFC 7644 §3.4.3)', () => {
    it('asks in a body what GET asks in the URL, whatever the case of names and the kind of numbers', async () => {
      const answer = await service.scim('POST', '/Users/.search', {
        Schemas: [SEARCH],
        FILTER: 'userName pr',
        sortby: 'userName',
        sortOrder: 'descending',
        startIndex: '2',
        count: 2,
        attributes: ['userName', 'emails.value'],
      });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toContain('application/scim+json');
      expect(answer.body).toMatchObject({ totalResults: 4, startIndex: 2, itemsPerPage: 2 });
      expect(names(answer)).toEqual(['carl', 'beth']);
      expect(resources(answer)[0]).not.toHaveProperty('displayName');
    });

    it('searches all types at the root', async () => {
      const answer = await service.scim('POST', '/.search', { filter: 'displayName eq "beth"' });
      expect(names(answer)).toEqual(['beth']);
    });

    it.each([
      [[], 'invalidSyntax', /must be a SearchRequest, not an array/],
      [{ schemas: [PATCH] }, 'invalidSyntax', /not a urn:.*PatchOp/],
      [{ filter: 7 }, 'invalidValue', /filter must be a string, not a number/],
      [{ count: 'x' }, 'invalidValue', /count must be an integer/],
      [{ attributes: [1] }, 'invalidValue', /attributes must be a list of attribute names/],
      [{ filter: 'userName eq' }, 'invalidFilter', /expected a value/],
    ])('refuses %j with 400 %s', async (body, scimType, detail) => {
      expectFault(await service.scim('POST', '/Users/.search', body), scimType, detail);
    });

    it('takes POST alone', async () => {
      const answer = await service.scim('GET', '/.search');
      expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
    });
  });

  describe('cursors (RFC 9865)', () => {
    it.each([
      ['/Users', { sortBy: 'userName' }],
      ['/Users', { sortBy: 'title', sortOrder: 'descending' }],
      ['/Users', { sortBy: 'meta.created', filter: 'userName pr' }],
      ['/', {}],
      ['/', { sortBy: 'displayName' }],
    ])('walk through %s with %j to the end', async (path, query) => {
      const all = await ask(path, query);
      const walked: unknown[] = [];
      for (let cursor: string | undefined = '', pages = 0; cursor !== undefined; pages += 1) {
        const answer = await get(path, { ...query, count: 2, cursor });
        expect(answer.body).toMatchObject({ totalResults: all.length });
        expect(answer.body).not.toHaveProperty('startIndex');
        cursor = answer.body['nextCursor'] as string | undefined;
        if (cursor !== undefined) expect(cursor).toMatch(/^[A-Za-z0-9._~-]+$/);
        walked.push(...names(answer));
        expect(pages).toBeLessThan(5);
      }
      expect(walked).toEqual(all);
    });

    const first = async (query: Query): Promise<string> =>
      String((await get('/Users', { ...query, cursor: '', count: 2 })).body['nextCursor']);

    it('go on where they were when resources went meanwhile', async () => {
      const gone = (await service.scim('POST', '/Users', { userName: 'bzz' })).body['id'];
      const answer = await get('/Users', { sortBy: 'userName', count: 3, cursor: '' });
      expect(names(answer)).toEqual(['Adam', 'beth', 'bzz']);
      expect((await service.scim('DELETE', `/Users/${String(gone)}`)).status).toBe(204);
      const cursor = String(answer.body['nextCursor']);
      expect(await ask('/Users', { sortBy: 'userName', count: 3, cursor })).toEqual(['carl', 'İpek']);
    });

    it('do with a POST what they do with a GET', async () => {
      const body = { sortBy: 'userName', cursor: '', count: 3 };
      const answer = await service.scim('POST', '/Users/.search', body);
      const next = await service.scim('POST', '/Users/.search', { ...body, cursor: answer.body['nextCursor'] });
      expect([...names(answer), ...names(next)]).toEqual(['Adam', 'beth', 'carl', 'İpek']);
      expect(next.body).not.toHaveProperty('nextCursor');
    });

    it('give no page of none a next one', async () => {
      expect((await get('/Users', { cursor: '', count: 0 })).body).toEqual({
        schemas: [LIST],
        totalResults: 4,
        itemsPerPage: 0,
        Resources: [],
      });
    });

    it.each([
      ['a word', () => Promise.resolve('nonsense'), { count: 2 }],
      ['of another filter', () => first({ filter: 'userName pr' }), { count: 2 }],
      [
        'of another order',
        () => first({ sortBy: 'userName' }),
        { sortBy: 'userName', sortOrder: 'descending', count: 2 },
      ],
      ['that is damaged', async () => `${await first({})}A`, { count: 2 }],
    ])('are refused with 400 invalidCursor: %s', async (_, cursorOf, query) => {
      const cursor = await cursorOf();
      expectFault(await get('/Users', { ...query, cursor }), 'invalidCursor', /nextCursor/);
    });

    it.each([
      [{ count: 3 }, /count must be 2 as in the first request/],
      [{}, /count must be 2/],
      [{ count: 'x' }, /count must be an integer/],
      [{ count: 1001 }, /count must be at most 1000/],
    ])('are refused with 400 invalidCount with %j', async (query, detail) => {
      const cursor = await first({});
      expectFault(await get('/Users', { ...query, cursor }), 'invalidCount', detail);
    });

    it('are refused together with startIndex', async () => {
      expectFault(await get('/Users', { cursor: '', startIndex: 1 }), 'invalidValue', /startIndex and cursor/);
    });
  });

  it('are answered or refused whatever they are, and never fail', async () => {
    const text = fc.oneof(
      messyText,
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.constantFrom('', 'userName', '9'.repeat(40)),
    );
    const query = fc.record(
      { filter: text, sortBy: text, sortOrder: text, startIndex: text, count: text, cursor: text, attributes: text },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('/Users', '/Groups', ''), query, async (path, asked) => {
        const answer = await service.scim('POST', `${path}/.search`, asked);
        expect([200, 400]).toContain(answer.status);
      }),
      { numRuns: 300 },
    );
  });
});
