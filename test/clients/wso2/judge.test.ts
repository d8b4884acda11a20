/** The judge says what the client was seen to do: each row is an answer that it was given once, and how it went on. */
import { describe, expect, it } from '@jest/globals';
import { refusalOf, swallows, type Judged } from './judge.ts';
import { isAskedAgain, misreadingOf } from './misreadings.ts';

type Row = readonly [title: string, part: Partial<Judged> & { readonly body?: unknown }];

const user = { schemas: [], id: 'id-1', userName: 'r' };
const created = (value: unknown) => ({ ...user, meta: { created: value } });
const UTF8 = 'application/scim+json; charset=utf-8';
const list = (resource: unknown) => ({ totalResults: 1, Resources: [resource] });

function judged(protocol: Judged['protocol'], { body, ...part }: Row[1]): Judged {
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  const common = { kind: 'create', resource: 'User', status: 201, contentType: 'application/scim+json' } as const;
  return { protocol, ...common, text, ...part };
}

/** As the body of a create, and as what a lookup finds. */
const both = (title: string, resource: object): Row[] => [
  [`${title} in a create`, { body: resource }],
  [`${title} in a list`, { kind: 'lookup', status: 200, body: list(resource) }],
];

const taken: readonly Row[] = [
  ['200 to a create', { status: 200, body: user }],
  ['200 with a body to a delete', { kind: 'delete', status: 200, body: user }],
  ['204 to a delete', { kind: 'delete', status: 204 }],
  ['the first of two results', { kind: 'lookup', status: 200, body: { totalResults: 2, Resources: [user, user] } }],
  ['a result without id', { kind: 'lookup', status: 200, body: list({ userName: 'r' }) }],
  ['a list without totalResults', { kind: 'lookup', status: 200, body: { Resources: [user] } }],
  ['a result without userName', { kind: 'lookup', status: 200, body: list({ id: 'id-1' }) }],
  ['a create without id', { body: { userName: 'r' } }],
  ['text/plain', { body: user, contentType: 'text/plain' }],
  ['application/json', { body: user, contentType: 'application/json' }],
  [
    'an id of other letters in UTF-8',
    { kind: 'lookup', status: 200, body: list({ ...user, id: 'zoë' }), contentType: UTF8 },
  ],
  [
    'a member that is a User',
    { resource: 'Group', body: { displayName: 'g', members: [{ value: '1', type: 'User' }] } },
  ],
  ...both('no schemas', { id: 'id-1', userName: 'r' }),
  ...both('no meta', user),
  ...both('an empty meta', { ...user, meta: {} }),
  ...both('what it does not know', { ...user, nope: 1, other: { a: 'b' } }),
  ...both('an extension', {
    ...user,
    'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': { department: 'd' },
  }),
  ...both('e-mails as strings', { ...user, emails: ['a@x'] }),
  ...both('e-mails as objects', { ...user, emails: [{ type: 'work', value: 'a@x' }] }),
  ...both('no e-mails', { ...user, emails: [] }),
  ...both('an e-mail of null', { ...user, emails: [{ value: null }] }),
  ...both('primary as a string', { ...user, emails: [{ value: 'a', primary: 'true' }] }),
  ...both('a null text', { ...user, nickName: null }),
  ...both('active as a string', { ...user, active: 'true' }),
  ...both('an int for an id', { ...user, id: 7 }),
  ...both('groups', { ...user, groups: [{ value: 'g', display: 'G' }] }),
  ...both('roles as strings', { ...user, roles: ['a'] }),
  ...both('userName in another case', { id: 'id-1', USERNAME: 'r' }),
  ...both('an empty userName', { id: 'id-1', userName: '' }),
  ...both('a null userName', { id: 'id-1', userName: null }),
  ...both('certificates', { ...user, x509Certificates: [{ value: 'MII' }] }),
  ...both('photos', { ...user, photos: [{ value: 'http://x' }] }),
  ...both('a password', { ...user, password: 'x' }),
  ...[
    '2026-01-01T00:00:00Z',
    '2026-01-01T00:00:00.123Z',
    '2026-01-01T00:00:00',
    '2026-01-01T00:00:00+05:30',
    '',
    null,
  ].flatMap((value) => both(`created ${String(value)}`, created(value))),
];

const refused: readonly Row[] = [
  ...[202, 204, 301, 302, 304, 400, 401, 403, 404, 408, 409, 412, 422, 429, 500, 501, 502, 503, 504].map(
    (status): Row => [`${status} to a create`, { status, body: user }],
  ),
  ['204 to a PATCH of a user', { kind: 'update', status: 204 }],
  ['204 to a PATCH of a group', { kind: 'update', resource: 'Group', status: 204 }],
  ['202 to a delete', { kind: 'delete', status: 202 }],
  ['404 to a delete', { kind: 'delete', status: 404 }],
  ['an empty list', { kind: 'lookup', status: 200, body: { totalResults: 0, Resources: [] } }],
  ['a list without Resources', { kind: 'lookup', status: 200, body: { totalResults: 0 } }],
  ['resources in lower case', { kind: 'lookup', status: 200, body: { totalResults: 1, resources: [user] } }],
  ['Resources of null', { kind: 'lookup', status: 200, body: { totalResults: 0, Resources: null } }],
  ['404 to a lookup', { kind: 'lookup', status: 404 }],
  ['no Content-Type', { body: user, contentType: undefined }],
  ['an array', { body: [] }],
  ['nothing', { body: '' }],
  ['text', { body: 'OK' }],
  ['JSON in a string', { body: JSON.stringify(JSON.stringify(user)) }],
  ['a create without userName', { body: { id: 'id-1' } }],
  ['a group without displayName', { resource: 'Group', body: { id: 'g1' } }],
  [
    'a member that is a user',
    { resource: 'Group', body: { displayName: 'g', members: [{ value: '1', type: 'user' }] } },
  ],
  ['a member without value', { resource: 'Group', body: { displayName: 'g', members: [{ display: 'x' }] } }],
  ['an id with a space', { kind: 'lookup', status: 200, body: list({ ...user, id: 'id with space' }) }],
  ['a key that comes twice', { body: '{"userName":"r","userName":"s"}' }],
  ['a key that comes twice in a list', { kind: 'lookup', status: 200, body: '{"Resources":[{"id":"1","id":"2"}]}' }],
  ...both('e-mails as one object', { ...user, emails: { value: 'a' } }),
  ...both('null e-mails', { ...user, emails: null }),
  ...both('a null among e-mails', { ...user, emails: [null] }),
  ...both('a null name', { ...user, name: null }),
  ...both('a name as a string', { ...user, name: 'R' }),
  ...both('a null active', { ...user, active: null }),
  ...both('active as a number', { ...user, active: 1 }),
  ...both('a long for an id', { ...user, id: 12345678901 }),
  ...both('a double', { ...user, title: 1.5 }),
  ...both('a null meta', { ...user, meta: null }),
  ...['2026-01-01T00:00:00.000+0000', '2026-01-01', 1767225600].flatMap((value) =>
    both(`created ${value}`, created(value)),
  ),
];

const error1 = (code: unknown) => ({ Errors: [{ description: 'd', code }] });
const error2 = { schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], status: '409', detail: 'd' };
const FAILURES = [302, 400, 401, 403, 404, 409, 429, 500, 503];

const taken1: readonly Row[] = [
  ['200 to a create', { status: 200, body: user }],
  ['204 to a PATCH', { kind: 'update', status: 204 }],
  ['an empty list', { kind: 'lookup', status: 200, body: { totalResults: 0, Resources: [] } }],
  ['the first of two results', { kind: 'lookup', status: 200, body: { totalResults: 2, Resources: [user, user] } }],
  ['200 to a delete', { kind: 'delete', status: 200 }],
  ['404 with Errors to a lookup', { kind: 'lookup', status: 404, body: error1('404') }],
  ...FAILURES.map((status): Row => [
    `${status} with Errors to a create, which it swallows`,
    { status, body: error1('1') },
  ]),
  ...both('no schemas', { id: 'id-1', userName: 'r' }),
  ...both('the schemas of SCIM 2', { ...user, schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'] }),
  ...both('e-mails as strings', { ...user, emails: ['a'] }),
  ...both('e-mails as objects', { ...user, emails: [{ value: 'a' }] }),
  ...both('no e-mails', { ...user, emails: [] }),
  ...both('what it does not know', { ...user, nope: 1 }),
  ...both('active', { ...user, active: true }),
  ...both('a null text', { ...user, nickName: null }),
  ...both('a null meta', { ...user, meta: null }),
  ...both('an int for an id', { ...user, id: 7 }),
  ...both('groups', { ...user, groups: [] }),
  ['a result without id', { kind: 'lookup', status: 200, body: list({ userName: 'r' }) }],
  ['a result without userName', { kind: 'lookup', status: 200, body: list({ id: '1' }) }],
  ...['2026-01-01T00:00:00', '2026-01-01T00:00:00Z', '2026-01-01T00:00:00.123Z'].flatMap((value) =>
    both(`created ${value}`, created(value)),
  ),
];

const refused1: readonly Row[] = [
  ['202 to a create', { status: 202, body: error1('1') }],
  ['204 to a create', { status: 204 }],
  ...FAILURES.flatMap((status): Row[] => [
    [`${status} with a SCIM 2 error`, { status, body: error2 }],
    [`${status} with nothing`, { status }],
  ]),
  ['404 with a SCIM 2 error to a lookup', { kind: 'lookup', status: 404, body: error2 }],
  ['404 with a number for a code', { kind: 'lookup', status: 404, body: error1(404) }],
  ['a list without Resources', { kind: 'lookup', status: 200, body: { totalResults: 0 } }],
  ['a list without totalResults', { kind: 'lookup', status: 200, body: { Resources: [] } }],
  ['a create without id', { body: { userName: 'r' } }],
  ['a create without userName', { body: { id: '1' } }],
  ...both('created 2026-01-01', created('2026-01-01')),
];

describe('the client of WSO2 Identity Server 6 and 7', () => {
  it.each(taken)('takes %s', (_title, part) => expect(refusalOf(judged('2.0', part))).toBeUndefined());
  it.each(refused)('refuses %s', (_title, part) => expect(refusalOf(judged('2.0', part))).toEqual(expect.any(String)));
});

describe('the SCIM 1.1 client of WSO2 Identity Server 5', () => {
  it.each(taken1)('takes %s', (_title, part) => expect(refusalOf(judged('1.1', part))).toBeUndefined());
  it.each(refused1)('refuses %s', (_title, part) => expect(refusalOf(judged('1.1', part))).toEqual(expect.any(String)));

  it('takes a failure for a success when it comes with Errors, and only then', () => {
    expect([error1('409'), error1(409), error2, {}].map((body) => swallows(JSON.stringify(body)))).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});

const misread: readonly (readonly [string, Judged['protocol'], Row[1], string | undefined])[] = [
  ['a result without id', '2.0', { kind: 'lookup', status: 200, body: list({ userName: 'r' }) }, 'writes nothing'],
  ['a result with id', '2.0', { kind: 'lookup', status: 200, body: list(user) }, undefined],
  ['an empty list, which it notices', '2.0', { kind: 'lookup', status: 200, body: { Resources: [] } }, undefined],
  ['letters without a charset', '2.0', { body: { userName: 'zoë' } }, 'ISO-8859-1'],
  ['letters with a charset', '2.0', { body: { userName: 'zoë' }, contentType: UTF8 }, undefined],
  ['letters as application/json', '2.0', { body: { userName: 'zoë' }, contentType: 'application/json' }, undefined],
  ['an empty list', '1.1', { kind: 'lookup', status: 200, body: { totalResults: 0, Resources: [] } }, 'the id null'],
  ['Errors to a lookup', '1.1', { kind: 'lookup', status: 404, body: error1('404') }, undefined],
  ['Errors to a create', '1.1', { status: 409, body: error1('409') }, 'though the write failed'],
  ['Errors to a delete', '1.1', { kind: 'delete', status: 500, body: error1('500') }, 'though the write failed'],
  ['a SCIM 2 error to a create', '1.1', { status: 409, body: error2 }, undefined],
];

describe('what the clients get wrong without a word', () => {
  it.each(misread)('%s in SCIM %s', (_title, protocol, part, expected) => {
    const answer = judged(protocol, part);
    // All of it is taken, or refused for other reasons that it tells.
    expect(misreadingOf(answer)).toEqual(expected === undefined ? undefined : expect.stringContaining(expected));
    if (expected !== undefined) expect(refusalOf(answer)).toBeUndefined();
  });

  it('is none of what is answered in a list that nobody can read', () => {
    for (const text of ['', 'text', '[]', '{"Resources":null}', '{"Resources":{}}'])
      expect(misreadingOf(judged('2.0', { kind: 'lookup', status: 200, body: text }))).toBeUndefined();
  });
});

describe('a request that is sent again at once', () => {
  it.each([301, 302, 304, 429, 500, 501, 502, 503, 504])('is one of SCIM 2.0 that was answered %s', (status) => {
    expect([isAskedAgain({ protocol: '2.0', status }), isAskedAgain({ protocol: '1.1', status })]).toEqual([
      true,
      false,
    ]);
  });
  it.each([200, 201, 202, 204, 400, 401, 403, 404, 408, 409, 412, 422])('is none that was answered %s', (status) => {
    expect(isAskedAgain({ protocol: '2.0', status })).toBe(false);
  });
});
