/** How requests about jobs are read: the body that makes one, the state one shall have. */
import { formatDateTime } from '../datetime.ts';
import { bulkInvalid, jsonInvalid, resourceNotFound } from '../errors.ts';
import { isObject } from '../records/read-body.ts';
import { param, requireBody, type Call } from '../rest/call.ts';
import { DELIMITERS, LINE_ENDINGS, type CsvFormat } from './csv.ts';
import type { Job, JobState } from './job.ts';

type Body = Readonly<Record<string, unknown>>;

/** @throws SalesforceError for a property that no job has */
export function readJobBody(call: Call, known: readonly string[]): Body {
  const body = requireBody(call);
  if (!isObject(body)) throw jsonInvalid('The request body must describe a job');
  const unknown = Object.keys(body).find((name) => !known.includes(name));
  if (unknown !== undefined) throw jsonInvalid(`Unrecognized field "${unknown}"`);
  return body;
}

/** @throws SalesforceError for another value than those of `words` */
export function readWord<T extends string>(body: Body, name: string, words: readonly T[], fallback?: T): T {
  const value = body[name] ?? fallback;
  const word = words.find((each) => each === value);
  if (word !== undefined) return word;
  throw jsonInvalid(
    `Cannot deserialize instance of ${name} from ${value === undefined ? 'nothing' : JSON.stringify(value)}: was expecting one of ${words.join(', ')}`,
  );
}

export function readText(body: Body, name: string): string | null {
  const value = body[name] ?? null;
  if (value === null || typeof value === 'string') return value;
  throw jsonInvalid(`Cannot deserialize instance of ${name}: was expecting a text`);
}

/** @throws SalesforceError for anything but CSV */
export function readFormat(body: Body): CsvFormat {
  readWord(body, 'contentType', ['CSV'], 'CSV');
  // Safe: the keys of two objects that are written out.
  const delimiters = Object.keys(DELIMITERS) as (keyof typeof DELIMITERS)[];
  const lineEndings = Object.keys(LINE_ENDINGS) as (keyof typeof LINE_ENDINGS)[];
  return {
    columnDelimiter: readWord(body, 'columnDelimiter', delimiters, 'COMMA'),
    lineEnding: readWord(body, 'lineEnding', lineEndings, 'LF'),
  };
}

/** What every new job has. */
export function newJobParts({ org, userId, version, base }: Call, state: JobState) {
  const at = formatDateTime(org.now());
  return {
    id: org.newId('750'),
    createdById: userId,
    createdDate: at,
    systemModstamp: at,
    version,
    base,
    state,
    schedule: null,
    errorMessage: null,
  };
}

/** @throws SalesforceError 404 for a job that there is not */
export function requireJob<K extends Job['kind']>(call: Call, kind: K): Extract<Job, { kind: K }> {
  const job = call.org.jobs.get(param(call, 'job'));
  if (job?.kind !== kind) throw resourceNotFound();
  // Safe: the kind tells the type.
  return job as Extract<Job, { kind: K }>;
}

/** @throws SalesforceError for a job that is in none of the states */
export function requireState(job: Job, states: readonly JobState[], what: string): void {
  if (states.includes(job.state)) return;
  throw bulkInvalid('INVALIDJOBSTATE', `${what} is not possible for a job that is ${job.state}`);
}
