/** Whether a mapping makes of the users in its tests what they say. */
import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../../src/scim/json.ts';
import type { MappingFile } from '../../src/provisioning/mapping/file.ts';
import { runTests } from '../../src/provisioning/mapping/tests.ts';
import { compile, REQUIRED } from './support/mapping.ts';

const ROBIN = { userName: 'robin', userType: 'Customer' };

/** What is said of one test of a mapping of customers. */
async function faultsOf(user: JsonObject, lead: JsonObject | null): Promise<readonly string[]> {
  const fields = {
    ...REQUIRED,
    City: { from: 'title' },
    Rating: { expression: 'nickName ? $error("no nicknames")' },
    NumberOfEmployees: { expression: '$count(emails)' },
  };
  const file = { fields, scope: 'userType eq "Customer"', tests: [{ name: 'robin', user, lead }] };
  return runTests(compile(file), file as unknown as MappingFile);
}

describe('a test of a mapping', () => {
  it.each([
    ['the fields that it names', ROBIN, { LastName: 'robin' }],
    ['a field without a value', ROBIN, { City: null }],
    ['a number', ROBIN, { NumberOfEmployees: 0 }],
    ['no Lead of a user out of scope', { userName: 'robin' }, null],
    ['no Lead of a user who is inactive', { ...ROBIN, active: false }, null],
  ])('passes for %s', async (_title, user, lead) => expect(await faultsOf(user, lead)).toEqual([]));

  it.each([
    [ROBIN, { LastName: 'Robin' }, 'LastName: expected "Robin", got "robin"'],
    [{ ...ROBIN, title: 'York' }, { City: null }, 'City: expected no value, got "York"'],
    [ROBIN, { City: 'York' }, 'City: expected "York", got no value'],
    [ROBIN, { NumberOfEmployees: '0' }, 'NumberOfEmployees: expected "0", got 0'],
    [ROBIN, null, 'expected no Lead, got one'],
    [{ userName: 'robin' }, { LastName: 'robin' }, 'expected a Lead, got none: the user is out of scope'],
    [{ ...ROBIN, active: false }, { LastName: 'robin' }, 'expected a Lead, got none: the user is inactive'],
    [{ ...ROBIN, nickName: 'rob' }, { LastName: 'robin' }, 'expression of Rating no nicknames'],
  ])('of %j and %j fails: %s', async (user, lead, fault) => {
    expect(await faultsOf(user, lead)).toEqual([`tests[0] "robin": ${fault}`]);
  });
});
