/** How operations that run at once are committed in one transaction: each is held at its commit until all have come that far. */
import type { StoredResource, Store, UnitOutcome } from '../../storage/store.ts';
import { VersionConflict } from '../../storage/errors.ts';

type CommitStore = Pick<Store, 'commit' | 'commitMembers'>;
type HeldChange = Parameters<Store['commitAll']>[0][number][number];

/** An operation up to its end; what it commits goes to the store that it is given. */
export type Task<T> = (store: CommitStore) => Promise<T>;

/** Nothing was written, because another operation of the unit failed. */
export class UnitFailed extends Error {
  override readonly name = 'UnitFailed';
}

/** Somebody else changed the resource between its reading and the commit: the operation is to be run again. */
export class LostRace extends Error {
  override readonly name = 'LostRace';
}

/**
 * Runs tasks at once and writes what they commit in one transaction, in their order.
 *
 * @param units tasks that are to succeed or fail together
 * @returns what became of each, unit by unit; UnitFailed and LostRace are reasons beside those of the tasks themselves
 */
export async function commitTogether<T>(
  store: Pick<Store, 'commitAll'>,
  units: readonly (readonly Task<T>[])[],
): Promise<readonly (readonly PromiseSettledResult<T>[])[]> {
  const held = units.map((unit) => unit.map((task) => new HeldTask(task)));
  await Promise.all(held.flat().map(({ ready }) => ready));
  for (const unit of held) if (unit.some(({ hasFailed }) => hasFailed)) refuseUnit(unit);
  await commitHeld(
    store,
    held.map((unit) => unit.filter(({ change }) => change !== undefined)).filter((unit) => unit.length > 0),
  );
  return Promise.all(held.map((unit) => Promise.allSettled(unit.map(({ result }) => result))));
}

type Held = HeldTask<unknown>;

function refuseUnit(unit: readonly Held[]): void {
  for (const task of unit) task.refuse(new UnitFailed());
}

async function commitHeld(store: Pick<Store, 'commitAll'>, units: readonly (readonly Held[])[]): Promise<void> {
  if (units.length === 0) return;
  try {
    const outcomes = await store.commitAll(units.map((unit) => unit.flatMap(({ change }) => change ?? [])));
    for (const [index, outcome] of outcomes.entries()) settle(units[index] ?? [], outcome);
  } catch (error) {
    for (const task of units.flat()) task.refuse(error);
  }
}

function settle(unit: readonly Held[], outcome: UnitOutcome): void {
  for (const [index, task] of unit.entries()) {
    if (outcome.kind === 'written') task.release(outcome.resources[index]);
    else task.refuse(index === outcome.at ? asLostRace(outcome.reason) : new UnitFailed());
  }
}

/** A VersionConflict would make the operation commit again by itself, when the others are through. */
const asLostRace = (reason: Error): Error =>
  reason instanceof VersionConflict ? new LostRace(reason.message, { cause: reason }) : reason;

class HeldTask<T> {
  readonly result: Promise<T>;
  /** When the task is held at its commit, or ended without one. */
  readonly ready: Promise<void>;
  hasFailed = false;
  /** What it is about to commit. */
  change: HeldChange | undefined;
  #wasHeld = false;
  #reached: () => void = () => undefined;
  #release: (resource: StoredResource | undefined) => void = () => undefined;
  #refuse: (reason: unknown) => void = () => undefined;

  constructor(task: Task<T>) {
    const reached = new Promise<void>((resolve) => (this.#reached = resolve));
    this.result = task({
      commit: async (change) => {
        await this.#hold(change);
      },
      // `commitAll` gives one for each change of lists.
      commitMembers: async (change) => (await this.#hold(change)) as StoredResource,
    });
    const ended = this.result.then(
      () => undefined,
      () => {
        this.hasFailed = true;
      },
    );
    this.ready = Promise.race([reached, ended]);
  }

  release(resource: StoredResource | undefined): void {
    this.#release(resource);
  }

  /** One that is not held stays as it is. */
  refuse(reason: unknown): void {
    this.change = undefined;
    this.#refuse(reason);
  }

  async #hold(change: HeldChange): Promise<StoredResource | undefined> {
    if (this.#wasHeld) throw new TypeError('an operation commits once');
    this.#wasHeld = true;
    this.change = change;
    const released = new Promise<StoredResource | undefined>((release, refuse) => {
      this.#release = release;
      this.#refuse = refuse;
    });
    this.#reached();
    return released;
  }
}
