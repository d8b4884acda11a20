/** Who asks, where a test calls operations without HTTP. */
import type { Caller } from '../../src/operations/context.ts';
import type { ProfileName } from '../../src/scim/profiles/profile.ts';
import { PROFILES } from '../../src/scim/profiles/profiles.ts';

export const callerWith = (profile: ProfileName = 'default'): Caller => ({
  actor: 'test',
  requestId: 'request-1',
  profile: PROFILES[profile],
  rewritten: new Set(),
});
