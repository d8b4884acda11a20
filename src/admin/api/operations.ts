/** The operations of the admin API as its callers name them: where each is, and what it answers. */
import { Ajv, type ValidateFunction } from 'ajv';
import type { Static, TSchema } from 'typebox';
import type { AdminRoute } from './route.ts';
import { EVENT_PAGE, PAUSED, RESUMED } from './routes/connector.ts';
import { USER_PAGE } from './routes/find-users.ts';
import { LANE_ERRORS, LANE_PAGE, RELEASED } from './routes/lanes.ts';
import { PREVIEW } from './routes/preview.ts';
import { PUSHED } from './routes/push.ts';
import { CANCELLED, FINDING_PAGE, RECONCILE_STATE } from './routes/reconcile.ts';
import { JUDGED, REMOVAL_PAGE } from './routes/removals.ts';
import { STATUS } from './routes/status.ts';
import { THROUGHPUT } from './routes/throughput.ts';
import { TIMELINE } from './routes/timeline.ts';
import { USER_DETAIL, USER_RELEASED } from './routes/user.ts';

interface Operation<Answer extends TSchema> extends Pick<AdminRoute, 'method' | 'path'> {
  readonly answer: Answer;
}

const get = <Answer extends TSchema>(path: string, answer: Answer): Operation<Answer> => ({
  method: 'GET',
  path,
  answer,
});
const post = <Answer extends TSchema>(path: string, answer: Answer): Operation<Answer> => ({
  method: 'POST',
  path,
  answer,
});

/** By their operationId. */
export const OPERATIONS = {
  readStatus: get('/status', STATUS),
  readThroughput: get('/throughput', THROUGHPUT),
  listEvents: get('/events', EVENT_PAGE),
  pause: post('/pause', PAUSED),
  resume: post('/resume', RESUMED),
  findUsers: get('/users', USER_PAGE),
  readUser: get('/users/:id', USER_DETAIL),
  readTimeline: get('/users/:id/timeline', TIMELINE),
  previewUser: get('/users/:id/preview', PREVIEW),
  previewPastedUser: post('/preview', PREVIEW),
  pushUser: post('/users/:id/push', PUSHED),
  retryUser: post('/users/:id/retry', USER_RELEASED),
  listLanes: get('/lanes', LANE_PAGE),
  countLaneErrors: get('/lanes/errors', LANE_ERRORS),
  retryLanes: post('/lanes/retry', RELEASED),
  listRemovals: get('/removals', REMOVAL_PAGE),
  approveRemovals: post('/removals/approve', JUDGED),
  rejectRemovals: post('/removals/reject', JUDGED),
  startReconcile: post('/reconcile', RECONCILE_STATE),
  readReconcile: get('/reconcile', RECONCILE_STATE),
  listFindings: get('/reconcile/findings', FINDING_PAGE),
  cancelReconcile: post('/reconcile/cancel', CANCELLED),
} as const;

export type OperationName = keyof typeof OPERATIONS;
export type Answer<Name extends OperationName> = Static<(typeof OPERATIONS)[Name]['answer']>;

/**
 * Holds what a service answered against what this program knows. A newer one may have members and words that this one does not
 * know; what is there must be of the right shape.
 */
export function isAnswer<Name extends OperationName>(name: Name, body: unknown): body is Answer<Name> {
  return validatorOf(name)(body);
}

const compiled = new Map<OperationName, ValidateFunction>();

function validatorOf(name: OperationName): ValidateFunction {
  const known = compiled.get(name);
  if (known) return known;
  const made = new Ajv({ strict: false }).compile(shapeOf(OPERATIONS[name].answer));
  compiled.set(name, made);
  return made;
}

const LOOSE: ReadonlySet<string> = new Set(['additionalProperties', 'enum', 'const', 'format']);

/** Names of members are no keywords: a schema that has `properties` named so keeps them. */
function shapeOf(schema: unknown, isNames = false): object {
  const entries = Object.entries(schema as object).filter(([key]) => isNames || !LOOSE.has(key));
  const kept = entries.map(([key, value]: [string, unknown]) => {
    if (typeof value !== 'object' || value === null) return [key, value];
    if (Array.isArray(value)) return [key, value.map((one: unknown) => (isSchema(one) ? shapeOf(one) : one))];
    return [key, shapeOf(value, !isNames && (key === 'properties' || key === 'patternProperties'))];
  });
  return Object.fromEntries(kept) as object;
}

const isSchema = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
