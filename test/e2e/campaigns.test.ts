/** A group of users is a campaign of their Leads, through the real worker and the stand-in over HTTP, with faults. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ENGINES } from '../support/engines.ts';
import { eventually, request, startService, type TestService } from '../support/service.ts';

const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const PROVISIONING = 'urn:scim-salesforce:params:scim:schemas:extension:provisioning:2.0:User';
const MAPPING = {
  fields: { LastName: { from: 'userName' }, Company: { constant: 'Acme' } },
  campaigns: [
    { group: 'vip', campaign: 'Spring', status: 'Responded' },
    { group: 'Staff', campaign: 'Internal' },
  ],
};

type Row = Record<string, unknown> & { readonly Id: string };

describe.each(ENGINES)('campaigns of groups, on $name', (engine) => {
  let service: TestService;
  let folder: string;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'scim-campaigns-'));
    const path = join(folder, 'mapping.json');
    writeFileSync(path, JSON.stringify(MAPPING));
    service = await startService(engine, { MAPPING_FILE: path });
  });
  const restart = async (more: Record<string, string>): Promise<void> => {
    await service.close();
    service = await startService(engine, { MAPPING_FILE: join(folder, 'mapping.json'), ...more });
  };
  afterEach(async () => {
    await service.close();
    rmSync(folder, { recursive: true });
  });

  const control = async (method: string, path: string, body?: unknown): Promise<unknown> =>
    (await request(`${service.sandbox.url}/sandbox${path}`, method, body, { 'content-type': 'application/json' })).body;
  const fault = (match: object, action: object, times = 1) => control('POST', '/faults', [{ match, times, action }]);
  const calls = async (): Promise<number> => ((await control('GET', '/calls')) as { api: number }).api;
  const rows = async (sobject: string): Promise<Row[]> => (await control('GET', `/records/${sobject}`)) as Row[];
  /** As somebody in marketing does it. */
  const salesforce = async (method: string, path: string, body: object): Promise<Record<string, unknown>> => {
    const login = new URLSearchParams({ grant_type: 'password', client_id: 'x', client_secret: 'x' });
    login.set('username', 'marketing@example.com');
    login.set('password', 'x');
    const token = await fetch(`${service.sandbox.url}/services/oauth2/token`, { method: 'POST', body: login });
    const { access_token } = (await token.json()) as { access_token: string };
    const url = `${service.sandbox.url}/services/data/v67.0/sobjects/${path}`;
    const headers = { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' };
    return (await request(url, method, body, headers)).body;
  };
  const createCampaign = async (Name: string): Promise<string> =>
    String((await salesforce('POST', 'Campaign', { Name }))['id']);
  const rename = (id: string, Name: string) => salesforce('PATCH', `Campaign/${id}`, { Name });
  const create = async (path: string, body: object): Promise<string> =>
    String((await service.scim('POST', path, body)).body['id']);
  const createGroup = (displayName: string, ...members: readonly string[]): Promise<string> =>
    create('/Groups', { displayName, members: members.map((value) => ({ value })) });
  const patchGroup = (id: string, ...Operations: object[]) =>
    service.scim('PATCH', `/Groups/${id}`, { schemas: [PATCH], Operations });
  const leave = (group: string, user: string) =>
    patchGroup(group, { op: 'remove', path: `members[value eq "${user}"]` });
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
  const memberCount = (count: number): Promise<Row[]> =>
    eventually(async () => {
      const found = await rows('CampaignMember');
      return found.length === count ? found : undefined;
    });

  it('take in the Leads of those who come, whether found by name, and let go those who leave', async () => {
    const spring = await createCampaign('Spring');
    const internal = await createCampaign('Internal');
    const robin = await create('/Users', { userName: 'robin' });
    const vip = await createGroup('VIP', robin);
    const lead = (await eventually(async () => (await rows('Lead'))[0])).Id;
    expect(await memberCount(1)).toMatchObject([{ CampaignId: spring, LeadId: lead, Status: 'Responded' }]);
    await createGroup('Staff', vip);
    const both = await memberCount(2);
    expect(both.map(({ CampaignId }) => CampaignId).sort()).toEqual([spring, internal].sort());
    await leave(vip, robin);
    await memberCount(0);
    await settled(robin);
    expect(await rows('Lead')).toHaveLength(1);
  });

  it('cost a look-up and a call for 150 members, and none when nothing changes', async () => {
    await createCampaign('Spring');
    const ids = await Promise.all(
      Array.from({ length: 150 }, (_, index) => create('/Users', { userName: `u${index}` })),
    );
    await eventually(async () => ((await rows('Lead')).length === 150 ? true : undefined));
    await Promise.all(ids.map((id) => settled(id)));
    const before = await calls();
    const vip = await createGroup('VIP', ...ids);
    await memberCount(150);
    expect((await calls()) - before).toBe(2);
    await patchGroup(vip, { op: 'replace', path: 'displayName', value: 'vip' });
    await settled(ids[0] ?? '');
    expect((await calls()) - before).toBe(2);
  });

  it('travel together: 600 members cost a look-up and a call', async () => {
    await createCampaign('Spring');
    const ids = await Promise.all(
      Array.from({ length: 600 }, (_, index) => create('/Users', { userName: `u${index}` })),
    );
    await eventually(async () => ((await rows('Lead')).length === 600 ? true : undefined));
    const lanes = async () => (await service.admin('GET', '/status')).body['lanes'] as { due: number };
    await eventually(async () => ((await lanes()).due === 0 ? true : undefined));
    const before = await calls();
    await createGroup('VIP', ...ids);
    await memberCount(600);
    expect((await calls()) - before).toBeLessThanOrEqual(4);
  }, 90_000);

  it('are told and not touched in a dry run', async () => {
    await restart({ DRY_RUN: 'true' });
    await createCampaign('Spring');
    const robin = await create('/Users', { userName: 'robin' });
    await createGroup('VIP', robin);
    const { lastError } = await eventually(async () => {
      const lane = await settled(robin, 'parked');
      return String(lane['lastError']).includes('campaign') ? lane : undefined;
    });
    expect(lastError).toMatch(/dry run: would create a Lead with .* and join campaign Spring/);
    expect(await rows('CampaignMember')).toEqual([]);
  });

  it.each(['before', 'after'])(
    'end with one member when the connection breaks %s Salesforce committed',
    async (reset) => {
      await createCampaign('Spring');
      const robin = await create('/Users', { userName: 'robin' });
      await settled(robin);
      await fault({ method: 'POST', path: '/composite/sobjects$' }, { reset });
      const vip = await createGroup('VIP', robin);
      await memberCount(1);
      await settled(robin);
      await fault({ method: 'DELETE', path: '/composite/sobjects' }, { reset });
      await leave(vip, robin);
      await memberCount(0);
      await settled(robin);
    },
  );

  it('take as done what somebody else has done', async () => {
    await createCampaign('Spring');
    const robin = await create('/Users', { userName: 'robin' });
    await settled(robin);
    const vip = await createGroup('VIP', robin);
    const [member] = await memberCount(1);
    await settled(robin);
    await control('DELETE', `/records/CampaignMember/${member?.Id ?? ''}`);
    await leave(vip, robin);
    await eventually(async () => (service.log().match(/"lead delivered"/g)?.length === 3 ? true : undefined));
    expect(await settled(robin)).not.toHaveProperty('lastError');
  });

  it('are left also when somebody has given the campaign another name', async () => {
    const spring = await createCampaign('Spring');
    const robin = await create('/Users', { userName: 'robin' });
    const vip = await createGroup('VIP', robin);
    await memberCount(1);
    await settled(robin);
    await rename(spring, 'Spring of last year');
    await createCampaign('Spring');
    await leave(vip, robin);
    await memberCount(0);
    await settled(robin);
  });

  it('park the user, with a hint, when there is no such campaign, and keep its Lead true; and go on by themselves', async () => {
    const robin = await create('/Users', { userName: 'robin' });
    await settled(robin);
    const vip = await createGroup('VIP', robin);
    expect((await settled(robin, 'parked'))['lastError']).toMatch(/CAMPAIGN_NOT_FOUND.*Spring.*mapping file/);
    expect(await rows('Lead')).toHaveLength(1);
    const spring = await createCampaign('Spring');
    await patchGroup(vip, { op: 'replace', path: 'displayName', value: 'ViP' });
    expect(await memberCount(1)).toMatchObject([{ CampaignId: spring }]);
    await settled(robin);
  });

  it.each([
    ['see campaigns', { path: '/query' }],
    ['write their members', { method: 'POST', path: '/composite/sobjects$' }],
  ])('park their users alone where the integration user may not %s, and nobody else waits', async (_what, match) => {
    await createCampaign('Spring');
    const robin = await create('/Users', { userName: 'robin' });
    await settled(robin);
    const message = "sObject type 'Campaign' is not supported.";
    await fault(match, { status: 400, body: [{ errorCode: 'INVALID_TYPE', message }] }, 100);
    await createGroup('VIP', robin);
    expect((await settled(robin, 'parked'))['lastError']).toMatch(/CAMPAIGN_NO_ACCESS.*INVALID_TYPE.*Marketing User/);
    await settled(await create('/Users', { userName: 'sam' }));
    expect(await rows('Lead')).toHaveLength(2);
    expect((await service.admin('GET', '/status')).body).toMatchObject({ gate: { state: 'open' } });
  });
});
