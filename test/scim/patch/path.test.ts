/** Paths that are read: what the Lead mapping takes its values from (RFC 7644 §3.5.2, figure 7). */
import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../../src/scim/json.ts';
import { parseReadPath, readPath } from '../../../src/scim/patch/path.ts';
import { faultOf } from '../support/fault.ts';
import { ENTERPRISE, labType } from '../support/registries.ts';
import { enterprise, user, workAddress, workEmail } from './resources.ts';

const lead: JsonObject = {
  ...user,
  phoneNumbers: [{ value: '1' }, { type: 'Mobile', value: '2' }, { type: 'mobile', value: '3' }],
  tags: ['red', 'blue'],
  meta: { resourceType: 'User', created: '2024-01-01T00:00:00Z' },
};

describe('readPath', () => {
  it.each([
    ['userName', ['bjensen']],
    ['NAME.familyname', ['Jensen']],
    ['active', [true]],
    ['emails', user['emails']],
    ['emails.value', ['work@x.com', 'home@x.com']],
    ['emails[type eq "work"]', [workEmail]],
    ['emails[type eq "work"].value', ['work@x.com']],
    ['emails[primary eq true].value', ['work@x.com']],
    ['phoneNumbers[type eq "mobile"].value', ['2', '3']],
    ['phoneNumbers[not (type pr)].value', ['1']],
    ['addresses.streetAddress', [workAddress['streetAddress']]],
    ['addresses.locality', []],
    ['tags', ['red', 'blue']],
    ['tags[value eq "red"]', ['red']],
    [ENTERPRISE, [enterprise]],
    [`${ENTERPRISE}:department`, ['Sales']],
    [`${ENTERPRISE}:manager.displayName`, ['Boss']],
    ['id', ['u1']],
    ['meta.created', ['2024-01-01T00:00:00Z']],
    ['nickName', []],
    [' title ', []],
  ])('reads %s as %j', (path, values) => {
    expect(readPath(parseReadPath(labType, path), lead)).toEqual(values);
  });

  it.each([
    ['nope', 'invalidPath', '"nope" is not an attribute of User'],
    [
      '/title',
      'invalidPath',
      '"/title" is not an attribute of User: a SCIM path is written title or name.familyName (RFC 7644 section 3.5.2)',
    ],
    ['emails[0]', 'invalidFilter', 'elements have no numbers: choose one as emails[type eq "work"] does'],
    ['', 'invalidPath', '"" is not an attribute of User'],
    ['emails[type eq "work"]value', 'invalidPath', '"value" is not a sub-attribute of emails'],
    ['emails[type eq "work"].nope', 'invalidPath', '".nope" is not a sub-attribute of emails'],
    ['emails[nope eq "work"]', 'invalidFilter', 'emails[…]: nope at character 1 is no attribute here'],
    ['__proto__', 'invalidPath', '"__proto__" is not an attribute of User'],
  ])('refuses %s with 400 %s', (path, scimType, detail) => {
    expect(faultOf(() => parseReadPath(labType, path))).toEqual({ status: 400, scimType, detail });
  });

  it('goes over a text once that does not end, however many quotes it holds', () => {
    const path = `emails[value eq "${'\\"'.repeat(100_000)}`;
    expect(faultOf(() => parseReadPath(labType, path))).toMatchObject({ scimType: 'invalidPath' });
  });
});
