import { afterEach, describe, expect, it } from '@jest/globals';
import { ENGINES } from '../support/engines.ts';
import { eventually, request, startService, type TestService } from '../support/service.ts';

const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const PROVISIONING = 'urn:scim-salesforce:params:scim:schemas:extension:provisioning:2.0:User';
const ROBIN = { schemas: [], userName: 'Robin', password: 'robin123', emails: ['robin@wso2.com'] };

type Lead = Record<string, unknown> & { readonly Id: string };

describe.each(ENGINES)('a SCIM user becomes a Salesforce Lead, on $name', (engine) => {
  let service: TestService;
  afterEach(() => service.close());

  const leads = async (): Promise<Lead[]> => (await service.leads()) as Lead[];
  const lead = (check: (lead: Lead) => boolean = () => true): Promise<Lead> =>
    eventually(async () => (await leads()).find(check));
  const create = async (user: object): Promise<string> => {
    const { status, body } = await service.scim('POST', '/Users', user);
    expect(status).toBe(201);
    return body['id'] as string;
  };
  const patch = async (id: string, ...Operations: object[]): Promise<void> => {
    expect((await service.scim('PATCH', `/Users/${id}`, { schemas: [PATCH], Operations })).status).toBe(200);
  };
  const provisioning = async (id: string): Promise<Record<string, unknown>> =>
    ((await service.scim('GET', `/Users/${id}?attributes=${PROVISIONING}`)).body[PROVISIONING] ?? {}) as Record<
      string,
      unknown
    >;
  const settled = (id: string, state = 'idle'): Promise<Record<string, unknown>> =>
    eventually(async () => {
      const lane = await provisioning(id);
      return lane['state'] === state ? lane : undefined;
    });
  const sandbox = async (method: string, path: string, body?: unknown): Promise<Record<string, unknown>> =>
    (await request(`${service.sandbox.url}${path}`, method, body, { 'content-type': 'application/json' })).body;
  const existingLead = async (fields: object): Promise<string> => {
    const login = new URLSearchParams({
      grant_type: 'password',
      client_id: 'x',
      client_secret: 'x',
      username: 'sales@example.com',
      password: 'x',
    });
    const token = (await (
      await fetch(`${service.sandbox.url}/services/oauth2/token`, { method: 'POST', body: login })
    ).json()) as { access_token: string };
    const answer = await request(`${service.sandbox.url}/services/data/v67.0/sobjects/Lead`, 'POST', fields, {
      authorization: `Bearer ${token.access_token}`,
      'content-type': 'application/json',
    });
    return answer.body['id'] as string;
  };

  it('creates one Lead, updates it, closes and reopens it, deletes it', async () => {
    service = await startService(engine);
    const id = await create({ ...ROBIN, name: { givenName: 'Robin', familyName: 'Hood' } });
    const created = await lead();
    expect(created).toMatchObject({ FirstName: 'Robin', LastName: 'Hood', Email: 'robin@wso2.com', SCIM_Id__c: id });

    expect((await service.scim('POST', '/Users', ROBIN)).status).toBe(409);
    await patch(id, { op: 'replace', path: 'name.familyName', value: 'of Loxley' });
    await lead(({ Id, LastName }) => Id === created.Id && LastName === 'of Loxley');

    await patch(id, { op: 'replace', path: 'active', value: false });
    await lead(({ Status }) => Status === 'Closed - Not Converted');
    await patch(id, { op: 'replace', path: 'active', value: true });
    await lead(({ Status }) => Status === 'Open - Not Contacted');

    expect(await leads()).toHaveLength(1);
    expect((await service.scim('DELETE', `/Users/${id}`)).status).toBe(204);
    await eventually(async () => ((await leads()).length === 0 ? true : undefined));
  });

  it('makes the four fields of the tutorial with the tutorial preset, and one Lead however often it is asked', async () => {
    service = await startService(engine, { MAPPING_FILE: 'schemas/mappings/tutorial.json' });
    const id = await create(ROBIN);
    expect(await lead()).toMatchObject({
      LastName: 'robin@wso2.com',
      Email: 'robin@wso2.com',
      Company: 'Guardio',
      LeadSource: 'Guardio brochure download.',
    });
    await settled(id);
    expect((await service.scim('POST', '/Users', ROBIN)).status).toBe(409);
    expect(await leads()).toHaveLength(1);
  });

  it('makes no second Lead for an e-mail with the tutorial preset, and tells why a user has none', async () => {
    service = await startService(engine, { MAPPING_FILE: 'schemas/mappings/tutorial.json' });
    const ids = await Promise.all(['Robin', 'Robin2', 'Robin3'].map((userName) => create({ ...ROBIN, userName })));
    const lanes = await Promise.all(ids.map((id) => settled(id)));
    expect(await leads()).toHaveLength(1);
    expect(lanes.filter((lane) => 'leadId' in lane)).toHaveLength(1);
    for (const lane of lanes.filter((one) => !('leadId' in one))) {
      expect(lane['lastError']).toMatch(/^SKIPPED: /);
      expect(lane).not.toHaveProperty('lastDeliveredAt');
    }
  });

  it('recovers by itself when a login fails for a moment while the session is gone', async () => {
    service = await startService(engine);
    await settled(await create(ROBIN));
    await sandbox('DELETE', '/sandbox/sessions');
    await sandbox('POST', '/sandbox/faults', [
      { match: { path: '/oauth2/token$' }, times: 1, action: { status: 503, body: '<html>down</html>' } },
    ]);
    await settled(await create({ userName: 'Marian', emails: ['marian@wso2.com'] }));
    expect(await leads()).toHaveLength(2);
  });

  it('tells through SCIM where the Lead is', async () => {
    service = await startService(engine);
    const id = await create(ROBIN);
    const lane = await settled(id);
    const { Id } = await lead();
    expect(lane).toMatchObject({
      state: 'idle',
      leadId: Id,
      leadUrl: expect.stringContaining(Id) as unknown,
      attempts: 0,
    });
  });

  it('sends only what changed, clears what is gone, and spends no call on what Salesforce need not know', async () => {
    service = await startService(engine);
    const id = await create({ ...ROBIN, title: 'Outlaw', nickName: 'Rob' });
    await settled(id);
    const before = (await sandbox('GET', '/sandbox/calls'))['api'];
    await patch(id, { op: 'replace', path: 'nickName', value: 'Robbie' });
    await settled(id);
    expect((await sandbox('GET', '/sandbox/calls'))['api']).toBe(before);
    await patch(id, { op: 'remove', path: 'title' });
    await lead(({ Title }) => Title === null);
  });

  it('adopts the one Lead with the same e-mail, keeps what people wrote there, and only closes it in the end', async () => {
    service = await startService(engine);
    const existing = await existingLead({
      LastName: 'Hood',
      Company: 'Sherwood Ltd',
      Email: 'ROBIN@wso2.com',
      Title: 'Archer',
    });
    const id = await create({ ...ROBIN, name: { familyName: 'Hoode' } });
    const adopted = await lead(({ SCIM_Id__c }) => SCIM_Id__c === id);
    expect(adopted).toMatchObject({ Id: existing, LastName: 'Hoode', Company: 'Sherwood Ltd', Title: 'Archer' });
    await service.scim('DELETE', `/Users/${id}`);
    await lead(({ Status }) => Status === 'Closed - Not Converted');
    expect(await leads()).toHaveLength(1);
  });

  it('parks a user whom several Leads fit, says which, and delivers once there is one', async () => {
    service = await startService(engine);
    const first = await existingLead({ LastName: 'A', Company: 'A', Email: 'robin@wso2.com' });
    await existingLead({ LastName: 'B', Company: 'B', Email: 'robin@wso2.com' });
    const id = await create(ROBIN);
    expect((await settled(id, 'parked'))['lastError']).toContain(first);
    await patch(id, { op: 'replace', path: 'emails', value: [{ value: 'other@wso2.com' }] });
    await lead(({ Email }) => Email === 'other@wso2.com');
    await settled(id);
  });

  it('makes a Lead for each of two users that share an e-mail', async () => {
    service = await startService(engine);
    await Promise.all([create(ROBIN), create({ ...ROBIN, userName: 'Robin2' })]);
    await eventually(async () => ((await leads()).length === 2 ? true : undefined));
  });

  it('works without an external id field: matches by e-mail, then by the Lead id it remembers', async () => {
    service = await startService(engine, { SALESFORCE_EXTERNAL_ID_FIELD: '' });
    const id = await create(ROBIN);
    const created = await lead();
    await settled(id);
    await patch(id, { op: 'replace', path: 'emails', value: [{ value: 'new@wso2.com' }] });
    expect(await lead(({ Email }) => Email === 'new@wso2.com')).toMatchObject({ Id: created.Id });
    await service.scim('DELETE', `/Users/${id}`);
    await eventually(async () => ((await leads()).length === 0 ? true : undefined));
  });

  // Without an external id field a create that was cut off is waited for: test/provisioning/lost-create.test.ts.
  it.each(['before', 'after'])(
    'ends with one Lead when the connection breaks %s Salesforce committed',
    async (reset) => {
      service = await startService(engine);
      await sandbox('POST', '/sandbox/faults', [
        { match: { path: '/composite/sobjects' }, times: 1, action: { reset } },
      ]);
      await settled(await create(ROBIN));
      expect(await leads()).toHaveLength(1);
    },
  );

  it('parks a user whom Salesforce refuses, with its words and a hint, and nobody else', async () => {
    service = await startService(engine, { MAPPING_FILE: 'schemas/mappings/tutorial.json' });
    const bad = await create({ userName: 'bad', emails: [{ value: 'not an address' }] });
    const good = await create(ROBIN);
    await settled(good);
    expect((await settled(bad, 'parked'))['lastError']).toMatch(/INVALID_EMAIL_ADDRESS.*not an address/);
    await patch(bad, { op: 'replace', path: 'emails', value: [{ value: 'fine@wso2.com' }] });
    await lead(({ Email }) => Email === 'fine@wso2.com');
  });

  it('never writes the password to its log, and shows no secret when Salesforce refuses the login', async () => {
    service = await startService(engine);
    await sandbox('PATCH', '/sandbox/config', { passwordFlow: false });
    await create(ROBIN);
    await eventually(async () => (service.log().includes('salesforce gate closed') ? true : undefined));
    await create({ ...ROBIN, userName: 'Marian', emails: ['marian@wso2.com'] });
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect((await sandbox('GET', '/sandbox/calls'))['token']).toBe(1);
    for (const secret of ['robin123', 'client-secret-of-test', 'salesforce-password-of-test', 'robin@wso2.com']) {
      expect(service.log()).not.toContain(secret);
    }
    expect(service.log()).toContain('invalid_grant');
  });

  it('waits out an outage and delivers then, whoever asks meanwhile', async () => {
    service = await startService(engine);
    await sandbox('POST', '/sandbox/faults', [
      { match: { path: '/services/data' }, times: 2, action: { status: 503, body: '<html>down</html>' } },
    ]);
    const id = await create(ROBIN);
    expect((await service.scim('GET', `/Users/${id}`)).status).toBe(200);
    await eventually(async () => ((await leads()).length === 1 ? true : undefined));
  });
});
