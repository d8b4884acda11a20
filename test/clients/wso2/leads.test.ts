/** What the tutorial was for, and what it never did: the Leads after what WSO2 Identity Server sends, by both of its connectors. */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ENGINES } from '../../support/engines.ts';
import {
  AUTHORIZATION,
  eventually,
  request,
  startService,
  type Answer,
  type TestService,
} from '../../support/service.ts';

type Lead = Readonly<Record<string, unknown>>;

const CONNECTORS = [
  {
    connector: 'SCIM 2.0 connector',
    root: '/scim2',
    headers: { 'user-agent': 'wso2/scim2/client', 'content-type': 'application/scim+json' },
    schemas: [],
    one: '&startIndex=1&count=1',
  },
  {
    connector: 'SCIM 1.1 connector',
    root: '/wso2/scim',
    headers: { 'user-agent': 'Jakarta Commons-HttpClient/3.1', 'content-type': 'application/json' },
    schemas: ['urn:scim:schemas:core:1.0'],
    one: '',
  },
] as const;

/** WSO2's client gives up after 5 s and asks again; what it is answered must not wait for Salesforce. */
const PATIENCE_MS = 3_000;

describe.each(ENGINES)('WSO2 Identity Server on $name', (engine) => {
  describe.each(CONNECTORS)('Leads of its $connector', ({ root, headers, schemas, one }) => {
    let service: TestService;

    beforeEach(async () => {
      service = await startService(engine);
    });
    afterEach(() => service.close());

    const is = (method: string, path: string, body?: object): Promise<Answer> =>
      request(`${service.app.baseUrl}${root}${path}`, method, body && { schemas, ...body }, {
        ...headers,
        authorization: AUTHORIZATION,
      });
    const idOf = async (type: string, name: string, attribute = 'userName'): Promise<string> => {
      const { body } = await is('GET', `/${type}?filter=${attribute}%20Eq%20${name}${one}`);
      return (body['Resources'] as { id: string }[] | undefined)?.[0]?.id ?? '';
    };
    /** PATCH as each connector words it. */
    const update = async (name: string, changes: Record<string, unknown>): Promise<Answer> => {
      const id = await idOf('Users', name);
      if (root === '/wso2/scim') return is('PATCH', `/Users/${id}`, { userName: name, ...changes });
      const Operations = Object.entries(changes).map(([path, value]) => ({ op: 'replace', path, value }));
      const patch = { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations };
      return is('PATCH', `/Users/${id}`, patch);
    };
    const leads = async (): Promise<readonly Lead[]> => service.leads();
    const leadsAre = (expected: readonly object[]): Promise<true> =>
      eventually(async () => {
        const found = await leads();
        if (found.length !== expected.length) return undefined;
        return expected.every((lead, at) => Object.entries(lead).every(([key, value]) => found[at]?.[key] === value))
          ? true
          : undefined;
      }, 8_000);
    const TUTORIAL = { userName: 'Robin', password: 'robin123', emails: ['robin@wso2.com'] };

    it('make one of the user of the tutorial, follow its updates, and go with it', async () => {
      expect((await is('POST', '/Users', TUTORIAL)).status).toBe(201);
      await leadsAre([{ LastName: 'Robin', Email: 'robin@wso2.com' }]);
      expect((await update('Robin', { name: { familyName: 'Hood' } })).status).toBe(200);
      await leadsAre([{ LastName: 'Hood', Email: 'robin@wso2.com' }]);
      expect((await update('Robin', { emails: ['hood@wso2.com'] })).status).toBe(200);
      await leadsAre([{ LastName: 'Hood', Email: 'hood@wso2.com' }]);
      expect((await is('DELETE', `/Users/${await idOf('Users', 'Robin')}`)).status).toBe(204);
      await leadsAre([]);
    });

    it('are not touched by groups, whose members are there', async () => {
      await is('POST', '/Users', TUTORIAL);
      const value = await idOf('Users', 'Robin');
      const made = await is('POST', '/Groups', { displayName: 'Sales', members: [{ display: 'Robin', value }] });
      expect([made.status, made.body['members']]).toEqual([201, [expect.objectContaining({ value })]]);
      expect(await idOf('Groups', 'Sales', 'displayName')).toBe(made.body['id']);
      await leadsAre([{ LastName: 'Robin' }]);
    });

    it('stay one when IS gives up waiting and sends the user again, and when it sends less', async () => {
      const first = await is('POST', '/Users', { ...TUTORIAL, name: { familyName: 'Hood' } });
      const again = await is('POST', '/Users', { ...TUTORIAL, name: { familyName: 'Hood' } });
      const partial = await is('POST', '/Users', { userName: 'Robin' });
      for (const answer of [again, partial])
        expect([answer.status, answer.body['id']]).toEqual([200, first.body['id']]);
      await leadsAre([{ LastName: 'Hood', Email: 'robin@wso2.com' }]);
    });

    it('are one for two creates at once', async () => {
      const answers = await Promise.all([is('POST', '/Users', TUTORIAL), is('POST', '/Users', TUTORIAL)]);
      expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 201]);
      await leadsAre([{ Email: 'robin@wso2.com' }]);
    });

    it('are one again when IS takes a create back and makes the user anew', async () => {
      await is('POST', '/Users', TUTORIAL);
      await is('DELETE', `/Users/${await idOf('Users', 'Robin')}`);
      expect((await is('POST', '/Users', TUTORIAL)).status).toBe(201);
      await leadsAre([{ Email: 'robin@wso2.com' }]);
    });

    it('keep nobody waiting, whatever Salesforce does', async () => {
      const faults = [{ match: { path: '/services/data' }, times: 50, action: { delayMs: 5_000 } }];
      await request(`${service.sandbox.url}/sandbox/faults`, 'POST', faults, { 'content-type': 'application/json' });
      const startedAt = Date.now();
      expect((await is('POST', '/Users', TUTORIAL)).status).toBe(201);
      expect((await update('Robin', { nickName: 'rob' })).status).toBe(200);
      expect(Date.now() - startedAt).toBeLessThan(PATIENCE_MS);
    });
  });
});
