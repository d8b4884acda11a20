/** /users: finding people, and all that is known of one: its delivery, its Lead, what happened, trying again. */
import Type, { type Static } from 'typebox';
import { listResources } from '../../../operations/list.ts';
import { ScimError } from '../../../scim/errors.ts';
import { PROFILES } from '../../../scim/profiles/profiles.ts';
import type { JournalEntry, Lane, StoredResource } from '../../../storage/store.ts';
import type { AdminContext } from '../context.ts';
import { badCursor, limitOf, NEXT_CURSOR, PAGE_PARAMETERS, placeOf, toPage, type PageRequest } from '../paging.ts';
import { Problem } from '../problem.ts';
import { route, type AdminRoute } from '../route.ts';
import { Instant, instant, LaneStateSchema, parse, toLaneView, toUserView, USER, LANE } from '../views.ts';
import { ENTRY, toEntryView } from '../timeline.ts';
import { withPeople } from './lanes.ts';

const ID = Type.Object({ id: Type.String({ minLength: 1, description: 'SCIM id of the user.' }) });

export const userRoutes = (context: AdminContext): readonly AdminRoute[] => [
  searchRoute(context),
  readRoute(context),
  timelineRoute(context),
  retryRoute(context),
];

const USER_PAGE = Type.Object(
  {
    users: Type.Array(USER),
    total: Type.Optional(Type.Integer({ description: 'All that were found; absent in a search by Lead.' })),
    nextCursor: NEXT_CURSOR,
  },
  { title: 'UserPage', additionalProperties: false },
);

const SEARCH = Type.Object(
  {
    search: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 200,
        description:
          'What userName or an e-mail address begins with, or a SCIM id; what begins with 00Q is the start of a Lead id (15 or 18 characters, or fewer). Absent: everybody.',
      }),
    ),
    ...PAGE_PARAMETERS,
  },
  { additionalProperties: false },
);

const searchRoute = (context: AdminContext): AdminRoute =>
  route({
    method: 'GET',
    path: '/users',
    operationId: 'findUsers',
    tag: 'users',
    summary: 'Finds users by userName, e-mail address, SCIM id or Lead id, with the state of their delivery',
    scope: 'admin:read',
    query: SEARCH,
    answer: { description: 'One page.', schema: USER_PAGE },
    handle: ({ query: { search, ...page } }) =>
      search !== undefined && LEAD_ID.test(search)
        ? findByLead(context, search, page)
        : findByName(context, search, page),
  });

/** Every Lead's id begins so (Salesforce help, standard field record ID prefixes). */
const LEAD_ID = /^00Q[A-Za-z0-9]{0,15}$/;

async function findByLead(context: AdminContext, prefix: string, page: PageRequest): Promise<Static<typeof USER_PAGE>> {
  const { store, connector } = context.operations;
  const limit = limitOf(page);
  const same = ['users by lead', prefix];
  const after = placeOf(same, page)?.key;
  const lanes = await store.listLanesByLead({
    connector,
    prefix,
    ...(typeof after === 'string' && { after }),
    limit: limit + 1,
  });
  const { entries, next } = toPage(lanes, limit, same, ({ leadId = '' }) => ({ key: leadId, seq: 0 }));
  return { users: await withPeople(context, entries), ...next };
}

async function findByName(
  { operations, type }: AdminContext,
  search: string | undefined,
  page: PageRequest,
): Promise<Static<typeof USER_PAGE>> {
  const { store, connector } = operations;
  const text = JSON.stringify(search);
  const filter =
    search === undefined ? {} : { filter: `userName sw ${text} or emails.value sw ${text} or id eq ${text}` };
  const query = { ...filter, count: limitOf(page), cursor: page.cursor ?? '' };
  const found = await listResources(operations, [type], query, PROFILES.default).catch(inOwnWords);
  const lanes = await store.readLanes(
    connector,
    found.resources.map(({ id }) => id),
  );
  const laneOf = new Map(lanes.map((lane) => [lane.userId, lane]));
  const { totalResults: total, nextCursor } = found;
  return {
    users: found.resources.map((one) => toUserView(operations, one.id, one, laneOf.get(one.id))),
    total,
    ...(nextCursor !== undefined && { nextCursor }),
  };
}

/** SCIM has its own names for the parameters of a page. */
function inOwnWords(error: unknown): never {
  if (!(error instanceof ScimError)) throw error;
  if (error.scimType === 'invalidCursor') throw badCursor();
  if (error.scimType !== 'invalidCount') throw error;
  const detail = 'must be the same on every page of a search';
  throw new Problem('invalid-request', `limit ${detail}`, [{ parameter: 'limit', detail }]);
}

const USER_DETAIL = Type.Object(
  {
    id: Type.String(),
    isDeleted: Type.Boolean({ description: 'Whether only traces are left: its delivery or its timeline.' }),
    userName: Type.Optional(Type.String()),
    version: Type.Optional(Type.Integer()),
    createdAt: Type.Optional(Instant('Of the SCIM resource.')),
    lastModifiedAt: Type.Optional(Instant('Of the SCIM resource.')),
    attributes: Type.Array(Type.String(), { description: 'Names of the SCIM attributes that have a value.' }),
    leadFields: Type.Array(Type.String(), { description: 'Names of the Lead fields that Salesforce was told.' }),
    lane: Type.Optional(LANE),
    values: Type.Optional(
      Type.Object(
        {
          user: Type.Optional(Type.Record(Type.String(), Type.Unknown(), { description: 'The SCIM resource.' })),
          leadFields: Type.Optional(
            Type.Record(Type.String(), Type.Unknown(), { description: 'What Salesforce was told last.' }),
          ),
        },
        { additionalProperties: false, description: 'Only with include=values: personal data.' },
      ),
    ),
  },
  { title: 'UserDetail', additionalProperties: false },
);

const readRoute = (context: AdminContext): AdminRoute =>
  route({
    method: 'GET',
    path: '/users/:id',
    operationId: 'readUser',
    tag: 'users',
    summary: 'Tells how the delivery of one user stands and which Lead it is',
    description:
      'Names of attributes and fields; their values, which are personal data, only where they are asked for.',
    scope: 'admin:read',
    params: ID,
    query: Type.Object(
      { include: Type.Optional(Type.Enum(['values'], { description: 'Also the values of attributes and fields.' })) },
      { additionalProperties: false },
    ),
    answer: { description: 'The user, or what is left of it.', schema: USER_DETAIL },
    problems: ['not-found'],
    handle: async ({ params: { id }, query: { include } }) => {
      const known = await readKnown(context, id);
      return describeUser(context, id, known, include === 'values');
    },
  });

interface Known {
  readonly stored: StoredResource | undefined;
  readonly lane: Lane | undefined;
}

/** @throws Problem `not-found` when there is not even a trace of the user */
async function readKnown({ operations, type }: AdminContext, id: string): Promise<Known> {
  const { store, connector } = operations;
  const [stored, lane] = await Promise.all([store.readResource(type.name, id), store.readLane(connector, id)]);
  if (!stored && !lane && (await store.readJournal(id, 1)).length === 0)
    throw new Problem('not-found', 'there is no user with this id, and no trace of one: GET /users?search= finds ids', [
      { parameter: 'id', detail: 'is the id of no user' },
    ]);
  return { stored, lane };
}

function describeUser(
  { operations }: AdminContext,
  id: string,
  { stored, lane }: Known,
  withValues: boolean,
): Static<typeof USER_DETAIL> {
  const user = stored && parse(stored);
  // Written by the worker only, as an object of fields.
  const told = lane?.told === undefined ? undefined : (JSON.parse(lane.told) as Record<string, unknown>);
  return {
    id,
    isDeleted: !stored,
    ...(typeof user?.['userName'] === 'string' && { userName: user['userName'] }),
    ...(stored && {
      version: stored.version,
      createdAt: instant(stored.createdAt),
      lastModifiedAt: instant(stored.lastModifiedAt),
    }),
    attributes: Object.keys(user ?? {}).filter((name) => name !== 'schemas'),
    leadFields: Object.keys(told ?? {}),
    ...(lane && { lane: toLaneView(operations, lane) }),
    ...(withValues && { values: { ...(user && { user }), ...(told && { leadFields: told }) } }),
  };
}

const timelineRoute = (context: AdminContext): AdminRoute =>
  route({
    method: 'GET',
    path: '/users/:id/timeline',
    operationId: 'readTimeline',
    tag: 'users',
    summary: 'Tells every change and every delivery attempt of one user, newest first',
    description: 'As long as the journal is kept (JOURNAL_DAYS), also of users that were deleted.',
    scope: 'admin:read',
    params: ID,
    query: Type.Object(PAGE_PARAMETERS, { additionalProperties: false }),
    answer: {
      description: 'One page.',
      schema: Type.Object(
        { entries: Type.Array(ENTRY), nextCursor: NEXT_CURSOR },
        { title: 'Timeline', additionalProperties: false },
      ),
    },
    problems: ['not-found'],
    handle: async ({ params: { id }, query }) => {
      await readKnown(context, id);
      const limit = limitOf(query);
      const same = ['timeline', id];
      const before = placeOf(same, query)?.seq;
      const read = await context.operations.store.readJournal(id, limit + 1, before);
      const page = toPage<JournalEntry>(read, limit, same, ({ seq }) => ({ key: null, seq }));
      return { entries: page.entries.map(toEntryView), ...page.next };
    },
  });

const retryRoute = (context: AdminContext): AdminRoute =>
  route({
    method: 'POST',
    path: '/users/:id/retry',
    operationId: 'retryUser',
    tag: 'users',
    summary: 'Tries the delivery of one user again, now',
    description:
      'Of a user that is parked, or that failed and waits for its next attempt. One that is due already, or that Salesforce knows, stays as it is: sent twice, it does nothing the second time.',
    scope: 'admin:operate',
    params: ID,
    body: Type.Object({}, { additionalProperties: false }),
    isBodyOptional: true,
    answer: {
      description: 'Done.',
      schema: Type.Object(
        {
          released: Type.Integer({ description: '1 when the user is due now and was not, else 0.' }),
          state: LaneStateSchema,
        },
        { title: 'UserReleased', additionalProperties: false },
      ),
    },
    problems: ['not-found', 'conflict'],
    handle: async ({ params: { id } }) => {
      const { operations } = context;
      const { store, connector } = operations;
      const { lane } = await readKnown(context, id);
      if (!lane)
        throw new Problem('conflict', 'nothing is to be delivered for this user: it was deleted, and so was its Lead');
      const released = await store.releaseLanes(connector, operations.now(), { userId: id, waiting: true });
      const after = await store.readLane(connector, id);
      return { released, state: after?.state ?? lane.state };
    },
  });
