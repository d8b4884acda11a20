/** A provisioning cycle of Microsoft Entra ID and one of Okta, from the test of the connection to the last Lead. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ENGINES } from '../support/engines.ts';
import { eventually, startService, type Answer, type TestService } from '../support/service.ts';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const OPEN = 'Open - Not Contacted';
const CLOSED = 'Closed - Not Converted';

describe.each(ENGINES)('a provisioning cycle on $name', (engine) => {
  let service: TestService;
  afterEach(() => service.close());

  const start = async (client: 'entra' | 'okta', userAgent: Record<string, string> = {}) => {
    const token = `secret-token-of-${client}`;
    service = await startService(engine, {
      SCIM_CREDENTIALS: JSON.stringify([{ name: client, token, profile: client }]),
    });
    const headers = { authorization: `Bearer ${token}`, ...userAgent };
    return (method: string, path: string, body?: object): Promise<Answer> => service.scim(method, path, body, headers);
  };
  const leadIs = (expected: Readonly<Record<string, unknown>>): Promise<true> =>
    eventually(async () => {
      const [lead, ...others] = await service.leads();
      const isSo = lead && Object.entries(expected).every(([name, value]) => lead[name] === value);
      return isSo && others.length === 0 ? true : undefined;
    }, 8_000);

  describe('of Microsoft Entra ID', () => {
    let entra: Awaited<ReturnType<typeof start>>;
    beforeEach(async () => {
      entra = await start('entra');
    });

    const find = (filter: string, more = '') =>
      entra('GET', `/Users?aadOptscim062020&filter=${encodeURIComponent(filter)}${more}`);
    const patch = (id: string, ...Operations: object[]) =>
      entra('PATCH', `/Users/${id}?aadOptscim062020`, { schemas: [PATCH_OP], Operations });

    it('makes, matches, updates, deactivates, reactivates and deletes one Lead', async () => {
      expect((await find('userName eq "0d1c6d8e-7b9a-4a06-9d59-0a5a2d0d3f6a"')).body['totalResults']).toBe(0);
      const made = await entra('POST', '/Users?aadOptscim062020', {
        schemas: [USER, ENTERPRISE],
        externalId: 'kim',
        userName: 'kim@contoso.com',
        active: true,
        emails: [{ primary: true, type: 'work', value: 'kim@contoso.com' }],
        meta: { resourceType: 'User' },
        name: { formatted: 'Kim Akers', familyName: 'Akers', givenName: 'Kim' },
        roles: [],
        [ENTERPRISE]: { organization: 'Contoso' },
      });
      expect(made.status).toBe(201);
      const id = String(made.body['id']);
      await leadIs({ LastName: 'Akers', FirstName: 'Kim', Email: 'kim@contoso.com', Company: 'Contoso' });

      expect((await find('externalId eq "kim"')).body).toMatchObject({ totalResults: 1, Resources: [{ id }] });
      const updated = await patch(
        id,
        { op: 'Replace', path: 'name.familyName', value: 'Abercrombie' },
        { op: 'Replace', path: 'emails[type eq "work"].value', value: 'kim.a@contoso.com' },
        { op: 'Add', path: 'phoneNumbers[type eq "mobile"].value', value: '+1 555 0100' },
        { op: 'Add', path: `${ENTERPRISE}:manager`, value: 'manager-1' },
      );
      expect([updated.status, updated.body[ENTERPRISE]]).toEqual([
        200,
        { organization: 'Contoso', manager: { value: 'manager-1' } },
      ]);
      await leadIs({ LastName: 'Abercrombie', Email: 'kim.a@contoso.com', MobilePhone: '+1 555 0100' });

      await patch(id, { op: 'Replace', path: 'active', value: 'False' });
      await leadIs({ Status: CLOSED });
      expect((await find('userName eq "kim@contoso.com"')).body['totalResults']).toBe(1);
      await patch(id, { op: 'Replace', path: 'active', value: 'True' });
      await leadIs({ Status: OPEN });

      expect((await entra('DELETE', `/Users/${id}`)).status).toBe(204);
      expect((await entra('DELETE', `/Users/${id}`)).status).toBe(404);
      await eventually(async () => ((await service.leads()).length === 0 ? true : undefined));
    });

    it('pushes a group, renames it, moves its members, and deletes it', async () => {
      const ids: string[] = [];
      for (const userName of ['a@contoso.com', 'b@contoso.com'])
        ids.push(String((await entra('POST', '/Users', { schemas: [USER], userName })).body['id']));
      const filter = encodeURIComponent('displayName eq "Sales"');
      const lookUp = () => entra('GET', `/Groups?excludedAttributes=members&filter=${filter}`);
      expect((await lookUp()).body['totalResults']).toBe(0);
      const { body } = await entra('POST', '/Groups', { schemas: [GROUP], displayName: 'Sales', externalId: 'g' });
      const path = `/Groups/${String(body['id'])}`;
      const change = (...Operations: object[]) => entra('PATCH', path, { schemas: [PATCH_OP], Operations });
      const members = ids.map((value) => ({ $ref: null, value }));
      expect((await change({ op: 'Add', path: 'members', value: members })).status).toBe(200);
      expect((await change({ op: 'Remove', path: 'members', value: members.slice(0, 1) })).status).toBe(200);
      expect((await change({ op: 'Replace', path: 'displayName', value: 'Sales EU' })).body).toMatchObject({
        displayName: 'Sales EU',
        members: [{ value: ids[1] }],
      });
      expect((await entra('GET', `/Users/${ids[1] ?? ''}`)).body['groups']).toMatchObject([{ display: 'Sales EU' }]);
      expect((await entra('DELETE', path)).status).toBe(204);
      expect((await entra('GET', `/Users/${ids[1] ?? ''}`)).body).not.toHaveProperty('groups');
    });
  });

  describe('of Okta', () => {
    let okta: Awaited<ReturnType<typeof start>>;
    beforeEach(async () => {
      okta = await start('okta', { 'user-agent': 'Okta SCIM Client 1.0.0', 'accept-charset': 'utf-8' });
    });

    const PROFILE = {
      schemas: [USER],
      userName: 'isaac.brock@example.com',
      name: { givenName: 'Isaac', familyName: 'Brock' },
      emails: [{ primary: true, value: 'isaac.brock@example.com', type: 'work' }],
      displayName: 'Isaac Brock',
      locale: 'en-US',
      externalId: '00ujl29u0le5T6Aj10h7',
      groups: [],
      password: '1mz050nq',
      active: true,
    };

    it('assigns, updates by PUT, unassigns, assigns again and pushes a group, with one Lead throughout', async () => {
      const filter = encodeURIComponent('userName eq "isaac.brock@example.com"');
      const lookUp = () => okta('GET', `/Users?filter=${filter}&startIndex=1&count=100`);
      expect((await lookUp()).body).toMatchObject({ totalResults: 0, Resources: [] });
      const made = await okta('POST', '/Users', PROFILE);
      expect([made.status, made.body['password']]).toEqual([201, undefined]);
      const path = `/Users/${String(made.body['id'])}`;
      await leadIs({ LastName: 'Brock', FirstName: 'Isaac' });

      const whole = (await okta('GET', path)).body;
      const put = await okta('PUT', path, { ...whole, name: { givenName: 'Isaac', familyName: 'Brocks' } });
      expect(put.status).toBe(200);
      await leadIs({ LastName: 'Brocks' });

      const off = { schemas: [PATCH_OP], Operations: [{ op: 'replace', value: { active: false } }] };
      expect((await okta('PATCH', path, off)).body['active']).toBe(false);
      await leadIs({ Status: CLOSED });
      const again = await okta('POST', '/Users', PROFILE);
      expect([again.status, `/Users/${String(again.body['id'])}`]).toEqual([201, path]);
      await leadIs({ Status: OPEN, LastName: 'Brock' });

      const members = [{ value: again.body['id'], display: 'isaac.brock@example.com' }];
      const group = await okta('POST', '/Groups', { schemas: [GROUP], displayName: 'Modest', members });
      expect([group.status, group.body['members']]).toEqual([201, [expect.objectContaining(members[0] ?? {})]]);
      const Operations = [{ op: 'replace', path: 'members', value: [] }];
      const emptied = await okta('PATCH', `/Groups/${String(group.body['id'])}`, { schemas: [PATCH_OP], Operations });
      expect([emptied.status, emptied.body['members'] ?? []]).toEqual([200, []]);
    });
  });
});
