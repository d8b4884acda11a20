/** Which operations of a bulk request change single elements of a list and nothing else, so that their order does not matter. */
import type { ReadableOperation } from '../../scim/bulk/operation.ts';
import { ScimError } from '../../scim/errors.ts';
import { readOperations } from '../../scim/profiles/read-written.ts';
import type { Profile } from '../../scim/profiles/profile.ts';
import type { OperationContext } from '../context.ts';
import { touchedLists, touchesElementsAlone, type TouchedLists } from '../members.ts';

/** @returns what tells the elements apart; undefined for a change that depends on more than them, or cannot be read */
export function touchedElementsOf(
  context: OperationContext,
  { method, target, data, version }: ReadableOperation,
  profile: Profile,
): ReadonlySet<string> | undefined {
  if (method !== 'PATCH' || version !== undefined) return undefined;
  try {
    const touched = touchedLists(context, target.type, readOperations(profile, target.type, data, new Set()));
    return touchesElementsAlone(touched) ? new Set(namesOf(touched)) : undefined;
  } catch (error) {
    // It will fail in its turn.
    if (error instanceof ScimError) return undefined;
    throw error;
  }
}

/** In one case: that two elements are taken for one only makes their changes wait for each other. */
const namesOf = (touched: TouchedLists): readonly string[] =>
  Array.from(touched).flatMap(([{ name }, { values }]) =>
    values === 'all' ? [] : Array.from(values, (value) => `${name} ${value.toLowerCase()}`),
  );
