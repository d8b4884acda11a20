/** How bulk jobs go on by themselves: UploadComplete, InProgress, JobComplete or Failed. */
import { formatDateTime } from '../datetime.ts';
import { SalesforceError } from '../errors.ts';
import type { Org } from '../org.ts';
import type { SaveContext } from '../records/save.ts';
import { findRepeated, upsertOne } from '../rest/collection-upsert.ts';
import { createOne, deleteOne, updateOne, type RowResult } from '../rest/collections.ts';
import { requireExternalId } from '../rest/external-id.ts';
import { findField, type SObjectType } from '../schema/sobjects.ts';
import { findDataColumns, readRow, type DataColumn } from './columns.ts';
import { CsvError, readCsv } from './csv.ts';
import type { CsvRow, IngestJob, Job, JobState, RowOutcome } from './job.ts';
import { runQueryJob } from './run-query-job.ts';

/** Rows that are saved together; an external id that comes twice among them spoils its rows. */
const CHUNK_ROWS = 200;

type RowRecord = Readonly<Record<string, unknown>>;

type Save = (record: RowRecord) => RowResult;

const contextOf = (org: Org, job: IngestJob): SaveContext => ({
  org,
  userId: job.createdById,
  base: job.base,
  autoAssign: job.assignmentRuleId !== null,
  allowDuplicates: false,
});

/** How the rows of a chunk are saved. */
function saverOf(context: SaveContext, type: SObjectType, job: IngestJob, records: readonly RowRecord[]): Save {
  if (job.operation === 'insert') return (record) => createOne(context, record);
  if (job.operation === 'update') return (record) => updateOne(context, record);
  if (job.operation === 'delete') return (record) => deleteOne(context, String(record['Id']));
  const name = job.externalIdFieldName ?? 'Id';
  if (name.toLowerCase() === 'id')
    return (record) =>
      'Id' in record ? { ...updateOne(context, record), created: false } : createOne(context, record);
  const field = requireExternalId(type, name);
  const upsert = { type, field, repeated: findRepeated(field, records) };
  return (record) => upsertOne(context, upsert, record);
}

/** `CODE:message:Field Field --` */
const errorText = ({ items }: SalesforceError): string =>
  items
    .map(
      ({ errorCode, message, fields = [] }) => `${errorCode}:${message}:${fields.map((name) => `${name} `).join('')}--`,
    )
    .join(';');

interface ReadRow {
  readonly row: CsvRow;
  readonly record: RowRecord | SalesforceError;
}

function tryRead(type: SObjectType, columns: readonly DataColumn[], row: CsvRow): ReadRow {
  try {
    return { row, record: readRow(type, columns, row) };
  } catch (error) {
    if (error instanceof SalesforceError) return { row, record: error };
    throw error;
  }
}

const isRecord = (value: RowRecord | SalesforceError): value is RowRecord => !(value instanceof SalesforceError);

function saveRow(save: Save, isInsert: boolean, { row, record }: ReadRow): RowOutcome {
  const givenId = isRecord(record) && typeof record['Id'] === 'string' ? record['Id'] : '';
  try {
    if (!isRecord(record)) throw record;
    const { id = '', created = isInsert } = save(record);
    return { row, id, created, error: null };
  } catch (error) {
    if (error instanceof SalesforceError) return { row, id: givenId, created: false, error: errorText(error) };
    throw error;
  }
}

function processChunk(org: Org, type: SObjectType, job: IngestJob, rows: readonly ReadRow[]): RowOutcome[] {
  const records = rows.map(({ record }) => record).filter(isRecord);
  const save = saverOf(contextOf(org, job), type, job, records);
  const isInsert = job.operation === 'insert' || job.operation === 'upsert';
  return rows.map((row) => saveRow(save, isInsert, row));
}

/** The columns without which an operation means nothing. */
function requireColumns(type: SObjectType, job: IngestJob, columns: readonly DataColumn[]): void {
  const key = job.operation === 'upsert' ? job.externalIdFieldName : 'Id';
  if (job.operation === 'insert' || key === null) return;
  const field = findField(type, key);
  if (field && columns.some((column) => column.relationship === null && column.field.name === field.name)) return;
  // An upsert by id may create everything it has.
  if (job.operation === 'upsert' && field?.name === 'Id') return;
  throw new CsvError(`InvalidBatch : Field name not found : ${key}`);
}

function processIngest(org: Org, job: IngestJob): void {
  const type = org.typeNamed(job.object);
  const { header, rows } = readCsv(job.upload ?? '', job.format);
  const columns = findDataColumns(org, type, header);
  requireColumns(type, job, columns);
  const read = rows.map((row) => tryRead(type, columns, row));
  const outcomes: RowOutcome[] = [];
  for (let start = 0; start < read.length; start += CHUNK_ROWS)
    outcomes.push(...processChunk(org, type, job, read.slice(start, start + CHUNK_ROWS)));
  job.header = header;
  job.outcomes = outcomes;
  job.upload = null;
}

function enter(org: Org, job: Job, state: JobState): void {
  job.state = state;
  job.systemModstamp = formatDateTime(org.now());
}

function finish(org: Org, job: Job): void {
  job.schedule = null;
  try {
    if (job.kind === 'ingest') processIngest(org, job);
    else runQueryJob(org, job);
    enter(org, job, 'JobComplete');
  } catch (error) {
    if (!(error instanceof CsvError) && !(error instanceof SalesforceError)) throw error;
    job.errorMessage = error.message;
    keepUnprocessed(job);
    enter(org, job, 'Failed');
  }
}

/** What was uploaded and not saved can be had back, if it can be read. */
export function keepUnprocessed(job: Job): void {
  if (job.kind !== 'ingest' || job.upload === null) return;
  try {
    const { header, rows } = readCsv(job.upload, job.format);
    Object.assign(job, { header, unprocessed: rows, upload: null });
  } catch {
    job.upload = null;
  }
}

/** Lets every job take the steps that are due; called before each request, so that nobody sees a job late. */
export function settleJobs(org: Org): void {
  const now = org.now().getTime();
  for (const job of org.jobs.all()) {
    if (job.schedule === null) continue;
    if (now >= job.schedule.completeAt) finish(org, job);
    else if (now >= job.schedule.inProgressAt && job.state === 'UploadComplete') enter(org, job, 'InProgress');
  }
}

/** From now on the job goes on by itself. */
export function handOver(org: Org, job: Job): void {
  const now = org.now().getTime();
  const { bulkStepMs } = org.config;
  job.schedule = { inProgressAt: now + bulkStepMs, completeAt: now + 2 * bulkStepMs };
  enter(org, job, 'UploadComplete');
}

/** @throws nothing: a job that has come to an end stays as it is */
export function abort(org: Org, job: Job): void {
  job.schedule = null;
  keepUnprocessed(job);
  enter(org, job, 'Aborted');
}
