/** How calls that build on each other travel as one (Composite). */
import { compositeInvalid, jsonInvalid, limitExceeded, SalesforceError, transactionRolledBack } from '../errors.ts';
import { isObject } from '../records/read-body.ts';
import { answerError, isFailed, ok, requireBody, type Answer, type Call, type Subrequest } from './call.ts';
import { resolveAll, resolveText } from './references.ts';

const MAX_SUBREQUESTS = 25;
const MAX_COLLECTIONS_AND_QUERIES = 5;
const COLLECTION_OR_QUERY = /\/v\d+\.\d\/(composite\/sobjects|query)/;

interface Named extends Subrequest {
  readonly referenceId: string;
}

function readHeaders(value: unknown): Record<string, string> {
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function readSubrequest(item: unknown): Named {
  if (!isObject(item)) throw jsonInvalid('Each compositeRequest must be an object');
  const { method, url, referenceId } = item;
  if (typeof method !== 'string' || typeof url !== 'string')
    throw compositeInvalid('Each subrequest must have a method and a url');
  if (typeof referenceId !== 'string' || !/^[A-Za-z0-9_]+$/.test(referenceId))
    throw compositeInvalid('Provide a referenceId of letters, numbers and underscores for each subrequest');
  return { method, url, referenceId, body: item['body'], headers: readHeaders(item['httpHeaders']) };
}

function checkSubrequests(subrequests: readonly Named[]): void {
  if (subrequests.length > MAX_SUBREQUESTS)
    throw limitExceeded(`The composite request can't hold more than ${MAX_SUBREQUESTS} subrequests`);
  if (subrequests.filter(({ url }) => COLLECTION_OR_QUERY.test(url)).length > MAX_COLLECTIONS_AND_QUERIES)
    throw limitExceeded(`At most ${MAX_COLLECTIONS_AND_QUERIES} subrequests may be collections or queries`);
  if (new Set(subrequests.map(({ referenceId }) => referenceId)).size < subrequests.length)
    throw compositeInvalid('Each referenceId must be used once');
}

function readComposite(call: Call): { subrequests: Named[]; allOrNone: boolean } {
  const body = requireBody(call);
  if (!isObject(body) || !Array.isArray(body['compositeRequest']))
    throw jsonInvalid('The request body must hold a compositeRequest');
  const subrequests = body['compositeRequest'].map(readSubrequest);
  checkSubrequests(subrequests);
  return { subrequests, allOrNone: body['allOrNone'] === true };
}

/** The outer allOrNone wins over that of a collection inside. */
const withAllOrNone = (subrequest: Subrequest, allOrNone: boolean): Subrequest =>
  allOrNone && isObject(subrequest.body) && 'records' in subrequest.body
    ? { ...subrequest, body: { ...subrequest.body, allOrNone } }
    : subrequest;

function resolve(subrequest: Named, answers: ReadonlyMap<string, unknown>): Subrequest {
  const { method, headers } = subrequest;
  return { method, headers, url: resolveText(subrequest.url, answers), body: resolveAll(subrequest.body, answers) };
}

function runOne(call: Call, subrequest: Named, answers: ReadonlyMap<string, unknown>, allOrNone: boolean): Answer {
  try {
    return call.dispatch(call, withAllOrNone(resolve(subrequest, answers), allOrNone));
  } catch (error) {
    if (error instanceof SalesforceError) return answerError(error);
    throw error;
  }
}

const hasFailedRow = ({ body }: Answer): boolean =>
  Array.isArray(body) && body.some((row) => isObject(row) && row['success'] === false);

const spoils = (answer: Answer): boolean => isFailed(answer) || hasFailedRow(answer);

/** Stops at the first failure when nothing will be kept anyway. */
function runAll(call: Call, subrequests: readonly Named[], allOrNone: boolean): Answer[] {
  const bodies = new Map<string, unknown>();
  const answers: Answer[] = [];
  for (const subrequest of subrequests) {
    const answer = runOne(call, subrequest, bodies, allOrNone);
    answers.push(answer);
    if (allOrNone && spoils(answer)) break;
    if (!isFailed(answer)) bodies.set(subrequest.referenceId, answer.body);
  }
  return answers;
}

const rolledBack = (answers: readonly Answer[], at: number): Answer => {
  const answer = answers[at];
  return answer && spoils(answer) ? answer : answerError(transactionRolledBack());
};

export function composite(call: Call): Answer {
  const { subrequests, allOrNone } = readComposite(call);
  const isKept = (answers: readonly Answer[]): boolean => !allOrNone || !answers.some(spoils);
  const answers = call.org.transactions.run(() => runAll(call, subrequests, allOrNone), isKept);
  const compositeResponse = subrequests.map(({ referenceId }, at) => {
    const answer = isKept(answers) ? answers[at] : rolledBack(answers, at);
    return {
      body: answer?.body ?? null,
      httpHeaders: answer?.headers ?? {},
      httpStatusCode: answer?.status,
      referenceId,
    };
  });
  return ok({ compositeResponse });
}
