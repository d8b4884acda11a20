/** UNKNOWN_ATTRIBUTES and UNIQUE_GROUP_NAMES: what a deployment decides, over HTTP. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ENGINES } from '../support/engines.ts';
import { startService, type Answer, type TestService } from '../support/service.ts';

const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const summary = ({ status, body }: Answer) => [status, body['scimType'], body['detail']];
const UNKNOWN = 'the schemas of User have no shoeSize: leave out what they do not have';

describe.each(ENGINES)('by default on $name', (engine) => {
  let service: TestService;
  beforeAll(async () => {
    service = await startService(engine);
  });
  afterAll(async () => {
    await service.close();
  });

  it('unknown attributes are left out of POST, PUT and PATCH', async () => {
    const created = await service.scim('POST', '/Users', { userName: 'a', shoeSize: 43 });
    const path = `/Users/${String(created.body['id'])}`;
    const Operations = [{ op: 'add', value: { shoeSize: 43, title: 'x' } }];
    const answers = [
      created,
      await service.scim('PUT', path, { userName: 'a', shoeSize: 43 }),
      await service.scim('PATCH', path, { schemas: [PATCH_OP], Operations }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([201, 200, 200]);
    for (const { body } of answers) expect(body).not.toHaveProperty('shoeSize');
  });

  it('a group with the name of another, in any case, is refused with 409 uniqueness', async () => {
    await service.scim('POST', '/Groups', { displayName: 'Staff' });
    const other = await service.scim('POST', '/Groups', { displayName: 'Others' });
    const Operations = [{ op: 'replace', path: 'displayName', value: 'sTAFF' }];
    const path = `/Groups/${String(other.body['id'])}`;
    const taken = [409, 'uniqueness', 'displayName: another Group already has this value'];
    expect(summary(await service.scim('POST', '/Groups', { displayName: 'STAFF' }))).toEqual(taken);
    expect(summary(await service.scim('PUT', path, { displayName: 'staff' }))).toEqual(taken);
    expect(summary(await service.scim('PATCH', path, { schemas: [PATCH_OP], Operations }))).toEqual(taken);
  });
});

describe.each(ENGINES)('with UNKNOWN_ATTRIBUTES=refuse and UNIQUE_GROUP_NAMES=false on $name', (engine) => {
  let service: TestService;
  beforeAll(async () => {
    service = await startService(engine, { UNKNOWN_ATTRIBUTES: 'refuse', UNIQUE_GROUP_NAMES: 'false' });
  });
  afterAll(async () => {
    await service.close();
  });

  it('unknown attributes are refused by POST, PUT and PATCH with 400 invalidSyntax', async () => {
    const created = await service.scim('POST', '/Users', { userName: 'a' });
    const path = `/Users/${String(created.body['id'])}`;
    const Operations = [{ op: 'add', value: { shoeSize: 43 } }];
    const body = { userName: 'b', shoeSize: 43 };
    expect(summary(await service.scim('POST', '/Users', body))).toEqual([400, 'invalidSyntax', UNKNOWN]);
    expect(summary(await service.scim('PUT', path, body))).toEqual([400, 'invalidSyntax', UNKNOWN]);
    expect(summary(await service.scim('PATCH', path, { schemas: [PATCH_OP], Operations }))).toEqual([
      400,
      'invalidSyntax',
      `Operations[0]: ${UNKNOWN}`,
    ]);
    expect((await service.scim('GET', path)).body).toMatchObject({ userName: 'a', meta: { version: 'W/"1"' } });
  });

  it('groups may have the same name, and discovery says so', async () => {
    const answers = [1, 2].map(() => service.scim('POST', '/Groups', { displayName: 'Staff' }));
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([201, 201]);
    const schema = await service.scim('GET', '/Schemas/urn:ietf:params:scim:schemas:core:2.0:Group');
    expect(schema.body['attributes']).toContainEqual(
      expect.objectContaining({ name: 'displayName', uniqueness: 'none' }),
    );
  });
});
