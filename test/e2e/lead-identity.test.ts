/** Who a Lead is: how it is found, and what becomes of its user when people convert, delete, merge or hand it over. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readSchemaFile } from '../../src/schema-files.ts';
import { ENGINES } from '../support/engines.ts';
import { newFolder } from '../support/process.ts';
import { eventually, request, startService, type TestService } from '../support/service.ts';

const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const PROVISIONING = 'urn:scim-salesforce:params:scim:schemas:extension:provisioning:2.0:User';
const ROBIN = { userName: 'robin', name: { familyName: 'Hood' }, emails: [{ value: 'robin@example.com' }] };
const CLOSED = 'Closed - Not Converted';
const OPEN = 'Open - Not Contacted';

type Lead = Record<string, unknown> & { readonly Id: string };
type Json = Readonly<Record<string, unknown>>;

const STANDARD = readSchemaFile('lead-mapping.json') as { readonly fields: Json };

describe.each(ENGINES)('the identity of Leads, on $name', (engine) => {
  let service: TestService;
  let folder: string;
  beforeEach(() => {
    folder = newFolder();
  });
  afterEach(() => service.close());

  /** @param members of the mapping file, beside the fields of the default mapping */
  const start = async (members: Json = {}, environment: Record<string, string> = {}, fields: Json = {}) => {
    const path = join(folder, 'mapping.json');
    writeFileSync(path, JSON.stringify({ fields: { ...STANDARD.fields, ...fields }, ...members }));
    service = await startService(engine, { MAPPING_FILE: path, ...environment });
  };
  const leads = async (): Promise<Lead[]> => (await service.leads()) as Lead[];
  const lead = (check: (lead: Lead) => boolean = () => true): Promise<Lead> =>
    eventually(async () => (await leads()).find(check));
  const create = async (user: object): Promise<string> => {
    const { status, body } = await service.scim('POST', '/Users', user);
    expect(status).toBe(201);
    return body['id'] as string;
  };
  const patch = async (id: string, path: string, value: unknown): Promise<void> => {
    const Operations = [{ op: 'replace', path, value }];
    expect((await service.scim('PATCH', `/Users/${id}`, { schemas: [PATCH], Operations })).status).toBe(200);
  };
  const provisioning = async (id: string): Promise<Json> =>
    ((await service.scim('GET', `/Users/${id}?attributes=${PROVISIONING}`)).body[PROVISIONING] ?? {}) as Json;
  const settled = (id: string, state = 'idle'): Promise<Json> =>
    eventually(async () => {
      const lane = await provisioning(id);
      return lane['state'] === state ? lane : undefined;
    });
  const sandbox = async (method: string, path: string, body?: unknown): Promise<unknown> =>
    (await request(`${service.sandbox.url}/sandbox${path}`, method, body, { 'content-type': 'application/json' })).body;
  const calls = async (): Promise<unknown> => ((await sandbox('GET', '/calls')) as Json)['api'];
  /** What another program, or a person, does in the org. */
  const salesforce = async (method: string, path: string, body?: object): Promise<Json> => {
    const grant = {
      grant_type: 'password',
      client_id: 'x',
      client_secret: 'x',
      username: 'sales@example.com',
      password: 'x',
    };
    const login = { method: 'POST', body: new URLSearchParams(grant) };
    const token = (await (await fetch(`${service.sandbox.url}/services/oauth2/token`, login)).json()) as Json;
    const headers = { authorization: `Bearer ${String(token['access_token'])}`, 'content-type': 'application/json' };
    return (await request(`${service.sandbox.url}/services/data/v67.0/sobjects${path}`, method, body, headers)).body;
  };
  const existing = async (fields: object): Promise<string> =>
    (await salesforce('POST', '/Lead', { LastName: 'Hood', Company: 'Sherwood', ...fields }))['id'] as string;
  /** A user with a Lead. */
  const provisioned = async (user: object = ROBIN): Promise<{ id: string; leadId: string }> => {
    const id = await create(user);
    return { id, leadId: (await settled(id))['leadId'] as string };
  };
  const reasons = (): readonly string[] =>
    [...service.log().matchAll(/"reason":"([^"]*)"/g)].map(([, reason]) => reason ?? '');

  describe('a field that is not always written', () => {
    const FILLS = {
      Phone: { from: 'phoneNumbers.value', when: 'whenEmpty' },
      Title: { from: 'title', when: 'whenEmpty' },
    };
    const PHONES = { phoneNumbers: [{ value: '+44 1' }], title: 'Outlaw' };

    it('is filled where an adopted Lead holds nothing, and left alone where it holds something', async () => {
      await start({}, {}, FILLS);
      const leadId = await existing({ Email: 'robin@example.com', Title: 'Archer' });
      const { id } = await provisioned({ ...ROBIN, ...PHONES });
      expect(await leads()).toMatchObject([{ Id: leadId, SCIM_Id__c: id, Phone: '+44 1', Title: 'Archer' }]);
    });

    it('is looked at again when the value changes, and costs no call when nothing is to be filled', async () => {
      await start({}, {}, FILLS);
      const { id, leadId } = await provisioned({ ...ROBIN, ...PHONES });
      await salesforce('PATCH', `/Lead/${leadId}`, { Phone: null });
      const before = Number(await calls());
      await patch(id, 'title', 'Hero');
      await eventually(async () =>
        reasons().some((reason) => reason.includes('only fills what is empty')) ? true : undefined,
      );
      await settled(id);
      // One look, no write.
      expect(await calls()).toBe(before + 1);
      await patch(id, 'nickName', 'Rob');
      await settled(id);
      expect(await calls()).toBe(before + 1);
      await patch(id, 'phoneNumbers', [{ value: '+44 2' }]);
      await lead(({ Phone }) => Phone === '+44 2');
      expect(await leads()).toMatchObject([{ Title: 'Outlaw' }]);
      await patch(id, 'phoneNumbers', []);
      await patch(id, 'name.familyName', 'of Loxley');
      expect(await lead(({ LastName }) => LastName === 'of Loxley')).toMatchObject({ Phone: '+44 2' });
    });

    it('is filled once, whatever became of the first answer', async () => {
      await start({}, {}, FILLS);
      const { id, leadId } = await provisioned(ROBIN);
      await sandbox('POST', '/faults', [{ match: { path: '/composite' }, times: 1, action: { reset: 'after' } }]);
      await patch(id, 'title', 'Outlaw');
      await lead(({ Title }) => Title === 'Outlaw');
      await salesforce('PATCH', `/Lead/${leadId}`, { Title: 'Archer' });
      await settled(id);
      expect(await leads()).toMatchObject([{ Title: 'Archer' }]);
    });

    it('is written to new Leads only', async () => {
      await start(
        {},
        {},
        { Rating: { constant: 'Hot', when: 'onCreate' }, Title: { from: 'title', when: 'onCreate' } },
      );
      await existing({ Email: 'tuck@example.com' });
      const { id, leadId } = await provisioned({ ...ROBIN, title: 'Outlaw' });
      await provisioned({ userName: 'tuck', title: 'Friar', emails: [{ value: 'tuck@example.com' }] });
      const ofUser = async (email: string): Promise<Lead | undefined> =>
        (await leads()).find(({ Email }) => Email === email);
      expect(await ofUser('tuck@example.com')).toMatchObject({ LastName: 'tuck', Rating: null, Title: null });
      expect(await ofUser('robin@example.com')).toMatchObject({ Rating: 'Hot', Title: 'Outlaw' });
      await salesforce('PATCH', `/Lead/${leadId}`, { Rating: 'Cold' });
      await patch(id, 'title', 'Hero');
      await patch(id, 'name.familyName', 'of Loxley');
      const changed = await lead(({ LastName }) => LastName === 'of Loxley');
      expect(changed).toMatchObject({ Rating: 'Cold', Title: 'Outlaw' });
    });
  });

  describe('the scope', () => {
    const SCOPE = { scope: 'userType eq "Customer"' };

    it('decides who has a Lead: one who leaves it is closed, one who returns is opened, nobody else is made', async () => {
      await start(SCOPE);
      const stranger = await create({ ...ROBIN, userName: 'stranger' });
      expect(await settled(stranger)).toMatchObject({ lastError: 'SKIPPED: out of scope and never provisioned' });
      const { id, leadId } = await provisioned({ ...ROBIN, userType: 'Customer' });
      expect(await leads()).toMatchObject([{ Id: leadId, SCIM_Id__c: id }]);
      await patch(id, 'userType', 'Employee');
      await lead(({ Status }) => Status === CLOSED);
      await eventually(() => Promise.resolve(reasons().includes('user out of scope') || undefined));
      await patch(id, 'userType', 'customer');
      await lead(({ Status }) => Status === OPEN);
      await patch(stranger, 'userType', 'Customer');
      await lead(({ SCIM_Id__c }) => SCIM_Id__c === stranger);
    });

    it('is looked at whatever the user is otherwise: a user back in scope who is inactive stays closed', async () => {
      await start(SCOPE);
      const { id } = await provisioned({ ...ROBIN, userType: 'Customer' });
      await patch(id, 'userType', 'Employee');
      await lead(({ Status }) => Status === CLOSED);
      await patch(id, 'active', false);
      await patch(id, 'userType', 'Customer');
      await settled(id);
      expect(await leads()).toMatchObject([{ Status: CLOSED }]);
      await patch(id, 'active', true);
      await lead(({ Status }) => Status === OPEN);
    });
  });

  describe('the ladder of fields by which Leads are found', () => {
    const LADDER = { match: { by: ['Email', 'Phone'] } };

    it('is climbed in order, and stops where a Lead is found that is nobody else’s', async () => {
      await start(LADDER);
      const byPhone = await existing({ Phone: '+44 1' });
      const byEmail = await existing({ Email: 'tuck@example.com' });
      await existing({ Phone: '+44 2' });
      const first = await provisioned({ ...ROBIN, phoneNumbers: [{ value: '+44 1' }] });
      expect(first.leadId).toBe(byPhone);
      const tuck = { userName: 'tuck', emails: [{ value: 'TUCK@example.com' }], phoneNumbers: [{ value: '+44 2' }] };
      expect((await provisioned(tuck)).leadId).toBe(byEmail);
      const marian = await provisioned({ userName: 'marian', phoneNumbers: [{ value: '+44 1' }] });
      expect([byPhone, byEmail]).not.toContain(marian.leadId);
      expect(reasons()).toContain('Lead with the same Phone adopted');
    });

    it('parks a user whom several Leads fit, and names the field', async () => {
      await start(LADDER);
      const ids = [await existing({ Phone: '+44 1' }), await existing({ Phone: '+44 1' })];
      const parked = await settled(await create({ ...ROBIN, phoneNumbers: [{ value: '+44 1' }] }), 'parked');
      expect(parked['lastError']).toContain(`AMBIGUOUS_MATCH: several Leads have this Phone: ${ids.join(', ')}`);
    });

    it('may be empty: then nothing is looked for', async () => {
      await start({ match: { by: [] } });
      await existing({ Email: 'robin@example.com' });
      await provisioned();
      expect(await leads()).toHaveLength(2);
    });
  });

  describe('a Lead that was converted', () => {
    const convert = async (leadId: string): Promise<string> => {
      await sandbox('POST', `/records/Lead/${leadId}/convert`);
      const contacts = (await sandbox('GET', '/records/Contact')) as readonly Lead[];
      return contacts[contacts.length - 1]?.Id ?? '';
    };

    it.each([
      ['with', 'SCIM_Id__c'],
      ['without', ''],
    ])('is linked with its Contact and never written again, %s an external id field', async (_title, field) => {
      await start({}, { SALESFORCE_EXTERNAL_ID_FIELD: field });
      const { id, leadId } = await provisioned();
      const contactId = await convert(leadId);
      await patch(id, 'title', 'Outlaw');
      const ended = await eventually(async () => {
        const lane = await provisioning(id);
        return 'contactId' in lane && lane['state'] === 'idle' ? lane : undefined;
      });
      expect(ended).toMatchObject({ leadId, contactId });
      expect(ended).not.toHaveProperty('lastError');
      expect(reasons()).toContain(`its Lead was converted to Contact ${contactId}; it is not kept up to date any more`);
      const before = await calls();
      for (const active of [false, true]) await patch(id, 'active', active);
      await patch(id, 'title', 'Hero');
      await settled(id);
      expect(await calls()).toBe(before);
      await service.scim('DELETE', `/Users/${id}`);
      const isForgotten = (): boolean => reasons().includes('user deleted; its Lead was converted and is left alone');
      await eventually(() => Promise.resolve(isForgotten() || undefined));
      const again = await create(ROBIN);
      expect(await settled(again)).toMatchObject({ leadId, contactId });
      expect(await leads()).toMatchObject([{ Id: leadId, IsConverted: true }]);
    });

    it('is not asked for its Contact where the mapping says leave', async () => {
      await start({ converted: 'leave' });
      const { id, leadId } = await provisioned();
      await convert(leadId);
      const before = Number(await calls());
      await patch(id, 'title', 'Outlaw');
      await eventually(async () =>
        reasons().some((reason) => reason.startsWith('its Lead was converted')) ? true : undefined,
      );
      expect(await settled(id)).not.toHaveProperty('contactId');
      expect(await calls()).toBe(before + 1);
      await patch(id, 'title', 'Hero');
      await settled(id);
      expect(await calls()).toBe(before + 1);
    });

    it('is linked with its Contact when it is found so', async () => {
      await start();
      const leadId = await existing({ Email: 'robin@example.com' });
      const contactId = await convert(leadId);
      expect(await settled(await create(ROBIN))).toMatchObject({ leadId, contactId });
      expect(await leads()).toHaveLength(1);
    });

    it('is met by the upsert of a user whose e-mail changed, and followed by its external id', async () => {
      await start();
      const id = await create({ ...ROBIN, active: false });
      await settled(id);
      const leadId = await existing({ Email: 'old@example.com', SCIM_Id__c: id });
      const contactId = await convert(leadId);
      await patch(id, 'active', true);
      const ended = await eventually(async () => {
        const lane = await provisioning(id);
        return 'contactId' in lane ? lane : undefined;
      });
      expect(ended).toMatchObject({ state: 'idle', leadId, contactId });
      expect(await leads()).toHaveLength(1);
    });

    it('parks a user whom several converted Leads fit that became several Contacts', async () => {
      await start();
      for (const FirstName of ['Robin', 'Rob'])
        await convert(await existing({ FirstName, Email: 'robin@example.com' }));
      const parked = await settled(await create(ROBIN), 'parked');
      expect(parked['lastError']).toContain(
        'AMBIGUOUS_MATCH: the converted Leads of this user became several Contacts',
      );
    });

    it('waits for an outage that comes between the refusal and the question which Contact it became', async () => {
      await start();
      const { id, leadId } = await provisioned();
      const contactId = await convert(leadId);
      await sandbox('POST', '/faults', [{ match: { path: '/queryAll' }, times: 1, action: { status: 503, body: '' } }]);
      await patch(id, 'title', 'Outlaw');
      await eventually(async () => {
        const lane = await provisioning(id);
        return lane['contactId'] === contactId && lane['state'] === 'idle' ? true : undefined;
      });
    });
  });

  describe('a Lead that was deleted in Salesforce', () => {
    it.each([
      ['in the recycle bin', 'SCIM_Id__c', 'its Lead was deleted in Salesforce; the user starts anew'],
      ['in the recycle bin', '', 'its Lead was deleted in Salesforce; the user starts anew'],
      ['gone for good', 'SCIM_Id__c', 'Salesforce does not show its Lead: an upsert tells whether it is there'],
    ])(
      'is made anew, with all that the user has, when it is %s (external id field "%s")',
      async (where, field, why) => {
        await start({}, { SALESFORCE_EXTERNAL_ID_FIELD: field });
        const { id, leadId } = await provisioned({ ...ROBIN, title: 'Outlaw' });
        await sandbox('DELETE', `/records/Lead/${leadId}`);
        if (where === 'gone for good') await sandbox('DELETE', '/recycle-bin');
        await patch(id, 'name.givenName', 'Robin');
        const anew = await lead(({ FirstName }) => FirstName === 'Robin');
        expect(anew).toMatchObject({ Title: 'Outlaw', LastName: 'Hood', Email: 'robin@example.com' });
        expect(anew.Id).not.toBe(leadId);
        expect(await settled(id)).toMatchObject({ leadId: anew.Id });
        expect(reasons()).toContain(why);
        await service.scim('DELETE', `/Users/${id}`);
        await eventually(async () => ((await leads()).length === 0 ? true : undefined));
      },
    );

    it('is not taken for deleted where it may be hidden and no external id tells, until somebody says so', async () => {
      await start({}, { SALESFORCE_EXTERNAL_ID_FIELD: '' });
      const { id, leadId } = await provisioned();
      await sandbox('DELETE', `/records/Lead/${leadId}`);
      await sandbox('DELETE', '/recycle-bin');
      await patch(id, 'name.givenName', 'Robin');
      expect((await settled(id, 'parked'))['lastError']).toMatch(/LEAD_NOT_VISIBLE: .*View All.*retry --forget/);
      expect(await leads()).toEqual([]);
    });

    it('is one Lead also when the answer to its creation is lost', async () => {
      await start();
      const { id, leadId } = await provisioned();
      await sandbox('DELETE', `/records/Lead/${leadId}`);
      await sandbox('POST', '/faults', [
        { match: { method: 'PATCH', path: '/composite/sobjects/Lead/' }, times: 1, action: { reset: 'after' } },
      ]);
      await patch(id, 'title', 'Outlaw');
      await lead(({ Title }) => Title === 'Outlaw');
      await settled(id);
      expect(await leads()).toHaveLength(1);
    });

    it('is left alone where the mapping says leave, and written again once it is out of the recycle bin', async () => {
      await start({ deletedInSalesforce: 'leave' });
      const { id, leadId } = await provisioned();
      await sandbox('DELETE', `/records/Lead/${leadId}`);
      await patch(id, 'title', 'Outlaw');
      const left = await eventually(async () => {
        const lane = await provisioning(id);
        return 'lastError' in lane && lane['state'] === 'idle' ? lane : undefined;
      });
      expect(left['lastError']).toMatch(/^LEAD_DELETED: /);
      expect(await leads()).toEqual([]);
      await sandbox('POST', `/records/Lead/${leadId}/undelete`);
      await patch(id, 'name.givenName', 'Robin');
      expect(await lead(({ FirstName }) => FirstName === 'Robin')).toMatchObject({ Id: leadId, Title: 'Outlaw' });
      expect(await settled(id)).not.toHaveProperty('lastError');
    });

    it('parks its user where the mapping says park', async () => {
      await start({ deletedInSalesforce: 'park' });
      const { id, leadId } = await provisioned();
      await sandbox('DELETE', `/records/Lead/${leadId}`);
      await patch(id, 'title', 'Outlaw');
      expect((await settled(id, 'parked'))['lastError']).toMatch(/^ENTITY_IS_DELETED: /);
    });

    it('is not made anew for a user who is inactive by then, until the user returns', async () => {
      await start();
      const { id, leadId } = await provisioned();
      await sandbox('DELETE', `/records/Lead/${leadId}`);
      await patch(id, 'active', false);
      await eventually(async () => ('leadId' in (await settled(id)) ? undefined : true));
      expect(await leads()).toEqual([]);
      await patch(id, 'active', true);
      await lead(({ SCIM_Id__c }) => SCIM_Id__c === id);
    });
  });

  describe('a Lead that was merged', () => {
    it.each([
      ['with', 'SCIM_Id__c'],
      ['without', ''],
    ])(
      'is followed to the one it was merged into, which is only closed in the end, %s an external id field',
      async (_title, field) => {
        await start({}, { SALESFORCE_EXTERNAL_ID_FIELD: field });
        const { id, leadId } = await provisioned();
        const master = await existing({ Company: 'Merry Men', Title: 'Archer' });
        await sandbox('POST', `/records/Lead/${master}/merge`, { losers: [leadId] });
        await patch(id, 'name.givenName', 'Robin');
        expect(await lead(({ FirstName }) => FirstName === 'Robin')).toMatchObject({
          Id: master,
          Company: 'Merry Men',
          Title: 'Archer',
          Email: 'robin@example.com',
          SCIM_Id__c: field === '' ? null : id,
        });
        expect(await settled(id)).toMatchObject({ leadId: master });
        expect(await leads()).toHaveLength(1);
        await service.scim('DELETE', `/Users/${id}`);
        await lead(({ Id, Status }) => Id === master && Status === CLOSED);
      },
    );

    it('is followed over a second merge', async () => {
      await start();
      const { id, leadId } = await provisioned();
      const [first, second] = [await existing({}), await existing({})];
      await sandbox('POST', `/records/Lead/${first}/merge`, { losers: [leadId] });
      await sandbox('POST', `/records/Lead/${second}/merge`, { losers: [first] });
      await patch(id, 'title', 'Outlaw');
      expect(await lead(({ Title }) => Title === 'Outlaw')).toMatchObject({ Id: second, SCIM_Id__c: id });
    });

    it('is not followed to the Lead of another user: its user gets one of its own', async () => {
      await start();
      const { id, leadId } = await provisioned();
      const other = await provisioned({ userName: 'marian', emails: [{ value: 'marian@example.com' }] });
      await sandbox('POST', `/records/Lead/${other.leadId}/merge`, { losers: [leadId] });
      await patch(id, 'title', 'Outlaw');
      const own = await lead(({ Title }) => Title === 'Outlaw');
      expect(own).toMatchObject({ SCIM_Id__c: id });
      expect([leadId, other.leadId]).not.toContain(own.Id);
      expect(await leads()).toContainEqual(expect.objectContaining({ Id: other.leadId, SCIM_Id__c: other.id }));
    });

    it('gives the Lead of two users that were merged into a third to one of them', async () => {
      await start();
      const robin = await provisioned();
      const marian = await provisioned({ userName: 'marian', emails: [{ value: 'marian@example.com' }] });
      const master = await existing({});
      await sandbox('POST', `/records/Lead/${master}/merge`, { losers: [robin.leadId, marian.leadId] });
      await Promise.all([patch(robin.id, 'title', 'Outlaw'), patch(marian.id, 'title', 'Lady')]);
      const [his, hers] = [await lead(({ Title }) => Title === 'Outlaw'), await lead(({ Title }) => Title === 'Lady')];
      expect(his.Id).not.toBe(hers.Id);
      expect([his.Id, hers.Id]).toContain(master);
      expect(await leads()).toHaveLength(2);
    });
  });

  it('leaves the owner alone that people or rules gave a Lead', async () => {
    await start();
    const queue = ((await sandbox('GET', '/records/Group')) as readonly Lead[])[0]?.Id;
    const users = (await sandbox('GET', '/records/User')) as readonly Lead[];
    await sandbox('PATCH', '/config', { assignmentRuleOwner: queue });
    const { id, leadId } = await provisioned();
    const [made] = await leads();
    expect(made?.['OwnerId']).not.toBe(queue);
    const owner = users.find(({ Id }) => Id !== made?.['OwnerId'])?.Id;
    expect(owner).toBeDefined();
    // The rule would else be asked when people save, too.
    await sandbox('PATCH', '/config', { assignmentRuleOwner: null });
    await salesforce('PATCH', `/Lead/${leadId}`, { OwnerId: owner });
    await sandbox('PATCH', '/config', { assignmentRuleOwner: queue });
    await patch(id, 'title', 'Outlaw');
    expect(await lead(({ Title }) => Title === 'Outlaw')).toMatchObject({ OwnerId: owner });
  });
});
