/** Resources in the form in which databases compare them (RFC 7643 §2.2 caseExact). */
import { describe, expect, it } from '@jest/globals';
import { numberText } from '../../src/scim/comparable.ts';
import { foldDocument } from '../../src/scim/fold.ts';
import type { JsonObject } from '../../src/scim/json.ts';
import { ENTERPRISE, labType } from './support/registries.ts';

describe('foldDocument', () => {
  it('needs no copy of what databases fold alike', () => {
    expect(foldDocument(labType, { userName: 'BJensen', emails: [{ value: 'A@X', primary: true }] })).toBeUndefined();
    expect(foldDocument(labType, { userName: 'josé', externalId: 'É' })).toBeUndefined();
  });

  it('folds every text that is not caseExact, wherever it lies', () => {
    const resource: JsonObject = {
      id: 'É',
      externalId: 'É',
      userName: 'İ',
      tags: ['ΑΣ', '\u212a'],
      emails: [{ value: 'É', primary: true }],
      [ENTERPRISE]: { department: 'É', manager: { displayName: 'Ä' } },
    };
    expect(foldDocument(labType, resource)).toEqual({
      id: 'É',
      externalId: 'É',
      userName: 'i̇',
      tags: ['ας', 'k'],
      emails: [{ value: 'é', primary: true }],
      [ENTERPRISE]: { department: 'é', manager: { displayName: 'ä' } },
    });
  });

  it('gives equal numbers and equal instants equal texts', () => {
    const folded = (resource: JsonObject) => foldDocument(labType, resource);
    expect(folded({ height: -0 })).toEqual(folded({ height: 0 }));
    expect(folded({ hiredAt: '2024-01-01T01:00:00.100+01:00' })).toEqual(folded({ hiredAt: '2024-01-01T00:00:00.1Z' }));
    expect(folded({ hiredAt: '2024-01-01T00:00:00.1000000001Z' })).not.toEqual(
      folded({ hiredAt: '2024-01-01T00:00:00.1Z' }),
    );
  });
});

describe('numberText', () => {
  it('is ordered as the numbers are', () => {
    const numbers = [-Number.MAX_VALUE, -10, -9.5, -1, -5e-324, 0, 5e-324, 0.1, 1, 9, 10, 2 ** 53, Number.MAX_VALUE];
    expect([...numbers.map(numberText)].sort()).toEqual(numbers.map(numberText));
  });
});
