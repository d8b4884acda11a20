/** Whatever a client sends: a SCIM error or a resource, and every prototype as it was. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ScimError } from '../../src/scim/errors.ts';
import { matches } from '../../src/scim/filter/evaluate.ts';
import { parseFilter } from '../../src/scim/filter/parse.ts';
import type { Json, JsonObject } from '../../src/scim/json.ts';
import { normaliseResource } from '../../src/scim/normalise.ts';
import { applyPatch } from '../../src/scim/patch/apply.ts';
import { parsePatchOp } from '../../src/scim/patch/parse.ts';
import { parseReadPath } from '../../src/scim/patch/path.ts';
import { parseProjection, project } from '../../src/scim/projection.ts';
import { messyObjects, messyOperations, messyText } from './support/arbitraries.ts';
import { ENTERPRISE, labType, USER } from './support/registries.ts';
import { user } from './patch/resources.ts';

const POLLUTING_NAMES = [
  '__proto__',
  'constructor',
  'prototype',
  'constructor.prototype',
  'toString',
  '__defineGetter__',
];
const prototypeMembers = () => Reflect.ownKeys(Object.prototype).map(String);

/** Runs something; only a ScimError may come out of it instead of a result. */
function tolerate(run: () => unknown): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof ScimError)) throw error;
  }
}

describe('no input makes anything but a ScimError', () => {
  it('as a resource', () => {
    fc.assert(
      fc.property(messyObjects(labType), (input) => {
        tolerate(() => labType.validate(normaliseResource(labType, input)));
      }),
    );
  });

  it('as a PATCH body', () => {
    fc.assert(
      fc.property(fc.oneof(messyOperations(labType), fc.jsonValue()), (operations) => {
        tolerate(() => {
          const after = applyPatch(labType, user, parsePatchOp({ Operations: operations }));
          labType.validate(normaliseResource(labType, after));
        });
      }),
      { numRuns: 500 },
    );
  });

  it('as a filter, path or projection', () => {
    fc.assert(
      fc.property(messyText, (text) => {
        tolerate(() => matches(parseFilter(labType, text, { unquoted: 'fallback' }), user));
        tolerate(() => parseReadPath(labType, text));
        tolerate(() => project(labType, user, parseProjection(labType, { attributes: text })));
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    'displayName',
    'name',
    'emails',
    'active',
    'tags',
    'schemas',
    'name.givenName',
    ENTERPRISE,
    `${ENTERPRISE}:manager`,
  ])('as arrays nested a hundred thousand deep in %s', (name) => {
    const deep = JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`) as Json;
    tolerate(() => labType.validate(normaliseResource(labType, { userName: 'a', [name]: deep })));
    tolerate(() => labType.validate(normaliseResource(labType, { userName: 'a', [name]: { value: deep } })));
    for (const value of [deep, { value: deep }, [{ value: deep }]] as Json[]) {
      for (const op of ['add', 'replace', 'remove']) {
        tolerate(() => applyPatch(labType, user, parsePatchOp({ Operations: [{ op, path: name, value }] })));
      }
      tolerate(() =>
        applyPatch(labType, user, parsePatchOp({ Operations: [{ op: 'add', value: { [name]: value } }] })),
      );
    }
  });
});

describe('no input reaches a prototype', () => {
  const before = prototypeMembers();

  it.each(POLLUTING_NAMES)('by the name %s', (name) => {
    const paths = [
      name,
      `${name}.polluted`,
      `name.${name}`,
      `name.${name}.polluted`,
      `emails[type eq "work"].${name}`,
      `${ENTERPRISE}:${name}.polluted`,
      `${USER}:${name}.polluted`,
      `urn:x:${name}.polluted`,
    ];
    for (const path of paths) {
      const members = JSON.parse(`{${JSON.stringify(path)}:{"polluted":"yes"},"polluted":"yes"}`) as JsonObject;
      for (const operation of [
        { op: 'add', path, value: 'yes' },
        { op: 'replace', path, value: members },
        { op: 'remove', path },
        { op: 'add', value: members },
      ]) {
        tolerate(() => applyPatch(labType, user, parsePatchOp({ Operations: [operation] })));
      }
      tolerate(() =>
        normaliseResource(labType, { ...members, name: members, emails: [members], [ENTERPRISE]: members }),
      );
      tolerate(() => project(labType, user, parseProjection(labType, { attributes: path })));
      tolerate(() => matches(parseFilter(labType, `${path} eq "yes"`), user));
    }
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(prototypeMembers()).toEqual(before);
  });

  it('or leaves an own __proto__ in a resource', () => {
    const input = JSON.parse(
      '{"userName":"a","__proto__":{"active":true},"name":{"__proto__":{"givenName":"x"}}}',
    ) as JsonObject;
    const resource = normaliseResource(labType, input);
    expect(Object.getPrototypeOf(resource)).toBe(Object.prototype);
    expect(resource).toEqual({ schemas: [USER], userName: 'a' });
    expect(resource['active']).toBeUndefined();
  });
});
