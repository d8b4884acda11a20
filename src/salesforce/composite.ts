/** How several collections or queries travel as one call, which is all that the quota counts (REST API Developer Guide, Composite). */
import { isWrite, WRITE_HEADERS, type ApiCall, type ApiReply, type Connection } from './connection.ts';
import { failed, unexpectedResponse, type Result } from './errors.ts';
import { isObject, listOf } from './json.ts';

/** A call that can be part of another; its path is below the API's root. */
export type Part = Omit<ApiCall, 'deadline'>;

/** Collections and queries that one composite call may hold, of 25 subrequests in all. */
export const MAX_PARTS = 5;

/** Proxies that look into TLS often refuse a URI with its headers above 8 kB; a body may be far longer. */
const MAX_URI_LENGTH = 4_000;

/** Said of what does not come in the body. */
const URI_REFUSED: ReadonlySet<string> = new Set(['HTTP_414', 'HTTP_431']);

/**
 * Makes all calls in their order, in one request where there are several. A part that Salesforce refuses leaves the others alone.
 * One with a long URI travels in the body of another too, and so does a query whose URI something on the way refused.
 *
 * @param parts 1–5, all of which write or none
 * @returns a result for each part; when the whole call failed, its fault for each
 */
export async function callTogether(
  connection: Connection,
  parts: readonly Part[],
  deadline: number,
): Promise<readonly Result<ApiReply>[]> {
  const [first, ...others] = parts;
  if (first === undefined) return [];
  if (others.length === 0 && first.path.length <= MAX_URI_LENGTH) {
    const alone = await connection.call({ ...first, deadline });
    if (alone.kind === 'done' || isWrite(first) || !URI_REFUSED.has(alone.fault.code)) return [alone];
  }
  const result = await connection.call({ ...compositeOf(connection, parts), deadline });
  if (result.kind === 'failed') return parts.map(() => result);
  return readParts(connection, parts, result.value);
}

function compositeOf({ apiRoot }: Connection, parts: readonly Part[]): Part {
  const compositeRequest = parts.map((part, at) => ({
    method: part.method,
    url: part.path.startsWith('/') ? part.path : apiRoot + part.path,
    referenceId: `part${at}`,
    ...(isWrite(part) && { httpHeaders: WRITE_HEADERS }),
    ...(part.body !== undefined && { body: part.body }),
  }));
  const sent = parts.map(({ records }) => records).filter((records) => typeof records === 'number');
  return {
    method: 'POST',
    path: 'composite',
    resource: 'composite',
    readsOnly: !parts.some(isWrite),
    body: { allOrNone: false, compositeRequest },
    records:
      sent.length === parts.length
        ? sent.reduce((sum, records) => sum + records, 0)
        : (body) => countRecords(parts, body),
  };
}

const countRecords = (parts: readonly Part[], body: unknown): number =>
  listOf(body, 'compositeResponse')
    .map((part, at) => countOf(parts[at]?.records, isObject(part) ? part['body'] : undefined))
    .reduce((sum, records) => sum + records, 0);

const countOf = (records: Part['records'] = 0, body: unknown): number =>
  typeof records === 'number' ? records : records(body);

/** Parts are answered in their order; an answer with another number of parts says nothing about any of them. */
function readParts(
  connection: Connection,
  parts: readonly Part[],
  { status, body }: ApiReply,
): readonly Result<ApiReply>[] {
  const answers = listOf(body, 'compositeResponse');
  return parts.map((part, at) => {
    const answer = answers[at];
    const wasWrite = isWrite(part);
    if (answers.length !== parts.length || !isObject(answer) || typeof answer['httpStatusCode'] !== 'number') {
      const message = `the answer is no list of ${parts.length} results, one for each part`;
      return failed(unexpectedResponse(status, message, wasWrite));
    }
    return connection.readPart({ status: answer['httpStatusCode'], body: answer['body'] }, wasWrite);
  });
}
