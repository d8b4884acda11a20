/** /users/{id}/timeline: who asked for what, which attempts covered it, and what Salesforce said. */
import type { Static } from 'typebox';
import type { Place } from '../../../scim/cursor.ts';
import { readTimelinePage, type TimelinePlace } from '../../../operations/timeline.ts';
import type { AdminContext } from '../context.ts';
import { ID, readKnown } from '../known.ts';
import { cursorAt, limitOf, NEXT_CURSOR, PAGE_PARAMETERS, placeOf } from '../paging.ts';
import { route, type AdminRoute } from '../route.ts';
import { STEP, toStepView } from '../step-views.ts';
import { Type } from '../schema.ts';

export const TIMELINE = Type.Object(
  { steps: Type.Array(STEP), nextCursor: NEXT_CURSOR },
  { title: 'Timeline', additionalProperties: false },
);

export type TimelineView = Static<typeof TIMELINE>;

export const timelineRoutes = (context: AdminContext): readonly AdminRoute[] => [
  route({
    method: 'GET',
    path: '/users/:id/timeline',
    operationId: 'readTimeline',
    tag: 'users',
    summary: 'Tells every change and every delivery attempt of one user, newest first, linked to each other',
    description:
      'As long as the journal is kept (JOURNAL_DAYS), also of users that were deleted. Changes of groups come on top of `limit`.',
    scope: 'admin:read',
    params: ID,
    query: Type.Object(PAGE_PARAMETERS, { additionalProperties: false }),
    answer: { description: 'One page.', schema: TIMELINE },
    problems: ['not-found'],
    handle: async ({ params: { id }, query }) => {
      await readKnown(context, id);
      const { store, connector } = context.operations;
      const same = ['timeline', id];
      const page = await readTimelinePage(store, connector, id, limitOf(query), toTimelinePlace(placeOf(same, query)));
      const next = page.next && cursorAt(same, { key: page.next.from ?? null, seq: page.next.before });
      return { steps: page.steps.map(toStepView), ...(next !== undefined && { nextCursor: next }) };
    },
  }),
];

function toTimelinePlace(place: Place | undefined): TimelinePlace | undefined {
  if (!place) return undefined;
  return { before: place.seq, ...(typeof place.key === 'number' && { from: place.key }) };
}
