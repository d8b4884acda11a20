/** POST /users/{id}/push: sends one user before all others, and tells what became of it. */
import type { Static } from 'typebox';
import { pushUser, type Pushed } from '../../../provisioning/push.ts';
import { GATE, PAUSE, toGateView, toPauseView } from '../connector-views.ts';
import type { AdminContext } from '../context.ts';
import { ID, readKnown } from '../known.ts';
import { Problem } from '../problem.ts';
import { route, type AdminRoute } from '../route.ts';
import { ATTEMPT, toAttemptView } from '../step-views.ts';
import { LANE, toLaneView } from '../views.ts';
import { Type } from '../schema.ts';

const SECOND = 1000;
const POLL_MS = 100;
/** Shorter than the time that a stopping process is given. */
const LONGEST_WAIT_SECONDS = 20;
const WAIT_SECONDS = 10;

export const PUSHED = Type.Object(
  {
    attempt: Type.Optional(ATTEMPT),
    lane: Type.Optional(LANE),
    gate: GATE,
    pause: Type.Optional(PAUSE),
  },
  {
    title: 'UserPushed',
    additionalProperties: false,
    description: 'Without `attempt` nothing was sent within the time: the user is next, as soon as the service can.',
  },
);

export type PushedView = Static<typeof PUSHED>;

export const pushRoutes = (context: AdminContext): readonly AdminRoute[] => [
  route({
    method: 'POST',
    path: '/users/:id/push',
    operationId: 'pushUser',
    tag: 'users',
    summary: 'Sends one user now, before all others, and tells what became of it',
    description: 'Sent twice, the second one finds nothing to send, unless it says `resend`.',
    scope: 'admin:operate',
    params: ID,
    body: Type.Object(
      {
        resend: Type.Optional(
          Type.Boolean({ description: 'All mapped fields, whatever Salesforce was told. Default false.' }),
        ),
        waitSeconds: Type.Optional(
          Type.Number({
            minimum: 0,
            maximum: LONGEST_WAIT_SECONDS,
            description: `How long to wait for the outcome. Default ${WAIT_SECONDS}.`,
          }),
        ),
      },
      { additionalProperties: false },
    ),
    isBodyOptional: true,
    answer: { description: 'What became of it.', schema: PUSHED },
    problems: ['not-found', 'conflict'],
    handle: async ({ params: { id }, body: { resend = false, waitSeconds = WAIT_SECONDS } }) => {
      await readKnown(context, id);
      const pushed = await pushUser(context.look, id, { resend, waitMs: waitSeconds * SECOND, pollMs: POLL_MS });
      if (!pushed)
        throw new Problem('conflict', 'nothing is to be delivered for this user: it was deleted, and so was its Lead');
      return describePushed(context, pushed);
    },
  }),
];

const describePushed = (
  { operations }: AdminContext,
  { attempt, lane, gate, pause }: Pushed,
): Static<typeof PUSHED> => ({
  ...(attempt && { attempt: toAttemptView(attempt) }),
  ...(lane && { lane: toLaneView(operations, lane) }),
  gate: toGateView(gate, operations.now()),
  ...(pause && { pause: toPauseView(pause) }),
});
