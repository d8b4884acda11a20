/** Many SCIM changes in one transaction and so with one disk sync; a unit of them that is refused leaves no trace. */
import { UniquenessConflict, VersionConflict } from '../errors.ts';
import type { Change, MembersChange, StoredResource, UnitOutcome } from '../store.ts';
import { commitChange } from './commit.ts';
import type { Dialect } from './dialect.ts';
import { insertNew, isCreation } from './insert-new.ts';
import type { Followers } from './mark-due.ts';
import { commitMembers } from './members.ts';
import type { Statement, Transaction } from './transaction.ts';

type Unit = readonly (Change | MembersChange)[];
type FollowersOf = (type: string) => Followers;

/** @param followers of a type of resource */
export function* commitUnits(
  dialect: Dialect,
  units: readonly Unit[],
  followers: FollowersOf,
): Transaction<readonly UnitOutcome[]> {
  // Mostly nothing is refused, and then savepoints and statements for each change would be most of the work.
  const whole = yield* commitWhole(dialect, units.flat(), followers);
  if (whole) return splitOutcome(units, whole);
  const outcomes: UnitOutcome[] = [];
  for (const unit of units) outcomes.push(yield* commitUnit(dialect, unit, followers));
  return outcomes;
}

type Resources = readonly (StoredResource | undefined)[];

/** @returns undefined when one of the changes was refused, and none is there */
function* commitWhole(dialect: Dialect, changes: Unit, followers: FollowersOf): Transaction<Resources | undefined> {
  if (!changes.every(isCreation)) {
    const outcome = yield* commitUnit(dialect, changes, followers);
    return outcome.kind === 'written' ? outcome.resources : undefined;
  }
  yield savepoint('savepoint creations');
  const isDone = yield* insertNew(dialect, changes, (type) => followers(type).connectors);
  if (!isDone) yield savepoint('rollback to creations');
  yield savepoint('release creations');
  return isDone ? changes.map(() => undefined) : undefined;
}

function splitOutcome(units: readonly Unit[], resources: Resources): UnitOutcome[] {
  const rest = [...resources];
  return units.map((unit) => ({ kind: 'written', resources: rest.splice(0, unit.length) }));
}

/** What the steps themselves refuse is undone here; what the database refuses ends the whole transaction. */
function* commitUnit(dialect: Dialect, unit: Unit, followers: FollowersOf): Transaction<UnitOutcome> {
  const resources: (StoredResource | undefined)[] = [];
  yield savepoint('savepoint unit');
  try {
    for (const change of unit) resources.push(yield* commitOne(dialect, change, followers(change.type)));
  } catch (error) {
    if (!(error instanceof VersionConflict || error instanceof UniquenessConflict)) throw error;
    yield savepoint('rollback to unit');
    yield savepoint('release unit');
    return { kind: 'refused', at: resources.length, reason: error };
  }
  yield savepoint('release unit');
  return { kind: 'written', resources };
}

const savepoint = (text: string): Statement => ({ text, values: [], unread: true });

function* commitOne(
  dialect: Dialect,
  change: Change | MembersChange,
  followers: Followers,
): Transaction<StoredResource | undefined> {
  if (isOfLists(change)) return yield* commitMembers(dialect, change, followers);
  yield* commitChange(dialect, change, followers);
  return undefined;
}

/** A change of a resource has it before or after, or both. */
const isOfLists = (change: Change | MembersChange): change is MembersChange =>
  !('before' in change) && !('after' in change);
