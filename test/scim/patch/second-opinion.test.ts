/** A second opinion on PATCH: where the scim-patch package agrees with ours, and where we know that it does not. */
import { describe, expect, it } from '@jest/globals';
import { scimPatch, type ScimPatchOperation, type ScimResource } from 'scim-patch';
import { cloneJson, type JsonObject } from '../../../src/scim/json.ts';
import { applyPatch } from '../../../src/scim/patch/apply.ts';
import { parsePatchOp } from '../../../src/scim/patch/parse.ts';
import { labType, groupType } from '../support/registries.ts';
import { addCases } from './add.cases.ts';
import { clientCases } from './clients.cases.ts';
import { removeCases } from './remove.cases.ts';
import { replaceCases } from './replace.cases.ts';
import type { PatchCase } from './resources.ts';

/** Malicious cases are left out: some of them would change this process. */
const cases = [...addCases, ...removeCases, ...replaceCases, ...clientCases];

/** Where it refuses, or makes something else of, what the RFC or a client means as our case has it. */
const KNOWN_DIFFERENCES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'has no schema, hence neither types nor mutability, multiplicity nor primary':
      'A7 A14 A19 B13 B14 B15 B20 C7 C8 C15 D3 D8 D9 D10 D16 D17 D21',
    'minds the case of names, verbs and values': 'B22 D2 D24 D25 D26 D27 D28 D29',
    'takes elements for the same only when all of their sub-attributes are': 'A9 A12 D11 D13',
    'replaces complex attributes as wholes without a path': 'A13 B6',
    'splits the URN of an extension at its dots': 'A20 D36',
    'takes the path apart before it reads quoted strings': 'A24 D35',
    'takes names with a filter for plain names without a path': 'D7',
    'stores null, an empty list, an empty object or nothing at all': 'B18 B19 B21 C16',
    'changes every element in place of replacing them': 'B4',
    'refuses a filter without a match where ours makes the element or has nothing to do': 'B10 B17 C10 C11',
    'cannot choose among strings': 'D37',
  }).flatMap(([reason, ids]) => ids.split(' ').map((id) => [id, reason] as const)),
);

describe('scim-patch', () => {
  it.each(cases.filter(({ id }) => !KNOWN_DIFFERENCES.has(id)))('agrees on $id, which $title', (patchCase) => {
    expect(theirs(patchCase)).toEqual(ours(patchCase));
  });

  const differing = cases.filter(({ id }) => KNOWN_DIFFERENCES.has(id));
  it.each(differing.map((patchCase) => ({ ...patchCase, reason: KNOWN_DIFFERENCES.get(patchCase.id) })))(
    'does not agree on $id, because it $reason',
    (patchCase) => {
      expect(theirs(patchCase)).not.toEqual(ours(patchCase));
    },
  );
});

const REFUSED = 'refused';

function ours({ before, operations }: PatchCase): JsonObject | string {
  const type = 'members' in before ? groupType : labType;
  try {
    return applyPatch(type, before, parsePatchOp({ Operations: operations }));
  } catch {
    return REFUSED;
  }
}

/** Its types are narrower than what comes over the wire, which is the point of asking it. */
function theirs({ before, operations }: PatchCase): unknown {
  const resource = cloneJson(before) as unknown as ScimResource;
  const asked = cloneJson(operations) as unknown as ScimPatchOperation[];
  try {
    return scimPatch(resource, asked, { mutateDocument: false, treatMissingAsAdd: true });
  } catch {
    return REFUSED;
  }
}
