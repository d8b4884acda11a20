import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ENGINES } from '../support/engines.ts';
import { startService, type Answer, type TestService } from '../support/service.ts';

const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';

type Element = Readonly<Record<string, string>>;

describe.each(ENGINES)('groups over HTTP on $name', (engine) => {
  let service: TestService;
  let count = 0;

  beforeAll(async () => {
    service = await startService(engine);
  });
  afterAll(async () => {
    await service.close();
  });

  const idOf = ({ status, body, text }: Answer): string => {
    if (status !== 201) throw new Error(text);
    return body['id'] as string;
  };
  const createUser = async (displayName?: string): Promise<string> =>
    idOf(await service.scim('POST', '/Users', { schemas: [USER], userName: `member-${(count += 1)}`, displayName }));
  const createGroup = async (
    members: readonly unknown[] = [],
    displayName = `Group ${(count += 1)}`,
  ): Promise<string> => idOf(await service.scim('POST', '/Groups', { schemas: [GROUP], displayName, members }));
  const patch = (id: string, ...Operations: readonly unknown[]): Promise<Answer> =>
    service.scim('PATCH', `/Groups/${id}`, { schemas: [PATCH_OP], Operations });
  const members = async (id: string): Promise<readonly string[]> =>
    (((await service.scim('GET', `/Groups/${id}`)).body['members'] ?? []) as Element[]).map(({ value }) => value ?? '');
  const groupsOf = async (id: string): Promise<readonly Element[]> =>
    ((await service.scim('GET', `/Users/${id}`)).body['groups'] ?? []) as Element[];
  const url = (path: string): string => `${service.app.scimUrl}${path}`;

  it('name their members with type, $ref and the display name they have now', async () => {
    const [babs, plain] = [await createUser('Babs'), await createUser()];
    const inner = await createGroup([], 'Inner');
    const id = await createGroup([{ value: babs }, { value: plain }, { value: inner }, { value: 'nobody' }]);
    await service.scim('PATCH', `/Users/${babs}`, {
      schemas: [PATCH_OP],
      Operations: [{ op: 'replace', path: 'displayName', value: 'Barbara' }],
    });
    expect((await service.scim('GET', `/Groups/${id}`)).body['members']).toEqual([
      { value: babs, $ref: url(`/Users/${babs}`), type: 'User', display: 'Barbara' },
      { value: plain, $ref: url(`/Users/${plain}`), type: 'User' },
      { value: inner, $ref: url(`/Groups/${inner}`), type: 'Group', display: 'Inner' },
      { value: 'nobody' },
    ]);
  });

  it('answer what a client said of a member as it said it', async () => {
    const user = await createUser('Real name');
    const sent = { value: user, $ref: `../Users/${user}`, type: 'Group', display: 'Sent name' };
    const id = await createGroup([sent]);
    expect((await service.scim('GET', `/Groups/${id}`)).body['members']).toEqual([sent]);
  });

  it('are shown to users as readOnly groups, direct and indirect', async () => {
    const user = await createUser();
    const inner = await createGroup([{ value: user }], 'Inner group');
    const outer = await createGroup([{ value: inner }], 'Outer group');
    const shown = [
      { value: inner, $ref: url(`/Groups/${inner}`), display: 'Inner group', type: 'direct' },
      { value: outer, $ref: url(`/Groups/${outer}`), display: 'Outer group', type: 'indirect' },
    ];
    expect(await groupsOf(user)).toEqual(shown);
    const list = await service.scim('GET', `/Users?filter=${encodeURIComponent(`id eq "${user}"`)}`);
    expect((list.body['Resources'] as Record<string, unknown>[])[0]?.['groups']).toEqual(shown);
    const projected = await service.scim('GET', `/Users/${user}?attributes=groups.value`);
    expect(projected.body['groups']).toEqual([{ value: inner }, { value: outer }]);
    const without = await service.scim('GET', `/Users/${user}?excludedAttributes=groups`);
    expect(without.body['groups']).toBeUndefined();
    const written = await service.scim('PATCH', `/Users/${user}`, {
      schemas: [PATCH_OP],
      Operations: [{ op: 'add', path: 'groups', value: [{ value: outer }] }],
    });
    expect([written.status, written.body['scimType']]).toEqual([400, 'mutability']);
    const put = { schemas: [USER], userName: `renamed-${user}`, groups: [] };
    await service.scim('PUT', `/Users/${user}`, put);
    expect(await groupsOf(user)).toEqual(shown);
  });

  it('are answered anew to a client that holds the group from before one of them was renamed or came', async () => {
    const pause = () => new Promise((resolve) => setTimeout(resolve, 2));
    const user = await createUser();
    await pause();
    const group = await createGroup([{ value: user }]);
    const get = async (query = ''): Promise<number> =>
      (await service.scim('GET', `/Groups/${group}${query}`, undefined, { 'if-none-match': 'W/"1"' })).status;
    expect(await get()).toBe(304);
    await pause();
    const Operations = [{ op: 'replace', path: 'displayName', value: 'Renamed' }];
    await service.scim('PATCH', `/Users/${user}`, { schemas: [PATCH_OP], Operations });
    expect([await get(), await get('?excludedAttributes=members')]).toEqual([200, 304]);
  });

  it('are answered anew to a client that holds the user from before they changed, and not when it leaves them out', async () => {
    const user = await createUser();
    const inner = await createGroup([{ value: user }]);
    await service.scim('PATCH', `/Users/${user}`, {
      schemas: [PATCH_OP],
      Operations: [{ op: 'replace', path: 'title', value: 'x' }],
    });
    const holding = { 'if-none-match': 'W/"2"' };
    const get = async (query = ''): Promise<number> =>
      (await service.scim('GET', `/Users/${user}${query}`, undefined, holding)).status;
    await new Promise((resolve) => setTimeout(resolve, 2));
    expect(await get()).toBe(304);
    await createGroup([{ value: inner }]);
    expect(await get()).toBe(200);
    expect([await get('?excludedAttributes=groups'), await get('?attributes=userName')]).toEqual([304, 304]);
  });

  it('that hold each other are answered, and members of one are indirectly in the other', async () => {
    const user = await createUser();
    const a = await createGroup([{ value: user }]);
    const b = await createGroup([{ value: a }]);
    expect((await patch(a, { op: 'add', path: 'members', value: [{ value: b }] })).status).toBe(200);
    expect((await groupsOf(user)).map(({ value, type }) => [value, type])).toEqual([
      [a, 'direct'],
      [b, 'indirect'],
    ]);
  });

  it('lose whoever is deleted and get a new version; the deleted group is no longer shown', async () => {
    const user = await createUser();
    const [a, b] = [await createGroup([{ value: user }, { value: 'x' }]), await createGroup([{ value: user }])];
    await service.scim('DELETE', `/Groups/${b}`);
    expect((await groupsOf(user)).map(({ value }) => value)).toEqual([a]);
    await service.scim('DELETE', `/Users/${user}`);
    expect(await members(a)).toEqual(['x']);
    expect((await service.scim('GET', `/Groups/${a}`)).headers.get('etag')).toBe('W/"2"');
  });

  it('lose nothing under 50 parallel PATCHes of one member each', async () => {
    const id = await createGroup([
      { value: 'keeps' },
      ...Array.from({ length: 25 }, (_, index) => ({ value: `old-${index}` })),
    ]);
    const answers = await Promise.all([
      ...Array.from({ length: 25 }, (_, index) =>
        patch(id, { op: 'add', path: 'members', value: [{ value: `new-${index}` }] }),
      ),
      ...Array.from({ length: 25 }, (_, index) =>
        patch(id, { op: 'remove', path: `members[value eq "old-${index}"]` }),
      ),
    ]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(await members(id))).toEqual(
      new Set(['keeps', ...Array.from({ length: 25 }, (_, index) => `new-${index}`)]),
    );
    expect((await service.scim('GET', `/Groups/${id}`)).headers.get('etag')).toBe('W/"51"');
  });

  it('lose nothing when members and attributes are changed at once', async () => {
    const id = await createGroup();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        index % 2 === 0
          ? patch(id, { op: 'add', path: 'members', value: [{ value: `m-${index}` }] })
          : patch(id, { op: 'replace', path: 'displayName', value: `Name ${id} ${index}` }),
      ),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(await members(id)).toHaveLength(10);
  });

  it.each([
    ['replaced', { op: 'replace', path: 'members', value: [{ value: 'b' }, { value: 'c' }] }, ['b', 'c']],
    ['replaced without a path', { op: 'replace', value: { members: [{ value: 'c' }] } }, ['c']],
    ['added without a path', { op: 'Add', value: { members: [{ value: 'c' }] } }, ['a', 'b', 'c']],
    ['added as bare ids', { op: 'add', path: 'members', value: ['c', 'a'] }, ['a', 'b', 'c']],
    ['removed all', { op: 'remove', path: 'members' }, []],
    ['replaced by nobody', { op: 'replace', path: 'members', value: [] }, []],
    ['removed by value', { op: 'Remove', path: 'members', value: [{ value: 'a', $ref: null }] }, ['b']],
    ['removed by an empty list', { op: 'remove', path: 'members', value: [] }, ['a', 'b']],
    ['removed by filter', { op: 'remove', path: 'members[value eq "a"]' }, ['b']],
    ['removed by several values', { op: 'remove', path: 'members[value eq "a" or value eq "b"]' }, []],
    ['removed by another attribute', { op: 'remove', path: 'members[display eq "A"]' }, ['b']],
    ['removed by what they are not', { op: 'remove', path: 'members[value ne "a"]' }, ['a']],
  ] as const)('have their members %s', async (_how, operation, expected) => {
    const id = await createGroup([{ value: 'a', display: 'A' }, { value: 'b' }]);
    const answer = await patch(id, operation);
    expect([answer.status, await members(id)]).toEqual([200, expected]);
    expect(((answer.body['members'] ?? []) as Element[]).map(({ value }) => value)).toEqual(expected);
  });

  it('stay at their version when a PATCH or a PUT changes nothing', async () => {
    const user = await createUser('Babs');
    const id = await createGroup([{ value: user }, { value: 'x' }]);
    await patch(id, { op: 'add', path: 'members', value: [{ value: user, display: 'Other' }] });
    const { body } = await service.scim('GET', `/Groups/${id}`);
    const answer = await service.scim('PUT', `/Groups/${id}`, body);
    expect([answer.status, answer.headers.get('etag')]).toEqual([200, 'W/"1"']);
  });

  it('are replaced whole by PUT: members left out are gone, others stay as they are', async () => {
    const id = await createGroup([{ value: 'a', display: 'A' }, { value: 'b' }]);
    const answer = await service.scim('PUT', `/Groups/${id}`, {
      schemas: [GROUP],
      displayName: `Put ${id}`,
      members: [{ value: 'c' }, { value: 'a', display: 'A' }],
    });
    expect(answer.status).toBe(200);
    expect(await members(id)).toEqual(['a', 'c']);
    await service.scim('PUT', `/Groups/${id}`, { schemas: [GROUP], displayName: `Put ${id}` });
    expect(await members(id)).toEqual([]);
  });

  it.each([
    ['PUT', [{}]],
    ['PUT', [{ nope: 1 }]],
    ['PUT', [{ value: null }]],
    ['PUT', [{ value: {} }]],
    ['PATCH', [{ value: {} }]],
    ['PATCH', [{ value: null, display: 'Ann' }]],
  ] as const)('are not emptied by a list that names nobody: %s %j', async (method, list) => {
    const id = await createGroup([{ value: 'a' }]);
    const put = { schemas: [GROUP], displayName: `Put ${id}`, members: list };
    const answer =
      method === 'PUT'
        ? await service.scim('PUT', `/Groups/${id}`, put)
        : await patch(id, { op: 'replace', path: 'members', value: list });
    expect([answer.status, answer.body['scimType']]).toEqual([400, 'invalidValue']);
    expect(answer.body['detail']).toMatch(/members\[0\]/);
    expect(await members(id)).toEqual(['a']);
  });

  it('refuse a member without a value with 400 invalidValue that names it, and write nothing', async () => {
    const id = await createGroup([{ value: 'a' }]);
    const answer = await patch(id, { op: 'add', path: 'members', value: [{ value: 'b' }, { display: 'C' }] });
    expect([answer.status, answer.body['scimType'], answer.body['detail']]).toEqual([
      400,
      'invalidValue',
      expect.stringContaining('.value is missing'),
    ]);
    expect(await members(id)).toEqual(['a']);
  });

  it('change all or nothing when one of several operations is refused', async () => {
    const id = await createGroup([{ value: 'a' }]);
    const answer = await patch(
      id,
      { op: 'add', path: 'members', value: ['b'] },
      { op: 'replace', path: 'nope', value: 'x' },
    );
    expect([answer.status, answer.body['scimType']]).toEqual([400, 'invalidPath']);
    expect(await members(id)).toEqual(['a']);
  });

  it('with more than 1,000 members answer a PATCH with 204, and with the resource when attributes are named', async () => {
    const id = await createGroup(Array.from({ length: 1_000 }, (_, index) => ({ value: `m-${index}` })));
    expect((await patch(id, { op: 'replace', path: 'externalId', value: 'x' })).status).toBe(200);
    const answer = await patch(id, { op: 'add', path: 'members', value: [{ value: 'one more' }] });
    expect([answer.status, answer.text, answer.headers.get('etag')]).toEqual([204, '', 'W/"3"']);
    const operation = { op: 'remove', path: 'members[value eq "m-0"]' };
    const named = await service.scim('PATCH', `/Groups/${id}?excludedAttributes=members`, {
      schemas: [PATCH_OP],
      Operations: [operation],
    });
    expect([named.status, named.body['members'], named.body['id']]).toEqual([200, undefined, id]);
    expect(await members(id)).toHaveLength(1_000);
  });

  it('meet If-Match also when only members change', async () => {
    const id = await createGroup([{ value: 'a' }]);
    const body = { schemas: [PATCH_OP], Operations: [{ op: 'add', path: 'members', value: [{ value: 'b' }] }] };
    const first = await service.scim('PATCH', `/Groups/${id}`, body, { 'if-match': 'W/"1"' });
    const second = await service.scim('PATCH', `/Groups/${id}`, body, { 'if-match': 'W/"1"' });
    expect([first.status, second.status]).toEqual([200, 412]);
  });
});
