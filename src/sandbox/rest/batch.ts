/** How independent calls travel in one request, each paid for (Composite Batch). */
import { batchHalted, jsonInvalid, limitExceeded } from '../errors.ts';
import { isObject } from '../records/read-body.ts';
import { answerError, isFailed, ok, requireBody, type Answer, type Call, type Subrequest } from './call.ts';

const MAX_SUBREQUESTS = 25;

function readSubrequest(item: unknown): Subrequest {
  if (!isObject(item) || typeof item['method'] !== 'string' || typeof item['url'] !== 'string')
    throw jsonInvalid('Each of the batchRequests must have a method and a url');
  return { method: item['method'], url: item['url'], body: item['richInput'], headers: {} };
}

function readBatch(call: Call): { subrequests: Subrequest[]; haltOnError: boolean } {
  const body = requireBody(call);
  if (!isObject(body) || !Array.isArray(body['batchRequests']))
    throw jsonInvalid('The request body must hold batchRequests');
  const subrequests = body['batchRequests'].map(readSubrequest);
  if (subrequests.length > MAX_SUBREQUESTS)
    throw limitExceeded(`The batch can't hold more than ${MAX_SUBREQUESTS} subrequests`);
  return { subrequests, haltOnError: body['haltOnError'] === true };
}

/** The first subrequest is paid by the call itself. */
function run(call: Call, subrequest: Subrequest, at: number): Answer {
  if (at > 0) call.org.quota.add(call.org.now());
  return call.dispatch(call, subrequest);
}

export function batch(call: Call): Answer {
  const { subrequests, haltOnError } = readBatch(call);
  let hasErrors = false;
  const answers = subrequests.map((subrequest, at) => {
    const answer = hasErrors && haltOnError ? answerError(batchHalted()) : run(call, subrequest, at);
    hasErrors ||= isFailed(answer);
    return answer;
  });
  const results = answers.map(({ status, body }) => ({ statusCode: status, result: body ?? null }));
  return ok({ hasErrors, results });
}
