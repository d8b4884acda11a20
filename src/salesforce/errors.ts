/** How what Salesforce or the network said becomes a fault (REST API Developer Guide, Status Codes and Error Responses). */
import type { Fault } from '../provisioning/lead-target.ts';
import { isObject, isText, listOf } from './json.ts';
import type { Answer, Loss } from './request.ts';

/** What a call came to: its value, or why there is none. */
export type Result<T> =
  { readonly kind: 'done'; readonly value: T } | { readonly kind: 'failed'; readonly fault: Fault };

export const done = <T>(value: T): Result<T> => ({ kind: 'done', value });
export const failed = (fault: Fault): { readonly kind: 'failed'; readonly fault: Fault } => ({ kind: 'failed', fault });

/** One error as Salesforce words it, in whichever of its shapes. */
interface SalesforceError {
  readonly code: string;
  readonly message: string;
  readonly fields: readonly string[];
}

/** A request that failed as a whole; `isWrite` decides whether something may have been committed. */
export function faultFromAnswer(answer: Answer, isWrite: boolean, nowMs: number): Fault {
  const committed = isWrite && isUncertain(answer.status) ? 'maybe' : 'no';
  const error = mergeErrors(readErrors(answer.body)) ?? errorWithoutBody(answer);
  const retryAfterMs = parseRetryAfter(answer.headers['retry-after'], nowMs);
  const fault: Fault = { scope: 'request', status: answer.status, ...error, committed };
  return retryAfterMs === undefined ? fault : { ...fault, retryAfterMs };
}

/** A request that got no complete answer. */
export function faultFromLoss(loss: Loss, isWrite: boolean): Fault {
  const committed = isWrite && loss.mayHaveArrived ? 'maybe' : 'no';
  return { scope: 'request', code: loss.code, message: loss.message || loss.code, fields: [], committed };
}

/** One record of a collection that Salesforce refused; the others went their own way. */
export function faultFromRecord(errors: unknown, status: number): Fault {
  const error = mergeErrors(readErrors(errors)) ?? {
    code: 'UNEXPECTED_RESPONSE',
    message: 'Salesforce refused the record and gave no reason',
    fields: [],
  };
  return { scope: 'record', status, ...error, committed: 'no' };
}

/** An answer that Salesforce's documents do not know, such as HTML with status 200. */
export function unexpectedResponse(status: number, message: string, isWrite: boolean): Fault {
  const committed = isWrite ? 'maybe' : 'no';
  return { scope: 'request', status, code: 'UNEXPECTED_RESPONSE', message, fields: [], committed };
}

/** A call that was not made because too little time was left for it. */
export function deadlineFault(remainingMs: number): Fault {
  const message = `not sent: ${Math.max(0, Math.floor(remainingMs))} ms were left before the deadline`;
  return { scope: 'request', code: 'DEADLINE', message, fields: [], committed: 'no' };
}

/** After these the request may have been carried out although the answer does not say so. */
const isUncertain = (status: number): boolean => status >= 500 || status === 408;

/** Salesforce may name several errors; the first decides, the others are told too. */
function mergeErrors(errors: readonly SalesforceError[]): SalesforceError | undefined {
  const [first] = errors;
  if (first === undefined) return undefined;
  const others = errors.slice(1).map((error) => `${error.code}: ${error.message}`);
  return {
    code: first.code,
    message: [first.message, ...others].join('; '),
    fields: [...new Set(errors.flatMap((error) => error.fields))],
  };
}

function readErrors(body: unknown): readonly SalesforceError[] {
  const list: readonly unknown[] = Array.isArray(body) ? body : [body];
  return list.filter(isObject).flatMap(readError);
}

/** `errorCode` in a reply, `statusCode` in the rows of a collection, `error` in OAuth. */
function readError(entry: Readonly<Record<string, unknown>>): readonly SalesforceError[] {
  const code = [entry['errorCode'], entry['statusCode'], entry['error']].find(isText);
  if (code === undefined) return [];
  const message = [entry['message'], entry['error_description']].find(isText) ?? code;
  return [{ code, message: message + matchSuffix(entry), fields: namedFields(entry['fields'], message) }];
}

const NO_SUCH_COLUMN = /No such column '([^']+)'/;

/** INVALID_FIELD comes without `fields` and names the column in its message only. */
function namedFields(fields: unknown, message: string): readonly string[] {
  const listed = Array.isArray(fields) ? fields.filter(isText) : [];
  const column = NO_SUCH_COLUMN.exec(message)?.[1];
  return listed.length > 0 || column === undefined ? listed : [column];
}

/** Which Leads a duplicate rule matched, so that an operator finds them. */
function matchSuffix(entry: Readonly<Record<string, unknown>>): string {
  // Salesforce really writes `duplicateResut`; the right spelling is read as well, should they ever mend it.
  const ids = collectIds(entry['duplicateResut'] ?? entry['duplicateResult']);
  return ids.length === 0 ? '' : ` (${ids.join(', ')})`;
}

function collectIds(result: unknown): readonly string[] {
  const matches = listOf(result, 'matchResults').flatMap((match) => listOf(match, 'matchRecords'));
  return matches.flatMap((match) => {
    const record = isObject(match) ? match['record'] : undefined;
    return isObject(record) && isText(record['Id']) ? [record['Id']] : [];
  });
}

/** HTML pages, empty bodies, and the array of URLs that comes with 300. */
function errorWithoutBody({ status, headers, body }: Answer): SalesforceError {
  if (status === 300) return severalMatches(body);
  const type = headers['content-type']?.split(';')[0];
  const what = type === undefined ? 'no error body' : `${type} that holds no Salesforce error`;
  return { code: `HTTP_${status}`, message: `Salesforce answered ${status} with ${what}`, fields: [] };
}

/** Upsert by a key that several Leads have; collections call the same thing DUPLICATE_EXTERNAL_ID. */
function severalMatches(body: unknown): SalesforceError {
  const urls = Array.isArray(body) ? body.filter(isText) : [];
  const ids = urls.map((url) => url.slice(url.lastIndexOf('/') + 1)).join(', ');
  return { code: 'DUPLICATE_EXTERNAL_ID', message: `several records have this external id: ${ids}`, fields: [] };
}

const SECOND = 1000;

/** Seconds or an HTTP date (RFC 9110 §10.2.3). */
function parseRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined;
  const ms = /^\d+$/.test(value.trim()) ? Number(value) * SECOND : Date.parse(value) - nowMs;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}
