/** What Entra ID, its validator, Okta, OneLogin and WSO2 Identity Server send, and what they need to be answered. */

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';
const LIST = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';

const patch = (...Operations) => ({
  schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
  Operations,
});

const refused = (status, scimType) => ({
  status,
  expect: { schemas: [ERROR], status: String(status), ...(scimType ? { scimType } : {}) },
});

const found = (...userNames) => ({
  status: 200,
  expect: {
    schemas: [LIST],
    totalResults: userNames.length,
    itemsPerPage: userNames.length,
    ...Object.fromEntries(userNames.map((userName, index) => [`Resources[${index}].userName`, userName])),
  },
});

const enterprise = (name) => `["${ENTERPRISE}"].${name}`;

/** Entra ID's names of attributes begin with capitals in places. */
const robin = {
  schemas: [ENTERPRISE, USER],
  externalId: 'robin-1',
  userName: 'Robin@Example.com',
  active: true,
  displayName: 'Robin Smith',
  emails: [
    { Primary: true, type: 'work', value: 'robin@example.com' },
    { Primary: false, type: 'home', value: 'robin@example.org' },
  ],
  meta: { resourceType: 'User', created: '2019-09-18T18:15:26.5788954+00:00' },
  name: { formatted: 'Robin Smith', familyName: 'Smith', givenName: 'Robin', honorificPrefix: null },
  addresses: [{ type: 'work', locality: 'Colombo', region: null, primary: false }],
  roles: [],
  [ENTERPRISE]: { Department: 'Sales', Manager: { Value: 'a-manager' } },
};

const set = (op, path, value) => patch({ op, path, value });
const users = (filter) => `GET /Users?filter=${filter}`;
const patchRobin = (name, body, expect, status = 200) => ({
  name,
  send: 'PATCH /Users/{{robin}}',
  body,
  status,
  expect,
});
const patchGroup = (name, body, expect, status = 200) => ({
  name,
  send: 'PATCH /Groups/{{group}}',
  body,
  status,
  expect,
});

export const provisioningClients = [
  {
    name: 'Test connection',
    requests: [
      { name: 'a userName nobody has', send: users('userName eq "{{$guid}}"'), ...found() },
      {
        name: 'the same with its Resources',
        send: users('userName eq "{{$guid}}"'),
        status: 200,
        expect: { Resources: [] },
      },
      { name: 'a flag in the tenant URL', send: 'GET /Users?aadOptscim062020', ...found() },
      { name: 'Groups', send: 'GET /Groups', status: 200, expect: { totalResults: 0 } },
      {
        name: 'ServiceProviderConfig',
        send: 'GET /ServiceProviderConfig',
        status: 200,
        expect: { 'patch.supported': true },
      },
      { name: 'ResourceTypes', send: 'GET /ResourceTypes', status: 200, expect: { 'Resources[0].endpoint': '/Users' } },
      { name: 'Schemas', send: `GET /Schemas/${USER}`, status: 200, expect: { id: USER, name: 'User' } },
      { name: 'an id nobody has', send: 'GET /Users/{{$guid}}', ...refused(404) },
      {
        name: 'WSO2 looks up without quotes',
        send: users('userName Eq robin@example.com&startIndex=1&count=1'),
        ...found(),
      },
    ],
  },
  {
    name: 'Create',
    requests: [
      {
        name: 'a user as Entra ID sends one',
        send: 'POST /Users',
        type: 'application/scim+json; charset=utf-8',
        body: robin,
        status: 201,
        expect: {
          userName: 'Robin@Example.com',
          'emails[0].primary': true,
          'name.honorificPrefix': null,
          'addresses[0].region': null,
          [enterprise('department')]: 'Sales',
          [enterprise('manager.value')]: 'a-manager',
        },
        keep: { robin: 'id' },
      },
      {
        name: 'active as a string',
        send: 'POST /Users',
        type: 'application/json',
        body: { schemas: [USER], userName: 'sam@example.com', active: 'True', displayName: 'Sam' },
        status: 201,
        expect: { active: true },
        keep: { sam: 'id' },
      },
      {
        name: 'WSO2 sends no schemas and e-mails as strings',
        send: 'POST /Users',
        body: { schemas: [], userName: 'Kim', password: 'kim12345', emails: ['kim@example.com'] },
        status: 201,
        expect: { 'emails[0].value': 'kim@example.com', password: null },
        keep: { kim: 'id' },
      },
      {
        name: 'the same userName in other case',
        send: 'POST /Users',
        body: { ...robin, userName: 'ROBIN@example.com' },
        ...refused(409, 'uniqueness'),
      },
      {
        name: 'no userName',
        send: 'POST /Users',
        body: { ...robin, userName: undefined },
        ...refused(400, 'invalidValue'),
      },
      { name: 'no JSON', send: 'POST /Users', body: '{"userName": tre', ...refused(400, 'invalidSyntax') },
    ],
  },
  {
    name: 'Look up',
    requests: [
      {
        name: 'by userName in other case',
        send: users('userName eq "robin@example.com"'),
        ...found('Robin@Example.com'),
      },
      { name: 'by externalId', send: users('externalId eq "robin-1"'), ...found('Robin@Example.com') },
      {
        name: 'by the work e-mail',
        send: users('emails[type eq "work"].value eq "robin@example.com"'),
        ...found('Robin@Example.com'),
      },
      {
        name: 'not by an e-mail of another type',
        send: users('emails[type eq "home"].value eq "robin@example.com"'),
        ...found(),
      },
      {
        name: 'by an attribute in other case',
        send: users('DisplayName eq "Robin Smith"'),
        ...found('Robin@Example.com'),
      },
      {
        name: 'by plus signs for spaces',
        send: users('DisplayName+eq+%22Robin+Smith%22'),
        ...found('Robin@Example.com'),
      },
      {
        name: 'by several conditions',
        send: users('name.familyName eq "Smith" and (emails.value co "example.com" or emails.value co "example.net")'),
        ...found('Robin@Example.com'),
      },
      {
        name: 'by the time of the last change',
        send: users('(ActiVe eq true) and meta.lastmodified ge "2015-10-10T14:38:21.8617979Z"&startindex=0'),
        status: 200,
        expect: { totalResults: 2, startIndex: 1 },
      },
      {
        name: 'WSO2 without quotes',
        send: users('userName Eq robin@example.com&startIndex=1&count=1'),
        ...found('Robin@Example.com'),
      },
      { name: 'with a misspelt attribute', send: users('usreName eq "x"'), ...refused(400, 'invalidFilter') },
      {
        name: 'Okta by pages of two',
        send: 'GET /Users?startIndex=1&count=2',
        status: 200,
        expect: { totalResults: 3, startIndex: 1, itemsPerPage: 2 },
      },
      {
        name: 'the last page',
        send: 'GET /Users?startIndex=3&count=2',
        status: 200,
        expect: { totalResults: 3, startIndex: 3, itemsPerPage: 1 },
      },
      {
        name: 'only the number',
        send: 'GET /Users?count=0',
        status: 200,
        expect: { totalResults: 3, itemsPerPage: 0, Resources: [] },
      },
      {
        name: 'some attributes',
        send: 'GET /Users/{{robin}}?attributes=userName,emails',
        status: 200,
        expect: { id: '{{robin}}', schemas: [USER], displayName: null, 'emails.length': 2 },
      },
    ],
  },
  {
    name: 'Update',
    requests: [
      patchRobin('active as a string', set('Replace', 'active', 'False'), { active: false }),
      patchRobin('active as a boolean', set('Replace', 'active', true), { active: true }),
      patchRobin('Okta deactivates without a path', patch({ op: 'replace', value: { active: false } }), {
        active: false,
      }),
      patchRobin('the user name', set('Replace', 'userName', 'robin.smith@example.com'), {
        userName: 'robin.smith@example.com',
      }),
      patchRobin(
        'dotted names and URNs without a path',
        patch({
          op: 'replace',
          value: { displayName: 'Rob', 'name.givenName': 'Rob', [`${ENTERPRISE}:employeeNumber`]: '701' },
        }),
        {
          displayName: 'Rob',
          'name.givenName': 'Rob',
          'name.familyName': 'Smith',
          [enterprise('employeeNumber')]: '701',
        },
      ),
      patchRobin(
        'a filter without a path',
        patch({ op: 'replace', value: { 'emails[type eq "work"].value': 'rob@example.com' } }),
        { 'emails[0].value': 'rob@example.com', 'emails.length': 2 },
      ),
      patchRobin(
        'an e-mail of a type that is not there',
        set('Add', 'emails[type eq "untyped"].value', 'rob@example.net'),
        { 'emails[2].type': 'untyped', 'emails[2].value': 'rob@example.net' },
      ),
      patchRobin(
        'three parts of one address',
        patch(
          { op: 'Add', path: 'addresses[type eq "other"].locality', value: 'Galle' },
          { op: 'Add', path: 'addresses[type eq "other"].region', value: 'South' },
          { op: 'Add', path: 'addresses[type eq "other"].country', value: 'LK' },
        ),
        { 'addresses.length': 2, 'addresses[1].locality': 'Galle', 'addresses[1].country': 'LK' },
      ),
      patchRobin('the manager as a string', set('Add', `${ENTERPRISE}:manager`, '271'), {
        [enterprise('manager.value')]: '271',
      }),
      patchRobin('no manager', set('Replace', `${ENTERPRISE}:manager`, ''), {
        [enterprise('manager')]: null,
        [enterprise('department')]: 'Sales',
      }),
      patchRobin('a value wrapped in an array', set('Replace', 'displayName', [{ $ref: null, value: 'Robin' }]), {
        displayName: 'Robin',
      }),
      patchRobin('a role chosen by a string', set('Add', 'roles[primary eq "True"].value', 'Admin'), {
        'roles[0].value': 'Admin',
        'roles[0].primary': true,
      }),
      patchRobin('null for no value', set('Replace', 'name.formatted', null), {
        'name.formatted': null,
        'name.givenName': 'Rob',
      }),
      patchRobin('one part of the name', set('replace', 'name', { givenName: 'Robin' }), {
        'name.givenName': 'Robin',
        'name.familyName': 'Smith',
      }),
      patchRobin('no operations', patch(), { userName: 'robin.smith@example.com' }),
      {
        name: 'an empty object for a string',
        send: 'PATCH /Users/{{robin}}',
        body: set('replace', 'phoneNumbers[type eq "work"].value', {}),
        ...refused(400, 'invalidValue'),
      },
      {
        name: 'a readOnly attribute',
        send: 'PATCH /Users/{{robin}}',
        body: set('replace', 'meta.created', '2020-01-01T00:00:00Z'),
        ...refused(400, 'mutability'),
      },
      {
        name: 'an unknown attribute',
        send: 'PATCH /Users/{{robin}}',
        body: set('replace', 'shoeSize', 46),
        ...refused(400, 'invalidPath'),
      },
      {
        name: 'the userName of another',
        send: 'PATCH /Users/{{robin}}',
        body: set('replace', 'userName', 'KIM'),
        ...refused(409, 'uniqueness'),
      },
      {
        name: 'PUT of all with a misspelt attribute',
        send: 'PUT /Users/{{robin}}',
        body: {
          ...robin,
          id: '{{robin}}',
          addresses: undefined,
          adreses: [{ locality: 'Kandy' }],
          [ENTERPRISE]: undefined,
        },
        status: 200,
        expect: {
          id: '{{robin}}',
          userName: 'Robin@Example.com',
          addresses: null,
          adreses: null,
          [ENTERPRISE]: null,
          'emails.length': 2,
        },
      },
      {
        name: 'PUT without a userName',
        send: 'PUT /Users/{{robin}}',
        body: { ...robin, id: '{{robin}}', userName: undefined },
        ...refused(400, 'invalidValue'),
      },
    ],
  },
  {
    name: 'Groups',
    requests: [
      {
        name: 'an empty group',
        send: 'POST /Groups',
        body: { schemas: [GROUP], externalId: '{{$guid}}', displayName: 'Sales', members: [] },
        status: 201,
        expect: { displayName: 'Sales' },
        keep: { group: 'id' },
      },
      {
        name: 'another of the same name in another case',
        send: 'POST /Groups',
        body: { schemas: [GROUP], displayName: 'SALES' },
        ...refused(409, 'uniqueness'),
      },
      patchGroup(
        'add as Entra ID does',
        patch({ name: 'addMember', op: 'Add', path: 'members', value: [{ displayName: 'Robin', value: '{{robin}}' }] }),
        { 'members.length': 1, 'members[0].value': '{{robin}}' },
      ),
      patchGroup('add again', patch({ op: 'Add', path: 'members', value: [{ value: '{{robin}}' }] }), {
        'members.length': 1,
      }),
      patchGroup(
        'Okta adds without a type',
        patch({ op: 'add', path: 'members', value: [{ value: '{{sam}}', display: 'sam@example.com' }] }),
        { 'members.length': 2, 'members[1].value': '{{sam}}' },
      ),
      patchGroup('add a bare id', set('add', 'members', '{{kim}}'), {
        'members.length': 3,
        'members[2].value': '{{kim}}',
      }),
      patchGroup('add one that nobody is', patch({ op: 'add', path: 'members', value: [{ value: 'nobody' }] }), {
        'members.length': 4,
      }),
      patchGroup(
        'Entra ID and OneLogin remove by value',
        patch({ op: 'Remove', path: 'members', value: [{ $ref: null, value: 'nobody' }] }),
        { 'members.length': 3 },
      ),
      patchGroup('remove nobody', set('Remove', 'members', []), { 'members.length': 3 }),
      patchGroup('WSO2 removes by a filter', patch({ op: 'remove', path: 'members[value eq "{{sam}}"]' }), {
        'members.length': 2,
        'members[1].value': '{{kim}}',
      }),
      patchGroup('remove one that is gone', patch({ op: 'remove', path: 'members[value eq "{{sam}}"]' }), {
        'members.length': 2,
      }),
      {
        name: 'look up by name',
        send: 'GET /Groups?excludedAttributes=members&filter=displayName eq "sales"',
        status: 200,
        expect: { totalResults: 1, 'Resources[0].id': '{{group}}', 'Resources[0].members': null },
      },
      {
        name: 'WSO2 looks up a name of two words',
        send: 'GET /Groups?filter=displayName Eq My Group&startIndex=1&count=1',
        status: 200,
        expect: { totalResults: 0 },
      },
      {
        name: 'without members',
        send: 'GET /Groups/{{group}}?excludedAttributes=members',
        status: 200,
        expect: { displayName: 'Sales', members: null },
      },
      patchGroup('Okta names the id', patch({ op: 'replace', value: { id: '{{group}}', displayName: 'Sellers' } }), {
        displayName: 'Sellers',
      }),
      {
        name: 'another id',
        send: 'PATCH /Groups/{{group}}',
        body: patch({ op: 'replace', value: { id: 'another', displayName: 'x' } }),
        ...refused(400, 'mutability'),
      },
      patchGroup('Okta empties a group', set('replace', 'members', []), { displayName: 'Sellers' }),
      { name: 'is empty', send: 'GET /Groups/{{group}}', status: 200, expect: { 'members[0]': null } },
      {
        name: 'PUT of the members',
        send: 'PUT /Groups/{{group}}',
        body: {
          schemas: [GROUP],
          id: '{{group}}',
          displayName: 'Sales',
          members: [{ value: '{{robin}}', display: null }, { value: '{{kim}}' }],
        },
        status: 200,
        expect: { 'members.length': 2 },
      },
    ],
  },
  {
    name: 'Leave',
    requests: [
      patchRobin('soft delete', set('Replace', 'active', 'False'), { active: false }),
      { name: 'is still found', send: users('userName eq "robin@example.com"'), ...found('Robin@Example.com') },
      { name: 'POST of an inactive user', send: 'POST /Users', body: robin, ...refused(409, 'uniqueness') },
      { name: 'WSO2 deletes with a type and no body', send: 'DELETE /Users/{{kim}}', status: 204 },
      { name: 'delete', send: 'DELETE /Users/{{robin}}', type: '', status: 204 },
      { name: 'is gone', send: 'GET /Users/{{robin}}', ...refused(404) },
      { name: 'delete again', send: 'DELETE /Users/{{robin}}', ...refused(404) },
      { name: 'comes back', send: 'POST /Users', body: robin, status: 201, keep: { robin: 'id' } },
      { name: 'leaves again', send: 'DELETE /Users/{{robin}}', status: 204 },
      { name: 'Sam leaves', send: 'DELETE /Users/{{sam}}', status: 204 },
      { name: 'the group goes', send: 'DELETE /Groups/{{group}}', status: 204 },
      { name: 'nobody is left', send: 'GET /Users?attributes=userName', ...found() },
      { name: 'no group is left', send: 'GET /Groups', status: 200, expect: { totalResults: 0, Resources: [] } },
    ],
  },
];
