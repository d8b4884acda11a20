/** Every error the stand-in answers to one record or one address, word for word. */
import { describe, expect, it } from '@jest/globals';
import type { SandboxConfig } from '../../src/sandbox/config.ts';
import { firstError, start, type Json } from './support.ts';

const LEAD = { LastName: 'Doe', Company: 'Acme' };
const UNKNOWN_ID = '00Q000000000001EAA';

interface Case {
  readonly title: string;
  readonly config?: Partial<SandboxConfig>;
  readonly method?: string;
  readonly path?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
  readonly status: number;
  readonly code: string;
  readonly message: string;
  /** Absent where Salesforce leaves it out. */
  readonly fields?: readonly string[];
}

const create = (title: string, fields: Json, code: string, message: string, named?: readonly string[]): Case => ({
  title,
  body: { ...LEAD, ...fields },
  status: 400,
  code,
  message,
  ...(named === undefined ? {} : { fields: named }),
});

const SECURITY_HINT =
  'Please check the security settings of this field and verify that it is read/write for your profile or permission set.';

const SAVES: readonly Case[] = [
  create('an unknown field', { foo: 1 }, 'INVALID_FIELD', "No such column 'foo' on sobject of type Lead"),
  create(
    'an Id in the body',
    { Id: UNKNOWN_ID },
    'INVALID_FIELD',
    'The Id field should not be specified in the sobject data.',
  ),
  create(
    'both required fields missing',
    { LastName: null, Company: ' ' },
    'REQUIRED_FIELD_MISSING',
    'Required fields are missing: [LastName, Company]',
    ['LastName', 'Company'],
  ),
  create(
    'a read-only field',
    { IsDeleted: true },
    'INVALID_FIELD_FOR_INSERT_UPDATE',
    `Unable to create/update fields: IsDeleted. ${SECURITY_HINT}`,
    ['IsDeleted'],
  ),
  create(
    'two read-only fields',
    { Name: 'x', CreatedDate: null },
    'INVALID_FIELD_FOR_INSERT_UPDATE',
    `Unable to create/update fields: Name, CreatedDate. ${SECURITY_HINT}`,
    ['Name', 'CreatedDate'],
  ),
  create(
    'too long a text',
    { City: 'x'.repeat(41) },
    'STRING_TOO_LONG',
    `City: data value too large: ${'x'.repeat(41)} (max length=40)`,
    ['City'],
  ),
  create(
    'too long a name, by its label',
    { LastName: 'y'.repeat(81) },
    'STRING_TOO_LONG',
    `Last Name: data value too large: ${'y'.repeat(81)} (max length=80)`,
    ['LastName'],
  ),
  create('a bad e-mail address', { Email: '123' }, 'INVALID_EMAIL_ADDRESS', 'Email: invalid email address: 123', [
    'Email',
  ]),
  create(
    'an e-mail address without a top-level domain',
    { Email: 'a@b' },
    'INVALID_EMAIL_ADDRESS',
    'Email: invalid email address: a@b',
    ['Email'],
  ),
  create(
    'a reference to another kind of record',
    { OwnerId: UNKNOWN_ID },
    'MALFORMED_ID',
    `Owner ID: id value of incorrect type: ${UNKNOWN_ID}`,
    ['OwnerId'],
  ),
  create('a reference that is no id', { OwnerId: 'me' }, 'MALFORMED_ID', 'Owner ID: id value of incorrect type: me', [
    'OwnerId',
  ]),
  create(
    'a reference to nobody',
    { OwnerId: '005000000000001AAA' },
    'INVALID_CROSS_REFERENCE_KEY',
    'invalid cross reference id',
    [],
  ),
  create(
    'a number for a text',
    { City: 12 },
    'JSON_PARSER_ERROR',
    'Cannot deserialize instance of string from VALUE_NUMBER_INT value 12 or request may be missing a required field',
  ),
  create(
    'a text for a boolean',
    { DoNotCall: 'yes' },
    'JSON_PARSER_ERROR',
    'Cannot deserialize instance of boolean from VALUE_STRING value yes or request may be missing a required field',
  ),
  create(
    'a fraction for a whole number',
    { NumberOfEmployees: 1.5 },
    'JSON_PARSER_ERROR',
    'Cannot deserialize instance of int from VALUE_NUMBER_FLOAT value 1.5 or request may be missing a required field',
  ),
  create(
    'a text for a datetime',
    { EmailBouncedDate: 'soon' },
    'JSON_PARSER_ERROR',
    'Cannot deserialize instance of datetime from VALUE_STRING value soon or request may be missing a required field',
  ),
  create(
    'an object for a text',
    { City: {} },
    'JSON_PARSER_ERROR',
    'Cannot deserialize instance of string from START_OBJECT or request may be missing a required field',
  ),
  {
    ...create(
      'what a validation rule forbids',
      { City: 'Oz' },
      'FIELD_CUSTOM_VALIDATION_EXCEPTION',
      'No Leads from Oz',
      [],
    ),
    config: { validationRule: { field: 'City', value: 'Oz', message: 'No Leads from Oz' } },
  },
  {
    title: 'a body that is no object',
    body: [],
    status: 400,
    code: 'JSON_PARSER_ERROR',
    message: 'Cannot deserialize an sobject from START_ARRAY',
  },
  {
    title: 'no body',
    status: 400,
    code: 'JSON_PARSER_ERROR',
    message: 'The HTTP entity body is required, but this request has no entity body.',
  },
  {
    title: 'broken JSON',
    body: '{}}',
    status: 400,
    code: 'JSON_PARSER_ERROR',
    message: "Unexpected character ('}' (code 125)): was expecting a valid value at [line:1, column:3]",
  },
  {
    title: 'JSON that breaks off',
    body: '{"LastName": ',
    status: 400,
    code: 'JSON_PARSER_ERROR',
    message: 'Unexpected end-of-input: was expecting more at [line:1, column:14]',
  },
  {
    title: 'a body of another type',
    body: 'LastName=Doe',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    status: 415,
    code: 'UNSUPPORTED_MEDIA_TYPE',
    message: 'The content type of the request entity is not supported: use application/json',
  },
];

const NO_RESOURCE = { status: 404, code: 'NOT_FOUND', message: 'The requested resource does not exist' };

const notAccessible = (name: string) => ({
  status: 404,
  code: 'NOT_FOUND',
  message: `Provided external ID field does not exist or is not accessible: ${name}`,
});

const ADDRESSES: readonly Case[] = [
  { title: 'an unknown resource', method: 'GET', path: '/nowhere', ...NO_RESOURCE },
  { title: 'an unknown object', method: 'GET', path: '/sobjects/Nothing/describe', ...NO_RESOURCE },
  { title: 'a bulk job that there is not', method: 'GET', path: '/jobs/ingest/750000000000001AAA', ...NO_RESOURCE },
  {
    title: 'a percent sign that escapes nothing',
    method: 'GET',
    path: '/sobjects/Lead/SCIM_Id__c/50%',
    ...NO_RESOURCE,
  },
  {
    title: 'a raw slash in an external id',
    method: 'PATCH',
    path: '/sobjects/Lead/SCIM_Id__c/a/b',
    body: LEAD,
    ...NO_RESOURCE,
  },
  { title: 'an id nobody has', method: 'GET', path: `/sobjects/Lead/${UNKNOWN_ID}`, ...notAccessible(UNKNOWN_ID) },
  { title: 'a text that is no id', method: 'DELETE', path: '/sobjects/Lead/17', ...notAccessible('17') },
  {
    title: 'an update of an id nobody has',
    method: 'PATCH',
    path: `/sobjects/Lead/${UNKNOWN_ID}`,
    body: LEAD,
    ...notAccessible(UNKNOWN_ID),
  },
  {
    title: 'an unknown external id field',
    method: 'PATCH',
    path: '/sobjects/Lead/Other__c/1',
    body: LEAD,
    ...notAccessible('Other__c'),
  },
  {
    title: 'a field that is no external id',
    method: 'GET',
    path: '/sobjects/Lead/Email/a@b.example',
    ...notAccessible('Email'),
  },
  {
    title: 'an external id nobody has',
    method: 'GET',
    path: '/sobjects/Lead/SCIM_Id__c/none',
    ...notAccessible('none'),
  },
  {
    title: 'an upsert that may only update and finds nothing',
    method: 'PATCH',
    path: '/sobjects/Lead/SCIM_Id__c/none?updateOnly=true',
    body: LEAD,
    ...notAccessible('none'),
  },
  {
    title: 'the external id in the body of an upsert',
    method: 'PATCH',
    path: '/sobjects/Lead/SCIM_Id__c/u1',
    body: { ...LEAD, scim_id__C: 'u1' },
    status: 400,
    code: 'INVALID_FIELD',
    message: 'The SCIM_Id__c field should not be specified in the sobject data.',
  },
  {
    title: 'an unknown field to read',
    method: 'GET',
    path: '/composite/sobjects/Lead?ids=&fields=Foo',
    status: 400,
    code: 'INVALID_FIELD',
    message: "No such column 'Foo' on sobject of type Lead",
  },
  {
    title: 'a method that the address does not have',
    method: 'POST',
    path: '/limits',
    body: {},
    status: 405,
    code: 'METHOD_NOT_ALLOWED',
    message: "HTTP Method 'POST' not allowed. Allowed are HEAD,GET",
  },
  {
    title: 'a change to an object that is only read',
    method: 'POST',
    path: '/sobjects/Organization',
    body: {},
    status: 405,
    code: 'METHOD_NOT_ALLOWED',
    message: "HTTP Method 'POST' not allowed. Allowed are HEAD,GET",
  },
  {
    title: 'more than 200 records',
    path: '/composite/sobjects',
    body: { records: Array.from({ length: 201 }, () => LEAD) },
    status: 400,
    code: 'EXCEEDED_ID_LIMIT',
    message: 'record limit reached. cannot submit more than 200 records in this operation',
  },
  {
    title: 'an expired quota',
    method: 'GET',
    path: '/limits',
    config: { maxDailyApiRequests: 0 },
    status: 403,
    code: 'REQUEST_LIMIT_EXCEEDED',
    message: 'TotalRequests Limit exceeded.',
  },
  {
    title: 'too many calls at once',
    method: 'GET',
    path: '/limits',
    config: { maxConcurrentRequests: 0 },
    status: 403,
    code: 'REQUEST_LIMIT_EXCEEDED',
    message: 'ConcurrentRequests (Concurrent API Requests) Limit exceeded.',
  },
  {
    title: 'a header that is neither Bearer nor OAuth',
    method: 'GET',
    path: '/limits',
    headers: { authorization: 'Basic eDp5' },
    status: 401,
    code: 'INVALID_AUTH_HEADER',
    message: 'INVALID_HEADER_TYPE',
  },
  {
    title: 'a token nobody has',
    method: 'GET',
    path: '/limits',
    headers: { authorization: 'Bearer 00D!nobody' },
    status: 401,
    code: 'INVALID_SESSION_ID',
    message: 'Session expired or invalid',
  },
];

async function run({ config = {}, method = 'POST', path = '/sobjects/Lead', body, headers }: Case) {
  const { send } = await start({ config });
  return send(method, path, body, headers);
}

const expected = ({ code, message, fields }: Case) => [
  { message, errorCode: code, ...(fields === undefined ? {} : { fields }) },
];

describe('the error array', () => {
  it.each(SAVES)('$status $code refuses to save $title', async (wanted) => {
    const reply = await run(wanted);
    expect([reply.status, reply.json]).toEqual([wanted.status, expected(wanted)]);
  });

  it.each(ADDRESSES)('$status $code refuses $title', async (wanted) => {
    const reply = await run(wanted);
    expect([reply.status, reply.json]).toEqual([wanted.status, expected(wanted)]);
  });

  it('names every bad value of a record at once', async () => {
    const { send } = await start();
    const { json } = await send('POST', '/sobjects/Lead', { ...LEAD, City: 'x'.repeat(41), Email: 'no' });
    expect(json).toMatchObject([{ errorCode: 'STRING_TOO_LONG' }, { errorCode: 'INVALID_EMAIL_ADDRESS' }]);
  });

  it('answers 404 for a version to come and 410 for a retired one', async () => {
    const { raw, token } = await start();
    const authorization = `Bearer ${token}`;
    expect((await raw('GET', '/services/data/v99.0/limits', undefined, { authorization })).status).toBe(404);
    const retired = await raw('GET', '/services/data/v20.0/limits', undefined, { authorization });
    expect([retired.status, firstError(retired)]).toMatchObject([410, { errorCode: 'UNSUPPORTED_API_VERSION' }]);
  });

  it('answers 401 with a Token challenge, and without the quota of an org it does not tell about', async () => {
    const { raw } = await start();
    const { status, headers } = await raw('GET', '/services/data/v67.0/limits');
    expect([status, headers.get('www-authenticate'), headers.get('sforce-limit-info')]).toEqual([401, 'Token', null]);
  });
});
