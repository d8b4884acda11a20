/** The users of some lanes, each with its lane. */
import type { Lane } from '../../storage/store.ts';
import type { AdminContext } from './context.ts';
import { toUserView, type UserView } from './views.ts';

/** @returns one view for each lane, in its order */
export async function withPeople(
  { operations, type }: Pick<AdminContext, 'operations' | 'type'>,
  lanes: readonly Lane[],
): Promise<UserView[]> {
  const ids = lanes.map(({ userId }) => userId);
  const people = new Map((await operations.store.readResources(type.name, ids)).map((one) => [one.id, one]));
  return lanes.map((lane) => toUserView(operations, lane.userId, people.get(lane.userId), lane));
}
