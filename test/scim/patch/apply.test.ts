/** PATCH: what becomes of a resource, and of everything that must not be touched (RFC 7644 §3.5.2). */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Json, JsonObject } from '../../../src/scim/json.ts';
import { applyPatch } from '../../../src/scim/patch/apply.ts';
import { parsePatchOp } from '../../../src/scim/patch/parse.ts';
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

function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof Error && error.name === 'ScimError') return undefined;
    throw error;
  }
}
