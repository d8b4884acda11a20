/** Bulk: many operations in one request, each as if it had been sent alone (RFC 7644 §3.7). */
import { needsOf, orderUnits, type Needs } from '../../scim/bulk/order.ts';
import { parseBulkRequest } from '../../scim/bulk/request.ts';
import { bulkResponse } from '../../scim/bulk/response.ts';
import { parseTarget } from '../../scim/bulk/target.ts';
import { serviceUnavailable, type ScimError } from '../../scim/errors.ts';
import type { JsonObject } from '../../scim/json.ts';
import type { Caller, OperationContext } from '../context.ts';
import { BulkJob } from './job.ts';
import { runUnits, type BulkRun, type Units } from './run-units.ts';
import { touchedElementsOf } from './touched-elements.ts';

/** Operations that share a transaction: other writers wait for it, and more would have them wait for little gain. */
const MAX_TOGETHER = 100;

/**
 * @param faultOf what a single request would have been answered with for an error
 * @returns the BulkResponse message
 * @throws ScimError for the message as a whole; serviceUnavailable when the database is away and nothing was written
 */
export async function runBulk(
  context: OperationContext,
  body: unknown,
  caller: Caller,
  faultOf: (error: unknown) => ScimError,
): Promise<JsonObject> {
  const readTarget = (path: string) => parseTarget(context.registry, context.baseUrl(), path);
  const { failOnErrors, operations } = parseBulkRequest(body, readTarget);
  const job = new BulkJob(context, operations);
  const needs = needsOf(operations, (operation) => touchedElementsOf(context, operation, caller.profile));
  await workOff({ context, caller, job, faultOf }, needs, failOnErrors);
  return bulkResponse(job.results.filter((result) => result !== undefined));
}

async function workOff(run: BulkRun, needs: Needs, failOnErrors: number): Promise<void> {
  const { job } = run;
  let waiting = orderUnits(needs);
  while (waiting.length > 0 && job.errors < failOnErrors) {
    // Of no more operations than may still fail, none is begun that `failOnErrors` forbids.
    const together = takeTogether(waiting, needs, Math.min(MAX_TOGETHER, failOnErrors - job.errors));
    waiting = waiting.slice(together.length);
    await runUnits(run, together);
    if (together.flat().some((position) => job.results[position]?.status === 503)) waiting = endAtOutage(job, waiting);
  }
}

/** Units from the first on that need nothing of each other. A circle may be larger than `limit`. */
function takeTogether(units: Units, needs: Needs, limit: number): Units {
  const taken = new Set<number>();
  const end = units.findIndex((unit) => {
    const isFull = taken.size > 0 && taken.size + unit.length > limit;
    if (isFull || unit.some((position) => needs[position]?.some((needed) => taken.has(needed)))) return true;
    for (const position of unit) taken.add(position);
    return false;
  });
  return end === -1 ? units : units.slice(0, end);
}

/** A client that is told of an outage repeats the request: it may only when nothing of it was done. */
function endAtOutage(job: BulkJob, waiting: Units): Units {
  const isDone = job.results.some((result) => result && !result.fault);
  if (!isDone) throw serviceUnavailable('the database is not available');
  for (const position of waiting.flat())
    job.fail(position, serviceUnavailable('not tried, because the database is not available'));
  return [];
}
