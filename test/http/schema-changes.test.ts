/** What becomes of data when the schemas of a deployment change between two starts. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { startApp } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { LASTING_ENGINES, type Database } from '../support/engines.ts';
import { startService, type TestService } from '../support/service.ts';

const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const BADGE = 'urn:example:params:scim:schemas:extension:badge:2.0:User';
const TICKET = 'urn:example:params:scim:schemas:2.0:Ticket';
const DEVICE = 'urn:example:params:scim:schemas:2.0:Device';

const string = (name: string, more: object = {}) => ({ name, type: 'string', ...more });
const badge = (number: object = {}, required = false) => [
  { id: BADGE, name: 'Badge', attributes: [string('number', number)] },
  { name: 'User', endpoint: '/Users', schema: USER, schemaExtensions: [{ schema: BADGE, required }] },
];
const holders = {
  name: 'holders',
  type: 'complex',
  multiValued: true,
  subAttributes: ['value', '$ref', 'type', 'display'].map((name) => string(name, { caseExact: true })),
};
const device = [
  { id: DEVICE, name: 'Device', attributes: [string('serial'), holders] },
  { name: 'Device', endpoint: '/Devices', schema: DEVICE },
];

describe.each(LASTING_ENGINES)('schemas that change on $name', (engine) => {
  let database: Database;
  let folder: string;
  let service: TestService | undefined;

  beforeEach(async () => {
    database = await engine.create();
    folder = mkdtempSync(join(tmpdir(), 'scim-schemas-'));
  });
  afterEach(async () => {
    await service?.close();
    service = undefined;
    await database.drop();
    rmSync(folder, { recursive: true });
  });

  type Files = Readonly<Record<string, unknown>>;

  function write(files: Files): void {
    rmSync(folder, { recursive: true });
    folder = mkdtempSync(join(tmpdir(), 'scim-schemas-'));
    for (const [name, value] of Object.entries(files)) writeFileSync(join(folder, name), JSON.stringify(value));
  }

  /** Stops what runs, and starts anew on the same database. */
  async function start(files: Files, more: Record<string, string> = {}): Promise<TestService> {
    await service?.close();
    service = undefined;
    write(files);
    const kept = { ...database, drop: () => Promise.resolve() };
    const same = { ...engine, create: () => Promise.resolve(kept) };
    service = await startService(same, { SCHEMAS_DIR: folder, ...more });
    return service;
  }

  /** Why it does not start; Salesforce is not asked before. */
  async function refusal(files: Files): Promise<string> {
    await service?.close();
    service = undefined;
    write(files);
    const salesforce = {
      SALESFORCE_LOGIN_URL: 'https://login.example.com',
      SALESFORCE_AUTH_FLOW: 'client_credentials',
    };
    const client = { SALESFORCE_CLIENT_ID: 'id', SALESFORCE_CLIENT_SECRET: 'secret' };
    const config = readConfig({ PORT: '0', DATABASE_URL: database.url, SCHEMAS_DIR: folder, ...salesforce, ...client });
    return startApp(config, pino({ level: 'silent' })).then(() => 'it starts', String);
  }

  const find = async (on: TestService, path: string, filter: string): Promise<unknown> =>
    (await on.scim('GET', `${path}?filter=${encodeURIComponent(filter)}`)).body['totalResults'];

  it('find by a new index what was there before', async () => {
    const before = await start({ 'badge.json': badge() });
    await before.scim('POST', '/Users', { userName: 'a', [BADGE]: { number: 'N1' } });
    const after = await start({ 'badge.json': badge(), 'indexes.json': { User: [`${BADGE}:number`] } });
    expect(after.log()).toContain('"resources":1,"msg":"indexes rebuilt"');
    expect(await find(after, '/Users', `${BADGE}:number eq "n1"`)).toBe(1);
  });

  it('have values of any type that are unique, found and sorted by what they mean', async () => {
    const kinds = [
      { name: 'rank', type: 'integer', required: true, uniqueness: 'server' },
      { name: 'due', type: 'dateTime', uniqueness: 'server' },
      { name: 'weight', type: 'decimal', uniqueness: 'server' },
    ];
    const ticket = [
      { id: TICKET, name: 'Ticket', attributes: kinds },
      { name: 'Ticket', endpoint: '/Tickets', schema: TICKET },
    ];
    const on = await start({ 'ticket.json': ticket });
    const post = async (body: object) => (await on.scim('POST', '/Tickets', body)).status;
    expect(await post({ rank: 10, due: '2024-01-01T02:00:00Z', weight: 1.5 })).toBe(201);
    expect(await post({ rank: 9, due: '2024-01-01T00:00:00Z' })).toBe(201);
    expect(await post({ rank: -5 })).toBe(201);
    expect(await post({ rank: 10 })).toBe(409);
    expect(await post({ rank: 11, due: '2024-01-01T03:00:00.000+01:00' })).toBe(409);
    expect(await post({ rank: 12, weight: 15e-1 })).toBe(409);
    for (const filter of ['rank eq 10', 'rank eq 10.0', 'due eq "2024-01-01T03:00:00+01:00"', 'weight eq 1.5'])
      expect([filter, await find(on, '/Tickets', filter)]).toEqual([filter, 1]);
    const { body } = await on.scim('GET', '/Tickets?sortBy=rank');
    expect((body['Resources'] as { rank: number }[]).map(({ rank }) => rank)).toEqual([-5, 9, 10]);
  });

  it('have a URN with an apostrophe in it', async () => {
    const urn = "urn:x-test:o'brien";
    const odd = [
      { id: urn, name: 'Odd', attributes: [string('code'), { ...string('tags'), multiValued: true }] },
      { name: 'User', endpoint: '/Users', schema: USER, schemaExtensions: [{ schema: urn, required: false }] },
    ];
    const on = await start({ 'odd.json': odd });
    await on.scim('POST', '/Users', { userName: 'a', [urn]: { code: 'C1', tags: ['T'] } });
    for (const filter of [`${urn}:code eq "c1"`, `${urn}:tags co "t"`, `${urn}:code pr`])
      expect([filter, await find(on, '/Users', filter)]).toEqual([filter, 1]);
    const sorted = await on.scim('GET', `/Users?sortBy=${encodeURIComponent(`${urn}:code`)}`);
    expect(sorted.body['totalResults']).toBe(1);
  });

  it('stop the start when values must be unique now and are not, naming attribute and resource', async () => {
    const before = await start({ 'badge.json': badge() });
    for (const userName of ['a', 'b']) await before.scim('POST', '/Users', { userName, [BADGE]: { number: 'N1' } });
    expect(await refusal({ 'badge.json': badge({ uniqueness: 'server' }) })).toContain(
      `${BADGE}:number of User has to be unique, and User `,
    );
    const again = await start({ 'badge.json': badge() });
    expect(await find(again, '/Users', `${BADGE}:number eq "n1"`)).toBe(2);
  });

  it('stop the start when group names must be unique now and are not', async () => {
    const before = await start({}, { UNIQUE_GROUP_NAMES: 'false' });
    for (const displayName of ['Staff', 'STAFF']) await before.scim('POST', '/Groups', { displayName });
    expect(await refusal({})).toContain('displayName of Group has to be unique');
  });

  it('ask for an extension that is required now with the next write, and answer until then', async () => {
    const before = await start({ 'badge.json': badge() });
    const { body } = await before.scim('POST', '/Users', { userName: 'a' });
    const path = `/Users/${String(body['id'])}`;
    const after = await start({ 'badge.json': badge({}, true) });
    const Operations = [{ op: 'add', path: 'title', value: 'x' }];
    expect((await after.scim('GET', path)).status).toBe(200);
    const refused = [
      await after.scim('POST', '/Users', { userName: 'b' }),
      await after.scim('PUT', path, { userName: 'a' }),
      await after.scim('PATCH', path, { schemas: [PATCH_OP], Operations }),
    ];
    for (const answer of refused)
      expect([answer.status, answer.body['scimType'], answer.body['detail']]).toEqual([
        400,
        'invalidValue',
        `${BADGE} is required`,
      ]);
    expect((await after.scim('PUT', path, { userName: 'a', [BADGE]: { number: 'N1' } })).status).toBe(200);
  });

  it('take the values of an attribute that is a membership list now over with the next write', async () => {
    const before = await start({ 'device.json': device });
    const user = String((await before.scim('POST', '/Users', { userName: 'a' })).body['id']);
    const { body } = await before.scim('POST', '/Devices', { serial: '1', holders: [{ value: user }] });
    const path = `/Devices/${String(body['id'])}`;
    const memberships = [{ resourceType: 'Device', attribute: 'holders' }];
    const after = await start({ 'device.json': device, 'memberships.json': memberships });
    const filter = `holders.value eq "${user}"`;
    expect((await after.scim('GET', path)).body['holders']).toEqual([{ value: user }]);
    expect(await find(after, '/Devices', filter)).toBe(0);
    const add = { op: 'add', path: 'holders', value: [{ value: 'nobody' }] };
    await after.scim('PATCH', path, { schemas: [PATCH_OP], Operations: [add] });
    expect(await find(after, '/Devices', filter)).toBe(1);
    expect((await after.scim('GET', path)).body['holders']).toEqual([
      { value: user, $ref: expect.any(String), type: 'User' },
      { value: 'nobody' },
    ]);
  });

  it('keep resources of a type that is gone, for when it is back', async () => {
    const before = await start({ 'device.json': device });
    const { body } = await before.scim('POST', '/Devices', { serial: '1' });
    const path = `/Devices/${String(body['id'])}`;
    const without = await start({});
    expect((await without.scim('GET', path)).status).toBe(404);
    expect((await (await start({ 'device.json': device })).scim('GET', path)).body['serial']).toBe('1');
  });
});
