/** What a client gets to see (RFC 7644 §3.9, "returned" of RFC 7643 §2.2). */
import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../src/scim/json.ts';
import { parseProjection, project } from '../../src/scim/projection.ts';
import { createRegistry } from '../../src/scim/schema/registry.ts';
import type { ResourceType } from '../../src/scim/schema/resource-type.ts';
import { faultOf } from './support/fault.ts';
import { freeze } from './support/freeze.ts';
import { attribute, ENTERPRISE, groupType, labType, PROVISIONING, published, USER } from './support/registries.ts';

const meta = { resourceType: 'User', created: '2024-01-01T00:00:00Z', version: 'W/"1"' };
const provisioning = { state: 'delivered', leadId: '00Q1' };
const enterprise = { department: 'Eng', manager: { value: 'm1', displayName: 'Boss' } };
const emails = [{ value: 'a', type: 'work' }, { type: 'home' }];
const name = { givenName: 'Robin', familyName: 'Hood' };
const user: JsonObject = freeze({
  schemas: [USER, ENTERPRISE, PROVISIONING],
  id: 'u1',
  userName: 'robin',
  password: 'hunter2',
  hint: 'on request',
  name,
  emails,
  [ENTERPRISE]: enterprise,
  [PROVISIONING]: provisioning,
  meta,
});
const base = { schemas: [USER], id: 'u1' };

const only = (attributes: string) => project(labType, user, parseProjection(labType, { attributes }));
const without = (excludedAttributes: string) =>
  project(labType, user, parseProjection(labType, { excludedAttributes }));

describe('without parameters', () => {
  it('shows what is returned always or by default, and lists in schemas what is shown', () => {
    expect(project(labType, user)).toEqual({
      schemas: [USER, ENTERPRISE],
      id: 'u1',
      userName: 'robin',
      name,
      emails,
      [ENTERPRISE]: enterprise,
      meta,
    });
  });

  it('keeps an empty list of members', () => {
    const group = { schemas: ['x'], id: 'g', displayName: 'G', members: [] };
    expect(project(groupType, group)).toMatchObject({ members: [] });
  });
});

describe('attributes', () => {
  it.each<[string, JsonObject]>([
    ['userName', { userName: 'robin' }],
    ['USERNAME, name', { userName: 'robin', name }],
    ['name.givenName', { name: { givenName: 'Robin' } }],
    ['name.givenName,name', { name }],
    [`${USER}:userName`, { userName: 'robin' }],
    ['emails.value', { emails: [{ value: 'a' }] }],
    ['emails.display', {}],
    ['emails[type eq "work"]', { emails }],
    ['meta.version', { meta: { version: 'W/"1"' } }],
    ['hint', { hint: 'on request' }],
    ['nope', {}],
    ['id,schemas', {}],
    ['password', {}],
    ['__proto__,constructor', {}],
    [' , ', {}],
  ])('%s shows that and what is returned always', (attributes, shown) => {
    expect(only(attributes)).toEqual({ ...base, ...shown });
  });

  it.each<[string, JsonObject]>([
    [ENTERPRISE.toLowerCase(), enterprise],
    [`${ENTERPRISE}:department`, { department: 'Eng' }],
    [`${ENTERPRISE}:manager.displayName`, { manager: { displayName: 'Boss' } }],
  ])('%s shows that part of the extension', (attributes, shown) => {
    expect(only(attributes)).toEqual({ schemas: [USER, ENTERPRISE], id: 'u1', [ENTERPRISE]: shown });
  });

  it.each<[string, JsonObject]>([
    [PROVISIONING, provisioning],
    [`${PROVISIONING}:state`, { state: 'delivered' }],
  ])('%s shows what is returned on request', (attributes, shown) => {
    expect(only(attributes)).toEqual({ schemas: [USER, PROVISIONING], id: 'u1', [PROVISIONING]: shown });
  });
});

describe('excludedAttributes', () => {
  it.each<[string, JsonObject]>([
    ['emails', { name, [ENTERPRISE]: enterprise }],
    ['Emails.Type', { name, emails: [{ value: 'a' }], [ENTERPRISE]: enterprise }],
    ['name.givenName', { name: { familyName: 'Hood' }, emails, [ENTERPRISE]: enterprise }],
    [`${ENTERPRISE}:manager`, { name, emails, [ENTERPRISE]: { department: 'Eng' } }],
    ['id,schemas,nope', { name, emails, [ENTERPRISE]: enterprise }],
  ])('%s hides that, save what is returned always', (excludedAttributes, shown) => {
    expect(without(excludedAttributes)).toEqual({
      ...base,
      schemas: [USER, ENTERPRISE],
      userName: 'robin',
      meta,
      ...shown,
    });
  });

  it('hides a whole extension, in schemas too', () => {
    expect(without(ENTERPRISE)).toEqual({ ...base, userName: 'robin', name, emails, meta });
  });
});

describe('parts of a complex attribute', () => {
  const type = typeWith(
    attribute('badge', 'complex', {
      subAttributes: [
        attribute('number', 'string', { returned: 'always' }),
        attribute('colour', 'string'),
        attribute('secret', 'string', { returned: 'never' }),
        attribute('photo', 'string', { returned: 'request' }),
      ],
    }),
  );
  const badge = { number: '1', colour: 'red', secret: 's', photo: 'p' };
  const shownBy = (query: { attributes?: string; excludedAttributes?: string }) =>
    project(type, { ...base, badge }, parseProjection(type, query))['badge'];

  it.each([
    [{}, { number: '1', colour: 'red' }],
    [{ attributes: 'badge' }, { number: '1', colour: 'red', photo: 'p' }],
    [{ attributes: 'badge.photo' }, { number: '1', photo: 'p' }],
    [{ attributes: 'badge.secret' }, { number: '1' }],
    [{ excludedAttributes: 'badge.number,badge.colour' }, { number: '1' }],
    [{ attributes: 'userName' }, undefined],
  ])('are shown with %j by their own "returned"', (query, shown) => {
    expect(shownBy(query)).toEqual(shown);
  });
});

describe('parseProjection', () => {
  it('refuses both parameters with 400 invalidValue', () => {
    expect(faultOf(() => parseProjection(labType, { attributes: 'a', excludedAttributes: 'b' }))).toEqual({
      status: 400,
      scimType: 'invalidValue',
      detail: 'attributes and excludedAttributes cannot be given together',
    });
  });

  it.each([{}, { attributes: '' }, { attributes: undefined, excludedAttributes: '' }])(
    'takes %j for no wish',
    (query) => {
      expect(parseProjection(labType, query)).toBeUndefined();
    },
  );
});

function typeWith(definition: ReturnType<typeof attribute>): ResourceType {
  const schemas = published.schemas.map((schema) =>
    schema.id === USER ? { ...schema, attributes: [...schema.attributes, definition] } : schema,
  );
  const type = createRegistry({ ...published, schemas }).resourceType('User');
  if (type === undefined) throw new TypeError('User is missing');
  return type;
}
