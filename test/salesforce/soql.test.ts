/** Values in SOQL literals (SOQL and SOSL Reference, Quoted String Escape Sequences). */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { quoteSoql } from '../../src/salesforce/soql.ts';

describe('a SOQL literal', () => {
  it.each([
    ["O'Hara", String.raw`'O\'Hara'`],
    ['back\\slash', String.raw`'back\\slash'`],
    ["\\'", String.raw`'\\\''`],
    ['"quoted"', String.raw`'\"quoted\"'`],
    ['a\nb\rc\td\be\ff', String.raw`'a\nb\rc\td\be\ff'`],
    ['\u0000\u001f\u2028', String.raw`'\u0000\u001F\u2028'`],
    ['zoë@例え.jp 😀', "'zoë@例え.jp 😀'"],
    ['half \ud83d', String.raw`'half \uD83D'`],
    ['%_', "'%_'"],
  ])('escapes %j', (value, literal) => {
    expect(quoteSoql(value)).toBe(literal);
  });

  it('reads back as the value it was made from, whatever that holds', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (value) => readLiteral(quoteSoql(value)) === value));
    fc.assert(
      fc.property(fc.array(fc.constantFrom("'", '\\', '\n', 'u', 'a', '"', '\ud800')), (characters) => {
        const value = characters.join('');
        return readLiteral(quoteSoql(value)) === value;
      }),
    );
  });

  it('ends at its last quote, and can be sent in a URL', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        const literal = quoteSoql(value);
        expect(literal.slice(1, -1).replaceAll(/\\./gu, '')).not.toContain("'");
        expect(() => encodeURIComponent(literal)).not.toThrow();
      }),
    );
  });
});

const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  b: '\b',
  f: '\f',
  '"': '"',
  "'": "'",
  '\\': '\\',
};

/** Reads a literal as the grammar has it; throws where Salesforce would refuse it. */
function readLiteral(literal: string): string {
  const match = /^'((?:[^'\\]|\\u[0-9A-F]{4}|\\[nrtbf"'\\])*)'$/u.exec(literal);
  if (match === null) throw new Error(`no literal: ${literal}`);
  return (match[1] ?? '').replaceAll(/\\u([0-9A-F]{4})|\\(.)/gu, (_, hex: string | undefined, letter: string) =>
    hex === undefined ? (ESCAPES[letter] ?? '') : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}
