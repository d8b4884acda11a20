/** What the habits of a client change, over HTTP and on disk (RFC 7644 §3.3, §3.5). */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ENGINES } from '../support/engines.ts';
import { startService, type Answer, type TestService } from '../support/service.ts';

const CLIENTS = ['wso2', 'entra', 'okta', 'strict'] as const;
type Client = (typeof CLIENTS)[number] | 'default';

const SCIM_CREDENTIALS = JSON.stringify(
  CLIENTS.map((name) => ({ name, token: `token-of-the-${name}-client`, profile: name })),
);
const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

describe.each(ENGINES)('profiles on $name', (engine) => {
  let service: TestService;

  beforeAll(async () => {
    service = await startService(engine, { SCIM_CREDENTIALS });
  });
  afterAll(() => service.close());

  const as = (client: Client, method: string, path: string, body?: unknown): Promise<Answer> =>
    service.scim(
      method,
      path,
      body,
      client === 'default' ? {} : { authorization: `Bearer token-of-the-${client}-client` },
    );
  const patch = (client: Client, path: string, ...Operations: unknown[]) =>
    as(client, 'PATCH', path, { schemas: [PATCH_OP], Operations });
  const find = (client: Client, type: string, filter: string) =>
    as(client, 'GET', `/${type}?filter=${encodeURIComponent(filter)}`);
  const idOf = ({ body }: Answer): string => body['id'] as string;

  describe('wso2', () => {
    it('merges a repeated POST into the user that has the name, and blanks nothing', async () => {
      const first = await as('wso2', 'POST', '/Users', {
        schemas: [],
        userName: 'Robin',
        emails: ['robin@wso2.com'],
        name: { givenName: 'Robin', familyName: 'Hood' },
      });
      expect(first.status).toBe(201);
      const again = await as('wso2', 'POST', '/Users', { schemas: [], userName: 'robin', name: { givenName: 'Rob' } });
      expect([again.status, idOf(again)]).toEqual([200, idOf(first)]);
      expect(again.body).toMatchObject({
        userName: 'robin',
        name: { givenName: 'Rob', familyName: 'Hood' },
        emails: [{ value: 'robin@wso2.com' }],
      });
    });

    it('leaves the version alone when a POST is repeated word for word', async () => {
      const body = { schemas: [], userName: 'tuck', password: 'friar123', emails: ['tuck@wso2.com'] };
      const first = await as('wso2', 'POST', '/Users', body);
      const again = await as('wso2', 'POST', '/Users', body);
      expect([again.status, again.headers.get('etag')]).toEqual([200, first.headers.get('etag')]);
    });

    it('makes one user of parallel POSTs of one name', async () => {
      const posts = Array.from({ length: 8 }, (_, at) =>
        as('wso2', 'POST', '/Users', { schemas: [], userName: 'marian', title: `t${at}`, emails: ['marian@wso2.com'] }),
      );
      const answers = await Promise.all(posts);
      expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([...Array<number>(7).fill(200), 201]);
      expect(new Set(answers.map(idOf)).size).toBe(1);
    });

    it('merges a repeated POST of a group', async () => {
      const first = await as('wso2', 'POST', '/Groups', {
        schemas: [],
        displayName: 'Outlaws',
        members: [{ value: 'm1' }],
      });
      const again = await as('wso2', 'POST', '/Groups', { schemas: [], displayName: 'outlaws' });
      expect([again.status, idOf(again)]).toEqual([200, idOf(first)]);
      expect(again.body['members']).toEqual([{ value: 'm1' }]);
    });

    it('merges a PUT: what it leaves out stays, what is empty goes', async () => {
      const { body } = await as('wso2', 'POST', '/Users', {
        userName: 'john',
        title: 'Little',
        nickName: 'LJ',
        emails: ['john@wso2.com'],
      });
      const id = String(body['id']);
      const put = await as('wso2', 'PUT', `/Users/${id}`, {
        schemas: [],
        userName: 'john',
        nickName: '',
        active: true,
      });
      expect(put.status).toBe(200);
      expect(put.body).toMatchObject({ title: 'Little', active: true, emails: [{ value: 'john@wso2.com' }] });
      expect(put.body).not.toHaveProperty('nickName');
      const replaced = await as('default', 'PUT', `/Users/${id}`, { userName: 'john' });
      expect(replaced.body).not.toHaveProperty('title');
    });

    it('leaves readOnly paths of a PATCH out', async () => {
      const id = idOf(await as('wso2', 'POST', '/Users', { userName: 'alan' }));
      const operations = [
        { op: 'replace', path: 'id', value: 'other' },
        { op: 'replace', path: 'meta.created', value: '2020-01-01T00:00:00Z' },
        { op: 'replace', path: 'title', value: 'Minstrel' },
      ];
      const patched = await patch('wso2', `/Users/${id}`, ...operations);
      expect([patched.status, patched.body['id'], patched.body['title']]).toEqual([200, id, 'Minstrel']);
      expect(await patch('default', `/Users/${id}`, operations[0])).toMatchObject({
        status: 400,
        body: { scimType: 'mutability' },
      });
    });

    it.each([
      ['a name without its domain', 'PRIMARY/much', 'much'],
      ['a name with a domain that it was made without', 'scarlet', 'PRIMARY/scarlet'],
      ['a name as it is, before any other', 'SECONDARY/nan', 'SECONDARY/nan'],
    ])('finds %s', async (_title, made, looked) => {
      const id = idOf(await as('wso2', 'POST', '/Users', { userName: made }));
      const found = await as(
        'wso2',
        'GET',
        `/Users?filter=userName%20Eq%20${encodeURIComponent(looked)}&startIndex=1&count=1`,
      );
      expect(found.body).toMatchObject({ totalResults: 1, Resources: [{ id }] });
    });

    it('finds nobody where several domains have the name, and nobody of another domain', async () => {
      await as('wso2', 'POST', '/Users', { userName: 'A/twin' });
      await as('wso2', 'POST', '/Users', { userName: 'B/twin' });
      for (const name of ['twin', 'C/twin', 'null'])
        expect((await find('wso2', 'Users', `userName Eq ${name}`)).body).toMatchObject({
          totalResults: 0,
          Resources: [],
        });
      expect((await find('default', 'Users', 'userName eq "much"')).body['totalResults']).toBe(0);
    });

    it('finds groups of domains too', async () => {
      const id = idOf(await as('wso2', 'POST', '/Groups', { displayName: 'PRIMARY/Sheriffs' }));
      expect((await find('wso2', 'Groups', 'displayName Eq Sheriffs')).body).toMatchObject({ Resources: [{ id }] });
    });

    it('answers the PATCH of a long list of members with a body, without the list', async () => {
      const members = Array.from({ length: 1_100 }, (_, at) => ({ value: `member-${at}` }));
      const id = idOf(await as('default', 'POST', '/Groups', { displayName: 'Everybody', members }));
      const one = { op: 'add', path: 'members', value: [{ value: 'one-more' }] };
      const answer = await patch('wso2', `/Groups/${id}`, one);
      expect([answer.status, answer.body['displayName'], 'members' in answer.body]).toEqual([200, 'Everybody', false]);
      expect((await patch('default', `/Groups/${id}`, one)).status).toBe(204);
    });
  });

  describe('entra', () => {
    it('makes the element that a replace chooses and nobody has', async () => {
      const id = idOf(
        await as('entra', 'POST', '/Users', { userName: 'e1', emails: [{ type: 'home', value: 'h@x' }] }),
      );
      const replace = { op: 'Replace', path: 'emails[type eq "work"]', value: { value: 'w@x' } };
      expect(await patch('default', `/Users/${id}`, replace)).toMatchObject({
        status: 400,
        body: { scimType: 'noTarget' },
      });
      expect((await patch('entra', `/Users/${id}`, replace)).body['emails']).toEqual([
        { type: 'home', value: 'h@x' },
        { type: 'work', value: 'w@x' },
      ]);
    });

    it('refuses a POST of a name that is taken', async () => {
      await as('entra', 'POST', '/Users', { userName: 'e2', active: false });
      const again = await as('entra', 'POST', '/Users', { userName: 'E2' });
      expect(again).toMatchObject({ status: 409, body: { scimType: 'uniqueness' } });
    });
  });

  describe('okta', () => {
    it('reactivates the user that a POST names, and merges', async () => {
      const first = await as('okta', 'POST', '/Users', { userName: 'o1', title: 'x', active: true });
      await patch('okta', `/Users/${idOf(first)}`, { op: 'replace', value: { active: false } });
      const again = await as('okta', 'POST', '/Users', { userName: 'o1', nickName: 'y' });
      expect([again.status, idOf(again)]).toEqual([201, idOf(first)]);
      expect(again.body).toMatchObject({ active: true, title: 'x', nickName: 'y' });
    });

    it('refuses a POST of an active one', async () => {
      await as('okta', 'POST', '/Users', { userName: 'o2', active: true });
      expect((await as('okta', 'POST', '/Users', { userName: 'o2' })).status).toBe(409);
    });
  });

  describe('strict', () => {
    it.each([
      ['a body without schemas', 'POST', '/Users', { userName: 's1' }, 'invalidSyntax'],
      [
        'a bare string for an address',
        'POST',
        '/Users',
        { schemas: [USER], userName: 's1', emails: ['a@x'] },
        'invalidValue',
      ],
      ['a filter without quotes', 'GET', '/Users?filter=userName%20eq%20s1', undefined, 'invalidFilter'],
    ])('refuses %s', async (_title, method, path, body, scimType) => {
      expect(await as('strict', method, path, body)).toMatchObject({ status: 400, body: { scimType } });
    });

    it('takes the letter of the RFC', async () => {
      const made = await as('strict', 'POST', '/Users', {
        schemas: [USER],
        userName: 's2',
        emails: [{ value: 'a@x' }],
      });
      expect(made.status).toBe(201);
      const patched = await patch('strict', `/Users/${idOf(made)}`, { op: 'replace', path: 'active', value: true });
      expect(patched.status).toBe(200);
    });
  });
});
