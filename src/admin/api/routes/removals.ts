/** /removals: Leads that would be deleted, closed or deactivated, and wait for a person's word. */
import Type from 'typebox';
import { planHeld, type HeldRemoval } from '../../../provisioning/held.ts';
import type { Verdict } from '../../../storage/store.ts';
import type { AdminContext } from '../context.ts';
import { limitOf, NEXT_CURSOR, PAGE_PARAMETERS, placeOf, toPage } from '../paging.ts';
import { withPeople } from '../people.ts';
import { Problem } from '../problem.ts';
import { route, type AdminRequest, type AdminRoute } from '../route.ts';
import { USER, type UserView } from '../views.ts';

/** Users of one request. */
const AT_ONCE = 200;

export const removalRoutes = (context: AdminContext): readonly AdminRoute[] => [
  listRoute(context),
  judgeRoute(context, 'approved', {
    path: '/removals/approve',
    operationId: 'approveRemovals',
    summary: 'Lets held Leads be deleted, closed or deactivated: of some users, or all',
    description: 'Of all, the count that the guard goes by begins anew.',
  }),
  judgeRoute(context, 'rejected', {
    path: '/removals/reject',
    operationId: 'rejectRemovals',
    summary: 'Leaves held Leads as they are: of some users, or all',
    description: 'Deleted users are forgotten; others are judged anew when they change.',
  }),
];

const REMOVAL = Type.Object(
  {
    user: USER,
    action: Type.Enum(['delete', 'close', 'update', 'none'], {
      description:
        'close: the user is gone and its Lead stays; none: nothing would be done any more, or the mapping fails.',
    }),
    reason: Type.String(),
    fields: Type.Array(Type.String(), { description: 'Names of the Lead fields that would be written.' }),
  },
  { title: 'Removal', additionalProperties: false },
);

const listRoute = (context: AdminContext): AdminRoute =>
  route({
    method: 'GET',
    path: '/removals',
    operationId: 'listRemovals',
    tag: 'removals',
    summary: 'Lists removals that the guard held, with what would be done',
    description: 'In the order of user ids. By what is known here: Salesforce is not asked.',
    scope: 'admin:read',
    query: Type.Object(PAGE_PARAMETERS, { additionalProperties: false }),
    answer: {
      description: 'One page.',
      schema: Type.Object(
        {
          removals: Type.Array(REMOVAL),
          total: Type.Integer({ description: 'On all pages.' }),
          nextCursor: NEXT_CURSOR,
        },
        { title: 'RemovalPage', additionalProperties: false },
      ),
    },
    handle: async ({ query }) => {
      const { store, connector } = context.operations;
      const same = ['removals'];
      const after = placeOf(same, query)?.key;
      const limit = limitOf(query);
      const asked = {
        connector,
        state: 'held',
        ...(typeof after === 'string' && { after }),
        limit: limit + 1,
      } as const;
      const [lanes, { held }] = await Promise.all([store.listLanes(asked), store.countLanes(connector)]);
      const page = toPage(lanes, limit, same, ({ userId }) => ({ key: userId, seq: 0 }));
      const [people, planned] = await Promise.all([
        withPeople(context, page.entries),
        planHeld(context.look, page.entries),
      ]);
      return { removals: people.map((user, at) => describeRemoval(user, planned[at])), total: held, ...page.next };
    },
  });

const describeRemoval = (user: UserView, planned: HeldRemoval | undefined) => ({
  user,
  action: planned?.action ?? 'none',
  reason: planned?.reason ?? '',
  fields: Object.keys(planned?.fields ?? {}),
});

const WHICH = Type.Object(
  {
    userIds: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), {
        minItems: 1,
        maxItems: AT_ONCE,
        uniqueItems: true,
        description: 'SCIM ids.',
      }),
    ),
    all: Type.Optional(Type.Literal(true, { description: 'Every held user.' })),
  },
  { additionalProperties: false },
);

type Words = Pick<AdminRoute, 'path' | 'operationId' | 'summary'> & { readonly description: string };

const judgeRoute = (context: AdminContext, verdict: Verdict, words: Words): AdminRoute =>
  route({
    ...words,
    description: `${words.description} Sent twice, it does nothing the second time.`,
    method: 'POST',
    tag: 'removals',
    scope: 'admin:operate',
    body: WHICH,
    answer: {
      description: 'Done.',
      schema: Type.Object(
        {
          judged: Type.Integer({ description: 'Users that were held and are not any more.' }),
          notHeld: Type.Array(Type.String(), { description: 'Those of `userIds` of whom nothing was held.' }),
        },
        { title: 'RemovalsJudged', additionalProperties: false },
      ),
    },
    handle: (request) => judge(context, verdict, request),
  });

async function judge(
  { operations }: AdminContext,
  verdict: Verdict,
  { body: { userIds, all }, actor }: AdminRequest<unknown, unknown, { userIds?: string[]; all?: true }>,
): Promise<{ judged: number; notHeld: string[] }> {
  if ((userIds === undefined) === (all === undefined)) {
    const detail = 'say which with userIds, or all: true for every held user';
    throw new Problem('invalid-request', detail, [{ pointer: '#/all', detail }]);
  }
  const { store, connector } = operations;
  const by = { actor, at: operations.now() };
  if (userIds === undefined) return { judged: await store.judgeHeld(connector, verdict, by), notHeld: [] };
  const notHeld: string[] = [];
  for (const id of userIds) if ((await store.judgeHeld(connector, verdict, by, id)) === 0) notHeld.push(id);
  return { judged: userIds.length - notHeld.length, notHeld };
}
