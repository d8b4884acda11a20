/** Memberships as input of the mapping, from a SCIM request to the Lead. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { ENGINES } from '../support/engines.ts';
import { eventually, request, startService, type TestService } from '../support/service.ts';

const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const REQUIRED = { LastName: { from: 'userName' }, Company: { constant: 'Acme' } };
const BY_GROUP = {
  fields: {
    ...REQUIRED,
    City: { from: 'groups.display' },
    Title: { from: 'groups[display eq "VIP"].display', default: 'Visitor' },
    Description: { expression: '$join(groups.(display & "/" & type), ";")' },
  },
};

describe.each(ENGINES)('groups of a user in its Lead, on $name', (engine) => {
  let service: TestService;
  let folder: string;
  afterEach(async () => {
    await service.close();
    rmSync(folder, { recursive: true });
  });

  const start = async (mapping: object): Promise<void> => {
    folder = mkdtempSync(join(tmpdir(), 'scim-mapping-'));
    const path = join(folder, 'mapping.json');
    writeFileSync(path, JSON.stringify(mapping));
    service = await startService(engine, { MAPPING_FILE: path });
  };
  const create = async (path: string, body: object): Promise<string> => {
    const answer = await service.scim('POST', path, body);
    expect(answer.status).toBe(201);
    return answer.body['id'] as string;
  };
  const createUser = (userName: string): Promise<string> => create('/Users', { userName });
  const createGroup = (displayName: string, ...members: readonly string[]): Promise<string> =>
    create('/Groups', { displayName, members: members.map((value) => ({ value })) });
  const patchGroup = async (id: string, ...Operations: object[]): Promise<void> => {
    const answer = await service.scim('PATCH', `/Groups/${id}`, { schemas: [PATCH], Operations });
    expect([200, 204]).toContain(answer.status);
  };
  /** Once the Lead has these values. */
  const lead = (id: string, fields: object): Promise<unknown> =>
    eventually(async () => {
      const found = (await service.leads()).find(({ SCIM_Id__c }) => SCIM_Id__c === id);
      return found && Object.entries(fields).every(([name, value]) => found[name] === value) ? found : undefined;
    });
  const all = (count: number, city: string): Promise<unknown> =>
    eventually(async () => {
      const found = (await service.leads()).filter(({ City }) => City === city);
      return found.length === count ? found : undefined;
    });
  const apiCalls = async (): Promise<number> =>
    Number((await request(`${service.sandbox.url}/sandbox/calls`, 'GET')).body['api']);

  it('follow into it, and out of it, whatever changes them', async () => {
    await start(BY_GROUP);
    const id = await createUser('robin');
    await lead(id, { City: null, Title: 'Visitor', Description: null });

    const staff = await createGroup('Staff', id);
    await lead(id, { City: 'Staff', Title: 'Visitor', Description: 'Staff/direct' });
    const vip = await createGroup('VIP', staff);
    await lead(id, { City: 'Staff', Title: 'VIP', Description: 'Staff/direct;VIP/indirect' });

    await patchGroup(staff, { op: 'replace', path: 'displayName', value: 'Crew' });
    await lead(id, { City: 'Crew', Description: 'Crew/direct;VIP/indirect' });
    await patchGroup(vip, { op: 'add', path: 'members', value: [{ value: id }] });
    await lead(id, { Description: 'Crew/direct;VIP/direct' });
    await patchGroup(staff, { op: 'remove', path: `members[value eq "${id}"]` });
    await lead(id, { City: 'VIP', Description: 'VIP/direct' });
    expect((await service.scim('DELETE', `/Groups/${vip}`)).status).toBe(204);
    await lead(id, { City: null, Title: 'Visitor', Description: null });
    expect((await service.scim('GET', `/Users/${id}`)).headers.get('etag')).toBe('W/"1"');
  });

  it('reach every member of a group that gets a new name, with one call for 200 Leads or more', async () => {
    await start(BY_GROUP);
    const ids = await Promise.all(Array.from({ length: 300 }, (_, index) => createUser(`user${index}`)));
    const group = await createGroup('Staff', ...ids);
    await all(300, 'Staff');
    const before = await apiCalls();
    await patchGroup(group, { op: 'replace', path: 'displayName', value: 'Crew' });
    await all(300, 'Crew');
    expect((await apiCalls()) - before).toBeLessThanOrEqual(2);
  });

  it('cost nothing where the mapping does not read them', async () => {
    await start({ fields: REQUIRED });
    const id = await createUser('robin');
    await lead(id, { LastName: 'robin' });
    await createGroup('Staff', id);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const { text } = await service.scim('GET', `/Users/${id}?attributes=groups`);
    expect(text).toContain('Staff');
    expect(service.log().match(/lead (delivered|skipped)/g)).toEqual(['lead delivered']);
  });
});
