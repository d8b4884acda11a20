/** Does the verdict on a foreign suite let nothing through? */
import { describe, expect, it } from '@jest/globals';
import { judge, type Check, type Verdict } from './verdict.mjs';

const check = (name: string, passed: boolean): Check => ({ name, passed, detail: '' });
const except = (name: string) => ({ check: name, reason: 'RFC 7644 §3.4' });

const namesOf = ({ passed, excepted, failed }: Verdict): string[][] =>
  [passed, excepted, failed].map((checks) => checks.map(({ name }) => name));

describe('the verdict on a suite', () => {
  it.each([
    ['passes what passed', [check('a', true)], [], [['a'], [], []]],
    ['fails what failed', [check('a', true), check('b', false)], [], [['a'], [], ['b']]],
    ['excepts what failed and has an exception', [check('a', false)], [except('a')], [[], ['a'], []]],
    ['fails an exception whose check passes', [check('a', true)], [except('a')], [['a'], [], ['a']]],
    ['fails an exception whose check is gone', [check('a', true)], [except('b')], [['a'], [], ['b']]],
    [
      'excepts one check only of several with the same name',
      [check('a', false), check('a', false)],
      [except('a')],
      [[], ['a'], ['a (2)']],
    ],
    [
      'excepts the second of a name by its number',
      [check('a', true), check('a', false)],
      [except('a (2)')],
      [['a'], ['a (2)'], []],
    ],
  ])('%s', (_title, checks, exceptions, expected) => {
    expect(namesOf(judge(checks, exceptions, 0))).toEqual(expected);
  });

  it('fails a suite that ran fewer checks than it has', () => {
    const { failed } = judge([check('a', true)], [], 2);
    expect(failed).toEqual([{ name: 'the suite as a whole', passed: false, detail: 'ran 1 checks, not 2' }]);
  });

  it('gives the reason with what it excepts', () => {
    expect(judge([check('a', false)], [except('a')], 1).excepted).toEqual([
      { ...check('a', false), reason: 'RFC 7644 §3.4' },
    ]);
  });
});
