/** The tutorial from end to end in SCIM 1.1, as WSO2 IS 5 speaks it: a user becomes one Lead, which follows it. */
import { afterEach, describe, expect, it } from '@jest/globals';
import { ENGINES } from '../support/engines.ts';
import { eventually, request, startService, type Answer, type TestService } from '../support/service.ts';

const CORE = 'urn:scim:schemas:core:1.0';
const HEADERS = { 'user-agent': 'Jakarta Commons-HttpClient/3.1', 'content-type': 'application/json' };
const ROBIN = { emails: ['robin@wso2.com'], password: 'robin123', schemas: [CORE], userName: 'Robin' };

describe.each(ENGINES)('a user of WSO2 IS 5 becomes a Salesforce Lead, on $name', (engine) => {
  let service: TestService;
  afterEach(() => service.close());

  const send = (method: string, path: string, body?: unknown): Promise<Answer> =>
    request(`${service.app.baseUrl}/wso2/scim${path}`, method, body, HEADERS);
  const lead = (check: (lead: Record<string, unknown>) => boolean): Promise<Record<string, unknown>> =>
    eventually(async () => (await service.leads()).find(check));
  /** As the client finds the id that it does not keep. */
  const lookUp = async (userName: string): Promise<string> => {
    const { status, body } = await send('GET', `/Users?filter=userName%20Eq%20${userName}`);
    expect(status).toBe(200);
    return (body['Resources'] as { id: string }[])[0]?.id ?? '';
  };

  it('makes the four fields of the tutorial once, follows an update, and goes with the user', async () => {
    service = await startService(engine, { MAPPING_FILE: 'schemas/mappings/tutorial.json' });
    expect((await send('POST', '/Users', ROBIN)).status).toBe(201);
    expect((await send('POST', '/Users', ROBIN)).status).toBe(200);
    expect(await lead(() => true)).toMatchObject({
      LastName: 'robin@wso2.com',
      Email: 'robin@wso2.com',
      Company: 'Guardio',
      LeadSource: 'Guardio brochure download.',
    });

    const id = await lookUp('Robin');
    const update = { emails: ['robin@loxley.example'], schemas: [CORE], userName: 'Robin' };
    expect((await send('PATCH', `/Users/${id}`, update)).status).toBe(200);
    await lead(({ Email }) => Email === 'robin@loxley.example');
    expect(await service.leads()).toHaveLength(1);

    expect((await send('DELETE', `/Users/${await lookUp('Robin')}`)).status).toBe(204);
    await eventually(async () => ((await service.leads()).length === 0 ? true : undefined));
    expect((await send('GET', '/Users?filter=userName%20Eq%20Robin')).status).toBe(404);
  });

  it('keeps its Lead while the groups of the user change, and neither password nor names reach the log', async () => {
    service = await startService(engine);
    const id = (await send('POST', '/Users', { ...ROBIN, name: { givenName: 'Robin', familyName: 'Hood' } })).body[
      'id'
    ];
    await lead(({ FirstName, LastName }) => FirstName === 'Robin' && LastName === 'Hood');
    const group = await send('POST', '/Groups', { displayName: 'Sales', schemas: [CORE] });
    const path = `/Groups/${String(group.body['id'])}`;
    const members = [{ display: 'Robin' }, { display: 'ghost' }];
    expect((await send('PATCH', path, { displayName: 'Sales', schemas: [CORE], members })).status).toBe(200);
    expect((await send('GET', path)).body['members']).toMatchObject([{ value: id, type: 'User' }]);
    const leaves = [{ display: 'Robin', operation: 'delete' }];
    expect((await send('PATCH', path, { displayName: 'Sales', schemas: [CORE], members: leaves })).status).toBe(200);
    expect((await send('GET', path)).body).not.toHaveProperty('members');
    expect(await service.leads()).toHaveLength(1);
    expect(service.log()).not.toMatch(/robin123|ghost/);
  });
});
