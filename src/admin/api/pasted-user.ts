/** A SCIM user in a request, read as a POST would store it. */
import { parseResource, readResource } from '../../operations/create.ts';
import { withoutSecrets } from '../../operations/stored-resource.ts';
import { ScimError } from '../../scim/errors.ts';
import type { JsonObject } from '../../scim/json.ts';
import { callerOf } from './caller.ts';
import type { AdminContext } from './context.ts';
import { Problem } from './problem.ts';
import type { AdminRequest } from './route.ts';

/** @returns with the `id` that it has, if any @throws Problem `invalid-request` when it is no SCIM user */
export function parsePastedUser(
  { operations, type }: AdminContext,
  user: JsonObject,
  request: AdminRequest,
): JsonObject {
  try {
    const parsed = parseResource(type, readResource(operations, type, user, callerOf(request)));
    const { id } = user;
    return { ...withoutSecrets(type, parsed), ...(typeof id === 'string' && { id }) };
  } catch (error) {
    if (!(error instanceof ScimError)) throw error;
    throw new Problem('invalid-request', `user: ${error.detail}`, [{ pointer: '#/user', detail: error.detail }]);
  }
}
