/** Whatever a body of SCIM 1.1 holds, it is read or refused, and never breaks the service. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ScimError } from '../../src/scim/errors.ts';
import type { JsonObject } from '../../src/scim/json.ts';
import { normaliseResource } from '../../src/scim/normalise.ts';
import { applyPatch } from '../../src/scim/patch/apply.ts';
import { namesOfMembers, withMemberValues } from '../../src/scim1/members.ts';
import { readScim1Patch } from '../../src/scim1/patch.ts';
import { readScim1Query } from '../../src/scim1/query.ts';
import { toScim1, toScim2 } from '../../src/scim1/resource.ts';
import { groupType, userType } from '../scim/support/registries.ts';

const names = fc.constantFrom(
  ...[
    'schemas',
    'id',
    'meta',
    'userName',
    'name',
    'name.givenName',
    'emails',
    'addresses',
    'members',
    'groups',
    'active',
  ],
  ...['password', 'displayName', 'urn:scim:schemas:core:1.0:title', 'urn:scim:schemas:extension:enterprise:1.0'],
  ...['urn:scim:schemas:extension:enterprise:1.0:manager', 'shoeSize', '__proto__', 'constructor', ''],
);
const parts = fc.constantFrom(
  'value',
  'type',
  'primary',
  'operation',
  'attributes',
  'managerId',
  'manager',
  '__proto__',
);
const leaf = fc.oneof(
  fc.jsonValue({ maxDepth: 1 }),
  fc.constantFrom('', 'delete', 'work', 'urn:scim:schemas:core:1.0', true),
);
const value = fc.oneof(
  leaf,
  fc.dictionary(parts, leaf),
  fc.array(fc.oneof(leaf, fc.dictionary(parts, leaf)), { maxLength: 4 }),
);
const body = fc
  .dictionary(names, value, { maxKeys: 6 })
  .map((object) => JSON.parse(JSON.stringify(object)) as JsonObject);
const lists = new Set(groupType.attributes.filter(({ name }) => name === 'members'));

/** Whether it was read; what is thrown but no ScimError fails the test. */
function isRead(run: () => unknown): boolean {
  try {
    run();
    return true;
  } catch (error) {
    if (error instanceof ScimError && error.status === 400) return false;
    throw error;
  }
}

describe.each([userType, groupType])('any body about a $name', (type) => {
  it('is read or refused with 400', () => {
    let read = 0;
    fc.assert(
      fc.property(body, (sent) => {
        if (isRead(() => normaliseResource(type, toScim2(type, sent)))) read += 1;
      }),
      { numRuns: 2000 },
    );
    expect(read).toBeGreaterThan(100);
  });

  it('is applied as a PATCH or refused with 400, and leaves the resource that it is applied to as it was', () => {
    const before = normaliseResource(type, {
      userName: 'a',
      displayName: 'a',
      emails: ['a@x'],
      members: [{ value: 'u1' }],
    });
    const text = JSON.stringify(before);
    const plurals = fc.constantFrom('merge' as const, 'replace by type' as const);
    let applied = 0;
    fc.assert(
      fc.property(body, plurals, fc.constantFrom('refuse' as const, 'ignore' as const), (sent, how, unknown) => {
        const isApplied = isRead(() => {
          const { operations, pluralsOf } = readScim1Patch(type, sent, { lists, plurals: how, unknown });
          applyPatch(type, before, [...operations, ...(pluralsOf?.(before) ?? [])], { unknown, readOnly: 'ignore' });
        });
        if (isApplied) applied += 1;
        expect(JSON.stringify(before)).toBe(text);
      }),
      { numRuns: 2000 },
    );
    expect(applied).toBeGreaterThan(100);
  });

  it('is answered in SCIM 1.1 in a form that reads back', () => {
    fc.assert(
      fc.property(body, (sent) => {
        if (!isRead(() => normaliseResource(type, toScim2(type, sent)))) return;
        const kept = normaliseResource(type, toScim2(type, sent));
        expect(normaliseResource(type, toScim2(type, toScim1(type, kept)))).toEqual(kept);
      }),
      { numRuns: 2000 },
    );
  });

  it('has members that are named or not', () => {
    fc.assert(
      fc.property(body, (sent) => {
        const ids = new Map(namesOfMembers([...lists], sent).map((name) => [name, 'id']));
        expect(namesOfMembers([...lists], withMemberValues([...lists], sent, ids))).toEqual([]);
      }),
    );
  });
});

it('any query is read', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const { filter } = readScim1Query(
        `/Users?filter=userName%20Eq%20${text.replaceAll('%', '').replaceAll('&', '')}`,
      );
      expect(filter?.startsWith('userName Eq ')).toBe(true);
    }),
  );
});
