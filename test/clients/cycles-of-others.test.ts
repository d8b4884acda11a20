/** Provisioning cycles of OneLogin, SailPoint, One Identity and JumpCloud, with the default profile, to the last Lead. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ENGINES } from '../support/engines.ts';
import { eventually, startService, type Answer, type TestService } from '../support/service.ts';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const OPEN = 'Open - Not Contacted';
const CLOSED = 'Closed - Not Converted';

type Fields = Readonly<Record<string, unknown>>;

describe.each(ENGINES)('a provisioning cycle without a profile on $name', (engine) => {
  let service: TestService;
  beforeAll(async () => {
    service = await startService(engine);
  });
  afterAll(() => service.close());
  afterEach(async () => {
    for (const type of ['Users', 'Groups'])
      for (const { id } of await all(type)) await service.scim('DELETE', `/${type}/${id}`);
    await leadsAre();
  });

  const all = async (type: string): Promise<readonly { id: string }[]> =>
    (await service.scim('GET', `/${type}?count=1000`)).body['Resources'] as { id: string }[];
  const ask = async (method: string, path: string, body?: object): Promise<Answer> => {
    const answer = await service.scim(method, path, body);
    expect([method, path, answer.status, answer.text]).toEqual([method, path, SUCCESS[method] ?? 200, answer.text]);
    return answer;
  };
  const create = async (type: string, body: object): Promise<string> =>
    `/${type}/${String((await ask('POST', `/${type}`, body)).body['id'])}`;
  const patch = (path: string, ...operations: readonly object[]): Promise<Answer> =>
    ask('PATCH', path, { schemas: [PATCH_OP], Operations: operations });
  const find = async (filter: string): Promise<Fields> =>
    (await ask('GET', `/Users?filter=${encodeURIComponent(filter)}`)).body;
  const leadsAre = (...expected: readonly Fields[]): Promise<unknown> => {
    let last: readonly Fields[] = [];
    const isSo = async (): Promise<true | undefined> => {
      last = await service.leads();
      const has = (fields: Fields): boolean =>
        last.some((lead) => Object.entries(fields).every(([name, value]) => (lead[name] ?? null) === value));
      return last.length === expected.length && expected.every(has) ? true : undefined;
    };
    return eventually(isSo, 8_000).catch(() => expect(last).toEqual(expected));
  };
  const person = (userName: string, more: object = {}): object => ({
    schemas: [USER],
    userName,
    name: { givenName: 'Kim', familyName: userName },
    emails: [{ type: 'work', primary: true, value: `${userName}@example.com` }],
    ...more,
  });

  it('of OneLogin: looks up, makes, changes by PATCH, moves in groups by lists of values, and deletes', async () => {
    expect(await find('userName eq "bob"')).toMatchObject({ totalResults: 0, Resources: [] });
    const bob = await create('Users', person('bob'));
    const [, , value] = bob.split('/');
    const group = await create('Groups', { schemas: [GROUP], displayName: 'Sales' });
    expect((await patch(group, { op: 'add', path: 'members', value: [{ value, display: 'Bob' }] })).body).toMatchObject(
      {
        members: [{ value }],
      },
    );
    await patch(bob, { op: 'replace', path: 'name.familyName', value: 'Bobson' });
    await leadsAre({ FirstName: 'Kim', LastName: 'Bobson', Email: 'bob@example.com' });
    const emptied = await patch(group, { op: 'remove', path: 'members', value: [{ value, display: 'Robert' }] });
    expect(emptied.body).not.toHaveProperty('members');
    await ask('DELETE', bob);
    await leadsAre();
  });

  it('of SailPoint: merges parts of a name, disables and enables, gives one group to many at once', async () => {
    const names = Array.from({ length: 10 }, (_, at) => `user-${at}`);
    const people = await Promise.all(names.map((userName) => create('Users', person(userName, { active: true }))));
    const group = await create('Groups', { schemas: [GROUP], displayName: 'Entitlement' });
    const ids = people.map((path) => path.split('/')[2]);
    await Promise.all(ids.map((value) => patch(group, { op: 'add', path: 'members', value: [{ value }] })));
    const { body } = await ask('GET', group);
    expect((body['members'] as { value: string }[]).map((member) => member.value).sort()).toEqual([...ids].sort());
    const [first = ''] = people;
    // Who is disabled before the Lead is made gets none.
    await leadsAre(...names.map((LastName) => ({ LastName, FirstName: 'Kim' })));
    await patch(first, { op: 'replace', path: 'name', value: { givenName: 'Kay' } });
    await patch(first, { op: 'replace', path: 'active', value: false });
    const others = names.slice(1).map((LastName) => ({ LastName, FirstName: 'Kim', Status: OPEN }));
    await leadsAre({ FirstName: 'Kay', LastName: 'user-0', Status: CLOSED }, ...others);
    await patch(first, { op: 'replace', path: 'active', value: true });
    await leadsAre({ FirstName: 'Kay', LastName: 'user-0', Status: OPEN }, ...others);
  });

  it('of One Identity: reads people by a long or, and updates those it found', async () => {
    const names = Array.from({ length: 100 }, (_, at) => `user-${at}`);
    for (const userName of names.slice(0, 3)) await create('Users', person(userName));
    const found = await find(names.map((name) => `userName eq "${name}"`).join(' or '));
    expect(found['totalResults']).toBe(3);
    for (const { id } of found['Resources'] as { id: string }[])
      await patch(`/Users/${id}`, { op: 'replace', path: 'title', value: 'Engineer' });
    await leadsAre(...names.slice(0, 3).map((LastName) => ({ LastName, Title: 'Engineer' })));
  });

  it('of JumpCloud: puts whole users and whole groups, with nulls in them', async () => {
    const path = await create('Users', person('ann', { active: true, title: 'Engineer' }));
    const [, , id] = path.split('/');
    await leadsAre({ LastName: 'ann', Title: 'Engineer', Status: OPEN });
    await ask('PUT', path, person('ann', { id, active: true, title: null, nickName: null }));
    await leadsAre({ LastName: 'ann', Title: null, Status: OPEN });
    const group = await create('Groups', { schemas: [GROUP], displayName: 'Staff', members: [] });
    const put = (members: readonly object[]) =>
      ask('PUT', group, { schemas: [GROUP], id: group.split('/')[2], displayName: 'Staff', members });
    expect((await put([{ value: id, display: null }])).body).toMatchObject({ members: [{ value: id }] });
    expect((await put([])).body).not.toHaveProperty('members');
    await ask('PUT', path, person('ann', { id, active: false }));
    await leadsAre({ LastName: 'ann', Status: CLOSED });
  });
});

const SUCCESS: Readonly<Record<string, number>> = { POST: 201, DELETE: 204 };
