/** Paths of bulk operations: what they name, and which name nothing (RFC 7644 §3.7). */
import { describe, expect, it } from '@jest/globals';
import { parseTarget } from '../../../src/scim/bulk/target.ts';
import { faultOf } from '../support/fault.ts';
import { registry } from '../support/registries.ts';

const BASE = 'https://scim.example:8443/scim/v2';

describe('parseTarget', () => {
  it.each([
    ['/Users', 'User', undefined],
    ['Users', 'User', undefined],
    ['/Users/', 'User', undefined],
    ['/Groups', 'Group', undefined],
    ['/Users/2819c223', 'User', '2819c223'],
    ['Users/2819c223', 'User', '2819c223'],
    ['/Groups/bulkId:a', 'Group', 'bulkId:a'],
    ['/Groups/bulkId%3Aa%2Fb', 'Group', 'bulkId:a/b'],
    ['/scim/v2/Users/2819c223', 'User', '2819c223'],
    [`${BASE}/Users/2819c223`, 'User', '2819c223'],
    [`${BASE}/Groups`, 'Group', undefined],
  ])('reads %s as a %s with the id %s', (path, name, id) => {
    const target = parseTarget(registry, BASE, path);
    expect([target.type.name, target.id]).toEqual([name, id]);
  });

  it.each([
    '',
    '/',
    '/Bulk',
    '/users',
    '/Usersx',
    '/Me',
    '/ServiceProviderConfig',
    '/Users?attributes=id',
    '/Users/a/b',
    'https://elsewhere.example/scim/v2/Users',
  ])('refuses "%s" with 404 and names the endpoints', (path) => {
    expect(faultOf(() => parseTarget(registry, BASE, path))).toEqual({
      status: 404,
      scimType: undefined,
      detail: 'path must be an endpoint (/Users, /Groups), or one of its resources as in /Users/<id>',
    });
  });
});
