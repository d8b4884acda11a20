/** How many Leads are upserted by one job (Bulk API 2.0 and Bulk API Developer Guide, Ingest). */
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import type { LeadLoader, LeadOutcome, LeadValue, LoadJob, LoadWrite } from '../provisioning/lead-target.ts';
import type { ApiCall, Connection } from './connection.ts';
import { failed, faultFromRecord, unexpectedResponse } from './errors.ts';
import { isObject, isText } from './json.ts';

const MIB = 1024 * 1024;

/** Salesforce splits a job into batches of so many, each with a call's worth of time. */
const MAX_RECORDS = 10_000;
/** Far below what Salesforce takes (150 MB): the results repeat all of it, and memory holds both. */
const MAX_BYTES = 8 * MIB;

/** In a cell it clears the field; an empty cell leaves the field alone. */
const NULL_CELL = '#N/A';

const INGEST = 'jobs/ingest';

/** @param externalIdField needed to send data and to read results; a job may be ended without */
export function createLoader(connection: Connection, externalIdField: string | undefined): LeadLoader {
  const field = externalIdField ?? '';
  return {
    fitting,
    open: (deadline) => open(connection, field, deadline),
    upload: (jobId, writes, deadline) =>
      act(connection, {
        method: 'PUT',
        path: `${pathOf(jobId)}/batches`,
        resource: `${INGEST}/{id}/batches`,
        csv: toCsv(field, writes),
        records: writes.length,
        deadline,
      }),
    start: (jobId, deadline) => changeState(connection, jobId, 'UploadComplete', deadline),
    abort: (jobId, deadline) => changeState(connection, jobId, 'Aborted', deadline),
    look: (jobId, deadline) => look(connection, jobId, deadline),
    results: (jobId, writes, deadline) => readResults(connection, field, { jobId, writes, deadline }),
  };
}

const pathOf = (jobId: string): string => `${INGEST}/${encodeURIComponent(jobId)}`;

/** A text that reads as null, or that CSV readers trim, goes another way. */
const canSay = ({ fields }: LoadWrite): boolean =>
  !Object.values(fields).some((value) => typeof value === 'string' && (value === NULL_CELL || value !== value.trim()));

function fitting(writes: readonly LoadWrite[]): readonly LoadWrite[] {
  const taken: LoadWrite[] = [];
  let bytes = 0;
  for (const write of writes.filter(canSay)) {
    bytes += Buffer.byteLength(JSON.stringify(write));
    if (taken.length === MAX_RECORDS || bytes > MAX_BYTES) break;
    taken.push(write);
  }
  return taken;
}

/** The assignment rules of the org are left out, as they are by default. */
async function open(connection: Connection, field: string, deadline: number): ReturnType<LeadLoader['open']> {
  const body = {
    object: 'Lead',
    operation: 'upsert',
    externalIdFieldName: field,
    contentType: 'CSV',
    lineEnding: 'LF',
  };
  const result = await connection.call({ method: 'POST', path: INGEST, resource: INGEST, body, deadline });
  if (result.kind === 'failed') return result;
  const { status, body: job } = result.value;
  if (!isObject(job) || !isText(job['id'])) return failed(unexpectedResponse(status, 'the answer names no job', false));
  return { kind: 'opened', jobId: job['id'] };
}

async function act(
  connection: Connection,
  call: ApiCall,
): Promise<{ readonly kind: 'done' } | ReturnType<typeof failed>> {
  const result = await connection.call(call);
  return result.kind === 'failed' ? result : { kind: 'done' };
}

/** A page of something in between says nothing of the job, which would be waited for in vain. */
async function changeState(
  connection: Connection,
  jobId: string,
  state: 'UploadComplete' | 'Aborted',
  deadline: number,
): ReturnType<LeadLoader['start']> {
  const resource = `${INGEST}/{id}`;
  const result = await connection.call({ method: 'PATCH', path: pathOf(jobId), resource, body: { state }, deadline });
  if (result.kind === 'failed') return result;
  const { status, body } = result.value;
  return isObject(body) && STATES.has(body['state'])
    ? { kind: 'done' }
    : failed(unexpectedResponse(status, 'the answer tells no state of the job', true));
}

const STATES: ReadonlyMap<unknown, LoadJob['state']> = new Map([
  ['Open', 'open'],
  ['UploadComplete', 'waiting'],
  ['InProgress', 'running'],
  ['JobComplete', 'complete'],
  ['Failed', 'failed'],
  ['Aborted', 'aborted'],
]);

async function look(connection: Connection, jobId: string, deadline: number): ReturnType<LeadLoader['look']> {
  const result = await connection.call({
    method: 'GET',
    path: pathOf(jobId),
    resource: `${INGEST}/{id}`,
    deadline,
  });
  if (result.kind === 'failed') return result;
  const { status, body } = result.value;
  const state = isObject(body) ? STATES.get(body['state']) : undefined;
  if (!isObject(body) || state === undefined)
    return failed(unexpectedResponse(status, 'the answer tells no state of the job that is known', false));
  const { numberRecordsProcessed: processed, errorMessage: message } = body;
  return {
    kind: 'job',
    state,
    processed: typeof processed === 'number' ? processed : 0,
    ...(isText(message) && { message }),
  };
}

interface ResultsOf {
  readonly jobId: string;
  readonly writes: readonly LoadWrite[];
  readonly deadline: number;
}

/** Whoever is on neither list was not processed, so the third is not asked for. */
async function readResults(
  connection: Connection,
  field: string,
  { jobId, writes, deadline }: ResultsOf,
): ReturnType<LeadLoader['results']> {
  const outcomes = new Map<string, LeadOutcome>();
  for (const list of ['successfulResults', 'failedResults'] as const) {
    const resource = `${INGEST}/{id}/${list}`;
    const result = await connection.call({ method: 'GET', path: `${pathOf(jobId)}/${list}`, resource, deadline });
    if (result.kind === 'failed') return result;
    const { status, body } = result.value;
    const rows = readRows(body ?? '');
    if (rows === undefined) return failed(unexpectedResponse(status, `${list} are no CSV`, false));
    for (const row of rows) outcomes.set(nameOf(row, field), list === 'failedResults' ? refusal(row) : success(row));
  }
  return { kind: 'results', outcomes: writes.map(({ externalId }) => outcomes.get(externalId.toLowerCase())) };
}

type Row = Readonly<Record<string, string>>;

/** Names of columns in lower case, as Salesforce compares them. */
function readRows(body: unknown): readonly Row[] | undefined {
  if (!isText(body) && body !== '') return undefined;
  try {
    // Each row has the columns of the header, or this throws.
    return parse(body, { bom: true, columns: (names: string[]) => names.map((name) => name.toLowerCase()) });
  } catch {
    return undefined;
  }
}

const nameOf = (row: Row, field: string): string => (row[field.toLowerCase()] ?? '').toLowerCase();

const success = (row: Row): LeadOutcome => ({
  kind: 'done',
  leadId: row['sf__id'] ?? '',
  created: row['sf__created'] === 'true',
});

/** `CODE:message:Field Field --` */
const ERROR = /^([A-Z][A-Z0-9_]*):([\s\S]*?)(?::([^:]*)--)?$/;

function refusal(row: Row): LeadOutcome {
  const text = (row['sf__error'] ?? '').trim();
  const [, statusCode, message = '', fields = ''] = ERROR.exec(text) ?? [];
  const errors = statusCode === undefined ? [] : [{ statusCode, message, fields: fields.split(' ').filter(isText) }];
  return failed(faultFromRecord(errors, 200));
}

function toCsv(field: string, writes: readonly LoadWrite[]): string {
  const names = new Map(writes.flatMap(({ fields }) => Object.keys(fields)).map((name) => [name.toLowerCase(), name]));
  for (const own of ['id', 'attributes', field.toLowerCase()]) names.delete(own);
  const rows = writes.map(({ externalId, fields }) => [
    externalId,
    ...[...names.values()].map((name) => (Object.hasOwn(fields, name) ? toCell(fields[name]) : '')),
  ]);
  return stringify([[field, ...names.values()], ...rows], { quoted: true, quoted_empty: false });
}

const toCell = (value: LeadValue | undefined): string =>
  value === null || value === '' || value === undefined ? NULL_CELL : String(value);
