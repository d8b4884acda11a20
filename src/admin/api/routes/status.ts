/** GET /status: is everything delivered, and if not, why not. */
import Type, { type Static } from 'typebox';
import type { Gate, LaneCounts, Load } from '../../../storage/store.ts';
import type { AdminContext } from '../context.ts';
import { route, type AdminRoute } from '../route.ts';
import { Instant, instant } from '../views.ts';

const GATE = Type.Object(
  {
    state: Type.Enum(['open', 'closed', 'trying'], {
      description: 'closed: nothing is sent until `until`, or until somebody acts; trying: its wait is over.',
    }),
    class: Type.Optional(Type.String()),
    reason: Type.Optional(Type.String({ description: "Salesforce's words." })),
    failures: Type.Optional(Type.Integer({ description: 'How often it was closed in a row.' })),
    until: Type.Optional(Instant('When it is tried again; absent while closed: when somebody acted.')),
  },
  { title: 'Gate', additionalProperties: false },
);

const LOAD = Type.Object(
  {
    jobId: Type.Optional(Type.String({ description: 'Of the job in Salesforce; absent until there is one.' })),
    users: Type.Integer({ description: 'How many are in it.' }),
    processed: Type.Integer({ description: 'Of them, as Salesforce told last.' }),
    startedAt: Instant('When it began.'),
  },
  { title: 'Load', additionalProperties: false, description: 'The bulk job that makes Leads of new users now.' },
);

export const STATUS = Type.Object(
  {
    version: Type.String(),
    startedAt: Instant('Of the process that answers.'),
    uptimeSeconds: Type.Integer(),
    instance: Type.Object(
      { id: Type.String(), host: Type.String(), pid: Type.Integer() },
      { additionalProperties: false, description: 'Which process answers, where there are several.' },
    ),
    database: Type.Enum(['sqlite', 'postgresql']),
    connector: Type.Object({ name: Type.String(), salesforceUrl: Type.String() }, { additionalProperties: false }),
    lanes: Type.Object(
      { idle: Type.Integer(), due: Type.Integer(), parked: Type.Integer(), held: Type.Integer() },
      { additionalProperties: false, description: 'Users by state.' },
    ),
    oldestDueAt: Type.Optional(Instant('Since when the oldest lane is due, or when the next one will be.')),
    lagSeconds: Type.Integer({ description: 'How long the oldest due lane has waited; 0 when none has.' }),
    gate: GATE,
    load: Type.Optional(LOAD),
  },
  { title: 'Status', additionalProperties: false },
);

export const statusRoutes = ({ operations, service }: AdminContext): readonly AdminRoute[] => [
  route({
    method: 'GET',
    path: '/status',
    operationId: 'readStatus',
    tag: 'service',
    summary: 'Tells what is delivered, what waits and what is parked, and whether Salesforce is being asked',
    scope: 'admin:read',
    answer: { description: 'The state of this connector, and of the process that answers.', schema: STATUS },
    handle: async () => {
      const { store, connector } = operations;
      const now = operations.now();
      const [lanes, oldestDueAt, { gate, load }] = await Promise.all([
        store.countLanes(connector),
        store.nextDueAt(connector),
        store.readConnector(connector),
      ]);
      return {
        version: service.version,
        startedAt: instant(service.startedAt),
        uptimeSeconds: seconds(now - service.startedAt),
        instance: service.instance,
        database: service.database,
        connector: { name: connector, salesforceUrl: service.salesforceUrl },
        ...describeLanes(lanes, oldestDueAt, now),
        gate: describeGate(gate, now),
        ...(load && { load: describeLoad(load) }),
      };
    },
  }),
];

const seconds = (ms: number): number => Math.max(0, Math.floor(ms / 1000));

const describeLanes = (lanes: LaneCounts, oldestDueAt: number | undefined, now: number) => ({
  lanes,
  lagSeconds: oldestDueAt === undefined ? 0 : seconds(now - oldestDueAt),
  ...(oldestDueAt !== undefined && { oldestDueAt: instant(oldestDueAt) }),
});

const describeLoad = ({ jobId, users, processed, startedAt }: Load): Static<typeof LOAD> => ({
  ...(jobId !== undefined && { jobId }),
  users,
  processed,
  startedAt: instant(startedAt),
});

export function describeGate(gate: Gate | undefined, now: number): Static<typeof GATE> {
  if (!gate) return { state: 'open' };
  const { class: cause, reason, failures, until } = gate;
  const state = until === undefined || until > now ? 'closed' : 'trying';
  return { state, class: cause, reason, failures, ...(until !== undefined && { until: instant(until) }) };
}
