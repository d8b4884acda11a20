/** Which errors the stand-in answers, word for word (REST API guide "Status Codes and Error Responses"). */

/** One entry of an error array; Collections call `errorCode` by the name `statusCode`. */
export interface ErrorItem {
  readonly message: string;
  readonly errorCode: string;
  /** Save errors have it, if only empty; session, routing, parser and query errors do not. */
  readonly fields?: readonly string[];
  /** Misspelt by Salesforce; clients read this spelling, and the right one should it ever come. */
  readonly duplicateResut?: unknown;
  readonly duplicateResult?: unknown;
}

/** A refusal in Salesforce's own shape: an HTTP status and an array of items. */
export class SalesforceError extends Error {
  override readonly name = 'SalesforceError';
  readonly status: number;
  readonly items: readonly ErrorItem[];

  constructor(status: number, items: readonly ErrorItem[]) {
    super(items.map((item) => `${item.errorCode}: ${item.message}`).join('; '));
    this.status = status;
    this.items = items;
  }
}

const plain = (status: number, errorCode: string, message: string): SalesforceError =>
  new SalesforceError(status, [{ message, errorCode }]);

const onSave = (errorCode: string, message: string, fields: readonly string[] = []): ErrorItem => ({
  message,
  errorCode,
  fields,
});

const refusedSave = (errorCode: string, message: string, fields?: readonly string[]): SalesforceError =>
  new SalesforceError(400, [onSave(errorCode, message, fields)]);

// Sessions, routing and limits

export const sessionInvalid = () => plain(401, 'INVALID_SESSION_ID', 'Session expired or invalid');
export const authHeaderInvalid = () => plain(401, 'INVALID_AUTH_HEADER', 'INVALID_HEADER_TYPE');
export const resourceNotFound = () => plain(404, 'NOT_FOUND', 'The requested resource does not exist');
export const versionRetired = () =>
  plain(410, 'UNSUPPORTED_API_VERSION', 'The requested API version has been retired or removed');
export const externalIdNotFound = (name: string) =>
  plain(404, 'NOT_FOUND', `Provided external ID field does not exist or is not accessible: ${name}`);
export const methodNotAllowed = (method: string, allowed: string) =>
  plain(405, 'METHOD_NOT_ALLOWED', `HTTP Method '${method}' not allowed. Allowed are ${allowed}`);
export const mediaTypeUnsupported = (wanted: string) =>
  plain(415, 'UNSUPPORTED_MEDIA_TYPE', `The content type of the request entity is not supported: use ${wanted}`);
export const quotaExceeded = () => plain(403, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.');
export const concurrencyExceeded = () =>
  plain(403, 'REQUEST_LIMIT_EXCEEDED', 'ConcurrentRequests (Concurrent API Requests) Limit exceeded.');
export const recordLimitReached = () =>
  plain(400, 'EXCEEDED_ID_LIMIT', 'record limit reached. cannot submit more than 200 records in this operation');
export const limitExceeded = (message: string) => plain(400, 'LIMIT_EXCEEDED', message);
export const unexpectedError = (errorId: string) =>
  plain(
    500,
    'UNKNOWN_EXCEPTION',
    `An unexpected error occurred. Please include this ErrorId if you contact support: ${errorId}`,
  );

// Bodies

export const bodyMissing = () =>
  plain(400, 'JSON_PARSER_ERROR', 'The HTTP entity body is required, but this request has no entity body.');
export const jsonInvalid = (message: string) => plain(400, 'JSON_PARSER_ERROR', message);
export const fieldInvalid = (message: string) => plain(400, 'INVALID_FIELD', message);
export const typeInvalid = (message: string) => plain(400, 'INVALID_TYPE', message);
export const unknownField = (field: string, sobject: string) =>
  fieldInvalid(`No such column '${field}' on sobject of type ${sobject}`);
export const fieldNotWelcome = (field: string) =>
  fieldInvalid(`The ${field} field should not be specified in the sobject data.`);

export const foreignKeyNotFound = (value: string, field: string, sobject: string) =>
  refusedSave('INVALID_FIELD', `Foreign key external ID: ${value} not found for field ${field} in entity ${sobject}`);

// Bulk jobs

export const bulkInvalid = (errorCode: string, message: string, status = 400) => plain(status, errorCode, message);
export const bulkMultipleUploads = (jobId: string) =>
  plain(
    400,
    'CLIENTINPUTERROR',
    `Found multiple contents for job: <${jobId}>, please 'Close' / 'Abort' / 'Delete' the current Job then create a new Job and make sure you only do 'PUT' once on a given Job.`,
  );
export const featureNotEnabled = (message: string) => plain(400, 'FEATURENOTENABLED', message);
export const uploadTooLarge = () =>
  plain(413, 'REQUEST_TOO_LARGE', 'The request entity is larger than the server is willing to process');
export const typeMismatched = (label: string, value: string, field: string) =>
  refusedSave('INVALID_TYPE_ON_FIELD_IN_RECORD', `${label}: value not of required type: ${value}`, [field]);

export const invalidReplicationDate = (message: string) => plain(400, 'INVALID_REPLICATION_DATE', message);

// Queries

export const malformedQuery = (message: string) => plain(400, 'MALFORMED_QUERY', message);
export const invalidLocator = () => plain(400, 'INVALID_QUERY_LOCATOR', 'invalid query locator');
export const invalidFilter = (message: string) => plain(400, 'INVALID_QUERY_FILTER_OPERATOR', message);
export const outsideRange = (message: string) => plain(400, 'NUMBER_OUTSIDE_VALID_RANGE', message);

// One record

export const notWriteable = (fields: readonly string[]) =>
  refusedSave(
    'INVALID_FIELD_FOR_INSERT_UPDATE',
    `Unable to create/update fields: ${fields.join(', ')}. Please check the security settings of this field and verify that it is read/write for your profile or permission set.`,
    fields,
  );
export const idOnInsert = () =>
  refusedSave('INVALID_FIELD_FOR_INSERT_UPDATE', 'cannot specify Id in an insert call', ['Id']);
export const argumentMissing = (field: string) => refusedSave('MISSING_ARGUMENT', `${field} not specified`);
export const requiredMissing = (fields: readonly string[]) =>
  refusedSave('REQUIRED_FIELD_MISSING', `Required fields are missing: [${fields.join(', ')}]`, fields);
export const customValidation = (message: string) => refusedSave('FIELD_CUSTOM_VALIDATION_EXCEPTION', message);
export const crossReferenceInvalid = () => refusedSave('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id');
export const malformedId = (id: string) => refusedSave('MALFORMED_ID', `malformed id ${id}`);
export const accessInsufficient = () =>
  refusedSave('INSUFFICIENT_ACCESS_OR_READONLY', 'insufficient access rights on object id');
export const alreadyMember = () => refusedSave('DUPLICATE_VALUE', 'Already a campaign member.');
export const notInRecycleBin = () => refusedSave('UNDELETE_FAILED', 'Entity is not in the recycle bin');
export const leadConverted = () => refusedSave('CANNOT_UPDATE_CONVERTED_LEAD', 'cannot reference converted lead');
export const rowLocked = (id: string) =>
  refusedSave('UNABLE_TO_LOCK_ROW', `unable to obtain exclusive access to this record or 1 records: ${id}`);
export const duplicateValue = (field: string, id15: string) =>
  refusedSave('DUPLICATE_VALUE', `duplicate value found: ${field} duplicates value on record with id: ${id15}`);
export const externalIdRepeated = (value: string) =>
  refusedSave('DUPLICATE_VALUE', `Duplicate external id specified: ${value}`);
export const externalIdAmbiguous = (field: string, value: string) =>
  refusedSave('DUPLICATE_EXTERNAL_ID', `${field}: more than one record found for external id field: ${value}`);
export const rolledBack = () =>
  refusedSave(
    'ALL_OR_NONE_OPERATION_ROLLED_BACK',
    'Record rolled back because not all records were valid and the request was using AllOrNone header',
  );
export const entityDeleted = () => new SalesforceError(404, [onSave('ENTITY_IS_DELETED', 'entity is deleted')]);

// One value of a record: several may be wrong at once

export const tooLong = (label: string, value: string, length: number, field: string) =>
  onSave('STRING_TOO_LONG', `${label}: data value too large: ${value} (max length=${length})`, [field]);
export const emailInvalid = (label: string, value: string, field: string) =>
  onSave('INVALID_EMAIL_ADDRESS', `${label}: invalid email address: ${value}`, [field]);
export const picklistRestricted = (label: string, value: string, field: string) =>
  onSave('INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', `${label}: bad value for restricted picklist field: ${value}`, [
    field,
  ]);
export const placeUnknown = (kind: 'state' | 'country', label: string, field: string) =>
  onSave(
    'FIELD_INTEGRITY_EXCEPTION',
    `There's a problem with this ${kind}, even though it may appear correct. Please select a ${kind} from the list of valid ${kind === 'state' ? 'states' : 'countries'}.: ${label}`,
    [field],
  );
export const countryMissing = (label: string, field: string) =>
  onSave(
    'FIELD_INTEGRITY_EXCEPTION',
    `A country must be specified before specifying a state value for field: ${label}`,
    [field],
  );
export const referenceMistyped = (label: string, value: string, field: string) =>
  onSave('MALFORMED_ID', `${label}: id value of incorrect type: ${value}`, [field]);
export const ownerInactive = (userId15: string) =>
  onSave('INACTIVE_OWNER_OR_USER', `operation performed with inactive user [${userId15}] as owner of lead`);
export const referenceUnknown = () => onSave('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id');

// Composite

export const transactionRolledBack = () =>
  plain(
    400,
    'PROCESSING_HALTED',
    'The transaction was rolled back since another operation in the same transaction failed.',
  );
export const referenceUnresolved = (reference: string) =>
  plain(400, 'PROCESSING_HALTED', `Invalid reference specified. No value for ${reference} found.`);
export const compositeInvalid = (message: string) => plain(400, 'INVALID_INPUT', message);
export const batchHalted = () =>
  plain(412, 'BATCH_PROCESSING_HALTED', 'Batch processing was halted by the haltOnError setting.');
