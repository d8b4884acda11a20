/** PATCH replace (RFC 7644 §3.5.2.3). */
import {
  bare,
  changed,
  group,
  homeEmail,
  refused,
  replace,
  unchanged,
  user,
  workAddress,
  workEmail,
  type PatchCase,
} from './resources.ts';

const noMatch = 'Operations[0]: no element of emails matches the filter of the path';

export const replaceCases: readonly PatchCase[] = [
  changed('B1', 'replaces a simple attribute', user, [replace('displayName', 'X')], { displayName: 'X' }),
  changed('B2', 'adds an attribute that does not exist', bare, [replace('nickName', 'X')], { nickName: 'X' }),
  changed('B3', 'replaces all elements with those of an array', user, [replace('emails', [{ value: 'o@x.com' }])], {
    emails: [{ value: 'o@x.com' }],
  }),
  changed(
    'B4',
    'replaces all elements with a single object',
    user,
    [replace('emails', { value: 'o@x.com', type: 'work' })],
    {
      emails: [{ value: 'o@x.com', type: 'work' }],
    },
  ),
  changed('B5', 'keeps sub-attributes that are not mentioned', user, [replace('name', { givenName: 'B2' })], {
    name: { givenName: 'B2', familyName: 'Jensen' },
  }),
  changed('B6', 'keeps them without a path too', user, [{ op: 'replace', value: { name: { givenName: 'B2' } } }], {
    name: { givenName: 'B2', familyName: 'Jensen' },
  }),
  changed(
    'B7',
    'replaces the chosen element as a whole',
    user,
    [replace('emails[type eq "work"]', { type: 'work', value: 'new@x.com', primary: true })],
    { emails: [{ type: 'work', value: 'new@x.com', primary: true }, homeEmail] },
  ),
  changed(
    'B8',
    'replaces a sub-attribute of the chosen element',
    user,
    [replace('emails[type eq "work"].value', 'new@x.com')],
    {
      emails: [{ ...workEmail, value: 'new@x.com' }, homeEmail],
    },
  ),
  refused(
    'B9',
    'refuses to replace an element that is not there',
    user,
    [replace('emails[type eq "other"]', { value: 'z' })],
    'noTarget',
    noMatch,
  ),
  changed(
    'B10',
    'adds the element where the whole attribute does not exist',
    bare,
    [replace('emails[type eq "work"]', { value: 'z', type: 'work' })],
    { emails: [{ type: 'work', value: 'z' }] },
  ),
  changed(
    'B11',
    'makes the element of a sub-attribute from the filter',
    bare,
    [replace('emails[type eq "work"].value', 'z')],
    {
      emails: [{ type: 'work', value: 'z' }],
    },
  ),
  changed('B12', 'replaces a sub-attribute of every element', user, [replace('emails.type', 'other')], {
    emails: [
      { ...workEmail, type: 'other' },
      { ...homeEmail, type: 'other' },
    ],
  }),
  refused('B13', 'refuses another id', user, [replace('id', 'hack')], 'mutability', 'Operations[0]: id is readOnly'),
  refused(
    'B14',
    'refuses to change meta',
    user,
    [replace('meta.created', 'x')],
    'mutability',
    'Operations[0]: meta.created is readOnly',
  ),
  refused(
    'B15',
    'refuses an unknown attribute',
    user,
    [replace('fooBar', 'x')],
    'invalidPath',
    'Operations[0]: "fooBar" is not an attribute of User',
  ),
  changed(
    'B16',
    'chooses by two conditions',
    user,
    [replace('emails[type eq "work" and primary eq true].value', 'c@x.com')],
    { emails: [{ ...workEmail, value: 'c@x.com' }, homeEmail] },
  ),
  changed(
    'B17',
    'makes an element from two conditions',
    bare,
    [replace('emails[type eq "work" and primary eq true].value', 'c@x.com')],
    { emails: [{ type: 'work', primary: true, value: 'c@x.com' }] },
  ),
  changed('B18', 'unassigns with null', user, [replace('displayName', null)], { displayName: undefined }),
  changed('B19', 'unassigns with an empty array', user, [replace('emails', [])], { emails: undefined }),
  changed(
    'B20',
    'leaves one primary element, the one just made so',
    user,
    [replace('emails[type eq "home"].primary', true)],
    {
      emails: [
        { ...workEmail, primary: false },
        { ...homeEmail, primary: true },
      ],
    },
  ),
  refused(
    'B21',
    'refuses a replace without a value',
    user,
    [{ op: 'replace', path: 'displayName' }],
    'invalidValue',
    'Operations[0] needs a value',
  ),
  changed('B22', 'chooses without regard to case', user, [replace('emails[type eq "WORK"].value', 'cc@x.com')], {
    emails: [{ ...workEmail, value: 'cc@x.com' }, homeEmail],
  }),
];

/** Positions of ours that the RFC leaves open. */
export const moreReplaceCases: readonly PatchCase[] = [
  ...[
    replace('members[value eq "nobody"].display', 'x'),
    replace('members[value eq "nobody"]', { display: 'x' }),
  ].flatMap((operation, index) =>
    [group, { ...group, members: [] }].map((before, at) =>
      refused(
        `B${43 + 2 * index + at}`,
        'makes nobody a member who was none',
        before,
        [operation],
        'noTarget',
        'Operations[0]: no element of members matches the filter of the path',
      ),
    ),
  ),
  unchanged('B23', 'clears an element that is not there without complaint', user, [
    replace('emails[type eq "other"]', null),
    replace('emails[type eq "other"].value', ''),
  ]),
  changed(
    'B24',
    'makes a missing element beside others for a sub-attribute',
    user,
    [replace('emails[type eq "other"].value', 'z')],
    {
      emails: [workEmail, homeEmail, { type: 'other', value: 'z' }],
    },
  ),
  refused(
    'B25',
    'refuses to make an element from a filter that does not say what it holds',
    user,
    [replace('emails[value co "nobody"].display', 'z')],
    'noTarget',
    noMatch,
  ),
  refused(
    'B26',
    'refuses to make an element from a filter that contradicts itself',
    bare,
    [replace('emails[type eq "a" and type eq "b"].value', 'z')],
    'noTarget',
    noMatch,
  ),
  changed(
    'B27',
    'keeps what the filter demands of a replaced element',
    user,
    [replace('emails[type eq "work"]', { value: 'new@x.com' })],
    {
      emails: [{ type: 'work', value: 'new@x.com' }, homeEmail],
    },
  ),
  changed(
    'B28',
    'unassigns what WSO2 Identity Server clears with empty strings',
    user,
    [
      replace('emails', ['']),
      replace('displayName', ''),
      replace('name.givenName', ''),
      replace('addresses', [{ type: 'work', formatted: '' }]),
      replace('phoneNumbers', [{ type: 'mobile', value: '' }]),
    ],
    {
      emails: undefined,
      displayName: undefined,
      name: { familyName: 'Jensen' },
      addresses: [{ type: 'work', formatted: '' }],
    },
  ),
  changed(
    'B29',
    'drops a complex attribute with its last sub-attribute',
    user,
    [replace('name', { givenName: null, familyName: '' })],
    { name: undefined },
  ),
  refused(
    'B30',
    'refuses elements without a known sub-attribute, which would empty the attribute',
    user,
    [replace('emails', [{ vlaue: 'x' }])],
    'invalidValue',
    'Operations[0]: emails[0] has no sub-attribute of emails',
  ),
  refused(
    'B31',
    'refuses an empty object as a value',
    user,
    [replace('emails[type eq "work"].value', {})],
    'invalidValue',
    'Operations[0]: emails.value must be a string, not an object',
  ),
  refused(
    'B32',
    'refuses to clear a required attribute',
    user,
    [replace('userName', '')],
    'invalidValue',
    'Operations[0]: userName is required',
  ),
  changed('B33', 'makes an element of a sub-attribute where there are none', bare, [replace('emails.value', 'z')], {
    emails: [{ value: 'z' }],
  }),
  changed('B34', 'sets the last of several that become primary', user, [replace('emails.primary', true)], {
    emails: [
      { ...workEmail, primary: false },
      { ...homeEmail, primary: true },
    ],
  }),
  changed(
    'B35',
    'replaces a chosen element that has no type',
    user,
    [replace('addresses[country eq "US"]', [{ locality: 'LA' }])],
    {
      addresses: [{ country: 'US', locality: 'LA' }],
    },
  ),
  unchanged('B36', 'leaves schemas to what is there', user, [replace('schemas', ['urn:x'])]),
  changed('B37', 'clears the element that the filter chooses', user, [replace('addresses[country eq "US"]', '')], {
    addresses: undefined,
  }),
  changed(
    'B38',
    'replaces an element that an earlier operation has changed',
    user,
    [
      replace('emails[type eq "work"].value', 'one@x.com'),
      replace('emails[value eq "one@x.com"].type', 'other'),
      replace('emails[type eq "other"].display', 'Two'),
    ],
    { emails: [{ ...workEmail, value: 'one@x.com', type: 'other', display: 'Two' }, homeEmail] },
  ),
  changed(
    'B39',
    'keeps other sub-attributes of an address',
    user,
    [replace('addresses[type eq "work"].country', 'CH')],
    {
      addresses: [{ ...workAddress, country: 'CH' }],
    },
  ),
  changed(
    'B40',
    'replaces lists within complex attributes, and passes over what is readOnly in them',
    { ...bare, profile: { labels: ['a'] } },
    [
      replace('profile', { labels: 'b', level: 1 }),
      replace('projects', [{ value: 'p', labels: [1, 2], code: 'x' }]),
      replace('projects[value eq "p"].labels', [3]),
    ],
    { profile: { labels: ['b'], level: 1 }, projects: [{ value: 'p', labels: [3] }] },
  ),
  refused(
    'B41',
    'says which element of a list within an element has the wrong type',
    bare,
    [replace('projects', [{ value: 'p', labels: [1, 'two'] }])],
    'invalidValue',
    'Operations[0]: projects[0].labels[1] must be an integer, not a string',
  ),
  refused(
    'B42',
    'refuses a readOnly sub-attribute of a chosen element',
    { ...bare, projects: [{ value: 'p' }] },
    [replace('projects[value eq "p"].code', 'x')],
    'mutability',
    'Operations[0]: projects.code is readOnly',
  ),
];
