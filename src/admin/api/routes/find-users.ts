/** GET /users: finding people, with the state of their delivery. */
import type { Static } from 'typebox';
import { listResources } from '../../../operations/list.ts';
import { ScimError } from '../../../scim/errors.ts';
import { PROFILES } from '../../../scim/profiles/profiles.ts';
import type { AdminContext } from '../context.ts';
import { badCursor, limitOf, NEXT_CURSOR, PAGE_PARAMETERS, placeOf, toPage, type PageRequest } from '../paging.ts';
import { withPeople } from '../people.ts';
import { Problem } from '../problem.ts';
import { route, type AdminRoute } from '../route.ts';
import { toUserView, USER } from '../views.ts';
import { Type } from '../schema.ts';

export const USER_PAGE = Type.Object(
  {
    users: Type.Array(USER),
    total: Type.Optional(Type.Integer({ description: 'All that were found; absent in a search by Lead.' })),
    nextCursor: NEXT_CURSOR,
  },
  { title: 'UserPage', additionalProperties: false },
);

export type UserPage = Static<typeof USER_PAGE>;

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
    filter: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 2_000,
        description: 'A SCIM filter (RFC 7644 §3.4.2.2), e.g. userName eq "ada"; not together with search.',
      }),
    ),
    ...PAGE_PARAMETERS,
  },
  { additionalProperties: false },
);

export const findUserRoutes = (context: AdminContext): readonly AdminRoute[] => [
  route({
    method: 'GET',
    path: '/users',
    operationId: 'findUsers',
    tag: 'users',
    summary: 'Finds users by userName, e-mail address, SCIM id, Lead id or a filter, with the state of their delivery',
    scope: 'admin:read',
    query: SEARCH,
    answer: { description: 'One page.', schema: USER_PAGE },
    handle: async ({ query: { search, filter, ...page } }) => {
      if (search === undefined) return findByFilter(context, filter, page);
      if (filter !== undefined) throw refused('filter', 'cannot go together with search: leave one of them out');
      return LEAD_ID.test(search)
        ? findByLead(context, search, page)
        : findByFilter(context, filterOf(JSON.stringify(search)), page);
    },
  }),
];

const filterOf = (text: string): string => `userName sw ${text} or emails.value sw ${text} or id eq ${text}`;

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

async function findByFilter(
  { operations, type }: AdminContext,
  filter: string | undefined,
  page: PageRequest,
): Promise<Static<typeof USER_PAGE>> {
  const { store, connector } = operations;
  const query = { ...(filter !== undefined && { filter }), count: limitOf(page), cursor: page.cursor ?? '' };
  const found = await listResources(operations, [type], query, { profile: PROFILES.default }).catch(inOwnWords);
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
  if (error.scimType === 'invalidFilter') throw refused('filter', `is not valid: ${error.detail}`);
  if (error.scimType === 'invalidCount') throw refused('limit', 'must be the same on every page of a search');
  throw error;
}

const refused = (parameter: string, detail: string): Problem =>
  new Problem('invalid-request', `${parameter} ${detail}`, [{ parameter, detail }]);
