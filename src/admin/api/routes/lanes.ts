/** /lanes: the deliveries of users by state and error, and trying parked ones again. */
import type { Static } from 'typebox';
import type { ReleaseFilter } from '../../../storage/store.ts';
import type { AdminContext } from '../context.ts';
import { limitOf, NEXT_CURSOR, PAGE_PARAMETERS, placeOf, toPage } from '../paging.ts';
import { withPeople } from '../people.ts';
import { Problem } from '../problem.ts';
import { route, type AdminRoute } from '../route.ts';
import { Instant, instant, LaneStateSchema, USER } from '../views.ts';
import { Type } from '../schema.ts';

const ERROR_FILTER = {
  class: Type.Optional(Type.String({ minLength: 1, description: "Class of the lane's error, e.g. data." })),
  code: Type.Optional(
    Type.String({ minLength: 1, description: "Code of the lane's error, e.g. INVALID_EMAIL_ADDRESS." }),
  ),
};

/** Lanes a transaction: few enough that SCIM requests do not wait for it. */
const RELEASE_AT_ONCE = 1_000;

export const laneRoutes = (context: AdminContext): readonly AdminRoute[] => [
  listRoute(context),
  errorsRoute(context),
  retryRoute(context),
];

export const LANE_PAGE = Type.Object(
  { users: Type.Array(USER), nextCursor: NEXT_CURSOR },
  { title: 'LanePage', additionalProperties: false },
);

export type LanePage = Static<typeof LANE_PAGE>;

const listRoute = ({ operations, type }: AdminContext): AdminRoute =>
  route({
    method: 'GET',
    path: '/lanes',
    operationId: 'listLanes',
    tag: 'lanes',
    summary: 'Lists users by the state of their delivery and by its error',
    description: 'In the order of user ids. Users that were deleted are listed until their Lead is.',
    scope: 'admin:read',
    query: Type.Object(
      { state: Type.Optional(LaneStateSchema), ...ERROR_FILTER, ...PAGE_PARAMETERS },
      { additionalProperties: false },
    ),
    answer: { description: 'One page.', schema: LANE_PAGE },
    handle: async ({ query }) => {
      const { store, connector } = operations;
      const { state, class: cause, code } = query;
      const same = ['lanes', state, cause, code];
      const after = placeOf(same, query)?.key;
      const filter = { ...(state && { state }), ...(cause && { class: cause }), ...(code && { code }) };
      const limit = limitOf(query);
      const lanes = await store.listLanes({
        connector,
        ...filter,
        ...(typeof after === 'string' && { after }),
        limit: limit + 1,
      });
      const page = toPage(lanes, limit, same, ({ userId }) => ({ key: userId, seq: 0 }));
      return { users: await withPeople({ operations, type }, page.entries), ...page.next };
    },
  });

export const LANE_ERRORS = Type.Object(
  {
    errors: Type.Array(
      Type.Object(
        {
          state: Type.Enum(['parked', 'due'], { description: 'due: will be tried again without anybody.' }),
          class: Type.String(),
          code: Type.String(),
          lanes: Type.Integer({ description: 'Users with this error.' }),
          hint: Type.Optional(Type.String({ description: 'What to do.' })),
          since: Type.Optional(Instant('The earliest of their latest attempts.')),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { title: 'LaneErrors', additionalProperties: false },
);

export type LaneErrors = Static<typeof LANE_ERRORS>;

const errorsRoute = ({ operations }: AdminContext): AdminRoute =>
  route({
    method: 'GET',
    path: '/lanes/errors',
    operationId: 'countLaneErrors',
    tag: 'lanes',
    summary: 'Counts parked and waiting users by error, most first',
    description: 'What to mend first. GET /lanes with the same class, code and state lists them.',
    scope: 'admin:read',
    answer: {
      description: 'All errors that there are.',
      schema: LANE_ERRORS,
    },
    handle: async () => {
      const counts = await operations.store.countLaneErrors(operations.connector);
      return {
        errors: counts.map(({ since, ...count }) => ({
          ...count,
          ...(since !== undefined && { since: instant(since) }),
        })),
      };
    },
  });

export const FORGET = Type.Boolean({
  description: 'With no Lead known, as new users: those of these users are gone for good. Default false.',
});

export const RELEASED = Type.Object(
  { released: Type.Integer({ description: 'Users that are due now and were not.' }) },
  { title: 'Released', additionalProperties: false },
);

const retryRoute = ({ operations }: AdminContext): AdminRoute =>
  route({
    method: 'POST',
    path: '/lanes/retry',
    operationId: 'retryLanes',
    tag: 'lanes',
    summary: 'Tries parked users again: those with one error, or all',
    description:
      'They are due at once, as if they had changed. Sent twice, it does nothing the second time. One that fails again is parked again.',
    scope: 'admin:operate',
    body: Type.Object(
      {
        ...ERROR_FILTER,
        all: Type.Optional(Type.Literal(true, { description: 'Every parked user, whatever its error.' })),
        waiting: Type.Optional(
          Type.Boolean({ description: 'Also those that failed and wait for their next attempt. Default false.' }),
        ),
        forget: Type.Optional(FORGET),
      },
      { additionalProperties: false },
    ),
    answer: { description: 'Done.', schema: RELEASED },
    handle: async ({ body: { class: cause, code, all, waiting = false, forget = false } }) => {
      const isFiltered = cause !== undefined || code !== undefined;
      if (isFiltered === (all === true)) {
        const detail = 'say which with code or class, or all: true for every parked user';
        throw new Problem('invalid-request', detail, [{ pointer: '#/all', detail }]);
      }
      if (forget && code === undefined) {
        const detail = 'say for which code: it is about Leads that are gone for good';
        throw new Problem('invalid-request', detail, [{ pointer: '#/forget', detail }]);
      }
      const which = { ...(cause && { class: cause }), ...(code && { code }), waiting, forget };
      return { released: await releaseAll(operations, which) };
    },
  });

/** No more rounds than what is there at the beginning takes: what fails meanwhile and is parked again is left alone. */
async function releaseAll(
  operations: AdminContext['operations'],
  which: Omit<ReleaseFilter, 'limit' | 'userId'>,
): Promise<number> {
  const { store, connector } = operations;
  const { parked, due } = await store.countLanes(connector);
  let released = 0;
  for (let left = parked + due; left > 0; left -= RELEASE_AT_ONCE) {
    const batch = await store.releaseLanes(connector, operations.now(), { ...which, limit: RELEASE_AT_ONCE });
    released += batch;
    if (batch < RELEASE_AT_ONCE) break;
  }
  return released;
}
