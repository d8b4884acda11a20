/** /users/{id}/preview and /preview: what a delivery would do now, beside what the Lead holds; nothing is written. */
import type { Static } from 'typebox';
import { findBy } from '../../../operations/find-by.ts';
import { previewUser, type Preview } from '../../../provisioning/look/preview.ts';
import { VERDICTS } from '../../../provisioning/batch/verdict.ts';
import type { JsonObject } from '../../../scim/json.ts';
import type { AdminContext } from '../context.ts';
import { ID, readKnown } from '../known.ts';
import { parsePastedUser } from '../pasted-user.ts';
import { Problem } from '../problem.ts';
import { route, type AdminRoute } from '../route.ts';
import { LANE_ERROR, parse } from '../views.ts';
import { Type } from '../schema.ts';

export const previewRoutes = (context: AdminContext): readonly AdminRoute[] => [
  storedRoute(context),
  pastedRoute(context),
];

const Value = (description: string) =>
  Type.Optional(Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()], { description }));

export const PREVIEW = Type.Object(
  {
    userId: Type.String(),
    userName: Type.Optional(Type.String({ description: 'Absent when the user was deleted.' })),
    verdict: Type.Object(
      {
        kind: Type.Enum([...VERDICTS]),
        reason: Type.String(),
        leadId: Type.Optional(Type.String()),
        leadUrl: Type.Optional(Type.String({ description: "The Lead's page for people." })),
        error: Type.Optional(LANE_ERROR),
      },
      { additionalProperties: false, description: 'What would be done, and why.' },
    ),
    fields: Type.Array(
      Type.Object(
        {
          name: Type.String(),
          mapped: Value('What the mapping makes of the user; absent where it leaves the field alone.'),
          live: Value('What Salesforce holds; absent where there is no Lead to read.'),
          sent: Value('What would be sent; absent: nothing.'),
        },
        { additionalProperties: false },
      ),
      { description: 'Personal data.' },
    ),
    campaigns: Type.Array(
      Type.Object({ kind: Type.Enum(['join', 'leave']), campaign: Type.String() }, { additionalProperties: false }),
      { description: 'Campaigns that the Lead would come into or leave.' },
    ),
    lead: Type.Optional(
      Type.Enum(['read', 'not found', 'failed'], { description: 'Whether the Lead was read; absent: there is none.' }),
    ),
    leadError: Type.Optional(
      Type.Object(
        { code: Type.String(), message: Type.String() },
        { additionalProperties: false, description: 'Why it could not be read.' },
      ),
    ),
  },
  { title: 'Preview', additionalProperties: false },
);

export type PreviewView = Static<typeof PREVIEW>;

const storedRoute = (context: AdminContext): AdminRoute =>
  route({
    method: 'GET',
    path: '/users/:id/preview',
    operationId: 'previewUser',
    tag: 'users',
    summary: 'Tells what a delivery of this user would do now, field by field beside the live Lead',
    description: 'Planned as for a delivery; Salesforce is asked and nothing is written.',
    scope: 'admin:read',
    params: ID,
    answer: { description: 'What would be done.', schema: PREVIEW },
    problems: ['not-found', 'conflict'],
    handle: async ({ params: { id } }) => {
      const { stored } = await readKnown(context, id);
      const userName = stored && parse(stored)['userName'];
      return describePreview(context, await previewUser(context.look, id), userName);
    },
  });

const pastedRoute = (context: AdminContext): AdminRoute =>
  route({
    method: 'POST',
    path: '/preview',
    operationId: 'previewPastedUser',
    tag: 'users',
    summary: 'Tells what would be done for a user like this one, beside the Lead that it would find',
    description:
      'Previewed as a change of the user that has its userName, if there is one. Stores nothing. It can look for any Lead, and so takes an operator.',
    scope: 'admin:operate',
    body: Type.Object(
      { user: Type.Record(Type.String(), Type.Unknown(), { description: 'A SCIM User, as a client would POST it.' }) },
      { additionalProperties: false },
    ),
    answer: { description: 'What would be done.', schema: PREVIEW },
    problems: ['conflict'],
    handle: async (request) => {
      // A record of anything that was parsed from JSON.
      const user = parsePastedUser(context, request.body.user as JsonObject, request);
      const { operations } = context;
      // A valid User has one.
      const userName = user['userName'] as string;
      const id = (await findBy(operations.store, context.type, 'userName', userName))?.id ?? operations.newId();
      return describePreview(context, await previewUser(context.look, id, { ...user, id }), userName);
    },
  });

function describePreview(
  { operations }: AdminContext,
  preview: Preview | undefined,
  userName: unknown,
): Static<typeof PREVIEW> {
  if (!preview)
    throw new Problem('conflict', 'nothing is to be delivered for this user: it was deleted, and so was its Lead');
  const { userId, verdict, fields, campaigns, lead } = preview;
  const { kind, reason, leadId, error } = verdict;
  const leadUrl = leadId === undefined ? undefined : operations.leadUrl(leadId);
  return {
    userId,
    ...(typeof userName === 'string' && { userName }),
    verdict: {
      kind,
      reason,
      ...(leadId !== undefined && { leadId }),
      ...(leadUrl !== undefined && { leadUrl }),
      ...(error && { error }),
    },
    fields: [...fields],
    campaigns: [...campaigns],
    ...describeLead(lead),
  };
}

function describeLead(lead: Preview['lead']): Pick<Static<typeof PREVIEW>, 'lead' | 'leadError'> {
  if (lead === undefined) return {};
  if (typeof lead === 'string') return { lead };
  return { lead: 'failed', leadError: { code: lead.code, message: lead.message } };
}
