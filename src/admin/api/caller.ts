/** How operations are told who asks by way of the admin API. */
import type { Caller } from '../../operations/context.ts';
import { PROFILES } from '../../scim/profiles/profiles.ts';
import type { AdminRequest } from './route.ts';

export const callerOf = ({ actor, requestId }: AdminRequest): Caller => ({
  actor,
  requestId,
  profile: PROFILES.default,
  rewritten: new Set(),
});
