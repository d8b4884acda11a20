/** Record ids and their checksum. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createIdSequence, parseId, toId15, toId18 } from '../../src/sandbox/ids.ts';

const VECTORS = [
  ['a01M00000062mPg', 'IAI'],
  ['001M000000qfPyS', 'IAU'],
  ['a0FE000000D6r3F', 'MAR'],
  ['0F9E000000092w2', 'KAA'],
  ['a0RE000000IJmcN', 'MAT'],
  ['a0D30000001n7Pi', 'EAI'],
  ['aaaaaaaaaaaaaaa', 'AAA'],
] as const;

describe('record ids', () => {
  it.each(VECTORS)('%s ends in %s', (id, suffix) => expect(toId18(id)).toBe(id + suffix));

  it('are read in both forms, and answered in the long one', () => {
    const id15 = fc.stringMatching(/^[0-9A-Za-z]{15}$/);
    fc.assert(
      fc.property(id15, (id) => {
        expect(parseId(id)).toBe(toId18(id));
        expect(parseId(toId18(id))).toBe(toId18(id));
        expect(toId15(toId18(id))).toBe(id);
      }),
    );
  });

  it.each(['', '17', '00Q00000000000', '00Q000000000001AAB', '00Q00000000000%', '00Q0000000000010000'])(
    'do not include %j',
    (text) => expect(parseId(text)).toBeNull(),
  );

  it('come in order, and differ from those of an earlier start', () => {
    const next = createIdSequence(new Date('2026-01-01T00:00:00Z'));
    const ids = Array.from({ length: 5000 }, () => next('00Q'));
    expect(ids.toSorted()).toEqual(ids);
    expect(new Set(ids).size).toBe(5000);
    const later = createIdSequence(new Date('2026-01-01T00:00:01Z'));
    expect(ids).not.toContain(later('00Q'));
  });
});
