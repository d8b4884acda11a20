/** The habits of SCIM clients, each by its number in docs/profiles.md: what they send, and what must come of it. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ENGINES } from '../support/engines.ts';
import { startService, type Answer, type TestService } from '../support/service.ts';
import { BY_DEFAULT, PATCH_QUIRKS, STRICTLY, type Body, type Client } from './patch-quirks.ts';

const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const GUID = '3a0e6d3c-8f5e-4a54-9c0f-8a4d6f1f2b77';

const SCIM_CREDENTIALS = JSON.stringify(
  ['wso2', 'entra', 'okta', 'strict'].map((name) => ({ name, token: `token-of-the-${name}-client`, profile: name })),
);

describe.each(ENGINES)('clients on $name', (engine) => {
  let service: TestService;
  let serial = 0;

  beforeAll(async () => {
    service = await startService(engine, { SCIM_CREDENTIALS });
  });
  afterAll(() => service.close());

  const as = (client: Client, method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    service.scim(method, path, body, {
      ...(client !== 'default' && { authorization: `Bearer token-of-the-${client}-client` }),
      ...headers,
    });
  const newName = (): string => `someone-${(serial += 1)}`;
  const create = async (body: Body = {}): Promise<string> =>
    String((await as('default', 'POST', '/Users', { userName: newName(), ...body })).body['id']);
  const createGroup = async (members: readonly string[] = []): Promise<{ path: string; displayName: string }> => {
    const displayName = `Group ${(serial += 1)}`;
    const { body } = await as('default', 'POST', '/Groups', {
      displayName,
      members: members.map((value) => ({ value })),
    });
    return { path: `/Groups/${String(body['id'])}`, displayName };
  };
  const patch = (client: Client, path: string, operations: readonly object[], message: Body = {}): Promise<Answer> =>
    as(client, 'PATCH', path, { schemas: [PATCH_OP], Operations: operations, ...message });
  const membersOf = async (path: string): Promise<readonly string[]> => {
    const { body } = await as('default', 'GET', path);
    return ((body['members'] ?? []) as { value: string }[]).map(({ value }) => value);
  };
  const find = (client: Client, type: string, filter: string, more = ''): Promise<Answer> =>
    as(client, 'GET', `/${type}?filter=${encodeURIComponent(filter)}${more}`);

  it.each(PATCH_QUIRKS)('$quirk', async ({ client, before = {}, operations, message, after, without = [] }) => {
    const id = await create(before);
    const answer = await patch(client, `/Users/${id}`, operations, message);
    expect([answer.status, answer.body['detail']]).toEqual([200, undefined]);
    expect(answer.body).toMatchObject(after);
    for (const name of without) expect(answer.body).not.toHaveProperty(name);
    expect((await as('default', 'GET', `/Users/${id}`)).body).toEqual(answer.body);
  });

  it.each(PATCH_QUIRKS)('$quirk: by default, unless it takes a profile', async (row) => {
    const { quirk, before = {}, operations, message, after } = row;
    const { status, body } = await patch('default', `/Users/${await create(before)}`, operations, message);
    const otherwise = BY_DEFAULT[quirk] ?? after;
    expect([quirk, status]).toEqual([quirk, otherwise === 'mutability' ? 400 : 200]);
    expect(body).toMatchObject(otherwise === 'mutability' ? { scimType: otherwise } : otherwise);
  });

  it.each(PATCH_QUIRKS.filter(({ quirk }) => quirk in STRICTLY))('$quirk: strictly', async (row) => {
    const { quirk, before = {}, operations, message } = row;
    const lower = operations.map((operation) => ({ ...operation, op: operation.op.toLowerCase() }));
    const path = `/Users/${await create(before)}`;
    const was = await as('default', 'GET', path);
    const { status, body } = await patch('strict', path, lower, message);
    expect([quirk, status === 200 ? status : body['scimType']]).toEqual([quirk, STRICTLY[quirk]]);
    if (status !== 200) expect((await as('default', 'GET', path)).body).toEqual(was.body);
  });

  describe('WSO2 Identity Server', () => {
    it.each(['bob@example.com', 'robin hood', '12345', 'true', `o'brien "smith"`])(
      'W1 finds by %s without quotes',
      async (userName) => {
        const id = await create({ userName });
        const found = await find('wso2', 'Users', `userName Eq ${userName}`, '&startIndex=1&count=1');
        expect(found.body).toMatchObject({ totalResults: 1, Resources: [{ id }] });
      },
    );

    it('W2 finds nobody with 200 and an empty list', async () => {
      const found = await find('wso2', 'Users', 'userName Eq nobody');
      expect([found.status, found.body['totalResults'], found.body['Resources']]).toEqual([200, 0, []]);
    });

    it('W3 deletes where a JSON type comes without a body', async () => {
      const path = `/Users/${await create()}`;
      expect((await as('wso2', 'DELETE', path, undefined, { 'content-type': 'application/json' })).status).toBe(204);
    });

    it('W4 W5 reads and types its messages as SCIM whatever it says of them', async () => {
      const headers = { 'content-type': 'application/json', accept: '*/*' };
      const got = await as('wso2', 'GET', '/Users?count=1', undefined, headers);
      expect([got.status, got.headers.get('content-type')]).toEqual([200, 'application/scim+json; charset=utf-8']);
      for (const type of ['application/scim+json', 'application/scim+json;charset=utf-8'])
        expect((await as('wso2', 'POST', '/Users', { userName: newName() }, { 'content-type': type })).status).toBe(
          201,
        );
    });

    it('W7 answers every PATCH with 200 and the resource', async () => {
      const answer = await patch('wso2', `/Users/${await create()}`, [{ op: 'replace', path: 'active', value: true }]);
      expect([answer.status, typeof answer.body['userName']]).toEqual([200, 'string']);
    });

    it('W8 adds a member twice and removes it by id', async () => {
      const id = await create();
      const { path } = await createGroup();
      for (const display of ['a', 'b'])
        await patch('wso2', path, [{ op: 'add', path: 'members', value: [{ value: id, display }] }]);
      expect(await membersOf(path)).toEqual([id]);
      await patch('wso2', path, [{ op: 'remove', path: `members[value eq "${id}"]` }]);
      expect(await membersOf(path)).toEqual([]);
    });

    it('W9 merges a PUT of changes', async () => {
      const path = `/Users/${await create({ title: 't', nickName: 'n' })}`;
      const { body } = await as('wso2', 'PUT', path, { schemas: [], userName: newName(), nickName: 'm' });
      expect(body).toMatchObject({ title: 't', nickName: 'm' });
    });

    it('W10 refuses a filter with commas and empties no group', async () => {
      const id = await create();
      const { path } = await createGroup([id]);
      const answer = await patch('wso2', path, [{ op: 'remove', path: 'members[display eq kim,value eq 81ff]' }]);
      expect([answer.status, answer.body['scimType']]).toEqual([400, 'invalidFilter']);
      expect(await membersOf(path)).toEqual([id]);
    });

    it('W11 takes a user store in front of a name as part of it', async () => {
      const userName = `PRIMARY/${newName()}`;
      expect((await as('wso2', 'POST', '/Users', { userName })).body['userName']).toBe(userName);
      expect((await find('wso2', 'Users', `userName Eq ${userName}`)).body['totalResults']).toBe(1);
    });
  });

  describe('Microsoft Entra ID', () => {
    it('E7 removes the members that a value names, and no others', async () => {
      const [one, other] = [await create(), await create()];
      const { path } = await createGroup([one, other]);
      await patch('entra', path, [{ op: 'Remove', path: 'members', value: [{ $ref: null, value: one }] }]);
      expect(await membersOf(path)).toEqual([other]);
    });

    it('E8 removes nobody for an empty value', async () => {
      const id = await create();
      const { path } = await createGroup([id]);
      expect((await patch('entra', path, [{ op: 'Remove', path: 'members', value: [] }])).status).toBe(200);
      expect(await membersOf(path)).toEqual([id]);
    });

    it('E8 refuses members that are none, and removes nobody', async () => {
      const id = await create();
      const { path } = await createGroup([id]);
      const answer = await patch('entra', path, [{ op: 'Remove', path: 'members', value: [{ nope: 1 }] }]);
      expect([answer.status, answer.body['scimType']]).toEqual([400, 'invalidValue']);
      expect(await membersOf(path)).toEqual([id]);
    });

    it('E16 stores no empty object for a text', async () => {
      const path = `/Users/${await create()}`;
      const answer = await patch('entra', path, [
        { op: 'replace', path: 'phoneNumbers[type eq "work"].value', value: {} },
      ]);
      expect([answer.status, answer.body['scimType']]).toEqual([400, 'invalidValue']);
      expect((await as('entra', 'GET', path)).body).not.toHaveProperty('phoneNumbers');
    });

    it('E17 finds by the filters of its matching attributes', async () => {
      const [userName, externalId] = [newName(), newName()];
      const id = await create({ userName, externalId, emails: [{ type: 'work', value: `${userName}@x.com` }] });
      for (const filter of [
        `userName eq "${userName}"`,
        `externalId eq "${externalId}"`,
        `emails[type eq "work"].value eq "${userName}@x.com"`,
      ])
        expect((await find('entra', 'Users', filter)).body).toMatchObject({ totalResults: 1, Resources: [{ id }] });
      const { displayName } = await createGroup([id]);
      const groups = await find('entra', 'Groups', `displayName eq "${displayName}"`, '&excludedAttributes=members');
      expect((groups.body['Resources'] as Body[])[0]).not.toHaveProperty('members');
    });

    it('E18 answers its test of the connection with an empty list', async () => {
      const found = await find('entra', 'Users', `userName eq "${GUID}"`);
      expect([found.status, found.body['totalResults']]).toEqual([200, 0]);
    });

    it('E19 adds members again without complaint', async () => {
      const ids = [await create(), await create()];
      const { path } = await createGroup(ids);
      const answer = await patch('entra', path, [
        { op: 'Add', path: 'members', value: ids.map((value) => ({ value })) },
      ]);
      expect([answer.status, await membersOf(path)]).toEqual([200, ids]);
    });

    it('E22 passes over ?aadOptscim062020', async () => {
      const userName = newName();
      expect((await as('entra', 'POST', '/Users?aadOptscim062020', { userName })).status).toBe(201);
      const path = `/Users?aadOptscim062020&filter=${encodeURIComponent(`userName eq "${userName}"`)}`;
      expect((await as('entra', 'GET', path)).body['totalResults']).toBe(1);
    });

    it('E23 finds a deactivated user, refuses a second of its name, and takes it back', async () => {
      const userName = newName();
      const path = `/Users/${await create({ userName, active: true })}`;
      await patch('entra', path, [{ op: 'Replace', path: 'active', value: 'False' }]);
      expect((await find('entra', 'Users', `userName eq "${userName}"`)).body['totalResults']).toBe(1);
      expect((await as('entra', 'POST', '/Users', { userName })).status).toBe(409);
      const back = await patch('entra', path, [{ op: 'Replace', path: 'active', value: 'True' }]);
      expect(back.body['active']).toBe(true);
    });
  });

  describe('Okta', () => {
    it('O1 is answered with numbers and resources', async () => {
      await create();
      const { body } = await as('okta', 'GET', '/Users?startIndex=1&count=2');
      expect(body).toMatchObject({ startIndex: 1, totalResults: expect.any(Number), itemsPerPage: expect.any(Number) });
      expect((body['Resources'] as unknown[]).length).toBeGreaterThan(0);
    });

    it('O2 replaces a user by a whole PUT', async () => {
      const path = `/Users/${await create({ title: 't' })}`;
      const { status, body } = await as('okta', 'PUT', path, { userName: newName(), displayName: 'd' });
      expect([status, body['displayName'], 'title' in body]).toEqual([200, 'd', false]);
    });

    it('O4 passes over the id where it is the same, and refuses another', async () => {
      const { path } = await createGroup();
      const rename = (id: string) => patch('okta', path, [{ op: 'replace', value: { id, displayName: newName() } }]);
      expect((await rename(path.split('/')[2] ?? '')).status).toBe(200);
      expect((await rename('another')).body['scimType']).toBe('mutability');
    });

    it('O5 empties a group by an empty list', async () => {
      const { path } = await createGroup([await create()]);
      expect((await patch('okta', path, [{ op: 'replace', path: 'members', value: [] }])).status).toBe(200);
      expect(await membersOf(path)).toEqual([]);
    });

    it('O6 adds members without a type, and says which they are', async () => {
      const value = await create();
      const { path } = await createGroup();
      const add = [{ op: 'add', path: 'members', value: [{ value, display: 'a@b' }] }];
      expect((await patch('okta', path, add)).body['members']).toMatchObject([{ value, type: 'User', display: 'a@b' }]);
    });

    it('O7 keeps a large push for one member that is unknown', async () => {
      const ids = [await create(), GUID, await create()];
      const { path } = await createGroup();
      const add = [{ op: 'add', path: 'members', value: ids.map((value) => ({ value })) }];
      expect((await patch('okta', path, add)).status).toBe(200);
      expect(await membersOf(path)).toEqual(ids);
    });

    it('O8 may name a charset', async () => {
      const headers = { 'content-type': 'application/scim+json; charset=utf-8', 'accept-charset': 'utf-8' };
      expect((await as('okta', 'POST', '/Users', { userName: newName() }, headers)).status).toBe(201);
    });

    it('O9 reactivates whom it assigns again, and nobody who is active', async () => {
      const userName = newName();
      const id = await create({ userName, active: false, title: 't' });
      const again = await as('okta', 'POST', '/Users', { userName, active: true });
      expect([again.status, again.body['id'], again.body['title']]).toEqual([201, id, 't']);
      expect((await as('okta', 'POST', '/Users', { userName })).body['scimType']).toBe('uniqueness');
    });

    it('O10 is told of an unknown user in an Error whose status is a string', async () => {
      const { status, body } = await as('okta', 'GET', `/Users/${GUID}`);
      expect([status, body['status'], body['schemas']]).toEqual([
        404,
        '404',
        ['urn:ietf:params:scim:api:messages:2.0:Error'],
      ]);
    });
  });

  describe('others', () => {
    it('X1 removes members named with value and display (OneLogin)', async () => {
      const [one, other] = [await create(), await create()];
      const { path } = await createGroup([one, other]);
      await patch('default', path, [{ op: 'remove', path: 'members', value: [{ value: other, display: 'Bob' }] }]);
      expect(await membersOf(path)).toEqual([one]);
    });

    it('X4 loses none of many changes of one group at once (SailPoint)', async () => {
      const ids = await Promise.all(Array.from({ length: 20 }, () => create()));
      const { path } = await createGroup();
      const answers = await Promise.all(
        ids.map((value) => patch('default', path, [{ op: 'add', path: 'members', value: [{ value }] }])),
      );
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      expect(new Set(await membersOf(path))).toEqual(new Set(ids));
    });

    it('X5 finds by hundreds of names at once (One Identity, Omada)', async () => {
      const names = Array.from({ length: 300 }, (_, at) => `nobody-${at}`);
      const userName = newName();
      await create({ userName });
      const filter = [...names, userName].map((name) => `userName eq "${name}"`).join(' or ');
      expect((await as('default', 'POST', '/Users/.search', { filter })).body['totalResults']).toBe(1);
    });

    it('X5 finds by 200 names in the query of a GET (One Identity)', async () => {
      const userName = newName();
      await create({ userName });
      const names = [...Array.from({ length: 199 }, (_, at) => `nobody-${at}`), userName];
      const found = await find('default', 'Users', names.map((name) => `userName eq "${name}"`).join(' or '));
      expect([found.status, found.body['totalResults']]).toEqual([200, 1]);
    });

    it('X6 takes the members of a PUT, and drops nulls (JumpCloud)', async () => {
      const value = await create();
      const { path, displayName } = await createGroup();
      const put = await as('default', 'PUT', path, { displayName, members: [{ value, display: null }] });
      expect([put.status, await membersOf(path)]).toEqual([200, [value]]);
      const made = await as('default', 'POST', '/Groups', { displayName: newName(), members: [{ value }] });
      expect(made.body['members']).toMatchObject([{ value }]);
    });

    it('X7 reads operations in lower case (scripts)', async () => {
      const path = `/Users/${await create()}`;
      const body = { schemas: [PATCH_OP], operations: [{ op: 'replace', path: 'title', value: 't' }] };
      expect((await as('default', 'PATCH', path, body)).body['title']).toBe('t');
    });

    it('X8 refuses op delete, which is SCIM 1.1: 400 that names the verbs (scimgateway)', async () => {
      const answer = await patch('default', `/Users/${await create({ title: 't' })}`, [
        { op: 'delete', path: 'title' },
      ]);
      expect(answer).toMatchObject({
        status: 400,
        body: { scimType: 'invalidSyntax', detail: 'Operations[0].op must be "add", "replace" or "remove"' },
      });
    });

    it('X9 takes members as plain ids', async () => {
      const value = await create();
      const { path } = await createGroup();
      await patch('default', path, [{ op: 'add', path: 'members', value: [value] }]);
      expect(await membersOf(path)).toEqual([value]);
    });

    it('X10 takes more than 100 members in a request', async () => {
      const members = Array.from({ length: 250 }, (_, at) => ({ value: `member-${at}` }));
      const made = await as('default', 'POST', '/Groups', { displayName: newName(), members });
      expect((made.body['members'] as unknown[]).length).toBe(250);
    });
  });
});
