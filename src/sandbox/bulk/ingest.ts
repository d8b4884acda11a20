/** How many records are saved by one job (Bulk API 2.0: "Bulk API 2.0 Ingest"). */
import { bulkInvalid, bulkMultipleUploads, featureNotEnabled } from '../errors.ts';
import { NO_CONTENT, ok, param, requireBody, type Answer, type Call } from '../rest/call.ts';
import { requireExternalId } from '../rest/external-id.ts';
import type { SObjectType } from '../schema/sobjects.ts';
import { writeCsv } from './csv.ts';
import type { CsvRow, IngestJob, IngestOperation } from './job.ts';
import { describeJob, listJobs, summarizeJob } from './job-info.ts';
import { newJobParts, readFormat, readJobBody, readText, readWord, requireJob, requireState } from './job-requests.ts';
import { abort, handOver } from './process-job.ts';

const OPERATIONS = ['insert', 'update', 'upsert', 'delete', 'hardDelete'] as const;

const KNOWN = [
  'object',
  'operation',
  'externalIdFieldName',
  'assignmentRuleId',
  'contentType',
  'lineEnding',
  'columnDelimiter',
];

function requireObject(call: Call, name: string | null): SObjectType {
  const type = name === null ? undefined : call.org.schema.get(name.toLowerCase());
  if (!type) throw bulkInvalid('INVALIDENTITY', `Entity '${name ?? ''}' is not found.`);
  if (!type.writeable) throw bulkInvalid('INVALIDENTITY', `Entity '${type.name}' is not supported by the Bulk API.`);
  return type;
}

function readOperation(word: (typeof OPERATIONS)[number]): IngestOperation {
  if (word === 'hardDelete')
    throw featureNotEnabled(
      'hardDelete operation requires special user profile permission, please contact your system administrator',
    );
  return word;
}

/** Only an upsert has it, and an upsert must. */
function readExternalId(type: SObjectType, operation: IngestOperation, name: string | null): string | null {
  if (operation !== 'upsert') return null;
  if (name === null) throw bulkInvalid('INVALIDJOB', 'externalIdFieldName is required for an upsert');
  if (name.toLowerCase() === 'id') return 'Id';
  return requireExternalId(type, name).name;
}

export function createIngestJob(call: Call): Answer {
  const body = readJobBody(call, KNOWN);
  const type = requireObject(call, readText(body, 'object'));
  const operation = readOperation(readWord(body, 'operation', OPERATIONS));
  const job: IngestJob = {
    ...newJobParts(call, 'Open'),
    kind: 'ingest',
    object: type.name,
    operation,
    externalIdFieldName: readExternalId(type, operation, readText(body, 'externalIdFieldName')),
    assignmentRuleId: readText(body, 'assignmentRuleId'),
    format: readFormat(body),
    upload: null,
    header: [],
    outcomes: [],
    unprocessed: [],
  };
  call.org.jobs.add(job);
  return ok(summarizeJob(job));
}

/** The data comes whole, in one request. */
export function uploadJobData(call: Call): Answer {
  const job = requireJob(call, 'ingest');
  requireState(job, ['Open'], 'Upload');
  if (job.upload !== null) throw bulkMultipleUploads(job.id);
  job.upload = String(requireBody(call));
  return { status: 201 };
}

export function changeIngestJob(call: Call): Answer {
  const job = requireJob(call, 'ingest');
  const state = readWord(readJobBody(call, ['state']), 'state', ['UploadComplete', 'Aborted']);
  if (state === 'Aborted') {
    requireState(job, ['Open', 'UploadComplete', 'InProgress'], 'Abort');
    abort(call.org, job);
  } else {
    requireState(job, ['Open'], 'UploadComplete');
    handOver(call.org, job);
  }
  return ok(summarizeJob(job));
}

export const readIngestJob = (call: Call): Answer => ok(describeJob(requireJob(call, 'ingest')));

export const listIngestJobs = (call: Call): Answer => ok(listJobs(call, 'ingest', 'V2Ingest'));

export function deleteIngestJob(call: Call): Answer {
  const job = requireJob(call, 'ingest');
  requireState(job, ['UploadComplete', 'JobComplete', 'Aborted', 'Failed'], 'Delete');
  call.org.jobs.remove(job.id);
  return NO_CONTENT;
}

const csv = (job: IngestJob, extra: readonly string[], rows: readonly CsvRow[]): Answer => ({
  status: 200,
  raw: { type: 'text/csv', text: writeCsv([...extra, ...job.header], rows, job.format) },
});

const RESULTS: Readonly<Record<string, (job: IngestJob) => Answer>> = {
  successfulresults: (job) => {
    const saved = job.outcomes.filter(({ error }) => error === null);
    return csv(
      job,
      ['sf__Id', 'sf__Created'],
      saved.map(({ id, created, row }) => [id, String(created), ...row]),
    );
  },
  failedresults: (job) => {
    const failed = job.outcomes.filter(({ error }) => error !== null);
    return csv(
      job,
      ['sf__Id', 'sf__Error'],
      failed.map(({ id, error, row }) => [id, error ?? '', ...row]),
    );
  },
  unprocessedrecords: (job) => csv(job, [], job.unprocessed),
};

/** Rows of a job by what became of them; clients write the last word in both cases. */
export function readIngestResults(call: Call): Answer {
  const job = requireJob(call, 'ingest');
  const read = RESULTS[param(call, 'results').toLowerCase()];
  if (!read) throw bulkInvalid('NOT_FOUND', 'The requested resource does not exist', 404);
  return read(job);
}
