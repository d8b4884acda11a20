/** How a value becomes a SOQL string literal (SOQL and SOSL Reference, Quoted String Escape Sequences). */

const NAMED: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '"': '\\"',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\b': '\\b',
  '\f': '\\f',
};

/** Quotes, the backslash, control characters, line separators, and halves of surrogate pairs, which no URL can carry. */
const SPECIAL = /[\\'"\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** Quotes `value` so that it is one literal whatever it holds. */
export const quoteSoql = (value: string): string =>
  `'${value.replace(SPECIAL, (character) => NAMED[character] ?? escapeCodePoint(character))}'`;

const escapeCodePoint = (character: string): string =>
  `\\u${character.charCodeAt(0).toString(16).padStart(4, '0').toUpperCase()}`;
