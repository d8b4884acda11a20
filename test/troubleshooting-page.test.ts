/** docs/troubleshooting.md says of each code what the program says. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { CODES_BY_CLASS } from '../src/provisioning/policy/classify.ts';
import { hintFor } from '../src/provisioning/policy/hints.ts';

const page = readFileSync(new URL('../docs/troubleshooting.md', import.meta.url), 'utf8');

interface Row {
  readonly code: string;
  readonly faultClass: string;
  readonly hint: string;
}

/** The rows of the table of codes; one may stand for several. */
const rows: readonly Row[] = page
  .slice(page.indexOf('| code '))
  .split('\n')
  .flatMap((line) => {
    const [, codes = '', faultClass = '', hint = ''] = line.split('|').map((cell) => cell.trim());
    return [...codes.matchAll(/`([^`]+)`/g)].map(([, code = '']) => ({ code, faultClass, hint }));
  });

const catalogue = Object.entries(CODES_BY_CLASS).flatMap(([faultClass, codes]) =>
  codes.map((code) => [code, faultClass] as const),
);

describe('the page', () => {
  it.each(catalogue)('has %s of the class %s', (code, faultClass) => {
    expect(rows.filter((row) => row.code === code).map((row) => row.faultClass)).toEqual([faultClass]);
  });

  it('says of each code what to do, as the program does', () => {
    expect(rows.length).toBeGreaterThan(catalogue.length);
    expect(rows.map(({ code, hint }) => [code, hint])).toEqual(
      rows.map(({ code }) => [code, hintFor({ code, message: '' })]),
    );
  });
});
