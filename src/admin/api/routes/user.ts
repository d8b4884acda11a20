/** /users/{id}: how the delivery of one person stands, which Lead it is; and trying again. */
import type { Static } from 'typebox';
import type { LeadFields } from '../../../provisioning/lead-target.ts';
import { readTold, UNSURE, withoutAway } from '../../../provisioning/batch/told.ts';
import type { AdminContext } from '../context.ts';
import { ID, readKnown, type Known } from '../known.ts';
import { Problem } from '../problem.ts';
import { route, type AdminRoute } from '../route.ts';
import { FORGET } from './lanes.ts';
import { Instant, instant, LANE, LaneStateSchema, parse, toLaneView } from '../views.ts';
import { Type } from '../schema.ts';

export const userRoutes = (context: AdminContext): readonly AdminRoute[] => [readRoute(context), retryRoute(context)];

export const USER_DETAIL = Type.Object(
  {
    id: Type.String(),
    isDeleted: Type.Boolean({ description: 'Whether only traces are left: its delivery or its timeline.' }),
    userName: Type.Optional(Type.String()),
    version: Type.Optional(Type.Integer()),
    createdAt: Type.Optional(Instant('Of the SCIM resource.')),
    lastModifiedAt: Type.Optional(Instant('Of the SCIM resource.')),
    attributes: Type.Array(Type.String(), { description: 'Names of the SCIM attributes that have a value.' }),
    leadFields: Type.Array(Type.String(), { description: 'Names of the Lead fields that Salesforce was told.' }),
    unsureFields: Type.Array(Type.String(), {
      description: 'Those of them whose last write was not confirmed; they are sent again.',
    }),
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

export type UserDetail = Static<typeof USER_DETAIL>;

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

function describeUser(
  { operations }: AdminContext,
  id: string,
  { stored, lane }: Known,
  withValues: boolean,
): Static<typeof USER_DETAIL> {
  const user = stored && parse(stored);
  const known = lane && readTold(lane);
  const told = known && withoutAway(known);
  const unsure = Object.keys(told ?? {}).filter((name) => told?.[name] === UNSURE);
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
    unsureFields: unsure,
    ...(lane && { lane: toLaneView(operations, lane) }),
    ...(withValues && { values: { ...(user && { user }), ...(told && { leadFields: without(told, unsure) }) } }),
  };
}

const without = (fields: LeadFields, names: readonly string[]): LeadFields =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)));

export const USER_RELEASED = Type.Object(
  {
    released: Type.Integer({ description: '1 when the user is due now and was not, else 0.' }),
    state: LaneStateSchema,
  },
  { title: 'UserReleased', additionalProperties: false },
);

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
    body: Type.Object({ forget: Type.Optional(FORGET) }, { additionalProperties: false }),
    isBodyOptional: true,
    answer: { description: 'Done.', schema: USER_RELEASED },
    problems: ['not-found', 'conflict'],
    handle: async ({ params: { id }, body }) => {
      const { operations } = context;
      const { store, connector } = operations;
      const { lane } = await readKnown(context, id);
      if (!lane)
        throw new Problem('conflict', 'nothing is to be delivered for this user: it was deleted, and so was its Lead');
      const released = await store.releaseLanes(connector, operations.now(), {
        userId: id,
        waiting: true,
        forget: body.forget ?? false,
      });
      const after = await store.readLane(connector, id);
      return { released, state: after?.state ?? lane.state };
    },
  });
