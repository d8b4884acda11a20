/** What is known of one user that an address names. */
import type { Lane, StoredResource } from '../../storage/store.ts';
import { Type } from './schema.ts';
import type { AdminContext } from './context.ts';
import { Problem } from './problem.ts';

export const ID = Type.Object({ id: Type.String({ minLength: 1, description: 'SCIM id of the user.' }) });

export interface Known {
  readonly stored: StoredResource | undefined;
  readonly lane: Lane | undefined;
}

/** @throws Problem `not-found` when there is not even a trace of the user */
export async function readKnown({ operations, type }: AdminContext, id: string): Promise<Known> {
  const { store, connector } = operations;
  const [stored, lane] = await Promise.all([store.readResource(type.name, id), store.readLane(connector, id)]);
  if (!stored && !lane && !(await hasTrace(store, id)))
    throw new Problem('not-found', 'there is no user with this id, and no trace of one: GET /users?search= finds ids', [
      { parameter: 'id', detail: 'is the id of no user' },
    ]);
  return { stored, lane };
}

/** A connector has entries of its own, under its name. */
async function hasTrace(store: AdminContext['operations']['store'], id: string): Promise<boolean> {
  const [latest] = await store.readJournal(id, 1);
  return latest !== undefined && latest.kind !== 'connector';
}
