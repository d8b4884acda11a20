/** Operations of a bulk request that need nothing of each other, run at once and committed together. */
import { describeBulkId } from '../../scim/bulk/references.ts';
import { conflict, type ScimError } from '../../scim/errors.ts';
import type { Caller, OperationContext } from '../context.ts';
import { Turns } from '../turns.ts';
import { commitTogether, LostRace, UnitFailed, type Task } from './commit-together.ts';
import type { BulkJob } from './job.ts';
import { runOperation, type Done } from './run-operation.ts';

/** Positions of operations; those of one unit succeed or fail together. */
export type Units = readonly (readonly number[])[];

export interface BulkRun {
  readonly context: OperationContext;
  readonly caller: Caller;
  readonly job: BulkJob;
  /** What a single request would have been answered with for an error. */
  readonly faultOf: (error: unknown) => ScimError;
}

type Outcome = PromiseSettledResult<Done>;

/** Every operation of the units has its result in the job afterwards. */
export async function runUnits(run: BulkRun, units: Units): Promise<void> {
  const tasks = units.map((unit) => unit.map((position) => heldTask(run, position)));
  const outcomes = await commitTogether(run.context.store, tasks);
  for (const [index, unit] of units.entries()) await recordUnit(run, unit, outcomes[index] ?? []);
}

function heldTask(run: BulkRun, position: number): Task<Done> {
  return async (store) => {
    const context = contextOf(run, position);
    // Turns of its own: held at its commit it would hold its turn as well, and two requests might wait for each other.
    const held = { ...context, turns: new Turns(), store: { ...context.store, ...store } };
    return runOperation(held, run.job.resolve(position), run.caller);
  };
}

const contextOf = ({ context, job }: BulkRun, position: number): OperationContext => ({
  ...context,
  newId: () => job.newIdOf(position),
});

async function recordUnit(run: BulkRun, unit: readonly number[], outcomes: readonly Outcome[]): Promise<void> {
  const culprit = unit.find((_, index) => failedItself(outcomes[index]));
  for (const [index, position] of unit.entries()) {
    const outcome = outcomes[index];
    if (outcome) await record(run, position, outcome, culprit ?? position);
  }
}

const failedItself = (outcome: Outcome | undefined): boolean =>
  outcome?.status === 'rejected' && !(outcome.reason instanceof UnitFailed);

async function record(run: BulkRun, position: number, outcome: Outcome, culprit: number): Promise<void> {
  const { job, faultOf } = run;
  if (outcome.status === 'fulfilled') job.succeed(position, outcome.value);
  else if (outcome.reason instanceof LostRace) await runInTurn(run, position);
  else if (outcome.reason instanceof UnitFailed) job.fail(position, circleFault(job.bulkIdOf(culprit)));
  else job.fail(position, faultOf(outcome.reason));
}

async function runInTurn(run: BulkRun, position: number): Promise<void> {
  const { job, caller, faultOf } = run;
  try {
    job.succeed(position, await runOperation(contextOf(run, position), job.resolve(position), caller));
  } catch (error) {
    job.fail(position, faultOf(error));
  }
}

const circleFault = (bulkId: string): ScimError =>
  conflict(`it is in a circle with ${describeBulkId(bulkId)}, which failed: nothing of the circle is created`);
