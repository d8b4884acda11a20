/** How a long query result is had as a file (Bulk API 2.0: "Bulk API 2.0 Query"). */
import { bulkInvalid, malformedQuery } from '../errors.ts';
import { NO_CONTENT, ok, type Answer, type Call } from '../rest/call.ts';
import { checkQuery } from '../soql/run-query.ts';
import { writeCsv } from './csv.ts';
import type { QueryJob } from './job.ts';
import { describeJob, listJobs, summarizeJob } from './job-info.ts';
import { newJobParts, readFormat, readJobBody, readText, readWord, requireJob, requireState } from './job-requests.ts';
import { abort, handOver } from './process-job.ts';

const KNOWN = ['operation', 'query', 'contentType', 'lineEnding', 'columnDelimiter'];

const DEFAULT_MAX_RECORDS = 250_000;

export function createQueryJob(call: Call): Answer {
  const body = readJobBody(call, KNOWN);
  const query = readText(body, 'query');
  if (query === null) throw malformedQuery('A query string has to be specified');
  const job: QueryJob = {
    ...newJobParts(call, 'UploadComplete'),
    kind: 'query',
    object: checkQuery(call.org, call.base, query).name,
    operation: readWord(body, 'operation', ['query', 'queryAll']),
    query,
    format: readFormat(body),
    header: [],
    rows: [],
  };
  call.org.jobs.add(job);
  handOver(call.org, job);
  return ok(summarizeJob(job));
}

export function changeQueryJob(call: Call): Answer {
  const job = requireJob(call, 'query');
  readWord(readJobBody(call, ['state']), 'state', ['Aborted']);
  requireState(job, ['UploadComplete', 'InProgress'], 'Abort');
  abort(call.org, job);
  return ok(summarizeJob(job));
}

export const readQueryJob = (call: Call): Answer => ok(describeJob(requireJob(call, 'query')));

export const listQueryJobs = (call: Call): Answer => ok(listJobs(call, 'query', 'V2Query'));

export function deleteQueryJob(call: Call): Answer {
  const job = requireJob(call, 'query');
  requireState(job, ['JobComplete', 'Aborted', 'Failed'], 'Delete');
  call.org.jobs.remove(job.id);
  return NO_CONTENT;
}

function readNumber(call: Call, name: string, fallback: number): number {
  const text = call.query.get(name);
  const number = text === null ? fallback : Number(text);
  if (!Number.isInteger(number) || number < 0) throw bulkInvalid('INVALID_QUERY_LOCATOR', `invalid ${name}`);
  return number;
}

/** A part of the rows; `Sforce-Locator` says where the next one begins, and is `null` after the last. */
export function readQueryResults(call: Call): Answer {
  const job = requireJob(call, 'query');
  requireState(job, ['JobComplete'], 'Reading results');
  const start = readNumber(call, 'locator', 0);
  const end = start + Math.max(1, readNumber(call, 'maxRecords', DEFAULT_MAX_RECORDS));
  const rows = job.rows.slice(start, end);
  return {
    status: 200,
    raw: { type: 'text/csv', text: writeCsv(job.header, rows, job.format) },
    headers: {
      'Sforce-NumberOfRecords': String(rows.length),
      'Sforce-Locator': end < job.rows.length ? String(end) : 'null',
    },
  };
}
