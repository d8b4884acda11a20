/** A bulk load that nobody sees to any more: its job is brought to an end before its lanes are delivered by any way. */
import type { Load } from '../../storage/store.ts';
import { HeldLoad, LoadLost } from './held-load.ts';
import type { Failed, Fault, LeadLoader, LoadJob } from '../lead-target.ts';
import { waitForEnd, type LoadContext, type LoadResult } from './run-load.ts';
import { closesGate, isUnsent } from '../batch/settlement.ts';

/** A job that has written nothing is aborted; one that writes is waited for. What its process knew of it is lost: all is sent again. */
export async function recoverLoad(context: LoadContext, seen: Load): Promise<LoadResult> {
  const held = new HeldLoad(context, seen);
  try {
    await held.keep();
    const fault = await endJob(context, held, seen.jobId);
    const gate = fault === 'stopped' || fault === undefined || !closesGate(fault) ? undefined : fault;
    // Without a gate that keeps a distance, the hold does.
    if (fault === 'stopped' || gate) await held.giveBack();
    const isAsked = fault === 'stopped' || fault === undefined || !isUnsent(fault);
    return {
      kind: fault === undefined ? 'done' : 'left',
      claimed: 0,
      reached: isAsked && !gate,
      ...(gate && { gate }),
    };
  } catch (error) {
    if (error instanceof LoadLost) return { kind: 'left', claimed: 0, reached: false };
    throw error;
  }
}

/** @returns undefined: the load is over */
async function endJob(
  context: LoadContext,
  held: HeldLoad,
  jobId: string | undefined,
): Promise<Fault | 'stopped' | undefined> {
  // Where no number was written down, no data were sent.
  if (jobId === undefined) {
    await held.end('load ended', 'its process ended before there was a job');
    return undefined;
  }
  // Every Salesforce client has one.
  const loader = context.target.loader as LeadLoader;
  const job = await loader.look(jobId, await held.keep());
  if (job.kind === 'failed') {
    if (job.fault.code !== 'NOT_FOUND') return job.fault;
    await held.end('load ended', 'Salesforce does not know the job any more');
    return undefined;
  }
  if (!hasMovedOn(job)) {
    const aborted = await loader.abort(jobId, await held.keep());
    if (aborted.kind === 'failed' && !hasMovedOn(await loader.look(jobId, await held.keep()))) return aborted.fault;
  }
  const ended = await waitForEnd(context, held, { loader, jobId });
  if (ended === undefined) return 'stopped';
  if (ended.kind === 'failed') return ended.fault;
  await held.end('load ended', `${ended.state}, its process had ended`, ended.state !== 'complete');
  return undefined;
}

/** Whether it has begun to write, or has ended. */
const hasMovedOn = (job: LoadJob | Failed): boolean =>
  job.kind === 'job' && job.state !== 'open' && job.state !== 'waiting';
