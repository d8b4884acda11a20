/** References to what other operations create: where they are seen, and that nothing else is touched (RFC 7644 §3.7.2). */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeSegment, referencesIn, replaceReferences } from '../../../src/scim/bulk/references.ts';
import type { Json } from '../../../src/scim/json.ts';
import { ENTERPRISE } from '../support/registries.ts';

const idOf = (bulkId: string): string => `<${bulkId}>`;

describe('replaceReferences', () => {
  it.each<[title: string, data: Json, replaced: Json]>([
    ['a member', { members: [{ value: 'bulkId:a' }] }, { members: [{ value: '<a>' }] }],
    [
      'a manager',
      { [ENTERPRISE]: { manager: { value: 'bulkId:a' } } },
      { [ENTERPRISE]: { manager: { value: '<a>' } } },
    ],
    ['a bare string in a list', { members: ['bulkId:a', 'b'] }, { members: ['<a>', 'b'] }],
    ['a relative $ref', { manager: { $ref: '../Users/bulkId:a' } }, { manager: { $ref: '../Users/<a>' } }],
    [
      'an absolute $ref',
      { $ref: 'https://x.example/scim/v2/Users/bulkId:a' },
      { $ref: 'https://x.example/scim/v2/Users/<a>' },
    ],
    ['an encoded $ref', { $ref: '/Users/bulkId:a%20b' }, { $ref: '/Users/<a b>' }],
    ['a bulkId of any characters', { value: 'bulkId:a/b "c"\n:d' }, { value: '<a/b "c"\n:d>' }],
    ['a filter in a path', { path: 'members[value eq "bulkId:a"]' }, { path: 'members[value eq "<a>"]' }],
    [
      'several in one path, with what JSON escapes',
      { path: 'members[value eq "bulkId:a\\"b" or $ref ew "/Users/bulkId:c"].display' },
      { path: `members[value eq ${JSON.stringify('<a"b>')} or $ref ew "/Users/<c>"].display` },
    ],
    [
      'the values of PATCH operations',
      { Operations: [{ op: 'add', path: 'members', value: [{ value: 'bulkId:a' }] }] },
      { Operations: [{ op: 'add', path: 'members', value: [{ value: '<a>' }] }] },
    ],
    ['the value of a PATCH operation', { Operations: [{ value: 'bulkId:a' }] }, { Operations: [{ value: '<a>' }] }],
  ])('replaces %s', (_, data, replaced) => expect(replaceReferences(data, idOf)).toEqual(replaced));

  it.each<[title: string, data: Json]>([
    ['text that only mentions one', { title: 'see bulkId:a', nickName: 'xbulkId:a' }],
    ['another case', { value: 'bulkid:a' }],
    ['nothing after the colon', { value: 'bulkId:' }],
    ['a URI that goes on', { $ref: '/Users/bulkId:a/b' }],
    ['a path without quotes', { path: 'bulkId:a' }],
    ['a path whose quotes do not close', { path: 'members[value eq "bulkId:a]' }],
    ['quotes around no JSON string', { path: 'members[value eq "bulkId:\\x"]' }],
    ['names of members', { 'bulkId:a': 1 }],
    ['what is no string', { a: null, b: true, c: 1.5, d: [], e: {} }],
  ])('leaves %s as it is', (_, data) => {
    expect(replaceReferences(data, idOf)).toEqual(data);
    expect([...referencesIn(data)]).toEqual([]);
  });

  it('gives back what is not referred to, whatever the data', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        // fast-check's own type of the same values.
        const data = value as Json;
        expect(JSON.stringify(replaceReferences(data, idOf))).toBe(JSON.stringify(data));
      }),
    );
  });

  it('finds each bulkId once, and each that it finds is replaced', () => {
    const bulkId = fc.string({ minLength: 1 });
    const place = fc.constantFrom<(text: string) => Json>(
      (text) => text,
      (text) => ({ value: text }),
      (text) => [{ members: [{ value: text }] }],
      (text) => ({ Operations: [{ path: `members[value eq ${JSON.stringify(text)}]` }] }),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(bulkId, place)), (references) => {
        const data = references.map(([id, at]) => at(`bulkId:${id}`));
        expect(referencesIn(data)).toEqual(new Set(references.map(([id]) => id)));
        expect([...referencesIn(replaceReferences(data, () => 'known'))]).toEqual([]);
      }),
    );
  });

  it('ends on data that is nested without end', () => {
    const nested = JSON.parse(`${'['.repeat(100_000)}"bulkId:a"${']'.repeat(100_000)}`) as Json;
    expect([...referencesIn(nested)]).toEqual([]);
  });
});

describe('decodeSegment', () => {
  it.each([
    ['a%20b', 'a b'],
    ['bulkId%3Aa', 'bulkId:a'],
    ['100%', '100%'],
  ])('reads %s as %s', (text, decoded) => expect(decodeSegment(text)).toBe(decoded));
});
