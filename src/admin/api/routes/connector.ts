/** /pause, /resume, /events: whether anything is delivered at all, and what became of the connector. */
import type { Static, TObject } from 'typebox';
import { happeningOf } from '../../../provisioning/status.ts';
import type { JournalEntry } from '../../../storage/store.ts';
import { EVENT, toEventView } from '../connector-views.ts';
import type { AdminContext } from '../context.ts';
import { limitOf, NEXT_CURSOR, PAGE_PARAMETERS, placeOf, toPage } from '../paging.ts';
import { route, type AdminRoute } from '../route.ts';
import { Type } from '../schema.ts';

export const connectorRoutes = (context: AdminContext): readonly AdminRoute[] => [
  pauseRoute(context),
  resumeRoute(context),
  eventsRoute(context),
];

const Reason = (description: string) => Type.String({ minLength: 1, maxLength: 500, pattern: '\\S', description });

const CHANGED = (title: string, description: string): TObject<{ changed: ReturnType<typeof Type.Boolean> }> =>
  Type.Object({ changed: Type.Boolean({ description }) }, { title, additionalProperties: false });

export const PAUSED = CHANGED('Paused', 'Whether it was not paused before.');
export const RESUMED = CHANGED('Resumed', 'Whether it was paused before.');

const pauseRoute = ({ operations }: AdminContext): AdminRoute =>
  route({
    method: 'POST',
    path: '/pause',
    operationId: 'pause',
    tag: 'connector',
    summary: 'Delivers nothing more to Salesforce until resume, in any process',
    description: 'SCIM is answered all the while. A pause that is there already keeps its reason.',
    scope: 'admin:operate',
    body: Type.Object({ reason: Reason('For status and the journal.') }, { additionalProperties: false }),
    answer: { description: 'Paused.', schema: PAUSED },
    handle: async ({ body: { reason }, actor }) => {
      const { store, connector } = operations;
      return { changed: await store.pauseConnector(connector, { reason, actor, at: operations.now() }) };
    },
  });

const resumeRoute = ({ operations }: AdminContext): AdminRoute =>
  route({
    method: 'POST',
    path: '/resume',
    operationId: 'resume',
    tag: 'connector',
    summary: 'Delivers again after a pause, and tries a closed gate at once',
    scope: 'admin:operate',
    body: Type.Object(
      { reason: Type.Optional(Reason('For the journal. Default: resumed.')) },
      { additionalProperties: false },
    ),
    isBodyOptional: true,
    answer: { description: 'Resumed.', schema: RESUMED },
    handle: async ({ body: { reason = 'resumed' }, actor }) => {
      const { store, connector } = operations;
      return { changed: await store.resumeConnector(connector, { reason, actor, at: operations.now() }) };
    },
  });

export const EVENT_PAGE = Type.Object(
  { events: Type.Array(EVENT), nextCursor: NEXT_CURSOR },
  { title: 'EventPage', additionalProperties: false },
);

export type EventPage = Static<typeof EVENT_PAGE>;

const eventsRoute = ({ operations }: AdminContext): AdminRoute =>
  route({
    method: 'GET',
    path: '/events',
    operationId: 'listEvents',
    tag: 'connector',
    summary: 'Tells what became of the connector, newest first',
    description: 'Gate, pause, API calls, removals: as long as the journal is kept (JOURNAL_DAYS).',
    scope: 'admin:read',
    query: Type.Object(PAGE_PARAMETERS, { additionalProperties: false }),
    answer: { description: 'One page.', schema: EVENT_PAGE },
    handle: async ({ query }) => {
      const { store, connector } = operations;
      const same = ['events'];
      const limit = limitOf(query);
      const read = await store.readJournal(connector, limit + 1, placeOf(same, query)?.seq);
      const page = toPage<JournalEntry>(read, limit, same, ({ seq }) => ({ key: null, seq }));
      return { events: page.entries.map((entry) => toEventView(happeningOf(entry))), ...page.next };
    },
  });
