/** Every error reply that Salesforce's documents and recordings hold, and what it is called here. */
import type { Fault } from '../../src/provisioning/lead-target.ts';
import type { Answer } from '../../src/salesforce/request.ts';

interface FaultCase {
  readonly title: string;
  readonly status: number;
  readonly body: unknown;
  readonly fault: Omit<Fault, 'scope' | 'status'>;
}

type Words = readonly [status: number, errorCode: string, message: string, fields?: readonly string[]];

/** Replies of the plain shape, `[{message, errorCode, fields?}]`, answered to a write. */
const PLAIN: readonly Words[] = [
  [401, 'INVALID_SESSION_ID', 'Session expired or invalid'],
  [401, 'INVALID_SESSION_ID', 'This session is not valid for use with the REST API'],
  [401, 'INVALID_AUTH_HEADER', 'INVALID_HEADER_TYPE'],
  [400, 'REQUIRED_FIELD_MISSING', 'Required fields are missing: [LastName, Company]', ['LastName', 'Company']],
  [
    400,
    'INVALID_FIELD_FOR_INSERT_UPDATE',
    'Unable to create/update fields: IsDeleted. Please check the security settings of this field and verify that it is read/write for your profile or permission set.',
    ['IsDeleted'],
  ],
  [400, 'STRING_TOO_LONG', 'City: data value too large: Llanfairpwll (max length=40)', ['City']],
  [400, 'INVALID_EMAIL_ADDRESS', 'Email: invalid email address: 123', ['Email']],
  [
    400,
    'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
    'Lead Source: bad value for restricted picklist field: X',
    ['LeadSource'],
  ],
  [
    400,
    'FIELD_INTEGRITY_EXCEPTION',
    "There's a problem with this state, even though it may appear correct. Please select a state from the list of valid states.: State/Province",
    ['State'],
  ],
  [400, 'DUPLICATE_VALUE', 'duplicate value found: Ext__c duplicates value on record with id: 0018M000003uKqq', []],
  [400, 'DUPLICATE_VALUE', '<unknown> duplicates value on record with id: <unknown>', []],
  [400, 'DUPLICATE_EXTERNAL_ID', 'more than one record found for external id field'],
  [404, 'NOT_FOUND', 'The requested resource does not exist'],
  [404, 'NOT_FOUND', 'Provided external ID field does not exist or is not accessible: X'],
  [404, 'ENTITY_IS_DELETED', 'entity is deleted', []],
  [400, 'MALFORMED_ID', 'malformed id 00Q1', []],
  [400, 'MALFORMED_ID', 'Owner ID: id value of incorrect type: 1', ['OwnerId']],
  [400, 'INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id', []],
  [
    400,
    'INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY',
    'insufficient access rights on cross-reference id: 005000000000001',
    [],
  ],
  [403, 'INSUFFICIENT_ACCESS_OR_READONLY', 'insufficient access rights on object id', []],
  [400, 'CANNOT_UPDATE_CONVERTED_LEAD', 'cannot reference converted lead', []],
  [400, 'FIELD_CUSTOM_VALIDATION_EXCEPTION', 'No freemail addresses, please', ['Email']],
  [
    400,
    'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
    'LeadTrigger: execution of BeforeInsert caused by: UNABLE_TO_LOCK_ROW',
    [],
  ],
  [400, 'INACTIVE_OWNER_OR_USER', 'operation performed with inactive user [005000000000001] as owner of lead', []],
  [400, 'UNABLE_TO_LOCK_ROW', 'unable to obtain exclusive access to this record or 1 records: 00Q000000000001AAA', []],
  [400, 'STORAGE_LIMIT_EXCEEDED', 'storage limit exceeded', []],
  [400, 'MALFORMED_QUERY', "unexpected token: 'FORM'"],
  [400, 'INVALID_TYPE', "sObject type 'Laed' is not supported."],
  [400, 'INVALID_QUERY_LOCATOR', 'invalid query locator'],
  [400, 'QUERY_TIMEOUT', 'Your query request was running for too long.'],
  [400, 'EXCEEDED_ID_LIMIT', 'record limit reached. cannot submit more than 200 records in this operation'],
  [400, 'JSON_PARSER_ERROR', 'The HTTP entity body is required, but this request has no entity body.'],
  [403, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.'],
  [403, 'REQUEST_LIMIT_EXCEEDED', 'ConcurrentRequests (Concurrent API Requests) Limit exceeded.'],
  [403, 'REQUEST_LIMIT_EXCEEDED', 'ConcurrentPerOrgLongTxn Limit exceeded'],
  [403, 'API_DISABLED_FOR_ORG', 'The REST API is not enabled for this Organization.'],
  [403, 'API_CURRENTLY_DISABLED', 'API is disabled for this User'],
  [
    403,
    'TXN_SECURITY_NO_ACCESS',
    "The operation you requested isn't allowed due to a security policy in your organization.",
  ],
  [405, 'METHOD_NOT_ALLOWED', "HTTP Method 'POST' not allowed. Allowed are HEAD,GET"],
  [410, 'UNSUPPORTED_API_VERSION', 'This API version is retired.'],
  [412, 'BATCH_PROCESSING_HALTED', 'Batch processing halted per request'],
  [415, 'UNSUPPORTED_MEDIA_TYPE', 'Content type is not supported'],
  [400, 'TOO_MANY_APEX_REQUESTS', 'too many Apex requests'],
  [400, 'ENTITY_IS_LOCKED', 'the entity is locked for editing', []],
  [400, 'INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE', 'org is read only'],
];

const fromPlain = ([status, errorCode, message, fields]: Words): FaultCase => ({
  title: `${status} ${errorCode}: ${message.slice(0, 50)}`,
  status,
  body: [fields === undefined ? { message, errorCode } : { message, errorCode, fields }],
  fault: { code: errorCode, message, fields: fields ?? [], committed: 'no' },
});

const duplicatesUnder = (key: string): unknown => [
  {
    [key]: {
      allowSave: true,
      duplicateRule: 'Standard_Lead_Duplicate_Rule',
      errorMessage: 'Use one of these records?',
      matchResults: [
        {
          entityType: 'Lead',
          errors: [],
          matchRecords: [{ matchConfidence: 100, record: { attributes: { type: 'Lead' }, Id: '00Q000000000007AAA' } }],
          rule: 'Standard_Lead_Match_Rule_v1_0',
          size: 1,
        },
      ],
    },
    errorCode: 'DUPLICATES_DETECTED',
    message: 'Use one of these records?',
  },
];

const duplicatesFound = {
  code: 'DUPLICATES_DETECTED',
  message: 'Use one of these records? (00Q000000000007AAA)',
  fields: [],
  committed: 'no',
} as const;

const SPECIAL: readonly FaultCase[] = [
  {
    title: 'duplicates under the key Salesforce sends, which is misspelt',
    status: 400,
    body: duplicatesUnder('duplicateResut'),
    fault: duplicatesFound,
  },
  {
    title: 'duplicates under the key as one would spell it',
    status: 400,
    body: duplicatesUnder('duplicateResult'),
    fault: duplicatesFound,
  },
  {
    title: 'a column that only the message names',
    status: 400,
    body: [{ message: "No such column 'foo' on sobject of type Lead", errorCode: 'INVALID_FIELD' }],
    fault: {
      code: 'INVALID_FIELD',
      message: "No such column 'foo' on sobject of type Lead",
      fields: ['foo'],
      committed: 'no',
    },
  },
  {
    title: 'several errors at once, the first of which decides',
    status: 400,
    body: [
      { message: 'Email: invalid email address: 123', errorCode: 'INVALID_EMAIL_ADDRESS', fields: ['Email'] },
      { message: 'City: data value too large', errorCode: 'STRING_TOO_LONG', fields: ['City', 'Email'] },
    ],
    fault: {
      code: 'INVALID_EMAIL_ADDRESS',
      message: 'Email: invalid email address: 123; STRING_TOO_LONG: City: data value too large',
      fields: ['Email', 'City'],
      committed: 'no',
    },
  },
  {
    title: 'the array of addresses that comes with 300',
    status: 300,
    body: [
      '/services/data/v67.0/sobjects/Lead/00Q000000000001AAA',
      '/services/data/v67.0/sobjects/Lead/00Q000000000002AAA',
    ],
    fault: {
      code: 'DUPLICATE_EXTERNAL_ID',
      message: 'several records have this external id: 00Q000000000001AAA, 00Q000000000002AAA',
      fields: [],
      committed: 'no',
    },
  },
  {
    title: 'an error that is not wrapped in an array',
    status: 400,
    body: { message: 'nope', errorCode: 'UNKNOWN' },
    fault: { code: 'UNKNOWN', message: 'nope', fields: [], committed: 'no' },
  },
  {
    title: 'an unexpected error of the server, after which nobody knows',
    status: 500,
    body: [
      { message: 'An unexpected error occurred. Please include this ErrorId: 1-2', errorCode: 'UNKNOWN_EXCEPTION' },
    ],
    fault: {
      code: 'UNKNOWN_EXCEPTION',
      message: 'An unexpected error occurred. Please include this ErrorId: 1-2',
      fields: [],
      committed: 'maybe',
    },
  },
  {
    title: 'a maintenance window told in JSON',
    status: 503,
    body: [{ message: 'Server too busy', errorCode: 'SERVER_UNAVAILABLE' }],
    fault: { code: 'SERVER_UNAVAILABLE', message: 'Server too busy', fields: [], committed: 'maybe' },
  },
  ...[414, 431].map((status) => ({
    title: `${status} without a body`,
    status,
    body: undefined,
    fault: {
      code: `HTTP_${status}`,
      message: `Salesforce answered ${status} with no error body`,
      fields: [],
      committed: 'no' as const,
    },
  })),
];

export const REPLY_CASES: readonly FaultCase[] = [...PLAIN.map(fromPlain), ...SPECIAL];

/** Answers whose body is empty or a page for people, seen once a write was out. */
export const PAGE_CASES: readonly (readonly [status: number, contentType: string | undefined, message: string])[] = [
  [502, 'text/html', 'Salesforce answered 502 with text/html that holds no Salesforce error'],
  [503, 'text/html; charset=UTF-8', 'Salesforce answered 503 with text/html that holds no Salesforce error'],
  [503, undefined, 'Salesforce answered 503 with no error body'],
  [504, 'text/plain', 'Salesforce answered 504 with text/plain that holds no Salesforce error'],
  [408, undefined, 'Salesforce answered 408 with no error body'],
];

export const answer = (status: number, body: unknown, headers: Answer['headers'] = {}): Answer => ({
  kind: 'answered',
  status,
  headers,
  body,
});
