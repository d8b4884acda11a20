/** What a lane says of a Lead that a person gave up. */
import type { LaneError } from './store.ts';

/** Error of a lane whose user was deleted and whose Lead is gone, as somebody says: it is looked for once more. */
export const SAID_GONE: LaneError = {
  class: 'policy',
  code: 'SAID_GONE',
  message: 'somebody said that the Lead is gone',
};
