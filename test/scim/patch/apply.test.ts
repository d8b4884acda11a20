/** PATCH: what becomes of a resource, and of everything that must not be touched (RFC 7644 §3.5.2). */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Json, JsonObject } from '../../../src/scim/json.ts';
import { applyPatch } from '../../../src/scim/patch/apply.ts';
import { parsePatchOp, type PatchOperation } from '../../../src/scim/patch/parse.ts';
import { patches, resources } from '../support/arbitraries.ts';
import { faultOf } from '../support/fault.ts';
import { freeze } from '../support/freeze.ts';
import { groupType, labType } from '../support/registries.ts';
import { addCases, moreAddCases } from './add.cases.ts';
import { clientCases, moreClientCases } from './clients.cases.ts';
import { faultCases, moreFaultCases } from './faults.cases.ts';
import { moreRemoveCases, removeCases } from './remove.cases.ts';
import { moreReplaceCases, replaceCases } from './replace.cases.ts';
import { group, user, type PatchCase } from './resources.ts';

const typeOf = (resource: JsonObject) => (resource['id'] === group['id'] ? groupType : labType);

function patch(before: JsonObject, operations: Json): JsonObject {
  const type = typeOf(before);
  const after = applyPatch(type, freeze(before), parsePatchOp(freeze({ Operations: operations })));
  type.validate(after);
  return after;
}

function expected({ before, changes = {} }: PatchCase): JsonObject {
  return JSON.parse(JSON.stringify({ ...before, ...changes })) as JsonObject;
}

function test(cases: readonly PatchCase[]): void {
  it.each(cases.filter(({ fault }) => fault === undefined))('$id $title', (patchCase) => {
    expect(patch(patchCase.before, patchCase.operations)).toEqual(expected(patchCase));
  });
  it.each(cases.filter(({ fault }) => fault !== undefined))(
    '$id $title with 400 $fault.scimType',
    ({ before, operations, fault }) => {
      expect(faultOf(() => patch(before, operations))).toEqual({ status: 400, ...fault });
    },
  );
}

describe('RFC 7644 §3.5.2.1: add', () => test([...addCases, ...moreAddCases]));
describe('RFC 7644 §3.5.2.2: remove', () => test([...removeCases, ...moreRemoveCases]));
describe('RFC 7644 §3.5.2.3: replace', () => test([...replaceCases, ...moreReplaceCases]));
describe('what clients send', () => test([...clientCases, ...moreClientCases]));
describe('faults', () => test([...faultCases, ...moreFaultCases]));

describe('all or nothing', () => {
  it('shares nothing with the operations', () => {
    const value = [{ value: 'n@x.com', type: 'other' }];
    const after = applyPatch(labType, user, [
      { op: 'add', path: 'emails', value },
      { op: 'replace', path: 'emails[type eq "other"].display', value: 'Changed' },
    ]);
    expect(value).toEqual([{ value: 'n@x.com', type: 'other' }]);
    expect((after['emails'] as Json[])[2]).toEqual({ value: 'n@x.com', type: 'other', display: 'Changed' });
  });

  it('keeps a resource valid and its input untouched, whatever valid operations come', () => {
    fc.assert(
      fc.property(resources(labType), patches(labType), (resource, operations) => {
        const before = JSON.stringify(resource);
        const after = attempt(() => applyPatch(labType, freeze(resource), freeze(operations)));
        expect(JSON.stringify(resource)).toBe(before);
        if (after !== undefined) labType.validate(after);
      }),
    );
  });

  it('gives the same result when the same replacement comes twice', () => {
    fc.assert(
      fc.property(resources(labType), patches(labType), (resource, operations) => {
        const replacements = operations.filter(({ op, path = '' }) => op === 'replace' && !path.includes('['));
        const once = attempt(() => applyPatch(labType, resource, replacements));
        if (once !== undefined) expect(attempt(() => applyPatch(labType, once, replacements)) ?? once).toEqual(once);
      }),
    );
  });
});

describe('readOnly: ignore', () => {
  const operations = parsePatchOp({
    Operations: [
      { op: 'replace', path: 'id', value: 'other' },
      { op: 'replace', path: 'meta.created', value: '2020-01-01T00:00:00Z' },
      { op: 'replace', value: { id: 'other', groups: [{ value: 'g' }], nickName: 'N' } },
    ],
  });

  it('leaves operations on readOnly attributes out and applies the others', () => {
    expect(applyPatch(labType, user, operations, { readOnly: 'ignore' })).toEqual({ ...user, nickName: 'N' });
  });

  it('is not what happens by default', () => {
    expect(faultOf(() => applyPatch(labType, user, operations))).toEqual({
      status: 400,
      scimType: 'mutability',
      detail: 'Operations[0]: id is readOnly',
    });
  });
});

describe('a group of 20,000 members', () => {
  const members = Array.from({ length: 20_000 }, (_, index) => ({ value: `user-${index}`, display: `User ${index}` }));
  const large: JsonObject = { ...group, members };
  const named = (from: number) => members.slice(from, from + 1000).map(({ value }) => ({ value }));
  const count = (resource: JsonObject) => (resource['members'] as Json[]).length;

  it('takes a thousand members, half of them again', () => {
    const value = Array.from({ length: 1000 }, (_, index) => ({ value: `user-${index + 19_500}` }));
    expect(count(applyPatch(groupType, large, [{ op: 'add', path: 'members', value }]))).toBe(20_500);
  });

  it('loses a thousand members named in one value', () => {
    const after = applyPatch(groupType, large, [{ op: 'remove', path: 'members', value: named(500) }]);
    expect(count(after)).toBe(19_000);
  });

  it('loses a thousand members by a path each', () => {
    const operations = named(500).map(({ value }) => ({ op: 'remove' as const, path: `members[value eq "${value}"]` }));
    expect(count(applyPatch(groupType, large, operations))).toBe(19_000);
  });
});

describe('what the operations of one request look at', () => {
  const list = (count: number, value = 'a@x.com'): JsonObject[] =>
    Array.from({ length: count }, (_, index) => ({ value: `${index}${value}`, type: `type${index}` }));
  const withEmails = (emails: JsonObject[]): JsonObject => ({ ...user, emails });
  const many = (count: number, path: string): PatchOperation[] =>
    Array.from({ length: count }, () => ({ op: 'remove', path }));
  const any = (count: number, term: string): string => Array.from({ length: count }, () => term).join(' or ');
  const refused = { status: 400, scimType: 'tooMany', detail: expect.stringMatching(/^Operations\[\d+\]: .*fewer/) };

  it.each<[string, JsonObject[], PatchOperation[]]>([
    ['many elements, many times', list(10_000), many(5_000, 'emails[type eq "q"]')],
    ['many elements for many conditions', list(2_000), many(1, `emails[${any(2_000, 'type eq "q"')}]`)],
    ['a long text many times', list(1, 'a'.repeat(500_000)), many(5_000, 'emails[value co "b"]')],
    ['many elements for a long text', list(2_000), many(1, `emails[type eq "${'q'.repeat(500_000)}"]`)],
    [
      'many elements of one value',
      list(2_000).map((email) => ({ ...email, value: 'same' })),
      many(5_000, 'emails[value eq "same" and type eq "q"]'),
    ],
    [
      'many elements that it changes, many times',
      list(2_000),
      Array.from({ length: 2_000 }, (_, at) => ({ op: 'replace', path: 'emails.display', value: `${at}` })),
    ],
    [
      'many elements, each of which becomes long',
      list(2_000),
      [{ op: 'replace', path: 'emails.display', value: 'a'.repeat(100_000) }],
    ],
    [
      'many elements for the primary one, many times',
      list(2_000),
      Array.from({ length: 2_000 }, (_, at) => ({
        op: 'add',
        path: 'emails',
        value: [{ value: `new${at}`, primary: true }],
      })),
    ],
    [
      'elements that are gone, many times',
      list(2_000).map((email) => ({ ...email, value: 'same' })),
      Array.from({ length: 2_000 }, () => ({ op: 'remove', path: 'emails', value: [{ value: 'same' }] })),
    ],
  ])('is refused with 400 tooMany when it is %s', (_, emails, operations) => {
    expect(faultOf(() => applyPatch(labType, withEmails(emails), operations))).toEqual(refused);
  });

  const members = Array.from({ length: 100_000 }, (_, index) => ({
    value: `user-${index}`,
    $ref: `https://scim.example.com/scim/v2/Users/user-${index}`,
    type: 'User',
    display: `User ${index}`,
  }));
  const idOf = (index: number): string => `user-${index * 17}`;
  const large: JsonObject = { ...group, members };

  it.each<[string, number, PatchOperation[]]>([
    [
      'loses 5,000 members by a path each',
      95_000,
      Array.from({ length: 5_000 }, (_, at) => ({ op: 'remove', path: `members[value eq "${idOf(at)}"]` })),
    ],
    [
      'loses 5,000 members by one path that names them all',
      95_000,
      [
        {
          op: 'remove',
          path: `members[${Array.from({ length: 5_000 }, (_, at) => `value eq "${idOf(at)}"`).join(' or ')}]`,
        },
      ],
    ],
    [
      'loses 5,000 members whom an operation each names',
      95_000,
      Array.from({ length: 5_000 }, (_, at) => ({ op: 'remove', path: 'members', value: [{ value: idOf(at) }] })),
    ],
    [
      'takes 5,000 members in an operation each, half of them again',
      102_500,
      Array.from({ length: 5_000 }, (_, at) => ({
        op: 'add',
        path: 'members',
        value: [{ value: `user-${97_500 + at}` }],
      })),
    ],
    [
      'loses members by their names',
      99_995,
      Array.from({ length: 5 }, (_, at) => ({ op: 'remove', path: `members[display eq "User ${at}"]` })),
    ],
  ])('is little when a group of 100,000 %s', (_, left, operations) => {
    expect(applyPatch(groupType, large, operations)['members']).toHaveLength(left);
  });
});

function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof Error && error.name === 'ScimError') return undefined;
    throw error;
  }
}
