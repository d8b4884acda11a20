/** /removals: Leads that would be deleted, closed or deactivated, and wait for a person's word. */
import type { Static } from 'typebox';
import { planHeld, type HeldRemoval } from '../../../provisioning/look/held.ts';
import type { Lane, Verdict } from '../../../storage/store.ts';
import type { AdminContext } from '../context.ts';
import { limitOf, NEXT_CURSOR, PAGE_PARAMETERS, placeOf, toPage } from '../paging.ts';
import { withPeople } from '../people.ts';
import { Problem } from '../problem.ts';
import { route, type AdminRequest, type AdminRoute } from '../route.ts';
import { USER, type UserView } from '../views.ts';
import { Type } from '../schema.ts';

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
    leadName: Type.Optional(Type.String({ description: 'As Salesforce has it now; with `include=names`.' })),
  },
  { title: 'Removal', additionalProperties: false },
);

export const REMOVAL_PAGE = Type.Object(
  {
    removals: Type.Array(REMOVAL),
    total: Type.Integer({ description: 'On all pages.' }),
    nextCursor: NEXT_CURSOR,
  },
  { title: 'RemovalPage', additionalProperties: false },
);

export type RemovalPage = Static<typeof REMOVAL_PAGE>;

const listRoute = (context: AdminContext): AdminRoute =>
  route({
    method: 'GET',
    path: '/removals',
    operationId: 'listRemovals',
    tag: 'removals',
    summary: 'Lists removals that the guard held, with what would be done',
    description:
      'In the order of user ids. By what is known here: Salesforce is asked for the names of the Leads only, with one call, and only where they are wanted.',
    scope: 'admin:read',
    query: Type.Object(
      {
        ...PAGE_PARAMETERS,
        include: Type.Optional(
          Type.Enum(['names'], {
            description: 'Also the names of the Leads: of a deleted user nothing else tells who it was.',
          }),
        ),
      },
      { additionalProperties: false },
    ),
    answer: { description: 'One page.', schema: REMOVAL_PAGE },
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
      const [people, planned, names] = await Promise.all([
        withPeople(context, page.entries),
        planHeld(context.look, page.entries),
        query.include === 'names' ? readNames(context, page.entries) : NO_NAMES,
      ]);
      const removals = people.map((user, at) => describeRemoval(user, planned[at], names));
      return { removals, total: held, ...page.next };
    },
  });

type LeadNames = ReadonlyMap<string, string>;

const NO_NAMES: LeadNames = new Map();
const NAME_MS = 20_000;

async function readNames({ look, operations }: AdminContext, lanes: readonly Lane[]): Promise<LeadNames> {
  const ids = lanes.flatMap(({ leadId }) => leadId ?? []);
  if (ids.length === 0) return NO_NAMES;
  const page = await look.target.readLeads(ids, ['Name'], operations.now() + NAME_MS);
  if (page.kind === 'failed')
    throw new Problem('unavailable', `Salesforce does not tell the names: ${page.fault.code}: ${page.fault.message}`);
  return new Map(page.leads.map(({ leadId, fields }) => [leadId, String(fields['Name'] ?? '')]));
}

function describeRemoval(user: UserView, planned: HeldRemoval | undefined, names: LeadNames) {
  const leadName = names.get(planned?.lane.leadId ?? '');
  return {
    user,
    action: planned?.action ?? 'none',
    reason: planned?.reason ?? '',
    fields: Object.keys(planned?.fields ?? {}),
    ...(leadName !== undefined && { leadName }),
  };
}

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

export const JUDGED = Type.Object(
  {
    judged: Type.Integer({ description: 'Users that were held and are not any more.' }),
    notHeld: Type.Array(Type.String(), { description: 'Those of `userIds` of whom nothing was held.' }),
  },
  { title: 'RemovalsJudged', additionalProperties: false },
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
    answer: { description: 'Done.', schema: JUDGED },
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
